"""What a unit will read, shown beforehand to the sponsor and the office."""

from litestar import Router, get

from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.core.edge import Tx
from trialport.inquiries import service
from trialport.inquiries.api import InquiryId
from trialport.inquiries.teaser import make_teaser
from trialport.inquiries.teaser_models import InquiryTeaser


@get(
    "/inquiries/{inquiry_id:uuid}/teaser",
    opt=may("inquiry", "read_teaser"),
    summary="Preview what a unit reads of an inquiry",
    description="Exactly what a unit is sent before confidential fields are opened: no confidential field, fixed or "
    "added by the sponsor, no person, no money, and nobody else who is asked.",
)
async def preview_teaser(tx: Tx, actor: Caller, inquiry_id: InquiryId) -> InquiryTeaser:
    row = await service.read_inquiry(tx, actor, inquiry_id)
    service.require_command(actor, row, "read_teaser")
    return make_teaser(row)


router = Router(path="/", tags=["inquiries"], route_handlers=[preview_teaser])
