"""Telling a ranking to people: from the stored values of a criterion to a sentence.

Only what a criterion holds is used, so an assessment made last year is told from its own figures, in any
language that has a `Wording`.
"""

import re
from collections.abc import Mapping
from functools import cache

from trialport.core.language import Language
from trialport.matching.models import (
    Candidate,
    CandidateDetail,
    Criterion,
    CriterionDetail,
    CriterionName,
    Exclusion,
    ExclusionDetail,
    ExclusionReason,
    UnitReference,
    Value,
)
from trialport.matching.sentences import ENGLISH, Wording
from trialport.matching.sentences_da import DANISH
from trialport.matching.sentences_sv import SWEDISH

WORDINGS: dict[Language, Wording] = {"en": ENGLISH, "sv": SWEDISH, "da": DANISH}

# A list is told up to here, then counted; a unit may have named fifty indications.
MOST_LISTED = 6
PLAIN = "{value}"
_OPTIONAL_PART = re.compile(r"\[([^\]]*)\]")
_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_PHASE_CRITERIA: tuple[CriterionName, ...] = ("phase", "experience")


def sentence(criterion: Criterion, wording: Wording = ENGLISH) -> str:
    """Tell the comparison in one sentence that a trial office understands."""
    cases = wording.sentences[criterion.name, criterion.state]
    told = _filled(cases[criterion.case], _values(criterion), criterion.name, wording)
    return told[:1].upper() + told[1:]


def wanted_text(criterion: Criterion, wording: Wording = ENGLISH) -> str | None:
    """Tell what the inquiry asks; None where it does not say."""
    return _told(criterion, criterion.wanted, wording.wanted.get(criterion.name, PLAIN), wording)


def offered_text(criterion: Criterion, wording: Wording = ENGLISH) -> str | None:
    """Tell what the unit says; None where it is not known."""
    return _told(criterion, criterion.offered, wording.offered.get(criterion.name, PLAIN), wording)


def exclusion_sentence(reason: ExclusionReason, wording: Wording = ENGLISH) -> str:
    """Tell why a capacity was left out."""
    return wording.exclusions[reason]


def candidate_detail(candidate: Candidate, wording: Wording = ENGLISH) -> CandidateDetail:
    """Tell a candidate as the API does."""
    return CandidateDetail(
        rank=candidate.rank,
        score=candidate.score,
        unit=_unit_reference(candidate),
        therapy_area=candidate.therapy_area,
        stale=candidate.stale,
        criteria=tuple(criterion_detail(criterion, wording) for criterion in candidate.criteria),
    )


def criterion_detail(criterion: Criterion, wording: Wording = ENGLISH) -> CriterionDetail:
    """Tell a criterion as the API does."""
    return CriterionDetail(
        name=criterion.name,
        state=criterion.state,
        weight=criterion.weight,
        wanted=wanted_text(criterion, wording),
        offered=offered_text(criterion, wording),
        sentence=sentence(criterion, wording),
    )


def exclusion_detail(exclusion: Exclusion, wording: Wording = ENGLISH) -> ExclusionDetail:
    """Tell an exclusion as the API does."""
    return ExclusionDetail(
        unit=_unit_reference(exclusion),
        therapy_area=exclusion.therapy_area,
        reason=exclusion.reason,
        sentence=exclusion_sentence(exclusion.reason, wording),
    )


def _unit_reference(found: Candidate | Exclusion) -> UnitReference:
    return UnitReference(unit_id=found.unit_id, name=found.unit_name, kind=found.unit_kind, site=found.site_name)


def _told(criterion: Criterion, value: Value, template: str, wording: Wording) -> str | None:
    return None if value is None else _filled(template, {"value": value}, criterion.name, wording)


def _values(criterion: Criterion) -> dict[str, Value]:
    """Collect every value that a sentence of this criterion may name."""
    wanted, offered = criterion.wanted, criterion.offered
    values = {**criterion.facts, "wanted": wanted, "offered": offered}
    if isinstance(wanted, list):
        stated = offered if isinstance(offered, list) else []
        values["covered"] = [code for code in wanted if code in stated]
        values["missing"] = [code for code in wanted if code not in stated]
    return values


def _filled(template: str, values: Mapping[str, Value], name: CriterionName, wording: Wording) -> str:
    """Fill the template, leaving out the bracketed parts that lack a value."""
    told: list[str] = []
    for is_optional, start, places in _parts(template):
        part = [start]
        for value, unit, rest in places:
            text = _text(values.get(value), unit, name, wording)
            if not text and is_optional:
                break
            part += text, rest
        else:
            told += part
    return "".join(told)


@cache
def _parts(template: str) -> tuple[tuple[bool, str, tuple[tuple[str, str, str], ...]], ...]:
    """Take a template apart: whether a part may be left out, its first words, then each value with what follows it."""
    found = []
    # A pattern with one group leaves what it found at every other place.
    for number, part in enumerate(_OPTIONAL_PART.split(template)):
        start, *rest = _PLACE.split(part)
        places = tuple(zip(rest[0::3], (unit or "" for unit in rest[1::3]), rest[2::3], strict=True))
        found.append((number % 2 == 1, start, places))
    return tuple(found)


def _text(value: Value, unit: str, name: CriterionName, wording: Wording) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return _listed([_item(item, name, wording) for item in value], wording)
    if isinstance(value, str):
        return _code(value, name, wording)
    return _counted(value, unit, wording) if unit else str(value).replace(".", wording.decimal_mark)


def _item(item: str, name: CriterionName, wording: Wording) -> str:
    """Tell one item of a list: a unit's own words as they are, hours of a role counted, codes spelled out."""
    role, _, hours = item.partition(" ")
    if not hours:
        return _code(item, name, wording)
    return _counted(float(hours), role, wording) if name == "staff_hours" else item


def _code(code: str, name: CriterionName, wording: Wording) -> str:
    if name in _PHASE_CRITERIA and code in wording.phases:
        return wording.phases[code]
    return wording.codes.get(code, code.replace("_", " "))


def _counted(value: float, unit: str, wording: Wording) -> str:
    one, many = wording.counted[unit]
    return (one if value == 1 else many).format(f"{value:g}".replace(".", wording.decimal_mark))


def _listed(texts: list[str], wording: Wording) -> str:
    if len(texts) > MOST_LISTED:
        texts = [*texts[:MOST_LISTED], wording.more_of_list.format(len(texts) - MOST_LISTED)]
    *first, last = texts or [""]
    return f"{', '.join(first)}{wording.last_of_list}{last}" if first else last
