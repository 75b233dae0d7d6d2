"""What a region sets for its triage, over JSON."""

from litestar import Response, Router, get, put
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, IfMatch, Tx
from trialport.core.http import etag, expected_revision
from trialport.inquiries import region_service as service
from trialport.inquiries.region_models import (
    PrioritiesDetail,
    PrioritiesInput,
    QuietPeriodsDetail,
    QuietPeriodsInput,
)
from trialport.units.api import RegionId

PRIORITIES = "/regions/{region_id:uuid}/priorities"
QUIET_PERIODS = "/regions/{region_id:uuid}/quiet-periods"


@get(
    PRIORITIES,
    opt=may("region_priority", "read"),
    response_headers=[ETAG],
    summary="Read which therapy areas a region wants more of",
)
async def read_priorities(tx: Tx, actor: Caller, region_id: RegionId) -> Response[PrioritiesDetail]:
    found = await service.read_priorities(tx, actor, region_id)
    return Response(found, headers={"ETag": etag(found.version)})


@put(
    PRIORITIES,
    opt={**may("region_priority", "change"), "errors": (428,)},
    response_headers=[ETAG],
    summary="Change which therapy areas a region wants more of",
    description="Replaces the whole list. A weight of 3 puts an inquiry in the queue as if it were promised three "
    "working days sooner. Needs If-Match.",
)
async def change_priorities(
    tx: Tx, actor: Caller, region_id: RegionId, data: JSONBody[PrioritiesInput], if_match: IfMatch = None
) -> Response[PrioritiesDetail]:
    await service.read_priorities(tx, actor, region_id)
    found = await service.change_priorities(tx, actor, region_id, data, expected=expected_revision(if_match))
    return Response(found, headers={"ETag": etag(found.version)})


@get(
    QUIET_PERIODS,
    opt=may("quiet_period", "read"),
    response_headers=[ETAG],
    summary="Read which days do not count as working days in a region",
)
async def read_quiet_periods(tx: Tx, actor: Caller, region_id: RegionId) -> Response[QuietPeriodsDetail]:
    found = await service.read_quiet_periods(tx, actor, region_id)
    return Response(found, headers={"ETag": etag(found.version)})


@put(
    QUIET_PERIODS,
    opt={**may("quiet_period", "change"), "errors": (428,)},
    response_headers=[ETAG],
    summary="Change which days do not count as working days in a region",
    description="Replaces the whole list; public holidays never count and need not be named. Days that have been "
    "promised before stay. Needs If-Match.",
)
async def change_quiet_periods(
    tx: Tx, actor: Caller, region_id: RegionId, data: JSONBody[QuietPeriodsInput], if_match: IfMatch = None
) -> Response[QuietPeriodsDetail]:
    await service.require_region(tx, actor, region_id)
    found = await service.change_quiet_periods(tx, actor, region_id, data, expected=expected_revision(if_match))
    return Response(found, headers={"ETag": etag(found.version)})


router = Router(
    path="/",
    tags=["regions"],
    route_handlers=[read_priorities, change_priorities, read_quiet_periods, change_quiet_periods],
)
