"""The array shapes the index is made of, and how a question's rows are read out of them.

An array grows at its end only: what was handed out never changes, so a match may read it while rows are added.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[np.intp]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int8]

# Room kept at the end of an array that had to move: one part in so many of its length, and some entries.
_SPARE_PART, _SPARE = 8, 256


class Growing:
    """An array of one kind that grows at its end; it moves to a larger place when it is full."""

    def __init__(self, kind: npt.DTypeLike) -> None:
        self._place: npt.NDArray[Any] = np.empty(0, dtype=kind)
        self._length = 0

    def extend(self, values: npt.ArrayLike) -> None:
        """Add the values at the end."""
        added = np.asarray(values, dtype=self._place.dtype)
        needed = self._length + len(added)
        if needed > len(self._place):
            place = np.empty(needed + needed // _SPARE_PART + _SPARE, dtype=self._place.dtype)
            place[: self._length] = self._place[: self._length]
            self._place = place
        self._place[self._length : needed] = added
        self._length = needed

    def __len__(self) -> int:
        return self._length

    def view(self) -> npt.NDArray[Any]:
        """Return what is there now."""
        return self._place[: self._length]


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Any number of integers per row, all in one array."""

    bounds: Ints
    values: Ints

    @classmethod
    def empty(cls) -> "Ragged":
        """Return one without rows."""
        return cls(np.zeros(1, np.int32), np.zeros(0, np.int32))

    def of(self, row: int) -> Ints:
        """Return the entries of one row."""
        return self.values[self.bounds[row] : self.bounds[row + 1]]

    def each(self, rows: Rows) -> Iterator[list[int]]:
        """Return the entries of each of these rows."""
        bounds = zip(self.bounds.take(rows).tolist(), self.bounds.take(rows + 1).tolist(), strict=True)
        return (self.values[start:end].tolist() for start, end in bounds)

    def counts(self, rows: Rows) -> Ints:
        """Return how many entries each of these rows has."""
        return self.bounds.take(rows + 1) - self.bounds.take(rows)

    def entries(self, rows: Rows) -> tuple[Rows, Ints]:
        """Return all entries of these rows, row after row, and of each the position of its row in `rows`."""
        starts = self.bounds.take(rows)
        counts = self.bounds.take(rows + 1) - starts
        owners = np.arange(len(rows)).repeat(counts)
        skipped = starts - counts.cumsum() + counts
        return owners, self.values.take(np.arange(len(owners)) + skipped.take(owners))

    def best(self, rows: Rows, level_of: Codes) -> Codes:
        """Return the greatest `level_of[entry]` of each row; 0 for a row without entries."""
        owners, entries = self.entries(rows)
        result = np.zeros(len(rows), dtype=np.int8)
        np.maximum.at(result, owners, level_of.take(entries))
        return result

    def owners(self) -> Rows:
        """Return for each entry the row it belongs to."""
        return np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))

    def reordered(self, order: Rows) -> "Ragged":
        """Return the same entries with some of the rows only, in another order."""
        _, values = self.entries(order)
        return Ragged(np.concatenate(([0], np.cumsum(self.counts(order)))).astype(self.bounds.dtype), values)


def summed(owners: Rows, values: npt.NDArray[Any], rows: int) -> Floats:
    """Sum of each of so many rows the values of the entries it owns; 0 for a row without entries."""
    return np.asarray(np.bincount(owners, values, rows), dtype=np.float64)


class GrowingRagged:
    """A `Ragged` that grows at its end."""

    def __init__(self) -> None:
        self._bounds = Growing(np.int32)
        self._bounds.extend([0])
        self._values = Growing(np.int32)

    @classmethod
    def of(cls, ragged: Ragged) -> "GrowingRagged":
        """Return one that begins with what is there."""
        grown = cls()
        grown._bounds.extend(ragged.bounds[1:])
        grown._values.extend(ragged.values)
        return grown

    def extend(self, rows: Sequence[Sequence[int]]) -> None:
        """Add rows at the end."""
        counts = np.fromiter(map(len, rows), np.int32, len(rows))
        self._bounds.extend(len(self._values) + np.cumsum(counts, dtype=np.int32))
        self._values.extend([value for row in rows for value in row])

    def view(self) -> Ragged:
        """Return what is there now."""
        return Ragged(self._bounds.view(), self._values.view())


@dataclass(frozen=True, slots=True, eq=False)
class Postings:
    """For each value of a `Ragged` the rows that hold it, like the index of a book: made once for many rows."""

    bounds: Ints
    rows: Ints

    @classmethod
    def of(cls, ragged: Ragged, count: int) -> "Postings":
        """Index the entries, which are all below `count`."""
        order = np.argsort(ragged.values, kind="stable")
        bounds = np.searchsorted(ragged.values.take(order), np.arange(count + 1))
        return cls(bounds, ragged.owners().take(order).astype(np.int32))

    def holding(self, values: Iterable[int]) -> Ints:
        """Return the rows that hold any of these values; a row that holds two of them stands there twice."""
        known = len(self.bounds) - 1
        parts = [self.rows[self.bounds[value] : self.bounds[value + 1]] for value in values if value < known]
        return np.concatenate(parts) if parts else self.rows[:0]
