"""The vocabulary in memory: concepts by dense number, their words, and the tables that find them."""

import functools
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trialport.core.language import Language
from trialport.vocabulary.atom_index import AtomIndex
from trialport.vocabulary.cache import cache_directory, load_compiled
from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea
from trialport.vocabulary.compile import IMPORTED_BIT, Compiled
from trialport.vocabulary.imports.stored import import_directory
from trialport.vocabulary.lexicon import Lexicon
from trialport.vocabulary.ordinary import Ordinary
from trialport.vocabulary.sources import DATA, LANGUAGES


class KnownTerm(NamedTuple):
    """A phrase of the vocabulary: concept (dense number), rank and languages (see `compile`), plain text.

    `written` is its spelling where several categories share its plain form, else empty.
    """

    concept: int
    rank: int
    languages: int
    text: str
    written: str = ""

    @property
    def imported(self) -> bool:
        """Whether the phrase was imported by the deployer."""
        return bool(self.languages & IMPORTED_BIT)

    def is_in(self, lang: Language) -> bool:
        """Whether the phrase is one of this language."""
        return bool(self.languages & (1 << LANGUAGES.index(lang)))


class Vocabulary:
    """Concepts and their words. `concept_ids` numbers concepts densely from 0, in order of their names.

    `category_of[i]` is the number of the category concept `i` belongs to (itself for a category) and
    `block_of[i]` the number of its ICD block; `version` changes with every change of the data.
    """

    def __init__(self, version: str, compiled: Compiled) -> None:
        self.version = version
        self.concepts: tuple[str, ...] = tuple(compiled.concepts)
        self.concept_ids: dict[str, int] = {c: i for i, c in enumerate(self.concepts)}
        self.concept_count = len(self.concepts)
        self.category_of: NDArray[np.int32] = np.frombuffer(compiled.category_of, "<i4")
        self.block_of: NDArray[np.int32] = np.frombuffer(compiled.block_of, "<i4")
        self.stems = compiled.stems
        self.abbreviations = compiled.abbreviations
        self.lower_abbreviations = {text.lower(): text for text in compiled.abbreviations}
        self._labels = compiled.labels
        self._areas = tuple(tuple(THERAPY_AREAS[a] for a in of) for of in compiled.areas)
        self._keys = compiled.keys
        self._key_offsets = np.frombuffer(compiled.key_offsets, "<i4").tolist()
        self._term_concept = np.frombuffer(compiled.term_concept, "<i4").tolist()
        self._term_rank = compiled.term_rank
        self._term_languages = compiled.term_languages
        self._term_text = compiled.term_text
        self._term_written = compiled.term_written
        self.atom_index = AtomIndex(compiled.atom_index)
        self.spelling = compiled.spelling
        self.ordinary = Ordinary(compiled.ordinary)
        self.frequent = Ordinary(compiled.frequent)
        self.lexicon = Lexicon(compiled.atom_index.forms, compiled.stems, self.ordinary)

    def areas_of(self, concept: str) -> tuple[TherapyArea, ...]:
        """Therapy areas of a concept, primary first; none for an unknown concept."""
        number = self.concept_ids.get(concept)
        return () if number is None else self._areas[number]

    def label(self, concept: str, lang: Language = "en") -> str:
        """Label in a language, else in English, else the concept itself."""
        number = self.concept_ids.get(concept)
        labels = ("", "", "") if number is None else self._labels[number]
        return labels[LANGUAGES.index(lang)] or next((text for text in labels if text), concept)

    def terms_of(self, key: str) -> list[KnownTerm]:
        """Terms whose stems make up a key (see `compile.key_of`), best first."""
        number = self._keys.get(key)
        return [] if number is None else self._terms_at(number)

    def _terms_at(self, number: int) -> list[KnownTerm]:
        run = range(self._key_offsets[number], self._key_offsets[number + 1])
        return [
            KnownTerm(
                self._term_concept[t],
                self._term_rank[t],
                self._term_languages[t],
                self._term_text[t],
                self._term_written.get(t, ""),
            )
            for t in run
        ]

    def has_key(self, key: str) -> bool:
        """Whether any phrase has this key."""
        return key in self._keys


@functools.cache
def load_vocabulary(folder: Path = DATA) -> Vocabulary:
    """Load the vocabulary of this process, once: from the cache directory, else compiled (seconds).

    Imported terms of the folder at this moment are in it; later ones are not seen by this process.
    """
    return Vocabulary(*load_compiled(folder, cache_directory(), import_directory()))


def load_shipped(folder: Path = DATA) -> Vocabulary:
    """Load the shipped vocabulary alone, without anything that was imported."""
    return Vocabulary(*load_compiled(folder, cache_directory()))
