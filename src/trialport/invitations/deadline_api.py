"""Moving the last day to answer, over JSON."""

from litestar import Response, Router, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, Tx
from trialport.core.http import etag
from trialport.inquiries.api import InquiryId
from trialport.invitations import deadline
from trialport.invitations.api import InvitationId
from trialport.invitations.deadline_models import MovedDeadlines, MoveDeadline
from trialport.invitations.models import InvitationForUnit


@post(
    "/invitations/{invitation_id:uuid}/deadline",
    opt={**may("invitation", "move_deadline"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Move a unit's last day to answer",
    description="The unit is told; its reminders are reckoned anew. Who counted as silent may answer again.",
)
async def move_deadline(
    tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId, data: JSONBody[MoveDeadline]
) -> Response[InvitationForUnit]:
    moved = await deadline.move_deadline(tx, settings, actor, invitation_id, data.due_on)
    return Response(moved, headers={"ETag": etag(moved.revision)})


@post(
    "/inquiries/{inquiry_id:uuid}/deadline",
    opt={**may("inquiry", "invite"), "errors": (409, 412)},
    status_code=200,
    summary="Move the last day of all units that still owe an answer",
)
async def move_deadlines(
    tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId, data: JSONBody[MoveDeadline]
) -> MovedDeadlines:
    return await deadline.move_deadlines(tx, settings, actor, inquiry_id, data.due_on)


router = Router(path="/", tags=["invitations"], route_handlers=[move_deadline, move_deadlines])
