"""Shapes of a last day to answer that moves."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from trialport.core.fields import Id


class MoveDeadline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new last day to answer."""

    due_on: Annotated[date, Meta(description="New last day to answer.", examples=["2026-12-08"])]


class MovedDeadlines(Struct, frozen=True, kw_only=True):
    """What moved."""

    due_on: Annotated[date, Meta(description="New last day to answer.", examples=["2026-12-08"])]
    invitation_ids: Annotated[
        tuple[Id, ...],
        Meta(
            description="Invitations that waited for an answer and have the new day.",
            examples=[["0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"]],
        ),
    ]
