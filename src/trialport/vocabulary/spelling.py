"""Misspelt words: the known stems nearest to one that no term has.

Candidates share letter pairs with the word (an inverted index); rapidfuzz compares those closely. What differs
in hypo/hyper or another opposing prefix is another word, however alike the letters.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from msgspec import Struct
from rapidfuzz.distance import OSA

# Shorter words are alike by chance.
MIN_LENGTH = 4
MAX_LENGTH = 30
_CANDIDATES = 40
# Letters that may differ, by the length of the word as it was written.
_ONE_ERROR_BELOW, _TWO_ERRORS_BELOW = 8, 14


class CompiledSpelling(Struct, frozen=True, array_like=True):
    """Stems and how many terms have them, and the stems that hold each pair of letters."""

    stems: list[str]
    counts: list[int]
    pairs: dict[str, int]
    offsets: bytes
    postings: bytes


def compile_spelling(stems: dict[str, int]) -> CompiledSpelling:
    """Index all stems that are long enough and made of letters."""
    words = sorted(word for word in stems if MIN_LENGTH <= len(word) <= MAX_LENGTH and word.isalpha())
    holders: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(words):
        for pair in pairs_of(word):
            holders[pair].append(number)
    pairs = {pair: number for number, pair in enumerate(sorted(holders))}
    runs = [holders[pair] for pair in pairs]
    return CompiledSpelling(
        stems=words,
        counts=[stems[word] for word in words],
        pairs=pairs,
        offsets=np.concatenate([[0], np.cumsum([len(run) for run in runs])]).astype("<i4").tobytes(),
        postings=np.array([number for run in runs for number in run], "<i4").tobytes(),
    )


def pairs_of(word: str) -> Iterable[str]:
    """Pairs of neighbouring letters, with the word's beginning and end, each once."""
    padded = f"^{word}$"
    return dict.fromkeys(padded[i : i + 2] for i in range(len(padded) - 1))


class Spelling:
    """Finds the known stems nearest to a misspelt one."""

    def __init__(self, compiled: CompiledSpelling, opposites: Iterable[tuple[str, str]] = ()) -> None:
        self._stems = compiled.stems
        self._counts = compiled.counts
        self._pairs = compiled.pairs
        self._offsets = np.frombuffer(compiled.offsets, "<i4")
        self._postings = np.frombuffer(compiled.postings, "<i4")
        self._lengths = np.array([len(word) for word in compiled.stems], dtype=np.int16)
        self._opposites = tuple(opposites)
        self.nearest = lru_cache(maxsize=16_384)(self._nearest)

    def _nearest(self, word: str) -> tuple[tuple[str, int], ...]:
        """Known stems within the errors a word of this length may have: (stem, errors), the nearest first."""
        if not MIN_LENGTH <= len(word) <= MAX_LENGTH or not word.isalpha():
            return ()
        most = 1 if len(word) < _ONE_ERROR_BELOW else 2 if len(word) < _TWO_ERRORS_BELOW else 3
        found: list[tuple[int, int, str]] = []
        for number in self._candidates(word, most):
            known = self._stems[number]
            errors = OSA.distance(word, known, score_cutoff=most)
            # A wrong first letter is a rare error and counts twice; of equally near words the common one is likelier.
            errors += known[0] != word[0]
            if errors <= most and not self._opposed(word, known):
                found.append((errors, -self._counts[number], known))
        return tuple((known, errors) for errors, _, known in sorted(found)[:3])

    def _candidates(self, word: str, most: int) -> list[int]:
        pairs = [self._pairs[pair] for pair in pairs_of(word) if pair in self._pairs]
        if not pairs:
            return []
        runs = [self._postings[self._offsets[n] : self._offsets[n + 1]] for n in pairs]
        shared = np.bincount(np.concatenate(runs), minlength=len(self._stems))
        # An error touches at most two pairs, an exchange of two letters three.
        near = np.flatnonzero((shared >= max(2, len(pairs) - 3 * most)) & (np.abs(self._lengths - len(word)) <= most))
        best: list[int] = near[np.argsort(-shared[near], kind="stable")[:_CANDIDATES]].tolist()
        return best

    def _opposed(self, word: str, known: str) -> bool:
        for one, other in self._opposites:
            if (word.startswith(one) and known.startswith(other)) or (word.startswith(other) and known.startswith(one)):
                return True
        return False
