"""Triage over JSON, for the office."""

from litestar import Response, Router, post
from litestar.params import JSONBody

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import ETAG, Tx
from trialport.inquiries import triage_service as service
from trialport.inquiries.api import InquiryId, inquiry_response
from trialport.inquiries.models import InquiryDetail
from trialport.inquiries.triage_models import DeclineInquiry, InformationRequest


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
    description="The inquiry waits for the sponsor, whose amendment brings it back to triage.",
)
async def ask_for_information(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[InformationRequest]
) -> Response[InquiryDetail]:
    return inquiry_response(actor, await service.ask_for_information(tx, actor, inquiry_id, data))


@post(
    "/inquiries/{inquiry_id:uuid}/decline",
    opt={**may("inquiry", "decline"), "errors": (409, 412)},
    status_code=200,
    response_headers=[ETAG],
    summary="Decline an inquiry",
)
async def decline_inquiry(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[DeclineInquiry]
) -> Response[InquiryDetail]:
    return inquiry_response(actor, await service.decline_inquiry(tx, actor, inquiry_id, data))


router = Router(path="/", tags=["inquiries"], route_handlers=[take_up_inquiry, ask_for_information, decline_inquiry])
