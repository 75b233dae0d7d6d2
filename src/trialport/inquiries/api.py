"""Inquiries over JSON: the sponsor's way in, and the office's view."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter, SkipValidation

from trialport.accounts import idempotency
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.core.edge import ETAG, LOCATION, REPLAYED, AppSettings, IdempotencyKey, IfMatch, Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.http import etag, expected_revision
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.inquiries import queries, rules, service
from trialport.inquiries.models import (
    InquiryCreate,
    InquiryDetail,
    InquiryPage,
    InquiryReceipt,
    InquiryState,
    InquiryUpdate,
    WithdrawInquiry,
)
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.service import IsIcd10

INQUIRY_ROLES = may("inquiry", "read")
Icd10Check = NamedDependency[SkipValidation[IsIcd10]]
InquiryId = Annotated[
    UUID, PathParameter(description="Identifier of the inquiry.", examples=[Example(value=EXAMPLE_UUID)])
]


@post(
    "/inquiries",
    opt={**may("inquiry", "submit"), "errors": (409,)},
    status_code=202,
    response_headers=[LOCATION, REPLAYED],
    summary="Submit an inquiry",
    description="Answers at once with the reference, the promised date and the address to follow it at. "
    "With an Idempotency-Key the same request can be repeated safely.",
)
async def submit_inquiry(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    is_icd10: Icd10Check,
    data: JSONBody[InquiryCreate],
    idempotency_key: IdempotencyKey = None,
) -> Response[InquiryReceipt]:
    asked = idempotency.hash_request("/inquiries", data)
    if (stored := await idempotency.stored_answer(tx, actor, idempotency_key, asked)) is not None:
        return stored
    receipt = await service.submit_inquiry(tx, settings, actor, data, is_icd10)
    headers = {"Location": receipt.status_url}
    await idempotency.store_answer(tx, actor, idempotency_key, asked, status_code=202, headers=headers, body=receipt)
    return Response(receipt, status_code=202, headers=headers)


@get("/inquiries", opt=INQUIRY_ROLES, summary="List inquiries in your scope, newest first")
async def list_inquiries(
    tx: Tx,
    actor: Caller,
    inquiry_state: Annotated[
        InquiryState | None,
        QueryParameter(name="state", description="State of the inquiry.", examples=[Example(value="submitted")]),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> InquiryPage:
    rows = await queries.select_inquiries(
        tx.connection, actor=actor, state=inquiry_state, before=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda inquiry: inquiry.inquiry_id)
    return InquiryPage(items=items, next_cursor=following)


@get(
    "/inquiries/{inquiry_id:uuid}",
    opt={**INQUIRY_ROLES, "records_reading": True},
    response_headers=[ETAG],
    summary="Read an inquiry",
    description="Who reads its confidential fields is noted in the audit trail.",
)
async def read_inquiry(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[InquiryDetail]:
    row = await service.read_inquiry(tx, actor, inquiry_id)
    await service.note_read_confidential(tx, actor, row)
    return inquiry_response(actor, row)


@patch(
    "/inquiries/{inquiry_id:uuid}",
    opt={**may("inquiry", "amend"), "errors": (409, 428)},
    response_headers=[ETAG],
    summary="Amend an inquiry",
    description="Makes a new version, which is assessed anew. Each group given replaces that group whole.",
)
async def amend_inquiry(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    is_icd10: Icd10Check,
    inquiry_id: InquiryId,
    data: JSONBody[InquiryUpdate],
    if_match: IfMatch = None,
) -> Response[InquiryDetail]:
    row = await service.amend_inquiry(
        tx, settings, actor, inquiry_id, data, is_icd10, expected=expected_revision(if_match)
    )
    return inquiry_response(actor, row)


@post(
    "/inquiries/{inquiry_id:uuid}/withdraw",
    opt={**may("inquiry", "withdraw"), "errors": (409,)},
    status_code=200,
    response_headers=[ETAG],
    summary="Withdraw an inquiry",
    description="Ends the inquiry for good. If-Match is optional here.",
)
async def withdraw_inquiry(
    tx: Tx,
    actor: Caller,
    inquiry_id: InquiryId,
    data: JSONBody[WithdrawInquiry],
    if_match: IfMatch = None,
) -> Response[InquiryDetail]:
    expected = None if if_match is None else expected_revision(if_match)
    row = await service.withdraw_inquiry(tx, actor, inquiry_id, data.reason, expected=expected)
    return inquiry_response(actor, row)


def inquiry_response(actor: Actor, row: InquiryRow) -> Response[InquiryDetail]:
    """Return an inquiry as its sponsor and the offices asked see it."""
    shared = {
        name: getattr(row, name)
        for name in InquiryDetail.__struct_fields__
        if name not in ("content", "available_actions")
    }
    detail = InquiryDetail(
        **shared,
        available_actions=allowed_commands("inquiry", actor.role, row.state),
        content=rules.join_content(row.content, row.confidential),
    )
    return Response(detail, headers={"ETag": etag(row.revision)})


router = Router(
    path="/",
    tags=["inquiries"],
    route_handlers=[submit_inquiry, list_inquiries, read_inquiry, amend_inquiry, withdraw_inquiry],
)
