"""The marks a criterion gives: four states, each with its own range of fit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isnan
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trialport.matching.arrays import Codes, Floats, Rows
from trialport.matching.columns import CapacityColumns
from trialport.matching.models import Criterion, CriterionName, CriterionState, Value
from trialport.matching.question import MatchQuestion
from trialport.matching.relation import Relation
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


@dataclass(frozen=True, slots=True, eq=False)
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
        return values[self.rows]

    def kept(self, keep: Rows) -> "Comparison":
        """Return the same comparison with some of the rows only."""
        return Comparison(
            question=self.question,
            columns=self.columns,
            rows=self.rows[keep],
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


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """One criterion for all rows compared; `tell` reads the same arrays that were counted."""

    name: CriterionName
    states: Codes
    fits: Floats
    tell: Callable[[int], Told]

    def criterion(self, position: int, weight: float) -> Criterion:
        """Return the criterion of the row at this position, counting with this weight."""
        told = self.tell(position)
        return Criterion(
            name=self.name,
            state=STATES[self.states[position]],
            fit=float(self.fits[position]),
            weight=weight,
            wanted=told.wanted,
            offered=told.offered,
            case=told.case,
            facts={name: value for name, value in told.facts.items() if value not in (None, [])},
        )


# The least and the greatest fit each state allows, in the order of STATES.
_FLOORS = np.array([0.0, UNKNOWN_FIT, PARTLY_FLOOR, UNKNOWN_FIT])
_CEILINGS = np.array([UNMET_CEILING, UNKNOWN_FIT, PARTLY_CEILING, 1.0])


def marks(
    name: CriterionName,
    states: npt.NDArray[np.integer[Any]],
    fits: Floats,
    tell: Callable[[int], Told],
) -> Marks:
    """Hold the fits within the range of their state."""
    held = np.clip(fits, _FLOORS[states], _CEILINGS[states])
    return Marks(name, states.astype(np.int8), np.round(held, FIT_DECIMALS), tell)


def enough(offered: Floats, wanted: float) -> tuple[Codes, Floats]:
    """Compare an amount with the amount wanted; NaN is unknown, nothing at all is unmet."""
    ratio = np.ones_like(offered) if wanted <= 0 else offered / wanted
    # A number stored with seven digits may miss what it stands for by a hair.
    met = ratio >= 1 - 1e-6
    states = np.where(met, MET, np.where(ratio > 0, PARTLY, UNMET))
    states = np.where(np.isnan(ratio), UNKNOWN, states).astype(np.int8)
    return states, np.where(states == UNKNOWN, UNKNOWN_FIT, np.minimum(np.nan_to_num(ratio), 1.0))


def together(parts: Sequence[tuple[Codes, Floats]]) -> tuple[Codes, Floats]:
    """Join several parts that count the same: all alike, or else partly met by their mean."""
    states = np.stack([state for state, _ in parts])
    alike = (states == states[0]).all(axis=0)
    return np.where(alike, states[0], PARTLY).astype(np.int8), np.mean([fit for _, fit in parts], axis=0)


def share_covered(stated: npt.NDArray[Any], wanted_bits: Sequence[int]) -> Floats:
    """Return the share of the wanted codes (bits of a mask) that each row states; 1 where none is wanted."""
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


def spelled(stated: Any, known: tuple[str, ...]) -> list[str] | None:
    """Return the codes of a mask, or None where nothing is stated."""
    return list(_spelled(int(stated), known)) or None


@lru_cache(maxsize=4096)
def _spelled(stated: int, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for bit, code in enumerate(known) if stated >> bit & 1)


def day_of(ordinal: Any) -> str | None:
    """Write a day of the index as ISO 8601; None where there is no date."""
    return date.fromordinal(int(ordinal)).isoformat() if 0 < ordinal <= date.max.toordinal() else None


def number(value: Any) -> float | int | None:
    """Return a number of the index as JSON: whole where it is whole, None where it is unknown."""
    plain = float(value)
    if isnan(plain):
        return None
    rounded = round(plain, 1)
    return int(rounded) if rounded.is_integer() else rounded
