"""Shapes of who may stand in for an investigator."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id

MOST_DELEGATES = 5


class DelegatesInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who shall be able to act for you; the whole list, as a PUT replaces it."""

    delegate_ids: Annotated[
        tuple[UUID, ...],
        Meta(
            max_length=MOST_DELEGATES,
            description="Investigators at units where you hold a position; empty for nobody.",
            examples=[[EXAMPLE_UUID]],
        ),
    ]


class Delegate(Struct, frozen=True, kw_only=True):
    """Somebody who may act for you."""

    investigator_id: Id
    name: Annotated[str, Meta(description="Name.", examples=["Demo Person 7 (demonstration)"])]


class DelegateList(Struct, frozen=True, kw_only=True):
    """Everybody who may act for you."""

    items: Annotated[tuple[Delegate, ...], Meta(description="Delegates, by name.")]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with the list.", examples=[["read", "change"]])
    ]
