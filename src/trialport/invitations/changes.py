"""What changed between two versions of an inquiry, as a unit sees it."""

import msgspec

from trialport.core.db import Transaction
from trialport.inquiries.queries import InquiryRow, select_version
from trialport.inquiries.rules import confidential_paths, join_content
from trialport.inquiries.teaser import make_teaser, open_for_unit
from trialport.invitations.amendment_models import FieldChange
from trialport.sponsors.agreement_rules import Opening


async def changed_since(tx: Transaction, row: InquiryRow, since: int, opening: Opening) -> tuple[FieldChange, ...]:
    """Return what changed in an inquiry after a version, as far as a unit may see it; run as the program."""
    before = await _row_at(tx, row, since)
    if before is None:
        return ()
    return compare(_visible(before, opening), _visible(row, opening))


def compare(before: dict[str, object], after: dict[str, object]) -> tuple[FieldChange, ...]:
    """Name the fields that differ, in their order, with both values; None stands for nothing said."""
    names = dict.fromkeys([*before, *after])
    return tuple(
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _visible(row: InquiryRow, opening: Opening) -> dict[str, object]:
    """Return what a unit sees of an inquiry, by `group.field`."""
    shown = (open_for_unit(row, opening) or make_teaser(row)).content
    flat: dict[str, object] = {}
    for group, value in msgspec.to_builtins(shown).items():
        if isinstance(value, dict) and group != "dct_activities":
            flat |= {f"{group}.{name}": one for name, one in value.items()}
        else:
            flat[group] = value
    return flat


async def _row_at(tx: Transaction, row: InquiryRow, version: int) -> InquiryRow | None:
    stored = await select_version(tx.connection, inquiry_id=row.inquiry_id, version=version)
    if stored is None:
        return None
    content, confidential, _ = stored
    marked = confidential_paths(join_content(content, confidential))
    return msgspec.structs.replace(
        row, version=version, content=content, confidential=confidential, confidential_fields=marked
    )
