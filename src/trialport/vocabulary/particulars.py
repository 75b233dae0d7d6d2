"""What a text states besides conditions: phase, study type, ages, participants, line of therapy, setting, DCT.

Wordings are data (`particulars.tsv`), found by their stems, the longest first; numbers are patterns. What is
denied or excluded ("no home visits") is not stated.
"""

import functools
import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from trialport.vocabulary.codes import AGE_GROUP_FROM_YEARS, AGE_GROUPS
from trialport.vocabulary.models import Assertion, Stated, StatedKind
from trialport.vocabulary.normalise import ANNOUNCED, Token, tokens_of
from trialport.vocabulary.sources import DATA, read_particulars

MAX_STATED = 60
# Patterns look at the beginning of a text only: a synopsis is at most 20,000 characters.
MAX_SEARCHED = 20_000
NO_UPPER_AGE = 121

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_PHASES = {("1", "2"): "1_2", ("2", "3"): "2_3", ("0", "1"): "early_1"}
_PHASE = re.compile(
    r"\b(?:phase|fase|fas)\s*-?\s*(iv|i{1,3}|[0-4])[abc]?\b"
    r"(?:\s*(?:/|-|\u2013|and|och|og|to|till|til)\s*(?:phase|fase|fas)?\s*(iv|i{1,3}|[1-4])[abc]?\b)?",
    re.IGNORECASE,
)
_YEARS = (
    r"(?:years?(?:\s+(?:of\s+age|old))?|yrs?|y/o|\u00e5r(?:s\s+\u00e5lder)?|\u00e5rige|\u00e5riga|\u00e5ring(?:ar)?)"
)
_AGE_RANGE = re.compile(
    r"(?<![\d.,])(\d{1,3})\s*(?:-|\u2013|\u2014|to|and|till|til|och|og|upp\s+till)\s*([<\u2264]?)\s*(\d{1,3})(?:\s*|-)"
    + _YEARS
    + r"\b",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"\b(?:aged?|ages|\u00e5lder|\u00e5ldern|alder|alderen|aldersgruppen)\s+(?:between\s+|mellan\s+|mellem\s+|from\s+|fr\u00e5n\s+|fra\s+)?"
    r"(\d{1,3})\s*(?:-|\u2013|\u2014|to|and|till|til|och|og)\s*([<\u2264]?)\s*(\d{1,3})\b",
    re.IGNORECASE,
)
_AGE_FROM = re.compile(
    r"(?:(?:\u2265|>=|>|at\s+least|minst|mindst|over|\u00f6ver|older\s+than|\u00e4ldre\s+\u00e4n|\u00e6ldre\s+end|fr\u00e5n|fra)\s*(\d{1,3})(?:\s*|-)"
    + _YEARS
    + r"\b|(?<![\d.,])(\d{1,3})\s*"
    + _YEARS
    + r"\s+(?:and\s+(?:older|over|above)|or\s+older|(?:och|eller)\s+\u00e4ldre|og\s+\u00e6ldre|(?:og|eller)\s+derover)"
    r"|\b(?:aged?|age)\s*(?:\u2265|>=|>|over|at\s+least)\s*(\d{1,3})\b|(?<![\w.])(?:over|\u00f6ver)\s+(18)\b)",
    re.IGNORECASE,
)
_AGE_TO = re.compile(
    r"(?:<|\u2264|<=|under|below|younger\s+than|up\s+to|yngre\s+\u00e4n|yngre\s+end|upp\s+till|op\s+til|h\u00f6gst|h\u00f8jst)\s*(\d{1,3})(?:\s*|-)"
    + _YEARS
    + r"\b",
    re.IGNORECASE,
)
_NUMBER = r"(\d{1,3}(?:[ .,\u00a0\u202f]\d{3})+|\d{1,6})"
_PEOPLE = (
    r"(?:participants?|patients?|subjects?|people|persons?|adults?|children|volunteers|women|men|individuals"
    r"|deltagare|patienter|personer|f\u00f6rs\u00f6kspersoner|barn|vuxna|kvinnor|m\u00e4n|individer"
    r"|deltagere|fors\u00f8gspersoner|b\u00f8rn|voksne|kvinder|m\u00e6nd)"
)
_PARTICIPANTS = re.compile(
    r"\b[nN]\s*=\s*" + _NUMBER + r"(?![\d%])|(?<![\w.,=])" + _NUMBER + r"\s+(?:[^\W\d]+[\s-]+){0,2}?" + _PEOPLE + r"\b",
    re.IGNORECASE,
)
# "70 percent of patients", "type 2 diabetes patients" and "aged 40 adults" count nobody.
_NO_COUNT_AFTER = re.compile(r"per\s?cent|procent|%|\b(?:years?|months?|weeks?|days?|mg|ml|visits?)\b", re.IGNORECASE)
_NO_COUNT_BEFORE = re.compile(
    r"(?:typ|types?|phase|fase?|stage|stadium|stadie|grade?|class|klasse?|aged?|day|week|covid|factor|faktor)[\s-]*$",
    re.IGNORECASE,
)
_LINE = re.compile(r"\b([1-4])(?:st|nd|rd|th|:a|\.)?[\s-]?(?:lines?|linjens?|linje|L)\b", re.IGNORECASE)
_LINES = {"1": "first", "2": "second", "3": "third_or_later", "4": "third_or_later"}
_BELOW = ("<", "under", "below", "younger", "yngre")
_OUT = frozenset({"excluded", "denied"})


class _Wording(NamedTuple):
    stems: tuple[str, ...]
    kind: StatedKind
    value: str


@functools.cache
def _wordings(folder: Path = DATA) -> dict[str, list[_Wording]]:
    """Wordings by their first stem, the longest first."""
    found: dict[str, list[_Wording]] = {}
    for row in read_particulars(folder):
        for phrase in row.phrases:
            stems = tuple(token.stem for token in tokens_of(phrase))
            if stems:
                found.setdefault(stems[0], []).append(_Wording(stems, row.kind, row.value))
    return {first: sorted(of, key=lambda one: -len(one.stems)) for first, of in found.items()}


def find_particulars(text: str, tokens: list[Token], marks: list[Assertion]) -> tuple[Stated, ...]:
    """Find what is stated, in text order; `marks` say of each token what the text says of it."""
    starts = [token.start for token in tokens]

    def is_out(start: int) -> bool:
        number = bisect_right(starts, start) - 1
        return 0 <= number < len(marks) and marks[number] in _OUT

    searched = text[:MAX_SEARCHED]
    found = [*_phrases(tokens, marks), *_numbers(searched)]
    kept: dict[tuple[str, str | int], Stated] = {}
    for stated in sorted(found, key=lambda one: (one.start, -one.end)):
        if not is_out(stated.start):
            kept.setdefault((stated.kind, stated.value), stated)
    return tuple(list(kept.values())[:MAX_STATED])


def _phrases(tokens: list[Token], marks: list[Assertion]) -> Iterator[Stated]:
    wordings = _wordings()
    taken: dict[str, int] = {}
    for number, token in enumerate(tokens):
        for wording in wordings.get(token.stem, ()):
            if taken.get(wording.kind, -1) >= number:
                continue
            end = number + len(wording.stems)
            run = tokens[number:end]
            if tuple(one.stem for one in run) != wording.stems or any(one.gap >= ANNOUNCED for one in run[1:]):
                continue
            if marks[number] not in _OUT:
                taken[wording.kind] = end - 1
                yield Stated(kind=wording.kind, value=wording.value, start=token.start, end=run[-1].end)
                break


def _numbers(text: str) -> Iterator[Stated]:
    for found in _PHASE.finditer(text):
        yield _stated("phase", _phase(found[1], found[2]), found)
    yield from _all_ages(text)
    for found in _PARTICIPANTS.finditer(text):
        count = int(re.sub(r"\D", "", found[1] or found[2]))
        if (
            count
            and not _NO_COUNT_AFTER.search(found[0])
            and not _NO_COUNT_BEFORE.search(text[max(0, found.start() - 12) : found.start()])
        ):
            yield _stated("participants", count, found)
    for found in _LINE.finditer(text):
        yield _stated("line_of_therapy", _LINES[found[1]], found)


def _all_ages(text: str) -> Iterator[Stated]:
    spans: list[range] = []
    for found in chain(_AGE_RANGE.finditer(text), _AGED.finditer(text)):
        low, high = int(found[1]), int(found[3])
        if low < high < NO_UPPER_AGE and not _overlaps(found, spans):
            spans.append(range(*found.span()))
            yield from _ages(low, high - 1 if found[2] == "<" else high, found)
    for found in _AGE_FROM.finditer(text):
        low = int(next(group for group in found.groups() if group))
        if low < NO_UPPER_AGE and not _overlaps(found, spans):
            yield from _ages(low, None, found)
    for found in _AGE_TO.finditer(text):
        if int(found[1]) < NO_UPPER_AGE and not _overlaps(found, spans):
            below = found[0].casefold().startswith(_BELOW) and not found[0].startswith("<=")
            yield from _ages(None, max(0, int(found[1]) - below), found)


def _overlaps(found: re.Match[str], spans: list[range]) -> bool:
    return any(found.start() in span or found.end() - 1 in span for span in spans)


def _phase(first: str, second: str | None) -> str:
    one = _ROMAN.get(first.lower(), first)
    two = _ROMAN.get((second or "").lower(), second or one)
    if one == "0":
        return "early_1"
    return _PHASES.get((one, two), one)


def _ages(low: int | None, high: int | None, found: re.Match[str]) -> Iterator[Stated]:
    """Bounds in completed years, and the age groups they reach into."""
    if low is not None:
        yield _stated("age_from", low, found)
    if high is not None:
        yield _stated("age_to", high, found)
    bounds = [*AGE_GROUP_FROM_YEARS.values(), float(NO_UPPER_AGE)]
    lowest = low if low is not None else 0
    below = NO_UPPER_AGE if high is None else high + 1
    for number, group in enumerate(AGE_GROUPS):
        if lowest < bounds[number + 1] and below > bounds[number]:
            # A group reached by its first year only is not asked for: 18 to 65 are adults.
            if high is not None and low is not None and high == bounds[number] and low < bounds[number]:
                continue
            yield Stated(kind="age_group", value=group, start=found.start(), end=found.end())


def _stated(kind: StatedKind, value: str | int, found: re.Match[str]) -> Stated:
    return Stated(kind=kind, value=value, start=found.start(), end=found.end())
