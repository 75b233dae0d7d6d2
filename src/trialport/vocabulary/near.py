"""Near spellings, for a text in which no phrase was found.

Candidates share telling letter triples or stems (an inverted index); at most 50 are compared closely. What
differs in a number, a type letter, a negation or an opposing prefix is another condition, however alike the
letters: type 1 and type 2 diabetes are 93 % alike.
"""

from collections.abc import Iterator
from math import log

from rapidfuzz import fuzz

from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import ANNOUNCED, Token, stem
from trialport.vocabulary.phrases import ALTERNATIVE, CHAPTERS, Hit
from trialport.vocabulary.words import Steering

MAX_CANDIDATES, MAX_GIVEN = 50, 3
# A longer clause is prose about something else than one condition; only its first words are compared.
MAX_CLAUSE, MAX_CLAUSES = 12, 6
CUTOFF, SURE = 0.55, 0.85
SAME_WORD = 84.0
# Shorter words are alike by chance.
MIN_STEM = 4


class NearFinder:
    """Finds near spellings of one vocabulary's phrases."""

    def __init__(self, vocabulary: Vocabulary, steering: Steering) -> None:
        self._vocabulary = vocabulary
        self._steering = steering

    def find(self, tokens: list[Token], excluded: list[bool]) -> list[Hit]:
        """Find the nearest concepts of each clause that are near enough; excluded words are passed over."""
        hits: list[Hit] = []
        for number, clause in enumerate(self._clauses(tokens, excluded)):
            if number == MAX_CLAUSES:
                break
            hits.extend(self._nearest(clause, tokens))
        return hits

    def _clauses(self, tokens: list[Token], excluded: list[bool]) -> Iterator[list[int]]:
        clause: list[int] = []
        for number, token in enumerate(tokens):
            if token.gap >= ANNOUNCED and clause:
                yield clause[:MAX_CLAUSE]
                clause = []
            if token.stem not in self._steering.stop and not excluded[number]:
                clause.append(number)
        if clause:
            yield clause[:MAX_CLAUSE]

    def _nearest(self, clause: list[int], tokens: list[Token]) -> list[Hit]:
        asked = [tokens[number] for number in clause]
        if all(token.stem in self._steering.negation or len(token.stem) < MIN_STEM for token in asked):
            return []
        stems = [token.stem for token in asked]
        plain = " ".join(token.plain for token in asked)
        scored: dict[int, tuple[float, int]] = {}
        for key, cosine in self._vocabulary.near(plain, MAX_CANDIDATES):
            for term in self._vocabulary.terms_at(key)[:1]:
                words = term.text.split()
                if self._vetoed([token.plain for token in asked], words):
                    continue
                score = self._likeness(stems, [stem(word) for word in words], cosine)
                score *= CHAPTERS.get(self._vocabulary.concepts[term.concept][0], 1.0)
                if score > scored.get(term.concept, (0.0, 0))[0]:
                    scored[term.concept] = (score, key)
        best = sorted(scored, key=lambda concept: (-scored[concept][0], concept))[:MAX_GIVEN]
        return [
            Hit(
                concept,
                SURE * scored[concept][0] * (ALTERNATIVE if number else 1.0),
                clause[0],
                clause[-1],
                1.0 - 0.4 * (number > 0),
                "fuzzy",
            )
            for number, concept in enumerate(best)
            if scored[concept][0] >= CUTOFF
        ]

    def _weight(self, word: str) -> float:
        """Rare words tell more; a word no phrase has is as telling as the rarest."""
        return log(1.0 + len(self._vocabulary.stems) / (1.0 + self._vocabulary.stems.get(word, 0)))

    def _likeness(self, asked: list[str], words: list[str], cosine: float) -> float:
        """0 to 1: how much of the candidate is in the text, of the text in the candidate, and the letters."""
        best_of_asked = [max(fuzz.ratio(one, word) for word in words) for one in asked]
        best_of_words = [max(fuzz.ratio(one, word) for one in asked) for word in words]
        asked_weights = [self._weight(one) for one in asked]
        common = sum(asked_weights) / len(asked_weights)
        asked_share = _share(best_of_asked, asked_weights)
        word_share = _share(best_of_words, [common] * len(words))
        letters = fuzz.token_sort_ratio(" ".join(asked), " ".join(words)) / 100
        return 0.3 * word_share + 0.25 * asked_share + 0.2 * cosine + 0.25 * letters

    def _vetoed(self, asked: list[str], words: list[str]) -> bool:
        return bool(
            _marks(words) - _marks(asked)
            or (_marks(asked) and _marks(words) and _marks(asked) != _marks(words))
            or set(asked) & self._steering.negation ^ set(words) & self._steering.negation
            or any(_opposed(asked, words, pair) for pair in self._steering.opposites)
        )


def _share(likeness: list[float], weights: list[float]) -> float:
    """Weighted share of words that have a like word on the other side; the nearly like count in part."""
    found = sum(w * (s / 100 if s >= SAME_WORD else 0.0) for s, w in zip(likeness, weights, strict=True))
    return found / sum(weights)


def _marks(words: list[str]) -> frozenset[str]:
    """Numbers and type letters: words with a digit, and single letters."""
    return frozenset(word for word in words if len(word) == 1 or any(c.isdigit() for c in word))


def _opposed(asked: list[str], words: list[str], pair: tuple[str, str]) -> bool:
    one, other = pair
    asked_one, asked_other = _begins(asked, one), _begins(asked, other)
    words_one, words_other = _begins(words, one), _begins(words, other)
    return (asked_one and words_other and not asked_other and not words_one) or (
        asked_other and words_one and not asked_one and not words_other
    )


def _begins(words: list[str], prefix: str) -> bool:
    return any(word.startswith(prefix) for word in words)
