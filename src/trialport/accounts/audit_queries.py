"""Tables audit_event and audit_link: only ever added to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.audit_models import (
    AuditEventDetail,
    AuditFilter,
    ChainFault,
    ChainHead,
    StoredEvent,
    StoredLink,
)
from trialport.accounts.models import Actor
from trialport.core.db import Connection


def _name_to_keep(actor: Actor) -> str:
    """Name a machine; a person is known by her id, so that her name can be erased without touching the trail."""
    return actor.name if actor.person_id is None else ""


async def insert_audit_event(
    connection: Connection,
    *,
    actor: Actor,
    region_id: UUID | None,
    action: str,
    object_type: str,
    object_id: UUID,
    details: dict[str, Any],
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    request_id: str,
) -> None:
    await connection.execute(
        """
        insert into audit_event
            (region_id, actor_id, actor_role, actor_name, acting_for, action, object_type, object_id, details,
             before, after, request_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        region_id,
        actor.actor_id,
        actor.role,
        _name_to_keep(actor),
        actor.acting_for,
        action,
        object_type,
        object_id,
        details,
        before,
        after,
        request_id,
    )


async def insert_audit_events(
    connection: Connection,
    *,
    actor: Actor,
    action: str,
    object_type: str,
    events: Sequence[tuple[UUID, UUID | None, dict[str, Any]]],
    request_id: str,
) -> None:
    """Note one action on many objects: each event is the object's id, its region and details."""
    await connection.execute(
        """
        insert into audit_event
            (region_id, actor_id, actor_role, actor_name, acting_for, action, object_type, object_id, details,
             request_id)
        select r.region_id, $2, $3, $4, $5, $6, $7, r.object_id, r.details, $8
        from jsonb_populate_recordset(null::audit_event, $1) r
        """,
        [
            {"object_id": object_id, "region_id": region_id, "details": details}
            for object_id, region_id, details in events
        ],
        actor.actor_id,
        actor.role,
        _name_to_keep(actor),
        actor.acting_for,
        action,
        object_type,
        request_id,
    )


async def insert_reading(
    connection: Connection,
    *,
    actor: Actor,
    region_id: UUID | None,
    action: str,
    object_type: str,
    object_id: UUID,
    details: dict[str, Any],
    since: datetime,
    request_id: str,
) -> bool:
    """Note that something was read, unless the same actor's same reading is noted since; returns whether it was."""
    status: str = await connection.execute(
        """
        insert into audit_event
            (region_id, actor_id, actor_role, actor_name, acting_for, action, object_type, object_id, details,
             request_id)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
        where not exists (
            select from audit_event e
            where e.object_id = $8 and e.happened_at > $11 and e.action = $6 and e.details = $9
              and e.actor_id is not distinct from $2 and e.actor_role = $3
              and e.acting_for is not distinct from $5)
        """,
        region_id,
        actor.actor_id,
        actor.role,
        _name_to_keep(actor),
        actor.acting_for,
        action,
        object_type,
        object_id,
        details,
        request_id,
        since,
    )
    return status.endswith(" 1")


async def select_audit_events(
    connection: Connection, *, actor: Actor, wanted: AuditFilter, before: UUID | None, limit: int
) -> list[AuditEventDetail]:
    """List events, newest first: of an office's own region, of all for an admin."""
    records = await connection.fetch(
        """
        select e.audit_event_id, e.happened_at, e.region_id, e.actor_id, e.actor_role, e.actor_name, e.acting_for,
               e.action, e.object_type, e.object_id, e.details, e.before, e.after, e.request_id,
               null::bigint as chain_number
        from audit_event e
        where ($1 = 'admin' or ($1 = 'office' and e.region_id = $2))
          and ($3::uuid is null or e.object_id = $3)
          and ($4::text is null or e.object_type = $4)
          and ($5::text is null or e.action = $5)
          and ($6::uuid is null or e.actor_id = $6)
          and ($7::timestamptz is null or e.happened_at >= $7)
          and ($8::timestamptz is null or e.happened_at < $8)
          and ($9::uuid is null or e.audit_event_id < $9)
        order by e.audit_event_id desc
        limit $10
        """,
        actor.role,
        actor.region_id,
        wanted.object_id,
        wanted.object_type,
        wanted.action,
        wanted.actor_id,
        wanted.since,
        wanted.until,
        before,
        limit,
    )
    return msgspec.convert(records, list[AuditEventDetail])


async def select_changes(
    connection: Connection, *, actor: Actor, object_id: UUID, actions: Sequence[str], limit: int
) -> list[AuditEventDetail]:
    """Return the newest events of these actions about an object, in the actor's scope."""
    records = await connection.fetch(
        """
        select e.audit_event_id, e.happened_at, e.region_id, e.actor_id, e.actor_role, e.actor_name, e.acting_for,
               e.action, e.object_type, e.object_id, e.details, e.before, e.after, e.request_id, null as chain_number
        from audit_event e
        where ($1 = 'admin' or ($1 = 'office' and e.region_id = $2))
          and e.object_id = $3 and e.action = any ($4::text[])
        order by e.audit_event_id desc
        limit $5
        """,
        actor.role,
        actor.region_id,
        object_id,
        list(actions),
        limit,
    )
    return msgspec.convert(records, list[AuditEventDetail])


async def select_chain_numbers(connection: Connection, *, audit_event_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the place of each linked event in its chain."""
    records = await connection.fetch(
        "select audit_event_id, number from audit_link where audit_event_id = any ($1::uuid[])", audit_event_ids
    )
    return {record["audit_event_id"]: record["number"] for record in records}


async def select_person_names(connection: Connection, *, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what persons and investigators are called today. Unscoped: for those who may see the event."""
    records = await connection.fetch(
        """
        select person_id as id, name from person where person_id = any ($1::uuid[])
        union all
        select investigator_id, name from investigator where investigator_id = any ($1::uuid[])
        """,
        person_ids,
    )
    return {record["id"]: record["name"] for record in records}


async def select_chains(connection: Connection) -> list[UUID]:
    """Return every chain there is or ought to be: one a region, and that of no region."""
    records = await connection.fetch(
        """
        select '00000000-0000-0000-0000-000000000000'::uuid as chain_id
        union select region_id from region
        union select chain_id from audit_link
        order by 1
        """
    )
    return [record["chain_id"] for record in records]


async def select_newest_link_event(connection: Connection) -> UUID | None:
    """Return the event with the highest id among those linked."""
    found: UUID | None = await connection.fetchval(
        "select audit_event_id from audit_link order by audit_event_id desc limit 1"
    )
    return found


async def select_chains_waiting(connection: Connection, *, after: UUID | None) -> list[UUID]:
    """Return the chains that have events without a link, among the events after this one."""
    records = await connection.fetch(
        """
        select distinct coalesce(e.region_id, '00000000-0000-0000-0000-000000000000') as chain_id
        from audit_event e
        where ($1::uuid is null or e.audit_event_id > $1)
          and not exists (select from audit_link l where l.audit_event_id = e.audit_event_id)
        order by 1
        """,
        after,
    )
    return [record["chain_id"] for record in records]


async def lock_chain(connection: Connection, *, chain_id: UUID) -> bool:
    """Hold a chain until the end of the transaction; returns False when another process does."""
    held: bool = await connection.fetchval(
        "select pg_try_advisory_xact_lock(hashtextextended('audit_chain:' || $1, 0))", str(chain_id)
    )
    return held


async def select_chain_head(connection: Connection, *, chain_id: UUID) -> ChainHead:
    """Return the newest link of a chain."""
    record = await connection.fetchrow(
        "select number, link_hash from audit_link where chain_id = $1 order by number desc limit 1", chain_id
    )
    return ChainHead() if record is None else msgspec.convert(record, ChainHead)


async def select_events_to_link(
    connection: Connection, *, chain_id: UUID, after: UUID | None, limit: int
) -> list[StoredEvent]:
    """Return events of a chain that have no link yet, oldest first."""
    records = await connection.fetch(
        """
        select e.audit_event_id, e.region_id, e.happened_at, e.actor_id, e.actor_role, e.actor_name, e.acting_for,
               e.action, e.object_type, e.object_id, e.details, e.before, e.after, e.request_id
        from audit_event e
        where coalesce(e.region_id, '00000000-0000-0000-0000-000000000000') = $1
          and ($2::uuid is null or e.audit_event_id > $2)
          and not exists (select from audit_link l where l.audit_event_id = e.audit_event_id)
        order by e.audit_event_id
        limit $3
        """,
        chain_id,
        after,
        limit,
    )
    return msgspec.convert(records, list[StoredEvent])


async def insert_links(
    connection: Connection, *, chain_id: UUID, links: Sequence[tuple[int, UUID, bytes]], now: datetime
) -> None:
    """Add links to a chain: number, event and hash of each."""
    await connection.execute(
        """
        insert into audit_link (chain_id, number, audit_event_id, link_hash, linked_at)
        select $1, number, audit_event_id, link_hash, $5
        from unnest($2::bigint[], $3::uuid[], $4::bytea[]) as link (number, audit_event_id, link_hash)
        """,
        chain_id,
        [number for number, _, _ in links],
        [audit_event_id for _, audit_event_id, _ in links],
        [link_hash for _, _, link_hash in links],
        now,
    )


async def select_links(connection: Connection, *, chain_id: UUID, after: int, limit: int) -> list[StoredLink]:
    """Return links of a chain in order, each with its event as it is now."""
    records = await connection.fetch(
        """
        select l.number, l.audit_event_id, l.link_hash, e.audit_event_id as found, e.region_id, e.happened_at,
               e.actor_id, e.actor_role, e.actor_name, e.acting_for, e.action, e.object_type, e.object_id, e.details,
               e.before, e.after, e.request_id
        from audit_link l
        left join audit_event e using (audit_event_id)
        where l.chain_id = $1 and l.number > $2
        order by l.number
        limit $3
        """,
        chain_id,
        after,
        limit,
    )
    return [
        StoredLink(
            number=record["number"],
            audit_event_id=record["audit_event_id"],
            link_hash=record["link_hash"],
            event=None if record["found"] is None else msgspec.convert(record, StoredEvent),
        )
        for record in records
    ]


async def select_events_never_linked(
    connection: Connection, *, chain_id: UUID, before: datetime, limit: int
) -> list[ChainFault]:
    """Return events of a chain that are old enough to be linked and are not."""
    records = await connection.fetch(
        """
        select 'not_linked' as kind, null::bigint as number, e.audit_event_id
        from audit_event e
        where coalesce(e.region_id, '00000000-0000-0000-0000-000000000000') = $1
          and e.happened_at < $2
          and not exists (select from audit_link l where l.audit_event_id = e.audit_event_id)
        order by e.audit_event_id
        limit $3
        """,
        chain_id,
        before,
        limit,
    )
    return msgspec.convert(records, list[ChainFault])
