"""Shapes of invitations, of the units' answers, of the collated reply and of the outcome."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id, MediumText, NextCursor, ShortText
from trialport.inquiries.teaser_models import InquiryForUnit, InquiryTeaser
from trialport.invitations.amendment_models import FieldChange
from trialport.invitations.questions_models import QuestionForUnit
from trialport.notifications.mail_models import Ending
from trialport.units.models import Basis, UnitKind
from trialport.vocabulary.codes import PrimaryCareRole, TherapyArea

InvitationState = Literal["planned", "sent", "opened", "answered", "no_answer", "withdrawn"]
Answer = Literal["yes", "yes_if", "later", "no", "not_me"]
# What a unit misses (domain: yes_if).
Condition = Literal[
    "nurse_hours",
    "pharmacy",
    "imaging",
    "sub_investigator",
    "data_manager",
    "contract_help",
    "training",
    "money",
    "space",
]
NoReason = Literal[
    "no_suitable_patients",
    "eligibility_too_narrow",
    "competing_trial",
    "no_nurse_time",
    "no_physician_time",
    "no_space_or_equipment",
    "pharmacy_lab_imaging",
    "not_standard_of_care",
    "low_scientific_interest",
    "patient_burden",
    "budget",
    "timelines",
    "too_little_information",
    "leave",
    "other",
]
CapacityField = Literal["participants_per_month", "participants_basis", "new_trials_from", "primary_care_role"]
# The head of unit's word on a yes: given, waited for, withheld, or nobody there to give it.
Approval = Literal["approved", "awaiting_head", "refused", "no_head"]
Decision = Literal["selected", "not_selected", "trial_cancelled", "no_decision"]
SkipReason = Literal["already_invited", "not_in_region", "nobody_there", "everybody_absent", "over_budget"]


class InviteUnits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which units to invite, and until when they answer."""

    unit_ids: Annotated[
        Annotated[tuple[Id, ...], Meta(min_length=1, max_length=200)] | None,
        Meta(
            description="Units of your region; left out, those on the shortlist, in its order.",
            examples=[["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"]],
        ),
    ] = None
    due_on: Annotated[
        date | None,
        Meta(description="Last day to answer; five working days from now by default.", examples=["2026-12-01"]),
    ] = None


class Skipped(Struct, frozen=True, kw_only=True):
    """A unit that was not invited, and why."""

    unit_id: Id
    reason: Annotated[SkipReason, Meta(description="Coded reason.", examples=["over_budget"])]
    explanation: Annotated[
        str,
        Meta(description="The reason in words.", examples=["Everybody there has had enough invitations this month."]),
    ]


class EoiCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit's answer to an invitation."""

    answer: Annotated[Answer, Meta(description="The answer.", examples=["yes_if"])]
    conditions: Annotated[
        tuple[Condition, ...],
        Meta(max_length=9, description="What is missing; for `yes_if`.", examples=[["nurse_hours"]]),
    ] = ()
    later_from: Annotated[
        date | None, Meta(description="From when the unit could; for `later`.", examples=["2027-03-01"])
    ] = None
    reasons: Annotated[
        tuple[NoReason, ...],
        Meta(max_length=15, description="Why not; for `no`.", examples=[["no_nurse_time"]]),
    ] = ()
    asks_id: Annotated[Id | None, Meta(description="Colleague to ask instead; for `not_me`.", examples=[None])] = None
    participants: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)] | None,
        Meta(description="Realistic number in the recruitment period (participants).", examples=[12]),
    ] = None
    participants_basis: Annotated[
        Basis | None, Meta(description="What the number rests on.", examples=["register"])
    ] = None
    earliest_start: Annotated[date | None, Meta(description="Earliest start.", examples=["2027-01-15"])] = None
    role: Annotated[
        PrimaryCareRole | None, Meta(description="Role of a primary-care unit in the trial.", examples=["visit"])
    ] = None
    competing_trials: Annotated[
        MediumText | None, Meta(description="Competing trials; the office alone reads this.", examples=["One in COPD."])
    ] = None
    head_informed: Annotated[bool, Meta(description="Whether the head of unit knows.", examples=[True])] = False
    mentor_wanted: Annotated[bool, Meta(description="Whether a mentor is wanted.", examples=[False])] = False
    conflict_of_interest: Annotated[
        MediumText | None, Meta(description="Conflicts of interest; the office alone reads this.", examples=["None."])
    ] = None
    questions: Annotated[
        MediumText | None,
        Meta(description="Question to the sponsor; the office puts it.", examples=["Is home sampling possible?"]),
    ] = None
    answers_to_questions: Annotated[
        tuple[Annotated[str, Meta(max_length=1000)], ...],
        Meta(
            max_length=10,
            description="Answers to the sponsor's questions of the inquiry, in their order; empty text for none.",
            examples=[["About two a year."]],
        ),
    ] = ()


class Prefill(Struct, frozen=True, kw_only=True):
    """What the unit's capacity says to the questions asked, so that nothing has to be written twice."""

    therapy_area: Annotated[TherapyArea, Meta(description="Area whose capacity matches.", examples=["respiratory"])]
    revision: Annotated[int, Meta(description="State of the capacity that was read.", examples=[3])]
    stale: Annotated[bool, Meta(description="Whether nobody confirmed it for long.", examples=[False])]
    participants_per_month: Annotated[
        float | None, Meta(description="What the unit could recruit (persons a month).", examples=[3.0])
    ]
    recruitment_months: Annotated[int | None, Meta(description="Recruitment period asked (months).", examples=[12])]
    participants: Annotated[
        int | None, Meta(description="The two multiplied: in the recruitment period (participants).", examples=[36])
    ]
    participants_basis: Annotated[Basis | None, Meta(description="What the number rests on.", examples=["register"])]
    earliest_start: Annotated[
        date | None, Meta(description="When a new trial could start, by capacity.", examples=["2027-01-15"])
    ]
    nurse_hours_free: Annotated[
        float | None, Meta(description="Research-nurse time free (hours a week).", examples=[12.0])
    ]
    role: Annotated[PrimaryCareRole | None, Meta(description="Role of a primary-care unit.", examples=["visit"])]


class CapacityDifference(Struct, frozen=True, kw_only=True):
    """Where an answer says something else than the unit's capacity."""

    field: Annotated[CapacityField, Meta(description="Field of the capacity.", examples=["participants_per_month"])]
    in_capacity: Annotated[
        float | str | None,
        Meta(
            description="What the capacity says: a number (persons a month), a code, or a day as YYYY-MM-DD.",
            examples=[3.0],
        ),
    ]
    answered: Annotated[
        float | str, Meta(description="What the answer comes to, in the same unit (persons a month).", examples=[1.0])
    ]


class CapacityValues(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New values of the unit's capacity; what is left out stays as it is."""

    participants_per_month: Annotated[
        Annotated[float, Meta(ge=0, le=100_000)] | None,
        Meta(description="Participants the unit could recruit (persons a month).", examples=[1.0]),
    ] = None
    participants_basis: Annotated[
        Basis | None, Meta(description="What the number of participants rests on.", examples=["register"])
    ] = None
    participants_counted_on: Annotated[
        date | None, Meta(description="Day of the count; today where a count gives none.", examples=["2026-11-01"])
    ] = None
    new_trials_from: Annotated[
        date | None, Meta(description="First day a new trial could start.", examples=["2027-02-01"])
    ] = None
    primary_care_role: Annotated[
        PrimaryCareRole | None, Meta(description="What a primary-care unit can do in a trial.", examples=["visit"])
    ] = None


class CapacityUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the capacity behind an answer is still right, and what is not."""

    confirm: Annotated[
        bool, Meta(description="True: everything not named in `values` is still right.", examples=[True])
    ]
    values: Annotated[CapacityValues, Meta(description="What has changed.")] = CapacityValues()


class SignOffCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of unit's word on a yes."""

    decision: Annotated[
        Literal["approved", "refused"], Meta(description="Whether the yes counts.", examples=["approved"])
    ]
    note: Annotated[
        MediumText | None, Meta(description="Why not; the unit and the office read it.", examples=["No nurse."])
    ] = None
    eoi_id: Annotated[
        Id | None, Meta(description="The answer that was read; refused where a newer one stands.", examples=[None])
    ] = None


class SignOffDetail(Struct, frozen=True, kw_only=True):
    """Whether the head of unit has signed off the unit's yes."""

    approval: Annotated[Approval, Meta(description="Her word.", examples=["awaiting_head"])]
    decided_at: Annotated[datetime | None, Meta(description="When (UTC).", examples=["2026-11-26T08:00:00Z"])]
    note: Annotated[str | None, Meta(description="Why not.", examples=["No nurse before March."])]


class NewRecipient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is asked instead."""

    investigator_id: Id


class EoiDetail(EoiCreate, frozen=True, kw_only=True):
    """An answer as it was given."""

    eoi_id: Id
    revision: Annotated[int, Meta(description="How many times the unit has answered.", examples=[1])]
    version: Annotated[int, Meta(description="Version of the inquiry that it answers.", examples=[1])]
    late: Annotated[bool, Meta(description="Whether it came after the last day.", examples=[False])]
    answered_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-25T09:00:00Z"])]
    investigator_id: Annotated[
        Id | None,
        Meta(description="Who of the unit answered; null where that was not kept.", examples=[None]),
    ] = None
    approval: Annotated[
        Approval | None,
        Meta(description="What the head of unit says to a yes; null for other answers.", examples=["awaiting_head"]),
    ] = None


class EndingDetail(Struct, frozen=True, kw_only=True):
    """How the inquiry ended for this unit."""

    ending: Annotated[
        Ending,
        Meta(description="How it ended; `no_word` while the sponsor is silent past its day.", examples=["selected"]),
    ]
    note: Annotated[str | None, Meta(description="What the sponsor tells the units.", examples=["Start in March."])]
    over: Annotated[
        bool, Meta(description="Whether nothing follows; false while the sponsor is silent.", examples=[True])
    ]
    ended_at: Annotated[
        datetime | None,
        Meta(description="When it was decided or told (UTC).", examples=["2026-12-20T09:00:00Z"]),
    ]


class FillDetail(Struct, frozen=True, kw_only=True):
    """A condition that has been filled, as unit and office see it."""

    condition: Annotated[Condition, Meta(description="What the unit missed.", examples=["nurse_hours"])]
    resource_id: Annotated[Id | None, Meta(description="Resource it comes from.", examples=[EXAMPLE_UUID])]
    resource_name: Annotated[str | None, Meta(description="Where it comes from.", examples=["Trial unit"])]
    nurse_hours: Annotated[float | None, Meta(description="Nurse time lent (hours a week).", examples=[8.0])]
    note: Annotated[str | None, Meta(description="What the office says.", examples=["From March on Tuesdays."])]
    text: Annotated[str, Meta(description="The same in words.", examples=["Trial unit lends 8 nurse hours a week."])]
    filled_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-25T09:00:00Z"])]


class InvitationForUnit(Struct, frozen=True, kw_only=True):
    """An invitation as the unit asked sees it: its own and nothing of the others."""

    invitation_id: Id
    unit_id: Id
    unit_name: Annotated[str, Meta(description="Name of the unit.", examples=["Lung department"])]
    unit_kind: Annotated[UnitKind, Meta(description="Kind of unit.", examples=["hospital_department"])]
    state: Annotated[InvitationState, Meta(description="State.", examples=["sent"])]
    revision: Annotated[int, Meta(description="Number of this state; its ETag.", examples=[1])]
    due_on: Annotated[date, Meta(description="Last day to answer.", examples=["2026-12-01"])]
    invited_at: Annotated[datetime, Meta(description="When invited (UTC).", examples=["2026-11-23T09:00:00Z"])]
    teaser: Annotated[InquiryTeaser, Meta(description="What may be read at once.")]
    opened: Annotated[
        InquiryForUnit | None,
        Meta(description="The inquiry with its confidential fields, where they are open to the unit."),
    ]
    confidentiality_note: Annotated[
        str,
        Meta(description="By what the confidential fields are open, or what has to come first.", examples=["Statute."]),
    ]
    answer: Annotated[EoiDetail | None, Meta(description="The unit's own answer so far.")]
    sign_off: Annotated[
        SignOffDetail | None, Meta(description="The head of unit's word on a yes; null where none is needed.")
    ] = None
    prefill: Annotated[
        Prefill | None, Meta(description="What the unit's capacity says; null where it has none in the area.")
    ] = None
    capacity_difference: Annotated[
        tuple[CapacityDifference, ...], Meta(description="Where the answer and the capacity differ.")
    ] = ()
    changes: Annotated[
        tuple[FieldChange, ...],
        Meta(description="What the sponsor changed since the unit answered, as far as the unit may see it."),
    ] = ()
    questions: Annotated[
        tuple[QuestionForUnit, ...],
        Meta(description="The unit's questions to the sponsor, and answers shared with all."),
    ] = ()
    ending: Annotated[
        EndingDetail | None, Meta(description="How the inquiry ended for this unit; null while it goes on.")
    ] = None
    fills: Annotated[
        tuple[FillDetail, ...], Meta(description="What the unit misses and the trial office has got for it.")
    ] = ()
    available_actions: Annotated[tuple[str, ...], Meta(description="What you may do.", examples=[["answer"]])]


class InvitationSummary(Struct, frozen=True, kw_only=True):
    """An invitation in a list."""

    invitation_id: Id
    inquiry_id: Id
    reference: Annotated[str, Meta(description="Reference of the inquiry.", examples=["UAS-2026-0042"])]
    unit_id: Id
    unit_name: Annotated[str, Meta(description="Name of the unit.", examples=["Lung department"])]
    state: Annotated[InvitationState, Meta(description="State.", examples=["sent"])]
    due_on: Annotated[date, Meta(description="Last day to answer.", examples=["2026-12-01"])]
    answer: Annotated[Answer | None, Meta(description="The answer, if there is one.", examples=["yes"])]
    participants: Annotated[int | None, Meta(description="Offered (participants).", examples=[12])]
    late: Annotated[bool | None, Meta(description="Whether the answer came late.", examples=[False])]
    approval: Annotated[
        Approval | None,
        Meta(description="What the head of unit says to a yes; null for other answers.", examples=["awaiting_head"]),
    ] = None


class InvitationPage(Struct, frozen=True, kw_only=True):
    """A page of invitations, newest first."""

    items: Annotated[tuple[InvitationSummary, ...], Meta(description="Invitations.")]
    next_cursor: NextCursor


class InviteResult(Struct, frozen=True, kw_only=True):
    """Who was invited, and who was not and why."""

    invited: Annotated[tuple[InvitationSummary, ...], Meta(description="Invitations made.")]
    skipped: Annotated[tuple[Skipped, ...], Meta(description="Units left out.")]


class WithdrawInvitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an invitation is taken back."""

    reason: Annotated[MediumText, Meta(description="What the unit is told.", examples=["The sponsor has withdrawn."])]


class OutcomeCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sponsor decided."""

    decision: Annotated[Decision, Meta(description="Decision.", examples=["selected"])]
    selected_unit_ids: Annotated[
        tuple[Id, ...], Meta(max_length=200, description="Units selected; for `selected`.", examples=[[]])
    ] = ()
    note: Annotated[ShortText | None, Meta(description="What the units are told.", examples=["Start in March."])] = None
