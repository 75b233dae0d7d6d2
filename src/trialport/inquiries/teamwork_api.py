"""Who has an inquiry in hand, and the office's own comments, over JSON."""

from litestar import Router, get, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.inquiries import teamwork_service as service
from trialport.inquiries.api import InquiryId
from trialport.inquiries.teamwork_models import (
    AssignmentDetail,
    AssignmentInput,
    CommentCreate,
    CommentDetail,
    CommentPage,
)

COMMENTS = "/inquiries/{inquiry_id:uuid}/comments"


@post(
    "/inquiries/{inquiry_id:uuid}/assignment",
    opt={**may("inquiry", "assign"), "errors": (409,)},
    status_code=200,
    summary="Give an inquiry to a person of the office",
)
async def assign_inquiry(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[AssignmentInput]
) -> AssignmentDetail:
    return await service.assign_inquiry(tx, actor, inquiry_id, data.person_id)


@post(
    COMMENTS,
    opt={**may("inquiry", "comment"), "errors": (409,)},
    status_code=201,
    summary="Note something for the office",
    description="The office of your region reads it and nobody else. It cannot be changed.",
)
async def add_comment(tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[CommentCreate]) -> CommentDetail:
    return await service.add_comment(tx, actor, inquiry_id, data.body)


@get(
    COMMENTS,
    opt={**may("inquiry", "read_comments"), "errors": (409,)},
    summary="List what the office noted, newest first",
)
async def list_comments(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, cursor: Cursor = None, limit: Limit = 50
) -> CommentPage:
    rows = await service.list_comments(tx, actor, inquiry_id, before=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda one: one.inquiry_comment_id)
    return CommentPage(items=items, next_cursor=following)


router = Router(path="/", tags=["triage"], route_handlers=[assign_inquiry, add_comment, list_comments])
