"""Rules of the outcome: when the sponsor is reminded, and which dates can follow which."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from trialport.core.errors import FieldError
from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.rules import promised_on
from trialport.invitations.outcome_models import Milestone, MilestoneCreate, MilestoneKind

OutcomeStep = Literal["ahead", "due", "overdue", "office"]
# A sponsor gets so many working days after the reply, whatever it promised at the beginning.
LEAST_WORKING_DAYS = 5
# Reminded so many days ahead, then working days after the promised one.
_AHEAD = timedelta(days=7)
_WORKING_DAYS_AFTER: tuple[tuple[OutcomeStep, int], ...] = (("due", 1), ("overdue", 5), ("office", 10))
LONGEST = timedelta(days=366)
ORDER: tuple[MilestoneKind, ...] = ("started", "first_participant", "recruited")


def day_to_hold(promised: date, replied_on: date, country: str, quiet: Sequence[QuietPeriod] = ()) -> date:
    """Return the day a sponsor is held to: what it promised, but never sooner than some days after the reply."""
    return max(promised, promised_on(replied_on, LEAST_WORKING_DAYS, country, quiet))


def outcome_steps(
    now: datetime, promised: date, country: str, timezone: str, quiet: Sequence[QuietPeriod] = ()
) -> dict[OutcomeStep, datetime]:
    """Return when each step of the outcome's clock is due (UTC); one that lies in the past already is left out.

    The last one gives the matter to the office and lets go of what the units keep free.
    """

    def morning(day: date) -> datetime:
        return datetime.combine(day, time(8), ZoneInfo(timezone)).astimezone(UTC)

    steps: dict[OutcomeStep, datetime] = {"ahead": morning(promised - _AHEAD)}
    steps |= {step: morning(promised_on(promised, days, country, quiet)) for step, days in _WORKING_DAYS_AFTER}
    return {step: due_at for step, due_at in steps.items() if due_at > now}


def check_promise(promised: date, today: date) -> list[FieldError]:
    """Find what is wrong with a newly promised day."""
    if promised <= today:
        return [FieldError("promised_on", "This day lies before tomorrow. Give a day to come.")]
    if promised > today + LONGEST:
        return [FieldError("promised_on", "This day is more than a year ahead. Give an earlier one.")]
    return []


def check_milestone(
    told: MilestoneCreate, before: Iterable[Milestone], decided_on: date, today: date
) -> list[FieldError]:
    """Find what does not fit: a date to come, or one out of the order start, first participant, recruited."""
    found = []
    if told.happened_on > today:
        found.append(FieldError("happened_on", "This day is still to come. Tell it when it has happened."))
    if (told.kind == "recruited") != (told.participants is not None):
        found.append(FieldError("participants", "Say how many were recruited, with `recruited` and only there."))
    known: Mapping[MilestoneKind, date] = {
        one.kind: one.happened_on for one in before if one.unit_id == told.unit_id and one.kind != told.kind
    }
    at = ORDER.index(told.kind)
    if any(kind in known and known[kind] > told.happened_on for kind in ORDER[:at]):
        found.append(FieldError("happened_on", "This lies before what comes before it. Correct one of the two."))
    if any(kind in known and known[kind] < told.happened_on for kind in ORDER[at + 1 :]):
        found.append(FieldError("happened_on", "This lies after what comes after it. Correct one of the two."))
    # A unit may begin before the sponsor tells its decision, but not before it is asked; a year is a slip of the pen.
    if told.happened_on < decided_on - LONGEST:
        found.append(FieldError("happened_on", "This lies more than a year before the decision. Correct the day."))
    return found
