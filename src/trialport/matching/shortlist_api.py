"""The shortlist and likely duplicates of an inquiry over JSON, for the office."""

from litestar import Router, get, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx, ViewerLanguage
from trialport.inquiries.api import InquiryId
from trialport.matching import duplicates_service, shortlist_service
from trialport.matching.duplicates_models import SimilarInquiries
from trialport.matching.shortlist_models import Shortlist, ShortlistChange

SHORTLIST = "/inquiries/{inquiry_id:uuid}/shortlist"


@get(
    SHORTLIST,
    opt={**may("inquiry", "read_triage"), "errors": (409,)},
    summary="Read which units the office means to ask, beside the ranking",
)
async def read_shortlist(tx: Tx, actor: Caller, language: ViewerLanguage, inquiry_id: InquiryId) -> Shortlist:
    return await shortlist_service.read_shortlist(tx, actor, inquiry_id, language)


@post(
    SHORTLIST,
    opt={**may("inquiry", "shortlist"), "errors": (409,)},
    status_code=200,
    summary="Add units to the shortlist, drop or move them",
    description="Each decision has a reason. What it says against the ranking is also kept as an override, so that "
    "the ranking can be measured by it. A unit that the ranking does not know may be added.",
)
async def change_shortlist(
    tx: Tx, actor: Caller, language: ViewerLanguage, inquiry_id: InquiryId, data: JSONBody[ShortlistChange]
) -> Shortlist:
    return await shortlist_service.change_shortlist(tx, actor, inquiry_id, data, language)


@get(
    "/inquiries/{inquiry_id:uuid}/similar",
    opt={**may("inquiry", "read_triage"), "errors": (409,)},
    summary="Find inquiries that may be about the same trial",
    description="Of the last 24 months in your region, of any sponsor. No sponsor is told of another's.",
)
async def find_similar(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> SimilarInquiries:
    return await duplicates_service.find_similar(tx, actor, inquiry_id)


router = Router(path="/", tags=["triage"], route_handlers=[read_shortlist, change_shortlist, find_similar])
