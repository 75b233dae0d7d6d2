"""Agreements on confidentiality over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.sponsors import agreement_service as service
from trialport.sponsors.agreement_models import AgreementDetail, AgreementEnd, AgreementInput, AgreementPage

AgreementId = Annotated[
    UUID, PathParameter(description="Identifier of the agreement.", examples=[Example(value=EXAMPLE_UUID)])
]


@post(
    "/agreements",
    opt={**may("agreement", "record"), "errors": (404, 409)},
    status_code=201,
    summary="Record an agreement on confidentiality",
    description="One that was signed outside the system, in the mode of the region. In a region of mode `statutory` "
    "nothing can be recorded, for there the law binds and a company's own undertaking may not be signed.",
)
async def record_agreement(tx: Tx, actor: Caller, data: JSONBody[AgreementInput]) -> AgreementDetail:
    return await service.record_agreement(tx, actor, data)


@get("/agreements", opt=may("agreement", "read"), summary="List agreements in your scope, newest first")
async def list_agreements(
    tx: Tx,
    actor: Caller,
    sponsor_id: Annotated[
        UUID | None, QueryParameter(description="Only with this sponsor.", examples=[Example(value=EXAMPLE_UUID)])
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AgreementPage:
    rows = await service.list_agreements(tx, actor, sponsor_id=sponsor_id, before=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda agreement: agreement.agreement_id)
    return AgreementPage(items=items, next_cursor=following)


@get("/agreements/{agreement_id:uuid}", opt=may("agreement", "read"), summary="Read an agreement")
async def read_agreement(tx: Tx, actor: Caller, agreement_id: AgreementId) -> AgreementDetail:
    return await service.read_agreement(tx, actor, agreement_id)


@post(
    "/agreements/{agreement_id:uuid}/end",
    opt={**may("agreement", "end"), "errors": (409,)},
    status_code=200,
    summary="End an agreement",
    description="From today on it opens nothing any more.",
)
async def end_agreement(
    tx: Tx, actor: Caller, agreement_id: AgreementId, data: JSONBody[AgreementEnd]
) -> AgreementDetail:
    return await service.end_agreement(tx, actor, agreement_id, data.reason)


router = Router(
    path="/",
    tags=["agreements"],
    route_handlers=[record_agreement, list_agreements, read_agreement, end_agreement],
)
