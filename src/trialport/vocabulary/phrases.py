"""Finding vocabulary phrases in tokens by hash lookup, longest first, with compounds taken apart.

A run of up to eight content words (stop words dropped) is looked up by its stems in alphabetical order, so
"carcinoma of the breast" and "breast carcinoma" meet. What no phrase covers is taken apart as a Swedish or
Danish compound and tried again.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trialport.vocabulary.compile import ICD_RESIDUAL, LABEL, MAX_KEY_STEMS, OTHER_MEANING, key_of
from trialport.vocabulary.compounds import split_compound
from trialport.vocabulary.index import KnownTerm, Vocabulary
from trialport.vocabulary.models import Language, Method
from trialport.vocabulary.normalise import ANNOUNCED, HYPHENED, Token, fold, stem
from trialport.vocabulary.words import Steering

EXACT, SAME_WORDS, SAME_STEMS, RESIDUAL = 1.0, 0.97, 0.93, 0.85
ALTERNATIVE, GENERIC = 0.8, 0.5
# The last part of a compound names the thing (lungFIBROS), the first what it has to do with (HJÄRTkateter).
HEAD_OF_COMPOUND, START_OF_COMPOUND = 0.65, 0.5
# A lone word shorter than this is not read in a language it is no word of ("after" is Danish for aphthae),
# nor, with a stem this short, in any but its own form ("preset" is not PRES).
TELLING_WORD, TELLING_STEM = 8, 5
# Symptoms lead only where no disease is named; factors and external causes only where nothing else is.
CHAPTERS = {"R": 0.85, "Z": 0.7, "V": 0.6, "W": 0.6, "X": 0.6, "Y": 0.6}
MAX_ALTERNATIVES = 2


class Hit(NamedTuple):
    """A concept (dense number) on tokens `first` to `last` (inclusive); `size` counts the words explained."""

    concept: int
    score: float
    first: int
    last: int
    size: float
    method: Method


class _Element(NamedTuple):
    """A content word, or a part of a compound, with the token it stands in."""

    stem: str
    plain: str
    token: int
    part: bool


class PhraseFinder:
    """Finds phrases of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering) -> None:
        self._vocabulary = vocabulary
        self._steering = steering

    def find(self, tokens: list[Token], lang: Language | None) -> list[Hit]:
        """Hits that do not overlap, in text order; several on the same words are alternative concepts."""
        whole = [e for i, token in enumerate(tokens) if (e := self._element(token, i))]
        hits = without_overlaps(self._windows(whole, tokens, lang))
        covered = {i for hit in hits for i in range(hit.first, hit.last + 1)}
        apart = list(self._apart(tokens, covered, lang))
        if any(element.part for element in apart):
            more = (hit for hit in self._windows(apart, tokens, lang) if not self._touches(hit, covered))
            hits = sorted([*hits, *without_overlaps(more)], key=lambda hit: hit.first)
        return [hit for hit in hits if not self._negated(hit, tokens)]

    def _element(self, token: Token, number: int) -> _Element | None:
        if token.stem in self._steering.stop:
            return None
        return _Element(self._spelt(token), token.plain, number, part=False)

    def _spelt(self, token: Token) -> str:
        """Give the stem, or that with the Nordic letter an unknown word's digraph may stand for (soevn)."""
        if token.stem in self._vocabulary.stems:
            return token.stem
        lower = token.raw.casefold()
        for digraph, letter in (("oe", "ö"), ("ae", "ä"), ("æ", "ä")):
            if digraph in lower and (other := stem(fold(lower.replace(digraph, letter)))) in (self._vocabulary.stems):
                return other
        return token.stem

    def _apart(self, tokens: list[Token], covered: set[int], lang: Language | None) -> Iterator[_Element]:
        for number, token in enumerate(tokens):
            if not (element := self._element(token, number)):
                continue
            whole = number in covered or lang == "en"
            parts = () if whole else split_compound(token.plain, self._vocabulary, nordic=lang is not None)
            for part in parts:
                if (part_stem := stem(part)) not in self._steering.stop:
                    yield _Element(self._known(part_stem, part), part, number, part=True)
            if not parts:
                yield element

    def _known(self, part_stem: str, part: str) -> str:
        return part_stem if part_stem in self._vocabulary.stems else part

    def _windows(self, elements: list[_Element], tokens: list[Token], lang: Language | None) -> Iterator[Hit]:
        segment = 0
        segments = [segment := segment + (token.gap >= ANNOUNCED) for token in tokens]
        for start, first in enumerate(elements):
            window: list[_Element] = []
            for element in elements[start : start + MAX_KEY_STEMS]:
                if segments[element.token] != segments[first.token]:
                    break
                window.append(element)
                yield from self._hits(window, elements, start, lang)

    def _hits(
        self, window: list[_Element], elements: list[_Element], start: int, lang: Language | None
    ) -> Iterator[Hit]:
        terms = self._vocabulary.terms_of(key_of(element.stem for element in window))
        if lang:
            terms = sorted(terms, key=lambda term: not term.is_in(lang))
        if len(window) == 1:
            terms = [term for term in terms if self._tells(term, window[0], lang)]
        if not terms:
            return
        weight = GENERIC if all(e.stem in self._steering.generic for e in window) else 1.0
        weight *= _compound_weight(window, elements, start)
        plain = " ".join(element.plain for element in window)
        best = terms[0]
        for number, term in enumerate(self._worth_giving(terms)):
            score, method = _strength(term, plain, split=window[0].part)
            score *= weight * self._chapter_weight(term.concept) * (ALTERNATIVE if number else 1.0)
            size = len(window) - 0.5 * (term is not best)
            yield Hit(term.concept, score, window[0].token, window[-1].token, size, method)

    def _tells(self, term: KnownTerm, word: _Element, lang: Language | None) -> bool:
        """Whether a lone word may stand for a term; long words may, whatever their language and ending."""
        if plain_in := self._steering.everyday.get(word.plain):
            return lang is not None and term.is_in(lang) and lang not in plain_in
        if lang and not term.is_in(lang) and len(word.plain) < TELLING_WORD:
            return False
        if len(word.stem) >= TELLING_STEM or lang != "en":
            return True
        return word.plain.removesuffix("s") == term.text.removesuffix("s")

    def _worth_giving(self, terms: list[KnownTerm]) -> list[KnownTerm]:
        """Pick the best term, and others as well-founded as it that belong to another category."""
        best, category = terms[0], self._vocabulary.category_of
        others = [
            term
            for term in terms[1:]
            if (term.rank <= OTHER_MEANING) == (best.rank <= OTHER_MEANING) and category[term.concept] != category[best.concept]
        ]
        return [best, *others[:MAX_ALTERNATIVES]]

    def _chapter_weight(self, concept: int) -> float:
        return CHAPTERS.get(self._vocabulary.concepts[concept][0], 1.0)

    @staticmethod
    def _touches(hit: Hit, covered: set[int]) -> bool:
        return any(number in covered for number in range(hit.first, hit.last + 1))

    def _negated(self, hit: Hit, tokens: list[Token]) -> bool:
        """Whether "non-" stands right before: non-X is another thing than X."""
        if not hit.first:
            return False
        before, after = tokens[hit.first - 1], tokens[hit.first]
        return after.gap == HYPHENED and before.plain in {"non", "icke", "ikke"}


def _compound_weight(window: list[_Element], elements: list[_Element], start: int) -> float:
    """Weigh a match by whether a part of the compound at either end of the window stands outside it."""
    end = start + len(window)
    if end < len(elements) and elements[end].token == window[-1].token:
        return START_OF_COMPOUND
    if start and elements[start - 1].token == window[0].token:
        return HEAD_OF_COMPOUND
    return 1.0


def _strength(term: KnownTerm, plain: str, *, split: bool) -> tuple[float, Method]:
    if term.rank == ICD_RESIDUAL:
        return RESIDUAL, "synonym"
    if split or term.text != plain:
        return SAME_STEMS, "synonym"
    return (EXACT, "exact") if term.rank == LABEL else (SAME_WORDS, "synonym")


def without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Keep the best where hits cover the same words: more words first, then the surer, then the earlier."""
    taken: dict[int, tuple[int, int]] = {}
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (-int(h.size + 0.5), -h.score, h.first, h.concept)):
        span = (hit.first, hit.last)
        numbers = range(hit.first, hit.last + 1)
        if all(taken.get(number, span) == span for number in numbers):
            taken.update(dict.fromkeys(numbers, span))
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.first)
