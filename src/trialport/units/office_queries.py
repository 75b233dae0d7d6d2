"""The register as an office reads it: an admin sees every region's, an office its own; other roles nothing.

What is set aside (tables reservation and invitation) is read here only; it is written by the ledger of invitations.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.office_models import (
    LedgerLine,
    RegisterFilter,
    RegisterSums,
    RegisterUnit,
    ResourceLine,
    RosterFilter,
    RosterPerson,
    SiteChoice,
)


async def select_register_units(
    connection: Connection,
    *,
    actor: Actor,
    wanted: RegisterFilter,
    today: date,
    asked_since: datetime,
    offset: int,
    limit: int,
) -> list[RegisterUnit]:
    """List units in the wanted order, each with its capacities that fit.

    A filter of capacities leaves units without any out.
    """
    records = await connection.fetch(
        """
        with fitting as not materialized (
            select c.unit_id, c.capacity_id, c.therapy_area, c.state, c.state_until, c.participants_per_month,
                   c.nurse_hours_free, c.confirmed_at, c.valid_until, coalesce(c.valid_until < $7, false) as stale
            from capacity c
            where ($1 = 'admin' or ($1 = 'office' and c.region_id = $2))
              and ($5::text is null or c.therapy_area = $5)
              and (not $6 or coalesce(c.valid_until < $7, false))
        ), oldest as (
            select f.unit_id, min(f.valid_until) as valid_until from fitting f group by f.unit_id
        ), load as (
            select v.unit_id, count(*) as asked
            from invitation v
            where v.invited_at >= $11 and ($1 = 'admin' or ($1 = 'office' and v.region_id = $2))
            group by v.unit_id
        )
        select u.unit_id, u.name, u.kind, s.name as site_name, r.code as region,
               coalesce(l.asked, 0) as asked,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'capacity_id', f.capacity_id, 'therapy_area', f.therapy_area, 'state', f.state,
                    'state_until', f.state_until, 'participants_per_month', f.participants_per_month,
                    'nurse_hours_free', f.nurse_hours_free, 'confirmed_at', f.confirmed_at,
                    'valid_until', f.valid_until, 'stale', f.stale, 'asked_at', a.asked_at)
                    order by f.stale desc, f.therapy_area), '[]')
                from fitting f
                left join capacity_ask a using (capacity_id)
                where f.unit_id = u.unit_id) as capacities
        from unit u
        join site s using (site_id)
        join region r on r.region_id = u.region_id
        left join oldest o on o.unit_id = u.unit_id
        left join load l on l.unit_id = u.unit_id
        where ($1 = 'admin' or ($1 = 'office' and u.region_id = $2))
          and ($3::uuid is null or u.site_id = $3)
          and ($4::text is null or u.kind = $4)
          and ($8::text is null or position(lower($8) in lower(u.name)) > 0)
          and (($5::text is null and not $6) or u.unit_id in (select unit_id from fitting))
        order by case when $12 = 'stale' then o.valid_until end nulls last,
                 case when $12 = 'load' then -coalesce(l.asked, 0) end,
                 u.name, u.unit_id
        offset $9 limit $10
        """,
        actor.role,
        actor.region_id,
        wanted.site_id,
        wanted.kind,
        wanted.therapy_area,
        wanted.only_stale,
        today,
        wanted.name,
        offset,
        limit,
        asked_since,
        wanted.sort,
    )
    return msgspec.convert(records, list[RegisterUnit])


async def select_register_sums(
    connection: Connection, *, actor: Actor, wanted: RegisterFilter, today: date
) -> RegisterSums:
    """Count the units that fit, their capacities that fit, and the stale ones of those."""
    record = await connection.fetchrow(
        """
        select count(*) as units, coalesce(sum(c.capacities), 0)::bigint as capacities,
               coalesce(sum(c.stale), 0)::bigint as stale
        from unit u
        left join (select unit_id, count(*) as capacities, count(*) filter (where valid_until < $7) as stale
                   from capacity
                   where ($5::text is null or therapy_area = $5) and (not $6 or coalesce(valid_until < $7, false))
                   group by unit_id) c using (unit_id)
        where ($1 = 'admin' or ($1 = 'office' and u.region_id = $2))
          and ($3::uuid is null or u.site_id = $3)
          and ($4::text is null or u.kind = $4)
          and ($8::text is null or position(lower($8) in lower(u.name)) > 0)
          and (($5::text is null and not $6) or c.capacities is not null)
        """,
        actor.role,
        actor.region_id,
        wanted.site_id,
        wanted.kind,
        wanted.therapy_area,
        wanted.only_stale,
        today,
        wanted.name,
    )
    return msgspec.convert(record, RegisterSums)


async def select_site_choices(connection: Connection, *, actor: Actor) -> list[SiteChoice]:
    """List the sites of the actor's units by name."""
    records = await connection.fetch(
        """
        select site_id, name
        from site
        where $1 = 'admin' or ($1 = 'office' and region_id = $2)
        order by name, site_id
        limit 500
        """,
        actor.role,
        actor.region_id,
    )
    return msgspec.convert(records, list[SiteChoice])


async def select_roster(
    connection: Connection,
    *,
    actor: Actor,
    unit_id: UUID | None,
    wanted: RosterFilter,
    among: list[UUID] | None,
    without: list[UUID] | None,
    today: date,
    month_start: datetime,
    offset: int,
    limit: int,
) -> list[RosterPerson]:
    """List people of the actor's units, heads first where it is one unit; who objects to being proposed is left out.

    Only those `among`, and none of those `without`.
    """
    records = await connection.fetch(
        """
        select i.investigator_id, i.name, i.speciality, i.school_status, i.school_completed_on, i.gcp_expires_on,
               i.invitations_per_month, b.first_day as absent_from, b.last_day as absent_until,
               (select count(*) from invitation_addressee a
                where a.investigator_id = i.investigator_id and a.asked_at >= $6) as asked_this_month,
               (select jsonb_agg(jsonb_build_object(
                    'unit_id', u.unit_id, 'unit_name', u.name, 'share', p.share, 'is_head', p.is_head)
                    order by p.is_head desc, u.name)
                from position p
                join unit u using (unit_id)
                where p.investigator_id = i.investigator_id
                  and ($1 = 'admin' or ($1 = 'office' and u.region_id = $2))) as positions
        from investigator i
        left join lateral (
            select first_day, last_day from investigator_absence
            where investigator_id = i.investigator_id and last_day >= $5
            order by first_day
            limit 1) b on true
        where i.objected_at is null
          and ($4::text is null or position(lower($4) in lower(i.name)) > 0)
          and exists (select from position p
                      join unit u using (unit_id)
                      where p.investigator_id = i.investigator_id and ($3::uuid is null or u.unit_id = $3)
                        and ($9::text is null or position(lower($9) in lower(u.name)) > 0)
                        and ($1 = 'admin' or ($1 = 'office' and u.region_id = $2)))
          and ($10::uuid[] is null or i.investigator_id = any ($10))
          and ($11::uuid[] is null or not i.investigator_id = any ($11))
        order by exists (select from position p
                         where p.investigator_id = i.investigator_id and p.unit_id = $3 and p.is_head) desc,
                 i.name, i.investigator_id
        offset $7 limit $8
        """,
        actor.role,
        actor.region_id,
        unit_id,
        wanted.name,
        today,
        month_start,
        offset,
        limit,
        wanted.unit,
        among,
        without,
    )
    return msgspec.convert(records, list[RosterPerson])


async def select_resource_lines(
    connection: Connection, *, actor: Actor, resource_id: UUID | None
) -> list[ResourceLine]:
    """List the actor's resources with what is held of each, or one of them."""
    records = await connection.fetch(
        """
        select o.resource_id, o.kind, o.name, o.description, o.nurse_hours_free::double precision as hours,
               coalesce(sum(h.nurse_hours) filter (where h.strength = 'firm'), 0)::double precision as hours_firm,
               coalesce(sum(h.nurse_hours) filter (where h.strength = 'soft'), 0)::double precision as hours_soft
        from resource o
        left join reservation h on h.resource_id = o.resource_id and h.state = 'held'
        where ($1 = 'admin' or ($1 = 'office' and o.region_id = $2))
          and ($3::uuid is null or o.resource_id = $3)
        group by o.resource_id
        order by o.name, o.resource_id
        limit 500
        """,
        actor.role,
        actor.region_id,
        resource_id,
    )
    return msgspec.convert(records, list[ResourceLine])


async def select_ledger(
    connection: Connection, *, actor: Actor, unit_id: UUID | None, resource_id: UUID | None, limit: int
) -> list[LedgerLine]:
    """List what is and was set aside of a unit's capacities or of a resource: what is held first, newest first."""
    records = await connection.fetch(
        """
        select r.reservation_id, r.inquiry_id, v.reference, u.name as unit_name, c.therapy_area, r.strength,
               r.trial_slots, r.nurse_hours::double precision as nurse_hours, r.reserved_at, r.released_at,
               r.release_reason
        from reservation r
        join invitation v using (invitation_id)
        join unit u on u.unit_id = v.unit_id
        left join capacity c on c.capacity_id = r.capacity_id
        where ($1 = 'admin' or ($1 = 'office' and r.region_id = $2))
          and (c.unit_id = $3 or r.resource_id = $4)
        order by r.released_at is null desc, coalesce(r.released_at, r.reserved_at) desc, r.reservation_id
        limit $5
        """,
        actor.role,
        actor.region_id,
        unit_id,
        resource_id,
        limit,
    )
    return msgspec.convert(records, list[LedgerLine])
