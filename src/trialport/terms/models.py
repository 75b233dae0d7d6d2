"""Shapes of local terms, of the corrections that become such, and of texts to read."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, NOT_BLANK, Id, LongText, MediumText, NextCursor, ShortText
from trialport.core.language import Language

LocalTermState = Literal["proposed", "agreed", "rejected", "withdrawn"]
ConceptName = Annotated[str, Meta(min_length=1, max_length=100, pattern=NOT_BLANK)]


class ReadingCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text to read."""

    text: Annotated[LongText, Meta(description="The text.", examples=["Adults with severe COPD"])]
    lang: Annotated[
        Language | None, Meta(description="Its language; guessed when left out.", examples=["en", "sv", "da"])
    ] = None


class LocalTermCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that the region reads in its own way; with `read_as` or `inquiry_id` a correction of a reading."""

    term: Annotated[
        ShortText,
        Meta(description="The words, as one phrase of at most eight that carry meaning.", examples=["KOL-spåret"]),
    ]
    language: Annotated[Language, Meta(description="Language of the words.", examples=["sv"])]
    concept: Annotated[
        ConceptName,
        Meta(description="What they stand for: an ICD-10 category or a concept.", examples=["J44", "C34/nsclc"]),
    ]
    read_as: Annotated[
        ConceptName | None,
        Meta(description="In a correction: what the words were wrongly read as, if anything.", examples=["J45"]),
    ] = None
    inquiry_id: Annotated[
        UUID | None, Meta(description="In a correction: the inquiry where it was seen.", examples=[EXAMPLE_UUID])
    ] = None
    note: Annotated[
        MediumText | None, Meta(description="Why, for the colleague who decides.", examples=["Our name of the clinic."])
    ] = None


class RejectLocalTerm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a proposed term is rejected."""

    reason: Annotated[MediumText, Meta(description="Reason.", examples=["Used for asthma too."])]


class WithdrawLocalTerm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a term is withdrawn."""

    reason: Annotated[
        MediumText | None, Meta(description="Reason, if you want to give one.", examples=["No longer used."])
    ] = None


class LocalTermDetail(Struct, frozen=True, kw_only=True):
    """A local term as its region's office sees it."""

    local_term_id: Id
    region: Annotated[str, Meta(description="Code of the region that reads by it.", examples=["UAS"])]
    term: Annotated[str, Meta(description="The words.", examples=["KOL-spåret"])]
    language: Annotated[Language, Meta(description="Language of the words.", examples=["sv"])]
    concept: Annotated[str, Meta(description="What they stand for.", examples=["J44"])]
    label: Annotated[
        str, Meta(description="Label of the concept, in the language of the words.", examples=["Kroniskt obstruktiv"])
    ]
    read_as: Annotated[str | None, Meta(description="What they were wrongly read as.", examples=["J45"])]
    inquiry_id: Annotated[UUID | None, Meta(description="Where that was seen.", examples=[EXAMPLE_UUID])]
    note: Annotated[str | None, Meta(description="Why.", examples=["Our name of the clinic."])]
    state: Annotated[
        LocalTermState,
        Meta(description="Only an agreed term is read.", examples=["agreed"]),
    ]
    revision: Annotated[int, Meta(description="Number of this state; its ETag.", examples=[2])]
    proposed_at: Annotated[datetime, Meta(description="When proposed (UTC).", examples=["2026-11-21T09:00:00Z"])]
    proposed_by: Annotated[str, Meta(description="Who proposed it.", examples=["Demo Person 1 (demonstration)"])]
    agreed_at: Annotated[
        datetime | None, Meta(description="When a second person agreed (UTC).", examples=["2026-11-21T10:00:00Z"])
    ]
    agreed_by: Annotated[str | None, Meta(description="Who agreed.", examples=["Demo Person 2 (demonstration)"])]
    reason: Annotated[
        str | None, Meta(description="Why it was rejected or withdrawn.", examples=["Used for asthma too."])
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do in this state.", examples=[["read", "agree", "reject"]])
    ]


class LocalTermPage(Struct, frozen=True, kw_only=True):
    """A page of local terms, newest first."""

    items: Annotated[tuple[LocalTermDetail, ...], Meta(description="Local terms.")]
    next_cursor: NextCursor


class LocalTermChange(Struct, frozen=True, kw_only=True):
    """One entry of a local term's history."""

    revision: Annotated[int, Meta(ge=1, description="The revision it led to.", examples=[2])]
    action: Annotated[LocalTermState, Meta(description="What was done.", examples=["agreed"])]
    reason: Annotated[str | None, Meta(description="Why, where a reason was given.", examples=["No longer used."])]
    changed_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-21T10:00:00Z"])]
    changed_by: Annotated[str, Meta(description="Who.", examples=["Demo Person 2 (demonstration)"])]


class LocalTermHistoryPage(Struct, frozen=True, kw_only=True):
    """A page of a local term's history, newest first."""

    items: Annotated[tuple[LocalTermChange, ...], Meta(description="Changes.")]
    next_cursor: NextCursor
