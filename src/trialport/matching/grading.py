"""The marks a criterion gives: four states, each with its own range of fit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isnan
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from trialport.matching.arrays import Codes, Floats, Ints, Rows
from trialport.matching.columns import CapacityColumns
from trialport.matching.layout import ITEM_BITS, ITEM_MASK
from trialport.matching.models import Criterion, CriterionName, CriterionState, Value
from trialport.matching.question import MatchQuestion
from trialport.matching.relation import Relation
from trialport.matching.weighing import Weights
from trialport.matching.weights import (
    PARTLY_CEILING,
    PARTLY_FLOOR,
    UNKNOWN_FIT,
    UNMET_CEILING,
)
from trialport.matching.window import Opening, Window

STATES: tuple[CriterionState, ...] = ("unmet", "unknown", "partly", "met")
UNMET, UNKNOWN, PARTLY, MET = range(4)
# Fits are rounded to this, so that a stored explanation adds up to the score it explains.
FIT_DECIMALS = 4
# So many items are graded by a table of all their combinations, which is kept; of more only those that occur.
_MOST_TABLED = 6


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything a criterion may look at: some rows of the index, and the inquiry on a day."""

    question: MatchQuestion
    columns: CapacityColumns
    rows: Rows
    on: date
    window: Window
    relation: Relation
    opening: Opening

    def column(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Read a column of the index for the rows compared."""
        return values.take(self.rows)

    def kept(self, keep: Rows) -> "Comparison":
        """Return the same comparison with some of the rows only."""
        return Comparison(
            question=self.question,
            columns=self.columns,
            rows=self.rows.take(keep),
            on=self.on,
            window=self.window,
            relation=self.relation.kept(keep),
            opening=self.opening.kept(keep),
        )


class Told(NamedTuple):
    """What a criterion says of one row: the two values compared, and what else the sentence names."""

    wanted: Value
    offered: Value
    case: str = ""
    facts: Mapping[str, Value] = MappingProxyType({})


# The states and the fits of rows, or of what rows may say.
Graded: TypeAlias = tuple[Codes, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """One criterion for all rows compared; `tell` reads the same arrays that were counted, for each row.

    Where `codes` is given, `states` and `fits` hold one entry for each code instead of for each row.
    """

    name: CriterionName
    states: Codes
    fits: Floats
    tell: Callable[[], Iterable[Told]]
    codes: Ints | None = None

    def state_of_rows(self) -> Codes:
        """Return the state of each row."""
        return self.states if self.codes is None else self.states.take(self.codes)

    def weighted(self, weights: Weights) -> Floats:
        """Return the fit of each row times the weight."""
        fits = weights[self.name] * self.fits
        return fits if self.codes is None else fits.take(self.codes)

    def criteria(self, weights: Weights) -> list[Criterion]:
        """Return the criterion of each row, counting with its weight."""
        fits = self.fits if self.codes is None else self.fits.take(self.codes)
        weight, told = weights[self.name], list(self.tell())
        made: dict[int, Criterion] = {}
        criteria: list[Criterion] = []
        for state, fit, one in zip(self.state_of_rows().tolist(), fits.tolist(), told, strict=True):
            # Rows of which the very same is told (see `told_once`) share it.
            criterion = made.get(id(one))
            if criterion is None:
                criterion = made[id(one)] = Criterion(
                    name=self.name,
                    state=STATES[state],
                    fit=fit,
                    weight=weight,
                    wanted=one.wanted,
                    offered=one.offered,
                    case=one.case,
                    facts=_said(one.facts) if one.facts else {},
                )
            criteria.append(criterion)
        return criteria


def told_once(said: Ints, tell: Callable[[int], Told]) -> Callable[[], Iterable[Told]]:
    """Tell rows by what they say, as a number: each number once, rows that say the same share it.

    What is said must settle state and fit as well.
    """

    def telling() -> Iterable[Told]:
        numbers = said.tolist()
        told = {each: tell(each) for each in set(numbers)}
        return [told[each] for each in numbers]

    return telling


def _said(facts: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in facts.items() if value or (value is not None and value != [])}


# The least and the greatest fit each state allows, in the order of STATES.
_FLOORS = np.array([0.0, UNKNOWN_FIT, PARTLY_FLOOR, UNKNOWN_FIT])
_CEILINGS = np.array([UNMET_CEILING, UNKNOWN_FIT, PARTLY_CEILING, 1.0])


def in_range(states: npt.NDArray[np.integer[Any]], fits: Floats) -> Graded:
    """Hold the fits within the range of their state."""
    held = np.minimum(np.maximum(fits, _FLOORS.take(states)), _CEILINGS.take(states))
    return states.astype(np.int8), np.round(held, FIT_DECIMALS)


def marks(
    name: CriterionName, states: npt.NDArray[np.integer[Any]], fits: Floats, tell: Callable[[], Iterable[Told]]
) -> Marks:
    """Return the marks of rows graded one by one."""
    return Marks(name, *in_range(states, fits), tell)


def asked_items(packed: Ints, places: Sequence[int]) -> Ints:
    """Return of each row the codes in these places of a packed column, packed anew in the order of the places."""
    # Neighbours stay neighbours: what moves equally far is moved at once.
    moved: dict[int, int] = {}
    for number, place in enumerate(places):
        moved[place - number] = moved.get(place - number, 0) | ITEM_MASK << ITEM_BITS * place
    codes = np.zeros_like(packed)
    for distance, items in moved.items():
        of_these = packed & items
        codes |= of_these >> ITEM_BITS * distance if distance >= 0 else of_these << -ITEM_BITS * distance
    return codes


@lru_cache(maxsize=4096)
def items_of(code: int, count: int) -> tuple[int, ...]:
    """Return the codes that `asked_items` has packed for one row."""
    return tuple([code >> ITEM_BITS * number & ITEM_MASK for number in range(count)])


def graded_items(grade: "GradeItems", codes: Ints, count: int, extra: int = 0) -> tuple[Codes, Floats, Ints]:
    """Grade what rows say of some items: each combination once, then each row by its code.

    `grade` gets one line per item and one column per combination, and `extra`.
    """
    if count <= _MOST_TABLED:
        return (*_item_table(grade, count, extra), codes)
    distinct, codes = np.unique(codes, return_inverse=True)
    return (*in_range(*grade(_unpacked(distinct, count), extra)), codes)


GradeItems: TypeAlias = Callable[[Codes, int], Graded]


@lru_cache(maxsize=256)
def _item_table(grade: GradeItems, count: int, extra: int) -> Graded:
    return in_range(*grade(_unpacked(np.arange(1 << ITEM_BITS * count), count), extra))


def _unpacked(codes: Ints, count: int) -> Codes:
    shifts = ITEM_BITS * np.arange(count)[:, np.newaxis]
    return (codes >> shifts & ITEM_MASK).astype(np.int8)


def enough(offered: Floats, wanted: float) -> tuple[Codes, Floats]:
    """Compare an amount with the amount wanted; NaN is unknown, nothing at all is unmet."""
    ratio = np.ones_like(offered) if wanted <= 0 else offered / wanted
    # A number stored with seven digits may miss what it stands for by a hair.
    states = np.where(ratio >= 1 - 1e-6, MET, np.where(ratio > 0, PARTLY, UNMET))
    unknown = np.isnan(ratio)
    states = np.where(unknown, UNKNOWN, states).astype(np.int8)
    return states, np.where(unknown, UNKNOWN_FIT, np.minimum(ratio, 1.0))


def together(parts: Sequence[tuple[Codes, Floats]]) -> tuple[Codes, Floats]:
    """Join several parts that count the same: all alike, or else partly met by their mean."""
    states, fits = parts[0]
    for more_states, more_fits in parts[1:]:
        states = np.where(states == more_states, states, np.int8(PARTLY))
        fits = fits + more_fits
    return states, fits / len(parts)


def mean(lines: Floats, weights: Sequence[float] = ()) -> Floats:
    """Return the weighted mean of lines of equal length; its digits do not depend on how long they are."""
    total = np.zeros(lines.shape[1])
    for line, weight in zip(lines, weights or [1.0] * len(lines), strict=True):
        total += weight * line
    return total / (sum(weights) or len(lines))


def share_covered(stated: npt.NDArray[Any], wanted_bits: Sequence[int]) -> Floats:
    """Return the share of the wanted codes (bits of a mask) that each entry states; 1 where none is wanted."""
    if not wanted_bits:
        return np.ones(len(stated))
    share: Floats = np.mean([(stated >> bit) & 1 for bit in wanted_bits], axis=0)
    return share


def covered(stated: npt.NDArray[Any], wanted_bits: Sequence[int]) -> tuple[Codes, Floats]:
    """Compare a list of codes with those wanted; an empty list is not stated, so unknown."""
    share = share_covered(stated, wanted_bits)
    states = np.where(share == 1, MET, np.where(share > 0, PARTLY, UNMET))
    unknown = (stated == 0) & bool(wanted_bits)
    return np.where(unknown, UNKNOWN, states).astype(np.int8), share


@lru_cache(maxsize=1024)
def covered_table(known: tuple[str, ...], wanted: tuple[str, ...]) -> Graded:
    """Compare every set of the known codes, as a mask, with those wanted."""
    return in_range(*covered(all_masks(known), [known.index(code) for code in wanted]))


def all_masks(known: Sequence[str]) -> Ints:
    """Return every set of these codes as a mask, so that a criterion need grade each set only once."""
    return np.arange(1 << len(known))


def spelled(stated: Any, known: tuple[str, ...]) -> list[str] | None:
    """Return the codes of a mask, or None where nothing is stated."""
    return list(_spelled(int(stated), known)) or None


@lru_cache(maxsize=4096)
def _spelled(stated: int, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for bit, code in enumerate(known) if stated >> bit & 1)


@lru_cache(maxsize=4096)
def day_of(ordinal: int) -> str | None:
    """Write a day of the index as ISO 8601; None where there is no date."""
    return date.fromordinal(ordinal).isoformat() if 0 < ordinal <= _LAST_DAY else None


_LAST_DAY = date.max.toordinal()


def number(value: float) -> float | int | None:
    """Return a number of the index as JSON: whole where it is whole, None where it is unknown."""
    return None if isnan(value) else _rounded(float(value))


@lru_cache(maxsize=4096)
def _rounded(value: float) -> float | int:
    rounded = round(value, 1)
    return int(rounded) if rounded.is_integer() else rounded
