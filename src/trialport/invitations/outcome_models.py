"""Shapes of how a trial went on after the reply."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import Id
from trialport.invitations.models import Decision, OutcomeCreate

MilestoneKind = Literal["started", "first_participant", "recruited"]


class OutcomeDetail(OutcomeCreate, frozen=True, kw_only=True):
    """The outcome as it was recorded."""

    recorded_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-12-20T09:00:00Z"])]


class PromiseOutcome(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day by which the sponsor now promises to tell the outcome."""

    promised_on: Annotated[date, Meta(description="Day promised, at most a year ahead.", examples=["2027-02-15"])]


class MilestoneCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of the trial at a unit that was selected; told again, it corrects what was told before."""

    unit_id: Id
    kind: Annotated[MilestoneKind, Meta(description="What happened.", examples=["first_participant"])]
    happened_on: Annotated[date, Meta(description="When it happened.", examples=["2027-04-12"])]
    participants: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)] | None,
        Meta(description="Recruited until then (participants); with `recruited` only.", examples=[None]),
    ] = None


class Milestone(MilestoneCreate, frozen=True, kw_only=True):
    """A milestone as it was told last."""

    unit_name: Annotated[str, Meta(description="Name of the unit.", examples=["Lung department"])]
    recorded_at: Annotated[datetime, Meta(description="When it was told (UTC).", examples=["2027-04-13T08:00:00Z"])]


class OutcomeChain(Struct, frozen=True, kw_only=True):
    """The dates of an inquiry from submission to the last participant, under its one id."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    submitted_at: Annotated[datetime, Meta(description="When submitted (UTC).", examples=["2026-11-21T09:00:00Z"])]
    reply_promised_on: Annotated[date, Meta(description="Day the reply was promised.", examples=["2026-12-07"])]
    replied_at: Annotated[
        datetime | None, Meta(description="When first replied (UTC).", examples=["2026-12-05T09:00:00Z"])
    ]
    outcome_promised_on: Annotated[
        date | None, Meta(description="Day the sponsor promised to tell the outcome.", examples=["2027-01-31"])
    ]
    outcome_overdue: Annotated[bool, Meta(description="Whether that day has passed without word.", examples=[False])]
    decision: Annotated[Decision | None, Meta(description="What the sponsor decided.", examples=["selected"])]
    decided_at: Annotated[
        datetime | None, Meta(description="When the outcome was told (UTC).", examples=["2026-12-20T09:00:00Z"])
    ]
    selected_unit_ids: Annotated[
        tuple[Id, ...], Meta(description="Units selected.", examples=[["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"]])
    ]
    milestones: Annotated[tuple[Milestone, ...], Meta(description="By unit, in the order of the trial.")]
