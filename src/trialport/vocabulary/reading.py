"""Reading a text: which conditions it names, where, what it says of them, and which therapy areas.

Order of trust: the longest phrase of the vocabulary, abbreviations by what surrounds them, ICD-10 codes
written out, and near spellings only where nothing else was found.
"""

import functools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.abbreviations import AbbreviationFinder
from trialport.vocabulary.areas import (
    PROSE_WORDS,
    RUBRIC_WORDS,
    UNPLACED,
    AreaWords,
    Contexts,
    DanishFiling,
    concept_areas,
    filed_as_tumour,
    is_operative,
    is_rubric,
    led_by,
    of_organs,
    organ_first,
    ranked_areas,
    sex_area,
    without_people,
)
from trialport.vocabulary.asides import LEFT_OUT, OUT
from trialport.vocabulary.assertions import assertions, without_opposed
from trialport.vocabulary.codes import TherapyArea
from trialport.vocabulary.elements import Element, ElementReader
from trialport.vocabulary.hits import Hit, joins, without_overlaps
from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.local import NO_LOCAL_TERMS, LocalTerms
from trialport.vocabulary.models import AreaMatch, Assertion, ConceptMatch, Reading
from trialport.vocabulary.near import NearFinder
from trialport.vocabulary.normalise import MAX_CHARACTERS, Token, tokens_of
from trialport.vocabulary.particulars import find_particulars
from trialport.vocabulary.phrases import PhraseFinder
from trialport.vocabulary.sources import read_glosses, read_leanings
from trialport.vocabulary.triggers import Told
from trialport.vocabulary.words import guess_language, load_steering
from trialport.vocabulary.written_codes import written_codes

MAX_CONCEPTS = 40
# A text whose best phrase is as weak as this (only "tumour", half a compound) is searched for near spellings.
WEAK = 0.5
# From this share of the best reading's score on, a second one of the same words is near.
CLOSE = 0.78
# A term found as well as this stays beside a nearer one of more words, and beside what is set aside.
SURE, BESIDE_NEAR = 0.9, 0.7
# Ranking: each further word a phrase explains, each place later in the text, each repeated mention.
PER_WORD, PER_PLACE, PER_MENTION = 0.06, 0.03, 0.03
# Chapters of what is felt or happens rather than of diseases.
SYMPTOMS = frozenset("RVWXY")


class Heard(NamedTuple):
    """What a text names: all hits and the `sure` ones, a region's `own`, and whether an abbreviation is left open."""

    told: Told
    lang: Language | None
    elements: list[Element]
    hits: list[Hit]
    sure: list[Hit]
    own: list[Hit]
    is_open: bool


class Reader:
    """Reads texts with one vocabulary; safe to share between threads, as it keeps nothing of a text."""

    def __init__(self, vocabulary: Vocabulary, leanings: Mapping[TherapyArea, float] | None = None) -> None:
        self.vocabulary = vocabulary
        self._leanings = read_leanings() if leanings is None else leanings
        self._steering = load_steering()
        self._elements = ElementReader(vocabulary, self._steering)
        self._phrases = PhraseFinder(vocabulary, self._steering, self._elements)
        self._abbreviations = AbbreviationFinder(vocabulary, self._steering)
        self._near = NearFinder(vocabulary, self._steering, self._elements)
        # Words by which sponsors say everything else: in running text no condition hides in them.
        pairs = (pair for words in read_glosses().values() for pair in words.items())
        self._everyday = {word for pair in pairs for word in pair} | set(self._steering.everyday)
        self._danish = DanishFiling()
        self._contexts = Contexts()
        self._area_words = AreaWords(vocabulary, self._steering)

    def version_with(self, local: LocalTerms) -> str:
        """Give the version of all words read: the vocabulary's, and that of a region's own terms if there are any."""
        return f"{self.vocabulary.version}+{local.version}" if local else self.vocabulary.version

    def read_text(self, text: str, lang: Language | None = None, local: LocalTerms = NO_LOCAL_TERMS) -> Reading:
        """Read a text: any string, without error; only its first 60,000 characters count.

        `local` are terms of a region's own, which win over the vocabulary's words.
        """
        heard = self.hear(text, lang, local)
        tokens, own, hits = heard.told.tokens, heard.own, heard.hits
        marks = assertions(heard.told)
        out = [mark in LEFT_OUT for mark in marks]
        settled = {number for hit in own for number in range(hit.first, hit.last + 1)}
        words = self._area_words.find(tokens, (n for n, passed in enumerate(out) if passed or n in settled))
        sure = bool(heard.sure)
        prose = len(heard.elements) > PROSE_WORDS
        # A text that only names an area ("hudsjukdom") needs no condition guessed.
        if sure or not all(passed or number in words.explained for number, passed in enumerate(out)):
            near = _beside(own, self._near.find(tokens, heard.elements, hits, out))
            near = [hit for hit in near if not self._is_said(tokens[hit.first : hit.last + 1], sure=sure, prose=prose)]
            near = without_opposed(near, heard.told)
            hits = [*_still_read(hits, near, own, prose=prose), *near]
        concepts, set_aside = self._told_apart(hits, tokens, marks, heard.lang)
        areas = self._areas(heard.told.text, tokens, concepts, words.named, heard.lang, sure=sure, prose=prose)
        return Reading(
            concepts=concepts,
            set_aside=set_aside,
            therapy_areas=areas,
            stated=find_particulars(heard.told.text, tokens, marks),
            ambiguous=heard.is_open or _is_close(self._firm(hits) or hits, marks),
        )

    def hear(self, text: str, lang: Language | None = None, local: LocalTerms = NO_LOCAL_TERMS) -> Heard:
        """Find what a text names, before it is asked what the text says of it."""
        text = text[:MAX_CHARACTERS]
        tokens = tokens_of(text)
        spoken = lang or guess_language(tokens, self._steering)
        elements = self._elements.whole(tokens, spoken)
        own = local.find(tokens, spoken)
        hits, is_open = self._hits(text, tokens, elements, spoken, own)
        sure = [hit for hit in hits if hit.score > WEAK]
        firm = self._firm(sure)
        ill = [hit for hit in firm if self.vocabulary.concepts[hit.concept][0] not in SYMPTOMS]
        mentions = _mentions(hits)
        named = self._named(hits, mentions)
        told = Told(tokens, text, self._steering, mentions, _places(sure), _places(firm), _places(ill), named, spoken)
        return Heard(told, spoken, elements, hits, sure, own, is_open)

    def _areas(
        self,
        text: str,
        tokens: list[Token],
        concepts: tuple[ConceptMatch, ...],
        named: Mapping[TherapyArea, float],
        lang: Language | None,
        *,
        sure: bool,
        prose: bool,
    ) -> tuple[AreaMatch, ...]:
        in_order = self._areas_in_order(tokens, lang, prose=prose)
        spoken = self._contexts.spoken(tokens) if prose else []
        about, named = without_people([(match.concept, match.score) for match in concepts], named)
        from_concepts = concept_areas(
            about,
            lambda concept: led_by(concept, in_order(concept), spoken),
        )
        if (area := sex_area(text, lang)) is not None:
            from_concepts[area] = 1.0
        placed = not concepts or concepts[0].code not in UNPLACED
        return ranked_areas(
            from_concepts,
            of_organs(named) if not placed and lang == "da" and len(tokens) <= RUBRIC_WORDS else named,
            sure=sure and bool(about),
            placed=placed,
            prose=prose,
            leanings=self._leanings if prose else None,
        )

    def _areas_in_order(
        self, tokens: list[Token], lang: Language | None, *, prose: bool
    ) -> Callable[[str], tuple[TherapyArea, ...]]:
        """How the areas of a concept are ordered in a text: its own first, or its organ's, or as it is filed."""
        areas_of = self.vocabulary.areas_of
        if is_rubric(tokens, lang, self._steering):
            return lambda concept: self._danish.ordered(concept, organ_first(areas_of(concept)))
        if is_operative(tokens, self._steering):
            return lambda concept: organ_first(areas_of(concept))
        if lang == "da" and len(tokens) <= RUBRIC_WORDS:
            return lambda concept: self._danish.ordered(concept, areas_of(concept))
        if lang in {"en", None} and not prose:
            return lambda concept: filed_as_tumour(concept, areas_of(concept))
        return areas_of

    def _hits(
        self, text: str, tokens: list[Token], elements: list[Element], lang: Language | None, own: list[Hit]
    ) -> tuple[list[Hit], bool]:
        phrases = _beside(own, self._phrases.find(text, tokens, elements, lang))
        spelled_out = [hit for hit in phrases if not tokens[hit.first].raw.isupper() or hit.first < hit.last]
        evidence = concept_areas(
            [(self.vocabulary.concepts[h.concept], h.score) for h in spelled_out], self.vocabulary.areas_of
        )
        for area, times in self._area_words.find(tokens).named.items():
            evidence[area] = evidence.get(area, 0.0) + min(1.0, 0.3 * times)
        short = self._abbreviations.find(tokens, lang, (hit.concept for hit in spelled_out), evidence)
        codes = _beside(own, written_codes(text, tokens, self.vocabulary, self._steering))
        abbreviations = _beside(own, short.hits)
        capitals = [hit for hit in abbreviations if tokens[hit.first].raw.isupper()]
        settled = {(hit.first, hit.last) for hit in capitals}
        # What is written as an abbreviation is no word of the same letters (AIDS, aids).
        words = [hit for hit in phrases if (hit.first, hit.last) not in settled]
        kept = without_overlaps([*codes, *abbreviations, *(hit for hit in words if not hit.inner), *own])
        covering = _Covering(kept)
        inner = [hit for hit in words if hit.inner and any(covering.holders(hit))]
        inner += [hit for hit in capitals if any(joins(other, tokens) for other in covering.holders(hit))]
        # An abbreviation left open has several hits on the same letters.
        is_open = short.ambiguous and len({(hit.first, hit.last) for hit in abbreviations}) < len(abbreviations)
        return sorted([*kept, *inner], key=lambda hit: hit.first), is_open

    def _told_apart(
        self, hits: list[Hit], tokens: list[Token], marks: list[Assertion], lang: Language | None
    ) -> tuple[tuple[ConceptMatch, ...], tuple[ConceptMatch, ...]]:
        """Concepts the text is about, best first, and those it sets aside, in its order, each once."""
        hits = self._without_echoes(hits, marks)
        here = [hit for hit in hits if marks[hit.first] == "present"]
        if not here:
            here = [hit for hit in hits if marks[hit.first] == "history"]
        led = self._ranked(here)
        concepts = [self._match(hit, tokens, marks[hit.first], lang) for hit in led[:MAX_CONCEPTS]]
        known = {hit.concept for hit in led}
        aside: dict[int, Hit] = {}
        left = (hit for hit in hits if hit.concept not in known)
        for hit in sorted(left, key=lambda hit: (hit.first, -hit.score)):
            # What is an outcome here and excluded there is excluded.
            earlier = aside.setdefault(hit.concept, hit)
            if marks[earlier.first] == "outcome" and marks[hit.first] != "outcome":
                aside[hit.concept] = hit
        return tuple(concepts), tuple(
            self._match(hit, tokens, marks[hit.first], lang) for hit in list(aside.values())[:MAX_CONCEPTS]
        )

    def _named(self, hits: list[Hit], mentions: list[tuple[int, int]]) -> list[frozenset[int]]:
        """Give the categories that each of the mentions, which are made of the hits, may mean."""
        starts = [first for first, _ in mentions]
        named: list[set[int]] = [set() for _ in mentions]
        for hit in hits:
            named[bisect_right(starts, hit.first) - 1].add(int(self.vocabulary.category_of[hit.concept]))
        return [frozenset(some) for some in named]

    def _firm(self, hits: list[Hit]) -> list[Hit]:
        """Hits of conditions rather than mere factors (chapter Z)."""
        return [hit for hit in hits if self.vocabulary.concepts[hit.concept][0] != "Z"]

    def _is_said(self, words: list[Token], *, sure: bool, prose: bool) -> bool:
        """Whether words say everything else in running text, or beside a condition that is surely named.

        A mere letter there is a mark, not a syndrome X.
        """
        if sure and all(len(word.plain) == 1 or word.plain in self._everyday for word in words):
            return True
        if prose:
            return all(word.plain in self._everyday or word.plain.isdigit() for word in words)
        return sure and len(words) > 1 and all(word.plain in self.vocabulary.frequent for word in words)

    def _without_echoes(self, hits: list[Hit], marks: list[Assertion]) -> list[Hit]:
        """Leave out weak readings of a category that the text surely sets aside in other words, if others are left."""
        category = self.vocabulary.category_of
        refused = {category[hit.concept] for hit in hits if hit.score >= SURE and marks[hit.first] in OUT}
        stated = [hit for hit in hits if marks[hit.first] == "present"]
        echoes = {hit for hit in stated if hit.score < SURE and category[hit.concept] in refused}
        return [hit for hit in hits if hit not in echoes] if len(echoes) < len(stated) else hits

    def _ranked(self, hits: list[Hit]) -> list[Hit]:
        """One hit for each concept, best first: by how sure it is, how much it explains, its place and mentions."""
        merged: dict[int, tuple[float, Hit]] = {}
        place = 0
        span = (-1, -1)
        for hit in sorted(hits, key=lambda hit: hit.first):
            place += (hit.first, hit.last) != span
            span = (hit.first, hit.last)
            worth = hit.score * (1 + PER_WORD * min(hit.size - 1, 6)) * (1 - min(0.5, PER_PLACE * (place - 1)))
            known = merged.get(hit.concept)
            if known is None:
                merged[hit.concept] = (worth, hit)
            else:
                best = max(known[1], hit, key=lambda h: (h.score, -h.first))
                merged[hit.concept] = (max(known[0], worth) + PER_MENTION, best)
        ordered = sorted(merged.values(), key=lambda entry: (-entry[0], entry[1].first, entry[1].concept))
        return [hit for _, hit in ordered]

    def _match(self, hit: Hit, tokens: list[Token], assertion: Assertion, lang: Language | None) -> ConceptMatch:
        concept = self.vocabulary.concepts[hit.concept]
        return ConceptMatch(
            concept=concept,
            code=concept.partition("/")[0],
            label=self.vocabulary.label(concept, lang or "en"),
            score=round(min(1.0, hit.score), 4),
            start=tokens[hit.first].start,
            end=tokens[hit.last].end,
            method=hit.method,
            assertion=assertion,
        )


class _Covering:
    """Hits by the tokens they cover, so that a text of thousands is not compared each with each."""

    def __init__(self, hits: list[Hit]) -> None:
        self._on: dict[int, list[Hit]] = {}
        for hit in hits:
            for number in range(hit.first, hit.last + 1):
                self._on.setdefault(number, []).append(hit)

    def holders(self, part: Hit) -> Iterator[Hit]:
        """Give the hits that hold all tokens of another one."""
        return (hit for hit in self._on.get(part.first, ()) if hit.last >= part.last)


def _mentions(hits: list[Hit]) -> list[tuple[int, int]]:
    """First and last tokens of the hits, those that share words as one, in order."""
    mentions: list[tuple[int, int]] = []
    for first, last in sorted({(hit.first, hit.last) for hit in hits}):
        if mentions and first <= mentions[-1][1]:
            mentions[-1] = (mentions[-1][0], max(last, mentions[-1][1]))
        else:
            mentions.append((first, last))
    return mentions


def _places(hits: list[Hit]) -> set[int]:
    return {number for hit in hits for number in range(hit.first, hit.last + 1)}


def _is_close(hits: list[Hit], marks: list[Assertion]) -> bool:
    """Whether the leading words have a second reading nearly as good as the first."""
    best: dict[tuple[int, int], list[float]] = {}
    for hit in hits:
        if marks[hit.first] == "present":
            best.setdefault((hit.first, hit.last), []).append(hit.score)
    return any(len(scores) > 1 and sorted(scores)[-2] >= CLOSE * max(scores) for scores in best.values())


def _beside(own: list[Hit], hits: list[Hit]) -> list[Hit]:
    """Leave out the vocabulary's readings of words that a region's own term reads."""
    if not own:
        return hits
    covering = _Covering(own)
    return [hit for hit in hits if not any(covering.holders(hit))]


def _still_read(hits: list[Hit], near: list[Hit], own: list[Hit], *, prose: bool) -> Iterator[Hit]:
    """Give what is read beside near terms: what stands outside them, and what is sure, in a short text behind them."""
    covering, kept = _Covering(near), set(own)
    for hit in hits:
        # Outside every near term, or fuller than it.
        if hit in kept or not any(hit.size <= other.size for other in covering.holders(hit)):
            yield hit
        elif hit.score >= SURE:
            yield hit if prose else hit._replace(score=hit.score * BESIDE_NEAR)


@functools.cache
def shared_reader() -> Reader:
    """Give the reader of this process, on the shipped vocabulary."""
    return Reader(load_vocabulary())


def read_text(text: str, lang: Language | None = None) -> Reading:
    """Read a text by the shipped vocabulary; see `Reader.read_text`."""
    return shared_reader().read_text(text, lang)
