"""The capacities of all regions as columns: what the ranking reads, small enough for a country in one process.

`CapacityColumns` is one state of the register and never changes. A changed capacity makes the next state: its row
is struck out of `live`, and the new one is added behind the others. The first rows, the base, stand by therapy
area and are indexed by concept; those added since are few and are looked at one by one, until `ColumnStore.tidied`
makes a base of them all.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from trialport.matching.arrays import Bools, Growing, GrowingRagged, Ints, Ragged, Rows
from trialport.matching.encoding import Encoder, Record, record_of
from trialport.matching.layout import (
    LISTS,
    LOW_64_BITS,
    NO_DAY,
    NUMBERS,
    STATES,
    UNIT_KINDS,
    YES,
    Base,
    Identifiers,
    Unit,
    Units,
)
from trialport.matching.models import CapacityRow
from trialport.matching.words import WordBook, word_book_of
from trialport.vocabulary.codes import RESOURCE_KINDS, THERAPY_AREAS, ResourceKind, TherapyArea
from trialport.vocabulary.index import Vocabulary

__all__ = ["NO_DAY", "STATES", "YES", "CapacityColumns", "ColumnStore"]

# Rows encoded at a time: enough to use the speed of arrays, few enough to need little memory.
PAGE = 5_000
# Rows added and struck out that are put up with: some, and one part in so many of the base.
UNTIDY_ROWS, UNTIDY_PART = 1_000, 50
# So many identifiers are looked for one by one; more are looked for together.
_FEW = 16


@dataclass(frozen=True, slots=True, eq=False)
class CapacityColumns:
    """One entry per capacity in every column; sets of codes are bit masks, unknown numbers are NaN."""

    word_book: WordBook
    base: Base
    live: Bools
    units: Units
    region_ids: Sequence[UUID]
    region_resources: Ints
    region_counts: Ints
    strings: Sequence[str]
    capacity_id: Identifiers
    unit: Ints
    region: Ints
    therapy_area: Ints
    whole_area: Bools
    study_types: Ints
    phases: Ints
    age_groups: Ints
    care_settings: Ints
    resources: Ints
    state: Ints
    state_until: Ints
    new_trials_possible: Ints
    new_trials_from: Ints
    lead_time_days: Ints
    participants_per_month: npt.NDArray[np.float32]
    participants_basis: Ints
    nurse_hours_free: npt.NDArray[np.float32]
    physician_hours_free: npt.NDArray[np.float32]
    confirmed_on: Ints
    valid_until: Ints
    revision: Ints
    dct_answers: Ints
    dct_reach: Ints
    running_trials: Ints
    primary_care_role: Ints
    capabilities: Ints
    concepts: Ragged
    indications: Ragged
    unread: Ragged
    competing: Ragged
    conditions: Ragged
    experience: Ragged
    licences: Ragged
    gcp_until: Ragged
    languages: Ragged
    dct_places: Ragged

    @classmethod
    def build(
        cls,
        rows: Iterable[CapacityRow],
        vocabulary: Vocabulary,
        region_resources: Mapping[UUID, frozenset[ResourceKind]],
    ) -> "CapacityColumns":
        """Build the index of `rows`, which are consumed page by page."""
        store = ColumnStore(word_book_of(vocabulary))
        records = map(record_of, rows)
        while page := list(islice(records, PAGE)):
            store.add(page)
        store.set_resources(region_resources)
        return store.tidied(store.columns()).columns()

    def __len__(self) -> int:
        """Count the capacities, those struck out not among them."""
        return int(self.region_counts.sum())

    @property
    def rows(self) -> int:
        """The number of rows, those struck out among them."""
        return len(self.live)

    @property
    def is_untidy(self) -> bool:
        """Whether so many rows were added or struck out that a new base is worth its while."""
        return self.rows - self.base.size + self.rows - len(self) > UNTIDY_ROWS + self.base.size // UNTIDY_PART

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary whose dense concept ids the index holds."""
        return self.word_book.vocabulary

    def rows_in(self, regions: Collection[UUID] | None) -> Rows:
        """Return the numbers of the rows in these regions; None means all."""
        return self.only_in(regions, np.flatnonzero(self.live))

    def only_in(self, regions: Collection[UUID] | None, rows: Rows) -> Rows:
        """Return those of some rows that lie in these regions; None means all."""
        wanted = self._wanted(regions)
        return rows if wanted.all() else rows[wanted.take(self.region.take(rows))]

    def count_in(self, regions: Collection[UUID] | None) -> int:
        """Count the capacities in these regions; None means all."""
        return int(self.region_counts[self._wanted(regions)].sum())

    def _wanted(self, regions: Collection[UUID] | None) -> Bools:
        return np.array([regions is None or region in regions for region in self.region_ids], dtype=bool)

    def in_order(self, rows: Rows, *before: npt.NDArray[Any]) -> Rows:
        """Order rows by unit and capacity id, as positions in `rows`; `before`, if given, counts first."""
        unit, units, own = self.unit.take(rows), self.units.ids, self.capacity_id
        ids = (own.low.take(rows), own.high.take(rows), units.low.take(unit), units.high.take(unit))
        return np.lexsort((*ids, *before))

    def units_of(self, rows: Rows) -> Iterator[Unit]:
        """Return the units that these rows belong to."""
        numbers, units = self.unit.take(rows), self.units
        places = (of_unit.take(numbers).tolist() for of_unit in (units.region, units.site, units.kind))
        for unit_id, number, region, site, kind in zip(units.ids.each(numbers), numbers.tolist(), *places, strict=True):
            yield Unit(
                unit_id=unit_id,
                region_id=self.region_ids[region],
                unit_name=units.names[number],
                site_name=self.strings[site],
                unit_kind=UNIT_KINDS[kind],
            )

    def unit_of(self, row: int) -> Unit:
        """Return the unit that a row belongs to."""
        return next(self.units_of(np.array([row])))

    def units_among(self, unit_ids: Collection[UUID], rows: Rows | None = None) -> Bools:
        """Say for each of some rows (None: all) whether its unit is one of these."""
        named = np.zeros(len(self.units.ids.low), dtype=bool)
        for unit_id in unit_ids:
            named |= self.units.ids.equal_to(unit_id)
        return named.take(self.unit if rows is None else self.unit.take(rows))

    def therapy_area_of(self, row: int) -> TherapyArea:
        """Return the therapy area of a row."""
        return THERAPY_AREAS[int(self.therapy_area[row])]

    def words_of(self, rows: Rows, column: Ragged) -> Iterator[list[str]]:
        """Return the strings of each of these rows in a column of strings."""
        return ([self.strings[number] for number in numbers] for numbers in column.each(rows))


class Strings:
    """The words of all units, each held once under a number; grows only."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of these words, a new one if they are new."""
        number = self._numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number


class ColumnStore:
    """The one writer of columns: adds rows and strikes rows out; each state it returns stays as it is.

    The store itself serves one thread at a time, the states it returned any number.
    """

    def __init__(self, word_book: WordBook, strings: Strings | None = None) -> None:
        self.word_book = word_book
        self._strings = strings or Strings()
        self._encoder = Encoder(word_book, self._strings.number)
        self._region_numbers: dict[bytes, int] = {}
        self._resources: Mapping[UUID, frozenset[ResourceKind]] = {}
        self._unit_numbers: dict[tuple[bytes, bytes, str, str, str], int] = {}
        self._unit_names: list[str] = []
        self._unit_columns = {name: Growing(kind) for name, kind in _UNIT_COLUMNS.items()}
        self._ids = {"high": Growing(np.uint64), "low": Growing(np.uint64)}
        self._numbers = {name: Growing(kind) for name, kind in NUMBERS.items()}
        self._lists = {name: GrowingRagged() for name in LISTS}
        self._live = np.zeros(0, dtype=bool)
        none = Ragged.empty()
        self._base = Base.of(np.zeros(0, np.uint8), none, none, none, word_book.vocabulary)

    def add(self, records: Sequence[Record]) -> None:
        """Add a row for each record."""
        if not records:
            return
        page = self._encoder.encode(records)
        _extend(self._ids, Identifiers.of(page.capacity_ids))
        regions = [self._region(region) for region in page.region_ids]
        units = [self._unit(unit) for unit in page.units]
        numbers: dict[str, npt.ArrayLike] = {**page.numbers, "region": regions, "unit": units}
        for name, values in numbers.items():
            self._numbers[name].extend(values)
        for name, lists in page.lists.items():
            self._lists[name].extend(lists)
        self._live = np.concatenate((self._live, np.ones(len(records), dtype=bool)))

    def strike_out(self, capacity_ids: Collection[UUID]) -> None:
        """Strike out the rows of these capacities, where there are any."""
        live = self._live.copy()
        live[self._rows_of(capacity_ids)] = False
        self._live = live

    def _rows_of(self, capacity_ids: Collection[UUID]) -> Rows:
        ids = Identifiers(self._ids["high"].view(), self._ids["low"].view())
        if len(capacity_ids) <= _FEW:
            return np.flatnonzero(np.logical_or.reduce([ids.equal_to(one) for one in capacity_ids]))
        wanted = {one.int for one in capacity_ids}
        near = np.flatnonzero(np.isin(ids.low, np.array([one & LOW_64_BITS for one in wanted], np.uint64)))
        return near[[ids[row].int in wanted for row in near.tolist()]]

    def set_resources(self, resources: Mapping[UUID, frozenset[ResourceKind]]) -> None:
        """Set what the regions share."""
        self._resources = dict(resources)

    def _region(self, region_id: bytes) -> int:
        return self._region_numbers.setdefault(region_id, len(self._region_numbers))

    def _unit(self, unit: tuple[bytes, bytes, str, str, str]) -> int:
        number = self._unit_numbers.get(unit)
        if number is None:
            number = self._unit_numbers[unit] = len(self._unit_names)
            unit_id, region_id, name, site, kind = unit
            self._unit_names.append(name)
            _extend(self._unit_columns, Identifiers.of([unit_id]))
            self._unit_columns["site"].extend([self._strings.number(site)])
            self._unit_columns["kind"].extend([UNIT_KINDS.index(kind)])
            self._unit_columns["region"].extend([self._region(region_id)])
        return number

    def columns(self) -> CapacityColumns:
        """Return the state as it is now."""
        numbers: dict[str, Any] = {name: column.view() for name, column in self._numbers.items()}
        lists: dict[str, Any] = {name: column.view() for name, column in self._lists.items()}
        unit = {name: column.view() for name, column in self._unit_columns.items()}
        regions = tuple(UUID(bytes=region) for region in self._region_numbers)
        shared = [_kinds_mask(self._resources.get(region, ())) for region in regions]
        return CapacityColumns(
            word_book=self.word_book,
            base=self._base,
            live=self._live,
            units=Units(
                Identifiers(unit["high"], unit["low"]), self._unit_names, unit["site"], unit["kind"], unit["region"]
            ),
            region_ids=regions,
            region_resources=np.array(shared, np.uint16),
            region_counts=np.bincount(numbers["region"][self._live], minlength=len(regions)),
            strings=self._strings.texts,
            capacity_id=Identifiers(self._ids["high"].view(), self._ids["low"].view()),
            **numbers,
            **lists,
        )

    def tidied(self, columns: CapacityColumns) -> "ColumnStore":
        """Return a store of the same capacities without the rows struck out, all of them in the base.

        `columns` is a state that this store returned. Meant for a thread: it reads nothing else that changes.
        """
        store = ColumnStore(self.word_book, self._strings)
        rows = np.flatnonzero(columns.live)
        order = rows[np.argsort(columns.therapy_area.take(rows), kind="stable")]
        used, units = np.unique(columns.unit.take(order), return_inverse=True)
        store._region_numbers = {region.bytes: number for number, region in enumerate(columns.region_ids)}
        store._resources = self._resources
        store._unit_names = [columns.units.names[number] for number in used.tolist()]
        for name, values in columns.units.columns().items():
            store._unit_columns[name].extend(values.take(used))
        for name, values in columns.capacity_id.columns().items():
            store._ids[name].extend(values.take(order))
        for name, column in store._numbers.items():
            column.extend(units if name == "unit" else getattr(columns, name).take(order))
        store._lists = {name: GrowingRagged.of(getattr(columns, name).reordered(order)) for name in LISTS}
        store._live = np.ones(len(order), dtype=bool)
        store._base = Base.of(
            store._numbers["therapy_area"].view(),
            store._lists["concepts"].view(),
            store._lists["competing"].view(),
            store._lists["unread"].view(),
            self.word_book.vocabulary,
        )
        return store


def _extend(columns: Mapping[str, Growing], ids: Identifiers) -> None:
    for name, values in ids.columns().items():
        columns[name].extend(values)


def _kinds_mask(kinds: Iterable[ResourceKind]) -> int:
    return sum(1 << RESOURCE_KINDS.index(kind) for kind in kinds)


_UNIT_COLUMNS: dict[str, type[np.generic]] = {
    "high": np.uint64,
    "low": np.uint64,
    "site": np.int32,
    "kind": np.int8,
    "region": np.int16,
}
