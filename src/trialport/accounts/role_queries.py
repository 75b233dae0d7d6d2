"""Who holds which role, as an office or an administrator looks it up: tables person and role_grant.

Row-level security shows people to the program itself only, so each statement bounds its rows by the actor.
"""

from collections.abc import Collection
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor, Role
from trialport.accounts.people_models import AccountFilter, AccountLine, GrantFile, HeldRole
from trialport.core.db import Connection


async def select_accounts(
    connection: Connection, *, actor: Actor, wanted: AccountFilter, offset: int, limit: int
) -> list[AccountLine]:
    """List who may sign in by name: an office sees those with a role in its region, an administrator everybody."""
    records = await connection.fetch(
        """
        with held as (
            select g.person_id, g.role_grant_id, g.role, g.source, g.granted_at, g.investigator_id,
                   r.code as region, s.name as sponsor
            from role_grant g
            left join region r using (region_id)
            left join sponsor s using (sponsor_id)
            where g.revoked_at is null
              and ($1 = 'admin' or ($1 = 'office' and g.region_id = $2 and g.role <> 'admin'))
        )
        select p.person_id, p.name, p.email, p.last_active_at,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'role_grant_id', h.role_grant_id, 'role', h.role, 'region', h.region, 'sponsor', h.sponsor,
                    'source', h.source, 'granted_at', h.granted_at)
                    order by h.granted_at, h.role_grant_id), '[]')
                from held h where h.person_id = p.person_id) as roles,
               (select coalesce(jsonb_agg(distinct u.name), '[]')
                from held h
                join position o using (investigator_id)
                join unit u using (unit_id)
                where h.person_id = p.person_id and ($1 = 'admin' or u.region_id = $2)) as units
        from person p
        where p.erased_at is null
          and ($3::text is null or position(lower($3) in lower(p.name || ' ' || p.email)) > 0)
          and (($1 = 'admin' and $4::text is null and $5::text is null)
               or exists (select from held h
                          where h.person_id = p.person_id and ($5::text is null or h.role = $5)
                            and ($4::text is null
                                 or exists (select from position o
                                            join unit u using (unit_id)
                                            where o.investigator_id = h.investigator_id
                                              and ($1 = 'admin' or u.region_id = $2)
                                              and position(lower($4) in lower(u.name)) > 0))))
        order by lower(p.name), p.person_id
        offset $6 limit $7
        """,
        actor.role,
        actor.region_id,
        wanted.name,
        wanted.unit,
        wanted.role,
        offset,
        limit,
    )
    return msgspec.convert(records, list[AccountLine])


async def select_roles_of_investigator(
    connection: Connection, *, actor: Actor, investigator_id: UUID
) -> list[HeldRole]:
    """Read the roles in the actor's reach that somebody holds as this investigator."""
    records = await connection.fetch(
        """
        select g.role_grant_id, g.role, r.code as region, null as sponsor, g.source, g.granted_at
        from role_grant g
        left join region r using (region_id)
        where g.investigator_id = $3 and g.revoked_at is null
          and ($1 = 'admin' or ($1 = 'office' and g.region_id = $2))
        order by g.granted_at, g.role_grant_id
        """,
        actor.role,
        actor.region_id,
        investigator_id,
    )
    return msgspec.convert(records, list[HeldRole])


async def select_grant(connection: Connection, *, actor: Actor, role_grant_id: UUID) -> GrantFile | None:
    """Read a role in the actor's reach, held or ended."""
    record = await connection.fetchrow(
        """
        select g.role_grant_id, g.person_id, p.name, g.role, g.region_id, r.code as region, g.sponsor_id,
               s.name as sponsor, g.investigator_id, g.revoked_at
        from role_grant g
        join person p using (person_id)
        left join region r using (region_id)
        left join sponsor s using (sponsor_id)
        where g.role_grant_id = $3 and p.erased_at is null
          and ($1 = 'admin' or ($1 = 'office' and g.region_id = $2 and g.role <> 'admin'))
        """,
        actor.role,
        actor.region_id,
        role_grant_id,
    )
    return None if record is None else msgspec.convert(record, GrantFile)


async def select_roles_of_investigators(
    connection: Connection, *, actor: Actor, investigator_ids: Collection[UUID]
) -> dict[UUID, tuple[Role, ...]]:
    """Return as what these investigators sign in, within the actor's reach."""
    records = await connection.fetch(
        """
        select g.investigator_id, array_agg(distinct g.role) as roles
        from role_grant g
        where g.revoked_at is null and g.investigator_id = any ($3::uuid[])
          and ($1 = 'admin' or ($1 = 'office' and g.region_id = $2))
        group by g.investigator_id
        """,
        actor.role,
        actor.region_id,
        list(investigator_ids),
    )
    return {record["investigator_id"]: tuple(record["roles"]) for record in records}


async def select_investigators_with_role(connection: Connection, *, actor: Actor, role: Role | None) -> list[UUID]:
    """Return which investigators hold a role, or any, within the actor's reach."""
    records = await connection.fetch(
        """
        select distinct g.investigator_id
        from role_grant g
        where g.revoked_at is null and g.investigator_id is not null and ($3::text is null or g.role = $3)
          and ($1 = 'admin' or ($1 = 'office' and g.region_id = $2))
        """,
        actor.role,
        actor.region_id,
        role,
    )
    return [record["investigator_id"] for record in records]
