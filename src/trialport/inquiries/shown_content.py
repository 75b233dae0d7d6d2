"""What an inquiry says, in the order of its form; and two states of it side by side."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.draft_fields import STEPS, Field, Step
from trialport.units.unit_choice_queries import UnitChoice, select_units_by_id

Json = dict[str, Any]
_UNIT_FIELDS = ("placement.units_wanted", "placement.units_excluded")


class Difference(Struct, frozen=True, kw_only=True):
    """A field that a change alters; None where nothing was or is said."""

    field: Field
    before: Any
    after: Any


def as_json(content: InquiryContent) -> Json:
    """Return an inquiry as JSON has it, as the form reads it."""
    # By way of text: lists are lists then, as the form makes them, and never tuples.
    made: Json = msgspec.json.decode(msgspec.json.encode(content))
    return made


def shown_steps(content: Json) -> list[tuple[Step, list[tuple[Field, Any]]]]:
    """Return for each step the fields that hold something, with the value."""
    return [
        (step, [(field, value) for field in step.fields if (value := _said(content, field.path)) is not None])
        for step in STEPS
    ]


def differences(before: Json, after: Json) -> list[tuple[Step, list[Difference]]]:
    """Return what a change alters, by the steps that it touches."""
    found = [(step, list(_differing(step, before, after))) for step in STEPS]
    return [(step, changed) for step, changed in found if changed]


def marks(before: Json, after: Json) -> tuple[tuple[str, ...], ...]:
    """Return the fields marked confidential before and after a change; empty where they are the same."""
    old, new = _marked(before), _marked(after)
    return () if old == new else (old, new)


def unit_ids_of(*contents: Json) -> list[UUID]:
    """Return the units that inquiries name as wanted or not to be asked, as far as they are ids."""
    found = [one for content in contents for path in _UNIT_FIELDS for one in (value_of(content, path) or ())]
    return [one for one in map(_as_uuid, dict.fromkeys(found)) if one is not None]


async def names_of_units(connection: Connection, *contents: Json) -> dict[str, str]:
    """Return the names of the units that inquiries name, by id; no statement where they name none."""
    unit_ids = unit_ids_of(*contents)
    rows = await select_units_by_id(connection, unit_ids=unit_ids) if unit_ids else []
    return {str(row.unit_id): name_with_site(row) for row in rows}


def name_with_site(unit: UnitChoice) -> str:
    """Name a unit so that two of one name can be told apart."""
    return f"{unit.name}, {unit.site_name}"


def as_day(text: str) -> date:
    """Read a day as JSON has it."""
    return date.fromisoformat(text)


def value_of(content: Any, path: str) -> Any:
    """Return a field's value; None where there is none."""
    for name in path.split("."):
        content = content.get(name) if isinstance(content, dict) else None
    return content


def _differing(step: Step, before: Json, after: Json) -> Iterator[Difference]:
    for field in step.fields:
        old, new = _said(before, field.path), _said(after, field.path)
        if old != new:
            yield Difference(field=field, before=old, after=new)


def _marked(content: Json) -> tuple[str, ...]:
    return tuple(sorted(one["field"] for one in value_of(content, "confidentiality.fields") or ()))


def _said(content: Json, path: str) -> Any:
    """Return what a field says; an empty list says as little as nothing, a No or a zero does say something."""
    value = value_of(content, path)
    return None if value is None or value in ([], (), "") else value


def _as_uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
