"""The array shapes the index is made of, and how a question's rows are read out of them."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Rows: TypeAlias = npt.NDArray[np.intp]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Codes: TypeAlias = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Any number of integers (or of equally long groups of them) per row, all in one array."""

    bounds: Ints
    values: Ints

    def of(self, row: int) -> Ints:
        """Return the entries of one row."""
        return self.values[self.bounds[row] : self.bounds[row + 1]]

    def entries(self, rows: Rows) -> tuple[Rows, Ints]:
        """Return the entries of these rows, and for each the position in `rows` of its row."""
        counts, entries = self._taken(rows)
        return np.repeat(np.arange(len(rows)), counts), entries

    def any(self, rows: Rows) -> Bools:
        """Say for each row whether it has an entry at all."""
        filled: Bools = self.bounds[rows + 1] > self.bounds[rows]
        return filled

    def _taken(self, rows: Rows) -> tuple[Ints, Ints]:
        """Return how many entries each of these rows has, and the entries, row after row."""
        if len(rows) == len(self.bounds) - 1 and bool((rows[1:] > rows[:-1]).all()):
            return np.diff(self.bounds), self.values
        first = self.bounds[rows]
        counts = self.bounds[rows + 1] - first
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        return counts, self.values[np.arange(total) + np.repeat(first - ends + counts, counts)]

    def total(self, rows: Rows, value_of: Floats) -> Floats:
        """Sum `value_of[entry]` over the entries of each row; 0 for a row without entries."""
        owner, entries = self.entries(rows)
        return np.bincount(owner, weights=value_of[entries], minlength=len(rows)).astype(np.float64)

    def best(self, rows: Rows, level_of: Codes) -> Codes:
        """Return the greatest `level_of[entry]` of each row; 0 for a row without entries."""
        counts, entries = self._taken(rows)
        result = np.zeros(len(rows), dtype=np.int8)
        if len(entries):
            filled = np.flatnonzero(counts)
            starts = (np.cumsum(counts) - counts)[filled]
            result[filled] = np.maximum.reduceat(level_of[entries], starts)
        return result

    def reordered(self, order: Rows) -> "Ragged":
        """Return the same entries with the rows in another order."""
        counts = np.diff(self.bounds)[order]
        bounds = np.concatenate(([0], np.cumsum(counts))).astype(self.bounds.dtype)
        return Ragged(bounds, self.entries(order)[1])


class RaggedDraft:
    """A `Ragged` being written, row by row; `width` integers make one entry."""

    def __init__(self, width: int = 1) -> None:
        self.width = width
        self._bounds = array("i", [0])
        self._values = array("i")

    def add(self, values: Iterable[int]) -> None:
        """Write the next row."""
        self._values.extend(values)
        self._bounds.append(len(self._values) // self.width)

    def finish(self, order: Rows) -> Ragged:
        """Return the array, its rows in `order`."""
        values = np.frombuffer(self._values, dtype=np.int32) if self._values else np.zeros(0, np.int32)
        shaped = values.reshape(-1, self.width) if self.width > 1 else values
        return Ragged(np.frombuffer(self._bounds, dtype=np.int32), shaped).reordered(order)
