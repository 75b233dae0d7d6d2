"""The collated reply over JSON and as a PDF."""

import asyncio
import re
from typing import Annotated

from litestar import Response, Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, QueryParameter
from msgspec.structs import replace

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.downloads import DISPOSITION, InLanguage, pdf_response
from trialport.core.edge import ETAG, AppSettings, IfMatch, Tx
from trialport.core.errors import Changed
from trialport.core.pages import document_language
from trialport.core.typesetting import to_pdf
from trialport.inquiries.api import InquiryId
from trialport.invitations import reply
from trialport.invitations.reply_document import read_reply_document
from trialport.invitations.reply_models import ReplyCreate, ReplyDetail

OfVersion = Annotated[
    int | None,
    QueryParameter(
        name="version",
        description="Version of the reply; 0 for what it would say now. The newest one sent by default.",
        examples=[Example(value=1)],
        ge=0,
        le=1000,
    ),
]


@get(
    "/inquiries/{inquiry_id:uuid}/reply",
    opt={**may("inquiry", "read_reply"), "errors": (409,)},
    response_headers=[ETAG],
    summary="Read the collated reply",
    description="For an office also before it is sent: what it would say now, with version 0.",
)
async def read_reply(
    tx: Tx, actor: Caller, inquiry_id: InquiryId, of_version: OfVersion = None
) -> Response[ReplyDetail]:
    return _response(await reply.read_reply(tx, actor, inquiry_id, of_version))


@get(
    "/inquiries/{inquiry_id:uuid}/reply.pdf",
    opt={**may("inquiry", "read_reply"), "errors": (409, 413)},
    media_type="application/pdf",
    response_headers=[DISPOSITION],
    summary="Download the collated reply as an accessible PDF",
)
async def download_reply(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    inquiry_id: InquiryId,
    of_version: OfVersion = None,
    in_language: InLanguage = None,
) -> Response[bytes]:
    language = document_language(request, in_language)
    document, name = await read_reply_document(tx, actor, inquiry_id, of_version, language)
    return pdf_response(await asyncio.to_thread(to_pdf, document, tx.now), name)


@post(
    "/inquiries/{inquiry_id:uuid}/reply",
    opt={**may("inquiry", "reply"), "errors": (409, 412)},
    status_code=201,
    response_headers=[ETAG],
    summary="Send the collated reply, or a corrected one",
    description="Send the preview's `content_hash`, in the body or as If-Match, and what you read is what is sent. "
    "While the inquiry is `replied`, the same sends the next version, which replaces the one before.",
)
async def send_reply(
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    inquiry_id: InquiryId,
    data: JSONBody[ReplyCreate],
    if_match: IfMatch = None,
) -> Response[ReplyDetail]:
    sent = await reply.send_reply(tx, settings, actor, inquiry_id, _expecting(data, if_match))
    return _response(sent, 201)


def _expecting(data: ReplyCreate, if_match: str | None) -> ReplyCreate:
    """Let If-Match stand for the hash in the body; the body's own goes first."""
    if if_match is None or if_match.strip() == "*" or data.expected_content_hash is not None:
        return data
    found = re.fullmatch(r'"([0-9a-f]{64})"', if_match.strip())
    if found is None:
        raise Changed("If-Match names no reply that was previewed. Read the preview and send its ETag.")
    return replace(data, expected_content_hash=found[1])


def _response(shown: ReplyDetail, status_code: int = 200) -> Response[ReplyDetail]:
    return Response(shown, status_code=status_code, headers={"ETag": f'"{shown.content_hash}"'})


router = Router(path="/", tags=["invitations"], route_handlers=[read_reply, download_reply, send_reply])
