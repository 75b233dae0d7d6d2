"""Table session. Only the hash of a session's secret is stored."""

from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.sessions_models import Principal, SessionSummary, SignedIn
from trialport.core.db import Connection


async def select_signed_in(
    connection: Connection, *, secret_hash: bytes, now: datetime, idle_since: datetime
) -> SignedIn | None:
    """Find whose living session this is; the function looks past row security, for nobody is known yet."""
    record = await connection.fetchrow(
        """
        select session_id, person_id, csrf_token, last_seen_at, expires_at, name, email, language, notice_version,
               role_grant_id, role, region_id, region, sponsor_id, sponsor, investigator_id, own_investigator_id,
               acting_for_id, acting_for_name
        from session_of($1)
        where expires_at > $2 and last_seen_at > $3
        """,
        secret_hash,
        now,
        idle_since,
    )
    return None if record is None else msgspec.convert(record, SignedIn)


async def update_session_seen(connection: Connection, *, session_id: UUID, now: datetime) -> None:
    """Note that a session, and so its person, was there."""
    await connection.execute(
        """
        with seen as (
            update session set last_seen_at = $2 where session_id = $1 and last_seen_at < $2 returning person_id
        )
        update person set last_active_at = $2 where person_id = (select person_id from seen)
        """,
        session_id,
        now,
    )


async def insert_session(
    connection: Connection,
    *,
    secret_hash: bytes,
    csrf_token: str,
    person_id: UUID,
    role_grant_id: UUID | None,
    method: str,
    user_agent: str,
    now: datetime,
    expires_at: datetime,
) -> UUID:
    session_id: UUID = await connection.fetchval(
        """
        insert into session
            (secret_hash, csrf_token, person_id, role_grant_id, method, user_agent, created_at, last_seen_at,
             expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $7, $8)
        returning session_id
        """,
        secret_hash,
        csrf_token,
        person_id,
        role_grant_id,
        method,
        user_agent,
        now,
        expires_at,
    )
    return session_id


async def insert_rotated_session(
    connection: Connection,
    *,
    session_id: UUID,
    secret_hash: bytes,
    csrf_token: str,
    role_grant_id: UUID,
    acting_for_id: UUID | None,
    now: datetime,
) -> tuple[UUID, datetime] | None:
    """End a session and begin another in its place: new id and secret, another role, the same end.

    Returns the new session's id and end; None when the old one had ended, the role is not the person's, or
    `acting_for_id` has not named her as a delegate in that role.
    """
    record = await connection.fetchrow(
        """
        with ended as (
            update session
            set revoked_at = $5
            where session_id = $1 and revoked_at is null
              and exists (select from role_grant g where g.role_grant_id = $4 and g.person_id = session.person_id
                          and g.revoked_at is null
                          and ($6::uuid is null or exists (
                              select from investigator_delegate d
                              where d.investigator_id = $6 and d.delegate_id = g.investigator_id
                                and g.role in ('investigator', 'unit_head'))))
            returning person_id, method, user_agent, created_at, expires_at
        )
        insert into session
            (secret_hash, csrf_token, person_id, role_grant_id, acting_for_id, method, user_agent, created_at,
             last_seen_at, expires_at)
        select $2, $3, person_id, $4, $6, method, user_agent, created_at, $5, expires_at from ended
        returning session_id, expires_at
        """,
        session_id,
        secret_hash,
        csrf_token,
        role_grant_id,
        now,
        acting_for_id,
    )
    return None if record is None else (record["session_id"], record["expires_at"])


async def select_principals(connection: Connection, *, person_id: UUID) -> list[Principal]:
    """Read for whom a person may stand in by the roles she holds now, each once."""
    records = await connection.fetch(
        """
        select distinct on (i.name, i.investigator_id) g.role_grant_id, i.investigator_id, i.name, r.code as region
        from role_grant g
        join investigator_delegate d on d.delegate_id = g.investigator_id
        join investigator i on i.investigator_id = d.investigator_id
        left join region r using (region_id)
        where g.person_id = $1 and g.revoked_at is null and g.role in ('investigator', 'unit_head')
        order by i.name, i.investigator_id, g.role, g.role_grant_id
        """,
        person_id,
    )
    return msgspec.convert(records, list[Principal])


async def select_delegate_names(connection: Connection, *, investigator_id: UUID) -> dict[UUID, str]:
    """Read who may stand in for an investigator: names by id."""
    records = await connection.fetch(
        """
        select i.investigator_id, i.name
        from investigator_delegate d
        join investigator i on i.investigator_id = d.delegate_id
        where d.investigator_id = $1
        order by i.name, i.investigator_id
        """,
        investigator_id,
    )
    return dict(records)


async def update_session_revoked_by_secret(connection: Connection, *, secret_hash: bytes, now: datetime) -> None:
    """End whatever session a browser brought along when it signs in anew."""
    await connection.execute(
        "update session set revoked_at = $2 where secret_hash = $1 and revoked_at is null", secret_hash, now
    )


async def update_session_revoked(connection: Connection, *, person_id: UUID, session_id: UUID, now: datetime) -> bool:
    """End one session of a person; False when she has no such living session."""
    found = await connection.fetchval(
        """
        update session
        set revoked_at = $3
        where session_id = $2 and person_id = $1 and revoked_at is null
        returning true
        """,
        person_id,
        session_id,
        now,
    )
    return found is not None


async def update_sessions_revoked(connection: Connection, *, person_id: UUID, now: datetime) -> int:
    """End every session of a person; returns how many there were."""
    status: str = await connection.execute(
        "update session set revoked_at = $2 where person_id = $1 and revoked_at is null and expires_at > $2",
        person_id,
        now,
    )
    return int(status.rpartition(" ")[2])


async def select_sessions(
    connection: Connection, *, person_id: UUID, current: UUID, now: datetime, idle_since: datetime
) -> list[SessionSummary]:
    """List a person's living sessions, newest first."""
    records = await connection.fetch(
        """
        select session_id, session_id = $2 as current, method, user_agent, created_at, last_seen_at, expires_at
        from session
        where person_id = $1 and revoked_at is null and expires_at > $3 and last_seen_at > $4
        order by session_id desc
        """,
        person_id,
        current,
        now,
        idle_since,
    )
    return msgspec.convert(records, list[SessionSummary])


async def delete_old_sessions(connection: Connection, *, before: datetime) -> None:
    """Forget sessions that are over."""
    await connection.execute(
        "delete from session where expires_at < $1 or revoked_at < $1 or last_seen_at < $1", before
    )
