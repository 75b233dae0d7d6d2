"""Abbreviations: read as written, and by what stands around them where they mean several things."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.codes import TherapyArea
from trialport.vocabulary.hits import Hit
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import HYPHENED, JOINED, Token
from trialport.vocabulary.words import Steering

ABBREVIATION, OTHER_LANGUAGE = 0.95, 0.75
# A reading chosen by its default only, with nothing around it that speaks for it.
UNDECIDED, NOT_CHOSEN = 0.8, 0.4
# In a text all lower case, shorter ones are words; in one as short as this they may be abbreviations still.
MAX_WORDS, MIN_CASELESS, MIN_CASELESS_SHORT, SHORT_TEXT = 3, 3, 2, 6
SECONDARY_AREA = 0.4
_LONG_NUMBER, _HYPHENED_NUMBER = 3, 2

Evidence = Mapping[TherapyArea, float]
# First and last token, and what it may stand for: concept, language or "", whether it is the default.
_Written = tuple[int, int, list[tuple[int, str, bool]]]


class Found(NamedTuple):
    """Abbreviation hits, and whether any of them had to be read by default."""

    hits: list[Hit]
    ambiguous: bool


class AbbreviationFinder:
    """Finds the abbreviations of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering) -> None:
        self._vocabulary = vocabulary
        self._steering = steering

    def find(self, tokens: list[Token], lang: Language | None, named: Iterable[int], evidence: Evidence) -> Found:
        """Hits for all abbreviations. `named` are concepts written out, `evidence` the areas spoken of."""
        categories = {int(self._vocabulary.category_of[concept]) for concept in named}
        hits: list[Hit] = []
        ambiguous = False
        written = list(self._written(tokens))
        explained = _explained(written, tokens)
        written = [one for one in written if not self._means_else(one, explained, tokens, categories)]
        evidence = self._with_certain(evidence, written)
        for first, last, readings in written:
            chosen, decided = self._choose(readings, lang, categories, evidence)
            ambiguous = ambiguous or not decided
            # What the text itself decides leaves no doubt to hand on; a default leaves all readings open.
            for number, (concept, language, _) in enumerate(chosen[:1] if decided else chosen):
                score = ABBREVIATION if decided else UNDECIDED
                if lang and language and language != lang:
                    score = min(score, OTHER_LANGUAGE)
                if number:
                    score = NOT_CHOSEN
                size = last - first + 1 - 0.5 * (number > 0)
                hits.append(Hit(concept, score, first, last, size, "abbreviation"))
        return Found(hits, ambiguous)

    def _written(self, tokens: list[Token]) -> Iterator[_Written]:
        """Abbreviations in the text, the longest at each place: first and last token, and the readings."""
        caseless = _caseless(tokens)
        first = 0
        while first < len(tokens):
            last = first
            for length in range(min(MAX_WORDS, len(tokens) - first), 0, -1):
                run = tokens[first : first + length]
                if any(token.gap > JOINED for token in run[1:]):
                    continue
                written = " ".join(token.raw for token in run)
                readings = self._readings(written, caseless=caseless, short=len(tokens) <= SHORT_TEXT)
                if readings and not _is_name(tokens, first + length, readings):
                    last = first + length - 1
                    yield first, last, readings
                    break
            first = last + 1

    def _means_else(self, written: _Written, explained: set[str], tokens: list[Token], categories: set[int]) -> bool:
        """Whether the text says what its letters stand for, and it is no condition: "Early Warning Score (EWS)"."""
        first, last, readings = written
        if first != last or tokens[first].raw.casefold() not in explained:
            return False
        return not categories.intersection(int(self._vocabulary.category_of[one]) for one, _, _ in readings)

    def _readings(self, written: str, *, caseless: bool | None, short: bool) -> list[tuple[int, str, bool]]:
        if caseless is not None:
            lower = written.lower()
            if len(written) < (MIN_CASELESS_SHORT if short else MIN_CASELESS) or lower in self._steering.common:
                return []
            if not short and lower in self._steering.common_in_prose:
                return []
            written = self._vocabulary.lower_abbreviations.get(lower, written)
        return self._vocabulary.abbreviations.get(written, [])

    def _with_certain(self, evidence: Evidence, written: list[_Written]) -> Evidence:
        """Add to the areas spoken of those of abbreviations that have one meaning only."""
        more = dict(evidence)
        for _, _, readings in written:
            if len(readings) == 1:
                for area in self._vocabulary.areas_of(self._vocabulary.concepts[readings[0][0]])[:1]:
                    more[area] = more.get(area, 0.0) + ABBREVIATION
        return more

    def _choose(
        self,
        readings: list[tuple[int, str, bool]],
        lang: Language | None,
        categories: set[int],
        evidence: Evidence,
    ) -> tuple[list[tuple[int, str, bool]], bool]:
        """Order readings, the likeliest first, and say whether the text decided between them."""
        spoken = [reading for reading in readings if not reading[1] or not lang or reading[1] == lang]
        readings = spoken or readings
        support = [self._support(concept, categories, evidence) for concept, _, _ in readings]
        ranked = sorted(range(len(readings)), key=lambda n: (-support[n], not readings[n][2], n))
        best = ranked[0]
        decided = len(ranked) == 1 or support[best] > support[ranked[1]]
        only_one_category = len({int(self._vocabulary.category_of[c]) for c, _, _ in readings}) == 1
        return [readings[n] for n in ranked], decided or only_one_category

    def _support(self, concept: int, categories: set[int], evidence: Evidence) -> float:
        """How much of the text speaks for a concept: written out elsewhere, or its areas are."""
        if int(self._vocabulary.category_of[concept]) in categories:
            return 100.0
        areas = self._vocabulary.areas_of(self._vocabulary.concepts[concept])
        return sum(evidence.get(area, 0.0) * (SECONDARY_AREA if number else 1.0) for number, area in enumerate(areas))


def _explained(written: list[_Written], tokens: list[Token]) -> set[str]:
    """Collect the abbreviations that stand right behind words with those initials."""
    found: set[str] = set()
    for first, last, _ in written:
        letters = tokens[first].raw.casefold()
        if first == last and letters.isalpha():
            before = [token.raw[0] for token in tokens[max(0, first - 2 * len(letters)) : first] if len(token.raw) > 1]
            if "".join(before[-len(letters) :]).casefold() == letters:
                found.add(letters)
    return found


def _is_name(tokens: list[Token], after: int, readings: list[tuple[int, str, bool]]) -> bool:
    """Whether a number right behind makes the letters part of a name (PSC 833, CD-19, CRT-55)."""
    if after >= len(tokens) or tokens[after].gap > JOINED or not tokens[after].plain.isdigit():
        return False
    if tokens[after].gap == HYPHENED and len(tokens[after].plain) >= _HYPHENED_NUMBER:
        return True
    return len(tokens[after].plain) >= _LONG_NUMBER or len(readings) > 1


def _caseless(tokens: list[Token]) -> bool | None:
    """Tell whether case says anything: None if so, False in a text all lower case, True if all upper case.

    A text that is one short word in capitals is an abbreviation, not a text in capitals.
    """
    letters = [token.raw for token in tokens if any(c.isalpha() for c in token.raw)]
    if letters and all(raw == raw.lower() for raw in letters):
        return False
    if len(letters) >= 4 and all(raw == raw.upper() for raw in letters):  # noqa: PLR2004
        return True
    return None
