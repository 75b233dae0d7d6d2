"""When an invitation's reminders fall due: in working hours of the region, so that each reaches people there.

Half and nine tenths of the time to answer are of its working time: no night, no weekend, no public holiday and no quiet
period of the region takes part of it. What follows the last day follows on working mornings.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.rules import is_working_day, promised_on

ReminderStep = Literal["half", "nearly", "overdue", "head", "office"]
# Shares of the time to answer (domain, section 6), then working days after the last one.
_SHARES: tuple[tuple[ReminderStep, float], ...] = (("half", 0.5), ("nearly", 0.9))
_WORKING_DAYS_AFTER: tuple[tuple[ReminderStep, int], ...] = (("overdue", 1), ("head", 3), ("office", 5))
# Between which hours people read what is sent to them.
_MORNING, _EVENING = time(8), time(17)

Span = tuple[datetime, datetime]


def ladder(
    invited_at: datetime, due_on: date, timezone: str, country: str, quiet: Sequence[QuietPeriod] = ()
) -> dict[ReminderStep, datetime]:
    """Return when each reminder of an invitation is due (UTC).

    Where the office has named a last day within a quiet period, that period counts: it wants the answer then.
    """
    counted = () if any(period.holds(due_on) for period in quiet) else quiet
    zone = ZoneInfo(timezone)
    steps = {
        step: datetime.combine(promised_on(due_on, days, country, counted), _MORNING, zone).astimezone(UTC)
        for step, days in _WORKING_DAYS_AFTER
    }
    spans = list(_working_hours(invited_at, due_on, zone, country, counted))
    # Who is given no working hour at all is reminded when the day is over.
    before = {step: _moment(spans, share) or steps["overdue"] for step, share in _SHARES}
    return before | steps


def _working_hours(
    begun: datetime, due_on: date, zone: ZoneInfo, country: str, quiet: Sequence[QuietPeriod]
) -> Iterator[Span]:
    """Find the working hours (UTC) from a moment to the end of a day."""
    day = begun.astimezone(zone).date()
    while day <= due_on:
        if is_working_day(day, country, quiet):
            first, last = (datetime.combine(day, hour, zone).astimezone(UTC) for hour in (_MORNING, _EVENING))
            if last > begun:
                yield max(first, begun), last
        day += timedelta(days=1)


def _moment(spans: Sequence[Span], share: float) -> datetime | None:
    """Return the moment at which this share of the time has passed; None where there is no time."""
    left = share * sum((last - first for first, last in spans), timedelta())
    for first, last in spans:
        if left <= last - first:
            return first + left
        left -= last - first
    return None
