"""What the free words in a capacity mean: read once per distinct string, however many units write it."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.models import ConceptMatch, Reading
from trialport.vocabulary.reading import Reader

# An ICD-10 code as units write it: the category, and what the national edition adds after a dot.
_ICD10_CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?")
_TOKEN = re.compile(r"\w+")
# Words that turn a condition into its opposite or into another one while hardly changing its letters.
_VETO_PREFIXES = ("hypo", "hyper", "non", "anti", "icke", "ikke", "utan", "uden", "not", "no")
# Unread words count as the inquiry's own only when nothing but order, a hyphen or an ending differs.
SET_RATIO_CUTOFF = 95
SORT_RATIO_CUTOFF = 90
# A reading lists several guesses at one near spelling; those far below the best are not meant.
SURE_SHARE = 0.75
# Text of an inquiry compared with unread words (characters); beyond it lies no indication.
COMPARED_TEXT = 500
# Distinct strings kept; far above what the units of a country write, and a bound on memory.
MOST_STRINGS = 50_000


class Meaning(NamedTuple):
    """Dense ids of the concepts a string names, else the therapy areas it names; neither means unread."""

    concepts: tuple[int, ...] = ()
    areas: tuple[TherapyArea, ...] = ()


class WordBook:
    """The meanings of all strings read with one vocabulary; safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._read_text = Reader(vocabulary).read_text
        self._meanings: dict[str, Meaning] = {}

    def meaning(self, words: str) -> Meaning:
        """Return what `words` mean: a code or concept is taken as it is, anything else is read."""
        known = self._meanings.get(words)
        if known is None:
            known = self._read(words.strip())
            if len(self._meanings) >= MOST_STRINGS:
                self._meanings.clear()
            self._meanings[words] = known
        return known

    def _read(self, words: str) -> Meaning:
        ids = self.vocabulary.concept_ids
        if words in ids:
            return Meaning((ids[words],))
        if _ICD10_CODE.fullmatch(words) and words[:3] in ids:
            return Meaning((ids[words[:3]],))
        reading = self._read_text(words)
        concepts = dict.fromkeys(match.concept for match in sure_concepts(reading))
        found = tuple(ids[concept] for concept in concepts if concept in ids)
        if found:
            return Meaning(found)
        return Meaning(areas=tuple(area.code for area in reading.therapy_areas if area.code in THERAPY_AREAS))


@lru_cache(maxsize=2)
def word_book_of(vocabulary: Vocabulary) -> WordBook:
    """Return the process's one word book of a vocabulary, so that a new index reads nothing twice."""
    return WordBook(vocabulary)


def sure_concepts(reading: Reading) -> list[ConceptMatch]:
    """Return the concepts a reading speaks for: none it sets aside, no weak guess beside a better one."""
    best = max((match.score for match in reading.concepts), default=0.0)
    return [match for match in reading.concepts if match.score >= SURE_SHARE * best]


class _Plain(NamedTuple):
    """Words as they are compared: in order of the alphabet, with the marks that must agree."""

    text: str
    marks: frozenset[str]


def nearly_equal(indication: str, unread: Iterable[str]) -> set[str]:
    """Find the unread strings that say the same as the inquiry's indication, letter for letter almost.

    Clinical opposites score high on letters (hypo- and hyperthyroidism 90, type 1 and type 2 diabetes 93), so
    numerals and opposing prefixes must agree before the ratios count.
    """
    asked = _plain(indication[:COMPARED_TEXT])
    given = list(unread)
    plain = [_plain(words) for words in given]
    # The ratio of words in order is by far the quickest to compute for many at a time.
    near = cdist([asked.text], [words.text for words in plain], scorer=fuzz.ratio, score_cutoff=SORT_RATIO_CUTOFF)
    return {
        given[number]
        for number in np.flatnonzero(near[0]).tolist()
        if plain[number].marks == asked.marks
        and fuzz.token_set_ratio(asked.text, plain[number].text, score_cutoff=SET_RATIO_CUTOFF) > 0
    }


@lru_cache(maxsize=MOST_STRINGS)
def _plain(text: str) -> _Plain:
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())
    numerals = {token for token in tokens if len(token) == 1 or any(c.isdigit() for c in token)}
    prefixes = {prefix for token in tokens for prefix in _VETO_PREFIXES if token.startswith(prefix)}
    return _Plain(" ".join(sorted(tokens)), frozenset(numerals | prefixes))
