"""Triage over JSON, for the office."""

from litestar import Response, Router, get, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, AppSettings, Tx, ViewerLanguage
from trialport.inquiries import triage_service as service
from trialport.inquiries.api import InquiryId, inquiry_response
from trialport.inquiries.models import InquiryDetail
from trialport.inquiries.triage_models import Completeness, DeclineInquiry, InformationRequest


@post(
    "/inquiries/{inquiry_id:uuid}/triage",
    opt={**may("inquiry", "triage"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Take an inquiry up",
)
async def take_up_inquiry(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[InquiryDetail]:
    return inquiry_response(actor, await service.take_up_inquiry(tx, actor, inquiry_id))


@post(
    "/inquiries/{inquiry_id:uuid}/information-request",
    opt={**may("inquiry", "request_information"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Ask the sponsor for what is missing",
    description="Without `fields`, for all that is needed and missing. The sponsor gets a mail that names them. The "
    "clock stands still until the sponsor's amendment, or the office, brings the inquiry back to triage; the promised "
    "day then moves by the working days waited.",
)
async def ask_for_information(
    tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId, data: JSONBody[InformationRequest]
) -> Response[InquiryDetail]:
    return inquiry_response(actor, await service.ask_for_information(tx, settings, actor, inquiry_id, data))


@post(
    "/inquiries/{inquiry_id:uuid}/decline",
    opt={**may("inquiry", "decline"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Decline an inquiry",
)
async def decline_inquiry(
    tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId, data: JSONBody[DeclineInquiry]
) -> Response[InquiryDetail]:
    return inquiry_response(actor, await service.decline_inquiry(tx, settings, actor, inquiry_id, data))


@get(
    "/inquiries/{inquiry_id:uuid}/completeness",
    opt={**may("inquiry", "read_completeness"), "errors": (409,)},
    summary="Read what an inquiry lacks, and why it matters",
)
async def read_completeness(tx: Tx, actor: Caller, language: ViewerLanguage, inquiry_id: InquiryId) -> Completeness:
    return await service.read_completeness(tx, actor, inquiry_id, language)


router = Router(
    path="/",
    tags=["inquiries"],
    route_handlers=[take_up_inquiry, read_completeness, ask_for_information, decline_inquiry],
)
