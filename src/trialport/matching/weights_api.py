"""A region's weights over JSON."""

from typing import Annotated

from litestar import Response, Router, get, post, put
from litestar.openapi.spec import Example
from litestar.params import JSONBody, QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, IfMatch, Tx
from trialport.core.http import etag, expected_revision
from trialport.core.paging import Limit, NumberCursor, cut_page
from trialport.matching import weights_queries, weights_service
from trialport.matching.weights_models import (
    RegionWeightsDetail,
    RegionWeightsInput,
    WeightSetDetail,
    WeightSetPage,
    WeightsRevert,
)
from trialport.units.api import RegionId

READERS = may("weight_set", "read")
CHANGERS = may("weight_set", "change")
Apply = Annotated[
    bool,
    QueryParameter(
        description="Have the region's open inquiries assessed again now; else the weights count from each "
        "inquiry's next assessment on.",
        examples=[Example(value=True)],
    ),
]


@get(
    "/regions/{region_id:uuid}/weights",
    opt=READERS,
    response_headers=[ETAG],
    summary="Read what counts how much in a region",
)
async def read_weights(tx: Tx, actor: Caller, region_id: RegionId) -> Response[RegionWeightsDetail]:
    return _response(await weights_service.read_weights(tx, actor, region_id))


@put(
    "/regions/{region_id:uuid}/weights",
    opt={**CHANGERS, "errors": (428,)},
    response_headers=[ETAG],
    summary="Change what counts how much in a region",
    description="Replaces the region's own weights by a new version; criteria that are not named have the program's. "
    "Needs If-Match.",
)
async def change_weights(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    region_id: RegionId,
    data: JSONBody[RegionWeightsInput],
    *,
    apply: Apply = False,
    if_match: IfMatch = None,
) -> Response[RegionWeightsDetail]:
    await weights_service.require_region(tx, actor, region_id)
    expected = expected_revision(if_match)
    return _response(
        await weights_service.change_weights(tx, settings, actor, region_id, data, expected=expected, apply=apply)
    )


@post(
    "/regions/{region_id:uuid}/weights/revert",
    opt={**CHANGERS, "errors": (428,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Take up older weights of a region again",
    description="Makes a new version equal to an older one; version 0 is the program's table. Needs If-Match.",
)
async def revert_weights(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    region_id: RegionId,
    data: JSONBody[WeightsRevert],
    *,
    apply: Apply = False,
    if_match: IfMatch = None,
) -> Response[RegionWeightsDetail]:
    await weights_service.require_region(tx, actor, region_id)
    expected = expected_revision(if_match)
    return _response(
        await weights_service.revert_weights(tx, settings, actor, region_id, data, expected=expected, apply=apply)
    )


@get(
    "/regions/{region_id:uuid}/weights/history",
    opt=READERS,
    summary="List the versions of a region's weights, newest first",
)
async def list_weight_versions(
    tx: Tx, actor: Caller, region_id: RegionId, cursor: NumberCursor = None, limit: Limit = 50
) -> WeightSetPage:
    await weights_service.require_region(tx, actor, region_id)
    rows = await weights_queries.select_weight_sets(
        tx.connection, region_id=region_id, before_version=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda one: one.version)
    return WeightSetPage(
        items=tuple(
            WeightSetDetail(
                version=one.version,
                changed_at=one.changed_at,
                changed_by=one.changed_by,
                reason=one.reason,
                reverts_to=one.reverts_to,
                applies_to_open=one.applies_to_open,
                weights=one.weights,
            )
            for one in items
        ),
        next_cursor=following,
    )


def _response(weights: RegionWeightsDetail) -> Response[RegionWeightsDetail]:
    return Response(weights, headers={"ETag": etag(weights.version)})


router = Router(
    path="/",
    tags=["weights"],
    route_handlers=[read_weights, change_weights, revert_weights, list_weight_versions],
)
