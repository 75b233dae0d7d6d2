"""Tables oidc_visit and identity."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.people_models import PersonRow
from trialport.core.db import Connection


class VisitRow(Struct, frozen=True, kw_only=True):
    """What the answer of a visit is held against."""

    nonce: str
    code_verifier: str
    return_to: str


async def insert_oidc_visit(
    connection: Connection,
    *,
    state_hash: bytes,
    browser_hash: bytes,
    nonce: str,
    code_verifier: str,
    return_to: str,
    expires_at: datetime,
) -> None:
    await connection.execute(
        """
        insert into oidc_visit (state_hash, browser_hash, nonce, code_verifier, return_to, expires_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        state_hash,
        browser_hash,
        nonce,
        code_verifier,
        return_to,
        expires_at,
    )


async def delete_oidc_visit(
    connection: Connection, *, state_hash: bytes, browser_hash: bytes, now: datetime
) -> VisitRow | None:
    """Take a visit that began in this browser, once; None when there is none or it is over."""
    record = await connection.fetchrow(
        """
        delete from oidc_visit
        where state_hash = $1 and browser_hash = $2 and expires_at > $3
        returning nonce, code_verifier, return_to
        """,
        state_hash,
        browser_hash,
        now,
    )
    return None if record is None else msgspec.convert(record, VisitRow)


async def delete_old_oidc_visits(connection: Connection, *, before: datetime) -> None:
    await connection.execute("delete from oidc_visit where expires_at < $1", before)


async def select_person_by_identity(connection: Connection, *, issuer: str, subject: str) -> PersonRow | None:
    """Find who this is to the provider."""
    record = await connection.fetchrow(
        """
        select p.person_id, p.email, p.name, p.language, p.notice_version
        from identity i
        join person p using (person_id)
        where i.issuer = $1 and i.subject = $2 and p.erased_at is null
        """,
        issuer,
        subject,
    )
    return None if record is None else msgspec.convert(record, PersonRow)


async def insert_identity(connection: Connection, *, issuer: str, subject: str, person_id: UUID, now: datetime) -> None:
    await connection.execute(
        "insert into identity (issuer, subject, person_id, created_at) values ($1, $2, $3, $4)",
        issuer,
        subject,
        person_id,
        now,
    )
