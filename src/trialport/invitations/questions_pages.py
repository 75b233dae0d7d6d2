"""The questions put to a sponsor, as a page on which she answers."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.pages import render_page
from trialport.inquiries.api import InquiryId
from trialport.inquiries.service import read_inquiry
from trialport.invitations import questions

_LONGEST_ANSWER = 1000


@get("/inquiries/{inquiry_id:uuid}/questions", opt=may("inquiry", "read_reply"))
async def show_questions(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Show what units ask, and a form for each question that waits for the sponsor's answer."""
    return await _page(request, tx, actor, inquiry_id)


@post(
    "/inquiries/{inquiry_id:uuid}/questions/{question_id:uuid}",
    opt={**may("question", "answer"), "form": True},
    status_code=303,
)
async def answer_question(
    request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId, question_id: Annotated[UUID, PathParameter()]
) -> Response[Any]:
    """Take the sponsor's answer; one that is empty or too long is shown again as it was typed."""
    answer = (await read_form(request)).get("answer", "")
    if not 0 < len(answer) <= _LONGEST_ANSWER:
        return await _page(request, tx, actor, inquiry_id, faulty=question_id, typed=answer, status_code=422)
    await questions.answer_question(tx, actor, question_id, answer)
    return go_to(f"/inquiries/{inquiry_id}/questions")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    *,
    faulty: UUID | None = None,
    typed: str = "",
    status_code: int = 200,
) -> Response[Any]:
    row = await read_inquiry(tx, actor, inquiry_id)
    put = await questions.read_sponsor_questions(tx, actor, inquiry_id)
    values = {
        "reference": row.reference,
        "inquiry_id": inquiry_id,
        "questions": put.items,
        "longest": _LONGEST_ANSWER,
        "faulty": faulty,
        "typed": typed,
        "address": f"/inquiries/{inquiry_id}/questions",
    }
    return render_page(request, "invitations/questions.html", values, status_code=status_code)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_questions, answer_question],
)
