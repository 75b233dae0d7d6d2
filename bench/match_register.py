"""The register in a real database: filling it with generated capacities, and the index built from it."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import asyncpg
import msgspec

from bench.match_data import ON, REGION_RESOURCES, REGIONS
from trialport.matching.models import CapacityRow

_AT_ONCE = 20_000
_PLAIN = (
    "capacity_id", "region_id", "unit_id", "therapy_area", "indications", "study_types", "phases", "age_groups",
    "care_settings", "state", "state_until", "new_trials_possible", "new_trials_from", "participants_per_month",
    "participants_basis", "nurse_hours_free", "physician_hours_free", "competing_trials", "lead_time_days",
    "conditions", "equipment", "resources", "revision", "confirmed_at", "valid_until",
    "running_trials", "primary_care_role",
)  # fmt: skip
_JSON = ("dct_activities", "experience")


async def fill(url: str, rows: Iterable[CapacityRow]) -> None:
    """Write capacities, their units and who works there into a migrated, empty database."""
    connection = await asyncpg.connect(url)
    try:
        # Past the triggers, as a restored copy is written.
        await connection.execute("set session_replication_role = replica")
        await _write(connection, "region", "region_id code name country university timezone promised_working_days "
                     "confidentiality_mode", _regions())  # fmt: skip
        resources = [(region, kind, kind) for region, kinds in REGION_RESOURCES.items() for kind in kinds]
        await _write(connection, "resource", "region_id kind name", resources)
        units: dict[uuid.UUID, CapacityRow] = {}
        await _write(connection, "capacity", " ".join((*_PLAIN, *_JSON, "updated_at")), _capacities(rows, units))
        sites = {row.site_id: row for row in units.values()}
        await _write(connection, "site", "site_id region_id name legal_name address country", _sites(sites))
        await _write(connection, "unit", "unit_id region_id site_id registry_id name kind languages capabilities",
                     _units(units))  # fmt: skip
        people = [(uuid.uuid4(), row.unit_id) for row in units.values() for _ in range(row.gcp_investigators or 0)]
        investigators = [(person, "-", str(person), date(2028, 1, 1)) for person, _ in people]
        await _write(connection, "investigator", "investigator_id name email gcp_expires_on", investigators)
        await _write(connection, "position", "investigator_id unit_id share", [(*one, 1) for one in people])
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _write(connection: asyncpg.Connection, table: str, columns: str, records: Iterable[Sequence[Any]]) -> None:
    page = []
    for record in records:
        page.append(record)
        if len(page) == _AT_ONCE:
            await connection.copy_records_to_table(table, columns=columns.split(), records=page)
            page = []
    await connection.copy_records_to_table(table, columns=columns.split(), records=page)


def _regions() -> Iterator[Sequence[Any]]:
    for number, region in enumerate(REGIONS):
        yield region, f"R{chr(65 + number)}", f"Region {number}", "SE", "-", "Europe/Stockholm", 10, "statutory"


def _capacities(rows: Iterable[CapacityRow], units: dict[uuid.UUID, CapacityRow]) -> Iterator[Sequence[Any]]:
    for row in rows:
        units.setdefault(row.unit_id, row)
        texts = [msgspec.json.encode(getattr(row, name)).decode() for name in _JSON]
        yield *(getattr(row, name) for name in _PLAIN), *texts, row.confirmed_at


def _sites(sites: dict[uuid.UUID, CapacityRow]) -> Iterator[Sequence[Any]]:
    for site_id, row in sites.items():
        yield site_id, row.region_id, row.site_name, "-", "-", "SE"


def _units(units: dict[uuid.UUID, CapacityRow]) -> Iterator[Sequence[Any]]:
    for unit_id, row in units.items():
        capabilities = msgspec.json.encode(row.capabilities).decode()
        yield (
            unit_id,
            row.region_id,
            row.site_id,
            str(unit_id),
            row.unit_name,
            row.unit_kind,
            row.languages,
            capabilities,
        )


__all__ = ["ON", "fill"]
