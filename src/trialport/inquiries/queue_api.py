"""An office's queue over JSON."""

from typing import Annotated

from litestar import Router, get
from litestar.openapi.spec import Example
from litestar.params import QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.core.paging import Limit
from trialport.inquiries.models import InquiryState
from trialport.inquiries.queue_models import QueuePage, WaitingFor
from trialport.inquiries.queue_service import QueueFilter
from trialport.inquiries.queue_service import read_queue as read_page
from trialport.vocabulary.codes import TherapyArea


@get(
    "/queue",
    opt=may("inquiry", "read_triage"),
    summary="List the open inquiries in the order of what needs doing",
    description="Overdue ones first, then by working days left until the promised day minus the weight of the "
    "region's strategic priority: with a weight of 3 an inquiry stands as if it were promised three working days "
    "sooner. While the office waits for the sponsor the clock of an inquiry stands still.",
)
async def read_queue(
    tx: Tx,
    actor: Caller,
    inquiry_state: Annotated[
        InquiryState | None,
        QueryParameter(name="state", description="State of the inquiry.", examples=[Example(value="in_triage")]),
    ] = None,
    waiting_for: Annotated[
        WaitingFor | None, QueryParameter(description="Whose turn it is.", examples=[Example(value="office")])
    ] = None,
    therapy_area: Annotated[
        TherapyArea | None, QueryParameter(description="Therapy area.", examples=[Example(value="respiratory")])
    ] = None,
    *,
    overdue: Annotated[
        bool | None, QueryParameter(description="Whether the promised day has passed.", examples=[Example(value=True)])
    ] = None,
    assigned_to_me: Annotated[
        bool, QueryParameter(description="Only what you have in hand.", examples=[Example(value=True)])
    ] = False,
    cursor: Annotated[
        str | None,
        QueryParameter(
            max_length=80,
            pattern=r"^[01]:-?[0-9]{1,6}:[0-9]{4}-[0-9]{2}-[0-9]{2}:[0-9a-f-]{36}$",
            description="`next_cursor` of the page before; leave out for the first page.",
            examples=[Example(value="1:3:2026-12-07:0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e")],
        ),
    ] = None,
    limit: Limit = 50,
) -> QueuePage:
    wanted = QueueFilter(
        state=inquiry_state,
        waiting_for=waiting_for,
        therapy_area=therapy_area,
        overdue=overdue,
        is_mine=assigned_to_me,
    )
    return await read_page(tx, actor, wanted, cursor=cursor, limit=limit)


router = Router(path="/", tags=["triage"], route_handlers=[read_queue])
