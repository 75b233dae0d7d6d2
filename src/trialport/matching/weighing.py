"""Which weights count in which region: those of the program, and what a region has changed of them."""

from collections.abc import Mapping
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


PROGRAM = Weighing()


def overridden(changes: Mapping[CriterionName, float]) -> dict[CriterionName, float]:
    """Return the weights of every criterion, with these changed."""
    return {**DEFAULT_WEIGHTS, **changes}


def uniform(weights: Mapping[CriterionName, float], region_ids: "Mapping[UUID, object] | set[UUID]") -> Weighing:
    """Return the weighing in which each of these regions has the same weights; for trying them out."""
    tried = overridden(weights)
    return Weighing({region_id: RegionWeights(version=PROGRAM_VERSION, weights=tried) for region_id in region_ids})
