"""Tables access_token, audit_event and idempotency_key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor, TokenSummary
from trialport.core.db import Connection


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """The answer given under an idempotency key."""

    request_hash: bytes
    status_code: int
    headers: dict[str, str]
    body: str


async def insert_token(
    connection: Connection,
    *,
    token_hash: bytes,
    name: str,
    role: str,
    region_id: UUID | None,
    sponsor_id: UUID | None,
    investigator_id: UUID | None,
) -> UUID:
    token_id: UUID = await connection.fetchval(
        """
        insert into access_token (token_hash, name, role, region_id, sponsor_id, investigator_id)
        values ($1, $2, $3, $4, $5, $6)
        returning token_id
        """,
        token_hash,
        name,
        role,
        region_id,
        sponsor_id,
        investigator_id,
    )
    return token_id


async def select_actor(connection: Connection, *, token_hash: bytes) -> Actor | None:
    """Find the actor of an unrevoked token by its hash."""
    record = await connection.fetchrow(
        """
        select token_id, name, role, region_id, sponsor_id, investigator_id
        from access_token
        where token_hash = $1 and revoked_at is null
        """,
        token_hash,
    )
    return None if record is None else msgspec.convert(record, Actor)


async def select_tokens(connection: Connection) -> list[TokenSummary]:
    records = await connection.fetch(
        """
        select t.token_id, t.name, t.role, r.code as region, t.revoked_at is not null as revoked
        from access_token t
        left join region r using (region_id)
        order by t.token_id
        """
    )
    return msgspec.convert(records, list[TokenSummary])


async def update_token_revoked(connection: Connection, *, token_id: UUID, now: datetime) -> Actor | None:
    """Revoke a token; returns whose it was, None when there is no active one with this id."""
    record = await connection.fetchrow(
        """
        update access_token
        set revoked_at = $2
        where token_id = $1 and revoked_at is null
        returning token_id, name, role, region_id, sponsor_id, investigator_id
        """,
        token_id,
        now,
    )
    return None if record is None else msgspec.convert(record, Actor)


async def insert_audit_event(
    connection: Connection,
    *,
    actor: Actor,
    region_id: UUID | None,
    action: str,
    object_type: str,
    object_id: UUID,
    details: dict[str, Any],
    request_id: str,
) -> None:
    await connection.execute(
        """
        insert into audit_event
            (region_id, actor_id, actor_role, actor_name, action, object_type, object_id, details, request_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        region_id,
        actor.token_id,
        actor.role,
        actor.name,
        action,
        object_type,
        object_id,
        details,
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
            (region_id, actor_id, actor_role, actor_name, action, object_type, object_id, details, request_id)
        select r.region_id, $2, $3, $4, $5, $6, r.object_id, r.details, $7
        from jsonb_populate_recordset(null::audit_event, $1) r
        """,
        [
            {"object_id": object_id, "region_id": region_id, "details": details}
            for object_id, region_id, details in events
        ],
        actor.token_id,
        actor.role,
        actor.name,
        action,
        object_type,
        request_id,
    )


async def lock_idempotency_key(connection: Connection, *, token_id: UUID, key: str) -> None:
    """Wait until no other transaction works under this key, and hold it until the end of this one."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 0))", str(token_id), key)


async def lock_and_select_idempotency_key(
    connection: Connection, *, token_id: UUID, key: str
) -> tuple[bool, StoredAnswer | None]:
    """Try to hold this key until the end of the transaction, and read its stored answer: (held, answer)."""
    record = await connection.fetchrow(
        """
        select pg_try_advisory_xact_lock(hashtextextended($2 || ':' || $3, 0)) as held,
               k.request_hash, k.status_code, k.headers, k.body
        from (select) one
        left join idempotency_key k on k.token_id = $1 and k.key = $3
        """,
        token_id,
        str(token_id),
        key,
    )
    found = record["request_hash"] is not None
    return record["held"], msgspec.convert(record, StoredAnswer) if found else None


async def insert_idempotency_key(
    connection: Connection,
    *,
    token_id: UUID,
    key: str,
    request_hash: bytes,
    status_code: int,
    headers: dict[str, str],
    body: str,
) -> None:
    await connection.execute(
        """
        insert into idempotency_key (token_id, key, request_hash, status_code, headers, body)
        values ($1, $2, $3, $4, $5, $6)
        """,
        token_id,
        key,
        request_hash,
        status_code,
        headers,
        body,
    )


async def delete_old_idempotency_keys(connection: Connection, *, before: datetime) -> None:
    await connection.execute("delete from idempotency_key where created_at < $1", before)
