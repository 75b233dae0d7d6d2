"""The fixed cast of the door tests: two regions, three units, two sponsors, and a token for each kind of person."""

from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from trialport.accounts.models import Role
from trialport.accounts.service import create_token
from trialport.sponsors.service import register_sponsor
from trialport.units import capacity_queries, position_queries, register_queries
from trialport.units.models import CapacityInput
from trialport.units.position_queries import GivenPosition
from trialport.units.register_file import InvestigatorEntry, Known, RegionEntry, SiteEntry, UnitEntry
from trialport.units.register_service import read_known
from trialport.units.rules import valid_until


class Cast(Struct, frozen=True, kw_only=True):
    """Ids by name, and tokens by person."""

    regions: dict[str, UUID]
    units: dict[str, UUID]
    investigators: dict[str, UUID]
    sponsors: dict[str, UUID]
    tokens: dict[str, str]


# The units and the regions they are in.
UNITS = {"lung": "TST", "heart": "TST", "foreign": "OTH"}

RESPIRATORY = CapacityInput(
    state="open",
    study_types=("drug",),
    phases=("2", "3"),
    age_groups=("adult", "older_adult"),
    participants_per_month=3.0,
    participants_basis="estimate",
    nurse_hours_free=12.0,
    indications=("COPD",),
)


async def load(connection: asyncpg.Connection, now: datetime) -> Cast:
    """Write the cast into an empty, migrated database."""
    known = await _register(connection, now)
    regions = {"ours": known.regions["TST"], "theirs": known.regions["OTH"]}
    units = {name: known.units[region, f"test-{name}"].unit_id for name, region in UNITS.items()}
    investigators = {name: known.investigators[f"{name}@example.org"].investigator_id for name in UNITS}
    for name, region in (("lung", "ours"), ("heart", "ours"), ("foreign", "theirs")):
        await _capacity(connection, regions[region], units[name], now)
    sponsors = {
        "first": await register_sponsor(connection, name="First Pharma (demonstration)", kind="company"),
        "rival": await register_sponsor(connection, name="Rival Pharma (demonstration)", kind="company"),
    }
    tokens = await _tokens(connection, regions, investigators, sponsors)
    return Cast(regions=regions, units=units, investigators=investigators, sponsors=sponsors, tokens=tokens)


async def _register(connection: asyncpg.Connection, now: datetime) -> Known:
    """Write each unit with a site and a head of its own, and leave no audit trail: the tests look at theirs."""
    await register_queries.upsert_regions(connection, [_region("TST", "SE"), _region("OTH", "DK")])
    sites = [
        SiteEntry(region=region, name=f"Site of {name}", legal_name="Region", address="-", country="SE")
        for name, region in UNITS.items()
    ]
    await register_queries.upsert_sites(connection, sites)
    units = [unit_entry(f"test-{name}", f"Unit {name}", region, f"Site of {name}") for name, region in UNITS.items()]
    await register_queries.upsert_units(connection, units, now=now)
    heads = [
        InvestigatorEntry(email=f"{name}@example.org", name=f"Demo {name} (demonstration)", positions=())
        for name in UNITS
    ]
    await register_queries.upsert_investigators(connection, heads, now=now)
    known = await read_known(connection)
    positions = [
        GivenPosition(
            investigator_id=known.investigators[f"{name}@example.org"].investigator_id,
            unit_id=known.units[region, f"test-{name}"].unit_id,
            share=1.0,
            is_head=True,
        )
        for name, region in UNITS.items()
    ]
    await position_queries.insert_missing_positions(connection, positions)
    return known


def _region(code: str, country: str) -> RegionEntry:
    return RegionEntry(
        code=code,
        name=f"Region {code} (test)",
        country=country,
        university="Test University",
        timezone="Europe/Stockholm",
        promised_working_days=10,
        confidentiality_mode="statutory",
    )


def unit_entry(registry_id: str, name: str, region: str = "TST", site: str = "Site of lung") -> UnitEntry:
    """Return a unit as a register file would have it."""
    return UnitEntry(
        region=region,
        registry_id=registry_id,
        site=site,
        name=name,
        kind="hospital_department",
        care_settings=("outpatient",),
    )


async def _capacity(connection: asyncpg.Connection, region_id: UUID, unit_id: UUID, now: datetime) -> None:
    capacity_id = await capacity_queries.insert_capacity(
        connection,
        region_id=region_id,
        unit_id=unit_id,
        therapy_area="respiratory",
        capacity=RESPIRATORY,
        confirmed_at=now,
        confirmed_by="Test",
        valid_until=valid_until(now.date()),
        now=now,
    )
    assert capacity_id is not None


async def _tokens(
    connection: asyncpg.Connection,
    regions: dict[str, UUID],
    investigators: dict[str, UUID],
    sponsors: dict[str, UUID],
) -> dict[str, str]:
    ours, theirs = regions["ours"], regions["theirs"]
    wanted: dict[str, tuple[Role, UUID | None, UUID | None, UUID | None]] = {
        "sponsor": ("sponsor_contact", ours, sponsors["first"], None),
        "colleague": ("sponsor_contact", ours, sponsors["first"], None),
        "rival": ("sponsor_contact", ours, sponsors["rival"], None),
        "investigator": ("investigator", ours, None, investigators["lung"]),
        "other_investigator": ("investigator", ours, None, investigators["heart"]),
        "unit_head": ("unit_head", ours, None, investigators["lung"]),
        "office": ("office", ours, None, None),
        "other_office": ("office", theirs, None, None),
        "management": ("management", ours, None, None),
        "admin": ("admin", None, None, None),
        "service": ("service", ours, None, None),
    }
    return {
        name: await create_token(
            connection,
            name=f"{name} (test)",
            role=role,
            region_id=region_id,
            sponsor_id=sponsor_id,
            investigator_id=investigator_id,
        )
        for name, (role, region_id, sponsor_id, investigator_id) in wanted.items()
    }
