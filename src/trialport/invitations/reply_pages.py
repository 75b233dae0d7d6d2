"""The collated reply as a page, for the sponsor and the office."""

from typing import Annotated

from litestar import Response, Router, get
from litestar.params import QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.edge import Tx
from trialport.core.pages import page_language, render_page
from trialport.inquiries.api import InquiryId
from trialport.inquiries.service import read_inquiry
from trialport.invitations.reply import read_reply
from trialport.invitations.reply_words import describe_reply

Version = Annotated[int | None, QueryParameter(name="version", ge=0, le=1000)]


@get("/inquiries/{inquiry_id:uuid}/reply", opt=may("inquiry", "read_reply"))
async def show_reply(
    request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId, of_version: Version = None
) -> Response[str]:
    """Show a version of the reply, or to the office what it would say now; with a PDF to download."""
    reply = await read_reply(tx, actor, inquiry_id, of_version)
    row = await read_inquiry(tx, actor, inquiry_id)
    language = page_language(request)
    values = {
        "document": describe_reply(reply, row.reference, language),
        "reply": reply,
        "pdf": f"/api/v1/inquiries/{inquiry_id}/reply.pdf?version={reply.version}&language={language}",
    }
    return render_page(request, "invitations/reply.html", values)


router = Router(path="/", include_in_schema=False, route_handlers=[show_reply])
