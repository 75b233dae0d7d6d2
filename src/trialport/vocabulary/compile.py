"""Building the index: every concept, its words in three languages, and the tables to find them by."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.atom_index import CompiledAtoms, compile_atoms
from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea
from trialport.vocabulary.icd10cm import IcdTerm, read_icd
from trialport.vocabulary.imports.atoms import shipped_first
from trialport.vocabulary.imports.stored import StoredTerm
from trialport.vocabulary.lexicon import Lexicon, read_forms
from trialport.vocabulary.normalise import tokens_of
from trialport.vocabulary.ordinary import Ordinary, compile_frequent, compile_ordinary
from trialport.vocabulary.sources import (
    LANGUAGES,
    AreaRange,
    ConditionRow,
    ordinal,
    read_areas,
    read_conditions,
    stems_of_kind,
)
from trialport.vocabulary.spelling import CompiledSpelling, compile_spelling
from trialport.vocabulary.wording import is_residual, is_shortening, phrases, shortenings

# Rank of a term among all with the same words; a smaller number wins. Our own words come before ICD's.
# What a deployer imports comes last.
LABEL, SYNONYM, OTHER_MEANING, ICD_LABEL, ICD_INCLUSION, ICD_DEEPER, ICD_RESIDUAL, IMPORTED = range(8)
# Beside the bits of the languages: that a term was imported.
IMPORTED_BIT = 1 << len(LANGUAGES)
MAX_KEY_STEMS = 8


class Compiled(Struct, frozen=True, array_like=True):
    """The index as it is kept in the cache. Arrays are little-endian bytes; see `Vocabulary` for meaning."""

    concepts: list[str]
    labels: list[tuple[str, str, str]]
    areas: list[tuple[int, ...]]
    category_of: bytes
    block_of: bytes
    keys: dict[str, int]
    key_offsets: bytes
    term_concept: bytes
    term_rank: bytes
    term_languages: bytes
    term_text: list[str]
    term_written: dict[int, str]
    stems: dict[str, int]
    abbreviations: dict[str, list[tuple[int, str, bool]]]
    atom_index: CompiledAtoms
    spelling: CompiledSpelling
    ordinary: bytes
    frequent: bytes


class Term(NamedTuple):
    """One phrase of a concept before it is indexed."""

    concept: str
    text: str
    rank: int
    language: Language


class Entry(NamedTuple):
    """A term under its key. `languages` has a bit for each language of these words (en 1, sv 2, da 4).

    `text` is in plain forms, `written` as it is spelt, in lower case.
    """

    rank: int
    concept: str
    text: str
    languages: int
    written: str


def _icd_terms(terms: Iterable[IcdTerm]) -> Iterator[Term]:
    for code, text, depth in terms:
        residual = is_residual(text)
        # "Other specified X" below category level says nothing that X itself does not.
        if residual and depth > 1:
            continue
        for number, phrase in enumerate(phrases(text)):
            # A lone word of the factors and external causes (fall, counselling) is rarely a condition.
            if is_shortening(phrase) or (code[0] in "VWXYZ" and " " not in phrase):
                continue
            rank = ICD_LABEL if depth == 0 else ICD_INCLUSION if depth == 1 else ICD_DEEPER
            yield Term(code, phrase, ICD_RESIDUAL if residual or number > 1 else rank, "en")


def _own_terms(rows: Iterable[ConditionRow]) -> Iterator[Term]:
    for row in rows:
        for language in LANGUAGES:
            for number, text in enumerate(row.terms[language]):
                if not row.shared.get(text, True):
                    rank = OTHER_MEANING
                else:
                    rank = ICD_RESIDUAL if is_residual(text) else SYNONYM if number else LABEL
                yield Term(row.concept, text, rank, language)


def key_of(stems: Iterable[str]) -> str:
    """Make the key a phrase is found by: its stems in alphabetical order, so that inverted forms meet."""
    return " ".join(sorted(stems))


def _keyed(terms: Iterable[Term], stop: frozenset[str]) -> dict[str, list[Entry]]:
    """Key -> every term with that key, best first, one per concept."""
    keyed: dict[str, dict[str, Entry]] = defaultdict(dict)
    for concept, text, rank, language in terms:
        tokens = [token for token in tokens_of(text) if token.stem not in stop]
        if not 0 < len(tokens) <= MAX_KEY_STEMS:
            continue
        bit = 1 << LANGUAGES.index(language)
        written = " ".join(token.raw for token in tokens).casefold()
        entry = Entry(rank, concept, " ".join(token.plain for token in tokens), bit, written)
        same = keyed[key_of(token.stem for token in tokens)]
        known = same.get(concept, entry)
        same[concept] = min(known, entry)._replace(languages=known.languages | bit)
    return {key: sorted(same.values(), key=_before) for key, same in keyed.items()}


def _add_imported(keyed: dict[str, list[Entry]], imported: Iterable[StoredTerm], stop: frozenset[str]) -> None:
    """Add imported terms under their keys.

    One that the shipped words have under the same category only says that it is of its language too. One they have
    under another category is left out, unless it is marked as another meaning.
    """
    for another in (False, True):
        terms = (Term(t.concept, t.text, IMPORTED, t.language) for t in imported if t.another is another)
        for key, entries in _keyed(terms, stop).items():
            shipped = keyed.setdefault(key, [])
            places = {entry.concept.partition("/")[0]: place for place, entry in reversed(list(enumerate(shipped)))}
            led = shipped[0].rank if shipped else IMPORTED
            for entry in entries:
                added = entry._replace(languages=entry.languages | IMPORTED_BIT)
                place = places.get(entry.concept)
                if place is not None:
                    known = shipped[place]
                    shipped[place] = known._replace(languages=known.languages | entry.languages)
                elif led == IMPORTED:
                    shipped.append(added)
                elif another:
                    shipped.append(added._replace(rank=OTHER_MEANING if led <= OTHER_MEANING else IMPORTED))


def _written_apart(keyed: dict[str, list[Entry]]) -> dict[int, str]:
    """Spelling of the terms (by number) that share their key with another category (skallskada, skållskada)."""
    numbers = count()
    apart: dict[int, str] = {}
    for entries in keyed.values():
        written = {next(numbers): entry.written for entry in entries}
        if len({entry.concept.partition("/")[0] for entry in entries}) > 1:
            apart.update(written)
    return apart


def _before(entry: Entry) -> tuple[int, bool, str]:
    """Order own words before ICD's; of equal rank the category before the finer concept."""
    return entry.rank, "/" in entry.concept, entry.concept


def _areas_of(categories: Iterable[str], ranges: list[AreaRange]) -> dict[str, tuple[TherapyArea, ...]]:
    """Areas of each category: those of the last, and so narrowest, range that holds it."""
    bounds = [(ordinal(ranged.first), ordinal(ranged.last), ranged.areas) for ranged in ranges]
    found: dict[str, tuple[TherapyArea, ...]] = {}
    for code in categories:
        place = ordinal(code)
        found[code] = next((areas for first, last, areas in reversed(bounds) if first <= place <= last), ())
    return found


def _numbers_of(areas: Iterable[TherapyArea]) -> tuple[int, ...]:
    return tuple(THERAPY_AREAS.index(area) for area in areas)


def _blocks(categories: list[str], blocks: list[tuple[str, str]]) -> dict[str, int]:
    """Block number of each category; one outside all blocks of the edition is a block of its own."""
    bounds = [(number, ordinal(first), ordinal(last)) for number, (first, last) in enumerate(blocks)]
    found: dict[str, int] = {}
    for code in categories:
        place = ordinal(code)
        # Blocks nest (C15-C26 in C00-D49): the last listed one is the narrowest.
        inside = (number for number, first, last in reversed(bounds) if first <= place <= last)
        found[code] = next(inside, len(bounds) + len(found))
    return found


def _abbreviations(
    rows: Iterable[ConditionRow], icd: Iterable[IcdTerm], ids: dict[str, int]
) -> dict[str, list[tuple[int, str, bool]]]:
    """Abbreviation as written (tokens joined by spaces) -> its readings. Own readings leave out ICD's."""
    found: dict[str, list[tuple[int, str, bool]]] = defaultdict(list)
    for row in rows:
        for text, language, default in row.abbreviations:
            reading = (ids[row.concept], language or "", default)
            if reading not in found[_written(text)]:
                found[_written(text)].append(reading)
    own = set(found)
    for code, text, _ in icd:
        for word in shortenings(text):
            reading = (ids[code], "", False)
            if _written(word) not in own and reading not in found[_written(word)]:
                found[_written(word)].append(reading)
    return {text: readings for text, readings in found.items() if text}


def _add_imported_abbreviations(
    found: dict[str, list[tuple[int, str, bool]]], imported: Iterable[StoredTerm], ids: dict[str, int]
) -> None:
    """Add imported abbreviations that the shipped words do not have, and those marked as another meaning."""
    shipped = set(found)
    for term in imported:
        text = _written(term.text)
        reading = (ids[term.concept], "", False)
        if text and (text not in shipped or term.another) and reading not in found.get(text, ()):
            found.setdefault(text, []).append(reading)


def _written(text: str) -> str:
    return " ".join(token.raw for token in tokens_of(text))


def _labels(concepts: list[str], rows: Iterable[ConditionRow], icd: Iterable[IcdTerm]) -> list[tuple[str, str, str]]:
    labels: dict[str, list[str]] = {concept: ["", "", ""] for concept in concepts}
    for row in rows:
        for number, language in enumerate(LANGUAGES):
            if row.terms[language] and not labels[row.concept][number]:
                labels[row.concept][number] = row.terms[language][0]
    for code, text, depth in icd:
        if depth == 0 and not labels[code][0]:
            labels[code][0] = text
    return [(en, sv, da) for en, sv, da in labels.values()]


def compile_vocabulary(folder: Path, imported: Iterable[StoredTerm] = ()) -> Compiled:
    """Build the whole index from the ICD package, our data files and what was imported (seconds)."""
    categories, blocks, icd = read_icd()
    rows = read_conditions(folder)
    categories = sorted({*categories, *(row.concept.partition("/")[0] for row in rows)})
    concepts = sorted({*categories, *(row.concept for row in rows)})
    ids = {concept: number for number, concept in enumerate(concepts)}
    own_areas = {row.concept: row.areas for row in rows if row.areas}
    by_category = _areas_of(categories, read_areas(folder))
    block_of = _blocks(categories, blocks)
    stop = stems_of_kind("stop", folder)
    own = [*_own_terms(rows), *_icd_terms(icd)]
    keyed = _keyed(own, stop)
    # The shipped words may have changed since the import.
    imported = [term for term in imported if term.concept in ids]
    _add_imported(keyed, [term for term in imported if not is_shortening(term.text)], stop)
    abbreviations = _abbreviations(rows, icd, ids)
    _add_imported_abbreviations(abbreviations, [term for term in imported if is_shortening(term.text)], ids)
    terms = list(chain.from_iterable(keyed.values()))
    stems = dict(Counter(word for key in keyed for word in key.split()))
    lexicon = Lexicon(read_forms(folder), stems, Ordinary(ordinary := compile_ordinary(term.text for term in own)))
    said = [(term.text, ids[term.concept], term.rank, term.languages & ~IMPORTED_BIT) for term in terms]
    return Compiled(
        concepts=concepts,
        labels=_labels(concepts, rows, icd),
        areas=[_numbers_of(own_areas.get(c) or by_category[c.partition("/")[0]]) for c in concepts],
        category_of=np.array([ids[c.partition("/")[0]] for c in concepts], "<i4").tobytes(),
        block_of=np.array([block_of[c.partition("/")[0]] for c in concepts], "<i4").tobytes(),
        keys={key: number for number, key in enumerate(keyed)},
        key_offsets=np.concatenate([[0], np.cumsum([len(run) for run in keyed.values()])]).astype("<i4").tobytes(),
        term_concept=np.array([ids[term.concept] for term in terms], "<i4").tobytes(),
        term_rank=np.array([term.rank for term in terms], "<i1").tobytes(),
        term_languages=np.array([term.languages for term in terms], "<i1").tobytes(),
        term_text=[term.text for term in terms],
        term_written=_written_apart(keyed),
        stems=stems,
        abbreviations=abbreviations,
        atom_index=shipped_first(compile_atoms(said, lexicon, LANGUAGES), IMPORTED),
        spelling=compile_spelling({word: 1 for form in lexicon.forms.whole for word in form.split()} | stems),
        ordinary=ordinary,
        frequent=compile_frequent(),
    )
