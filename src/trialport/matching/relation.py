"""How near the conditions a capacity takes lie to the condition the inquiry is about."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from trialport.matching.arrays import Bools, Codes, Floats, Rows
from trialport.matching.columns import CapacityColumns
from trialport.matching.question import CHILD_GROUPS, MatchQuestion
from trialport.matching.words import nearly_equal
from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea
from trialport.vocabulary.index import Vocabulary

# Levels of relation, farthest first; a capacity counts by the nearest of its relations.
NONE, AREA, BLOCK, SIBLING, AREA_BESIDE, AREA_PRIMARY, BROADER, SAME = range(8)
LEVEL_FITS: Floats = np.array([0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.95, 1.0])
LEVEL_CASES = ("none", "area", "block", "sibling", "area_beside", "whole_area", "broader", "same")
# Competing trials are counted up to here.
MOST_COMPETING = 3
# From here on the unit says that it sees these patients; below, only some like them.
FIRST_MET = AREA_BESIDE


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """The relation of some rows to one inquiry.

    `unread` marks rows whose own words could not be read while their therapy area fits: they are unknown.
    `readable` is false when the inquiry itself was not read, so that nothing can be said of any row. `areas` are
    the levels of whole therapy areas. `rivals` says of every row of the index how many of its trials compete for the
    patients asked; more than a few count no more.
    """

    readable: bool
    level: Codes
    unread: Bools
    areas: Codes
    rivals: Codes

    @property
    def related(self) -> Bools:
        """Mark the rows that something relates to the inquiry; all of them when it was not read."""
        related: Bools = (self.level != NONE) | self.unread
        return related if self.readable else np.ones_like(related)

    def kept(self, keep: Rows) -> "Relation":
        """Return the relation of some of the rows only."""
        return Relation(self.readable, self.level.take(keep), self.unread.take(keep), self.areas, self.rivals)


def relate(question: MatchQuestion, columns: CapacityColumns) -> Relation:
    """Find the nearest relation of every row to any of the inquiry's concepts, or to its therapy areas."""
    vocabulary = columns.vocabulary
    ids = vocabulary.concept_ids
    asked = [ids[item.concept] for item in question.concepts if item.concept in ids]
    areas = area_levels(question, vocabulary)
    level = _by_area(columns, areas, _areas_of_condition(question, vocabulary))
    _raise_by_concept(level, columns, _concept_levels(asked, vocabulary))
    return Relation(
        readable=bool(asked) or bool(areas.any()),
        level=level,
        unread=_by_words(level, columns, question, areas),
        areas=areas,
        rivals=_rivals(columns, _competing(asked, vocabulary)),
    )


def _by_area(columns: CapacityColumns, areas: Codes, of_condition: Bools) -> Codes:
    """Find each row's relation through its therapy area alone: all of the area, or something within it."""
    within = np.where(of_condition, AREA, NONE).astype(np.int8)
    level = np.zeros(columns.rows, dtype=np.int8)
    base = columns.base
    for area in np.flatnonzero((areas > NONE) | of_condition).tolist():
        here = slice(base.areas[area], base.areas[area + 1])
        level[here] = np.where(columns.whole_area[here], areas[area], within[area])
    added = slice(base.size, None)
    own = columns.therapy_area[added]
    level[added] = np.where(columns.whole_area[added], areas.take(own), within.take(own))
    return level


def _raise_by_concept(level: Codes, columns: CapacityColumns, levels: Codes) -> None:
    """Raise the rows that name a concept with one of these levels."""
    for nearness in (BLOCK, SIBLING, BROADER, SAME):
        rows = columns.base.concepts.holding(np.flatnonzero(levels == nearness).tolist())
        level[rows] = np.maximum(level.take(rows), nearness)
    added = np.arange(columns.base.size, columns.rows)
    level[added] = np.maximum(level.take(added), columns.concepts.best(added, levels))


def _by_words(level: Codes, columns: CapacityColumns, question: MatchQuestion, areas: Codes) -> Bools:
    """Raise the rows whose unread words are the inquiry's own; mark the others with unread words, if the area fits."""
    base = columns.base
    added = np.arange(base.size, columns.rows)
    positions, words = columns.unread.entries(added)
    owners = base.size + positions
    marked = np.zeros(columns.rows, dtype=bool)
    strings = {columns.strings[number]: number for number in (*base.unread_strings, *words.tolist())}
    same = [strings[text] for text in nearly_equal(question.indication, strings)] if strings else []
    level[base.unread.holding(same)] = SAME
    level[owners[np.isin(words, same)]] = SAME
    unread = np.concatenate((base.unread.rows, owners))
    fits = (areas.take(columns.therapy_area.take(unread)) > NONE) & (level.take(unread) <= AREA)
    marked[unread[fits]] = True
    return marked


def area_levels(question: MatchQuestion, vocabulary: Vocabulary) -> Codes:
    """Find for each therapy area the level of a unit that takes the whole of it; 0 if none.

    Beside the areas of the condition stand those of the people: a children's clinic takes children with any
    disease, and a trial met in primary care can be asked of general practice. One that has named other
    conditions is no nearer for that.
    """
    by_concept = _areas_by_concept(question, vocabulary)
    levels = np.zeros(len(THERAPY_AREAS), dtype=np.int8)
    read = {area for areas in by_concept for area in areas}
    for area in read | set(_areas_of_people(question)) if read else ():
        levels[THERAPY_AREAS.index(area)] = AREA_BESIDE
    for areas in by_concept:
        for area in areas[:1]:
            levels[THERAPY_AREAS.index(area)] = AREA_PRIMARY
    return levels


def _areas_by_concept(question: MatchQuestion, vocabulary: Vocabulary) -> list[tuple[TherapyArea, ...]]:
    """List the areas of each concept, the nearest first; of the words as read when no concept was found."""
    ids = vocabulary.concept_ids
    found = [vocabulary.areas_of(item.concept) for item in question.concepts if item.concept in ids]
    return [areas for areas in found if areas] or [question.therapy_areas]


def _areas_of_condition(question: MatchQuestion, vocabulary: Vocabulary) -> Bools:
    """Say for each therapy area whether the condition asked belongs to it."""
    areas = {area for areas in _areas_by_concept(question, vocabulary) for area in areas}
    return np.array([area in areas for area in THERAPY_AREAS])


def _areas_of_people(question: MatchQuestion) -> Iterable[TherapyArea]:
    groups = set(question.age_groups)
    if groups and groups <= set(CHILD_GROUPS):
        yield "paediatrics-neonatology"
    if groups == {"older_adult"}:
        yield "geriatrics"
    if "primary_care" in question.care_settings:
        yield "general-practice-prevention"
    if question.rare_disease:
        yield "rare-genetic"


def _concept_levels(asked: Iterable[int], vocabulary: Vocabulary) -> Codes:
    levels = np.zeros(vocabulary.concept_count, dtype=np.int8)
    category_of, block_of = vocabulary.category_of, vocabulary.block_of
    for concept in asked:
        category = category_of[concept]
        near = np.where(category_of == category, SIBLING, np.where(block_of == block_of[concept], BLOCK, NONE))
        near[category] = BROADER
        near[concept] = SAME
        np.maximum(levels, near.astype(np.int8), out=levels)
    return levels


def _rivals(columns: CapacityColumns, competes: Bools) -> Codes:
    """Count of every row the trials about one of these concepts."""
    base = columns.base
    owners, concepts = columns.competing.entries(np.arange(base.size, columns.rows))
    held = (base.competing.holding(np.flatnonzero(competes).tolist()), base.size + owners[competes.take(concepts)])
    rows, counts = np.unique(np.concatenate(held), return_counts=True)
    rivals = np.zeros(columns.rows, dtype=np.int8)
    rivals[rows] = np.minimum(counts, MOST_COMPETING)
    return rivals


def _competing(asked: Iterable[int], vocabulary: Vocabulary) -> Bools:
    """Mark each concept whose patients are the inquiry's: the same, the broader, or one within it."""
    competes = np.zeros(vocabulary.concept_count, dtype=bool)
    for concept in asked:
        competes[vocabulary.category_of == concept] = True
        competes[[concept, vocabulary.category_of[concept]]] = True
    return competes
