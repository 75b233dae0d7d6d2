"""What stands in the columns of the register's index: codes, bits and days, and the pieces they are held in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

import numpy as np
import numpy.typing as npt

from trialport.matching.arrays import Bools, Ints, Postings, Ragged
from trialport.units.models import Basis, CapacityState, PrimaryCareRole, UnitKind
from trialport.vocabulary.codes import CAPABILITIES, DCT_ACTIVITIES, PHASES, THERAPY_AREAS
from trialport.vocabulary.index import Vocabulary

# Days are proleptic ordinals (1 = 0001-01-01), so 0 is free to say "no date".
NO_DAY = 0
LOW_64_BITS = 2**64 - 1
STATES: tuple[CapacityState, ...] = get_args(CapacityState)
BASES: tuple[Basis, ...] = get_args(Basis)
UNIT_KINDS: tuple[UnitKind, ...] = get_args(UnitKind)
ROLES: tuple[PrimaryCareRole, ...] = get_args(PrimaryCareRole)
NO_BASIS = NO_ROLE = -1
UNSAID, NO, YES = -1, 0, 1

# Two bits say what a unit answers to an activity, or has of a capability; what it does not name is zero.
ITEM_BITS, ITEM_MASK, PACKED_BITS = 2, 3, 62
DCT_CODES = {"unknown": 0, "cannot": 1, "with_partner": 2, "own": 3}
# Where an activity is possible is not told, it is possible nowhere, in a part of the region, or in all of it.
NOT_TOLD, NOWHERE, PART, WHOLE = range(4)
# A capability is not told of, refused, held under a licence until a day (see `licences`), or held for good.
CAPABILITY_UNKNOWN, CAPABILITY_NO, CAPABILITY_DATED, CAPABILITY_ALWAYS = range(4)
# One number of `licences` is the last day and the capability, one of `experience` the trials, area and phase.
LICENCE_BITS = 5
LICENCE_MASK = (1 << LICENCE_BITS) - 1
PHASE_BITS, AREA_BITS = 4, 5
# A language is its two letters of ISO 639-1 as a number.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
LANGUAGE_NUMBERS = len(_LETTERS) ** 2
if max(len(DCT_ACTIVITIES), len(CAPABILITIES)) * ITEM_BITS > PACKED_BITS or len(CAPABILITIES) > LICENCE_MASK + 1:
    raise RuntimeError("there are more activities or capabilities than a packed column holds")
if len(PHASES) > 1 << PHASE_BITS or len(THERAPY_AREAS) > 1 << AREA_BITS:
    raise RuntimeError("there are more phases or therapy areas than packed experience holds")

# Every column with one number a capacity, and the kind of number.
NUMBERS: dict[str, type[np.generic]] = {
    "unit": np.int32,
    "region": np.int16,
    "therapy_area": np.uint8,
    "whole_area": np.bool_,
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
    "participants_per_month": np.float32,
    "participants_basis": np.int8,
    "nurse_hours_free": np.float32,
    "physician_hours_free": np.float32,
    "confirmed_on": np.int32,
    "valid_until": np.int32,
    "revision": np.int32,
    "dct_answers": np.int64,
    "dct_reach": np.int32,
    "running_trials": np.int32,
    "primary_care_role": np.int8,
    "capabilities": np.int64,
}
# Every column with any number of integers a capacity.
LISTS = (
    "concepts",
    "indications",
    "unread",
    "competing",
    "conditions",
    "experience",
    "licences",
    "gcp_until",
    "languages",
    "dct_places",
)


def language_number(code: str) -> int:
    """Return the number of a language."""
    return _LETTERS.index(code[0]) * len(_LETTERS) + _LETTERS.index(code[1])


def language_of(number: int) -> str:
    """Return the code of a numbered language."""
    return _LETTERS[number // len(_LETTERS)] + _LETTERS[number % len(_LETTERS)]


@dataclass(frozen=True, slots=True, eq=False)
class Identifiers:
    """UUIDs as two halves, 16 bytes each instead of the 56 of an object."""

    high: npt.NDArray[np.uint64]
    low: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, values: Iterable[bytes]) -> "Identifiers":
        """Pack identifiers, given as 16 bytes each."""
        halves = np.frombuffer(b"".join(values), dtype=">u8").reshape(-1, 2).astype(np.uint64)
        return cls(halves[:, 0], halves[:, 1])

    def equal_to(self, value: UUID) -> Bools:
        """Say for each identifier whether it is this one."""
        same: Bools = self.low == value.int & LOW_64_BITS
        near = np.flatnonzero(same)
        same[near] = self.high.take(near) == value.int >> 64
        return same

    def each(self, rows: Ints) -> Iterator[UUID]:
        """Return the identifiers of these rows."""
        halves = zip(self.high.take(rows).tolist(), self.low.take(rows).tolist(), strict=True)
        return (UUID(int=high << 64 | low) for high, low in halves)

    def columns(self) -> dict[str, npt.NDArray[np.uint64]]:
        """Return both halves by name."""
        return {"high": self.high, "low": self.low}

    def __getitem__(self, row: int) -> UUID:
        return UUID(int=int(self.high[row]) << 64 | int(self.low[row]))


@dataclass(frozen=True, slots=True)
class Unit:
    """What is shown of a unit."""

    unit_id: UUID
    region_id: UUID
    unit_name: str
    site_name: str
    unit_kind: UnitKind


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The units of the capacities, each held once for all of them; `site` is the number of a string."""

    ids: Identifiers
    names: Sequence[str]
    site: Ints
    kind: Ints
    region: Ints

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return what is held in arrays by name."""
        return {**self.ids.columns(), "site": self.site, "kind": self.kind, "region": self.region}


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """How many of the first rows stand by therapy area, where each area begins, and the rows of each concept.

    `competing` are the rows of each concept that a trial of theirs is about, once for each such trial. `unread` are
    the rows of each string that could not be read, `unread_strings` those strings.
    """

    size: int
    areas: Ints
    concepts: Postings
    competing: Postings
    unread: Postings
    unread_strings: tuple[int, ...]

    @classmethod
    def of(
        cls, therapy_area: Ints, concepts: Ragged, competing: Ragged, unread: Ragged, vocabulary: Vocabulary
    ) -> "Base":
        """Index rows that stand by therapy area."""
        return cls(
            size=len(therapy_area),
            areas=np.searchsorted(therapy_area, np.arange(len(THERAPY_AREAS) + 1)),
            concepts=Postings.of(concepts, vocabulary.concept_count),
            competing=Postings.of(competing, vocabulary.concept_count),
            unread=Postings.of(unread, int(unread.values.max(initial=-1)) + 1),
            unread_strings=tuple(np.unique(unread.values).tolist()),
        )
