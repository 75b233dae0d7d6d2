"""The CSV of an import, without a database: what a record looks like in it, and what each faulty cell is told."""

import re
from pathlib import Path
from uuid import uuid5

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.units.factories import EXAMPLE, LUNG, STORED, TODAY, capacities
from trialport.core.errors import BadInput, TooLarge
from trialport.core.language import Language
from trialport.units.import_cells import COLUMNS, read_cell
from trialport.units.import_models import ImportRow
from trialport.units.import_rows import (
    MOST_ROWS,
    Row,
    address_rows,
    plan_rows,
    read_capacity_row,
    read_table,
    row_of,
    unit_names,
    write_table,
)
from trialport.units.models import (
    CapacityInput,
    DctOffer,
    Experience,
)

# A busy machine must not fail a test.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(text: str, before: CapacityInput | None = STORED) -> tuple[list[ImportRow], CapacityInput | None]:
    """Read the one row of a file over a stored record."""
    table = read_table(text.encode())
    assert table.faults == ()
    [row] = table.rows
    return read_capacity_row(row, before, decimal_comma=table.decimal_comma, today=TODAY)


def cell(name: str, content: str) -> tuple[list[ImportRow], CapacityInput | None]:
    """Read a file of one cell beside its address."""
    row = Row(number=2, cells={"unit": "test-lung", "therapy_area": "respiratory", name: content})
    return read_capacity_row(row, STORED, decimal_comma=False, today=TODAY)


@unhurried
@given(capacity=capacities, before=st.none() | capacities, delimiter=st.sampled_from((",", ";")))
def test_a_record_written_as_a_row_is_read_back_whatever_is_stored(
    capacity: CapacityInput, before: CapacityInput | None, delimiter: str
) -> None:
    body = write_table([row_of("test-lung", "respiratory", capacity)], delimiter=";" if delimiter == ";" else ",")
    table = read_table(body)
    [row] = table.rows
    values = {
        name: read_cell(name, row.cells[name], decimal_comma=table.decimal_comma)
        for name in COLUMNS
        if row.cells[name].strip() != "-"
    }
    msgspec.convert(msgspec.to_builtins(capacity), CapacityInput)
    assert CapacityInput(**values) == capacity
    lines, after = read_capacity_row(row, capacity, decimal_comma=table.decimal_comma, today=TODAY)
    assert [line.outcome for line in lines] == ["unchanged"]
    assert after == capacity
    over, other = read_capacity_row(row, before, decimal_comma=table.decimal_comma, today=TODAY)
    assert other == capacity if over[0].outcome != "error" else other is None


@unhurried
@given(
    content=st.text(
        st.one_of(st.sampled_from("|\\@:=-.,eE0123456789 "), st.characters(exclude_categories=["Cs"])), max_size=60
    ),
    name=st.sampled_from(sorted(COLUMNS)),
)
def test_any_cell_is_read_or_told_what_to_write(content: str, name: str) -> None:
    lines, after = cell(name, content)
    if after is None:
        assert [line.field for line in lines] == [name] * len(lines)
        assert all(line.message for line in lines)
    else:
        msgspec.convert(msgspec.to_builtins(after), CapacityInput)


@unhurried
@given(body=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        table = read_table(b"unit,therapy_area\r\n" + body)
    except BadInput as problem:
        assert problem.detail.endswith(".")  # noqa: PT017 - bytes may be refused or read
    else:
        addressed, faults = address_rows(table, [LUNG])
        assert len(addressed) + len({fault.row for fault in faults}) == len(table.rows)


def test_there_is_a_column_for_every_field() -> None:
    assert set(COLUMNS) == {field.name for field in msgspec.structs.fields(CapacityInput)}


def test_an_empty_cell_keeps_and_a_dash_clears() -> None:
    lines, after = read("unit,therapy_area,nurse_hours_free,state_until,indications\ntest-lung,respiratory,,-, - \n")
    assert [line.outcome for line in lines] == ["change"]
    assert after == msgspec.structs.replace(STORED, state_until=None, indications=())


def test_a_new_record_takes_the_defaults_and_needs_a_state() -> None:
    lines, after = read("unit,therapy_area,state,phases\ntest-lung,respiratory,open,2|3\n", None)
    assert [line.outcome for line in lines] == ["create"]
    assert after == CapacityInput(state="open", phases=("2", "3"))
    lines, after = read("unit,therapy_area,state,phases\ntest-lung,respiratory,,2\n", None)
    assert [(line.row, line.outcome, line.field) for line in lines] == [(2, "error", "state")]
    assert after is None


def test_every_faulty_cell_of_a_row_is_named() -> None:
    lines, _ = read("unit,therapy_area,state,phases,nurse_hours_free\ntest-lung,respiratory,opne,5,many\n")
    assert [line.field for line in lines] == ["state", "phases", "nurse_hours_free"]
    assert lines[0].message == "`opne` is unknown. Did you mean `open`?"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("state", "-", "cannot be without"),
        ("state", "closed", "Use open, limited, full or paused."),
        ("phases", "3 IV", "`IV` is unknown"),
        ("study_types", "drug drug", "stands twice"),
        ("participants_per_month", "about 3", "Write a number"),
        ("participants_per_month", "3,5", "Write a number"),
        ("participants_per_month", "nan", "Write a number"),
        ("participants_per_month", "1e999", "Write a number"),
        ("participants_per_month", "1_000", "Write a number"),
        ("participants_per_month", "-1", "Write a number"),
        ("participants_per_month", "٣", "Write a number"),
        ("nurse_hours_free", "2001", "from 0 to 2000"),
        ("running_trials", "3.0", "Write a whole number"),
        ("running_trials", "9" * 5000, "Write a whole number"),
        ("state_until", "2026-02-30", "There is no day 2026-02-30"),
        ("state_until", "0000-01-01", "There is no day"),
        ("state_until", "20261001", "YYYY-MM-DD"),
        ("state_until", "31-12-2026", "YYYY-MM-DD"),
        ("new_trials_possible", "maybe", "yes or no"),
        ("indications", "COPD||asthma", "nothing before, between or after"),
        ("indications", "x" * 201, "at most 200 characters"),
        ("indications", "|".join(["x"] * 51), "At most 50 texts"),
        ("dct_activities", "video_visit", "activity=answer"),
        ("dct_activities", "video_visits=own", "Did you mean `video_visit`?"),
        ("dct_activities", "video_visit=perhaps", "Use own, with_partner, cannot or unknown."),
        ("dct_activities", "video_visit=own|video_visit=cannot", "stands twice"),
        ("dct_activities", "home_venous=with_partner", "`home_venous.partner`: Say with which partner."),
        ("dct_activities", "home_venous=with_partner:", "activity=answer"),
        ("experience", "respiratory=4", "therapy_area/phase=trials"),
        ("experience", "respiratori/3=4", "Did you mean `respiratory`?"),
        ("experience", "respiratory/3=1000001", "therapy_area/phase=trials"),
        ("participants_counted_on", "2027-01-01", "lies in the future"),
    ],
)
def test_a_faulty_cell_is_told_what_to_write(name: str, content: str, told: str) -> None:
    lines, after = cell(name, content)
    assert after is None
    assert [(line.field, line.outcome) for line in lines] == [(name, "error")]
    assert told in (lines[0].message or "")


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("phases", "2 | 3|4", ("2", "3", "4")),
        ("new_trials_possible", "FALSKT", False),
        ("new_trials_possible", "Ja", True),
        ("conditions", " needs a nurse | needs \\| space ", ("needs a nurse", "needs | space")),
        ("indications", "\\-", ("-",)),
        ("competing_trials", "C:\\share", ("C:\\share",)),
        (
            "experience",
            "respiratory/3=4 | oncology/early_1=0",
            (
                Experience(therapy_area="respiratory", phase="3", trials=4),
                Experience(therapy_area="oncology", phase="early_1", trials=0),
            ),
        ),
        (
            "dct_activities",
            "video_visit=own | home_venous=with_partner:Hemsjukvården@Uppsala",
            {
                "video_visit": DctOffer(answer="own"),
                "home_venous": DctOffer(answer="with_partner", partner="Hemsjukvården", geography="Uppsala"),
            },
        ),
        (
            "dct_activities",
            "phone_visit=own@Knivsta: centre",
            {
                "phone_visit": DctOffer(answer="own", geography="Knivsta: centre"),
            },
        ),
    ],
)
def test_a_cell_as_people_write_it(name: str, content: str, value: object) -> None:
    lines, after = cell(name, content)
    assert [line.outcome for line in lines] == ["change"]
    assert getattr(after, name) == value


def test_a_decimal_comma_belongs_to_the_semicolon() -> None:
    _, after = read("unit;therapy_area;nurse_hours_free;participants_per_month\r\ntest-lung;respiratory;16,25;3.5\r\n")
    assert after is not None
    assert (after.nurse_hours_free, after.participants_per_month) == (16.25, 3.5)
    lines, _ = read('unit,therapy_area,nurse_hours_free\ntest-lung,respiratory,"16,25"\n')
    assert lines[0].field == "nurse_hours_free"


def test_a_byte_order_mark_blank_lines_and_empty_columns_do_no_harm() -> None:
    table = read_table("\ufeffUnit;Therapy_area;state;;\r\n\r\ntest-lung;respiratory;open;;\r\n;;;;\r\n".encode())
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, {"unit": "test-lung", "therapy_area": "respiratory", "state": "open"})
    ]


@pytest.mark.parametrize(
    ("header", "field", "told"),
    [
        ("unit,therapy_area,nurses", "nurses", "is unknown"),
        ("unit,therapy_area,nurse_hour_free", "nurse_hour_free", "Did you mean `nurse_hours_free`?"),
        ("therapy_area,state", "unit", "missing"),
        ("unit,state", "therapy_area", "missing"),
        ("unit,therapy_area,state,State", "state", "Two columns"),
        ("unit,,therapy_area", None, "Column 2 has no name"),
    ],
)
def test_a_faulty_header_is_an_error_of_row_1(header: str, field: str | None, told: str) -> None:
    table = read_table(f"{header}\na,b,c,d\n".encode())
    assert table.rows == ()
    [fault] = table.faults
    assert (fault.row, fault.outcome, fault.field) == (1, "error", field)
    assert told in (fault.message or "")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"unit,therapy_area\nlung\xff,respiratory\n", "Line 2 is not UTF-8"),
        (b"unit,therapy_area\nlung,respiratory\n\xed\xa0\x80,x\n", "Line 3 is not UTF-8"),
        ("unit,therapy_area\n".encode("utf-16"), "not UTF-8"),
        (b"unit,therapy_area\nlung\0,respiratory\n", "Line 2 has a NUL"),
        (b'unit,therapy_area\n"lung,respiratory\n', "not CSV"),
        (b'unit,therapy_area\n"lung"x,respiratory\n', "not CSV"),
        (b"unit,therapy_area\n" + b"x" * 200_000 + b",respiratory\n", "not CSV"),
        (",".join(f"c{number}" for number in range(100_000)).encode(), "100000 columns"),
    ],
)
def test_what_is_no_csv_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_table(body)
    assert told in refused.value.detail


def test_too_many_rows_are_refused() -> None:
    row = b"test-lung,respiratory\n"
    assert len(read_table(b"unit,therapy_area\n" + row * MOST_ROWS).rows) == MOST_ROWS
    with pytest.raises(TooLarge):
        read_table(b"unit,therapy_area\n" + row * (MOST_ROWS + 1))


def test_a_longer_row_than_the_header_is_an_error() -> None:
    table = read_table(b"unit,therapy_area,conditions\ntest-lung,respiratory,nurse, room\n")
    addressed, [fault] = address_rows(table, [LUNG])
    assert addressed == ()
    assert "4 cells, the header 3" in (fault.message or "")


def test_a_unit_is_named_by_either_id_once() -> None:
    upper = str(LUNG.unit_id).upper()
    table = read_table(
        f"unit,therapy_area\ntest-lung,respiratory\n{upper},respiratory\n{LUNG.unit_id},oncology\n".encode()
    )
    assert unit_names(table) == (sorted(["test-lung", upper, str(LUNG.unit_id)]), [LUNG.unit_id] * 2)
    addressed, [fault] = address_rows(table, [LUNG])
    assert [one.key for one in addressed] == [(LUNG.unit_id, "respiratory"), (LUNG.unit_id, "oncology")]
    assert (fault.row, fault.message) == (3, "Row 2 has the same unit and therapy area. Keep one of them.")


def test_a_registry_id_of_two_regions_is_not_guessed() -> None:
    twin = msgspec.structs.replace(LUNG, unit_id=uuid5(LUNG.unit_id, "twin"), region_id=uuid5(LUNG.region_id, "twin"))
    table = read_table(b"unit,therapy_area\ntest-lung,respiratory\n")
    addressed, [fault] = address_rows(table, [LUNG, twin])
    assert addressed == ()
    assert "Use the unit id" in (fault.message or "")


def test_the_report_counts_rows_and_lists_every_error() -> None:
    table = read_table(b"unit,therapy_area,state,phases\nnowhere,lungs,open,\ntest-lung,oncology,open,\n,,,2\n")
    addressed, faults = address_rows(table, [LUNG])
    plan = plan_rows(addressed, faults, {}, decimal_comma=False, today=TODAY)
    report = plan.report(dry_run=False)
    assert (report.written, report.created, report.changed, report.unchanged, report.errors) == (False, 1, 0, 0, 2)
    assert [(line.row, line.outcome, line.field) for line in report.rows] == [
        (2, "error", "unit"),
        (2, "error", "therapy_area"),
        (3, "create", None),
        (4, "error", "unit"),
        (4, "error", "therapy_area"),
    ]
    assert [write.therapy_area for write in plan.writes] == ["oncology"]


@pytest.mark.parametrize("language", ["sv", "da"])
def test_what_is_wrong_is_told_in_the_readers_language(language: Language) -> None:
    """Whatever English says of a file is said otherwise in Swedish and Danish, with the same codes and numbers."""
    faulty = {
        "state": ("closed", "-"),
        "phases": ("IV", "2 2"),
        "therapy_area": ("", "lungs", "respiratori"),
        "unit": ("", "nowhere"),
        "nurse_hours_free": ("many", "2001"),
        "running_trials": ("3.5",),
        "state_until": ("2026-02-30", "31/12"),
        "new_trials_possible": ("maybe",),
        "indications": ("COPD||asthma", "x" * 201),
        "dct_activities": ("video_visit", "video_visit=own|video_visit=own", "home_venous=with_partner"),
        "experience": ("4",),
        "participants_counted_on": ("2099-01-01",),
    }
    files = ["unit,state,state,\u00e5r,,\na,b\n", "unit,therapy_area\ntest-lung,respiratory,3\n"]
    files += ["unit,therapy_area,state\n" + "test-lung,respiratory,open\n" * 2]
    for column, cells in faulty.items():
        row = {"unit": "test-lung", "therapy_area": "respiratory", "state": "open"}
        files += [write_table([row | {column: one}]).decode() for one in cells]
    english = [lines_of(file, "en") for file in files]
    translated = [lines_of(file, language) for file in files]
    told = {(line.field, line.message) for lines in english for line in lines}
    assert len(told) > 25
    for before, after in zip(english, translated, strict=True):
        assert [(one.row, one.field, one.outcome) for one in before] == [
            (one.row, one.field, one.outcome) for one in after
        ]
        for one, other in zip(before, after, strict=True):
            assert one.message != other.message, one.message
            assert re.findall(r"`[^`]*`|\d+", one.message or "") == re.findall(r"`[^`]*`|\d+", other.message or "")


def lines_of(file: str, language: Language) -> list[ImportRow]:
    """Return every error of a file."""
    table = read_table(file.encode(), language)
    addressed, faults = address_rows(table, [LUNG])
    plan = plan_rows(addressed, [*table.faults, *faults], {}, decimal_comma=False, today=TODAY)
    found = {(one.row, one.field, one.message): one for one in plan.lines if one.outcome == "error"}
    assert found, file
    return list(found.values())


@pytest.mark.parametrize(
    ("body", "swedish"),
    [
        (b"", "Filen är tom."),
        (b"unit,therapy_area\nlung\xff,respiratory\n", "Rad 2 är inte UTF-8."),
        (b"unit,therapy_area\nlung\0,respiratory\n", "NUL-tecken"),
        (b'unit,therapy_area\n"lung,respiratory\n', "Kontrollera citattecknen."),
        (",".join(f"c{number}" for number in range(101)).encode(), "Filen har 101 kolumner"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_the_readers_language(body: bytes, swedish: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_table(body, "sv")
    assert swedish in refused.value.detail


MANUAL = Path(__file__).parents[2] / "docs" / "capacity-import.md"


def test_the_examples_of_the_manual_are_what_the_import_reads() -> None:
    unit = msgspec.structs.replace(LUNG, registry_id="demo-uas-lunga")
    [nordic, whole] = re.findall(r"```csv\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    for file in (nordic, whole):
        table = read_table(file.encode())
        addressed, faults = address_rows(table, [unit])
        plan = plan_rows(addressed, faults, {}, decimal_comma=table.decimal_comma, today=TODAY)
        assert {line.outcome for line in plan.lines} == {"create"}, plan.lines
    assert whole.encode() == write_table([row_of("demo-uas-lunga", "respiratory", EXAMPLE)]).replace(b"\r\n", b"\n")


def test_the_manual_describes_every_column_in_order() -> None:
    table = re.findall(r"^\| `(\w+)` \| .* \| `(.*)` \|$", MANUAL.read_text("utf-8"), re.MULTILINE)
    assert [name for name, _ in table] == ["unit", "therapy_area", *COLUMNS]
    shown = msgspec.structs.replace(EXAMPLE, primary_care_role="visit")
    for name, example in table[2:]:
        assert read_cell(name, example.replace("\\|", "|"), decimal_comma=False) == getattr(shown, name), name
