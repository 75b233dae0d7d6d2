"""Shapes of a region's weights: what is sent, what is stored and what the API tells."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Id, MediumText, NextCursor
from trialport.matching.models import CriterionName
from trialport.matching.weighing import RegionWeights, overridden

HIGHEST_WEIGHT = 100

_Version = Annotated[
    int, Meta(ge=0, le=999_999_999, description="Version of the region's weights; 0 is the program's.", examples=[3])
]
_Reason = Annotated[MediumText, Meta(description="Why.", examples=["Nurse time decided every refusal of the year."])]


class WeightInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One criterion's weight in a region, and why it is not the program's."""

    weight: Annotated[
        float,
        Meta(ge=0, le=HIGHEST_WEIGHT, description="Weight against the other criteria; 0 leaves it out.", examples=[14]),
    ]
    reason: _Reason


class RegionWeightsInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A region's weights as sent: only the criteria that differ from the program's table."""

    reason: _Reason
    weights: Annotated[
        dict[CriterionName, WeightInput],
        Meta(
            description="Weight of each criterion that differs from the program's.",
            examples=[{"staff_hours": {"weight": 14, "reason": "Nurse time decided every refusal of the year."}}],
        ),
    ]


class WeightsRevert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wish to take up an older version again."""

    version: _Version
    reason: _Reason


class WeightSet(Struct, frozen=True, kw_only=True):
    """One version of a region's weights as stored."""

    region_id: UUID
    version: int
    weights: dict[CriterionName, WeightInput]
    reason: str
    reverts_to: int | None
    applies_to_open: bool
    changed_at: datetime
    changed_by: str

    def as_region_weights(self) -> RegionWeights:
        """Return the weights of every criterion."""
        changes = {name: entry.weight for name, entry in self.weights.items()}
        return RegionWeights(version=self.version, weights=overridden(changes))


class CriterionWeight(Struct, frozen=True, kw_only=True):
    """One criterion's weight as it counts in a region."""

    name: Annotated[CriterionName, Meta(description="The criterion.", examples=["staff_hours"])]
    weight: Annotated[float, Meta(ge=0, description="Weight against the other criteria.", examples=[14])]
    reason: Annotated[str, Meta(description="Why it has this weight.", examples=["Nurse time is the shortage here."])]
    program_weight: Annotated[
        float, Meta(ge=0, description="Weight in the program's table (points against the others').", examples=[8])
    ]
    changed: Annotated[bool, Meta(description="Whether the region has set it.", examples=[True])]


class RegionWeightsDetail(Struct, frozen=True, kw_only=True):
    """The weights that count in a region now."""

    region_id: Id
    version: _Version
    algorithm_version: Annotated[str, Meta(description="Version of the rules.", examples=["2026.11-1"])]
    reason: Annotated[
        str | None,
        Meta(description="Why they were last changed; null while the program's.", examples=["Yearly review"]),
    ]
    changed_at: Annotated[
        datetime | None, Meta(description="When they were last changed (UTC).", examples=["2026-11-21T09:00:02Z"])
    ]
    changed_by: Annotated[str | None, Meta(description="Who last changed them.", examples=["Trial office"])]
    weights: Annotated[tuple[CriterionWeight, ...], Meta(description="Every criterion.")]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with them.", examples=[["read", "change"]])
    ]


class WeightSetDetail(Struct, frozen=True, kw_only=True):
    """One version of a region's weights."""

    version: _Version
    changed_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-21T09:00:02Z"])]
    changed_by: Annotated[str, Meta(description="Who.", examples=["Trial office"])]
    reason: Annotated[str, Meta(description="Why.", examples=["Yearly review"])]
    reverts_to: Annotated[
        int | None, Meta(description="The older version taken up again (number); null for a change.", examples=[1])
    ]
    applies_to_open: Annotated[
        bool, Meta(description="Whether open inquiries were to be assessed again at once.", examples=[False])
    ]
    weights: Annotated[
        dict[CriterionName, WeightInput],
        Meta(
            description="Weight of each criterion that differed from the program's.",
            examples=[{"staff_hours": {"weight": 14, "reason": "Nurse time decided every refusal of the year."}}],
        ),
    ]


class WeightSetPage(Struct, frozen=True, kw_only=True):
    """A page of versions, newest first."""

    items: Annotated[tuple[WeightSetDetail, ...], Meta(description="Versions.")]
    next_cursor: NextCursor
