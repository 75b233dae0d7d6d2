"""The nearest terms, for clauses that no phrase explains.

A clause becomes atoms (see `lexicon`); terms that share the most telling ones are candidates (an inverted
index), and rapidfuzz settles between those alike. What differs in a number, a type letter, a negation or an
opposing prefix is another condition, however alike the letters: type 1 and type 2 diabetes are 93 % alike.
"""

from collections.abc import Iterator

from trialport.vocabulary.atom_index import Near, telling
from trialport.vocabulary.compile import ICD_RESIDUAL
from trialport.vocabulary.elements import Element, ElementReader
from trialport.vocabulary.hits import Hit
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.lexicon import NEGATION, is_unknown
from trialport.vocabulary.normalise import ANNOUNCED, HYPHENED, Token
from trialport.vocabulary.phrases import ALTERNATIVE, ANY_HISTORY, CHAPTERS, GENERIC
from trialport.vocabulary.words import Steering

MAX_CANDIDATES, MAX_GIVEN = 12, 3
# A longer clause is prose about something else than one condition.
MAX_CLAUSE, MAX_CLAUSES = 12, 6
CUTOFF, SURE = 0.58, 0.85
# A term must explain this much more of the clause than what is known already, and be explained itself so far.
GAIN, OWN_SHARE = 0.15, 0.6
# What a clause's text explains counts for more than what the term says beyond it.
ASKED = 0.55


class NearFinder:
    """Finds the terms of one vocabulary that are nearest to a clause."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering, elements: ElementReader) -> None:
        self._vocabulary = vocabulary
        self._steering = steering
        self._elements = elements

    def find(self, tokens: list[Token], elements: list[Element], hits: list[Hit], passed: list[bool]) -> list[Hit]:
        """Find nearer terms for clauses that `hits` leave unexplained; `passed` tokens are passed over."""
        found: list[Hit] = []
        for number, clause in enumerate(self._clauses(tokens, elements, passed)):
            if number == MAX_CLAUSES:
                break
            if len(clause) <= MAX_CLAUSE:
                found.extend(self._nearest(clause, hits))
        return found

    def _clauses(self, tokens: list[Token], elements: list[Element], passed: list[bool]) -> Iterator[list[Element]]:
        clause: list[Element] = []
        previous = -1
        for element in elements:
            broken = any(tokens[n].gap >= ANNOUNCED for n in range(previous + 1, element.token + 1))
            if broken and clause:
                yield clause
                clause = []
            previous = element.token
            if not passed[element.token] and not self._is_modifier(element, tokens):
                clause.append(element)
        if clause:
            yield clause

    def _is_modifier(self, element: Element, tokens: list[Token]) -> bool:
        """Whether a word tells stage, grade or course of a condition, or denies one, rather than naming it."""
        following = tokens[element.token + 1].gap if element.token + 1 < len(tokens) else ANNOUNCED
        denies = (element.plain,) in self._steering.phrases and following != HYPHENED
        if element.plain in self._steering.modifiers or element.plain in self._steering.past or denies:
            return True
        before = tokens[element.token - 1].plain if element.token else ""
        return before in self._steering.modifiers and element.plain[:1].isdigit()

    def _nearest(self, clause: list[Element], hits: list[Hit]) -> list[Hit]:
        index = self._vocabulary.atom_index
        asked = telling(atom for element in clause for atom in element.atoms or ())
        total = sum(index.weight(atom) for atom in asked)
        if not total or all(is_unknown(atom) and atom not in index.atoms for atom in asked):
            return []
        known = self._explained(clause, hits) / total
        if known + GAIN > 1:
            return []
        best: dict[int, tuple[float, Near]] = {}
        for near in index.near(asked, MAX_CANDIDATES, CUTOFF):
            if near.own_share < OWN_SHARE or near.asked_share < known + GAIN:
                continue
            if self._vetoed(asked, index.atoms_at(near.key)):
                continue
            for term in index.terms_at(near.key)[:1]:
                if ANY_HISTORY.match(self._vocabulary.concepts[term.concept]):
                    continue
                score = ASKED * near.asked_share + (1 - ASKED) * near.own_share
                score *= CHAPTERS.get(self._vocabulary.concepts[term.concept][0], 1.0)
                score *= 0.95 if term.rank == ICD_RESIDUAL else 1.0
                if score >= CUTOFF and score > best.get(term.concept, (0.0, near))[0]:
                    best[term.concept] = (score, near)
        if not best or self._is_generic(clause, best):
            return []
        order = sorted(best, key=lambda concept: (-best[concept][0], concept))[:MAX_GIVEN]
        return [self._hit(concept, clause, *best[concept], place) for place, concept in enumerate(order)]

    def _is_generic(self, clause: list[Element], best: dict[int, tuple[float, Near]]) -> bool:
        """Whether the nearest term shares nothing telling with a clause that says more."""
        _, near = max(best.values(), key=lambda found: found[0])
        held = set(self._vocabulary.atom_index.atoms_at(near.key))
        shared = [element for element in clause if held.intersection(element.atoms or ())]
        return len(shared) < len(clause) and all(map(self._elements.is_generic, shared))

    def _hit(self, concept: int, clause: list[Element], score: float, near: Near, place: int) -> Hit:
        held = set(self._vocabulary.atom_index.atoms_at(near.key))
        numbers = [e.token for e in clause if held.intersection(e.atoms or ())] or [clause[0].token]
        generic = all(self._elements.is_generic(e) for e in clause if held.intersection(e.atoms or ()))
        score *= SURE * (ALTERNATIVE if place else 1.0) * (GENERIC if generic else 1.0)
        size = len(set(numbers)) - 0.4 * (place > 0)
        return Hit(concept, score, min(numbers), max(numbers), size, "fuzzy", rival=place > 0)

    def _explained(self, clause: list[Element], hits: list[Hit]) -> float:
        """Weight of the clause's atoms that whole hits explain already."""
        index = self._vocabulary.atom_index
        covered = {n for hit in hits if hit.score > GENERIC for n in hit.explains()}
        atoms = telling(atom for e in clause if e.token in covered for atom in e.atoms or ())
        return sum(index.weight(atom) for atom in atoms)

    def _vetoed(self, asked: list[str], held: list[str]) -> bool:
        return bool(
            _marks(held) - _marks(asked)
            or (_marks(asked) and _marks(held) and _marks(asked) != _marks(held))
            or _negations(asked, self._steering) != _negations(held, self._steering)
            or any(_opposed(asked, held, pair) for pair in self._steering.opposites)
        )


def _marks(atoms: list[str]) -> frozenset[str]:
    """Numbers and type letters: unknown words with a digit, and single letters."""
    return frozenset(a for a in atoms if is_unknown(a) and (len(a) == 2 or any(c.isdigit() for c in a)))  # noqa: PLR2004


def _negations(atoms: list[str], steering: Steering) -> bool:
    return any(atom == NEGATION or atom.lstrip("=") in steering.negation for atom in atoms)


def _opposed(asked: list[str], held: list[str], pair: tuple[str, str]) -> bool:
    one, other = pair
    asked_one, asked_other = _begins(asked, one), _begins(asked, other)
    held_one, held_other = _begins(held, one), _begins(held, other)
    return (asked_one and held_other and not asked_other and not held_one) or (
        asked_other and held_one and not asked_one and not held_other
    )


def _begins(atoms: list[str], prefix: str) -> bool:
    return any(atom.lstrip("=").startswith(prefix) for atom in atoms)
