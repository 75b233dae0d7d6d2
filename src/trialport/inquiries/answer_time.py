"""How long a region takes to reply: what it promises, and what was measured."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from trialport.core.db import Transaction, as_system
from trialport.inquiries import rules
from trialport.inquiries.answer_time_queries import select_replied
from trialport.units.models import RegionDetail

MEASURED_OVER = timedelta(days=365)
# Of fewer replies a percentile would say nothing, and tell of single inquiries.
FEWEST_REPLIES = 5


class AnswerTime(Struct, frozen=True, kw_only=True):
    """Working days from submission to the first reply; None while there are too few replies to say."""

    promised: int
    p50: int | None = None
    p90: int | None = None


async def read_answer_time(tx: Transaction, region: RegionDetail) -> AnswerTime:
    """Measure the replies of the last twelve months, by the calendar of the region's country."""
    async with as_system(tx.connection):
        replied = await select_replied(tx.connection, region_id=region.region_id, since=tx.now - MEASURED_OVER)
    promised = region.promised_working_days
    if len(replied) < FEWEST_REPLIES:
        return AnswerTime(promised=promised)
    zone, country = ZoneInfo(region.timezone), region.country
    days = [
        rules.working_days_left(
            one.replied_at.astimezone(zone).date(), one.submitted_at.astimezone(zone).date(), country
        )
        for one in replied
    ]
    return AnswerTime(promised=promised, p50=rules.percentile(days, 0.5), p90=rules.percentile(days, 0.9))
