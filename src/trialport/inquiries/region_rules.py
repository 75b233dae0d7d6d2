"""Rules of what a region sets for its triage."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from trialport.core.errors import FieldError
from trialport.inquiries.region_models import MOST_QUIET_DAYS, Priority, QuietPeriod

# A year with a 29 February, so that a yearly period may name it.
_LEAP_YEAR = 2028


def check_priorities(priorities: Sequence[Priority]) -> list[FieldError]:
    """Find what contradicts itself in a list of priorities."""
    found = []
    for at, one in enumerate(priorities):
        if one.from_day is not None and one.until_day is not None and one.until_day < one.from_day:
            found.append(FieldError(f"priorities[{at}].until_day", "It ends before it begins. Give a later day."))
        for other in priorities[:at]:
            if other.therapy_area == one.therapy_area and _overlap(one, other):
                found.append(
                    FieldError(f"priorities[{at}].therapy_area", "The area has two weights on one day. Give one.")
                )
                break
    return found


def _overlap(one: Priority, other: Priority) -> bool:
    first = max(one.from_day or date.min, other.from_day or date.min)
    return first <= min(one.until_day or date.max, other.until_day or date.max)


def check_quiet_periods(periods: Sequence[QuietPeriod]) -> list[FieldError]:
    """Find what is no day, what ends before it begins, and too much of it: some days of a year have to count."""
    found = [error for at, one in enumerate(periods) for error in _check_period(one, f"periods[{at}]")]
    if not found and (days := sum(_length(one) for one in periods)) > MOST_QUIET_DAYS:
        found.append(FieldError("periods", f"These are {days} days. Leave it at {MOST_QUIET_DAYS} in all."))
    return found


def _check_period(period: QuietPeriod, path: str) -> Iterator[FieldError]:
    if len(period.first_day) != len(period.last_day):
        yield FieldError(f"{path}.last_day", "Write both days with a year, or both without.")
        return
    days = {}
    for field, written in (("first_day", period.first_day), ("last_day", period.last_day)):
        try:
            days[field] = _day(written)
        except ValueError:
            yield FieldError(f"{path}.{field}", "There is no such day. Correct it.")
    if len(days) == len(("first", "last")) and not period.is_yearly and days["last_day"] < days["first_day"]:
        yield FieldError(f"{path}.last_day", "It ends before it begins. Give a later day.")


def _day(written: str) -> date:
    return date.fromisoformat(written if len(written) > len("MM-DD") else f"{_LEAP_YEAR}-{written}")


def _length(period: QuietPeriod) -> int:
    first, last = _day(period.first_day), _day(period.last_day)
    if last < first:
        last += timedelta(days=366)
    return (last - first).days + 1


def priority_of(priorities: Sequence[Priority], areas: Sequence[str], day: date) -> Priority | None:
    """Return the weightiest priority that an inquiry in these therapy areas has on a day."""
    fitting = [one for one in priorities if one.therapy_area in areas and one.counts_on(day)]
    return max(fitting, key=lambda one: one.weight, default=None)
