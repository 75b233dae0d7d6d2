"""Shapes of judgements: what an office or a sponsor decided about units that were ranked."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id, MediumText, NextCursor
from trialport.vocabulary.codes import TherapyArea

JudgementKind = Literal["override_added", "override_dropped", "override_moved", "selected", "not_selected"]
OverrideKind = Literal["added", "dropped", "moved"]

_Reason = Annotated[MediumText, Meta(description="Why.", examples=["Has run the same trial for this sponsor."])]


class CapacityReference(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit's capacity in one therapy area, as the candidates and exclusions name it."""

    unit_id: Id
    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]


_EXAMPLE = {"unit_id": EXAMPLE_UUID, "therapy_area": "respiratory"}


class OverrideCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An office's decision against the order of the newest assessment."""

    kind: Annotated[
        OverrideKind,
        Meta(
            description="`added`: taken in though ranked low or left out; `dropped`: not taken; "
            "`moved`: put above another.",
            examples=["moved"],
        ),
    ]
    capacity: Annotated[CapacityReference, Meta(description="What was decided about.")]
    above: Annotated[
        CapacityReference | None, Meta(description="With `moved`: the candidate it is put above.", examples=[_EXAMPLE])
    ] = None
    reason: _Reason


class SelectionCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sponsor chose in the end, among the units of one region."""

    selected: Annotated[
        tuple[CapacityReference, ...], Meta(min_length=1, max_length=50, description="Chosen by the sponsor.")
    ]
    not_selected: Annotated[
        tuple[CapacityReference, ...], Meta(max_length=200, description="Offered to the sponsor and not chosen.")
    ] = ()
    reason: _Reason


class JudgementDetail(Struct, frozen=True, kw_only=True):
    """One judgement."""

    judgement_id: Id
    decision_id: Annotated[
        UUID, Meta(description="The same for all that was decided at once.", examples=[EXAMPLE_UUID])
    ]
    assessment_id: Id
    version: Annotated[int, Meta(description="Version of the inquiry.", examples=[1])]
    kind: Annotated[JudgementKind, Meta(description="What was decided.", examples=["override_moved"])]
    unit_id: Id
    unit_name: Annotated[str, Meta(description="Name of the unit.", examples=["Lung- och allergisjukdomar"])]
    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]
    above_unit_name: Annotated[
        str | None, Meta(description="With `override_moved`: the unit it was put above.", examples=["Lung Clinic"])
    ]
    reason: _Reason
    pairs: Annotated[
        int, Meta(ge=0, description="Candidates that it is preferred over, or that are over it (count).", examples=[3])
    ]
    judged_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-21T09:00:02Z"])]
    judged_by: Annotated[str, Meta(description="Who.", examples=["Trial office"])]


class JudgementPage(Struct, frozen=True, kw_only=True):
    """A page of judgements, oldest first."""

    items: Annotated[tuple[JudgementDetail, ...], Meta(description="Judgements.")]
    next_cursor: NextCursor


class Judged(Struct, frozen=True, kw_only=True):
    """A capacity that an assessment ranked or left out; `rank` counts within its region and is None if left out."""

    capacity_id: UUID
    region_id: UUID
    unit_id: UUID
    therapy_area: TherapyArea
    rank: int | None


class NewJudgement(Struct, frozen=True, kw_only=True):
    """A judgement about to be stored, with the pairs it stands for: (preferred, other)."""

    judged: Judged
    kind: JudgementKind
    above: Judged | None = None
    pairs: tuple[tuple[UUID, UUID], ...] = ()
