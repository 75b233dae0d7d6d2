"""Statements of the register import: each takes a whole list of the file at once.

An upsert returns the objects it created or changed, and leaves alone those that are as given.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.units.register_file import (
    InvestigatorEntry,
    KnownInvestigator,
    KnownUnit,
    RegionEntry,
    ResourceEntry,
    SiteEntry,
    UnitEntry,
    Within,
)


class Written(Struct, frozen=True, kw_only=True):
    """An object that an import created or changed."""

    object_id: UUID
    region_id: UUID | None
    created: bool


async def lock_register(connection: Connection) -> None:
    """Let one import at a time write the register: hold it until the end of the transaction.

    An importer does so before it reads the clock, so that the later of two imports has the later time.
    """
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('register', 0))")


async def select_newest_change(connection: Connection) -> datetime | None:
    """Return when the register last changed; what changes now must be later, or nobody notices."""
    newest: datetime | None = await connection.fetchval(
        """
        select greatest(
            (select max(updated_at) from unit),
            (select max(updated_at) from resource),
            (select max(updated_at) from investigator))
        """
    )
    return newest


async def select_known_regions(connection: Connection) -> dict[str, UUID]:
    records = await connection.fetch("select code, region_id from region")
    return {record["code"]: record["region_id"] for record in records}


async def select_known_sites(connection: Connection) -> dict[Within, UUID]:
    records = await connection.fetch("select r.code, s.name, s.site_id from site s join region r using (region_id)")
    return {(record["code"], record["name"]): record["site_id"] for record in records}


async def select_known_units(connection: Connection) -> dict[Within, KnownUnit]:
    records = await connection.fetch(
        """
        select r.code, u.registry_id, u.unit_id, i.email as head
        from unit u
        join region r using (region_id)
        left join position p on p.unit_id = u.unit_id and p.is_head
        left join investigator i using (investigator_id)
        """
    )
    return {
        (record["code"], record["registry_id"]): KnownUnit(unit_id=record["unit_id"], head=record["head"])
        for record in records
    }


async def select_known_resources(connection: Connection) -> dict[Within, UUID]:
    records = await connection.fetch(
        "select r.code, o.name, o.resource_id from resource o join region r using (region_id)"
    )
    return {(record["code"], record["name"]): record["resource_id"] for record in records}


async def select_known_investigators(connection: Connection) -> dict[str, KnownInvestigator]:
    """Read the persons by e-mail in small letters."""
    records = await connection.fetch(
        """
        select lower(i.email) as email, i.investigator_id,
               coalesce(array_agg(distinct r.code) filter (where r.code is not null), '{}') as regions
        from investigator i
        left join position p using (investigator_id)
        left join unit u using (unit_id)
        left join region r using (region_id)
        group by i.investigator_id
        """
    )
    return {
        record["email"]: KnownInvestigator(
            investigator_id=record["investigator_id"], regions=frozenset(record["regions"])
        )
        for record in records
    }


async def upsert_regions(connection: Connection, regions: Sequence[RegionEntry]) -> list[Written]:
    records = await connection.fetch(
        """
        insert into region
            (code, name, country, university, timezone, promised_working_days, confidentiality_mode)
        select g.code, g.name, g.country, g.university, g.timezone,
               -- What an office has set stays; the register brings only what counts at first.
               coalesce((select s.promised_working_days
                         from region_setting s
                         join region r using (region_id)
                         where r.code = g.code
                         order by s.version desc
                         limit 1), g.promised_working_days),
               coalesce((select s.confidentiality_mode
                         from region_setting s
                         join region r using (region_id)
                         where r.code = g.code
                         order by s.version desc
                         limit 1), g.confidentiality_mode)
        from jsonb_populate_recordset(null::region, $1) g
        on conflict on constraint region_code_key do update set
            name = excluded.name, country = excluded.country, university = excluded.university,
            timezone = excluded.timezone, promised_working_days = excluded.promised_working_days,
            confidentiality_mode = excluded.confidentiality_mode
        where (region.name, region.country, region.university, region.timezone, region.promised_working_days,
               region.confidentiality_mode)
            is distinct from
              (excluded.name, excluded.country, excluded.university, excluded.timezone,
               excluded.promised_working_days, excluded.confidentiality_mode)
        returning new.region_id as object_id, new.region_id, old.region_id is null as created
        """,
        regions,
    )
    return msgspec.convert(records, list[Written])


async def upsert_sites(connection: Connection, sites: Sequence[SiteEntry]) -> list[Written]:
    records = await connection.fetch(
        """
        insert into site (region_id, name, legal_name, address, country)
        select r.region_id, s.name, s.legal_name, s.address, s.country
        from jsonb_to_recordset($1)
            as s (region text, name text, legal_name text, address text, country text)
        join region r on r.code = s.region
        on conflict on constraint site_region_id_name_key do update set
            legal_name = excluded.legal_name, address = excluded.address, country = excluded.country
        where (site.legal_name, site.address, site.country)
            is distinct from (excluded.legal_name, excluded.address, excluded.country)
        returning new.site_id as object_id, new.region_id, old.site_id is null as created
        """,
        sites,
    )
    return msgspec.convert(records, list[Written])


async def upsert_units(connection: Connection, units: Sequence[UnitEntry], *, now: datetime) -> list[Written]:
    records = await connection.fetch(
        """
        insert into unit
            (region_id, site_id, registry_id, name, kind, care_settings, catchment_population, address,
             latitude, longitude, research_council, languages, capabilities, updated_at)
        select r.region_id, s.site_id, u.registry_id, u.name, u.kind, u.care_settings, u.catchment_population,
               u.address, u.latitude, u.longitude, u.research_council, u.languages, u.capabilities, $2
        from jsonb_to_recordset($1)
            as u (region text, site text, registry_id text, name text, kind text, care_settings text[],
                  catchment_population integer, address text, latitude double precision,
                  longitude double precision, research_council text, languages text[], capabilities jsonb)
        join region r on r.code = u.region
        join site s on s.region_id = r.region_id and s.name = u.site
        on conflict on constraint unit_region_id_registry_id_key do update set
            site_id = excluded.site_id, name = excluded.name, kind = excluded.kind,
            care_settings = excluded.care_settings, catchment_population = excluded.catchment_population,
            address = excluded.address, latitude = excluded.latitude, longitude = excluded.longitude,
            research_council = excluded.research_council, languages = excluded.languages,
            capabilities = excluded.capabilities, updated_at = excluded.updated_at
        where (unit.site_id, unit.name, unit.kind, unit.care_settings, unit.catchment_population, unit.address,
               unit.latitude, unit.longitude, unit.research_council, unit.languages, unit.capabilities)
            is distinct from
              (excluded.site_id, excluded.name, excluded.kind, excluded.care_settings,
               excluded.catchment_population, excluded.address, excluded.latitude, excluded.longitude,
               excluded.research_council, excluded.languages, excluded.capabilities)
        returning new.unit_id as object_id, new.region_id, old.unit_id is null as created
        """,
        units,
        now,
    )
    return msgspec.convert(records, list[Written])


async def upsert_resources(
    connection: Connection, resources: Sequence[ResourceEntry], *, now: datetime
) -> list[Written]:
    records = await connection.fetch(
        """
        insert into resource (region_id, kind, name, description, nurse_hours_free, updated_at)
        select r.region_id, o.kind, o.name, o.description, o.nurse_hours_free, $2
        from jsonb_to_recordset($1)
            as o (region text, kind text, name text, description text, nurse_hours_free numeric)
        join region r on r.code = o.region
        on conflict on constraint resource_region_id_name_key do update set
            kind = excluded.kind, description = excluded.description,
            nurse_hours_free = excluded.nurse_hours_free, updated_at = excluded.updated_at
        where (resource.kind, resource.description, resource.nurse_hours_free)
            is distinct from (excluded.kind, excluded.description, excluded.nurse_hours_free)
        returning new.resource_id as object_id, new.region_id, old.resource_id is null as created
        """,
        resources,
        now,
    )
    return msgspec.convert(records, list[Written])


async def upsert_investigators(
    connection: Connection, people: Sequence[InvestigatorEntry], *, now: datetime
) -> list[Written]:
    """Write the persons without their positions; an e-mail stays spelt as it is stored."""
    records = await connection.fetch(
        """
        insert into investigator
            (name, email, orcid, speciality, roles_wanted, gcp_trained_on, gcp_expires_on, school_status,
             school_completed_on, experience_band, languages, invitations_per_month, visibility, updated_at)
        select i.name, coalesce(stored.email, i.email), i.orcid, i.speciality, i.roles_wanted, i.gcp_trained_on,
               i.gcp_expires_on, i.school_status, i.school_completed_on, i.experience_band, i.languages,
               i.invitations_per_month, i.visibility, $2
        from jsonb_populate_recordset(null::investigator, $1) i
        left join investigator stored on lower(stored.email) = lower(i.email)
        on conflict on constraint investigator_email_key do update set
            name = excluded.name, orcid = excluded.orcid, speciality = excluded.speciality,
            roles_wanted = excluded.roles_wanted, gcp_trained_on = excluded.gcp_trained_on,
            gcp_expires_on = excluded.gcp_expires_on, school_status = excluded.school_status,
            school_completed_on = excluded.school_completed_on, experience_band = excluded.experience_band,
            languages = excluded.languages, invitations_per_month = excluded.invitations_per_month,
            visibility = excluded.visibility, updated_at = excluded.updated_at
        where (investigator.name, investigator.orcid, investigator.speciality, investigator.roles_wanted,
               investigator.gcp_trained_on, investigator.gcp_expires_on, investigator.school_status,
               investigator.school_completed_on, investigator.experience_band, investigator.languages,
               investigator.invitations_per_month, investigator.visibility)
            is distinct from
              (excluded.name, excluded.orcid, excluded.speciality, excluded.roles_wanted,
               excluded.gcp_trained_on, excluded.gcp_expires_on, excluded.school_status,
               excluded.school_completed_on, excluded.experience_band, excluded.languages,
               excluded.invitations_per_month, excluded.visibility)
        returning new.investigator_id as object_id, null::uuid as region_id,
                  old.investigator_id is null as created
        """,
        people,
        now,
    )
    return msgspec.convert(records, list[Written])
