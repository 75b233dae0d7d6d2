"""Reading regions, sites, units, resources and investigators; they are written by register_queries."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.models import (
    InvestigatorDetail,
    InvestigatorSummary,
    RegionDetail,
    ResourceDetail,
    SiteDetail,
    UnitDetail,
    UnitSummary,
)


async def select_regions(connection: Connection) -> list[RegionDetail]:
    records = await connection.fetch(
        """
        select region_id, code, name, country, university, timezone, promised_working_days, confidentiality_mode
        from region
        order by code
        """
    )
    return msgspec.convert(records, list[RegionDetail])


async def select_region(connection: Connection, *, region_id: UUID) -> RegionDetail | None:
    record = await connection.fetchrow(
        """
        select region_id, code, name, country, university, timezone, promised_working_days, confidentiality_mode
        from region
        where region_id = $1
        """,
        region_id,
    )
    return None if record is None else msgspec.convert(record, RegionDetail)


async def select_region_by_code(connection: Connection, *, code: str) -> RegionDetail | None:
    record = await connection.fetchrow(
        """
        select region_id, code, name, country, university, timezone, promised_working_days, confidentiality_mode
        from region
        where code = $1
        """,
        code,
    )
    return None if record is None else msgspec.convert(record, RegionDetail)


async def select_sites(
    connection: Connection, *, region: str | None, after: UUID | None, limit: int
) -> list[SiteDetail]:
    records = await connection.fetch(
        """
        select s.site_id, s.region_id, s.name, s.legal_name, s.address, s.country
        from site s
        join region r using (region_id)
        where ($1::text is null or r.code = $1) and ($2::uuid is null or s.site_id > $2)
        order by s.site_id
        limit $3
        """,
        region,
        after,
        limit,
    )
    return msgspec.convert(records, list[SiteDetail])


async def select_site(connection: Connection, *, site_id: UUID) -> SiteDetail | None:
    record = await connection.fetchrow(
        "select site_id, region_id, name, legal_name, address, country from site where site_id = $1", site_id
    )
    return None if record is None else msgspec.convert(record, SiteDetail)


async def select_units(
    connection: Connection,
    *,
    region: str | None,
    kind: str | None,
    care_setting: str | None,
    therapy_area: str | None,
    name: str | None,
    after: UUID | None,
    limit: int,
) -> list[UnitSummary]:
    """List units, filtered; `therapy_area` keeps units that have a capacity record in it."""
    records = await connection.fetch(
        """
        select u.unit_id, u.region_id, u.site_id, u.name, u.kind, u.care_settings
        from unit u
        join region r using (region_id)
        where ($1::text is null or r.code = $1)
          and ($2::text is null or u.kind = $2)
          and ($3::text is null or $3 = any (u.care_settings))
          and ($4::text is null
               or exists (select from capacity c where c.unit_id = u.unit_id and c.therapy_area = $4))
          and ($5::text is null or position(lower($5) in lower(u.name)) > 0)
          and ($6::uuid is null or u.unit_id > $6)
        order by u.unit_id
        limit $7
        """,
        region,
        kind,
        care_setting,
        therapy_area,
        name,
        after,
        limit,
    )
    return msgspec.convert(records, list[UnitSummary])


async def select_unit(connection: Connection, *, unit_id: UUID) -> UnitDetail | None:
    record = await connection.fetchrow(
        """
        select unit_id, region_id, site_id, name, kind, care_settings, registry_id, address, latitude, longitude,
               catchment_population, languages, research_council, capabilities
        from unit
        where unit_id = $1
        """,
        unit_id,
    )
    return None if record is None else msgspec.convert(record, UnitDetail)


async def select_resources(
    connection: Connection, *, actor: Actor, region: str | None, kind: str | None, after: UUID | None, limit: int
) -> list[ResourceDetail]:
    """List resources; a sponsor sees capacity in bands only, so not the hours that are free."""
    records = await connection.fetch(
        """
        select o.resource_id, o.region_id, o.kind, o.name, o.description,
               case when $5 <> 'sponsor_contact' then o.nurse_hours_free::double precision end as nurse_hours_free,
               case when $5 = 'admin' or ($5 = 'office' and o.region_id = $6) then
                   (select coalesce(sum(h.nurse_hours), 0)::double precision from reservation h
                    where h.resource_id = o.resource_id and h.state = 'held' and h.strength = 'firm')
               end as nurse_hours_reserved
        from resource o
        join region r using (region_id)
        where ($1::text is null or r.code = $1)
          and ($2::text is null or o.kind = $2)
          and ($3::uuid is null or o.resource_id > $3)
        order by o.resource_id
        limit $4
        """,
        region,
        kind,
        after,
        limit,
        actor.role,
        actor.region_id,
    )
    return msgspec.convert(records, list[ResourceDetail])


async def select_resource(connection: Connection, *, actor: Actor, resource_id: UUID) -> ResourceDetail | None:
    """Read one resource (see select_resources)."""
    record = await connection.fetchrow(
        """
        select o.resource_id, o.region_id, o.kind, o.name, o.description,
               case when $2 <> 'sponsor_contact' then o.nurse_hours_free::double precision end as nurse_hours_free,
               case when $2 = 'admin' or ($2 = 'office' and o.region_id = $3) then
                   (select coalesce(sum(h.nurse_hours), 0)::double precision from reservation h
                    where h.resource_id = o.resource_id and h.state = 'held' and h.strength = 'firm')
               end as nurse_hours_reserved
        from resource o
        where o.resource_id = $1
        """,
        resource_id,
        actor.role,
        actor.region_id,
    )
    return None if record is None else msgspec.convert(record, ResourceDetail)


async def select_investigators(
    connection: Connection, *, actor: Actor, unit_id: UUID | None, after: UUID | None, limit: int
) -> list[InvestigatorSummary]:
    """List people in the actor's scope.

    An office sees those of its region's units, an investigator or head of unit those of her own units. Who objects
    to being proposed is left out, but for herself.
    """
    records = await connection.fetch(
        """
        select i.investigator_id, i.name, i.speciality,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'unit_id', p.unit_id, 'share', p.share, 'is_head', p.is_head) order by p.unit_id), '[]')
                from position p where p.investigator_id = i.investigator_id) as positions
        from investigator i
        where (i.objected_at is null or i.investigator_id = $3)
          and ($1 = 'admin'
               or exists (
                    select from position p
                    join unit u using (unit_id)
                    where p.investigator_id = i.investigator_id
                      and (($1 = 'office' and u.region_id = $2)
                           or ($1 in ('investigator', 'unit_head')
                               and exists (select from position mine
                                           where mine.investigator_id = $3 and mine.unit_id = p.unit_id)))))
          and ($4::uuid is null
               or exists (select from position p where p.investigator_id = i.investigator_id and p.unit_id = $4))
          and ($5::uuid is null or i.investigator_id > $5)
        order by i.investigator_id
        limit $6
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        unit_id,
        after,
        limit,
    )
    return msgspec.convert(records, list[InvestigatorSummary])


async def select_investigator_id(connection: Connection, *, email: str) -> UUID | None:
    investigator_id: UUID | None = await connection.fetchval(
        "select investigator_id from investigator where lower(email) = lower($1)", email
    )
    return investigator_id


async def select_investigator(
    connection: Connection, *, actor: Actor, investigator_id: UUID
) -> InvestigatorDetail | None:
    """Read one person in the actor's scope (see select_investigators)."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.name, i.speciality, i.email, i.orcid, i.roles_wanted, i.gcp_trained_on,
               i.gcp_expires_on, i.school_status, i.school_completed_on, i.experience_band, i.languages,
               i.invitations_per_month,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'unit_id', p.unit_id, 'share', p.share, 'is_head', p.is_head) order by p.unit_id), '[]')
                from position p where p.investigator_id = i.investigator_id) as positions
        from investigator i
        where i.investigator_id = $4
          and ($1 = 'admin'
               or exists (
                    select from position p
                    join unit u using (unit_id)
                    where p.investigator_id = i.investigator_id
                      and (($1 = 'office' and u.region_id = $2)
                           or ($1 in ('investigator', 'unit_head')
                               and exists (select from position mine
                                           where mine.investigator_id = $3 and mine.unit_id = p.unit_id)))))
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        investigator_id,
    )
    return None if record is None else msgspec.convert(record, InvestigatorDetail)
