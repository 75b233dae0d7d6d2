"""A region's capacity in bands, over JSON."""

from litestar import Router, get

from trialport.accounts.guards import roles
from trialport.core.edge import Tx
from trialport.core.http import found
from trialport.units import capacity_overview, queries
from trialport.units.api import RegionId
from trialport.units.capacity_overview_models import CapacityOverview


@get(
    "/regions/{region_id:uuid}/capacity-overview",
    opt=roles("sponsor_contact", "office", "admin"),
    summary="See a region's capacity in bands",
    description="As companies see it: by therapy area, in bands with small numbers suppressed; never a unit or a "
    "person. Only fresh records of units that take new trials count.",
)
async def read_capacity_overview(tx: Tx, region_id: RegionId) -> CapacityOverview:
    found(await queries.select_region(tx.connection, region_id=region_id))
    return CapacityOverview(region_id=region_id, items=await capacity_overview.read_areas(tx, region_id))


router = Router(path="/", tags=["register"], route_handlers=[read_capacity_overview])
