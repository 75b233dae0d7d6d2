"""Shapes of an office's queue: the open inquiries in the order of what needs doing."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Id
from trialport.inquiries.models import InquiryState
from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.teamwork_models import OfficePerson
from trialport.vocabulary.codes import TherapyArea

WaitingFor = Literal["office", "sponsor", "units", "nobody"]


class QueueRow(Struct, frozen=True, kw_only=True):
    """What the order of an open inquiry rests on, as stored."""

    inquiry_id: UUID
    region_id: UUID
    country: str
    timezone: str
    quiet_periods: tuple[QuietPeriod, ...]
    state: InquiryState
    submitted_at: datetime
    promised_on: date
    paused_at: datetime | None
    is_assessed: bool
    therapy_areas: tuple[TherapyArea, ...]
    asked: int
    answered: int
    waiting: int
    assigned_to: UUID | None


class QueuePriority(Struct, frozen=True, kw_only=True):
    """Why an inquiry stands ahead of its date."""

    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]
    weight: Annotated[int, Meta(description="So much sooner (working days).", examples=[3])]
    reason: Annotated[str, Meta(description="Why.", examples=["The joint strategy 2025-2028 names it."])]


class QueueItem(Struct, frozen=True, kw_only=True):
    """An open inquiry in the queue."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    working_title: Annotated[str, Meta(description="Working title.", examples=["Once-daily inhaler in COPD"])]
    state: Annotated[InquiryState, Meta(description="State.", examples=["in_triage"])]
    promised_on: Annotated[date, Meta(description="Day the reply is promised.", examples=["2026-12-07"])]
    working_days_left: Annotated[
        int,
        Meta(description="Left until the promised day; negative once it has passed (working days).", examples=[4]),
    ]
    overdue: Annotated[bool, Meta(description="Whether the promised day has passed.", examples=[False])]
    order_key: Annotated[
        int,
        Meta(
            description="What the order goes by after `overdue`: working days left minus the priority's weight "
            "(working days).",
            examples=[1],
        ),
    ]
    age_days: Annotated[int, Meta(description="Since it was submitted (days).", examples=[6])]
    waiting_for: Annotated[
        WaitingFor,
        Meta(
            description="Whose turn it is: `nobody` while the assessment is under way.",
            examples=["office"],
        ),
    ]
    is_paused: Annotated[
        bool, Meta(description="Whether the clock stands still, because the sponsor is asked.", examples=[False])
    ]
    assigned_to: Annotated[OfficePerson | None, Meta(description="Who has it in hand.")]
    therapy_areas: Annotated[
        tuple[TherapyArea, ...],
        Meta(description="Therapy areas of the newest assessment.", examples=[["respiratory"]]),
    ]
    priority: Annotated[QueuePriority | None, Meta(description="Strategic priority that counts, if any.")]
    asked: Annotated[int, Meta(description="Asked in the region (units).", examples=[8])]
    answered: Annotated[int, Meta(description="Answered (units).", examples=[5])]
    missing_fields: Annotated[int, Meta(description="Needed and not filled in (fields).", examples=[2])]


class QueuePage(Struct, frozen=True, kw_only=True):
    """A page of the queue."""

    items: Annotated[
        tuple[QueueItem, ...],
        Meta(description="Inquiries: overdue ones first, then by `order_key`, promised day and age."),
    ]
    next_cursor: Annotated[
        str | None,
        Meta(
            description="Send as `cursor` for the next page; null on the last page.",
            examples=["1:3:2026-12-07:0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"],
        ),
    ]
