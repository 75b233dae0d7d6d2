"""What is set aside of capacities and resources, and conditions that the office fills, over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.http import etag
from trialport.invitations import fill, ledger_queries, ledger_service
from trialport.invitations.answer import read_invitation
from trialport.invitations.api import InvitationId
from trialport.invitations.ledger_models import FillCreate, OverbookingList, ReservationSheet
from trialport.invitations.models import Condition, InvitationForUnit

OfCapacity = Annotated[
    UUID,
    QueryParameter(name="capacity_id", description="The capacity asked about.", examples=[Example(value=EXAMPLE_UUID)]),
]
ResourceId = Annotated[
    UUID, PathParameter(description="Identifier of the resource.", examples=[Example(value=EXAMPLE_UUID)])
]
ConditionCode = Annotated[
    Condition, PathParameter(description="What the unit misses.", examples=[Example(value="nurse_hours")])
]
MOST_OVERBOOKED = 500


@get(
    "/reservations",
    opt={**may("reservation", "read"), "errors": (404,)},
    summary="See what is set aside of a capacity",
    description="For the region's office, and for the unit's own people.",
)
async def read_capacity_reservations(tx: Tx, actor: Caller, capacity_id: OfCapacity) -> ReservationSheet:
    return await ledger_service.read_sheet(tx, actor, capacity_id=capacity_id)


@get(
    "/resources/{resource_id:uuid}/reservations",
    opt=may("reservation", "read_all"),
    summary="See what is set aside of a shared resource",
)
async def read_resource_reservations(tx: Tx, actor: Caller, resource_id: ResourceId) -> ReservationSheet:
    return await ledger_service.read_sheet(tx, actor, resource_id=resource_id)


@get(
    "/reservations/overbooked",
    opt=may("reservation", "read_all"),
    summary="See where more is promised than there is",
    description="As after a capacity was reduced below what its unit had said yes to.",
)
async def list_overbooked(tx: Tx, actor: Caller) -> OverbookingList:
    items = await ledger_queries.select_overbookings(tx.connection, actor=actor, limit=MOST_OVERBOOKED)
    return OverbookingList(items=tuple(items))


@post(
    "/invitations/{invitation_id:uuid}/fills",
    opt={**may("invitation", "fill"), "errors": (409,)},
    status_code=201,
    response_headers=[ETAG],
    summary="Fill what a unit misses",
    description="Of the newest `yes_if`. Nurse hours are set aside at the resource. "
    "Once nothing is missing the answer counts as a yes.",
)
async def fill_condition(
    tx: Tx, actor: Caller, invitation_id: InvitationId, data: JSONBody[FillCreate]
) -> Response[InvitationForUnit]:
    await fill.fill_condition(tx, actor, invitation_id, data)
    shown = await read_invitation(tx, actor, invitation_id)
    return Response(shown, status_code=201, headers={"ETag": etag(shown.revision)})


@delete(
    "/invitations/{invitation_id:uuid}/fills/{condition:str}",
    opt={**may("invitation", "fill"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Take back what was filled",
)
async def take_back_fill(
    tx: Tx, actor: Caller, invitation_id: InvitationId, condition: ConditionCode
) -> Response[InvitationForUnit]:
    await fill.take_back(tx, actor, invitation_id, condition)
    shown = await read_invitation(tx, actor, invitation_id)
    return Response(shown, headers={"ETag": etag(shown.revision)})


router = Router(
    path="/",
    tags=["invitations"],
    route_handlers=[
        read_capacity_reservations,
        read_resource_reservations,
        list_overbooked,
        fill_condition,
        take_back_fill,
    ],
)
