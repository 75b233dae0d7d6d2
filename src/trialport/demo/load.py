"""Loading the demonstration: regions, units, people, capacity and a token for each kind of user."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from msgspec import Struct, structs

from trialport.accounts.models import SYSTEM, Actor
from trialport.accounts.service import create_token
from trialport.core.db import Connection, Transaction
from trialport.demo.files import demo_rows, sample_inquiry
from trialport.demo.models import DemoCapacity, DemoRows, DemoTokens
from trialport.sponsors.service import register_sponsor
from trialport.units import capacity_queries
from trialport.units.queries import select_regions
from trialport.units.register_file import InvestigatorEntry, PositionEntry, RegisterFile, SiteEntry, UnitEntry
from trialport.units.register_service import write_register

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
    loaded = {region.code for region in await select_regions(connection)}
    if loaded & {region.code for region in rows.regions}:
        return None
    tx = Transaction(connection, now, "demonstration")
    # Nothing is to be assessed again after it: the regions are new.
    known = (await write_register(tx, SYSTEM, register_file(rows))).known
    units = {unit.key: known.units[unit.region, unit.registry_id].unit_id for unit in rows.units}
    people = {one.number: known.investigators[one.email].investigator_id for one in rows.investigators}
    await _load_capacities(connection, rows, known.regions, units, now)
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
    return await _create_tokens(connection, rows, known.regions, people, sponsors)


def register_file(rows: DemoRows) -> RegisterFile:
    """Return the demonstration's register in the shape of an import."""
    sites = {site.key: site.name for site in rows.sites}
    units = {unit.key: unit for unit in rows.units}
    emails = {person.number: person.email for person in rows.investigators}
    return RegisterFile(
        regions=rows.regions,
        sites=tuple(SiteEntry(**_fields(site, "key")) for site in rows.sites),
        units=tuple(
            UnitEntry(
                **_fields(unit, "key", "site", "university_care"),
                site=sites[unit.site],
                registry_id=unit.registry_id,
            )
            for unit in rows.units
        ),
        resources=rows.resources,
        investigators=tuple(
            InvestigatorEntry(
                **_fields(person, "number", "positions", "delegates"),
                positions=tuple(
                    PositionEntry(
                        region=units[one.unit].region,
                        unit=units[one.unit].registry_id,
                        share=one.share,
                        is_head=one.is_head,
                    )
                    for one in person.positions
                ),
                delegates=tuple(emails[number] for number in person.delegates),
            )
            for person in rows.investigators
        ),
    )


def _fields(entry: Struct, *without: str) -> dict[str, Any]:
    """Return an entry's fields by name, except those that the import writes in another way."""
    return {name: value for name, value in structs.asdict(entry).items() if name not in without}


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


async def _load_capacities(connection: Connection, rows: DemoRows, regions: Ids, units: Ids, now: datetime) -> None:
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
