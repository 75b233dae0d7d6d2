"""Judgements over JSON: an office's overrides, and what sponsors selected."""

from litestar import Router, get, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.inquiries.api import InquiryId
from trialport.matching import judgement_service
from trialport.matching.api import CANDIDATE_READERS
from trialport.matching.judgement_models import JudgementPage, OverrideCreate, SelectionCreate


@post(
    "/inquiries/{inquiry_id:uuid}/overrides",
    opt={**may("inquiry", "override"), "errors": (409,)},
    status_code=201,
    summary="Record a decision against the ranking",
    description="A unit added to, dropped from or moved within the order of the newest assessment, with the reason. "
    "The assessment itself stays as it is.",
)
async def record_override(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[OverrideCreate]
) -> JudgementPage:
    return JudgementPage(items=await judgement_service.record_override(tx, actor, inquiry_id, data), next_cursor=None)


@post(
    "/inquiries/{inquiry_id:uuid}/selections",
    opt={**may("inquiry", "record_selection"), "errors": (409,)},
    status_code=201,
    summary="Record which units the sponsor selected",
    description="Of the units of one region. A later selection replaces an earlier one where rankings are measured.",
)
async def record_selection(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[SelectionCreate]
) -> JudgementPage:
    return JudgementPage(items=await judgement_service.record_selection(tx, actor, inquiry_id, data), next_cursor=None)


@get(
    "/inquiries/{inquiry_id:uuid}/judgements",
    opt={**CANDIDATE_READERS, "errors": (409,)},
    summary="List what was decided about an inquiry's units",
)
async def list_judgements(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, cursor: Cursor = None, limit: Limit = 50
) -> JudgementPage:
    rows = await judgement_service.list_judgements(tx, actor, inquiry_id, after=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda one: one.judgement_id)
    return JudgementPage(items=items, next_cursor=following)


router = Router(path="/", tags=["judgements"], route_handlers=[record_override, record_selection, list_judgements])
