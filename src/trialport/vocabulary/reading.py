"""Reading a text: which conditions it names, where, which of them it excludes, and which therapy areas.

Order of trust: the longest phrase of the vocabulary, abbreviations by what surrounds them, ICD-10 codes
written out, and near spellings only where nothing else was found.
"""

import functools

from trialport.vocabulary.abbreviations import AbbreviationFinder
from trialport.vocabulary.areas import AreaWords, concept_areas, ranked_areas
from trialport.vocabulary.exclusions import excluded_tokens
from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.models import ConceptMatch, Language, Reading
from trialport.vocabulary.near import NearFinder
from trialport.vocabulary.normalise import MAX_CHARACTERS, Token, tokens_of
from trialport.vocabulary.phrases import Hit, PhraseFinder, without_overlaps
from trialport.vocabulary.words import guess_language, load_steering
from trialport.vocabulary.written_codes import written_codes

MAX_CONCEPTS = 40
# A text whose best phrase is as weak as this (only "tumour", half a compound) is searched for near spellings.
WEAK = 0.5
# Ranking: each further word a phrase explains, each place later in the text, each repeated mention.
PER_WORD, PER_PLACE, PER_MENTION = 0.06, 0.03, 0.03


class Reader:
    """Reads texts with one vocabulary; safe to share between threads, as it keeps nothing of a text."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._steering = load_steering()
        self._phrases = PhraseFinder(vocabulary, self._steering)
        self._abbreviations = AbbreviationFinder(vocabulary, self._steering)
        self._near = NearFinder(vocabulary, self._steering)
        self._area_words = AreaWords(vocabulary, self._steering)

    def read_text(self, text: str, lang: Language | None = None) -> Reading:
        """Read a text: any string, without error; only its first 60,000 characters count."""
        text = text[:MAX_CHARACTERS]
        tokens = tokens_of(text)
        spoken = lang or guess_language(tokens, self._steering)
        hits, ambiguous = self._hits(text, tokens, spoken)
        busy = {number for hit in hits for number in range(hit.first, hit.last + 1)}
        marks = excluded_tokens(tokens, text, self._steering, busy)
        words = self._area_words.find(tokens, (number for number, out in enumerate(marks) if out))
        sure = any(hit.score > WEAK for hit in hits)
        if not sure:
            # A text that only names an area ("hudsjukdom") needs no condition guessed.
            known = [out or number in words.explained for number, out in enumerate(marks)]
            hits = [*hits, *(self._near.find(tokens, marks) if not all(known) else ())]
        matches = self._matches(hits, tokens, marks, spoken)
        included = [(match.concept, match.score) for match in matches if not match.excluded]
        from_concepts = concept_areas(included, self.vocabulary)
        areas = ranked_areas(from_concepts, words.named, sure=sure and bool(included))
        return Reading(concepts=tuple(matches), therapy_areas=areas, ambiguous=ambiguous)

    def _hits(self, text: str, tokens: list[Token], lang: Language | None) -> tuple[list[Hit], bool]:
        phrases = self._phrases.find(tokens, lang)
        named = [(self.vocabulary.concepts[hit.concept], hit.score) for hit in phrases]
        evidence = concept_areas(named, self.vocabulary)
        for area, times in self._area_words.find(tokens).named.items():
            evidence[area] = evidence.get(area, 0.0) + min(1.0, 0.3 * times)
        short = self._abbreviations.find(tokens, lang, (hit.concept for hit in phrases), evidence)
        codes = written_codes(text, tokens, self.vocabulary, self._steering)
        capitals = [hit for hit in short.hits if tokens[hit.first].raw.isupper()]
        settled = {(hit.first, hit.last) for hit in capitals}
        # What is written as an abbreviation is no word of the same letters (AIDS, aids).
        words = [hit for hit in phrases if (hit.first, hit.last) not in settled]
        return without_overlaps([*codes, *short.hits, *words]), short.ambiguous

    def _matches(
        self, hits: list[Hit], tokens: list[Token], marks: list[bool], lang: Language | None
    ) -> list[ConceptMatch]:
        """One match per concept, best first, the excluded last."""
        merged: dict[int, tuple[float, Hit]] = {}
        place = 0
        span = (-1, -1)
        for hit in hits:
            place += (hit.first, hit.last) != span
            span = (hit.first, hit.last)
            worth = hit.score * (1 + PER_WORD * min(hit.size - 1, 6)) * (1 - min(0.5, PER_PLACE * (place - 1)))
            worth -= 10.0 * marks[hit.first]
            known = merged.get(hit.concept)
            if known is None or (known[0] < 0 < worth):
                merged[hit.concept] = (worth, hit)
            elif worth > 0:
                merged[hit.concept] = (
                    max(known[0], worth) + PER_MENTION,
                    max(known[1], hit, key=lambda h: (h.score, -h.first)),
                )
        best = sorted(merged.values(), key=lambda entry: (-entry[0], entry[1].first, entry[1].concept))
        return [self._match(hit, tokens, marks[hit.first], lang) for _, hit in best[:MAX_CONCEPTS]]

    def _match(self, hit: Hit, tokens: list[Token], excluded: bool, lang: Language | None) -> ConceptMatch:  # noqa: FBT001
        concept = self.vocabulary.concepts[hit.concept]
        return ConceptMatch(
            concept=concept,
            code=concept.partition("/")[0],
            label=self.vocabulary.label(concept, lang or "en"),
            score=round(min(1.0, hit.score), 4),
            start=tokens[hit.first].start,
            end=tokens[hit.last].end,
            method=hit.method,
            excluded=excluded,
        )


@functools.cache
def shared_reader() -> Reader:
    """Give the reader of this process, on the shipped vocabulary."""
    return Reader(load_vocabulary())


def read_text(text: str, lang: Language | None = None) -> Reading:
    """Read a text by the shipped vocabulary; see `Reader.read_text`."""
    return shared_reader().read_text(text, lang)
