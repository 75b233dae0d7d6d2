"""Shapes of how an office divides its work: who has an inquiry in hand, and what it notes for itself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import NOT_BLANK, Id, NextCursor

_Body = Annotated[
    Annotated[str, Meta(min_length=1, max_length=4000, pattern=NOT_BLANK)],
    Meta(description="What the office notes for itself.", examples=["Called the lung clinic; they can in spring."]),
]


class AssignmentInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to have an inquiry in hand."""

    person_id: Annotated[
        UUID | None,
        Meta(
            description="A person of the region's office; null takes it back.",
            examples=["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"],
        ),
    ]


class OfficePerson(Struct, frozen=True, kw_only=True):
    """A person of an office."""

    person_id: Id
    name: Annotated[str, Meta(description="Name.", examples=["Kim Exempel"])]


class AssignmentDetail(Struct, frozen=True, kw_only=True):
    """Who has an inquiry in hand, and who could."""

    inquiry_id: Id
    assigned_to: Annotated[OfficePerson | None, Meta(description="Who has it in hand.")]
    office: Annotated[tuple[OfficePerson, ...], Meta(description="The people of the region's office.")]


class CommentCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the office notes for itself."""

    body: _Body


class CommentDetail(Struct, frozen=True, kw_only=True):
    """A comment: the office of the region reads it and nobody else."""

    inquiry_comment_id: Id
    body: _Body
    written_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-25T09:00:00Z"])]
    author_id: Annotated[
        UUID | None, Meta(description="Who wrote it.", examples=["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"])
    ]
    author_name: Annotated[
        str | None, Meta(description="Name of who wrote it; null once erased.", examples=["Kim Exempel"])
    ]


class CommentPage(Struct, frozen=True, kw_only=True):
    """A page of comments, newest first."""

    items: Annotated[tuple[CommentDetail, ...], Meta(description="Comments.")]
    next_cursor: NextCursor
