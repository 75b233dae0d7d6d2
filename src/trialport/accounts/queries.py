"""Tables access_token, audit_event and idempotency_key."""

from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor, TokenSummary
from trialport.core.db import Connection


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


async def update_token_revoked(connection: Connection, *, token_id: UUID) -> int:
    status: str = await connection.execute(
        "update access_token set revoked_at = now() where token_id = $1 and revoked_at is null", token_id
    )
    return int(status.rpartition(" ")[2])


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


async def lock_and_select_idempotency_key(
    connection: Connection, *, token_id: UUID, key: str
) -> tuple[bytes, int, dict[str, str], str] | None:
    """Hold other requests with the same key back until the end of this transaction, and read its stored answer."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 0))", str(token_id), key
    )
    record = await connection.fetchrow(
        """
        select request_hash, status_code, headers, body
        from idempotency_key
        where token_id = $1 and key = $2
        """,
        token_id,
        key,
    )
    return None if record is None else tuple(record)


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


async def delete_old_idempotency_keys(connection: Connection, *, days: int) -> None:
    await connection.execute(
        "delete from idempotency_key where created_at < now() - make_interval(days => $1)", days
    )
