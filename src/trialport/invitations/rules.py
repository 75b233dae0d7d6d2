"""Rules of invitations: when an answer is due, what an answer needs, what the reply says."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trialport.core.errors import FieldError
from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.rules import promised_on
from trialport.invitations.models import Answer, Approval, EoiCreate
from trialport.invitations.reply_models import ReplyContent, UnitAnswer

# Working days that a unit has by default.
WORKING_DAYS_TO_ANSWER = 5
# The longest that units may be given, for a promise to the sponsor that can be kept (days).
LONGEST_DAYS = 60

# States of an inquiry in which its units may answer, change their answers and sign them off.
TAKES_ANSWERS = ("inviting", "collating", "replied")


def due_by_default(
    today: date, country: str, working_days: int = WORKING_DAYS_TO_ANSWER, quiet: Sequence[QuietPeriod] = ()
) -> date:
    """Return the last day to answer where the office names none; a region's quiet periods do not count."""
    return promised_on(today, working_days, country, quiet)


def check_due_on(due_on: date, today: date) -> list[FieldError]:
    """Find what is wrong with a last day to answer."""
    if due_on <= today:
        return [FieldError("due_on", "The last day to answer lies before tomorrow. Give a later one.")]
    if due_on > today + timedelta(days=LONGEST_DAYS):
        return [FieldError("due_on", f"Units get at most {LONGEST_DAYS} days. Give an earlier day.")]
    return []


def is_late(answered_at: datetime, due_on: date, timezone: str) -> bool:
    """Tell whether an answer came after the last day, by the region's clock."""
    return answered_at.astimezone(ZoneInfo(timezone)).date() > due_on


def check_answer(eoi: EoiCreate) -> list[FieldError]:
    """Find what an answer lacks or has too much of; each finding says what to do."""
    found = []
    needed = {
        "yes_if": ("conditions", bool(eoi.conditions), "Say what is missing."),
        "later": ("later_from", eoi.later_from is not None, "Say from when the unit could."),
        "no": ("reasons", bool(eoi.reasons), "Give at least one reason."),
    }
    for answer, (field, given, message) in needed.items():
        if eoi.answer == answer and not given:
            found.append(FieldError(field, message))
        if eoi.answer != answer and given:
            found.append(FieldError(field, f"This belongs to the answer `{answer}`. Leave it out."))
    if eoi.asks_id is not None and eoi.answer != "not_me":
        found.append(FieldError("asks_id", "This belongs to the answer `not_me`. Leave it out."))
    if eoi.answer in ("yes", "yes_if") and eoi.participants is None:
        found.append(FieldError("participants", "Say how many participants are realistic."))
    if eoi.participants is not None and eoi.participants_basis is None:
        found.append(FieldError("participants_basis", "Say what the number rests on."))
    if eoi.role is not None and eoi.answer not in ("yes", "yes_if"):
        found.append(FieldError("role", "A role belongs to a yes. Leave it out."))
    for field in ("conditions", "reasons"):
        values = getattr(eoi, field)
        if len(set(values)) != len(values):
            found.append(FieldError(field, "A value stands twice. Name each once."))
    return found


def is_binding(answer: Answer, approval: Approval | None, *, is_filled: bool = False) -> bool:
    """Tell whether an answer counts as a firm yes, for which capacity is kept.

    It does once the head of unit has approved it, or where no head can be asked; a `yes_if` also needs its
    condition filled (domain, section 6: head-of-unit sign-off before a yes counts).
    """
    return (answer == "yes" or (answer == "yes_if" and is_filled)) and approval in ("approved", "no_head")


def collate(units: Sequence[UnitAnswer]) -> ReplyContent:
    """Put the answers of all units asked together; of `later` and `no` only the reasons count."""
    by_answer: dict[str, list[UnitAnswer]] = {}
    for unit in units:
        by_answer.setdefault(_counts_as(unit), []).append(unit)
    sure, conditional = by_answer.get("yes", []), by_answer.get("yes_if", [])
    silent = by_answer.get("no_answer", [])
    starts = [unit.earliest_start for unit in (*sure, *conditional) if unit.earliest_start is not None]
    return ReplyContent(
        asked=len(units),
        answered=len(units) - len(silent),
        yes=len(sure),
        conditional=len(conditional),
        no=len(by_answer.get("no", [])) + len(by_answer.get("later", [])),
        silent=len(silent),
        participants_sure=_participants(sure),
        participants_at_most=_participants((*sure, *conditional)),
        earliest_start=min(starts, default=None),
        units=tuple(units),
    )


def _counts_as(unit: UnitAnswer) -> str:
    """Return as what an answer counts: a yes that the head has not approved is conditional, one she refused a no.

    A yes to what has changed since is one on the condition that it still stands.
    """
    if unit.answer in ("yes", "yes_if") and unit.approval == "refused":
        return "no"
    waits = unit.approval == "awaiting_head" or unit.before_change
    return "yes_if" if unit.answer == "yes" and waits else unit.answer


def _participants(units: Iterable[UnitAnswer]) -> int:
    return sum(unit.participants or 0 for unit in units)
