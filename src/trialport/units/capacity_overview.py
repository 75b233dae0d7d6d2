"""What everybody may know of a region's capacity: bands with small numbers suppressed, never a unit or a person."""

from uuid import UUID

from trialport.core.db import Transaction, as_system
from trialport.core.errors import NotFound
from trialport.units import queries, rules
from trialport.units.capacity_overview_models import CapacityForSponsor, RegionReach
from trialport.units.capacity_overview_queries import AreaSums, select_area_sums, select_reach_sums
from trialport.units.models import RegionDetail


async def list_public_regions(tx: Transaction) -> list[RegionDetail]:
    """Return every region, also to somebody who has not signed in."""
    async with as_system(tx.connection):
        return await queries.select_regions(tx.connection)


async def find_public_region(tx: Transaction, code: str) -> RegionDetail:
    """Return a region by its code, in capitals or not; raises NotFound where there is none."""
    async with as_system(tx.connection):
        region = await queries.select_region_by_code(tx.connection, code=code.upper())
    if region is None:
        raise NotFound("There is no region with this code.")
    return region


async def read_areas(tx: Transaction, region_id: UUID) -> tuple[CapacityForSponsor, ...]:
    """Return a region's capacity by therapy area, in bands."""
    # Nobody outside may see a record of a unit, only what is left of all of them in bands.
    async with as_system(tx.connection):
        areas = await select_area_sums(tx.connection, region_id=region_id, today=tx.today)
    return tuple(_in_bands(area) for area in areas)


async def read_reach(tx: Transaction, region_id: UUID) -> RegionReach:
    """Return how far a region's trials reach into primary care and homes, in bands."""
    async with as_system(tx.connection):
        sums = await select_reach_sums(tx.connection, region_id=region_id, today=tx.today)
    return RegionReach(
        primary_care_units=rules.band_count(sums.primary_care_units),
        decentralised_units=rules.band_count(sums.decentralised_units),
        dct_activities={activity: rules.band_count(units) for activity, units in sums.dct_activities.items()},
    )


def _in_bands(area: AreaSums) -> CapacityForSponsor:
    return CapacityForSponsor(
        therapy_area=area.therapy_area,
        units=rules.band_count(area.units),
        participants_per_month=rules.band_participants(area.participants_per_month, area.units_with_participants),
        study_types=area.study_types,
        dct_activities=area.dct_activities,
    )
