"""Shapes of attachments."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import Id

AttachmentKind = Literal["synopsis", "protocol", "sponsor_questionnaire", "other"]
ScanState = Literal["clean", "not_scanned"]


class AttachmentDetail(Struct, frozen=True, kw_only=True):
    """A file that belongs to an inquiry; its bytes are behind `download_url`."""

    attachment_id: Id
    inquiry_id: Id
    kind: Annotated[AttachmentKind, Meta(description="What the file is.", examples=["synopsis"])]
    file_name: Annotated[
        str, Meta(description="Name of the file, cleaned of what no name needs.", examples=["Synopsis v2.pdf"])
    ]
    media_type: Annotated[str, Meta(description="Type of the file by its content.", examples=["application/pdf"])]
    size_bytes: Annotated[int, Meta(ge=1, description="Size (bytes).", examples=[482_113])]
    sha256: Annotated[
        str,
        Meta(
            pattern="^[0-9a-f]{64}$",
            description="SHA-256 of the content, to check a download by.",
            examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
        ),
    ]
    scan_state: Annotated[
        ScanState,
        Meta(description="Whether a virus scanner has looked; an infected file is never taken.", examples=["clean"]),
    ]
    held_back: Annotated[bool, Meta(description="Held back from units until a unit has said yes.", examples=[False])]
    uploaded_at: Annotated[datetime, Meta(description="When it came (UTC).", examples=["2026-11-22T09:00:00Z"])]
    uploaded_by: Annotated[str, Meta(description="Role of whoever sent it.", examples=["sponsor_contact"])]
    download_url: Annotated[
        str,
        Meta(
            description="Where the bytes are.",
            examples=[
                "/api/v1/inquiries/0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e/attachments/0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6f"
            ],
        ),
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with it now.", examples=[["read", "delete"]])
    ]


class AttachmentList(Struct, frozen=True, kw_only=True):
    """The files of one inquiry, the oldest first; there are at most 50."""

    items: Annotated[tuple[AttachmentDetail, ...], Meta(description="Attachments.")]
