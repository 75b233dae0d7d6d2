"""Shapes of inquiries as they come in and as each viewer gets them back."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from trialport.core.fields import Id, MediumText, NextCursor
from trialport.inquiries.content import (
    Answer,
    Attachment,
    Burden,
    Condition,
    Confidentiality,
    DctWish,
    Identity,
    InquiryContent,
    Kind,
    Money,
    Needs,
    Numbers,
    Placement,
    Population,
    Product,
    Who,
)
from trialport.vocabulary.codes import DctActivity

InquiryState = Literal[
    "draft",
    "submitted",
    "in_triage",
    "inviting",
    "collating",
    "replied",
    "closed",
    "needs_information",
    "declined",
    "withdrawn",
]

DeclineReason = Literal["outside_region", "no_suitable_units", "incomplete", "duplicate", "not_a_trial", "other"]


class InquiryCreate(InquiryContent, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sponsor's inquiry, as submitted."""


class InquiryUpdate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amendment: each group given replaces that group whole; a group left out stays as it is."""

    who: Annotated[Who, Meta(description="Who asks.")] | UnsetType = UNSET
    identity: Annotated[Identity, Meta(description="What the trial is called.")] | UnsetType = UNSET
    kind: Annotated[Kind, Meta(description="What kind of trial.")] | UnsetType = UNSET
    product: Annotated[Product, Meta(description="What is studied.")] | UnsetType = UNSET
    condition: Annotated[Condition, Meta(description="What is treated.")] | UnsetType = UNSET
    population: Annotated[Population, Meta(description="Who takes part.")] | UnsetType = UNSET
    numbers: Annotated[Numbers, Meta(description="How many, and when.")] | UnsetType = UNSET
    burden: Annotated[Burden, Meta(description="Burden.")] | UnsetType = UNSET
    needs: Annotated[Needs, Meta(description="What a unit must have.")] | UnsetType = UNSET
    dct_activities: (
        Annotated[
            dict[DctActivity, DctWish],
            Meta(
                max_length=26,
                description="Decentralised activities; one not named is not used.",
                examples=[{"video_visit": "required"}],
            ),
        ]
        | UnsetType
    ) = UNSET
    placement: Annotated[Placement, Meta(description="Where.")] | UnsetType = UNSET
    money: Annotated[Money, Meta(description="Who pays, and what.")] | UnsetType = UNSET
    answer: Annotated[Answer, Meta(description="What answer is wanted.")] | UnsetType = UNSET
    confidentiality: Annotated[Confidentiality, Meta(description="How confidential.")] | UnsetType = UNSET
    attachments: (
        Annotated[tuple[Attachment, ...], Meta(max_length=20, description="Documents announced.")] | UnsetType
    ) = UNSET


class WithdrawInquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an inquiry is withdrawn."""

    reason: Annotated[
        MediumText | None, Meta(description="Reason, if you want to give one.", examples=["Trial cancelled."])
    ] = None


class InquiryReceipt(Struct, frozen=True, kw_only=True):
    """What a sponsor holds in hand after submitting."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    state: Annotated[InquiryState, Meta(description="State.", examples=["submitted"])]
    version: Annotated[int, Meta(description="Version of the inquiry.", examples=[1])]
    promised_on: Annotated[date, Meta(description="Day the collated reply is promised.", examples=["2026-12-07"])]
    status_url: Annotated[
        str, Meta(description="Address to follow the inquiry at.", examples=["/api/v1/inquiries/0198..."])
    ]


class InquirySummary(Struct, frozen=True, kw_only=True):
    """An inquiry in a list."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    state: Annotated[InquiryState, Meta(description="State.", examples=["submitted"])]
    version: Annotated[int, Meta(description="Version.", examples=[1])]
    sponsor_name: Annotated[str, Meta(description="Sponsor.", examples=["Exempel Pharma AB"])]
    working_title: Annotated[str, Meta(description="Working title.", examples=["Once-daily inhaler in COPD"])]
    indication: Annotated[str, Meta(description="Indication.", examples=["COPD"])]
    submitted_at: Annotated[datetime, Meta(description="When submitted (UTC).", examples=["2026-11-21T09:00:00Z"])]
    promised_on: Annotated[date, Meta(description="Promised day.", examples=["2026-12-07"])]


class InquiryDetail(Struct, frozen=True, kw_only=True):
    """An inquiry as its sponsor and the offices asked see it, confidential fields included."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    state: Annotated[InquiryState, Meta(description="State.", examples=["submitted"])]
    version: Annotated[int, Meta(description="Version.", examples=[1])]
    revision: Annotated[int, Meta(description="Number of this state; its ETag.", examples=[1])]
    regions: Annotated[tuple[str, ...], Meta(description="Codes of the regions asked.", examples=[["UAS"]])]
    submitted_at: Annotated[datetime, Meta(description="When submitted (UTC).", examples=["2026-11-21T09:00:00Z"])]
    promised_on: Annotated[date, Meta(description="Promised day.", examples=["2026-12-07"])]
    paused_at: Annotated[
        datetime | None,
        Meta(
            description="Since when the clock stands still, because the office waits for you (UTC).",
            examples=["2026-11-25T09:00:00Z"],
        ),
    ]
    paused_working_days: Annotated[
        int, Meta(description="How far earlier pauses have moved the promised day (working days).", examples=[3])
    ]
    withdrawn_reason: Annotated[str | None, Meta(description="Why it was withdrawn.", examples=["Trial cancelled."])]
    information_wanted: Annotated[
        tuple[str, ...],
        Meta(description="Fields the office waits for, as `group.field`.", examples=[["population.age_from"]]),
    ]
    information_note: Annotated[
        str | None, Meta(description="What is missing, in words.", examples=["Please state the age range."])
    ]
    declined_reason: Annotated[
        DeclineReason | None, Meta(description="Why the office declined it.", examples=["no_suitable_units"])
    ]
    declined_note: Annotated[
        str | None, Meta(description="What the office said beside it.", examples=["No unit treats this condition."])
    ]
    confidential_fields: Annotated[
        tuple[str, ...],
        Meta(description="Fields shown to the sponsor and the office only.", examples=[["product.name"]]),
    ]
    assessed: Annotated[bool, Meta(description="Whether this version has an assessment.", examples=[True])]
    available_actions: Annotated[
        tuple[str, ...],
        Meta(description="What you may do in this state.", examples=[["amend", "withdraw"]]),
    ]
    content: Annotated[InquiryContent, Meta(description="What the sponsor asked.")]


class InquiryPage(Struct, frozen=True, kw_only=True):
    """A page of inquiries, newest first."""

    items: Annotated[tuple[InquirySummary, ...], Meta(description="Inquiries.")]
    next_cursor: NextCursor
