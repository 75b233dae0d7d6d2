"""A region's capacity in bands, over JSON."""

from litestar import Router, get

from trialport.accounts.guards import roles
from trialport.core.db import as_system
from trialport.core.edge import Tx
from trialport.core.http import found
from trialport.units import queries, rules
from trialport.units.api import RegionId
from trialport.units.capacity_overview_models import CapacityForSponsor, CapacityOverview
from trialport.units.capacity_overview_queries import AreaSums, select_area_sums


@get(
    "/regions/{region_id:uuid}/capacity-overview",
    opt=roles("sponsor_contact", "office", "admin"),
    summary="See a region's capacity in bands",
    description="As companies see it: by therapy area, in bands with small numbers suppressed; never a unit or a "
    "person. Only fresh records of units that take new trials count.",
)
async def read_capacity_overview(tx: Tx, region_id: RegionId) -> CapacityOverview:
    found(await queries.select_region(tx.connection, region_id=region_id))
    # A sponsor may see no record of a unit, only what is left of all of them in bands.
    async with as_system(tx.connection):
        areas = await select_area_sums(tx.connection, region_id=region_id, today=tx.now.date())
    return CapacityOverview(region_id=region_id, items=tuple(_in_bands(area) for area in areas))


def _in_bands(area: AreaSums) -> CapacityForSponsor:
    return CapacityForSponsor(
        therapy_area=area.therapy_area,
        units=rules.band_count(area.units),
        participants_per_month=rules.band_participants(area.participants_per_month, area.units_with_participants),
        study_types=area.study_types,
        dct_activities=area.dct_activities,
    )


router = Router(path="/", tags=["register"], route_handlers=[read_capacity_overview])
