"""Shapes of a shortlist: the units an office means to ask, in its own order beside the ranking's."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id, MediumText
from trialport.matching.models import Criterion, UnitReference
from trialport.matching.why_models import CriterionShare
from trialport.units.models import UnitKind
from trialport.vocabulary.codes import TherapyArea

ShortlistState = Literal["listed", "dropped"]
Command = Literal["add", "drop", "move"]
MOST_UNITS = 200

_Reason = Annotated[MediumText, Meta(description="Why.", examples=["Has run the same trial for this sponsor."])]
_Position = Annotated[int, Meta(ge=1, le=MOST_UNITS)]


class ShortlistChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision about the shortlist, with its reason."""

    command: Annotated[
        Command,
        Meta(
            description="`add`: put units on it; `drop`: do not ask them; `move`: put one at another place.",
            examples=["add"],
        ),
    ]
    unit_ids: Annotated[
        tuple[Id, ...],
        Meta(min_length=1, max_length=50, description="Units of your region.", examples=[[EXAMPLE_UUID]]),
    ]
    position: Annotated[
        _Position | None,
        Meta(
            description="Place to put them at (count from 1); with `add` the end by default, with `move` needed.",
            examples=[1],
        ),
    ] = None
    reason: _Reason


class Standing(Struct, frozen=True, kw_only=True):
    """How the newest assessment sees a unit: its best candidate, or else what was left out (without a rank)."""

    unit_id: UUID
    capacity_id: UUID
    therapy_area: TherapyArea
    rank: int | None
    score: float | None
    criteria: tuple[Criterion, ...]


class EntryRow(Struct, frozen=True, kw_only=True):
    """An entry as stored, with its unit."""

    region_id: UUID
    unit_id: UUID
    unit_name: str
    unit_kind: UnitKind
    site_name: str
    position: int | None
    state: ShortlistState
    reason: str
    assessment_id: UUID | None
    rank: int | None
    score: float | None
    changed_at: datetime
    actor_id: UUID | None


class ShortlistEntry(Struct, frozen=True, kw_only=True):
    """A unit that the office decided about, beside what the ranking says."""

    region_id: Id
    unit: Annotated[UnitReference, Meta(description="The unit.")]
    state: Annotated[ShortlistState, Meta(description="Whether it is to be asked.", examples=["listed"])]
    position: Annotated[
        int | None, Meta(description="The office's place for it (count from 1); null once dropped.", examples=[1])
    ]
    reason: _Reason
    changed_at: Annotated[
        datetime, Meta(description="When it was last decided about (UTC).", examples=["2026-11-25T09:00:00Z"])
    ]
    actor_id: Annotated[UUID | None, Meta(description="Who decided.", examples=[EXAMPLE_UUID])]
    assessment_id: Annotated[UUID | None, Meta(description="Newest assessment at that time.", examples=[EXAMPLE_UUID])]
    rank_then: Annotated[
        int | None,
        Meta(
            description="Its place in the region's ranking then (count from 1); null where it had none.", examples=[4]
        ),
    ]
    score_then: Annotated[float | None, Meta(description="Its score then (0 to 100).", examples=[81.5])]
    rank: Annotated[int | None, Meta(description="Its place in the newest assessment.", examples=[3])]
    score: Annotated[float | None, Meta(description="Its score in the newest assessment (0 to 100).", examples=[83.0])]
    therapy_area: Annotated[
        TherapyArea | None, Meta(description="Therapy area it was compared in.", examples=["respiratory"])
    ]
    strongest: Annotated[tuple[CriterionShare, ...], Meta(description="Criteria that bring it most, at most three.")]
    weakest: Annotated[tuple[CriterionShare, ...], Meta(description="Criteria that cost it most, at most three.")]


class Shortlist(Struct, frozen=True, kw_only=True):
    """What an office decided about the units of an inquiry."""

    inquiry_id: Id
    entries: Annotated[
        tuple[ShortlistEntry, ...], Meta(description="Units listed in the office's order, then those dropped.")
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with the inquiry in its state.", examples=[["shortlist"]])
    ]
