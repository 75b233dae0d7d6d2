"""Shapes of the public-records duty: diary number, what may be handed out, and the log of what was."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Id, MediumText, NextCursor, ShortText
from trialport.inquiries.models import InquiryState

DiaryNumber = Annotated[
    ShortText,
    Meta(description="Number under which the region registered the inquiry.", examples=["RS 2026-00123"]),
]
_REFERENCE = Meta(description="Readable reference.", examples=["UAS-2026-0042"])


class RecordRow(Struct, frozen=True, kw_only=True):
    """An inquiry as a public record."""

    inquiry_id: UUID
    region_id: UUID
    reference: str
    state: InquiryState
    diary_number: str | None
    version: int
    submitted_at: datetime
    content: dict[str, Any]
    confidential_fields: tuple[str, ...]
    # Of the confidential fields those that hold a value.
    filled: tuple[str, ...]


class DiaryNumberInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The number of the region's register of public records."""

    diary_number: DiaryNumber


class DiaryNumberDetail(Struct, frozen=True, kw_only=True):
    """The number under which an inquiry is registered."""

    inquiry_id: Id
    reference: Annotated[str, _REFERENCE]
    diary_number: DiaryNumber


class WithheldField(Struct, frozen=True, kw_only=True):
    """A field that is not handed out, and the harm that would do."""

    field: Annotated[str, Meta(description="Path of the field.", examples=["product.name"])]
    harm: Annotated[
        str,
        Meta(description="Harm of disclosure, as stated.", examples=["Tells competitors what is being developed."]),
    ]


class DisclosureDetail(Struct, frozen=True, kw_only=True):
    """What of an inquiry may be handed out: all fields but the confidential ones, each of which is named."""

    inquiry_id: Id
    reference: Annotated[str, _REFERENCE]
    diary_number: Annotated[
        str | None, Meta(description="Diary number; null until it is set.", examples=["RS 2026-00123"])
    ]
    version: Annotated[int, Meta(description="Version of the inquiry.", examples=[1])]
    received_at: Annotated[datetime, Meta(description="When it was received (UTC).", examples=["2026-11-21T09:00:00Z"])]
    content: Annotated[
        dict[str, Any], Meta(description="Fields that may be handed out.", examples=[{"kind": {"phase": "3"}}])
    ]
    withheld: Annotated[tuple[WithheldField, ...], Meta(description="Fields withheld, with the harm stated.")]


class DisclosureInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the log shall say about a disclosure."""

    note: Annotated[
        MediumText,
        Meta(
            description="How the request came and how it was answered. Do not write who asked: whoever asks for a "
            "public record may stay unknown.",
            examples=["Asked by e-mail on 3 December; sent as PDF the same day."],
        ),
    ]


class DisclosureExport(DisclosureDetail, frozen=True, kw_only=True):
    """What was handed out, as data and as text."""

    disclosure_id: Id
    disclosed_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-12-03T09:00:00Z"])]
    text: Annotated[str, Meta(description="The same to be read or printed.", examples=["Diary number: RS 2026-00123"])]


class DisclosureEntry(Struct, frozen=True, kw_only=True):
    """One line of the log of disclosures."""

    disclosure_id: Id
    inquiry_id: Id
    reference: Annotated[str, _REFERENCE]
    diary_number: Annotated[str, Meta(description="Diary number at the time.", examples=["RS 2026-00123"])]
    withheld_fields: Annotated[tuple[str, ...], Meta(description="What was withheld.", examples=[["product.name"]])]
    note: Annotated[str, Meta(description="How it was asked and answered.", examples=["Sent as PDF the same day."])]
    disclosed_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-12-03T09:00:00Z"])]
    disclosed_by: Annotated[str, Meta(description="Who.", examples=["Demo Office (demonstration)"])]


class DisclosurePage(Struct, frozen=True, kw_only=True):
    """A page of the log, newest first."""

    items: Annotated[tuple[DisclosureEntry, ...], Meta(description="Disclosures.")]
    next_cursor: NextCursor
