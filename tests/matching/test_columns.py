"""The index: what goes in comes out, in an order of its own."""

from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.factories import ON, OTHER_REGION, REGION, capacity, columns, question, ranked
from trialport.matching.arrays import GrowingRagged, Postings, summed
from trialport.matching.layout import Identifiers
from trialport.matching.ranking import rank
from trialport.matching.window import add_months
from trialport.matching.words import nearly_equal


def test_an_empty_register_ranks_nobody() -> None:
    found = ranked(question(units_wanted=(UUID(int=1),), gmo=True, equipment=("mri",)))
    assert (found.candidates, found.excluded, found.candidate_count, found.excluded_count) == ((), (), 0, 0)


def test_rows_of_one_area_stand_together() -> None:
    areas = ("respiratory", "oncology", "respiratory", "cardiovascular")
    rows = [capacity(number, therapy_area=area) for number, area in enumerate(areas)]
    index = columns(*rows)
    assert [index.therapy_area_of(row) for row in range(4)] == ["cardiovascular", "oncology", *["respiratory"] * 2]
    told = {index.capacity_id[row]: (index.therapy_area_of(row), index.unit_of(row).unit_name) for row in range(4)}
    assert told == {row.capacity_id: (row.therapy_area, row.unit_name) for row in rows}


def test_only_the_regions_asked_are_ranked() -> None:
    index = columns(capacity(1), capacity(2, region_id=OTHER_REGION))
    for regions, expected in (((REGION,), ["Unit 1"]), ((OTHER_REGION,), ["Unit 2"]), ((), [])):
        found = rank(question(), index, on=ON, regions=regions, limit=None)
        assert [one.unit_name for one in found.candidates] == expected


def test_words_are_kept_once() -> None:
    index = columns(*(capacity(number, conditions=("needs a nurse",)) for number in range(1, 9)))
    assert sorted(index.strings) == ["COPD", "Site", "needs a nurse"]


def test_numbers_keep_what_they_stand_for() -> None:
    found = ranked(question(), capacity(participants_per_month=3.3), capacity(2, participants_per_month=0.7))
    told = [one.offered for each in found.candidates for one in each.criteria if one.name == "participants"]
    assert told == [40, 8]


@given(st.lists(st.uuids(), min_size=1, max_size=20))
def test_identifiers_come_back_as_they_were(values: list[UUID]) -> None:
    packed = Identifiers.of(value.bytes for value in values)
    assert [packed[row] for row in range(len(values))] == values
    assert packed.equal_to(values[0]).tolist() == [value == values[0] for value in values]


@given(
    st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=12),
)
def test_ragged_rows_are_read_as_written(rows: list[list[int]]) -> None:
    growing = GrowingRagged()
    growing.extend(rows[:3])
    before = growing.view()
    growing.extend(rows[3:])
    assert [before.of(row).tolist() for row in range(len(rows[:3]))] == rows[:3], "a view stays as it was"
    order = np.array(sorted(range(len(rows)), key=lambda number: (rows[number], number)))
    ragged = growing.view().reordered(order)
    assert [ragged.of(row).tolist() for row in range(len(rows))] == [rows[number] for number in order]
    levels, values = np.arange(10, dtype=np.int8), np.arange(10, dtype=np.float64)
    for picked in (np.arange(len(rows)), np.arange(len(rows))[::-2], np.arange(0)):
        chosen = [rows[order[row]] for row in picked]
        assert ragged.best(picked, levels).tolist() == [max(row, default=0) for row in chosen]
        owners, entries = ragged.entries(picked)
        assert entries.tolist() == [entry for row in chosen for entry in row]
        assert summed(owners, values.take(entries), len(picked)).tolist() == [sum(row) for row in chosen]
        assert ragged.counts(picked).tolist() == [len(row) for row in chosen]
    postings = Postings.of(ragged, 10)
    for value in range(12):
        expected = [row for row in range(len(rows)) for entry in rows[order[row]] if entry == value]
        assert postings.holding([value]).tolist() == expected


@pytest.mark.parametrize(
    ("indication", "words", "same"),
    [
        ("Zzblorb-syndrome", "zzblorb syndrome", True),
        ("zzblorb syndrome", "syndrome, zzblorb", True),
        ("zzblorb syndrome type 1", "zzblorb syndrome type 2", False),
        ("hypozzblorbism", "hyperzzblorbism", False),
        ("zzblorb syndrome", "non-zzblorb syndrome", False),
        ("severe zzblorb syndrome in adults", "zzblorb", False),
        ("zzblorb syndrome", "", False),
    ],
)
def test_unread_words_are_the_same_only_when_nearly_equal(indication: str, words: str, *, same: bool) -> None:
    assert (words in nearly_equal(indication, [words])) == same


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-11-21", 12, "2027-11-21"), ("2026-08-31", 6, "2027-02-28"), ("2027-12-01", 1, "2028-01-01")],
)
def test_months_are_counted_on_the_calendar(day: str, months: int, expected: str) -> None:
    assert add_months(type(ON).fromisoformat(day), months).isoformat() == expected


def test_the_last_year_of_the_calendar_does_no_harm() -> None:
    found = ranked(question(planned_start=type(ON).max, recruitment_months=240), capacity())
    assert found.candidate_count == 1
