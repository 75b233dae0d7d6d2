"""Word pieces: how the network that hears whole texts (`whole_net`) cuts their words, and what it knows of each piece.

A word is cut into the pieces whose log likelihoods sum highest: the unigram model of Kudo 2018 (arXiv:1804.10959),
found by the search of Viterbi. Small and capital letters are the same, and a word of any length and any script is cut.
"""

import functools
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# Places in the table of pieces: the beginning of a text, nothing at all, the end of a line or text, a letter that is
# no piece, and a word that is hidden while learning.
BEGINS, NOTHING, ENDS, UNKNOWN, HIDDEN = 0, 1, 2, 3, 4
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
# What stands before the first letters of a word, where a blank was.
BLANK = "\u2581"
# A word is cut up to this many letters, and heard up to this many pieces.
LETTERS, CUT = 60, 8
# Numbers that share a scale, and the value of four bits that means nought.
TOGETHER, MIDDLE = 32, 8


class Words(NamedTuple):
    """What each piece means: `nibbles` (pieces, groups, 16), two numbers of four bits each, and a scale a group."""

    nibbles: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.float16]

    def of(self, places: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """Give the meanings of pieces, one row of numbers each."""
        packed = self.nibbles[places]
        values = np.concatenate([packed & 15, packed >> 4], axis=-1).astype(np.float32) - MIDDLE
        spread = values * self.scales[places][..., None].astype(np.float32)
        return spread.reshape(*places.shape, packed.shape[-2] * TOGETHER)


class Pieces:
    """The pieces that words are cut into, best fit first; safe to share between threads."""

    def __init__(self, names: Sequence[str], scores: Sequence[float]) -> None:
        self.names, self.scores = tuple(names), tuple(scores)
        self._places = {name: place for place, name in enumerate(names) if name not in SPECIAL}
        self._longest = max(map(len, self._places), default=1)
        # A letter that is no piece counts less than any piece.
        self._unknown = min(scores, default=0.0) - 10.0
        self.cut = functools.lru_cache(maxsize=50_000)(self._cut)

    def _cut(self, word: str, *, spaced: bool) -> tuple[int, ...]:
        """Give the places of the pieces of a word, or of a mark; `spaced` where a blank stands before it."""
        folded = unicodedata.normalize("NFKC", word.lower())[:LETTERS]
        letters = (BLANK if spaced else "") + "".join(folded.split())
        best: list[tuple[float, int, int]] = [(0.0, 0, UNKNOWN)]
        for end in range(1, len(letters) + 1):
            known = (
                (best[start][0] + self.scores[place], start, place)
                for start in range(max(0, end - self._longest), end)
                if (place := self._places.get(letters[start:end])) is not None
            )
            best.append(max([(best[end - 1][0] + self._unknown, end - 1, UNKNOWN), *known]))
        end, places = len(letters), list[int]()
        while end:
            _, end, place = best[end]
            places.append(place)
        return tuple(places[::-1][:CUT])
