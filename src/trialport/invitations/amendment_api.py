"""What changed since a unit answered, over JSON."""

from typing import Annotated

from litestar import Response, Router, get, post
from msgspec import Meta, Struct

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, Tx
from trialport.core.http import etag
from trialport.invitations import amendment
from trialport.invitations.amendment_models import FieldChange
from trialport.invitations.api import InvitationId, VersionRead
from trialport.invitations.models import InvitationForUnit


class Changes(Struct, frozen=True, kw_only=True):
    """What the sponsor changed since the unit answered; empty when the answer is up to date."""

    items: Annotated[tuple[FieldChange, ...], Meta(description="Fields that changed, with both values.")]


@get(
    "/invitations/{invitation_id:uuid}/changes",
    opt=may("invitation", "read"),
    summary="Compare the inquiry with what the unit answered",
)
async def read_changes(tx: Tx, actor: Caller, invitation_id: InvitationId) -> Changes:
    return Changes(items=await amendment.read_changes(tx, actor, invitation_id))


@post(
    "/invitations/{invitation_id:uuid}/confirmation",
    opt={**may("invitation", "answer"), "errors": (409, 412)},
    status_code=201,
    response_headers=[ETAG],
    summary="Let the unit's answer stand after a change",
    description="The same answer again, given to the newest version of the inquiry; with the `version` that you read "
    "it is refused (412) once there is a newer one.",
)
async def confirm_answer(
    tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId, version: VersionRead = None
) -> Response[InvitationForUnit]:
    confirmed = await amendment.confirm_answer(tx, settings, actor, invitation_id, version=version)
    return Response(confirmed, status_code=201, headers={"ETag": etag(confirmed.revision)})


router = Router(path="/", tags=["invitations"], route_handlers=[read_changes, confirm_answer])
