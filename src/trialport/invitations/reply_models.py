"""Shapes of the collated reply."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import MediumText
from trialport.invitations.models import Approval, Condition, NoReason
from trialport.units.models import Basis


class AnsweredQuestion(Struct, frozen=True, kw_only=True):
    """A question of the sponsor's with one unit's answer."""

    question: Annotated[str, Meta(description="Question.", examples=["How many exacerbations a year?"])]
    answer: Annotated[str, Meta(description="Answer.", examples=["About two."])]


class FilledCondition(Struct, frozen=True, kw_only=True):
    """What a unit misses and its region provides."""

    condition: Annotated[Condition, Meta(description="What was missing.", examples=["nurse_hours"])]
    provided_by: Annotated[
        str | None,
        Meta(description="The shared resource it comes from; null for the trial office.", examples=["Trial unit"]),
    ]


class UnitAnswer(Struct, frozen=True, kw_only=True):
    """One unit in the collated reply: a no is a unit and coded reasons, never a person."""

    unit_name: Annotated[str, Meta(description="Unit.", examples=["Lung department"])]
    site_name: Annotated[str, Meta(description="Site.", examples=["University hospital"])]
    answer: Annotated[
        Literal["yes", "yes_if", "later", "no", "no_answer"], Meta(description="The answer.", examples=["yes"])
    ]
    approval: Annotated[
        Approval | None,
        Meta(
            description="The head of unit's word on a yes: one awaited counts as conditional, one refused as no.",
            examples=["approved"],
        ),
    ] = None
    before_change: Annotated[
        bool,
        Meta(description="Whether the inquiry has changed since and the unit has not looked again.", examples=[False]),
    ] = False
    participants: Annotated[int | None, Meta(description="Offered (participants).", examples=[12])]
    participants_basis: Annotated[Basis | None, Meta(description="Basis of the number.", examples=["register"])]
    earliest_start: Annotated[date | None, Meta(description="Earliest start.", examples=["2027-01-15"])]
    conditions: Annotated[tuple[Condition, ...], Meta(description="What is missing.", examples=[["nurse_hours"]])]
    filled: Annotated[tuple[FilledCondition, ...], Meta(description="What was missing and the region provides.")] = ()
    reasons: Annotated[tuple[NoReason, ...], Meta(description="Why not.", examples=[["no_nurse_time"]])]
    answers_to_questions: Annotated[
        tuple[AnsweredQuestion, ...],
        Meta(description="Answers to the sponsor's questions; of units that can, or can on a condition."),
    ] = ()
    contact_name: Annotated[
        str | None, Meta(description="Whom to talk to; of units that said yes only.", examples=["Demo Person 7"])
    ]
    contact_email: Annotated[
        str | None, Meta(description="Work address of that person.", examples=["person7@example.org"])
    ]


class ReplyContent(Struct, frozen=True, kw_only=True):
    """The office's collated answer."""

    asked: Annotated[int, Meta(description="Asked (units).", examples=[8])]
    answered: Annotated[int, Meta(description="Answered (units).", examples=[7])]
    yes: Annotated[int, Meta(description="Can (units).", examples=[3])]
    conditional: Annotated[int, Meta(description="Can on a condition (units).", examples=[2])]
    no: Annotated[int, Meta(description="Cannot, or not yet (units).", examples=[2])]
    silent: Annotated[int, Meta(description="Did not answer (units).", examples=[1])]
    participants_sure: Annotated[
        int, Meta(description="Offered by units that can, the lower end (participants).", examples=[30])
    ]
    participants_at_most: Annotated[
        int,
        Meta(description="The same with those that can on a condition, the upper end (participants).", examples=[44]),
    ]
    earliest_start: Annotated[
        date | None, Meta(description="Earliest start of any unit that can.", examples=["2027-01-15"])
    ]
    units: Annotated[tuple[UnitAnswer, ...], Meta(description="Answer by unit.")]


class UnitChange(Struct, frozen=True, kw_only=True):
    """A unit whose answer is another than in the version before."""

    unit_name: Annotated[str, Meta(description="Unit.", examples=["Lung department"])]
    site_name: Annotated[str, Meta(description="Site.", examples=["University hospital"])]
    before: Annotated[
        UnitAnswer | None,
        Meta(description="What the version before said, without its contact; null where the unit was not in it."),
    ]
    after: Annotated[UnitAnswer | None, Meta(description="What this version says; null where it does not name it.")]


class ReplyCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the office adds to the collated answer."""

    note: Annotated[
        Annotated[str, Meta(max_length=4000)],
        Meta(description="Note to the sponsor.", examples=["Two units share a pharmacy."]),
    ] = ""
    next_step: Annotated[
        MediumText | None, Meta(description="What comes next.", examples=["We suggest a call next week."])
    ] = None
    next_step_on: Annotated[
        date | None, Meta(description="Day of the next step; only together with it.", examples=["2026-12-11"])
    ] = None
    expected_content_hash: Annotated[
        Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None,
        Meta(
            description="`content_hash` of the preview you read: refused (412) when an answer has come in since.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ] = None


class ReplyDetail(Struct, frozen=True, kw_only=True):
    """A reply as it was sent, or as it would be sent now (`version` 0)."""

    version: Annotated[int, Meta(description="Version; 0 is a preview.", examples=[1])]
    newest_version: Annotated[
        int, Meta(description="Newest version sent, which replaces the others; 0 for none (number).", examples=[1])
    ]
    note: Annotated[str, Meta(description="Note of the office.", examples=["Two units share a pharmacy."])]
    next_step: Annotated[str | None, Meta(description="What comes next.", examples=["We suggest a call next week."])]
    next_step_on: Annotated[date | None, Meta(description="Day of the next step.", examples=["2026-12-11"])]
    replied_at: Annotated[datetime | None, Meta(description="When sent (UTC).", examples=["2026-12-05T09:00:00Z"])]
    content: Annotated[ReplyContent, Meta(description="The collated answer.")]
    changes: Annotated[
        tuple[UnitChange, ...], Meta(description="Units that answer otherwise than in the version sent before.")
    ] = ()
    content_hash: Annotated[
        str,
        Meta(
            description="SHA-256 of the content; its ETag.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with the inquiry.", examples=[["read_reply"]])
    ]
