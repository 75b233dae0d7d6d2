"""The questions put to a sponsor, as a page on which she answers."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.edge import Tx
from trialport.core.errors import BadInput
from trialport.core.pages import render_page
from trialport.inquiries.api import InquiryId
from trialport.inquiries.service import read_inquiry
from trialport.invitations import questions

_LONGEST_ANSWER = 1000


@get("/inquiries/{inquiry_id:uuid}/questions", opt=may("inquiry", "read_reply"))
async def show_questions(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show what units ask, and a form for each question that waits for the sponsor's answer."""
    row = await read_inquiry(tx, actor, inquiry_id)
    put = await questions.read_sponsor_questions(tx, actor, inquiry_id)
    values = {"reference": row.reference, "inquiry_id": inquiry_id, "questions": put.items, "longest": _LONGEST_ANSWER}
    return render_page(request, "invitations/questions.html", values)


@post(
    "/inquiries/{inquiry_id:uuid}/questions/{question_id:uuid}",
    opt={**may("question", "answer"), "form": True},
    status_code=303,
)
async def answer_question(
    request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId, question_id: Annotated[UUID, PathParameter()]
) -> Response[None]:
    """Take the sponsor's answer."""
    answer = (await read_form(request)).get("answer", "").strip()
    if not 0 < len(answer) <= _LONGEST_ANSWER:
        raise BadInput.at("answer", f"Write an answer of at most {_LONGEST_ANSWER} characters.")
    await questions.answer_question(tx, actor, question_id, answer)
    return go_to(f"/inquiries/{inquiry_id}/questions")


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_questions, answer_question],
)
