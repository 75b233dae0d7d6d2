"""Which weights count in which region: those of the program, and what a region has changed of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from trialport.matching.models import CriterionName
from trialport.matching.weights import WEIGHTS

Weights: TypeAlias = Mapping[CriterionName, float]

DEFAULT_WEIGHTS: Weights = MappingProxyType({name: entry.weight for name, entry in WEIGHTS.items()})
# The version of a region that has changed nothing.
PROGRAM_VERSION = 0
# Compared for every inquiry; were all of them without weight, an inquiry that asks no more would have no order.
ALWAYS_COMPARED: tuple[CriterionName, ...] = (
    "indication",
    "study_type",
    "phase",
    "age_group",
    "availability",
    "participants",
    "staff_hours",
    "freshness",
    "experience",
    "load",
    "lead_time",
)


class RegionWeights(Struct, frozen=True, kw_only=True):
    """The weights of one region, of every criterion, and which version of its own they are."""

    version: int
    weights: dict[CriterionName, float]


@dataclass(frozen=True, slots=True)
class Weighing:
    """The weights to rank with: a region that is not named has the program's."""

    regions: Mapping[UUID, RegionWeights] = field(default_factory=dict)

    def of(self, region_id: UUID) -> Weights:
        """Return the weights that count in a region."""
        own = self.regions.get(region_id)
        return DEFAULT_WEIGHTS if own is None else own.weights

    def version(self, region_id: UUID) -> int:
        """Return the version of a region's weights, 0 where it has the program's."""
        own = self.regions.get(region_id)
        return PROGRAM_VERSION if own is None else own.version

    def used_in(self, region_ids: Iterable[UUID]) -> dict[str, RegionWeights]:
        """Return what counts in each of these regions, to be stored with what was ranked."""
        return {
            str(region_id): RegionWeights(version=self.version(region_id), weights=dict(self.of(region_id)))
            for region_id in sorted(region_ids)
        }


PROGRAM = Weighing()


def overridden(changes: Mapping[CriterionName, float]) -> dict[CriterionName, float]:
    """Return the weights of every criterion, with these changed."""
    return {**DEFAULT_WEIGHTS, **changes}
