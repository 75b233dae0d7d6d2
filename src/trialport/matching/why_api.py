"""Why a unit stands where it stands, over JSON."""

from litestar import Router, get

from trialport.accounts.guards import Caller
from trialport.core.edge import Tx, ViewerLanguage
from trialport.inquiries.api import InquiryId
from trialport.matching import explain_why, why_service
from trialport.matching.api import CANDIDATE_READERS
from trialport.matching.why_models import UnitExplanation
from trialport.units.api import UnitId


@get(
    "/inquiries/{inquiry_id:uuid}/candidates/{unit_id:uuid}",
    opt={**CANDIDATE_READERS, "errors": (409,)},
    summary="Explain a unit's place in the newest assessment",
    description="Every point with its share of the score, what the unit one place ahead has more of, and the place "
    "the unit would get if a point that is not met were; of a capacity left out, the reason and what would let it in.",
)
async def explain_candidate(
    tx: Tx, actor: Caller, language: ViewerLanguage, inquiry_id: InquiryId, unit_id: UnitId
) -> UnitExplanation:
    candidates, excluded = await why_service.explain_candidate(tx, actor, inquiry_id, unit_id)
    left_out = [explain_why.stored_exclusion_explanation(one, language) for one in excluded]
    return explain_why.unit_explanation(candidates, left_out, language)


router = Router(path="/", tags=["matching"], route_handlers=[explain_candidate])
