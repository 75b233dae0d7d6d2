"""What single words mean, whatever the language: njure, nyre, kidney and renal are one lexeme.

`data/lexemes.tsv` names each meaning and its forms in three languages. A word, or a Swedish or Danish compound
taken apart, becomes atoms: "njurinflammation", "nephritis" and "inflammation of the kidney" are all
{kidney, inflammation}. So a condition is found through the terms of another language or wording.
"""

from collections.abc import Collection, Container, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.normalise import fold, skeleton, stem, tokens_of
from trialport.vocabulary.ordinary import is_form_of
from trialport.vocabulary.sources import DATA, LANGUAGES, read_lexemes

Atoms = tuple[str, ...]
# Atoms that tell nothing of which condition is meant; left out wherever another atom stands beside them.
WEIGHTLESS = frozenset({"disease", "syndrome"})
# The atom of "without", "non-" and "not"; by itself it is no condition.
NEGATION = "without"
MAX_FORM_WORDS = 3
# A part of a compound is at least this long; in English text a short part is mostly chance.
MIN_PART, MIN_PART_ENGLISH, MIN_WHOLE = 3, 4, 6
MAX_SPLIT = 40
# A form of another language is read only where it is long enough not to be a chance word of this one.
TELLING_WORD = 7
_LINKS = ("", "s", "e", "o", "a", "i")
_UNKNOWN = "="
_OPENING = 3


class Forms(Struct, frozen=True, array_like=True):
    """Forms by what they are compared as: whole words by stem, parts by skeleton. Values: (languages, atoms)."""

    whole: dict[str, list[tuple[int, Atoms]]]
    starts: dict[str, list[tuple[int, Atoms]]]
    ends: dict[str, list[tuple[int, Atoms]]]
    # The single words among the whole ones, as they are written, by their stems.
    written: dict[str, list[str]]


class _Part(NamedTuple):
    length: int
    atoms: Atoms


def read_forms(folder: Path = DATA) -> Forms:
    """Read the table of lexemes into lookup tables."""
    forms = Forms({}, {}, {}, {})
    for row in read_lexemes(folder):
        atoms = tuple(row.lexeme.split("+"))
        for number, language in enumerate(LANGUAGES):
            for text in row.forms[language]:
                for table, key in _keys(text):
                    entries = getattr(forms, table).setdefault(key, [])
                    _add(entries, 1 << number, atoms)
                    if table == "whole" and " " not in key and (word := fold(text)) not in forms.written.get(key, ()):
                        forms.written.setdefault(key, []).append(word)
    return forms


def _add(entries: list[tuple[int, Atoms]], bit: int, atoms: Atoms) -> None:
    for place, (bits, known) in enumerate(entries):
        if known == atoms:
            entries[place] = (bits | bit, atoms)
            return
    entries.append((bit, atoms))


def _keys(text: str) -> Iterator[tuple[str, str]]:
    tokens = tokens_of(text)
    if text.endswith("-"):
        form = "".join(skeleton(token.plain) for token in tokens)
        yield "starts", form
        # Nephr(o): the linking vowel goes before another one.
        if len(form) > MIN_PART and form[-1] in "oia":
            yield "starts", form[:-1]
    elif text.startswith("-"):
        yield "ends", "".join(token.stem for token in tokens)
    elif tokens:
        yield "whole", " ".join(token.stem for token in tokens)
        if len(tokens) == 1 and tokens[0].plain.isalpha() and len(tokens[0].plain) > MIN_PART:
            yield "starts", skeleton(tokens[0].plain)


class Lexicon:
    """Looks words up.

    `known` are further stems a compound may hold: those of the vocabulary's terms. `ordinary` are words that mean what
    a form means only where they are that form with another ending.
    """

    def __init__(self, forms: Forms, known: Collection[str] = (), ordinary: Container[str] = ()) -> None:
        self.forms = forms
        self._known = known
        self._ordinary = ordinary
        # A part that no form and no term begins like need not be looked up.
        self._openings = {form[:_OPENING] for table in (forms.whole, forms.starts, forms.ends) for form in table}
        self._openings.update(word[:_OPENING] for word in known)
        self.atoms_of = lru_cache(maxsize=65_536)(self._atoms_of)

    def phrase(self, stems: tuple[str, ...], lang: Language | None) -> Atoms:
        """Atoms of a form of several words, by its stems in order; () when there is none."""
        return _meant(self.forms.whole.get(" ".join(stems), ()), lang)

    def is_form(self, plain: str) -> bool:
        """Whether a word is a form of a lexeme as a whole."""
        return stem(plain) in self.forms.whole

    def _atoms_of(self, plain: str, lang: Language | None) -> Atoms:
        """Atoms of one word; a word with no known meaning is an atom of its own."""
        stemmed = stem(plain)
        if atoms := self._word(stemmed, plain, lang):
            return atoms
        if MIN_WHOLE <= len(plain) <= MAX_SPLIT and plain.isalpha() and (parts := self._split(skeleton(plain), lang)):
            return parts
        return (_UNKNOWN + stemmed,)

    def _word(self, stemmed: str, plain: str, lang: Language | None) -> Atoms:
        entries = self.forms.whole.get(stemmed, ())
        written = self.forms.written.get(stemmed, ())
        if written and plain in self._ordinary and not any(is_form_of(plain, form, lang) for form in written):
            return ()
        if atoms := _meant(entries, lang):
            return atoms
        return entries[0][1] if entries and len(plain) >= TELLING_WORD else ()

    def _split(self, word: str, lang: Language | None) -> Atoms:
        """Take a word apart into known parts that cover all of it, as long ones as possible; or ()."""
        shortest = MIN_PART_ENGLISH if lang == "en" else MIN_PART
        size = len(word)
        best: list[tuple[float, Atoms] | None] = [(0.0, ())] + [None] * size
        for start in range(size - shortest + 1):
            if (before := best[start]) is None:
                continue
            for part in self._parts(word, start, shortest, lang):
                for link in _LINKS:
                    end = start + part.length + len(link)
                    if not word.startswith(link, start + part.length) or (link and end >= size) or end > size:
                        continue
                    worth = before[0] + part.length**2 - 2 * len(link)
                    found = best[end]
                    if found is None or worth > found[0]:
                        best[end] = (worth, before[1] + part.atoms)
        whole = best[size]
        return whole[1] if whole else ()

    def _parts(self, word: str, start: int, shortest: int, lang: Language | None) -> Iterator[_Part]:
        """Known parts of a word from a place on: a first or middle part by its letters, the last one by its stem."""
        size = len(word)
        if word[start : start + _OPENING] not in self._openings:
            return
        for end in range(start + shortest, size):
            text = word[start:end]
            if atoms := _meant(self.forms.starts.get(text, ()), lang, strict=False) or _meant(
                self.forms.whole.get(text, ()), lang
            ):
                yield _Part(len(text), atoms)
            elif len(text) >= MIN_WHOLE and text in self._known:
                yield _Part(len(text), (_UNKNOWN + text,))
        if start and size - start >= shortest:
            stemmed = stem(word[start:])
            if atoms := _meant(self.forms.whole.get(stemmed, ()), lang) or _meant(
                self.forms.ends.get(stemmed, ()), lang, strict=False
            ):
                yield _Part(size - start, atoms)
            elif size - start >= MIN_WHOLE and stemmed in self._known:
                yield _Part(size - start, (_UNKNOWN + stemmed,))


def _meant(entries: list[tuple[int, Atoms]] | tuple[()], lang: Language | None, *, strict: bool = True) -> Atoms:
    """Atoms of the first entry in this language; of any, where the language is not known or not `strict`."""
    bit = 0 if lang is None else 1 << LANGUAGES.index(lang)
    for bits, atoms in entries:
        if not bit or bits & bit:
            return atoms
    return entries[0][1] if entries and not strict else ()


def is_unknown(atom: str) -> bool:
    """Whether an atom is a word of no known meaning."""
    return atom.startswith(_UNKNOWN)
