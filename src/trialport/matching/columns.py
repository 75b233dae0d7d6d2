"""The capacities of a region as columns: what the ranking reads, small enough for a country in one process.

Rows stand in the order of (unit_id, capacity_id), so that the index, and every tie in a ranking, is the same
in whatever order the capacities are given. A column never changes once built; a changed capacity means a new
index.
"""

from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any, get_args
from uuid import UUID

import numpy as np
import numpy.typing as npt

from trialport.matching.arrays import Bools, Codes, Ints, Ragged, RaggedDraft, Rows
from trialport.matching.models import CapacityRow
from trialport.matching.words import WordBook, word_book_of
from trialport.units.models import Basis, CapacityState, UnitKind
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    PHASES,
    RESOURCE_KINDS,
    STUDY_TYPES,
    THERAPY_AREAS,
    ResourceKind,
    TherapyArea,
)
from trialport.vocabulary.index import Vocabulary

# Days are proleptic ordinals (1 = 0001-01-01), so 0 is free to say "no date".
NO_DAY = 0
# In `capability_until`: an explicit no, nothing known, or available without expiry; else the last day.
CAPABILITY_NO = -1
CAPABILITY_UNKNOWN = 0
CAPABILITY_ALWAYS = 2**31 - 1
LOW_64_BITS = 2**64 - 1
STATES: tuple[CapacityState, ...] = get_args(CapacityState)
BASES: tuple[Basis, ...] = get_args(Basis)
NO_BASIS = -1
# A unit's answer to an activity; an activity not named is unknown, so unknown is zero.
DCT_CODES = {"unknown": 0, "cannot": 1, "with_partner": 2, "own": 3}
UNSAID, NO, YES = -1, 0, 1
# Codes that one experience entry is packed into: therapy area, phase, number of trials.
EXPERIENCE_WIDTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class Identifiers:
    """UUIDs as two halves, 16 bytes each instead of the 56 of an object."""

    high: npt.NDArray[np.uint64]
    low: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, values: Iterable[UUID]) -> "Identifiers":
        """Pack the identifiers in the order given."""
        numbers = [value.int for value in values]
        return cls(
            np.array([number >> 64 for number in numbers], dtype=np.uint64),
            np.array([number & LOW_64_BITS for number in numbers], dtype=np.uint64),
        )

    def equal_to(self, value: UUID) -> Bools:
        """Say for each identifier whether it is this one."""
        same: Bools = (self.low == value.int & LOW_64_BITS) & (self.high == value.int >> 64)
        return same

    def __getitem__(self, row: int) -> UUID:
        return UUID(int=int(self.high[row]) << 64 | int(self.low[row]))


@dataclass(frozen=True, slots=True)
class Unit:
    """What is shown of a unit; held once, however many capacities it has."""

    unit_id: UUID
    region_id: UUID
    unit_name: str
    site_name: str
    unit_kind: UnitKind


@dataclass(frozen=True, slots=True, eq=False)
class CapacityColumns:
    """One entry per capacity in every column; sets of codes are bit masks, unknown numbers are NaN."""

    word_book: WordBook
    units: tuple[Unit, ...]
    unit_id: Identifiers
    region_ids: tuple[UUID, ...]
    region_resources: Ints
    strings: tuple[str, ...]
    capacity_id: Identifiers
    unit: Ints
    region: Ints
    therapy_area: Ints
    study_types: Ints
    phases: Ints
    age_groups: Ints
    care_settings: Ints
    state: Ints
    state_until: Ints
    new_trials_possible: Ints
    new_trials_from: Ints
    lead_time_days: Ints
    participants_per_month: npt.NDArray[np.float32]
    participants_basis: Ints
    nurse_hours_free: npt.NDArray[np.float32]
    physician_hours_free: npt.NDArray[np.float32]
    gcp_investigators: npt.NDArray[np.float32]
    resources: Ints
    confirmed_on: Ints
    valid_until: Ints
    revision: Ints
    dct_answers: Codes
    capability_until: npt.NDArray[np.int32]
    whole_area: Bools
    concepts: Ragged
    indications: Ragged
    unread: Ragged
    competing: Ragged
    conditions: Ragged
    experience: Ragged

    @classmethod
    def build(
        cls,
        rows: Iterable[CapacityRow],
        vocabulary: Vocabulary,
        region_resources: Mapping[UUID, frozenset[ResourceKind]],
    ) -> "CapacityColumns":
        """Build the index of `rows`, which are consumed one by one."""
        draft = _Draft(word_book_of(vocabulary))
        for row in rows:
            draft.add(row)
        return draft.finish(region_resources)

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary whose dense concept ids the index holds."""
        return self.word_book.vocabulary

    def rows_in(self, regions: Collection[UUID] | None) -> Rows:
        """Return the numbers of the rows in these regions, in their stable order; None means all."""
        if regions is None:
            return np.arange(len(self))
        wanted = np.array([region in regions for region in self.region_ids], dtype=bool)
        return np.flatnonzero(wanted[self.region])

    def unit_of(self, row: int) -> Unit:
        """Return the unit that a row belongs to."""
        return self.units[int(self.unit[row])]

    def units_among(self, unit_ids: Collection[UUID]) -> Bools:
        """Say for each row whether its unit is one of these."""
        named = np.zeros(len(self.units), dtype=bool)
        for unit_id in unit_ids:
            named |= self.unit_id.equal_to(unit_id)
        return named[self.unit]

    def therapy_area_of(self, row: int) -> TherapyArea:
        """Return the therapy area of a row."""
        return THERAPY_AREAS[int(self.therapy_area[row])]

    def words_of(self, row: int, column: Ragged) -> list[str]:
        """Return the strings of a row in a column of strings."""
        return [self.strings[number] for number in column.of(row)]


def mask(codes: Iterable[str], known: tuple[str, ...]) -> int:
    """Return the bit mask of these codes; bit n stands for the n-th of the codes known."""
    return sum(1 << known.index(code) for code in set(codes))


_NUMBERS: dict[str, type[np.integer[Any]]] = {
    "unit": np.int32,
    "region": np.int32,
    "therapy_area": np.uint8,
    "study_types": np.uint16,
    "phases": np.uint16,
    "age_groups": np.uint8,
    "care_settings": np.uint8,
    "resources": np.uint16,
    "state": np.int8,
    "state_until": np.int32,
    "new_trials_possible": np.int8,
    "new_trials_from": np.int32,
    "lead_time_days": np.int32,
    "participants_basis": np.int8,
    "confirmed_on": np.int32,
    "valid_until": np.int32,
    "revision": np.int32,
}
_FLOATS = ("participants_per_month", "nurse_hours_free", "physician_hours_free", "gcp_investigators")
_MASKS: dict[str, tuple[str, ...]] = {
    "study_types": STUDY_TYPES,
    "phases": PHASES,
    "age_groups": AGE_GROUPS,
    "care_settings": CARE_SETTINGS,
    "resources": RESOURCE_KINDS,
}
_DAYS = ("state_until", "new_trials_from", "valid_until")
_RAGGED = ("concepts", "indications", "unread", "competing", "conditions")


class _Draft:
    """The columns while rows are being added, one after the other, none of them kept."""

    def __init__(self, word_book: WordBook) -> None:
        self._word_book = word_book
        self._capacity_ids = bytearray()
        self._units: dict[Unit, int] = {}
        self._regions: dict[UUID, int] = {}
        self._strings: dict[str, int] = {}
        self._masks: dict[tuple[str, tuple[str, ...]], int] = {}
        self._numbers = {name: array("i") for name in _NUMBERS}
        self._floats = {name: array("f") for name in _FLOATS}
        self._ragged = {name: RaggedDraft() for name in _RAGGED}
        self._experience = RaggedDraft(EXPERIENCE_WIDTH)
        self._whole_area = bytearray()
        self._dct_answers = bytearray()
        self._capability_until = array("i")

    def add(self, row: CapacityRow) -> None:
        self._capacity_ids += row.capacity_id.bytes
        for name, number in self._numbers_of(row).items():
            self._numbers[name].append(number)
        for name in _FLOATS:
            value = getattr(row, name)
            self._floats[name].append(nan if value is None else value)
        self._add_words(row)
        self._experience.add(
            number
            for done in row.experience
            for number in (THERAPY_AREAS.index(done.therapy_area), PHASES.index(done.phase), done.trials)
        )
        answers = bytearray(len(DCT_ACTIVITIES))
        for activity, offer in row.dct_activities.items():
            answers[DCT_ACTIVITIES.index(activity)] = DCT_CODES[offer.answer]
        self._dct_answers += answers
        self._add_capabilities(row)

    def _numbers_of(self, row: CapacityRow) -> dict[str, int]:
        unit = Unit(row.unit_id, row.region_id, row.unit_name, row.site_name, row.unit_kind)
        possible = row.new_trials_possible
        numbers = {
            "unit": self._units.setdefault(unit, len(self._units)),
            "region": self._regions.setdefault(row.region_id, len(self._regions)),
            "therapy_area": THERAPY_AREAS.index(row.therapy_area),
            "state": STATES.index(row.state),
            "new_trials_possible": UNSAID if possible is None else (YES if possible else NO),
            "lead_time_days": row.lead_time_days or 0,
            "participants_basis": NO_BASIS if row.participants_basis is None else BASES.index(row.participants_basis),
            "confirmed_on": _day(row.confirmed_at),
            "revision": row.revision,
        }
        numbers |= {name: _day(getattr(row, name)) for name in _DAYS}
        return numbers | {name: self._mask(name, getattr(row, name)) for name in _MASKS}

    def _mask(self, name: str, codes: tuple[str, ...]) -> int:
        known = self._masks.get((name, codes))
        if known is None:
            known = self._masks[name, codes] = mask(codes, _MASKS[name])
        return known

    def _add_words(self, row: CapacityRow) -> None:
        """Write what the unit's words mean; words that only name the area stand for all of it."""
        meanings = [(words, self._word_book.meaning(words)) for words in row.indications]
        names_area = any(row.therapy_area in meaning.areas for _, meaning in meanings)
        self._whole_area.append(not meanings or names_area)
        unread = (words for words, meaning in meanings if not meaning.concepts and not meaning.areas)
        competing = (self._word_book.meaning(words).concepts[:1] for words in row.competing_trials)
        self._ragged["concepts"].add({concept for _, meaning in meanings for concept in meaning.concepts})
        self._ragged["indications"].add(map(self._string, row.indications))
        self._ragged["unread"].add(map(self._string, unread))
        self._ragged["competing"].add(concept for concepts in competing for concept in concepts)
        self._ragged["conditions"].add(map(self._string, row.conditions))

    def _string(self, words: str) -> int:
        return self._strings.setdefault(words, len(self._strings))

    def _add_capabilities(self, row: CapacityRow) -> None:
        """Write the unit's capabilities; what the capacity itself has at hand overrides them."""
        until = array("i", bytes(4 * len(CAPABILITIES)))
        for capability, offer in row.capabilities.items():
            last = CAPABILITY_ALWAYS if offer.expires_on is None else offer.expires_on.toordinal()
            until[CAPABILITIES.index(capability)] = last if offer.available else CAPABILITY_NO
        for capability in row.equipment:
            until[CAPABILITIES.index(capability)] = CAPABILITY_ALWAYS
        self._capability_until.extend(until)

    def finish(self, region_resources: Mapping[UUID, frozenset[ResourceKind]]) -> CapacityColumns:
        ids = np.frombuffer(bytes(self._capacity_ids), dtype=">u8").reshape(-1, 2).astype(np.uint64)
        units = Identifiers.of(unit.unit_id for unit in self._units)
        unit = _column(self._numbers["unit"], np.int32)
        order = np.lexsort((ids[:, 1], ids[:, 0], units.low[unit], units.high[unit]))
        columns: dict[str, Any] = {name: _column(self._numbers[name], kind)[order] for name, kind in _NUMBERS.items()}
        columns |= {name: _column(values, np.float32)[order] for name, values in self._floats.items()}
        columns |= {name: draft.finish(order) for name, draft in self._ragged.items()}
        dct = np.frombuffer(bytes(self._dct_answers), dtype=np.int8).reshape(-1, len(DCT_ACTIVITIES))
        until = _column(self._capability_until, np.int32).reshape(-1, len(CAPABILITIES))
        return CapacityColumns(
            word_book=self._word_book,
            units=tuple(self._units),
            unit_id=units,
            region_ids=tuple(self._regions),
            region_resources=np.array(
                [mask(region_resources.get(region, ()), RESOURCE_KINDS) for region in self._regions],
                np.uint16,
            ),
            strings=tuple(self._strings),
            capacity_id=Identifiers(ids[order, 0], ids[order, 1]),
            # One activity, and one capability, is read for many rows at a time: each lies in one piece.
            dct_answers=np.ascontiguousarray(dct[order].T),
            capability_until=np.ascontiguousarray(until[order].T),
            whole_area=np.frombuffer(bytes(self._whole_area), dtype=np.bool_)[order],
            experience=self._experience.finish(order),
            **columns,
        )


def _day(day: date | None) -> int:
    """Turn a day into a number; a point in time counts by its day in UTC."""
    return NO_DAY if day is None else day.toordinal()


def _column(values: "array[Any]", kind: type[np.generic]) -> npt.NDArray[Any]:
    return np.frombuffer(bytes(values), dtype=f"{values.typecode}{values.itemsize}").astype(kind)
