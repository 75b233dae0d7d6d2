"""Shapes of agreements on confidentiality."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id, MediumText, NextCursor, ShortText
from trialport.sponsors.agreement_rules import AgreementMode

_MODE = Meta(description="How confidentiality is settled; the region's own mode.", examples=["master"])
_SITE = Meta(description="Site it is for; null for the whole region.", examples=[EXAMPLE_UUID])
_INQUIRY = Meta(description="Inquiry it is for; null for all of the sponsor's.", examples=[EXAMPLE_UUID])
_DOCUMENT = Meta(description="The signed document, as an attachment.", examples=[EXAMPLE_UUID])
_SIGNED = Meta(description="Day it was signed.", examples=["2026-10-01"])
_UNTIL = Meta(description="Last day it holds; null for no end.", examples=["2029-09-30"])
_SIGNATORY = Meta(description="Who signed for the region; needed with `cda_first`.", examples=["Demo Head"])
_REGION_PARTY = Meta(description="Party on the region's side.", examples=["Hospital management of X"])
_SPONSOR_PARTY = Meta(description="Party on the sponsor's side.", examples=["Exempel Pharma AB"])


class AgreementInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agreement that has been signed outside the system."""

    region: Annotated[
        Annotated[str, Meta(pattern="^[A-Z]{2,6}$")] | None,
        Meta(description="Code of the region; an office may leave it out.", examples=["RMS"]),
    ] = None
    sponsor_id: Id
    site_id: Annotated[UUID | None, _SITE] = None
    inquiry_id: Annotated[UUID | None, _INQUIRY] = None
    mode: Annotated[AgreementMode, _MODE]
    region_party: Annotated[ShortText, _REGION_PARTY]
    sponsor_party: Annotated[ShortText, _SPONSOR_PARTY]
    signatory: Annotated[ShortText | None, _SIGNATORY] = None
    signed_on: Annotated[date, _SIGNED]
    valid_until: Annotated[date | None, _UNTIL] = None
    attachment_id: Annotated[UUID | None, _DOCUMENT] = None


class AgreementEnd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an agreement ends."""

    reason: Annotated[MediumText, Meta(description="Reason.", examples=["Terminated by the sponsor."])]


class AgreementDetail(Struct, frozen=True, kw_only=True):
    """An agreement as either party sees it."""

    agreement_id: Id
    region_id: Id
    region: Annotated[str, Meta(description="Code of the region.", examples=["RMS"])]
    sponsor_id: Id
    sponsor_name: Annotated[str, Meta(description="Sponsor.", examples=["Exempel Pharma AB"])]
    site_id: Annotated[UUID | None, _SITE]
    inquiry_id: Annotated[UUID | None, _INQUIRY]
    mode: Annotated[AgreementMode, _MODE]
    region_party: Annotated[str, _REGION_PARTY]
    sponsor_party: Annotated[str, _SPONSOR_PARTY]
    signatory: Annotated[str | None, _SIGNATORY]
    signed_on: Annotated[date, _SIGNED]
    valid_until: Annotated[date | None, _UNTIL]
    attachment_id: Annotated[UUID | None, _DOCUMENT]
    recorded_at: Annotated[datetime, Meta(description="When it was recorded (UTC).", examples=["2026-10-02T08:00:00Z"])]
    ended_at: Annotated[
        datetime | None, Meta(description="When it was ended (UTC).", examples=["2027-01-01T08:00:00Z"])
    ]
    state: Annotated[Literal["current", "ended"], Meta(description="Whether it was ended.", examples=["current"])]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with it now.", examples=[["read", "end"]])
    ] = ()
    ended_reason: Annotated[str | None, Meta(description="Why it was ended.", examples=["Terminated by the sponsor."])]


class AgreementPage(Struct, frozen=True, kw_only=True):
    """A page of agreements, newest first."""

    items: Annotated[tuple[AgreementDetail, ...], Meta(description="Agreements.")]
    next_cursor: NextCursor
