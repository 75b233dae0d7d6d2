"""A CSV file of capacity: read into rows, the rows into records, and a record back into a row.

Nothing here touches the database: the desk brings the units and the stored records.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.errors import BadInput, TooLarge
from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.units import rules
from trialport.units.import_cells import CLEAR, COLUMNS, CellError, Sentence, read_cell, shorten, suggest, write_cell
from trialport.units.import_models import ImportReport, ImportRow
from trialport.units.models import CapacityDetail, CapacityInput
from trialport.vocabulary.codes import THERAPY_AREAS

MOST_ROWS = 5_000
MOST_COLUMNS = 100
KEYS = ("unit", "therapy_area")

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# Fields that a record cannot be without.
_NEEDED = frozenset(field.name for field in msgspec.structs.fields(CapacityInput) if field.required)

Key = tuple[UUID, str]


class Row(Struct, frozen=True, kw_only=True):
    """One row of the file: its number (the header is 1) and its cells by column; empty cells are left out.

    What is wrong with it is said in `language`.
    """

    number: int
    cells: dict[str, str]
    language: Language = "en"
    faults: tuple[ImportRow, ...] = ()

    @property
    def unit(self) -> str:
        return self.cells.get("unit", "").strip()

    @property
    def therapy_area(self) -> str:
        return self.cells.get("therapy_area", "").strip()

    def fault(self, field: str | None, *sentences: Sentence) -> ImportRow:
        """Return the report's line for an error in this row."""
        return self.line("error", field, " ".join(one.said(self.language) for one in sentences))

    def line(
        self,
        outcome: Literal["create", "change", "unchanged", "error"],
        field: str | None = None,
        message: str | None = None,
    ) -> ImportRow:
        """Return the report's line for this row."""
        return ImportRow(
            row=self.number,
            outcome=outcome,
            unit=shorten(self.unit, 100) or None,
            therapy_area=shorten(self.therapy_area, 100) or None,
            field=field,
            message=message,
        )


class Table(Struct, frozen=True, kw_only=True):
    """A file that could be read; with `faults` in its header it has no rows."""

    rows: tuple[Row, ...] = ()
    decimal_comma: bool = False
    faults: tuple[ImportRow, ...] = ()


class UnitInScope(Struct, frozen=True, kw_only=True):
    """A unit whose capacity the caller may write."""

    unit_id: UUID
    region_id: UUID
    registry_id: str


class Write(Struct, frozen=True, kw_only=True):
    """A record to be created (`before` is None) or changed."""

    unit: UnitInScope
    therapy_area: str
    before: CapacityDetail | None
    after: CapacityInput


class AddressedRow(Struct, frozen=True, kw_only=True):
    """A row whose unit and therapy area are known, and named by no other row."""

    row: Row
    unit: UnitInScope

    @property
    def key(self) -> Key:
        return self.unit.unit_id, self.row.therapy_area


class Plan(Struct, frozen=True, kw_only=True):
    """What the import would do, row by row, and what it has to write for that."""

    lines: tuple[ImportRow, ...]
    writes: tuple[Write, ...] = ()

    def report(self, *, dry_run: bool) -> ImportReport:
        """Count the outcomes; nothing is written in a dry run, or while one row has an error."""
        rows = {outcome: {line.row for line in self.lines if line.outcome == outcome} for outcome in _OUTCOMES}
        return ImportReport(
            dry_run=dry_run,
            written=not dry_run and not rows["error"],
            created=len(rows["create"]),
            changed=len(rows["change"]),
            unchanged=len(rows["unchanged"]),
            errors=len(rows["error"]),
            rows=self.lines,
        )


_OUTCOMES = ("create", "change", "unchanged", "error")


def read_table(body: bytes, language: Language = "en") -> Table:
    """Read the file; raises BadInput for what is no CSV in UTF-8, TooLarge beyond 5,000 rows.

    What is wrong with the file or a row is said in `language`.

    Rows without any value, as spreadsheets leave them at the end, are passed over.
    """
    text = _decode(body, language)
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    rows: list[Row] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                names = _column_names(cells, language)
                if faults := _header_faults(names, language):
                    return Table(faults=faults)
            elif any(cell.strip() for cell in cells):
                rows.append(_row(Row(number=number, cells={}, language=language), names, cells))
                if len(rows) > MOST_ROWS:
                    raise TooLarge(too_many_rows(language))
    except csv.Error:
        raise _unreadable(
            language, _("Line %(line)s is not CSV. Check its quotation marks."), reader.line_num
        ) from None
    return Table(rows=tuple(rows), decimal_comma=delimiter == ";")


def too_many_rows(language: Language) -> str:
    """Say that a file is too long to be read in one go."""
    return translate(language, "The file has more than %(most)s rows. Split it.", most=MOST_ROWS)


def _unreadable(language: Language, message: str, line: int) -> BadInput:
    return BadInput(translate(language, message, line=line))


def _decode(body: bytes, language: Language) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise _unreadable(language, _("Line %(line)s is not UTF-8. Save the file as `CSV UTF-8`."), line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _unreadable(language, _("Line %(line)s has a NUL character. Save the file as `CSV UTF-8`."), line)
    if not text.strip():
        raise BadInput(translate(language, "The file is empty. Its first row has to name the columns."))
    return text


def _column_names(cells: Sequence[str], language: Language) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        message = _("The file has %(count)s columns; there are %(known)s.")
        raise BadInput(translate(language, message, count=len(names), known=len(KEYS) + len(COLUMNS)))
    return names


def _header_faults(names: Sequence[str], language: Language) -> tuple[ImportRow, ...]:
    header = Row(number=1, cells={}, language=language)
    known = (*KEYS, *COLUMNS)
    faults = []
    for position, name in enumerate(names):
        if not name:
            told = Sentence(_("Column %(column)s has no name. Name it or take it out."), {"column": position + 1})
            faults.append(header.fault(None, told))
        elif name not in known:
            advice = Sentence(_("Correct its name or take the column out."))
            faults.append(header.fault(shorten(name), suggest(name, known), advice))
        elif name in names[:position]:
            faults.append(
                header.fault(name, Sentence(_("Two columns are named `%(name)s`. Keep one."), {"name": name}))
            )
    faults.extend(
        header.fault(
            key, Sentence(_("The column `%(name)s` is missing. Separate columns with `,` or `;`."), {"name": key})
        )
        for key in KEYS
        if key not in names
    )
    return tuple(faults)


def _row(empty: Row, names: Sequence[str], cells: Sequence[str]) -> Row:
    by_name = {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip()}
    row = msgspec.structs.replace(empty, cells=by_name)
    if any(cell.strip() for cell in cells[len(names) :]):
        told = Sentence(
            _(
                "The row has %(cells)s cells, the header %(columns)s. "
                "Put a value that has the delimiter in it in quotation marks."
            ),
            {"cells": len(cells), "columns": len(names)},
        )
        return msgspec.structs.replace(row, faults=(row.fault(None, told),))
    return row


def unit_names(table: Table) -> tuple[list[str], list[UUID]]:
    """Return what the rows call their units: every name, and those that are unit ids."""
    names = sorted({row.unit for row in table.rows})
    return names, [UUID(name.lower()) for name in names if _UUID.fullmatch(name.lower())]


def address_rows(table: Table, units: Iterable[UnitInScope]) -> tuple[tuple[AddressedRow, ...], tuple[ImportRow, ...]]:
    """Find each row's unit and therapy area; returns the rows that have both, and the errors of the others."""
    named: dict[str, dict[UUID, UnitInScope]] = {}
    for unit in units:
        for name in (unit.registry_id, str(unit.unit_id)):
            named.setdefault(name, {})[unit.unit_id] = unit
    addressed: dict[Key, AddressedRow] = {}
    faults = list(table.faults)
    for row in table.rows:
        own = named.get(row.unit) or named.get(row.unit.lower() if _UUID.fullmatch(row.unit.lower()) else "")
        found = _address_faults(row, own or {})
        if not found and own:
            one = AddressedRow(row=row, unit=next(iter(own.values())))
            first = addressed.setdefault(one.key, one)
            if first is not one:
                told = _("Row %(row)s has the same unit and therapy area. Keep one of them.")
                found = [row.fault("therapy_area", Sentence(told, {"row": first.row.number}))]
        faults.extend(found)
    return tuple(addressed.values()), tuple(faults)


def _address_faults(row: Row, own: Mapping[UUID, UnitInScope]) -> list[ImportRow]:
    faults = list(row.faults)
    if not row.unit:
        faults.append(row.fault("unit", Sentence(_("Name the unit by its registry id or its unit id."))))
    elif not own:
        faults.append(
            row.fault("unit", Sentence(_("No unit of yours has this id. Use its registry id or its unit id.")))
        )
    elif len(own) > 1:
        faults.append(
            row.fault("unit", Sentence(_("Several regions have a unit with this registry id. Use the unit id.")))
        )
    if not row.therapy_area:
        faults.append(row.fault("therapy_area", Sentence(_("Name the therapy area, such as `respiratory`."))))
    elif row.therapy_area not in THERAPY_AREAS:
        faults.append(row.fault("therapy_area", suggest(row.therapy_area, THERAPY_AREAS)))
    return faults


def plan_rows(
    addressed: Iterable[AddressedRow],
    faults: Iterable[ImportRow],
    stored: Mapping[Key, CapacityDetail],
    *,
    decimal_comma: bool,
    today: date,
) -> Plan:
    """Compare the rows with the stored records: what each row does, or what is wrong with it."""
    lines = list(faults)
    writes = []
    for one in addressed:
        before = stored.get(one.key)
        found, after = read_capacity_row(
            one.row,
            None if before is None else rules.as_input(before),
            decimal_comma=decimal_comma,
            today=today,
        )
        lines.extend(found)
        if after is not None and found[0].outcome != "unchanged":
            writes.append(Write(unit=one.unit, therapy_area=one.row.therapy_area, before=before, after=after))
    return Plan(lines=tuple(sorted(lines, key=lambda line: line.row)), writes=tuple(writes))


def read_capacity_row(
    row: Row, before: CapacityInput | None, *, decimal_comma: bool, today: date
) -> tuple[list[ImportRow], CapacityInput | None]:
    """Read a row over the stored record: the lines for the report, and the record where there is no error."""
    values, faults = _read_values(row, decimal_comma=decimal_comma)
    if before is None and "state" not in row.cells:
        faults.append(row.fault("state", Sentence(_("A new record needs a state: open, limited, full or paused."))))
    if faults:
        return faults, None
    after = CapacityInput(**values) if before is None else msgspec.structs.replace(before, **values)
    if after == before:
        return [row.line("unchanged")], after
    for error in rules.check_capacity(after, today):
        field, _dot, within = error.path.partition(".")
        told = row.fault(field, Sentence(error.message))
        faults.append(msgspec.structs.replace(told, message=f"`{within}`: {told.message}") if within else told)
    if faults:
        return faults, None
    return [row.line("create" if before is None else "change")], after


def _read_values(row: Row, *, decimal_comma: bool) -> tuple[dict[str, Any], list[ImportRow]]:
    values: dict[str, Any] = {}
    faults = []
    for name, cell in row.cells.items():
        if name in KEYS:
            continue
        if cell.strip() == CLEAR and name in _NEEDED:
            faults.append(row.fault(name, Sentence(_("A record cannot be without it. Write a value."))))
        elif cell.strip() == CLEAR:
            values[name] = _DEFAULTS[name]
        else:
            try:
                values[name] = read_cell(name, cell, decimal_comma=decimal_comma)
            except CellError as error:
                faults.append(row.fault(name, error.sentence))
    return values, faults


_DEFAULTS = {
    field.name: field.default_factory() if callable(field.default_factory) else field.default
    for field in msgspec.structs.fields(CapacityInput)
    if not field.required
}


def row_of(unit: str, therapy_area: str, capacity: CapacityInput) -> dict[str, str]:
    """Write a record as the row whose import gives the same record, whatever is stored."""
    cells = {name: write_cell(name, getattr(capacity, name)) for name in COLUMNS}
    return {"unit": unit, "therapy_area": therapy_area, **cells}


def write_table(rows: Iterable[Mapping[str, str]], *, delimiter: Literal[",", ";"] = ",") -> bytes:
    """Write rows as a file that read_table reads, with every column."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, (*KEYS, *COLUMNS), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
