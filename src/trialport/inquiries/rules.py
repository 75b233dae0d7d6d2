"""Rules of the inquiry: who may do what when, what is confidential, when the reply is due."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays
import msgspec

from trialport.core.errors import FieldError
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.models import InquiryState, InquiryUpdate
from trialport.inquiries.region_models import QuietPeriod

_ADULT_FROM_YEARS = 18
_SATURDAY = 5

# The state that a command leads to; permissions.py says from which states it may be given.
MOVES: dict[str, InquiryState] = {
    "triage": "in_triage",
    "invite": "inviting",
    "collate": "collating",
    "reply": "replied",
    "close": "closed",
}

# Confidential whatever the sponsor says (fields marked C in the field list, and persons already contacted).
ALWAYS_CONFIDENTIAL = (
    "identity.protocol_number",
    "identity.synopsis",
    "product.name",
    "money.per_participant_budget",
    "placement.already_contacted",
)

# Without these no unit can tell whether it could take part, so they can never be confidential.
NEVER_CONFIDENTIAL = frozenset(
    {
        "identity.working_title",
        "kind.study_type",
        "kind.phase",
        "product.mechanism",
        "condition.indication",
        "numbers.participants_wanted",
        "numbers.planned_start",
        "who.sponsor_kind",
        "who.award_status",
    }
)


def confidential_paths(content: InquiryContent) -> tuple[str, ...]:
    """Return the paths of all confidential fields: the fixed ones and those the sponsor adds."""
    return (*ALWAYS_CONFIDENTIAL, *sorted({field.field for field in content.confidentiality.fields}))


def split_content(content: InquiryContent) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split a content into what may be shown to a unit and what is confidential, both as JSON-ready values."""
    shown: dict[str, Any] = msgspec.to_builtins(content)
    hidden: dict[str, Any] = {}
    for path in confidential_paths(content):
        group, _, field = path.partition(".")
        if field in shown.get(group, {}):
            hidden.setdefault(group, {})[field] = shown[group].pop(field)
    return shown, hidden


def join_content(shown: dict[str, Any], hidden: dict[str, Any]) -> InquiryContent:
    """Put the two parts of a content together again."""
    return msgspec.convert(
        {**shown, **{group: {**shown.get(group, {}), **fields} for group, fields in hidden.items()}},
        InquiryContent,
    )


def amend_content(content: InquiryContent, update: InquiryUpdate) -> InquiryContent:
    """Return the content with each group given replaced whole."""
    given = {name: value for name in update.__struct_fields__ if (value := getattr(update, name)) is not msgspec.UNSET}
    return msgspec.structs.replace(content, **given)


def changed_groups(before: InquiryContent, after: InquiryContent) -> tuple[str, ...]:
    """Name the groups that differ; values stay out, because this goes to the audit trail."""
    return tuple(name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name))


def check_content(content: InquiryContent, today: date, is_icd10: Callable[[str], bool]) -> list[FieldError]:
    """Find what contradicts itself; each finding names the field and what to do."""
    return [
        *_check_dates(content, today),
        *_check_population(content),
        *_check_placement(content),
        *_check_confidentiality(content),
        *(
            FieldError(f"condition.icd10_codes[{at}]", f"{code} is no ICD-10 code. Correct it or leave it out.")
            for at, code in enumerate(content.condition.icd10_codes)
            if not is_icd10(code)
        ),
    ]


def _check_dates(content: InquiryContent, today: date) -> Iterator[FieldError]:
    if content.numbers.planned_start < today:
        yield FieldError("numbers.planned_start", "The planned start lies in the past. Give a day to come.")
    if content.answer.outcome_promised_by < today:
        yield FieldError("answer.outcome_promised_by", "This day lies in the past. Give a day to come.")
    if content.answer.wanted_by is not None and content.answer.wanted_by < today:
        yield FieldError("answer.wanted_by", "This day lies in the past. Give a day to come or leave it out.")


def _check_population(content: InquiryContent) -> Iterator[FieldError]:
    population = content.population
    lowest, highest = population.age_from, population.age_to
    if lowest is not None and highest is not None and lowest > highest:
        yield FieldError("population.age_to", "The highest age is below the lowest. Exchange or correct them.")
    if content.kind.paediatric and lowest is not None and lowest >= _ADULT_FROM_YEARS:
        yield FieldError("kind.paediatric", "Children take part, but the lowest age is 18 or more.")


def _check_placement(content: InquiryContent) -> Iterator[FieldError]:
    placement = content.placement
    if set(placement.regions_wanted) & set(placement.regions_excluded):
        yield FieldError("placement.regions_excluded", "A region is both wanted and excluded. Choose one.")
    if set(placement.units_wanted) & set(placement.units_excluded):
        yield FieldError("placement.units_excluded", "A unit is both wanted and excluded. Choose one.")


def _check_confidentiality(content: InquiryContent) -> Iterator[FieldError]:
    known = _field_paths()
    for at, marked in enumerate(content.confidentiality.fields):
        path = f"confidentiality.fields[{at}].field"
        if marked.field in NEVER_CONFIDENTIAL:
            yield FieldError(path, f"{marked.field} is what units decide by and cannot be confidential.")
        elif marked.field not in known:
            yield FieldError(path, f"{marked.field} is no field of an inquiry that can be marked.")


@lru_cache(maxsize=1)
def _field_paths() -> frozenset[str]:
    """Return `group.field` for every optional field of every group."""
    return frozenset(
        f"{group.name}.{field.name}"
        for group in msgspec.structs.fields(InquiryContent)
        if isinstance(group.default, msgspec.Struct) or group.required
        if (struct := _struct_of(group.type)) is not None
        for field in msgspec.structs.fields(struct)
        if not field.required
    )


def _struct_of(annotation: Any) -> type[msgspec.Struct] | None:
    kind = getattr(annotation, "__origin__", annotation)
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


# Days that are no public holidays but count as such when a time limit is reckoned: in Sweden Midsummer Eve,
# Christmas Eve and New Year's Eve (Act 1930:173, section 2), in Denmark Constitution Day, 24 and 31 December
# (the Limitation Act, forældelsesloven, section 27(2)).
_COUNTED_AS_HOLIDAYS = {"SE": ("de_facto",)}
_ALSO_CLOSED = {"DK": frozenset({(6, 5), (12, 24), (12, 31)})}


def promised_on(received_on: date, working_days: int, country: str, quiet: Sequence[QuietPeriod] = ()) -> date:
    """Return the last of `working_days` working days after the day of receipt, by the country's calendar.

    Days in a quiet period of the region do not count.
    """
    day = received_on
    while working_days > 0:
        day += timedelta(days=1)
        if is_working_day(day, country, quiet):
            working_days -= 1
    return day


def working_days_left(last_day: date, today: date, country: str, quiet: Sequence[QuietPeriod] = ()) -> int:
    """Count the working days after today up to the last day; negative once it has passed."""
    first, last = sorted((last_day, today))
    count = sum(
        is_working_day(first + timedelta(days=number), country, quiet) for number in range(1, (last - first).days + 1)
    )
    return count if last_day >= today else -count


def promised_after_pause(
    promised: date, paused_on: date, today: date, country: str, quiet: Sequence[QuietPeriod] = ()
) -> tuple[date, int]:
    """Return the day promised once a pause ends, and how long it was (working days).

    The day moves by as many working days as the clock stood still, so that nobody loses or gains any.
    """
    waited = max(0, working_days_left(today, paused_on, country, quiet))
    return promised_on(promised, waited, country, quiet), waited


def is_working_day(day: date, country: str, quiet: Sequence[QuietPeriod] = ()) -> bool:
    """Tell whether a day counts when a time limit is reckoned."""
    return _is_open(day, country) and not any(period.holds(day) for period in quiet)


@lru_cache(maxsize=8192)
def _is_open(day: date, country: str) -> bool:
    return (
        day.weekday() < _SATURDAY
        and day not in _holidays(country)
        and (day.month, day.day) not in _ALSO_CLOSED.get(country, ())
    )


def percentile(values: Sequence[int], share: float) -> int:
    """Return the smallest value that at least this share of all (0 to 1) does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def markable_fields() -> frozenset[str]:
    """Return the fields, as `group.field`, that a sponsor may mark as confidential on top of the fixed ones."""
    return _field_paths() - NEVER_CONFIDENTIAL - frozenset(ALWAYS_CONFIDENTIAL)


@lru_cache(maxsize=8)
def _holidays(country: str) -> holidays.HolidayBase:
    # Swedish calendars of this package count Sundays as holidays; weekends are left out by weekday anyway.
    return holidays.country_holidays(country, categories=("public", *_COUNTED_AS_HOLIDAYS.get(country, ())))
