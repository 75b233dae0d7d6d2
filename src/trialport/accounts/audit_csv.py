"""The audit trail as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable

import msgspec

from trialport.accounts.audit_models import AuditEventDetail

COLUMNS = AuditEventDetail.__struct_fields__
# A spreadsheet takes a cell that begins with one of these for a formula (CWE-1236).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutralise(text: str) -> str:
    """Return the text of a cell so that a spreadsheet shows it and never computes it."""
    # Blanks in front do not keep some programs from reading a formula.
    is_formula = text.startswith(_FORMULA_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if is_formula else text


def header_line() -> bytes:
    return _lines([COLUMNS])


def event_lines(events: Iterable[AuditEventDetail]) -> bytes:
    """Return one line an event; structures are written as JSON."""
    return _lines([_cell(getattr(event, name)) for name in COLUMNS] for event in events)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return neutralise(value)
    if isinstance(value, dict):
        return neutralise(msgspec.json.encode(value, order="deterministic").decode())
    return str(msgspec.to_builtins(value))


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made).writerows(rows)
    return made.getvalue().encode()
