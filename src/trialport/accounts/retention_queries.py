"""Statements of the retention sweep on people and what belongs to their accounts; they run as the system."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language


class InactivePerson(Struct, frozen=True, kw_only=True):
    """Somebody who has not been here for long."""

    person_id: UUID
    email: str
    language: Language


async def select_people_to_ask(connection: Connection, *, inactive_since: datetime, limit: int) -> list[InactivePerson]:
    """Find who was last here before this time and was not asked since; skips whom another sweep holds."""
    records = await connection.fetch(
        """
        select person_id, email, language
        from person
        where erased_at is null
          and coalesce(last_active_at, created_at) < $1
          and (retention_asked_at is null or retention_asked_at < coalesce(last_active_at, created_at))
        order by person_id
        limit $2
        for update skip locked
        """,
        inactive_since,
        limit,
    )
    return msgspec.convert(records, list[InactivePerson])


async def update_people_asked(connection: Connection, *, person_ids: Collection[UUID], now: datetime) -> None:
    await connection.execute(
        "update person set retention_asked_at = $2 where person_id = any ($1::uuid[])", person_ids, now
    )


async def select_people_to_erase(connection: Connection, *, asked_before: datetime, limit: int) -> list[InactivePerson]:
    """Find who was asked before this time and has not been here since; skips whom another sweep holds."""
    records = await connection.fetch(
        """
        select person_id, email, language
        from person
        where erased_at is null
          and retention_asked_at < $1
          and coalesce(last_active_at, created_at) < retention_asked_at
        order by person_id
        limit $2
        for update skip locked
        """,
        asked_before,
        limit,
    )
    return msgspec.convert(records, list[InactivePerson])


async def select_investigators_of_only(connection: Connection, *, person_id: UUID) -> list[UUID]:
    """Return the investigators that are this person and nobody else's role."""
    records = await connection.fetch(
        """
        select distinct g.investigator_id
        from role_grant g
        where g.person_id = $1 and g.investigator_id is not null
          and not exists (select from role_grant o
                          where o.investigator_id = g.investigator_id and o.person_id <> $1 and o.revoked_at is null)
        """,
        person_id,
    )
    return [record["investigator_id"] for record in records]


async def update_person_erased(connection: Connection, *, person_id: UUID, now: datetime) -> None:
    """Empty a person's row; its id stays, for what she did points at it."""
    await connection.execute(
        """
        update person
        set name = 'erased person', email = 'erased-' || person_id::text || '@erased.invalid', language = 'en',
            notice_version = null, notice_seen_at = null, last_active_at = null, erased_at = $2
        where person_id = $1
        """,
        person_id,
        now,
    )


async def update_grants_ended(connection: Connection, *, person_id: UUID, now: datetime) -> None:
    await connection.execute(
        "update role_grant set revoked_at = $2 where person_id = $1 and revoked_at is null", person_id, now
    )


async def delete_sessions(connection: Connection, *, person_id: UUID) -> None:
    await connection.execute("delete from session where person_id = $1", person_id)


async def delete_identities(connection: Connection, *, person_id: UUID) -> None:
    await connection.execute("delete from identity where person_id = $1", person_id)


async def delete_signin_requests(connection: Connection, *, email: str) -> None:
    await connection.execute("delete from signin_request where lower(email) = lower($1)", email)


async def update_name_forgotten(connection: Connection, *, person_id: UUID) -> None:
    """Put a mark in place of an erased person's name, wherever it is kept beside what she did."""
    await connection.execute("select forget_name($1)", person_id)
