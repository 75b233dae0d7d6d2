"""Shapes of matching: capacities going in, candidates and exclusions coming out, and what the API tells."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Id
from trialport.units.models import (
    Basis,
    CapabilityOffer,
    CapacityState,
    DctOffer,
    Experience,
    PrimaryCareRole,
    UnitKind,
)
from trialport.vocabulary.codes import (
    AgeGroup,
    Capability,
    CareSetting,
    DctActivity,
    Phase,
    ResourceKind,
    StudyType,
    TherapyArea,
)

CriterionName = Literal[
    "indication",
    "study_type",
    "phase",
    "age_group",
    "care_setting",
    "availability",
    "participants",
    "staff_hours",
    "freshness",
    "experience",
    "equipment",
    "resources",
    "dct_activities",
    "gmo",
    "atmp",
    "unit_wanted",
    "load",
    "lead_time",
    "primary_care_role",
    "languages",
    "pharmacy",
    "dct_places",
]
CriterionState = Literal["met", "partly", "unmet", "unknown"]
ExclusionReason = Literal[
    "unit_excluded_by_sponsor",
    "other_therapy_area",
    "study_type_not_accepted",
    "age_group_not_accepted",
    "gmo_not_permitted",
    "no_new_trials",
    "paused",
]
# What is compared is kept as plain JSON, so that an assessment can still be explained in years to come.
Value: TypeAlias = str | int | float | list[str] | None


class CapacityRow(Struct, frozen=True, kw_only=True):
    """One capacity joined with its unit, as read from the database; what the ranking is built from.

    An empty tuple means "not stated", except that empty `indications` mean the whole therapy area.
    `gcp_investigators` counts the investigators at the unit whose GCP training is valid; None is unknown.
    """

    capacity_id: UUID
    region_id: UUID
    unit_id: UUID
    site_id: UUID
    unit_name: str
    site_name: str
    unit_kind: UnitKind
    therapy_area: TherapyArea
    indications: tuple[str, ...] = ()
    study_types: tuple[StudyType, ...] = ()
    phases: tuple[Phase, ...] = ()
    age_groups: tuple[AgeGroup, ...] = ()
    care_settings: tuple[CareSetting, ...] = ()
    state: CapacityState
    state_until: date | None = None
    new_trials_possible: bool | None = None
    new_trials_from: date | None = None
    participants_per_month: float | None = None
    participants_basis: Basis | None = None
    nurse_hours_free: float | None = None
    physician_hours_free: float | None = None
    running_trials: int | None = None
    competing_trials: tuple[str, ...] = ()
    lead_time_days: int | None = None
    conditions: tuple[str, ...] = ()
    dct_activities: dict[DctActivity, DctOffer] = {}
    equipment: tuple[Capability, ...] = ()
    resources: tuple[ResourceKind, ...] = ()
    experience: tuple[Experience, ...] = ()
    capabilities: dict[Capability, CapabilityOffer] = {}
    primary_care_role: PrimaryCareRole | None = None
    languages: tuple[str, ...] = ()
    confirmed_at: datetime | None = None
    valid_until: date | None = None
    revision: int
    gcp_investigators: int | None = None


class Criterion(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One compared point of a candidate, free of any language: `explain` turns it into a sentence.

    `fit` is 0..1 and `weight` counts against the weights of the other criteria asked. `case` tells apart
    the reasons that lead to one state; `facts` holds what else the sentence names.
    """

    name: CriterionName
    state: CriterionState
    fit: float
    weight: float
    wanted: Value
    offered: Value
    case: str = ""
    facts: dict[str, Value] = {}


class Candidate(Struct, frozen=True, kw_only=True, gc=False):
    """One unit's capacity scored for one inquiry; `score` is 0..100, `rank` starts at 1."""

    rank: int
    score: float
    capacity_id: UUID
    unit_id: UUID
    region_id: UUID
    site_name: str
    unit_name: str
    unit_kind: UnitKind
    therapy_area: TherapyArea
    revision: int
    stale: bool
    criteria: tuple[Criterion, ...]


class Standing(Struct, frozen=True, gc=False):
    """As much of a candidate as says where it stands among others; the field names are those of `Candidate`."""

    capacity_id: UUID
    unit_id: UUID
    region_id: UUID
    score: float


class Exclusion(Struct, frozen=True, kw_only=True):
    """A capacity that cannot take the trial, and the one reason that says so best."""

    capacity_id: UUID
    unit_id: UUID
    region_id: UUID
    site_name: str
    unit_name: str
    unit_kind: UnitKind
    therapy_area: TherapyArea
    revision: int
    reason: ExclusionReason


class CriterionDetail(Struct, frozen=True, kw_only=True):
    """One compared point, in words."""

    name: Annotated[CriterionName, Meta(description="What was compared.", examples=["participants"])]
    state: Annotated[CriterionState, Meta(description="How it compares; unknown is not a no.", examples=["met"])]
    weight: Annotated[
        float, Meta(ge=0, description="How much it counts, against the others' weights.", examples=[14.0])
    ]
    wanted: Annotated[str | None, Meta(description="What the inquiry asks.", examples=["24 participants"])]
    offered: Annotated[
        str | None, Meta(description="What the unit says; null is unknown.", examples=["36 participants"])
    ]
    sentence: Annotated[
        str,
        Meta(
            description="The comparison in one sentence.",
            examples=["Can recruit about 36 participants in 12 months; 24 wanted (estimate)."],
        ),
    ]


class UnitReference(Struct, frozen=True, kw_only=True):
    """Which unit."""

    unit_id: Id
    name: Annotated[str, Meta(description="Name of the unit.", examples=["Lung- och allergisjukdomar"])]
    kind: Annotated[UnitKind, Meta(description="Kind of unit.", examples=["hospital_department"])]
    site: Annotated[str, Meta(description="Name of its site.", examples=["Akademiska sjukhuset"])]


class CandidateDetail(Struct, frozen=True, kw_only=True):
    """One candidate as the trial office sees it."""

    rank: Annotated[int, Meta(ge=1, description="Place in the ranking.", examples=[1])]
    score: Annotated[
        float,
        Meta(ge=0, le=100, description="Weighted mean of the criteria (0 to 100).", examples=[87.5]),
    ]
    unit: Annotated[UnitReference, Meta(description="The unit.")]
    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area of the capacity.", examples=["respiratory"])]
    stale: Annotated[bool, Meta(description="Whether the capacity is past `valid_until`.", examples=[False])]
    criteria: Annotated[
        tuple[CriterionDetail, ...], Meta(description="Every point compared, in the same order for all.")
    ]


class ExclusionDetail(Struct, frozen=True, kw_only=True):
    """One capacity that was left out, and why."""

    unit: Annotated[UnitReference, Meta(description="The unit.")]
    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area of the capacity.", examples=["respiratory"])]
    reason: Annotated[ExclusionReason, Meta(description="Code of the reason.", examples=["paused"])]
    sentence: Annotated[
        str,
        Meta(
            description="The reason in one sentence.",
            examples=["The unit is paused for the whole recruitment period."],
        ),
    ]
