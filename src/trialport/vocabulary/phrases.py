"""Finding vocabulary phrases in tokens by hash lookup, longest first, with compounds taken apart.

A run of up to eight content words (stop words dropped) is looked up by its stems in alphabetical order, so
"carcinoma of the breast" and "breast carcinoma" meet; then by the atoms of its words (see `lexicon`), so
"njurinflammation" and "nephritis" meet. What no phrase covers is taken apart as a Swedish or Danish compound
and tried again.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeVar

from trialport.core.language import Language
from trialport.vocabulary.atom_index import AtomTerm, telling
from trialport.vocabulary.compile import ICD_RESIDUAL, IMPORTED, LABEL, MAX_KEY_STEMS, OTHER_MEANING, key_of
from trialport.vocabulary.coordination import variants
from trialport.vocabulary.elements import SHORT_TEXT, Element, ElementReader
from trialport.vocabulary.hits import CONNECTING, LINKING, Hit, without_overlaps
from trialport.vocabulary.index import KnownTerm, Vocabulary
from trialport.vocabulary.lexicon import NEGATION, WEIGHTLESS, is_unknown
from trialport.vocabulary.models import Method
from trialport.vocabulary.normalise import ANNOUNCED, HYPHENED, JOINED, LISTED, Token, fold
from trialport.vocabulary.ordinary import is_form_of
from trialport.vocabulary.triggers import ADDING, PREFIXED
from trialport.vocabulary.words import Steering

# What a condition named inside a longer phrase counts, and one that is only where the other came from.
INNER, CAUSE = 0.9, 0.75
# The meaning of "after", "efter" and "post-" alone.
AFTER = ("after",)
T = TypeVar("T", KnownTerm, AtomTerm)

EXACT, SAME_WORDS, SAME_STEMS, SAME_ATOMS, RESIDUAL = 1.0, 0.97, 0.93, 0.9, 0.85
ALTERNATIVE, GENERIC = 0.8, 0.5
# A condition told by its treatment ("hormone replacement therapy") leads less than one that is named.
TREATMENT = 0.85
# "Not" within a phrase; other negations belong to names ("ej beroendeframkallande").
_DENYING = frozenset({"not", "inte", "ikke"})
_TREATMENTS = frozenset({"therapy", "treatment", "terapi", "behandling"})
# What each corrected letter takes from a score.
PER_ERROR = 0.06
# The last part of a compound names the thing (lungFIBROS), the first what it has to do with (HJÄRTkateter).
HEAD_OF_COMPOUND, START_OF_COMPOUND = 0.65, 0.5
# A lone word shorter than this is not read in a language it is no word of ("after" is Danish for aphthae),
# nor, with a stem this short, in any but its own form ("preset" is not PRES).
TELLING_WORD, TELLING_STEM = 8, 5
# Symptoms lead only where no disease is named; factors and external causes only where nothing else is.
CHAPTERS = {"R": 0.85, "Z": 0.7, "V": 0.6, "W": 0.6, "X": 0.6, "Y": 0.6}
MAX_ALTERNATIVES = 2
NEOPLASM, NO_SITE = re.compile(r"C|D[0-4]"), "C80"
# Among no more words than this a word is more likely the condition than a mere part of the sentence.
FEW_WORDS = 3
PERSONAL_HISTORY, ANY_HISTORY = re.compile(r"Z8[5-7]"), re.compile(r"Z8[0-7]")


class PhraseFinder:
    """Finds phrases of one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering, elements: ElementReader) -> None:
        self._vocabulary = vocabulary
        self._steering = steering
        self._elements = elements

    def find(self, text: str, tokens: list[Token], elements: list[Element], lang: Language | None) -> list[Hit]:
        """Hits that do not overlap, in text order; several on the same words are alternative concepts."""
        windows = self._windows(elements, tokens, lang, len(elements))
        # Dropped first: of "non-metastatic breast cancer" the breast cancer stays.
        named = [hit for hit in windows if not _negated(hit, tokens)]
        hits = without_overlaps(self._with_site(named, tokens))
        shared, heads = self._shared_heads(text, tokens, elements, hits, lang)
        inner = self._inner(tokens, elements, hits, lang)
        hits = sorted([*(hit for hit in hits if hit not in heads), *shared, *inner], key=lambda hit: hit.first)
        covered = {i for hit in hits for i in range(hit.first, hit.last + 1)}
        apart = self._elements.apart(tokens, covered, lang)
        if any(element.part for element in apart):
            more = (hit for hit in self._windows(apart, tokens, lang, len(elements)) if not _touches(hit, covered))
            hits = sorted([*hits, *without_overlaps(more)], key=lambda hit: hit.first)
        return [hit for hit in hits if not _negated(hit, tokens)]

    def _with_site(self, hits: list[Hit], tokens: list[Token]) -> list[Hit]:
        """Leave out cancers of no site where the words go on to name one: "incurable cancer of the oesophagus"."""
        no_site, codes = self._vocabulary.concept_ids[NO_SITE], self._vocabulary.concepts
        if all(hit.concept != no_site for hit in hits):
            return hits
        sited = {
            number
            for hit in hits
            if hit.concept != no_site and NEOPLASM.match(codes[hit.concept]) and not _lists(hit, tokens)
            for number in range(hit.first, hit.last)
        }
        return [hit for hit in hits if hit.concept != no_site or hit.last not in sited]

    def _inner(self, tokens: list[Token], elements: list[Element], hits: list[Hit], lang: Language | None) -> list[Hit]:
        """Conditions named inside a longer phrase: what is screened for, and both parts of "X with Y"."""
        found: list[Hit] = []
        category = self._vocabulary.category_of
        for hit in hits:
            factor = self._is_factor(hit.concept)
            links = [n for n in range(hit.first + 1, hit.last) if tokens[n].plain in CONNECTING]
            if hit.first == hit.last or hit.rival or not (factor or links):
                continue
            known = {hit.concept}
            share = 1.0 if factor else INNER if any(tokens[n].plain in LINKING for n in links) else CAUSE
            bounds = [hit.first - 1, *links, hit.last + 1]
            for before, after in pairwise(bounds):
                inside = [e for e in elements if before < e.token < after]
                windows = self._windows(inside, tokens, lang, len(elements))
                whole = (hit.first, hit.last)
                for part in without_overlaps(w for w in windows if (w.first, w.last) != whole and w.score > GENERIC):
                    other = category[part.concept] != category[hit.concept] and not self._is_factor(part.concept)
                    if other and part.concept not in known:
                        known.add(part.concept)
                        found.append(part._replace(score=part.score * share, inner=True))
        return found

    def _is_factor(self, concept: int) -> bool:
        return self._vocabulary.concepts[concept][0] == "Z"

    def _shared_heads(
        self, text: str, tokens: list[Token], elements: list[Element], hits: list[Hit], lang: Language | None
    ) -> tuple[list[Hit], set[Hit]]:
        """Hits of words that share a head with others, and the hits of a bare head that say less than they."""
        sure = {i for hit in hits if hit.score > GENERIC for i in range(hit.first, hit.last + 1)}
        known = {hit.concept for hit in hits}
        shared: list[Hit] = []
        heads: set[Hit] = set()
        for variant in variants(elements, tokens, text, self._vocabulary):
            if variant.member in sure:
                continue
            found = [
                hit
                for hit in self._windows(variant.elements, tokens, lang, len(elements))
                if hit.first <= variant.member <= hit.last and (hit.size > 1 or len(variant.elements) == 1)
            ]
            best = max(found, key=lambda hit: (hit.size, hit.score), default=None)
            if best is None:
                continue
            own = {element.token for element in variant.elements}
            bare = (hit for hit in hits if hit.size < best.size and hit.concept != best.concept)
            heads.update(hit for hit in bare if _lies_in(hit, best, own))
            if best.concept not in known:
                known.add(best.concept)
                shared.append(best._replace(first=variant.member, last=variant.member, shares=(best.first, best.last)))
        return shared, heads

    def _windows(
        self, elements: list[Element], tokens: list[Token], lang: Language | None, among: int
    ) -> Iterator[Hit]:
        """Hits of every run of elements that a phrase has; `among` counts the words of the whole text."""
        segment = 0
        segments = [segment := segment + self._ends_phrase(token) for token in tokens]
        for start, first in enumerate(elements):
            window: list[Element] = []
            by_stems = by_atoms = True
            if self._opens(first, among):
                continue
            for element in elements[start : start + MAX_KEY_STEMS]:
                if segments[element.token] != segments[first.token]:
                    break
                window.append(element)
                # A word that no term has ends every phrase.
                by_stems = by_stems and element.stem in self._vocabulary.stems
                # "Epilepsi som inte är anfallsfri" is no non-epileptic seizure.
                denies = len(window) > 1 and element.plain in _DENYING
                by_atoms = by_atoms and not denies and self._has_atoms(element)
                if not (by_stems or by_atoms):
                    break
                if self._cuts(window, elements[start + len(window) : start + len(window) + 1], tokens):
                    continue
                terms = self._vocabulary.terms_of(key_of(e.stem for e in window)) if by_stems else []
                if terms and not self._is_history(terms, window):
                    yield from self._hits(terms, window, elements, start, lang, among)
                elif by_atoms:
                    yield from self._atom_hits(window, elements, tokens, start, among)

    def _cuts(self, window: list[Element], after: list[Element], tokens: list[Token]) -> bool:
        """Whether a run ends inside a word that people write on purpose: "skelettet" has nothing of a squint."""
        is_cut = bool(after) and after[0].token == window[-1].token and not self._elements.is_generic(after[0])
        return is_cut and tokens[window[-1].token].plain in self._vocabulary.ordinary

    def _ends_phrase(self, token: Token) -> bool:
        """Whether no phrase reaches from before a word to it: after a full stop or a colon, and at ", but"."""
        return token.gap >= ANNOUNCED or (token.gap == LISTED and token.plain in self._steering.contrast)

    def _opens(self, first: Element, among: int) -> bool:
        """Whether a word opens what it says something of and is no part of it: no, without, history of."""
        if first.plain in self._steering.past:
            return among > 1
        return among > 2 and self._steering.phrases.get((first.plain,), "").endswith("_before")  # noqa: PLR2004

    def _is_history(self, terms: list[KnownTerm] | list[AtomTerm], window: list[Element]) -> bool:
        """Whether a phrase says only that a condition was once: the condition itself is read, and so marked."""
        if not terms or not PERSONAL_HISTORY.match(self._vocabulary.concepts[terms[0].concept]):
            return False
        return any(element.plain in self._steering.past for element in window)

    def _has_atoms(self, element: Element) -> bool:
        return element.atoms is None or all(atom in self._vocabulary.atom_index.atoms for atom in element.atoms)

    def _hits(
        self,
        terms: list[KnownTerm],
        window: list[Element],
        elements: list[Element],
        start: int,
        lang: Language | None,
        among: int,
    ) -> Iterator[Hit]:
        if lang:
            terms = sorted(terms, key=lambda term: not term.is_in(lang))
        if any(term.written for term in terms):
            written = " ".join(element.written for element in window)
            terms = sorted(terms, key=lambda term: (term.rank > OTHER_MEANING, term.written != written))
        last = window[-1].plain
        if {last, window[-1].stem} & self._steering.negation:
            return
        if len(window) == 1:
            if among > FEW_WORDS and last in self._steering.prose:
                return
            if among > 1 and WEIGHTLESS.issuperset(self._vocabulary.lexicon.atoms_of(last, lang)):
                return
            terms = [term for term in terms if self._tells(term, window[0], lang)]
            # Words that everybody says all the time mean a condition only as it is written: "kronor" are no Crohn's.
            if among > SHORT_TEXT and last in self._vocabulary.frequent:
                terms = [term for term in terms if fold(window[0].written) == fold(term.text)]
        if not terms or (len(window) > 1 and window[-1].atoms == AFTER):
            return
        weight = self._weight(window, elements, start)
        plain = " ".join(element.plain for element in window)
        best = terms[0]
        for number, term in enumerate(self._worth_giving(terms)):
            score, method = _strength(term, plain, split=window[0].part)
            score *= weight * self._chapter_weight(term.concept) * (ALTERNATIVE if number else 1.0)
            size = len(window) - 0.5 * (term is not best)
            method = "fuzzy" if any(e.errors for e in window) else method
            yield Hit(term.concept, score, window[0].token, window[-1].token, size, method, rival=number > 0)

    def _atom_hits(
        self, window: list[Element], elements: list[Element], tokens: list[Token], start: int, among: int
    ) -> Iterator[Hit]:
        """Hits of terms that mean the same word by word, whatever their language."""
        after = elements[start + len(window)] if start + len(window) < len(elements) else None
        # A form of several words is read whole or not at all.
        if window[0].atoms is None or (after is not None and after.atoms is None):
            return
        atoms = telling(atom for element in window for atom in element.atoms or ())
        terms = self._vocabulary.atom_index.exact(atoms)
        if not terms or self._is_history(terms, window) or self._is_padded(window):
            return
        is_weightless = all(map(is_unknown, atoms)) or (among > 1 and WEIGHTLESS.issuperset(atoms))
        if is_weightless or self._is_said(window, tokens, among):
            return
        if len(window) == 1 and not self._may_stand_alone(window[0], atoms, among):
            return
        # In "hip fracture after a fall" and "delirium after hip fracture" nothing is a late effect of a fracture.
        if window[-1].atoms == AFTER or (start and window[0].atoms == AFTER):
            return
        if len(window) > 1 and (self._lists_two(window, tokens) or self._refuses(window)):
            return
        weight = self._weight(window, elements, start)
        for number, term in enumerate(self._worth_giving(terms)):
            method: Method = "imported" if term.rank == IMPORTED else "synonym"
            method = "fuzzy" if any(e.errors for e in window) else method
            score = SAME_ATOMS * (RESIDUAL if term.rank == ICD_RESIDUAL else 1.0)
            score *= weight * self._chapter_weight(term.concept) * (ALTERNATIVE if number else 1.0)
            size = len(window) - 0.5 * (number > 0)
            yield Hit(term.concept, score, window[0].token, window[-1].token, size, method, rival=number > 0)

    def _is_said(self, window: list[Element], tokens: list[Token], among: int) -> bool:
        """Whether a run is what everybody says: "den gången gäller det kronisk astma" is about no bile ducts."""
        said = [tokens[element.token].plain in self._vocabulary.frequent for element in window]
        untold = (is_said or self._elements.is_generic(e) for e, is_said in zip(window, said, strict=True))
        return among > len(window) and (all(said) or (among > SHORT_TEXT and any(said) and all(untold)))

    def _lists_two(self, window: list[Element], tokens: list[Token]) -> bool:
        """Whether a run joins two conditions that each stand whole: "rheumatoid arthritis, psoriasis"."""
        apart = ADDING | self._steering.boundary
        for number in range(1, len(window)):
            between = range(window[number - 1].token + 1, window[number].token + 1)
            if any(tokens[n].gap == LISTED or tokens[n].plain in apart for n in between):
                sides = window[:number], window[number:]
                if all(self._vocabulary.terms_of(key_of(e.stem for e in side)) for side in sides):
                    return True
        return False

    def _refuses(self, window: list[Element]) -> bool:
        """Whether a run is a refusal and what is refused: "not gallstones" is no disease without gallstones."""
        refusal, *refused = window
        is_term = bool(self._vocabulary.terms_of(key_of(element.stem for element in refused)))
        return is_term and refusal.plain in self._steering.refusal

    def _is_padded(self, window: list[Element]) -> bool:
        """Whether a run ends with a word that adds nothing, or begins with one beside two that tell something."""
        if len(window) == 1:
            return False
        last = window[-1].atoms or ()
        if last == (NEGATION,) or {atom for element in window[:-1] for atom in element.atoms or ()}.issuperset(last):
            return True
        telling_words = sum(not WEIGHTLESS.issuperset(element.atoms or ()) for element in window)
        ends = (window[0].atoms, window[-1].atoms)
        return telling_words > 1 and any(atoms is not None and WEIGHTLESS.issuperset(atoms) for atoms in ends)

    def _may_stand_alone(self, word: Element, atoms: list[str], among: int) -> bool:
        """Whether the meaning of one word may be a condition; among many words only one of several atoms."""
        if len(word.plain) < TELLING_STEM or word.plain in self._steering.everyday:
            return False
        # "Recurrent" alone is no multiple sclerosis.
        return word.plain not in self._steering.modifiers and (len(atoms) > 1 or among <= FEW_WORDS)

    def _weight(self, window: list[Element], elements: list[Element], start: int) -> float:
        weight = GENERIC if all(map(self._elements.is_generic, window)) else 1.0
        weight *= TREATMENT if len(window) > 1 and window[-1].plain in _TREATMENTS else 1.0
        weight *= 1.0 - min(0.5, PER_ERROR * sum(element.errors for element in window))
        return weight * _compound_weight(window, elements, start)

    def _tells(self, term: KnownTerm, word: Element, lang: Language | None) -> bool:
        """Whether a lone word may stand for a term; long words may, whatever their language and ending."""
        if plain_in := self._steering.everyday.get(word.plain):
            return lang is not None and term.is_in(lang) and lang not in plain_in
        if lang and not term.is_in(lang) and len(word.plain) < TELLING_WORD:
            return False
        if not self._vocabulary.ordinary.may_say(word.plain, term.text, lang):
            return False
        # "Kombin-erar" ends like the inner ear by its stem alone.
        if word.part and not is_form_of(word.plain, term.text, lang):
            return False
        if len(word.stem) >= TELLING_STEM or lang != "en":
            return True
        return word.plain.removesuffix("s") == term.text.removesuffix("s")

    def _worth_giving(self, terms: list[T]) -> list[T]:
        """Pick the best term, and others as well-founded as it that belong to another category."""
        best, category = terms[0], self._vocabulary.category_of
        others: list[T] = [
            term
            for term in terms[1:]
            if (term.rank <= OTHER_MEANING) == (best.rank <= OTHER_MEANING)
            and category[term.concept] != category[best.concept]
        ]
        return terms[:1] + others[:MAX_ALTERNATIVES]

    def _chapter_weight(self, concept: int) -> float:
        return CHAPTERS.get(self._vocabulary.concepts[concept][0], 1.0)


def _lies_in(hit: Hit, other: Hit, own: set[int]) -> bool:
    """Whether a hit stands within another, on words that the other has as its own."""
    return other.first <= hit.first <= hit.last <= other.last and {hit.first, hit.last} <= own


def _touches(hit: Hit, covered: set[int]) -> bool:
    return any(number in covered for number in range(hit.first, hit.last + 1))


def _lists(hit: Hit, tokens: list[Token]) -> bool:
    """Whether a hit's words are parts of a list."""
    return any(token.gap >= LISTED or token.plain in ADDING for token in tokens[hit.first + 1 : hit.last + 1])


def _negated(hit: Hit, tokens: list[Token]) -> bool:
    """Whether "non-" stands right before: non-X is another thing than X."""
    if not hit.first:
        return False
    before, after = tokens[hit.first - 1], tokens[hit.first]
    if hit.first < hit.last and after.gap <= JOINED and before.plain in PREFIXED:
        return True
    return after.gap == HYPHENED and before.plain in {*PREFIXED, "ikke"}


def _compound_weight(window: list[Element], elements: list[Element], start: int) -> float:
    """Weigh a match by whether a part of the compound at either end of the window stands outside it."""
    end = start + len(window)
    if end < len(elements) and elements[end].token == window[-1].token:
        return START_OF_COMPOUND
    if start and elements[start - 1].token == window[0].token:
        return HEAD_OF_COMPOUND
    return 1.0


def _strength(term: KnownTerm, plain: str, *, split: bool) -> tuple[float, Method]:
    if term.rank == ICD_RESIDUAL:
        return RESIDUAL, "synonym"
    if split or term.text != plain:
        return SAME_STEMS, "imported" if term.imported else "synonym"
    if term.imported:
        return SAME_WORDS, "imported"
    return (EXACT, "exact") if term.rank == LABEL else (SAME_WORDS, "synonym")
