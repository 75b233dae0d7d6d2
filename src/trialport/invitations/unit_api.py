"""What a unit and its office do with one invitation besides answering: sign-off, capacity, whom it goes to."""

from litestar import Response, Router, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, Tx
from trialport.core.http import etag
from trialport.invitations import answer, recipient
from trialport.invitations.api import InvitationId
from trialport.invitations.models import CapacityUpdate, InvitationForUnit, NewRecipient, SignOffCreate


@post(
    "/invitations/{invitation_id:uuid}/sign-off",
    opt={**may("invitation", "sign_off"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Sign off the unit's yes, as its head",
    description="A yes that somebody else gave counts once the head of unit has approved it.",
)
async def sign_off_answer(
    tx: Tx, actor: Caller, invitation_id: InvitationId, data: JSONBody[SignOffCreate]
) -> Response[InvitationForUnit]:
    return _response(await answer.record_sign_off(tx, actor, invitation_id, data))


@post(
    "/invitations/{invitation_id:uuid}/capacity",
    opt={**may("invitation", "update_capacity"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Confirm or correct the capacity behind an answer",
    description="`capacity_difference` of the invitation says where the two differ.",
)
async def update_capacity(
    tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId, data: JSONBody[CapacityUpdate]
) -> Response[InvitationForUnit]:
    return _response(await answer.update_capacity(tx, settings, actor, invitation_id, data))


@post(
    "/invitations/{invitation_id:uuid}/recipient",
    opt={**may("invitation", "redirect"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Ask somebody else of the unit",
    description="Links sent before open nothing any more; answers given before are kept.",
)
async def redirect_invitation(
    tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId, data: JSONBody[NewRecipient]
) -> Response[InvitationForUnit]:
    return _response(await recipient.redirect_invitation(tx, settings, actor, invitation_id, data.investigator_id))


@post(
    "/invitations/{invitation_id:uuid}/resend",
    opt={**may("invitation", "resend"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Send the mail of an invitation anew",
    description="Once a minute at most; it is no new invitation to the person's budget.",
)
async def resend_invitation(
    tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId
) -> Response[InvitationForUnit]:
    return _response(await recipient.resend_invitation(tx, settings, actor, invitation_id))


@post(
    "/invitations/{invitation_id:uuid}/links/revoke",
    opt={**may("invitation", "revoke_links"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Take back every link that mails of an invitation carry",
    description="Nothing is sent; mails sent from then on carry a link that works.",
)
async def revoke_links(tx: Tx, actor: Caller, invitation_id: InvitationId) -> Response[InvitationForUnit]:
    return _response(await recipient.revoke_links(tx, actor, invitation_id))


def _response(invitation: InvitationForUnit) -> Response[InvitationForUnit]:
    return Response(invitation, headers={"ETag": etag(invitation.revision)})


router = Router(
    path="/",
    tags=["invitations"],
    route_handlers=[sign_off_answer, update_capacity, redirect_invitation, resend_invitation, revoke_links],
)
