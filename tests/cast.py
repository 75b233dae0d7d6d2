"""The fixed cast of the door tests: two regions, three units, two sponsors, and a token for each kind of person."""

from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from trialport.accounts.models import Role
from trialport.accounts.service import create_token
from trialport.sponsors.service import register_sponsor
from trialport.units import capacity_queries, queries
from trialport.units.models import CapacityInput
from trialport.units.rules import valid_until


class Cast(Struct, frozen=True, kw_only=True):
    """Ids by name, and tokens by person."""

    regions: dict[str, UUID]
    units: dict[str, UUID]
    investigators: dict[str, UUID]
    sponsors: dict[str, UUID]
    tokens: dict[str, str]


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
    regions = {
        "ours": await _region(connection, "TST", "SE"),
        "theirs": await _region(connection, "OTH", "DK"),
    }
    units = {
        "lung": await _unit(connection, regions["ours"], "lung"),
        "heart": await _unit(connection, regions["ours"], "heart"),
        "foreign": await _unit(connection, regions["theirs"], "foreign"),
    }
    investigators = {}
    for name, unit_id in units.items():
        investigators[name] = await queries.insert_investigator(
            connection, name=f"Demo {name} (demonstration)", email=f"{name}@example.org"
        )
        await queries.insert_position(
            connection, investigator_id=investigators[name], unit_id=unit_id, share=1.0, is_head=True
        )
    for name, region in (("lung", "ours"), ("heart", "ours"), ("foreign", "theirs")):
        await _capacity(connection, regions[region], units[name], now)
    sponsors = {
        "first": await register_sponsor(connection, name="First Pharma (demonstration)", kind="company"),
        "rival": await register_sponsor(connection, name="Rival Pharma (demonstration)", kind="company"),
    }
    tokens = await _tokens(connection, regions, investigators, sponsors)
    return Cast(regions=regions, units=units, investigators=investigators, sponsors=sponsors, tokens=tokens)


async def _region(connection: asyncpg.Connection, code: str, country: str) -> UUID:
    return await queries.insert_region(
        connection,
        code=code,
        name=f"Region {code} (test)",
        country=country,
        university="Test University",
        timezone="Europe/Stockholm",
        promised_working_days=10,
        confidentiality_mode="statutory",
    )


async def _unit(connection: asyncpg.Connection, region_id: UUID, name: str) -> UUID:
    site_id = await queries.insert_site(
        connection,
        region_id=region_id,
        name=f"Site of {name}",
        legal_name="Region",
        address="-",
        country="SE",
    )
    return await queries.insert_unit(
        connection,
        region_id=region_id,
        site_id=site_id,
        registry_id=f"test-{name}",
        name=f"Unit {name}",
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
