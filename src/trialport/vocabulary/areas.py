"""Therapy areas of a text: from its concepts, and from words that name an area ("cardiology")."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea
from trialport.vocabulary.compile import MAX_KEY_STEMS, key_of
from trialport.vocabulary.compounds import split_compound
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.models import AreaMatch
from trialport.vocabulary.normalise import ANNOUNCED, Token, stem, tokens_of
from trialport.vocabulary.sources import DATA, AreaRange, in_range, read_areas, read_contexts, read_words
from trialport.vocabulary.words import Steering

# What the second and later areas of a concept weigh against its primary one.
SECONDARY = 0.55
RUBRIC_WORDS = 8
ONCOLOGY: TherapyArea = "oncology"
TUMOURS = frozenset({"kreft", "cancer"})
_DEFINITE = re.compile(r"(?<=....)(?:en|et|erne|ene)$")
_SEX = re.compile(r"\((kvinde|mand)\)\s*$", re.IGNORECASE)
# Each concept further down the ranking says less about what the text is about.
DECAY = 0.72
# An area word beside concepts says little, more in running text; alone it is all there is.
BESIDE_CONCEPTS, IN_PROSE, ALONE, BESIDE_UNPLACED = 0.2, 0.6, 0.6, 0.97
PROSE_WORDS = 8
# What is left of the score of an area that a text names.
LEAST_SCORE = 0.01
# Areas of what happens to an organ, not of the organ.
OF_PROCESS: frozenset[TherapyArea] = frozenset(
    {"oncology", "infectious-diseases", "trauma-injuries", "rare-genetic", "paediatrics-neonatology"}
)
# Areas of people and situations, not of an organ either.
OF_PEOPLE: frozenset[TherapyArea] = frozenset(
    {"geriatrics", "general-practice-prevention", "anaesthesia-intensive-care", "pain-palliative"}
)
# People of whom no disease is said: who takes part, not what a study is about.
PEOPLE = frozenset({"Z00/healthy-volunteers", "R54/old-age"})
# Categories that name no place in the body: infection, tumour, injury or malformation, and operation of any organ.
UNPLACED = frozenset({"B34", "B99", "C80", "D36", "D48", "Q89", "R68", "R69", "S00", "S10", "T14", "T79"}) | {
    "Z01",
    "Z46",
    "Z90",
    "Z96",
    "Z98",
}


class AreaFound(NamedTuple):
    """How often each area is named in a text, and the tokens that name them."""

    named: dict[TherapyArea, float]
    explained: set[int]


# Everyday words that fold like an area's word: like "hår" (hair), "tattoo" and "ben" (leg).
NO_AREA = frozenset({"har", "här", "that", "been"})


class AreaWords:
    """The area word table, looked up by stems."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering, folder: Path = DATA) -> None:
        self._vocabulary = vocabulary
        self._stop = steering.stop
        self._keys: dict[str, set[TherapyArea]] = {}
        self.stems: dict[str, int] = {}
        for row in read_words("area_words.tsv", folder):
            area = next(code for code in THERAPY_AREAS if code == row.kind)
            for word in row.words:
                stems = [t.stem for t in tokens_of(word) if t.stem not in self._stop]
                self._keys.setdefault(key_of(stems), set()).add(area)
                self.stems.update(dict.fromkeys(stems, 1))

    def find(self, tokens: list[Token], skip: Iterable[int] = ()) -> "AreaFound":
        """Find how often each area is named, longest phrases only, outside the tokens to skip."""
        left_out = set(skip)
        elements = [
            (part, number, token.gap)
            for number, token in enumerate(tokens)
            if number not in left_out and token.stem not in self._stop and token.raw.lower() not in NO_AREA
            for part in self._parts(token)
        ]
        named: dict[TherapyArea, float] = {}
        explained: set[int] = set()
        start = 0
        while start < len(elements):
            run = elements[start : start + MAX_KEY_STEMS]
            length, areas = self._longest(run)
            for area in areas:
                named[area] = named.get(area, 0.0) + length / len(areas)
            if areas:
                explained.update(number for _, number, _ in run[:length])
            start += length
        return AreaFound(named, explained)

    def _parts(self, token: Token) -> list[str]:
        if token.stem in self.stems or token.stem in self._vocabulary.stems:
            return [token.stem]
        return [stem(part) for part in split_compound(token.plain, self, nordic=True)] or [token.stem]

    def _longest(self, run: list[tuple[str, int, int]]) -> tuple[int, set[TherapyArea]]:
        """Find the longest area phrase at the head of a run: how many words it takes, and its areas."""
        known = next((n for n, (word, _, _) in enumerate(run) if word not in self.stems), len(run))
        for length in range(known, 0, -1):
            if any(gap >= ANNOUNCED for _, _, gap in run[1:length]):
                continue
            if areas := self._keys.get(key_of(word for word, _, _ in run[:length])):
                return length, areas
        return 1, set()


class DanishFiling:
    """By which organ Danish general practice files a condition.

    It codes by ICPC-2, whose chapters are organ systems: whooping cough is respiratory there, polio neurological.
    """

    def __init__(self, folder: Path = DATA) -> None:
        self._ranges = read_areas(folder, "icpc2.tsv")

    def ordered(self, concept: str, areas: tuple[TherapyArea, ...]) -> tuple[TherapyArea, ...]:
        """Give the areas of a concept, that of its ICPC-2 chapter first."""
        first = next((ranged.areas for ranged in self._ranges if in_range(concept.partition("/")[0], ranged)), ())
        return (*first, *(area for area in areas if area not in first))


class Contexts:
    """Which area leads for a condition where a text speaks of something that decides it (`area_contexts.tsv`)."""

    def __init__(self, folder: Path = DATA) -> None:
        self._rows = [
            (ranged, frozenset(token.stem for word in words for token in tokens_of(word)))
            for ranged, words in read_contexts(folder)
        ]

    def spoken(self, tokens: list[Token]) -> list[AreaRange]:
        """Give the ranges of categories whose area the words of a text decide."""
        stems = {token.stem for token in tokens}
        return [ranged for ranged, words in self._rows if not stems.isdisjoint(words)]


def led_by(concept: str, areas: tuple[TherapyArea, ...], spoken: Iterable[AreaRange]) -> tuple[TherapyArea, ...]:
    """Give the areas of a concept, that which the text decides for it first."""
    first = next((ranged.areas for ranged in spoken if in_range(concept.partition("/")[0], ranged)), ())
    return (*first, *(area for area in areas if area not in first))


def is_rubric(tokens: list[Token], lang: Language | None, steering: Steering) -> bool:
    """Whether a text is worded as a rubric of ICPC-2: what happens, and then in which organ ("kræft i mave").

    The organ's area is meant there. The Danish hospital classification says "kræft i mavesækken", with the article,
    and files it as a tumour.
    """
    if lang != "da" or not 1 < len(tokens) <= RUBRIC_WORDS:
        return False
    for head, link, organ in zip(tokens, tokens[1:], [*tokens[2:], None], strict=False):
        if head.plain in steering.rubric_heads and link.plain in steering.rubric_links:
            return organ is None or head.plain not in TUMOURS or not _DEFINITE.search(organ.plain)
    return False


def sex_area(text: str, lang: Language | None) -> TherapyArea | None:
    """Give the area of "(Kvinde)" or "(Mand)" at the end of a Danish rubric: chapters X and Y of ICPC-2."""
    found = _SEX.search(text) if lang == "da" else None
    if found is None:
        return None
    return "gynaecology-obstetrics" if found[1].casefold() == "kvinde" else "urology-nephrology"


def is_operative(tokens: list[Token], steering: Steering) -> bool:
    """Whether a text speaks of an operation or of finding a disease rather than of treating it with drugs.

    A tumour is then the business of those who see the organ: a bladder tumour that of the urologist.
    """
    plains = {token.plain for token in tokens}
    return bool(plains & steering.operative) and not plains & steering.medicinal


def organ_first(areas: tuple[TherapyArea, ...]) -> tuple[TherapyArea, ...]:
    """Put the area of the organ before that of what happens to it (tumour, infection, injury)."""
    return tuple(sorted(areas, key=lambda area: (area in OF_PEOPLE, area in OF_PROCESS)))


def filed_as_tumour(concept: str, areas: tuple[TherapyArea, ...]) -> tuple[TherapyArea, ...]:
    """Put oncology first for a malignant disease of the blood.

    So a bare English term is meant: registries index by MeSH, which files leukaemia and lymphoma as neoplasms. Running
    text is about who treats it, and that is a haematologist more often than not.
    """
    return (ONCOLOGY, *(a for a in areas if a != ONCOLOGY)) if concept[0] == "C" and ONCOLOGY in areas else areas


def of_organs(named: Mapping[TherapyArea, float]) -> Mapping[TherapyArea, float]:
    """Keep the areas of organs that a text names beside what happens to them; all, if it names no organ."""
    return {area: times for area, times in named.items() if area not in OF_PROCESS | OF_PEOPLE} or named


def without_people(
    concepts: list[tuple[str, float]], named: Mapping[TherapyArea, float]
) -> tuple[list[tuple[str, float]], Mapping[TherapyArea, float]]:
    """Leave who takes part out of the concepts and areas named, where a text has anything else it may be about."""
    about = [(concept, score) for concept, score in concepts if concept not in PEOPLE]
    organs = of_organs(named)
    if len(about) == len(concepts) or not (about or organs is not named):
        return concepts, named
    return about, organs


def concept_areas(
    concepts: Iterable[tuple[str, float]], areas_of: Callable[[str], tuple[TherapyArea, ...]]
) -> dict[TherapyArea, float]:
    """Weight of each area (0 to 1) given concepts and their scores, best first, and the areas of each in order."""
    against: dict[TherapyArea, float] = {}
    for number, (concept, score) in enumerate(concepts):
        for place, area in enumerate(areas_of(concept)):
            weight = score * DECAY**number * (SECONDARY if place else 0.95)
            against[area] = against.get(area, 1.0) * (1.0 - min(weight, 0.97))
    return {area: 1.0 - rest for area, rest in against.items()}


def ranked_areas(
    from_concepts: Mapping[TherapyArea, float],
    from_words: Mapping[TherapyArea, float],
    *,
    sure: bool,
    placed: bool = True,
    prose: bool = False,
    leanings: Mapping[TherapyArea, float] | None = None,
) -> tuple[AreaMatch, ...]:
    """Areas best first; equal ones in the order of the area list.

    `sure` concepts outweigh area words, unless the leading one is not `placed` in the body ("infection in the
    circulatory system": the unit that sees the organ sees it). `leanings` shift scores: an area that texts often name
    by the way is less likely what this one is about.
    """
    beside = IN_PROSE if prose else BESIDE_CONCEPTS
    share = BESIDE_UNPLACED if not placed else beside if sure else ALONE
    total = sum(from_words.values())
    scores: dict[TherapyArea, float] = dict(from_concepts)
    for area, times in from_words.items():
        weight = share * (0.5 + 0.5 * times / total)
        scores[area] = 1.0 - (1.0 - scores.get(area, 0.0)) * (1.0 - weight)
    for area, shift in (leanings or {}).items():
        if area in scores:
            scores[area] = max(LEAST_SCORE, scores[area] + shift)
    ranked = sorted(scores, key=lambda area: (-round(scores[area], 4), THERAPY_AREAS.index(area)))
    return tuple(AreaMatch(code=area, score=min(1.0, round(scores[area], 4))) for area in ranked)
