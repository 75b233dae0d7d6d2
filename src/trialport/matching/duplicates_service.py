"""Whether the same trial has been asked before; the office alone is told."""

from datetime import timedelta
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.inquiries import service as inquiry_service
from trialport.matching import duplicates_queries as queries
from trialport.matching.duplicates import similar
from trialport.matching.duplicates_models import SimilarInquiries, SimilarInquiry

_LOOKS_BACK = timedelta(days=730)
# More than a region has in that time (50 to 300 inquiries a year).
_MOST_COMPARED = 2000


async def find_similar(tx: Transaction, actor: Actor, inquiry_id: UUID) -> SimilarInquiries:
    """Return inquiries of the last 24 months in the same region that may be about the same trial."""
    row = await inquiry_service.read_inquiry(tx, actor, inquiry_id)
    inquiry_service.require_command(actor, row, "read_triage")
    prints = await queries.select_fingerprints(
        tx.connection,
        actor=actor,
        inquiry_id=inquiry_id,
        region_ids=row.region_ids,
        since=tx.now - _LOOKS_BACK,
        limit=_MOST_COMPARED,
    )
    own = next(one for one in prints if one.inquiry_id == inquiry_id)
    others = [one for one in prints if one.inquiry_id != inquiry_id]
    return SimilarInquiries(
        items=tuple(
            SimilarInquiry(
                inquiry_id=other.inquiry_id,
                reference=other.reference,
                state=other.state,
                submitted_at=other.submitted_at,
                sponsor_name=other.sponsor_name,
                working_title=other.working_title,
                likeness=found.points,
                is_certain=found.is_certain,
                reasons=found.reasons,
            )
            for other, found in similar(own, others)
        )
    )
