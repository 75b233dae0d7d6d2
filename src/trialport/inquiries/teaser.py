"""The one way out of an inquiry to a unit: before its confidential fields are opened, and after."""

from functools import cache
from typing import Any, TypeVar

import msgspec

from trialport.inquiries import rules
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.teaser_models import InquiryForUnit, InquiryTeaser, OpenedContent, TeaserContent
from trialport.sponsors.agreement_rules import Opening

Shown = TypeVar("Shown", TeaserContent, OpenedContent)

# Held back until the unit has said yes.
_HELD_BACK = "sponsor_questionnaire"


def make_teaser(row: InquiryRow) -> InquiryTeaser:
    """Return what a unit reads before anything confidential is opened.

    It is made of the part of the content that never held a confidential field, and of that only what
    `TeaserContent` names.
    """
    closed = {*rules.ALWAYS_CONFIDENTIAL, *row.confidential_fields}
    return InquiryTeaser(
        inquiry_id=row.inquiry_id,
        reference=row.reference,
        version=row.version,
        closed_fields=tuple(sorted(path for path in _paths(row.confidential) if _opens(path))),
        content=_pick(row.content, TeaserContent, frozenset(closed)),
    )


def open_for_unit(row: InquiryRow, opening: Opening, *, show_money: bool = False) -> InquiryForUnit | None:
    """Return what a unit reads once `opening` says that it may; None while it may not.

    `show_money` is the sponsor's consent that units see the budget.
    """
    if not opening.is_open:
        return None
    whole: dict[str, Any] = msgspec.to_builtins(rules.join_content(row.content, row.confidential))
    whole["attachments"] = [one for one in whole.get("attachments", []) if one["kind"] != _HELD_BACK]
    if not show_money:
        whole.pop("money", None)
    return InquiryForUnit(
        inquiry_id=row.inquiry_id,
        reference=row.reference,
        version=row.version,
        content=_pick(whole, OpenedContent, frozenset()),
    )


def _pick(content: dict[str, Any], shape: type[Shown], closed: frozenset[str]) -> Shown:
    """Take of a content what a shape names and nothing else."""
    picked: dict[str, Any] = {}
    for group in msgspec.structs.fields(shape):
        value = content.get(group.name)
        if value is None:
            continue
        if names := _fields_of(group.type):
            value = {name: value[name] for name in names if name in value and f"{group.name}.{name}" not in closed}
        picked[group.name] = value
    return msgspec.convert(picked, shape)


def _paths(hidden: dict[str, Any]) -> list[str]:
    return [f"{group}.{field}" for group, fields in hidden.items() for field in fields]


def _opens(path: str) -> bool:
    """Tell whether a closed field opens to a unit at all, so that its name may be told beforehand."""
    return path in shown_paths(OpenedContent) and not path.startswith("money.")


def content_paths() -> frozenset[str]:
    """Return `group.field` for every field of an inquiry, and the name of each group without fields."""
    return _all_paths(InquiryContent)


def shown_paths(shape: type[TeaserContent | OpenedContent]) -> frozenset[str]:
    """Return the paths that a shape shows."""
    return _all_paths(shape)


@cache
def _all_paths(shape: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(
        path
        for group in msgspec.structs.fields(shape)
        for path in ([f"{group.name}.{field}" for field in _fields_of(group.type)] or [group.name])
    )


def _fields_of(annotation: Any) -> tuple[str, ...]:
    """Return the names of the fields of a group; none for a group without fields."""
    kind = getattr(annotation, "__origin__", annotation)
    return kind.__struct_fields__ if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else ()
