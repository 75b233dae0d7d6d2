"""The draft of a site-suitability statement as a PDF."""

import asyncio

from litestar import Response, Router, get

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.downloads import DISPOSITION, InLanguage, pdf_response
from trialport.core.edge import Tx
from trialport.core.pages import document_language
from trialport.core.typesetting import to_pdf
from trialport.invitations.api import InvitationId
from trialport.invitations.suitability import draft_suitability


@get(
    "/invitations/{invitation_id:uuid}/suitability.pdf",
    opt={**may("invitation", "draft_suitability"), "errors": (409,)},
    media_type="application/pdf",
    response_headers=[DISPOSITION],
    summary="Download a draft of the site-suitability statement, after a yes",
    description="From unit and capacity data, with gaps marked; a draft that is not signed (EU CTR, Annex I, 67).",
)
async def download_suitability(
    request: PageRequest, tx: Tx, actor: Caller, invitation_id: InvitationId, in_language: InLanguage = None
) -> Response[bytes]:
    language = document_language(request, in_language)
    document, name = await draft_suitability(tx, actor, invitation_id, language)
    return pdf_response(await asyncio.to_thread(to_pdf, document, tx.now), name)


router = Router(path="/", tags=["invitations"], route_handlers=[download_suitability])
