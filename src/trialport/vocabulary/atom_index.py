"""Terms by the atoms of their words (see `lexicon`): exact sets of atoms, and the sets most like one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.lexicon import NEGATION, WEIGHTLESS, Atoms, Forms, Lexicon
from trialport.vocabulary.normalise import stem

MAX_FORM_WORDS = 3
MAX_KEY_ATOMS = 10
# Of the terms with the same atoms the best few are kept.
_KEPT = 4
# A key that holds less than this of what is asked is never near.
_LEAST_SHARE = 0.25


class CompiledAtoms(Struct, frozen=True, array_like=True):
    """The index as it is kept in the cache. `keys` are atoms in order, joined by spaces."""

    forms: Forms
    keys: dict[str, int]
    key_offsets: bytes
    term_concept: bytes
    term_rank: bytes
    term_languages: bytes
    atoms: dict[str, int]
    posting_offsets: bytes
    posting_keys: bytes
    key_weights: bytes


class AtomTerm(NamedTuple):
    """A term under its atoms: concept (dense number), rank and languages (see `compile`)."""

    concept: int
    rank: int
    languages: int


class Near(NamedTuple):
    """A set of atoms near to one asked: how much of the one asked it holds, and how much of it is asked (0 to 1)."""

    key: int
    asked_share: float
    own_share: float


class Span(NamedTuple):
    """A run of words, by their places, that one form or word stands for, and its atoms."""

    first: int
    last: int
    atoms: Atoms


def spans(plains: Sequence[str], lexicon: Lexicon, lang: Language | None) -> list[Span]:
    """Read words in order into atoms, the longest known form at each place."""
    found: list[Span] = []
    stems = [stem(plain) for plain in plains]
    first = 0
    while first < len(plains):
        last = first
        atoms: Atoms = ()
        for length in range(min(MAX_FORM_WORDS, len(plains) - first), 1, -1):
            if atoms := lexicon.phrase(tuple(stems[first : first + length]), lang):
                last = first + length - 1
                break
        found.append(Span(first, last, atoms or lexicon.atoms_of(plains[first], lang)))
        first = last + 1
    return found


def telling(atoms: Iterable[str]) -> list[str]:
    """Atoms in order, each once, without those that tell nothing where at least two others stand."""
    unique = set(atoms)
    rest = unique - WEIGHTLESS
    if len(rest) > 1:
        return sorted(rest)
    return sorted({"disease" if atom in WEIGHTLESS else atom for atom in unique})


def compile_atoms(
    terms: Iterable[tuple[str, int, int, int]], lexicon: Lexicon, languages: Sequence[Language]
) -> CompiledAtoms:
    """Index terms given as (plain text, concept number, rank, languages)."""
    keyed: dict[str, dict[int, AtomTerm]] = defaultdict(dict)
    for text, concept, rank, bits in terms:
        for key in _keys_of(text, bits, lexicon, languages):
            entry = keyed[key].get(concept)
            if entry is None or rank < entry.rank:
                keyed[key][concept] = AtomTerm(concept, rank, bits | (entry.languages if entry else 0))
    runs = [sorted(of.values(), key=lambda term: (term.rank, term.concept))[:_KEPT] for of in keyed.values()]
    split = [key.split() for key in keyed]
    counts = Counter(atom for key in split for atom in key)
    atoms = {atom: number for number, atom in enumerate(sorted(counts))}
    sizes = np.fromiter((counts[atom] for atom in atoms), dtype=np.int64, count=len(atoms))
    flat = np.fromiter((atoms[atom] for key in split for atom in key), dtype=np.int32)
    owner = np.repeat(np.arange(len(split), dtype=np.int32), [len(key) for key in split])
    weights = np.bincount(owner, weights=atom_weights(sizes, len(split))[flat], minlength=len(split))
    flat_terms = [term for run in runs for term in run]
    return CompiledAtoms(
        forms=lexicon.forms,
        keys={key: number for number, key in enumerate(keyed)},
        key_offsets=np.concatenate([[0], np.cumsum([len(run) for run in runs])]).astype("<i4").tobytes(),
        term_concept=np.array([term.concept for term in flat_terms], "<i4").tobytes(),
        term_rank=np.array([term.rank for term in flat_terms], "<i1").tobytes(),
        term_languages=np.array([term.languages for term in flat_terms], "<i1").tobytes(),
        atoms=atoms,
        posting_offsets=np.concatenate([[0], np.cumsum(sizes)]).astype("<i4").tobytes(),
        posting_keys=owner[np.argsort(flat, kind="stable")].astype("<i4").tobytes(),
        key_weights=weights.astype("<f4").tobytes(),
    )


def _keys_of(text: str, bits: int, lexicon: Lexicon, languages: Sequence[Language]) -> Iterator[str]:
    """One key for each way that the term's languages read its words."""
    seen = set()
    for number, language in enumerate(languages):
        if bits & (1 << number):
            atoms = telling(atom for span in spans(text.split(), lexicon, language) for atom in span.atoms)
            key = " ".join(atoms)
            if 0 < len(atoms) <= MAX_KEY_ATOMS and key not in seen and key != NEGATION:
                seen.add(key)
                yield key


def atom_weights(
    sizes: np.ndarray[tuple[int], np.dtype[np.int64]], keys: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Weigh atoms by how few keys hold them."""
    return np.log(1.0 + keys / np.maximum(sizes, 1))


class AtomIndex:
    """Looks up terms by atoms."""

    def __init__(self, compiled: CompiledAtoms) -> None:
        self._keys = compiled.keys
        self._names = tuple(compiled.keys)
        self._key_offsets = np.frombuffer(compiled.key_offsets, "<i4").tolist()
        self._terms = list(
            map(
                AtomTerm._make,
                zip(
                    np.frombuffer(compiled.term_concept, "<i4").tolist(),
                    np.frombuffer(compiled.term_rank, "<i1").tolist(),
                    np.frombuffer(compiled.term_languages, "<i1").tolist(),
                    strict=True,
                ),
            )
        )
        self.atoms = compiled.atoms
        self._offsets = np.frombuffer(compiled.posting_offsets, "<i4")
        self._postings = np.frombuffer(compiled.posting_keys, "<i4")
        self._key_weights = np.frombuffer(compiled.key_weights, "<f4")
        self._weights = atom_weights(np.diff(self._offsets).astype(np.int64), len(self._names))
        self._unknown_weight = float(np.median(self._weights)) if len(self._weights) else 1.0

    def exact(self, atoms: Sequence[str]) -> list[AtomTerm]:
        """Terms with exactly these atoms (as `telling` gives them), best first."""
        number = self._keys.get(" ".join(atoms))
        return [] if number is None else self.terms_at(number)

    def terms_at(self, key: int) -> list[AtomTerm]:
        """Terms of a key, best first."""
        return self._terms[self._key_offsets[key] : self._key_offsets[key + 1]]

    def atoms_at(self, key: int) -> list[str]:
        """Atoms of a key."""
        return self._names[key].split()

    def weight(self, atom: str) -> float:
        """Say how telling an atom is; one no term holds counts as a middling one."""
        number = self.atoms.get(atom)
        return self._unknown_weight if number is None else float(self._weights[number])

    def near(self, atoms: Sequence[str], limit: int, lowest: float) -> list[Near]:
        """Find the keys sharing most of the weight of these atoms, best first, none below the lowest mean share."""
        numbers = [n for atom in atoms if (n := self.atoms.get(atom)) is not None]
        if not numbers:
            return []
        asked = sum(self.weight(atom) for atom in atoms)
        runs = [self._postings[self._offsets[n] : self._offsets[n + 1]] for n in numbers]
        weights = np.repeat(self._weights[numbers], [len(run) for run in runs])
        shared = np.bincount(np.concatenate(runs), weights=weights, minlength=len(self._key_weights))
        held = np.flatnonzero(shared >= max(2 * lowest - 1, _LEAST_SHARE) * asked)
        asked_share = shared[held] / asked
        own_share = shared[held] / self._key_weights[held]
        score = (asked_share + own_share) / 2
        order = np.lexsort((held, -score))[:limit]
        return [Near(int(held[n]), float(asked_share[n]), float(own_share[n])) for n in order if score[n] >= lowest]
