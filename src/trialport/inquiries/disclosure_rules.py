"""What is handed out of an inquiry as a public record, and what is withheld for which harm.

In Sweden an inquiry is a public record on receipt (tryckfrihetsforordningen 2:4 and 2:9). The marks are the
sponsor's view and the field list's; whether a mark holds is decided by the authority at each request
(offentlighets- och sekretesslagen 2009:400, chapters 30 and 31): this prepares that decision.
"""

from collections.abc import Iterator
from typing import Any

from trialport.inquiries.disclosure_models import DisclosureDetail, RecordRow, WithheldField
from trialport.inquiries.rules import ALWAYS_CONFIDENTIAL

# The harm that disclosure of the fields that are always confidential would do.
FIXED_HARM = {
    "identity.protocol_number": "Ties the record to a trial, and so to a product, that is not public yet.",
    "identity.synopsis": "Tells competitors how the trial is designed.",
    "product.name": "Tells competitors what is being developed.",
    "money.per_participant_budget": "Weakens the sponsor's and the region's position when the contract is negotiated.",
    "placement.already_contacted": "Names persons, who were told nothing about it.",
}


def withheld_fields(record: RecordRow) -> tuple[WithheldField, ...]:
    """Return every confidential field that holds a value, with its harm: the fixed one, or what the sponsor stated."""
    stated = {
        mark["field"]: mark["harm"] for mark in record.content.get("confidentiality", {}).get("fields", []) if mark
    }
    return tuple(WithheldField(field=path, harm=stated.get(path) or FIXED_HARM[path]) for path in record.filled)


def make_disclosure(record: RecordRow) -> DisclosureDetail:
    """Return what may be handed out: the part of the content that never held a confidential field."""
    closed = {*ALWAYS_CONFIDENTIAL, *record.confidential_fields}
    return DisclosureDetail(
        inquiry_id=record.inquiry_id,
        reference=record.reference,
        diary_number=record.diary_number,
        version=record.version,
        received_at=record.submitted_at,
        content={
            group: {name: value for name, value in fields.items() if f"{group}.{name}" not in closed}
            if isinstance(fields, dict)
            else fields
            for group, fields in record.content.items()
        },
        withheld=withheld_fields(record),
    )


def as_text(disclosure: DisclosureDetail) -> str:
    """Return a disclosure as lines to be read or printed."""
    return "\n".join(
        [
            f"Diary number: {disclosure.diary_number or '-'}",
            f"Reference: {disclosure.reference}, version {disclosure.version}",
            f"Received: {disclosure.received_at:%Y-%m-%d %H:%M} UTC",
            "",
            *_lines(disclosure.content),
            "",
            "Withheld:",
            *([f"- {one.field}: {one.harm}" for one in disclosure.withheld] or ["- nothing"]),
            "",
        ]
    )


def _lines(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _lines(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
        for at, item in enumerate(value, 1):
            yield from _lines(item, f"{path}[{at}]")
    elif isinstance(value, list):
        yield f"{path}: {', '.join(str(one) for one in value)}"
    else:
        yield f"{path}: {_word(value)}"


def _word(value: Any) -> str:
    return {True: "yes", False: "no", None: "-"}.get(value, str(value)) if not isinstance(value, str) else value
