"""Shapes of likeness between inquiries: whether the same trial has been asked before, by this sponsor or another."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Id
from trialport.inquiries.models import InquiryState


class Fingerprint(Struct, frozen=True, kw_only=True):
    """What tells one trial from another, none of it confidential."""

    inquiry_id: UUID
    reference: str
    state: InquiryState
    submitted_at: datetime
    sponsor_name: str
    working_title: str
    study_type: str
    phase: str
    mechanism: str
    indication: str
    concepts: frozenset[str] = frozenset()
    participants_wanted: int
    planned_start: date
    eu_ct_number: str | None = None
    nct_number: str | None = None
    civ_id: str | None = None


class SimilarInquiry(Struct, frozen=True, kw_only=True):
    """Another inquiry that may be about the same trial."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    state: Annotated[InquiryState, Meta(description="State.", examples=["replied"])]
    submitted_at: Annotated[datetime, Meta(description="When submitted (UTC).", examples=["2026-03-21T09:00:00Z"])]
    sponsor_name: Annotated[str, Meta(description="Sponsor; never told to another.", examples=["Exempel CRO AB"])]
    working_title: Annotated[str, Meta(description="Working title.", examples=["Once-daily inhaler in COPD"])]
    likeness: Annotated[int, Meta(ge=0, le=100, description="How alike they are (0 to 100).", examples=[87])]
    is_certain: Annotated[bool, Meta(description="Whether a register's number is the same.", examples=[False])]
    reasons: Annotated[
        tuple[str, ...], Meta(description="What they have in common.", examples=[["The same phase: 3."]])
    ]


class SimilarInquiries(Struct, frozen=True, kw_only=True):
    """Inquiries that may be about the same trial, most alike first."""

    items: Annotated[tuple[SimilarInquiry, ...], Meta(description="Inquiries of the last 24 months.")]
