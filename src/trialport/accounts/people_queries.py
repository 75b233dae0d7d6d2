"""Tables person and role_grant. Who calls says whose rows: a person's own, or the program's as system."""

from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.people_models import ListedPerson, PersonRow, RoleGrantRow, RoleScope
from trialport.core.db import Connection


async def select_person_by_email(connection: Connection, *, email: str) -> PersonRow | None:
    """Find a person by her address in small letters; one whose data were erased is not found."""
    record = await connection.fetchrow(
        """
        select person_id, email, name, language, notice_version
        from person
        where email = $1 and erased_at is null
        """,
        email,
    )
    return None if record is None else msgspec.convert(record, PersonRow)


async def select_person(connection: Connection, *, person_id: UUID) -> PersonRow | None:
    record = await connection.fetchrow(
        """
        select person_id, email, name, language, notice_version
        from person
        where person_id = $1 and erased_at is null
        """,
        person_id,
    )
    return None if record is None else msgspec.convert(record, PersonRow)


async def insert_person(
    connection: Connection, *, email: str, name: str, language: str, now: datetime
) -> PersonRow | None:
    """Store a person; None when the address is taken."""
    record = await connection.fetchrow(
        """
        insert into person (email, name, language, created_at)
        values ($1, $2, $3, $4)
        on conflict (email) do nothing
        returning person_id, email, name, language, notice_version
        """,
        email,
        name,
        language,
        now,
    )
    return None if record is None else msgspec.convert(record, PersonRow)


async def update_person_notice_seen(connection: Connection, *, person_id: UUID, version: str, now: datetime) -> None:
    await connection.execute(
        "update person set notice_version = $2, notice_seen_at = $3 where person_id = $1",
        person_id,
        version,
        now,
    )


async def update_person_language(connection: Connection, *, person_id: UUID, language: str) -> None:
    await connection.execute("update person set language = $2 where person_id = $1", person_id, language)


async def select_role_grants(connection: Connection, *, person_id: UUID) -> list[RoleGrantRow]:
    """Read the roles a person holds now, oldest first."""
    records = await connection.fetch(
        """
        select g.role_grant_id, g.role, g.region_id, r.code as region, g.sponsor_id, s.name as sponsor,
               g.investigator_id, g.source, g.granted_at
        from role_grant g
        left join region r using (region_id)
        left join sponsor s using (sponsor_id)
        where g.person_id = $1 and g.revoked_at is null
        order by g.granted_at, g.role_grant_id
        """,
        person_id,
    )
    return msgspec.convert(records, list[RoleGrantRow])


async def insert_role_grant(
    connection: Connection, *, person_id: UUID, scope: RoleScope, source: str, granted_by: str, now: datetime
) -> UUID | None:
    """Give a role; None when the person holds it already, whoever gave it."""
    role_grant_id: UUID | None = await connection.fetchval(
        """
        insert into role_grant
            (person_id, role, region_id, sponsor_id, investigator_id, source, granted_at, granted_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (person_id, role, region_id, sponsor_id, investigator_id) where revoked_at is null do nothing
        returning role_grant_id
        """,
        person_id,
        scope.role,
        scope.region_id,
        scope.sponsor_id,
        scope.investigator_id,
        source,
        now,
        granted_by,
    )
    return role_grant_id


async def update_role_grant_revoked(
    connection: Connection, *, role_grant_id: UUID, now: datetime
) -> tuple[UUID, RoleScope] | None:
    """Take a role away; returns whose it was and which, None when there is no such role any more."""
    record = await connection.fetchrow(
        """
        update role_grant
        set revoked_at = $2
        where role_grant_id = $1 and revoked_at is null
        returning person_id, role, region_id, sponsor_id, investigator_id
        """,
        role_grant_id,
        now,
    )
    return None if record is None else (record["person_id"], msgspec.convert(record, RoleScope))


async def select_people(connection: Connection) -> list[ListedPerson]:
    """List everybody with each role she holds, by address."""
    records = await connection.fetch(
        """
        select p.email, p.name, g.role_grant_id, g.role, r.code as region, s.name as sponsor, g.source,
               p.last_active_at
        from person p
        left join role_grant g on g.person_id = p.person_id and g.revoked_at is null
        left join region r using (region_id)
        left join sponsor s using (sponsor_id)
        where p.erased_at is null
        order by p.email, g.granted_at, g.role_grant_id
        """
    )
    return msgspec.convert(records, list[ListedPerson])


async def select_region_ids(connection: Connection, *, codes: list[str]) -> dict[str, UUID]:
    """Find regions by code."""
    return dict(await connection.fetch("select code, region_id from region where code = any ($1::text[])", codes))


async def select_investigator_of(connection: Connection, *, email: str) -> UUID | None:
    """Find the investigator whose address at work this is."""
    investigator_id: UUID | None = await connection.fetchval(
        "select investigator_id from investigator where lower(email) = $1", email
    )
    return investigator_id
