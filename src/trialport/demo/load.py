"""Loading the demonstration: regions, units, people, capacity and a token for each kind of user."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from trialport.accounts.models import SYSTEM, Actor
from trialport.accounts.service import create_token
from trialport.core.db import Connection
from trialport.demo.files import demo_rows, sample_inquiry
from trialport.demo.models import DemoCapacity, DemoInvestigator, DemoRows, DemoTokens
from trialport.sponsors.service import register_sponsor
from trialport.units import capacity_queries, queries

__all__ = ["demo_rows", "load_demo", "sample_inquiry"]

# Whose contact the demonstration's sponsor token is, and where its investigator works.
SPONSOR = "exempel-pharma"
INVESTIGATORS_UNIT = "uas-lunga"

Ids = dict[str, UUID]
# A round working hour for what happened on a day of which only the date is known.
OFFICE_HOUR = time(8, tzinfo=UTC)


async def load_demo(connection: Connection, now: datetime) -> DemoTokens | None:
    """Load the demonstration and return its tokens; None, and nothing done, where it has been loaded before.

    The caller's transaction makes it all or nothing: a half-loaded demonstration would count as loaded.
    """
    if not connection.is_in_transaction():
        raise RuntimeError("Load the demonstration inside a transaction.")
    rows = demo_rows(now.date())
    loaded = {region.code for region in await queries.select_regions(connection)}
    if loaded & {region.code for region in rows.regions}:
        return None
    regions = {
        region.code: await queries.insert_region(connection, **structs.asdict(region))
        for region in rows.regions
    }
    units = await _load_units(connection, rows, regions)
    people = await _load_investigators(connection, rows, units)
    await _load_capacities(connection, rows, regions, units, now)
    sponsors = {
        sponsor.key: await register_sponsor(
            connection,
            name=sponsor.name,
            kind=sponsor.kind,
            organisation_number=sponsor.organisation_number,
            country=sponsor.country,
        )
        for sponsor in rows.sponsors
    }
    return await _create_tokens(connection, rows, regions, people, sponsors)


async def _load_units(connection: Connection, rows: DemoRows, regions: Ids) -> Ids:
    """Write sites, resources and units; returns the units' ids by key."""
    sites = {
        site.key: await queries.insert_site(
            connection,
            region_id=regions[site.region],
            name=site.name,
            legal_name=site.legal_name,
            address=site.address,
            country=site.country,
        )
        for site in rows.sites
    }
    for resource in rows.resources:
        await queries.insert_resource(
            connection, region_id=regions[resource.region], **_fields(resource, "region")
        )
    return {
        unit.key: await queries.insert_unit(
            connection,
            region_id=regions[unit.region],
            site_id=sites[unit.site],
            registry_id=unit.registry_id,
            **_fields(unit, "key", "region", "site", "university_care"),
        )
        for unit in rows.units
    }


async def _load_investigators(connection: Connection, rows: DemoRows, units: Ids) -> dict[int, UUID]:
    """Write the persons with positions and absences, then who stands in for whom; returns ids by number."""
    people: dict[int, UUID] = {}
    for person in rows.investigators:
        fields = _fields(person, "number", "positions", "delegates", "absences")
        people[person.number] = await queries.insert_investigator(connection, **fields)
        await _load_position(connection, person, people[person.number], units)
    for person in rows.investigators:
        for delegate in person.delegates:
            await queries.insert_delegate(
                connection, investigator_id=people[person.number], delegate_id=people[delegate]
            )
    return people


async def _load_position(
    connection: Connection, person: DemoInvestigator, investigator_id: UUID, units: Ids
) -> None:
    for position in person.positions:
        await queries.insert_position(
            connection,
            investigator_id=investigator_id,
            unit_id=units[position.unit],
            share=position.share,
            is_head=position.is_head,
        )
    for absence in person.absences:
        await queries.insert_absence(
            connection,
            investigator_id=investigator_id,
            first_day=absence.first_day,
            last_day=absence.last_day,
        )


async def _load_capacity(
    connection: Connection, record: DemoCapacity, by: Actor, unit_id: UUID, region_id: UUID, now: datetime
) -> None:
    """Write one record with its first line of history, as its head of unit confirmed it, or never confirmed.

    It goes to the shelf because the desk stamps what it writes as confirmed now, and the demonstration
    needs records of every age. No assessment can be outdated by it: the region is new.
    """
    confirmed_at = None if record.confirmed_on is None else datetime.combine(record.confirmed_on, OFFICE_HOUR)
    capacity_id = await capacity_queries.insert_capacity(
        connection,
        region_id=region_id,
        unit_id=unit_id,
        therapy_area=record.therapy_area,
        capacity=record.capacity,
        confirmed_at=confirmed_at,
        confirmed_by=None if confirmed_at is None else by.name,
        valid_until=record.valid_until,
        now=confirmed_at or now,
    )
    if capacity_id is None:
        raise ValueError(f"The demonstration has {record.unit} in {record.therapy_area} twice.")
    await capacity_queries.insert_capacity_history(
        connection,
        capacity_id=capacity_id,
        revision=1,
        action="imported" if confirmed_at is None else "created",
        changed_at=confirmed_at or now,
        actor=SYSTEM if confirmed_at is None else by,
        before=None,
        after=record.capacity,
    )


async def _load_capacities(
    connection: Connection, rows: DemoRows, regions: Ids, units: Ids, now: datetime
) -> None:
    region_of = {unit.key: regions[unit.region] for unit in rows.units}
    heads = rows.heads
    for record in rows.capacities:
        by = Actor(token_id=None, name=heads[record.unit].name, role="unit_head")
        await _load_capacity(connection, record, by, units[record.unit], region_of[record.unit], now)


async def _create_tokens(
    connection: Connection, rows: DemoRows, regions: Ids, people: dict[int, UUID], sponsors: Ids
) -> DemoTokens:
    """Make one token for each kind of user; the investigator is the head of Uppsala's lung unit."""
    uas = regions["UAS"]
    investigator = rows.heads[INVESTIGATORS_UNIT]
    sponsor = next(sponsor for sponsor in rows.sponsors if sponsor.key == SPONSOR)
    return DemoTokens(
        sponsor=await create_token(
            connection,
            name=f"Contact of {sponsor.name}",
            role="sponsor_contact",
            region_id=uas,
            sponsor_id=sponsors[SPONSOR],
        ),
        office_uas=await create_token(
            connection, name="Trial office Uppsala (demonstration)", role="office", region_id=uas
        ),
        office_rm=await create_token(
            connection,
            name="Trial office Midtjylland (demonstration)",
            role="office",
            region_id=regions["RM"],
        ),
        investigator=await create_token(
            connection,
            name=investigator.name,
            role="investigator",
            region_id=uas,
            investigator_id=people[investigator.number],
        ),
        admin=await create_token(connection, name="Administrator (demonstration)", role="admin"),
        service=await create_token(
            connection, name="Capacity feed Uppsala (demonstration)", role="service", region_id=uas
        ),
    )


def _fields(entry: Struct, *without: str) -> dict[str, Any]:
    """Return an entry's fields by name, except those that stand for other rows."""
    return {name: value for name, value in structs.asdict(entry).items() if name not in without}
