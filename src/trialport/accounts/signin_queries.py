"""Table signin_request: links asked for by mail. Only the program itself reads and writes it."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language

# Stands in place of a browser's hash where a link may be opened in any browser.
ANY_BROWSER = bytes(32)


class SigninRequestRow(Struct, frozen=True, kw_only=True):
    """A link asked for; `is_here` tells whether the browser that looks is the one that asked."""

    signin_request_id: UUID
    email: str
    language: Language
    return_to: str
    is_here: bool


async def insert_signin_request(
    connection: Connection,
    *,
    email: str,
    language: str,
    browser_hash: bytes,
    link_hash: bytes | None,
    return_to: str,
    now: datetime,
    expires_at: datetime,
) -> UUID:
    signin_request_id: UUID = await connection.fetchval(
        """
        insert into signin_request (email, language, browser_hash, link_hash, return_to, requested_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        returning signin_request_id
        """,
        email,
        language,
        browser_hash,
        link_hash,
        return_to,
        now,
        expires_at,
    )
    return signin_request_id


async def update_signin_request_link(
    connection: Connection, *, signin_request_id: UUID, link_hash: bytes, now: datetime, expires_at: datetime
) -> str | None:
    """Give a request its link, in place of one made before; returns the address, None when it is over."""
    email: str | None = await connection.fetchval(
        """
        update signin_request
        set link_hash = $2, expires_at = $4
        where signin_request_id = $1 and used_at is null and expires_at > $3
        returning email
        """,
        signin_request_id,
        link_hash,
        now,
        expires_at,
    )
    return email


async def select_signin_request(
    connection: Connection, *, link_hash: bytes, browser_hash: bytes, now: datetime
) -> SigninRequestRow | None:
    """Find the unspent request behind a link."""
    record = await connection.fetchrow(
        """
        select signin_request_id, email, language, return_to, browser_hash in ($2, $4) as is_here
        from signin_request
        where link_hash = $1 and used_at is null and expires_at > $3
        """,
        link_hash,
        browser_hash,
        now,
        ANY_BROWSER,
    )
    return None if record is None else msgspec.convert(record, SigninRequestRow)


async def update_signin_request_used(
    connection: Connection, *, link_hash: bytes, browser_hash: bytes, now: datetime
) -> SigninRequestRow | None:
    """Spend a link in the browser it was asked for in; of two at the same moment only one gets it."""
    record = await connection.fetchrow(
        """
        update signin_request
        set used_at = $3
        where link_hash = $1 and browser_hash in ($2, $4) and used_at is null and expires_at > $3
        returning signin_request_id, email, language, return_to, true as is_here
        """,
        link_hash,
        browser_hash,
        now,
        ANY_BROWSER,
    )
    return None if record is None else msgspec.convert(record, SigninRequestRow)


async def delete_old_signin_requests(connection: Connection, *, before: datetime) -> None:
    """Forget requests that are over: they hold addresses, also of people we do not know."""
    await connection.execute("delete from signin_request where expires_at < $1", before)
