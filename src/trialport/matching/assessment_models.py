"""Shapes of assessments and previews as the API tells them, one struct per kind of viewer."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, structs

from trialport.core.fields import Id, NextCursor
from trialport.inquiries.content import (
    Answer,
    Condition,
    Contact,
    Identity,
    InquiryContent,
    Kind,
    Numbers,
    Product,
    Who,
)
from trialport.inquiries.models import InquiryUpdate
from trialport.matching.models import CandidateDetail, CriterionName, ExclusionDetail
from trialport.vocabulary.models import Reading

# Counts of units are told to sponsors in bands only: a small number could point to a person.
UnitBand = Literal["0", "1-4", "5-9", "10-19", "20+"]

_Version = Annotated[int, Meta(description="Version of the inquiry.", examples=[1])]
_Reference = Annotated[str, Meta(description="Reference of the inquiry.", examples=["UAS-2026-0042"])]
_AssessedAt = Annotated[datetime, Meta(description="When it was assessed (UTC).", examples=["2026-11-21T09:00:02Z"])]


class WeightsUsed(Struct, frozen=True, kw_only=True):
    """What the candidates of one region were weighed with."""

    region_id: Id
    version: Annotated[
        int, Meta(ge=0, description="Version of the region's weights; 0 is the program's table.", examples=[0])
    ]
    weights: Annotated[
        dict[CriterionName, float], Meta(description="Weight of each criterion.", examples=[{"indication": 26.0}])
    ]


class AssessmentDetail(Struct, frozen=True, kw_only=True):
    """An assessment as an office sees it; its candidates come in pages of their own."""

    assessment_id: Id
    inquiry_id: Id
    reference: _Reference
    version: _Version
    run: Annotated[
        int,
        Meta(description="1 for the first assessment of this version, higher after changes.", examples=[1]),
    ]
    assessed_at: _AssessedAt
    outdated: Annotated[
        bool,
        Meta(description="Whether capacity changed since; a new assessment follows.", examples=[False]),
    ]
    algorithm_version: Annotated[str, Meta(description="Version of the rules.", examples=["2026.11-1"])]
    vocabulary_version: Annotated[str, Meta(description="Version of the vocabulary.", examples=["9f2c4e1ab03d"])]
    weights: Annotated[
        dict[str, float],
        Meta(description="Weight of each criterion in the program's table.", examples=[{"indication": 26.0}]),
    ]
    region_weights: Annotated[
        tuple[WeightsUsed, ...],
        Meta(description="What your region's candidates were weighed with; of an admin, each region's."),
    ]
    reading: Annotated[Reading, Meta(description="How the indication was read.")]
    candidates: Annotated[int, Meta(description="Candidates in your region (count).", examples=[12])]
    excluded: Annotated[tuple[ExclusionDetail, ...], Meta(description="Capacities left out, and why.")]


class AssessmentForSponsor(Struct, frozen=True, kw_only=True):
    """An assessment as the sponsor sees it: how the indication was read, and how far the office is."""

    inquiry_id: Id
    reference: _Reference
    version: _Version
    assessed_at: _AssessedAt
    reading: Annotated[Reading, Meta(description="How the indication was read.")]


class CandidatePage(Struct, frozen=True, kw_only=True):
    """A page of candidates, best first."""

    items: Annotated[tuple[CandidateDetail, ...], Meta(description="Candidates.")]
    next_cursor: NextCursor


class MatchCreate(InquiryUpdate, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inquiry in the making: the same groups as an inquiry, of which only the condition is needed.

    What is left out is not compared, or takes the mildest value: phase `not_applicable`, one participant,
    start today. Who asks, the money and the like are accepted, so that a whole inquiry can be tried, and not used.
    """

    condition: Annotated[Condition, Meta(description="What is treated.")]

    @property
    def regions_wanted(self) -> tuple[str, ...]:
        """Codes of the regions named, none where the placement is left out."""
        return () if isinstance(self.placement, UnsetType) else self.placement.regions_wanted

    def as_content(self, today: date) -> InquiryContent:
        """Fill what is missing with values that no capacity fails."""
        given = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not UNSET}
        return structs.replace(_mildest(self.condition, today), **given)


def _mildest(condition: Condition, today: date) -> InquiryContent:
    contact = Contact(name="-", email="-@-.-")
    return InquiryContent(
        who=Who(sponsor_name="-", sponsor_kind="company", contact=contact, award_status="own_trial"),
        identity=Identity(working_title="-"),
        kind=Kind(study_type="drug", phase="not_applicable"),
        product=Product(mechanism="-"),
        condition=condition,
        numbers=Numbers(participants_wanted=1, planned_start=today),
        answer=Answer(outcome_promised_by=today),
    )


class MatchResult(Struct, frozen=True, kw_only=True):
    """A preview as an office sees it."""

    reading: Annotated[Reading, Meta(description="How the indication was read.")]
    candidates: Annotated[tuple[CandidateDetail, ...], Meta(description="Candidates, best first.")]
    excluded: Annotated[tuple[ExclusionDetail, ...], Meta(description="Capacities left out, and why.")]


class MatchForSponsor(Struct, frozen=True, kw_only=True):
    """A preview as a sponsor sees it: no unit is named, numbers come in bands."""

    reading: Annotated[Reading, Meta(description="How the indication was read.")]
    fitting_units: Annotated[UnitBand, Meta(description="Units that may fit (band of counts).", examples=["5-9"])]


def unit_band(count: int) -> UnitBand:
    """Return the band a number of units falls in."""
    bands: tuple[tuple[int, UnitBand], ...] = ((0, "0"), (4, "1-4"), (9, "5-9"), (19, "10-19"))
    return next((band for highest, band in bands if count <= highest), "20+")
