"""The order of the queue: what needs doing now, and whose turn it is."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from trialport.inquiries.queue_models import QueueRow, WaitingFor
from trialport.inquiries.region_models import Priority
from trialport.inquiries.region_rules import priority_of
from trialport.inquiries.rules import working_days_left

# Overdue ones first (0), then working days left minus weight, promised day, and id, which is the order of receipt.
OrderKey = tuple[int, int, date, UUID]


class Placed(Struct, frozen=True, kw_only=True):
    """An open inquiry with what its place in the queue follows from."""

    row: QueueRow
    key: OrderKey
    days_left: int
    age_days: int
    waiting_for: WaitingFor
    priority: Priority | None

    @property
    def is_overdue(self) -> bool:
        """Tell whether its promised day has passed; while the clock stands still that is as it was then."""
        return self.key[0] == 0


def place(row: QueueRow, priorities: Sequence[Priority], now: datetime) -> Placed:
    """Work out where an inquiry stands; the clock of one that waits for its sponsor stands still."""
    zone = ZoneInfo(row.timezone)
    today = now.astimezone(zone).date()
    reckoned = today if row.paused_at is None else row.paused_at.astimezone(zone).date()
    left = working_days_left(row.promised_on, reckoned, row.country, row.quiet_periods)
    priority = priority_of(priorities, row.therapy_areas, today)
    weight = 0 if priority is None else priority.weight
    return Placed(
        row=row,
        key=(int(reckoned <= row.promised_on), left - weight, row.promised_on, row.inquiry_id),
        days_left=left,
        age_days=(today - row.submitted_at.astimezone(zone).date()).days,
        waiting_for=waiting_for(row),
        priority=priority,
    )


def waiting_for(row: QueueRow) -> WaitingFor:
    """Say whose turn it is: nobody's while the program is still at the assessment that triage begins with."""
    if row.state == "needs_information":
        return "sponsor"
    if row.state in ("submitted", "in_triage"):
        return "office" if row.is_assessed else "nobody"
    return "units" if row.waiting else "office"


def written_key(key: OrderKey) -> str:
    """Write a place in the queue as a cursor."""
    return ":".join((str(key[0]), str(key[1]), key[2].isoformat(), str(key[3])))


def read_key(written: str) -> OrderKey:
    """Read a cursor; raises ValueError for what is none."""
    overdue, days, promised_on, inquiry_id = written.split(":")
    return int(overdue), int(days), date.fromisoformat(promised_on), UUID(inquiry_id)
