"""Units' questions to the sponsor over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import AppSettings, Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.inquiries.api import InquiryId
from trialport.invitations import questions
from trialport.invitations.api import InvitationId
from trialport.invitations.questions_models import (
    OfficeQuestions,
    QuestionAnswer,
    QuestionCreate,
    QuestionDismiss,
    QuestionForOffice,
    QuestionForSponsor,
    QuestionForward,
    QuestionShare,
    SponsorQuestions,
    UnitQuestions,
)

QuestionId = Annotated[
    UUID, PathParameter(description="Identifier of the question.", examples=[Example(value=EXAMPLE_UUID)])
]
OfInquiry = Annotated[
    UUID | None,
    QueryParameter(name="inquiry_id", description="Of one inquiry only.", examples=[Example(value=EXAMPLE_UUID)]),
]


@post(
    "/invitations/{invitation_id:uuid}/questions",
    opt={**may("question", "ask"), "errors": (409,)},
    status_code=201,
    summary="Ask the sponsor something",
    description="The office puts it to the sponsor, who does not learn which unit asks. Asking the same twice is once.",
)
async def ask_question(
    tx: Tx, actor: Caller, invitation_id: InvitationId, data: JSONBody[QuestionCreate]
) -> UnitQuestions:
    return UnitQuestions(items=await questions.ask_question(tx, actor, invitation_id, data.text))


@get(
    "/invitations/{invitation_id:uuid}/questions",
    opt=may("invitation", "read"),
    summary="List your unit's questions and the answers shared with all",
)
async def list_unit_questions(tx: Tx, actor: Caller, invitation_id: InvitationId) -> UnitQuestions:
    return UnitQuestions(items=await questions.read_unit_questions(tx, actor, invitation_id))


@get(
    "/inquiries/{inquiry_id:uuid}/questions",
    opt=may("inquiry", "read_reply"),
    summary="List the questions put to the sponsor",
)
async def list_sponsor_questions(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> SponsorQuestions:
    return await questions.read_sponsor_questions(tx, actor, inquiry_id)


@get("/questions", opt=may("question", "forward"), summary="List the questions of your region's units, newest first")
async def list_questions(tx: Tx, actor: Caller, of_inquiry: OfInquiry = None) -> OfficeQuestions:
    return await questions.list_questions(tx, actor, of_inquiry)


@post(
    "/questions/{question_id:uuid}/forward",
    opt={**may("question", "forward"), "errors": (409, 412)},
    status_code=200,
    summary="Put a unit's question to the sponsor",
)
async def forward_question(
    tx: Tx, settings: AppSettings, actor: Caller, question_id: QuestionId, data: JSONBody[QuestionForward]
) -> QuestionForOffice:
    return await questions.forward_question(tx, settings, actor, question_id, data.wording)


@post(
    "/questions/{question_id:uuid}/answer",
    opt={**may("question", "answer"), "errors": (409, 412)},
    status_code=200,
    summary="Answer a question, as the sponsor",
)
async def answer_question(
    tx: Tx, actor: Caller, question_id: QuestionId, data: JSONBody[QuestionAnswer]
) -> QuestionForSponsor:
    return await questions.answer_question(tx, actor, question_id, data.answer)


@post(
    "/questions/{question_id:uuid}/share",
    opt={**may("question", "share"), "errors": (409, 412)},
    status_code=200,
    summary="Share the sponsor's answer with the unit that asked or with all",
)
async def share_answer(
    tx: Tx, settings: AppSettings, actor: Caller, question_id: QuestionId, data: JSONBody[QuestionShare]
) -> QuestionForOffice:
    return await questions.share_answer(tx, settings, actor, question_id, data.share)


@post(
    "/questions/{question_id:uuid}/dismiss",
    opt={**may("question", "dismiss"), "errors": (409, 412)},
    status_code=200,
    summary="Leave a unit's question unasked",
    description="The unit that asked is told why.",
)
async def dismiss_question(
    tx: Tx, settings: AppSettings, actor: Caller, question_id: QuestionId, data: JSONBody[QuestionDismiss]
) -> QuestionForOffice:
    return await questions.dismiss_question(tx, settings, actor, question_id, data.reason)


router = Router(
    path="/",
    tags=["questions"],
    route_handlers=[
        ask_question,
        list_unit_questions,
        list_sponsor_questions,
        list_questions,
        forward_question,
        answer_question,
        share_answer,
        dismiss_question,
    ],
)
