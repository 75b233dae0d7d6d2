"""Which category each concept of a source belongs to: by its code, by its nearest ancestor's, or by its name."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from trialport.vocabulary.imports.faults import Progress
from trialport.vocabulary.imports.shapes import SourceConcept
from trialport.vocabulary.normalise import tokens_of
from trialport.vocabulary.reading import Reader

How = Literal["code", "ancestor", "name"]
# A weaker reading of a name rests on a part of its words.
_SURE = 0.65
# Ancestors of one distance that lie in more categories than this tell nothing, and are not kept.
_MOST = 3


class Placed(NamedTuple):
    """A concept's category and how it was found; `category` is None where nothing leads to one."""

    category: str | None
    how: How | None


def place(concepts: Sequence[SourceConcept], reader: Reader, progress: Progress) -> list[Placed]:
    """Place all concepts, in their order."""
    known = reader.vocabulary.concept_ids
    own = [_leading(category for category in concept.categories if category in known) for concept in concepts]
    inherited = _inherited(concepts, own)
    placed: list[Placed] = []
    for number, concept in enumerate(concepts):
        if number % 500 == 0:
            progress("Placing concepts", number, len(concepts))
        if category := own[number]:
            placed.append(Placed(category, "code"))
        elif category := inherited.get(concept.key):
            placed.append(Placed(category, "ancestor"))
        elif category := read_name(concept, reader):
            placed.append(Placed(category, "name"))
        else:
            placed.append(Placed(None, None))
    return placed


def _leading(categories: Iterable[str]) -> str | None:
    """Pick the category that most of a concept's codes lie in, of equals the one it names first."""
    counts = Counter(categories).most_common(1)
    return counts[0][0] if counts else None


def _inherited(concepts: Sequence[SourceConcept], own: Sequence[str | None]) -> dict[str, str]:
    """Category of the nearest ancestors with a code, for each concept below one, unless these disagree.

    Goes down from the concepts with codes, one step at a time, so that a cycle or a long chain costs nothing more.
    """
    children: dict[str, list[str]] = defaultdict(list)
    for concept in concepts:
        for parent in concept.parents:
            children[parent].append(concept.key)
    reached = {concept.key: {category} for concept, category in zip(concepts, own, strict=True) if category}
    frontier = list(reached)
    while frontier:
        below: dict[str, set[str]] = defaultdict(set)
        for key in frontier:
            for child in children.get(key, ()):
                if child not in reached and len(below[child]) <= _MOST:
                    below[child] |= reached[key]
        reached.update(below)
        frontier = list(below)
    return {key: next(iter(categories)) for key, categories in reached.items() if len(categories) == 1}


def read_name(concept: SourceConcept, reader: Reader) -> str | None:
    """Category that the preferred name is a known term of, as a whole and without doubt."""
    if not concept.terms:
        return None
    name, language = concept.terms[0]
    tokens = tokens_of(name)
    if not tokens:
        return None
    reading = reader.read_text(name, language)
    if reading.ambiguous or len(reading.concepts) != 1 or reading.set_aside:
        return None
    match = reading.concepts[0]
    whole = match.start == tokens[0].start and match.end == tokens[-1].end
    return match.code if whole and match.method in ("exact", "synonym") and match.score >= _SURE else None
