"""Shapes of the audit trail: an event as it is searched, and what a check of the chain finds."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import EXAMPLE_UUID, Id, NextCursor

# Chain of the events that belong to no region.
NO_REGION = UUID(int=0)


class AuditFilter(Struct, frozen=True, kw_only=True):
    """Which events are looked for; what is None does not bound the search."""

    object_id: UUID | None = None
    object_type: str | None = None
    action: str | None = None
    actor_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditEventDetail(Struct, frozen=True, kw_only=True):
    """Who did what to which object, when."""

    audit_event_id: Id
    happened_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-11-21T09:00:00Z"])]
    region_id: Annotated[
        UUID | None, Meta(description="Region the event belongs to; null for none.", examples=[EXAMPLE_UUID])
    ]
    actor_id: Annotated[
        UUID | None,
        Meta(description="Person or machine token; null for the program itself.", examples=[EXAMPLE_UUID]),
    ]
    actor_role: Annotated[str, Meta(description="Role acted in.", examples=["office"])]
    actor_name: Annotated[
        str, Meta(description="Name today; of an erased person only that.", examples=["Demo Office (demonstration)"])
    ]
    acting_for: Annotated[str | None, Meta(description="Whom a delegate stood in for.", examples=[None])]
    action: Annotated[str, Meta(description="What was done.", examples=["inquiry.submitted"])]
    object_type: Annotated[str, Meta(description="Kind of object.", examples=["inquiry"])]
    object_id: Id
    details: Annotated[
        dict[str, Any], Meta(description="Particulars; never a confidential value.", examples=[{"version": 1}])
    ]
    before: Annotated[
        dict[str, Any] | None, Meta(description="Values before a change.", examples=[{"diary_number": None}])
    ]
    after: Annotated[
        dict[str, Any] | None, Meta(description="Values after it.", examples=[{"diary_number": "RS 2026-00123"}])
    ]
    request_id: Annotated[
        str, Meta(description="Request or job it happened in.", examples=["5f0c6f7f0f7e4f6e9a2d3a0b1c2d3e4f"])
    ]
    chain_number: Annotated[
        int | None,
        Meta(description="Place in its region's chain (count); null until it is linked.", examples=[17]),
    ]


class AuditPage(Struct, frozen=True, kw_only=True):
    """A page of events, newest first."""

    items: Annotated[tuple[AuditEventDetail, ...], Meta(description="Events.")]
    next_cursor: NextCursor


class StoredEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event with every column: what a link's hash is made of.

    Empty columns are left out of the hash, so that a column added later does not invalidate older links, while
    a value put into it afterwards does.
    """

    audit_event_id: UUID
    region_id: UUID | None = None
    happened_at: datetime
    actor_id: UUID | None = None
    actor_role: str
    actor_name: str
    acting_for: str | None = None
    action: str
    object_type: str
    object_id: UUID
    details: dict[str, Any]
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    request_id: str


class ChainHead(Struct, frozen=True, kw_only=True):
    """The newest link of a chain; number 0 and zeros before the first."""

    number: int = 0
    link_hash: bytes = bytes(32)


class StoredLink(Struct, frozen=True, kw_only=True):
    """A link with the event it names; None where the event is gone."""

    number: int
    audit_event_id: UUID
    link_hash: bytes
    event: StoredEvent | None


# `changed`: the event, its link or the link before is not as it was written; a hash cannot tell which of them.
FaultKind = Literal["changed", "event_missing", "link_missing", "wrong_chain", "not_linked", "not_as_expected"]


class ChainFault(Struct, frozen=True, kw_only=True):
    """Something that is not as it was written."""

    kind: FaultKind
    number: int | None
    audit_event_id: UUID | None


class ChainReport(Struct, frozen=True, kw_only=True):
    """What a check of one chain found, and its head, to be kept elsewhere."""

    chain_id: UUID
    head: ChainHead
    links: int
    faults: tuple[ChainFault, ...]
