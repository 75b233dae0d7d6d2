"""Table access_token: what machines call with. Only the hash of a token is stored."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor, TokenSummary
from trialport.core.db import Connection


class TokenHolder(Struct, frozen=True, kw_only=True):
    """Whom a token stands for, and when it was last used, to the hour."""

    actor: Actor
    last_used_at: datetime | None


async def insert_token(
    connection: Connection,
    *,
    token_hash: bytes,
    name: str,
    role: str,
    region_id: UUID | None,
    sponsor_id: UUID | None,
    investigator_id: UUID | None,
    scopes: tuple[str, ...],
    expires_at: datetime | None,
) -> UUID:
    token_id: UUID = await connection.fetchval(
        """
        insert into access_token
            (token_hash, name, role, region_id, sponsor_id, investigator_id, scopes, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        returning token_id
        """,
        token_hash,
        name,
        role,
        region_id,
        sponsor_id,
        investigator_id,
        scopes,
        expires_at,
    )
    return token_id


async def select_token_holder(connection: Connection, *, token_hash: bytes, now: datetime) -> TokenHolder | None:
    """Find whom an unrevoked token stands for; the function looks past row security, for nobody is known yet."""
    record = await connection.fetchrow(
        """
        select token_id, name, role, region_id, sponsor_id, investigator_id, scopes, last_used_at
        from token_of($1)
        where expires_at is null or expires_at > $2
        """,
        token_hash,
        now,
    )
    if record is None:
        return None
    return TokenHolder(actor=msgspec.convert(record, Actor), last_used_at=record["last_used_at"])


async def select_tokens(connection: Connection) -> list[TokenSummary]:
    records = await connection.fetch(
        """
        select t.token_id, t.name, t.role, r.code as region, t.scopes, t.expires_at, t.last_used_at,
               t.revoked_at is not null as revoked
        from access_token t
        left join region r using (region_id)
        order by t.token_id
        """
    )
    return msgspec.convert(records, list[TokenSummary])


async def update_token_used(connection: Connection, *, token_id: UUID, now: datetime) -> None:
    """Note when a token was used."""
    await connection.execute("update access_token set last_used_at = $2 where token_id = $1", token_id, now)


async def update_token_revoked(connection: Connection, *, token_id: UUID, now: datetime) -> Actor | None:
    """Revoke a token; returns whose it was, None when there is no active one with this id."""
    record = await connection.fetchrow(
        """
        update access_token
        set revoked_at = $2
        where token_id = $1 and revoked_at is null
        returning token_id, name, role, region_id, sponsor_id, investigator_id, scopes
        """,
        token_id,
        now,
    )
    return None if record is None else msgspec.convert(record, Actor)
