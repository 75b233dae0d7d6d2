"""Shapes of the explanation of a unit's place, as the API and the command line tell it."""

from typing import Annotated

from msgspec import Meta, Struct

from trialport.matching.models import (
    CriterionDetail,
    CriterionName,
    ExclusionDetail,
    ExclusionReason,
    UnitReference,
)
from trialport.vocabulary.codes import TherapyArea

_Place = Annotated[
    int, Meta(ge=1, description="Place among the candidates weighed alike (count from the best).", examples=[3])
]
_Score = Annotated[float, Meta(ge=0, le=100, description="Weighted mean of the criteria (0 to 100).", examples=[87.5])]
_Points = Annotated[float, Meta(ge=0, le=100, description="Points of the score (0 to 100).", examples=[11.3])]
_Unit = Annotated[UnitReference, Meta(description="The unit.")]
_Area = Annotated[TherapyArea, Meta(description="Therapy area of the capacity.", examples=["respiratory"])]
_Name = Annotated[CriterionName, Meta(description="The criterion.", examples=["staff_hours"])]


class CriterionShare(CriterionDetail, frozen=True, kw_only=True):
    """One compared point, and what it brings to the score."""

    fit: Annotated[float, Meta(ge=0, le=1, description="How well it fits (0 to 1).", examples=[0.85])]
    points: _Points
    points_possible: Annotated[
        float, Meta(ge=0, le=100, description="Points if it were fully met (0 to 100).", examples=[13.3])
    ]


class MorePoints(Struct, frozen=True, kw_only=True):
    """A criterion that brings the unit ahead more."""

    name: _Name
    points: _Points
    theirs: Annotated[
        float, Meta(ge=0, le=100, description="Points it brings the unit ahead (0 to 100).", examples=[13.3])
    ]


class UnitAhead(Struct, frozen=True, kw_only=True):
    """Who stands one place ahead, and by what."""

    unit: _Unit
    therapy_area: _Area
    score: _Score
    difference: Annotated[
        float, Meta(ge=0, le=100, description="How far its score is ahead (points).", examples=[1.25])
    ]
    more: Annotated[tuple[MorePoints, ...], Meta(description="What it has more of, the most telling first.")]
    sentence: Annotated[
        str, Meta(description="The same in words.", examples=["1.25 points behind Lung Clinic; it has more of: staff."])
    ]


class WhatIfMet(Struct, frozen=True, kw_only=True):
    """Where the candidate would stand if one criterion were fully met and nothing else changed."""

    name: _Name
    score: _Score
    place: _Place
    sentence: Annotated[
        str, Meta(description="The same in words.", examples=["If staff were fully met: score 91.2, place 1."])
    ]


class CandidateExplanation(Struct, frozen=True, kw_only=True):
    """Why a candidate stands where it stands."""

    rank: Annotated[int, Meta(ge=1, description="Place in the list of candidates.", examples=[3])]
    place: _Place
    candidates: Annotated[int, Meta(ge=1, description="Candidates weighed alike (count).", examples=[12])]
    score: _Score
    unit: _Unit
    therapy_area: _Area
    criteria: Annotated[tuple[CriterionShare, ...], Meta(description="Every point compared.")]
    ahead: Annotated[UnitAhead | None, Meta(description="Who stands one place ahead; null for the first.")]
    what_if: Annotated[
        tuple[WhatIfMet, ...], Meta(description="What would change the place: each criterion that is not met.")
    ]


class ExclusionExplanation(ExclusionDetail, frozen=True, kw_only=True):
    """Why a capacity was left out, and what would let it in."""

    remedy: Annotated[
        str, Meta(description="What would let it in.", examples=["The unit opens before the recruitment ends."])
    ]
    also: Annotated[
        tuple[ExclusionReason, ...],
        Meta(description="What else would still leave it out.", examples=[["age_group_not_accepted"]]),
    ]
    let_in: Annotated[
        WhatIfMet | None,
        Meta(description="Where it would stand if nothing left it out; null where the assessment does not tell."),
    ]


class UnitExplanation(Struct, frozen=True, kw_only=True):
    """Every capacity of a unit in a ranking: why it stands where it stands, or why it was left out."""

    candidates: Annotated[tuple[CandidateExplanation, ...], Meta(description="Its candidates.")]
    excluded: Annotated[tuple[ExclusionExplanation, ...], Meta(description="Its capacities left out.")]
