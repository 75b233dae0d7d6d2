"""Shapes of what is set aside of capacities and resources, and of conditions that the office fills."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, HoursPerWeek, Id, MediumText
from trialport.invitations.models import Answer, Approval, Condition
from trialport.vocabulary.codes import TherapyArea

Strength = Literal["soft", "firm"]
# Why something that was set aside is free again.
ReleaseReason = Literal[
    "answered_no",
    "answered_later",
    "sign_off_refused",
    "no_answer",
    "withdrawn",
    "not_selected",
    "sponsor_declined",
    "sponsor_silent",
    "trial_cancelled",
    "inquiry_declined",
    "inquiry_withdrawn",
    "inquiry_closed",
    "condition_reopened",
    "replaced",
    "trial_started",
]


class Standing(Struct, frozen=True, kw_only=True):
    """How it stands with one invitation: the newest answer, and what the ledger goes by."""

    inquiry_id: UUID
    invitation_id: UUID
    region_id: UUID
    unit_id: UUID
    answer: Answer | None
    conditions: tuple[Condition, ...]
    approval: Approval | None
    # What the inquiry asks of each unit and what resources lend to this one (hours a week).
    hours_asked: float | None
    hours_lent: float
    filled: tuple[Condition, ...]

    @property
    def is_filled(self) -> bool:
        """Tell whether the office has filled everything that a `yes_if` names."""
        return self.answer == "yes_if" and set(self.conditions) <= set(self.filled)


class Balance(Struct, frozen=True, kw_only=True):
    """What is said and what is held of a capacity or a resource; null where nothing is said."""

    slots_said: int | None
    hours_said: float | None
    slots_firm: int
    slots_soft: int
    hours_firm: float
    hours_soft: float
    # Soft reservations that ask for nurse hours.
    asking_for_hours: int


class FreeResource(Struct, frozen=True, kw_only=True):
    """A resource that can lend, and how much (nurse hours a week)."""

    resource_id: Id
    name: str
    hours_free: float


class ReservationSummary(Struct, frozen=True, kw_only=True):
    """One thing that is set aside."""

    reservation_id: Id
    invitation_id: Id
    reference: Annotated[str, Meta(description="Reference of the inquiry.", examples=["UAS-2026-0042"])]
    unit_name: Annotated[str, Meta(description="Unit for which it is set aside.", examples=["Lung department"])]
    strength: Annotated[Strength, Meta(description="`firm` after a yes; `soft` while it is open.", examples=["firm"])]
    trial_slots: Annotated[int, Meta(description="Set aside (trials).", examples=[1])]
    nurse_hours: Annotated[
        float | None,
        Meta(description="Set aside (hours a week); null where the inquiry does not say.", examples=[8.0]),
    ]
    reserved_at: Annotated[datetime, Meta(description="Since when (UTC).", examples=["2026-11-25T09:00:00Z"])]


class ReservationSheet(Struct, frozen=True, kw_only=True):
    """What is set aside of one capacity or resource, and what is left."""

    slots_said: Annotated[
        int | None, Meta(description="What there is (trials); null where it is not said.", examples=[2])
    ]
    slots_firm: Annotated[int, Meta(description="Firmly set aside (trials).", examples=[1])]
    slots_soft: Annotated[int, Meta(description="Asked for and not answered firmly (trials).", examples=[3])]
    hours_said: Annotated[
        float | None, Meta(description="What there is of nurse time (hours a week); null: not said.", examples=[16.0])
    ]
    hours_firm: Annotated[float, Meta(description="Nurse time firmly set aside (hours a week).", examples=[8.0])]
    hours_soft: Annotated[
        float, Meta(description="Nurse time asked for and not answered firmly (hours a week).", examples=[24.0])
    ]
    overbooked: Annotated[bool, Meta(description="Whether more is firmly set aside than there is.", examples=[False])]
    notes: Annotated[
        tuple[str, ...],
        Meta(
            description="What to look at, in words.",
            examples=[["3 invitations are out for the same nurse hours, of which 8 a week are free."]],
        ),
    ]
    items: Annotated[tuple[ReservationSummary, ...], Meta(description="What is set aside, the oldest first.")]


class Overbooking(Struct, frozen=True, kw_only=True):
    """A capacity or resource of which more is firmly set aside than there is."""

    capacity_id: Annotated[Id | None, Meta(description="Capacity; null for a resource.", examples=[EXAMPLE_UUID])]
    resource_id: Annotated[Id | None, Meta(description="Resource; null for a capacity.", examples=[None])]
    unit_id: Annotated[Id | None, Meta(description="Unit of the capacity.", examples=[EXAMPLE_UUID])]
    name: Annotated[str, Meta(description="Unit or resource.", examples=["Lung department"])]
    therapy_area: Annotated[
        TherapyArea | None, Meta(description="Therapy area; of a unit only.", examples=["respiratory"])
    ]
    slots_said: Annotated[int | None, Meta(description="What there is (trials).", examples=[1])]
    slots_firm: Annotated[int, Meta(description="Firmly set aside (trials).", examples=[2])]
    hours_said: Annotated[float | None, Meta(description="What there is of nurse time (hours a week).", examples=[8.0])]
    hours_firm: Annotated[float, Meta(description="Nurse time firmly set aside (hours a week).", examples=[12.0])]


class OverbookingList(Struct, frozen=True, kw_only=True):
    """Everything of which more is firmly set aside than there is."""

    items: Annotated[tuple[Overbooking, ...], Meta(description="Capacities and resources, by name.")]


class FillCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the office fills what a unit misses: from a resource, by other means that the note names, or both."""

    condition: Annotated[Condition, Meta(description="What the unit misses.", examples=["nurse_hours"])]
    resource_id: Annotated[
        Id | None,
        Meta(
            description="Resource of your region that it comes from; needed for `nurse_hours`.", examples=[EXAMPLE_UUID]
        ),
    ] = None
    nurse_hours: Annotated[
        HoursPerWeek | None,
        Meta(description="Nurse time lent (hours a week); for `nurse_hours`.", examples=[8.0]),
    ] = None
    note: Annotated[
        MediumText | None, Meta(description="What the unit is told.", examples=["From March on Tuesdays."])
    ] = None
