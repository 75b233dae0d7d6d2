"""The content words of a text as they are looked up: stems, atoms, corrected spellings, parts of compounds."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.atom_index import spans
from trialport.vocabulary.compounds import split_compound
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.lexicon import Atoms, is_unknown
from trialport.vocabulary.normalise import Token, fold, stem
from trialport.vocabulary.spelling import Spelling
from trialport.vocabulary.words import Steering

# In running text a word unlike all terms is rarely a misspelt condition: only long ones are looked at.
SHORT_TEXT, MIN_CORRECTED, MIN_CORRECTED_IN_PROSE = 8, 4, 7
MAX_CORRECTED = 200
# A word this long that only falls into known parts may be another one misspelt.
MIN_PARTED = 8


_PEOPLE = re.compile(r"(?<=....)(?:patient(?:er|en|erna|erne)?|sjuka|sjuke|syge)$")


class Element(NamedTuple):
    """A content word, or a part of a compound, with the token it stands in.

    `atoms` is None on the later words of a form of several words; `written` is the word in lower case; `errors`
    counts the letters corrected.
    """

    stem: str
    plain: str
    token: int
    part: bool
    atoms: Atoms | None
    written: str
    errors: int = 0


class ElementReader:
    """Makes elements of tokens with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering) -> None:
        self._vocabulary = vocabulary
        self._steering = steering
        self._spelling = Spelling(vocabulary.spelling, steering.opposites)
        self.generic_atoms = frozenset(
            atom for word in steering.generic for atom in vocabulary.lexicon.atoms_of(word, None)
        )

    def whole(self, tokens: list[Token], lang: Language | None) -> list[Element]:
        """Content words in order."""
        kept = [number for number, token in enumerate(tokens) if not self._is_stop(token, lang)]
        prose = len(kept) > SHORT_TEXT
        looked_at = 0
        elements: list[Element] = []
        for number in kept:
            token = self._without_people(tokens[number], lang)
            element = Element(
                self._spelt(token), token.plain, number, part=False, atoms=(), written=token.raw.casefold()
            )
            if looked_at < MAX_CORRECTED and (most := self._may_be_wrong(element, lang, prose=prose)):
                looked_at += 1
                element = self._corrected(element, most)
            elements.append(element)
        return self._with_atoms(elements, lang)

    def apart(self, tokens: list[Token], covered: set[int], lang: Language | None) -> list[Element]:
        """Content words with the Swedish and Danish compounds outside `covered` taken apart.

        In running text an ordinary word is none: no old age in "föräldrarna", no inner ear in "kombinerar".
        """
        kept = [number for number, token in enumerate(tokens) if not self._is_stop(token, lang)]
        ordinary = self._vocabulary.ordinary if len(kept) > SHORT_TEXT else ()
        elements: list[Element] = []
        for number in kept:
            token = tokens[number]
            whole = number in covered or lang == "en" or token.plain in self._steering.prose or token.plain in ordinary
            parts = () if whole else split_compound(token.plain, self._vocabulary, nordic=lang is not None)
            for part in parts:
                if (part_stem := stem(part)) not in self._steering.stop:
                    known = part_stem if part_stem in self._vocabulary.stems else part
                    elements.append(Element(known, part, number, part=True, atoms=(), written=part))
            if not parts:
                elements.append(
                    Element(self._spelt(token), token.plain, number, part=False, atoms=(), written=token.raw.casefold())
                )
        return self._with_atoms(elements, lang)

    def _without_people(self, token: Token, lang: Language | None) -> Token:
        """Leave out the people at the end of a compound: "hemodialyspatienter" are on haemodialysis."""
        if lang == "en" or token.stem in self._vocabulary.stems or (found := _PEOPLE.search(token.plain)) is None:
            return token
        before = token.plain[: found.start()]
        for plain in (before, before.removesuffix("s")):
            if (shorter := stem(plain)) in self._vocabulary.stems:
                return token._replace(plain=plain, stem=shorter)
        return token

    def is_generic(self, element: Element) -> bool:
        """Whether a word tells no condition by itself (disease, acute, infection)."""
        if element.stem in self._steering.generic:
            return True
        return bool(element.atoms) and self.generic_atoms.issuperset(element.atoms or ())

    def _is_stop(self, token: Token, lang: Language | None) -> bool:
        """Whether a word says nothing here; "har" says nothing in Swedish although it folds to "hår"."""
        if token.stem in self._steering.stop:
            return True
        written = token.raw.casefold() if token.raw.istitle() else token.raw
        return any(written in self._steering.written_stop.get(one, ()) for one in ("", lang or ""))

    def _with_atoms(self, elements: list[Element], lang: Language | None) -> list[Element]:
        filled: list[Element] = []
        plains = [element.stem if element.errors else element.plain for element in elements]
        for span in spans(plains, self._vocabulary.lexicon, lang):
            filled.append(elements[span.first]._replace(atoms=span.atoms))
            filled.extend(later._replace(atoms=None) for later in elements[span.first + 1 : span.last + 1])
        return filled

    def _spelt(self, token: Token) -> str:
        """Give the stem, or that with the Nordic letter an unknown word's digraph may stand for (soevn)."""
        if token.stem in self._vocabulary.stems:
            return token.stem
        lower = token.raw.casefold()
        for digraph, letter in (("oe", "ö"), ("ae", "ä"), ("æ", "ä")):
            if digraph in lower and (other := stem(fold(lower.replace(digraph, letter)))) in self._vocabulary.stems:
                return other
        return token.stem

    def _may_be_wrong(self, element: Element, lang: Language | None, *, prose: bool) -> int:
        """Give how many letters of a word may be wrong: none where it is a term, a lexeme or an ordinary word.

        One may be in a long word that only falls into known parts: "brochiectasis" is no compound.
        """
        if element.stem in self._vocabulary.stems or element.plain in self._steering.prose:
            return 0
        if len(element.plain) < (MIN_CORRECTED_IN_PROSE if prose else MIN_CORRECTED) or not element.plain.isalpha():
            return 0
        atoms = self._atoms(element, lang)
        is_known = not all(is_unknown(atom) and atom[1:] == element.stem for atom in atoms)
        if element.plain in self._vocabulary.ordinary or (is_known and not self._only_parts(element)):
            return 0
        return 1 if prose or is_known else 3

    def _only_parts(self, element: Element) -> bool:
        return len(element.plain) >= MIN_PARTED and not self._vocabulary.lexicon.is_form(element.plain)

    def _atoms(self, element: Element, lang: Language | None) -> Iterable[str]:
        return self._vocabulary.lexicon.atoms_of(element.plain, lang)

    def _corrected(self, element: Element, most: int) -> Element:
        nearest = self._spelling.nearest(element.stem)
        if not nearest or nearest[0][1] > most:
            return element
        return element._replace(stem=nearest[0][0], errors=nearest[0][1])
