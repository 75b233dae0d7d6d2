"""Shapes of questions that units put to the sponsor through the office; one struct for each kind of viewer."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import NOT_BLANK, Id, MediumText

QuestionState = Literal["asked", "forwarded", "answered", "shared", "dismissed"]
Share = Literal["asker", "all"]
_STATE = Meta(description="How far it is.", examples=["forwarded"])
_WORDING = Meta(description="The question as the office put it.", examples=["Is home sampling possible?"])
_ANSWER = Meta(description="The sponsor's answer.", examples=["Yes, from week 4."])
_DISMISSAL = Meta(description="Why the office does not put it to the sponsor.", examples=["Stands in the synopsis."])
_ACTIONS = Meta(description="What you may do with it.", examples=[["read"]])
_ASKED_AT = Meta(description="When it was asked (UTC).", examples=["2026-11-25T09:00:00Z"])


class QuestionCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit's question to the sponsor."""

    text: Annotated[MediumText, Meta(description="Question.", examples=["Is home sampling possible?"])]


class QuestionForward(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question as it goes to the sponsor."""

    wording: Annotated[
        MediumText | None,
        Meta(
            description="The office's wording; as the unit asked by default.", examples=["Is home sampling possible?"]
        ),
    ] = None


class QuestionAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sponsor's answer."""

    answer: Annotated[MediumText, Meta(description="Answer.", examples=["Yes, from week 4."])]


class QuestionShare(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets to read the answer."""

    share: Annotated[Share, Meta(description="The unit that asked, or every unit asked.", examples=["all"])]


class QuestionDismiss(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a question is not put to the sponsor."""

    reason: Annotated[
        Annotated[str, Meta(min_length=1, max_length=1000, pattern=NOT_BLANK)],
        Meta(description="What the unit is told.", examples=["The synopsis answers this on page 2."]),
    ]


class QuestionForUnit(Struct, frozen=True, kw_only=True):
    """A unit's own question, or one whose answer is shared with all; who asked that one is not told."""

    question_id: Id
    own: Annotated[bool, Meta(description="Whether your unit asked it.", examples=[True])]
    state: Annotated[QuestionState, _STATE]
    text: Annotated[str, Meta(description="Question.", examples=["Is home sampling possible?"])]
    answer: Annotated[str | None, _ANSWER]
    dismissal: Annotated[str | None, _DISMISSAL] = None


class QuestionForSponsor(Struct, frozen=True, kw_only=True):
    """A question as the sponsor sees it: without the unit."""

    question_id: Id
    state: Annotated[QuestionState, _STATE]
    wording: Annotated[str, _WORDING]
    answer: Annotated[str | None, _ANSWER]
    forwarded_at: Annotated[datetime, Meta(description="When it was put (UTC).", examples=["2026-11-25T09:00:00Z"])]
    available_actions: Annotated[tuple[str, ...], _ACTIONS]


class QuestionForOffice(Struct, frozen=True, kw_only=True):
    """A question as the office sees it."""

    question_id: Id
    inquiry_id: Id
    invitation_id: Id
    reference: Annotated[str, Meta(description="Reference of the inquiry.", examples=["UAS-2026-0042"])]
    unit_name: Annotated[str, Meta(description="Unit that asks.", examples=["Lung department"])]
    state: Annotated[QuestionState, _STATE]
    text: Annotated[str, Meta(description="As the unit asked.", examples=["Is home sampling possible?"])]
    wording: Annotated[str | None, _WORDING]
    answer: Annotated[str | None, _ANSWER]
    share: Annotated[Share | None, Meta(description="Who reads the answer.", examples=["all"])]
    dismissal: Annotated[str | None, _DISMISSAL] = None
    asked_at: Annotated[datetime, _ASKED_AT]
    available_actions: Annotated[tuple[str, ...], _ACTIONS]


class UnitQuestions(Struct, frozen=True, kw_only=True):
    """What a unit reads of questions about one inquiry, the oldest first."""

    items: Annotated[tuple[QuestionForUnit, ...], Meta(description="Questions.")]


class SponsorQuestions(Struct, frozen=True, kw_only=True):
    """The questions put to the sponsor of one inquiry, the oldest first."""

    items: Annotated[tuple[QuestionForSponsor, ...], Meta(description="Questions.")]


class OfficeQuestions(Struct, frozen=True, kw_only=True):
    """Questions of the region's units, the newest first; at most 200."""

    items: Annotated[tuple[QuestionForOffice, ...], Meta(description="Questions.")]
