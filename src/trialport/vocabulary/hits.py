"""What is found in a text: concepts on runs of its tokens, and which of them stay where they overlap."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from trialport.vocabulary.models import Method
from trialport.vocabulary.normalise import Token
from trialport.vocabulary.triggers import ADDING

# How much more the words of one long hit count than those of several short ones.
LONGER = 1.3
# Words that join two conditions in one phrase.
LINKING = ADDING | {"with", "med", "or", "eller", "samt", "in", "vid", "ved", "hos", "during", "under"}
# Words that tell which of two came first: "emphysema due to alpha-1 antitrypsin deficiency", "anemi efter blödning".
CAUSING = frozenset({"due", "secondary", "from", "because", "caused", "causing", "after", "following", "efter"})
CAUSING |= frozenset({"orsakad", "orsakat", "sekundar", "sekunder", "grund", "pga", "folge", "foljd", "forarsaget"})
CONNECTING = LINKING | CAUSING


class Hit(NamedTuple):
    """A concept (dense number) on tokens `first` to `last` (inclusive); `size` counts the words explained.

    `rival` says that it is another reading of words that a better hit has too, `shares` that its words reach to a
    head that others share (in "breast and lung cancer" the breast), `inner` that it is named inside a longer phrase
    that is read too ("arthritis with lung disease").
    """

    concept: int
    score: float
    first: int
    last: int
    size: float
    method: Method
    rival: bool = False
    shares: tuple[int, int] | None = None
    inner: bool = False

    def explains(self) -> range:
        """Tokens the hit explains: its own, and those of a head it shares with others."""
        first, last = self.shares or (self.first, self.last)
        return range(first, last + 1)


def joins(hit: Hit, tokens: list[Token]) -> bool:
    """Whether a hit joins two things ("CKD with anaemia")."""
    return any(token.plain in CONNECTING for token in tokens[hit.first + 1 : hit.last])


def without_overlaps(hits: Iterable[Hit]) -> list[Hit]:
    """Keep the hits that explain most between them without sharing words, in text order.

    Several hits on the very same words are alternatives and stay together. One hit of many words is worth more
    than several of few ("heart failure" is neither heart nor failure), two good ones more than one that cuts
    through both ("colon cancer, liver metastasis").
    """
    spans: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits:
        spans.setdefault((hit.first, hit.last), []).append(hit)
    ordered = sorted(spans, key=lambda span: (span[1], span[0]))
    ends = [last for _, last in ordered]
    # Weighted interval scheduling: the best worth of the first n spans, and whether the n-th is in it.
    worths, taken = [0.0], []
    for number, (first, _) in enumerate(ordered):
        worth = max(hit.score * hit.size**LONGER for hit in spans[ordered[number]])
        before = worths[bisect_left(ends, first, 0, number)]
        taken.append(before + worth > worths[-1])
        worths.append(max(worths[-1], before + worth))
    kept: list[Hit] = []
    number = len(ordered)
    while number:
        number -= 1
        if taken[number]:
            kept.extend(_best_first(spans[ordered[number]]))
            number = bisect_left(ends, ordered[number][0], 0, number)
    return sorted(kept, key=lambda hit: hit.first)


def _best_first(alternatives: list[Hit]) -> list[Hit]:
    """Order the readings of the same words, each concept once."""
    best: dict[int, Hit] = {}
    for hit in sorted(alternatives, key=lambda hit: (-hit.score, hit.concept)):
        best.setdefault(hit.concept, hit)
    return list(best.values())
