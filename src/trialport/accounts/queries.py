"""Table idempotency_key."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """The answer given under an idempotency key."""

    request_hash: bytes
    status_code: int
    headers: dict[str, str]
    body: str


async def lock_idempotency_key(connection: Connection, *, actor_id: UUID, key: str) -> None:
    """Wait until no other transaction works under this key, and hold it until the end of this one."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 0))", str(actor_id), key)


async def lock_and_select_idempotency_key(
    connection: Connection, *, actor_id: UUID, key: str
) -> tuple[bool, StoredAnswer | None]:
    """Try to hold this key until the end of the transaction, and read its stored answer: (held, answer)."""
    record = await connection.fetchrow(
        """
        select pg_try_advisory_xact_lock(hashtextextended($2 || ':' || $3, 0)) as held,
               k.request_hash, k.status_code, k.headers, k.body
        from (select) one
        left join idempotency_key k on k.actor_id = $1 and k.key = $3
        """,
        actor_id,
        str(actor_id),
        key,
    )
    found = record["request_hash"] is not None
    return record["held"], msgspec.convert(record, StoredAnswer) if found else None


async def insert_idempotency_key(
    connection: Connection,
    *,
    actor_id: UUID,
    key: str,
    request_hash: bytes,
    status_code: int,
    headers: dict[str, str],
    body: str,
) -> None:
    await connection.execute(
        """
        insert into idempotency_key (actor_id, key, request_hash, status_code, headers, body)
        values ($1, $2, $3, $4, $5, $6)
        """,
        actor_id,
        key,
        request_hash,
        status_code,
        headers,
        body,
    )


async def delete_old_idempotency_keys(connection: Connection, *, before: datetime) -> None:
    await connection.execute("delete from idempotency_key where created_at < $1", before)
