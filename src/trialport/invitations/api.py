"""Invitations, answers and outcome over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.http import etag
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.inquiries.api import InquiryId
from trialport.inquiries.service import read_inquiry, require_command
from trialport.invitations import answer, invite, queries, withdraw
from trialport.invitations.models import (
    EoiCreate,
    InvitationForUnit,
    InvitationPage,
    InvitationState,
    InviteResult,
    InviteUnits,
    WithdrawInvitation,
)

InvitationId = Annotated[
    UUID, PathParameter(description="Identifier of the invitation.", examples=[Example(value=EXAMPLE_UUID)])
]
# The version of the inquiry that an answer is given to.
VersionRead = Annotated[
    int | None,
    QueryParameter(
        name="version",
        description="Version of the inquiry that you read (`teaser.version` of the invitation).",
        examples=[Example(value=1)],
        ge=1,
        le=100_000,
    ),
]
OfState = Annotated[
    InvitationState | None,
    QueryParameter(name="state", description="State of the invitation.", examples=[Example(value="sent")]),
]


@post(
    "/inquiries/{inquiry_id:uuid}/invitations",
    opt={**may("inquiry", "invite"), "errors": (409, 412)},
    status_code=201,
    summary="Invite units",
    description="Each unit is invited once to an inquiry, ever. A unit left out is named with the reason.",
)
async def invite_units(
    tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId, data: JSONBody[InviteUnits]
) -> InviteResult:
    return await invite.invite_units(tx, settings, actor, inquiry_id, data)


@get(
    "/inquiries/{inquiry_id:uuid}/invitations",
    opt={**may("inquiry", "read_answers"), "errors": (409,)},
    summary="List the units asked and what they answered, newest first",
)
async def list_inquiry_invitations(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, cursor: Cursor = None, limit: Limit = 50
) -> InvitationPage:
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "read_answers")
    rows = await queries.select_invitations(
        tx.connection, actor=actor, inquiry_id=inquiry_id, state=None, before=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda one: one.invitation_id)
    return InvitationPage(items=items, next_cursor=following)


@get("/invitations", opt=may("invitation", "read"), summary="List invitations in your scope, newest first")
async def list_invitations(
    tx: Tx, actor: Caller, invitation_state: OfState = None, cursor: Cursor = None, limit: Limit = 50
) -> InvitationPage:
    rows = await queries.select_invitations(
        tx.connection, actor=actor, inquiry_id=None, state=invitation_state, before=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda one: one.invitation_id)
    return InvitationPage(items=items, next_cursor=following)


@get(
    "/invitations/{invitation_id:uuid}",
    opt={**may("invitation", "read"), "records_reading": True},
    response_headers=[ETAG],
    summary="Read an invitation",
    description="The first look of the unit's people marks it as opened.",
)
async def read_invitation(tx: Tx, actor: Caller, invitation_id: InvitationId) -> Response[InvitationForUnit]:
    return _response(await answer.read_invitation(tx, actor, invitation_id))


@post(
    "/invitations/{invitation_id:uuid}/eoi",
    opt={**may("invitation", "answer"), "errors": (409, 412)},
    status_code=201,
    response_headers=[ETAG],
    summary="Answer an invitation",
    description="An answer can be given anew until the inquiry is over; each is kept. With the `version` that you "
    "read it is refused (412) where the sponsor has changed meanwhile what you can see.",
)
async def record_eoi(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    invitation_id: InvitationId,
    data: JSONBody[EoiCreate],
    version: VersionRead = None,
) -> Response[InvitationForUnit]:
    return _response(await answer.record_eoi(tx, settings, actor, invitation_id, data, version=version), 201)


@post(
    "/invitations/{invitation_id:uuid}/withdraw",
    opt={**may("invitation", "withdraw"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Take an invitation back",
)
async def withdraw_invitation(
    tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId, data: JSONBody[WithdrawInvitation]
) -> Response[InvitationForUnit]:
    return _response(await withdraw.withdraw_invitation(tx, settings, actor, invitation_id, data.reason))


def _response(invitation: InvitationForUnit, status_code: int = 200) -> Response[InvitationForUnit]:
    return Response(invitation, status_code=status_code, headers={"ETag": etag(invitation.revision)})


router = Router(
    path="/",
    tags=["invitations"],
    route_handlers=[
        invite_units,
        list_inquiry_invitations,
        list_invitations,
        read_invitation,
        record_eoi,
        withdraw_invitation,
    ],
)
