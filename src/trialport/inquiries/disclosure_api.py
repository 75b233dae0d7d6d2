"""The public-records duty over JSON, for the office that received the inquiry."""

from typing import Annotated

from litestar import Router, get, post, put
from litestar.openapi.spec import Example
from litestar.params import JSONBody, QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.inquiries import disclosure_queries as queries
from trialport.inquiries import disclosure_service as service
from trialport.inquiries.api import InquiryId
from trialport.inquiries.disclosure_models import (
    DiaryNumberDetail,
    DiaryNumberInput,
    DisclosureDetail,
    DisclosureExport,
    DisclosureInput,
    DisclosurePage,
)


@put(
    "/inquiries/{inquiry_id:uuid}/diary-number",
    opt={**may("inquiry", "register"), "errors": (409,)},
    summary="Set an inquiry's diary number",
    description="The number under which the region that received the inquiry registered it as a public record.",
)
async def set_diary_number(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[DiaryNumberInput]
) -> DiaryNumberDetail:
    return await service.set_diary_number(tx, actor, inquiry_id, data.diary_number)


@get(
    "/inquiries/{inquiry_id:uuid}/disclosure",
    opt=may("inquiry", "read_disclosure"),
    summary="See what may be handed out of an inquiry",
    description="All fields but the confidential ones; each withheld field is named with the harm stated. Whether a "
    "mark holds is yours to decide at each request.",
)
async def read_disclosure(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> DisclosureDetail:
    return await service.read_disclosure(tx, actor, inquiry_id)


@post(
    "/inquiries/{inquiry_id:uuid}/disclosure",
    opt={**may("inquiry", "disclose"), "errors": (409,)},
    status_code=201,
    summary="Hand out an inquiry and note it in the log",
)
async def record_disclosure(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[DisclosureInput]
) -> DisclosureExport:
    return await service.record_disclosure(tx, actor, inquiry_id, data.note)


@get("/disclosures", opt=may("disclosure", "read"), summary="List what was handed out, newest first")
async def list_disclosures(
    tx: Tx,
    actor: Caller,
    diary_number: Annotated[
        str | None,
        QueryParameter(
            description="Only under this diary number.",
            min_length=1,
            max_length=200,
            examples=[Example(value="RS 2026-00123")],
        ),
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DisclosurePage:
    rows = await queries.select_disclosures(
        tx.connection, actor=actor, diary_number=diary_number, before=cursor, limit=limit + 1
    )
    items, following = cut_page(rows, limit, lambda entry: entry.disclosure_id)
    return DisclosurePage(items=items, next_cursor=following)


router = Router(
    path="/",
    tags=["public records"],
    route_handlers=[set_diary_number, read_disclosure, record_disclosure, list_disclosures],
)
