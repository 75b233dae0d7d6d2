"""The sponsor's questionnaire over JSON, and the files that are held back until a yes."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter
from litestar.response import Stream

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.downloads import DISPOSITION, download_headers
from trialport.core.edge import Tx, TxOpener
from trialport.core.fields import EXAMPLE_UUID
from trialport.inquiries.api import InquiryId
from trialport.inquiries.attachment_api import Files
from trialport.invitations import questionnaire, release
from trialport.invitations.api import InvitationId
from trialport.invitations.questionnaire_models import (
    QuestionnaireCreate,
    QuestionnaireDetail,
    QuestionnaireFill,
    QuestionnaireForUnit,
    UnitFiles,
)

FileId = Annotated[
    UUID, PathParameter(description="Identifier of the attachment.", examples=[Example(value=EXAMPLE_UUID)])
]


@post(
    "/inquiries/{inquiry_id:uuid}/questionnaire",
    opt={**may("questionnaire", "change"), "errors": (409, 412)},
    status_code=201,
    summary="Set the questions to units that say yes",
    description="A new list replaces the one before. Units read it after a yes that their head has approved.",
)
async def set_questionnaire(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, data: JSONBody[QuestionnaireCreate]
) -> QuestionnaireDetail:
    return await questionnaire.set_questionnaire(tx, actor, inquiry_id, data)


@get(
    "/inquiries/{inquiry_id:uuid}/questionnaire",
    opt=may("questionnaire", "read"),
    summary="Read the questionnaire and the approved answers of units that said yes",
)
async def read_questionnaire(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> QuestionnaireDetail:
    return await questionnaire.read_questionnaire(tx, actor, inquiry_id)


@get(
    "/invitations/{invitation_id:uuid}/questionnaire",
    opt={**may("questionnaire", "read_own"), "errors": (409,)},
    summary="Read the questions to your unit, with earlier answers that fit",
)
async def read_own_questionnaire(tx: Tx, actor: Caller, invitation_id: InvitationId) -> QuestionnaireForUnit:
    return await questionnaire.read_own_questionnaire(tx, actor, invitation_id)


@put(
    "/invitations/{invitation_id:uuid}/questionnaire",
    opt={**may("questionnaire", "fill"), "errors": (409,)},
    summary="Save or approve your unit's answers",
    description="The head of unit approves. Approved answers are kept and offered to your unit the next time.",
)
async def fill_questionnaire(
    tx: Tx, actor: Caller, invitation_id: InvitationId, data: JSONBody[QuestionnaireFill]
) -> QuestionnaireForUnit:
    return await questionnaire.fill_questionnaire(tx, actor, invitation_id, data)


@get(
    "/invitations/{invitation_id:uuid}/attachments",
    opt={**may("invitation", "read"), "errors": (409,)},
    summary="List the sponsor's questionnaires as files, after a yes",
)
async def list_unit_files(tx: Tx, actor: Caller, invitation_id: InvitationId) -> UnitFiles:
    return UnitFiles(items=await release.list_unit_files(tx, actor, invitation_id))


@get(
    "/invitations/{invitation_id:uuid}/attachments/{attachment_id:uuid}",
    opt={**may("invitation", "read"), "errors": (409,)},
    media_type="application/octet-stream",
    response_headers=[DISPOSITION],
    summary="Download a questionnaire, after a yes",
)
async def download_unit_file(
    actor: Caller, open_transaction: TxOpener, files: Files, invitation_id: InvitationId, attachment_id: FileId
) -> Stream:
    row, chunks = await release.open_unit_file(open_transaction, files, actor, invitation_id, attachment_id)
    headers = {"Content-Length": str(row.size_bytes), **download_headers(row.file_name)}
    return Stream(chunks, media_type="application/octet-stream", headers=headers)


router = Router(
    path="/",
    tags=["questionnaires"],
    route_handlers=[
        set_questionnaire,
        read_questionnaire,
        read_own_questionnaire,
        fill_questionnaire,
        list_unit_files,
        download_unit_file,
    ],
)
