"""A small neural network that hears from the words around a condition whether a text sets it aside.

Each condition of a text is seen once, as a view: the words and marks before and behind it, where they stand, what
other conditions are among them and what the rules of grammar say. A Swedish or Danish word is heard as the English one
of `glosses.tsv`, so that what one language teaches holds in all three; a word is known by itself and by its letters, so
that its inflections are heard alike. Convolutions over neighbours and attention over the whole view (Vaswani et al.
2017, arXiv:1706.03762, with Shaw et al. 2018, arXiv:1803.02155, for distances), in turn, give the odds. The
weights are learned by `bench.reading.learn`, which runs the same `odds_of` under JAX.
"""

import functools
import math
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trialport.core.language import Language
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.sources import DATA, read_glosses
from trialport.vocabulary.triggers import Told

Numbers = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]

# Words and marks of a view: at most so many, and so many of them before the condition.
VIEWED, BEFORE = 64, 32
# What stands for the condition itself, and for any other one.
ITSELF, ANOTHER = "@", "*"
# Letter groups of a word, and in how many buckets they fall; bucket 0 is none.
GROUPS, BUCKETS = 10, 8192
# Places in the table of words of what is no word, and of one that is not known.
NOTHING, UNKNOWN = 0, 1
# How far places are told apart, in words and in sentences.
FAR, SENTENCES_FAR = 20, 2
# What is known of each word of a view beside the word, with the number of its values.
KNOWN: Mapping[str, int] = {
    "sentence": 2 * SENTENCES_FAR + 1,
    "rule": 4,
    "own": 2,
    "place": 2 * FAR + 1,
    "kind": 4,
    "titled": 2,
}
OWN, RULE = list(KNOWN).index("own"), list(KNOWN).index("rule")
# The tables by which the words of a view take from each other, and the size of everything.
ATTENTION = ("asks", "offers", "gives", "takes")
WIDTH, BLOCKS, HEADS, DISTANCE = 32, 3, 4, 31
RULES: Mapping[Assertion, int] = {"present": 0, "excluded": 1, "denied": 2, "history": 3, "outcome": 0}
# Where more of the words than this begin with a capital letter the text is written as a title.
_TITLED = 0.45
_MARKS = re.compile(r"\n|\S")
# Of the marks between two words the first few are seen.
_MARKS_SEEN = 4
_FILE, _WORDS = "aside_net.npz", "words"
# Between the words of the table; the end of a line is itself a mark of texts.
_BETWEEN = "\0"


class Views(NamedTuple):
    """The views of conditions: `words` (conditions, words), the letter `groups` of each and what is `known` of it."""

    words: Numbers
    groups: Numbers
    known: Numbers


class AsideNet(NamedTuple):
    """The learned weights of several networks that are heard together, and the place of each word in their tables."""

    each: Sequence[Weights]
    places: Mapping[str, int]

    def odds(self, told: Told, marks: Sequence[Assertion], mentions: Sequence[tuple[int, int]]) -> list[float]:
        """Give for each of the mentions the log odds that the text sets it aside."""
        if not mentions:
            return []
        views = views_of(told, marks, mentions, self.places)
        odds = np.mean([odds_of(weights, views) for weights in self.each], axis=0)
        return [float(one) for one in odds]


@functools.cache
def load_net(folder: Path = DATA) -> AsideNet:
    """Load the learned networks."""
    each: dict[str, dict[str, Floats]] = {}
    with np.load(folder / _FILE, allow_pickle=False) as stored:
        words = stored[_WORDS].tobytes().decode().split(_BETWEEN)
        for name in (name for name in stored.files if name != _WORDS):
            number, _, table = name.partition(" ")
            each.setdefault(number, {})[table] = stored[name].astype(np.float32)
    places = {word: place for place, word in enumerate(words, start=UNKNOWN + 1)}
    return AsideNet([each[number] for number in sorted(each)], places)


def store_net(net: AsideNet, folder: Path = DATA) -> None:
    """Write learned networks, in half precision."""
    tables: dict[str, Any] = {
        f"{number} {name}": np.asarray(weight, dtype=np.float16)
        for number, weights in enumerate(net.each)
        for name, weight in weights.items()
    }
    tables[_WORDS] = np.frombuffer(_BETWEEN.join(net.places).encode(), dtype=np.uint8)
    np.savez_compressed(folder / _FILE, **tables)


class _Seen(NamedTuple):
    """A word or mark of a text, and the token it is or stands before."""

    word: str
    token: int
    is_mark: bool


def views_of(
    told: Told, marks: Sequence[Assertion], mentions: Sequence[tuple[int, int]], places: Mapping[str, int]
) -> Views:
    """Give the view of each of the mentions, `marks` being what the rules say of each token of the text."""
    seen, at = _seen(told)
    sentences = [number for number, sentence in enumerate(told.sentences()) for _ in sentence]
    is_titled = sum(token.raw[0].isupper() for token in told.tokens) > _TITLED * len(told.tokens)
    size = min(VIEWED, len(seen))
    words = np.zeros((len(mentions), size), np.int32)
    groups = np.zeros((len(mentions), size, GROUPS), np.int32)
    known = np.zeros((len(mentions), size, len(KNOWN)), np.int32)
    for number, (first, last) in enumerate(mentions):
        begin, end = at[first], at[last]
        start = max(0, begin - BEFORE)
        for column, (word, token, is_mark) in enumerate(seen[start : start + size]):
            place = start + column
            own = begin <= place <= end
            shown = ITSELF if own and not is_mark else word
            words[number, column] = places.get(shown, UNKNOWN)
            of_letters = groups_of(shown)
            groups[number, column, : len(of_letters)] = of_letters
            known[number, column] = (
                _within(sentences[token] - sentences[first], SENTENCES_FAR),
                RULES[marks[token]],
                own,
                _within(min(0, place - begin) + max(0, place - end), FAR),
                not is_mark and (token in told.busy) + (token in told.firm) + (token in told.ill),
                is_titled,
            )
    return Views(words, groups, known)


def _within(distance: int, far: int) -> int:
    return max(-far, min(far, distance)) + far


def _seen(told: Told) -> tuple[list[_Seen], list[int]]:
    """Give the words (the English ones where known) and marks of a text in order, and the place of each token."""
    seen: list[_Seen] = []
    english = _english().get(told.lang or "en", {})
    at: list[int] = []
    for number, token in enumerate(told.tokens):
        if number:
            between = _MARKS.findall(told.between(number))[:_MARKS_SEEN]
            seen.extend(_Seen(mark, number, is_mark=True) for mark in between)
        at.append(len(seen))
        word = ANOTHER if number in told.busy else english.get(token.plain, token.plain)
        seen.append(_Seen(word, number, is_mark=False))
    last = len(told.tokens) - 1
    seen.extend(_Seen(mark, last, is_mark=True) for mark in _MARKS.findall(told.after(last))[:_MARKS_SEEN])
    return seen, at


@functools.cache
def _english() -> dict[Language, dict[str, str]]:
    return read_glosses()


@functools.lru_cache(maxsize=20_000)
def groups_of(word: str) -> tuple[int, ...]:
    """Give the buckets of a word's letter groups: the whole, its beginning, its ending, every other four letters."""
    if len(word) == 1 or word.isdigit():
        return (_bucket(word),)
    framed = f"<{word}>"
    parts = {framed, framed[:4], framed[:5], framed[-4:], framed[-3:]}
    parts.update(framed[start : start + 4] for start in range(1, len(framed) - 4, 2))
    return tuple(sorted({_bucket(part) for part in parts}))[:GROUPS]


def _bucket(letters: str) -> int:
    return zlib.crc32(letters.encode()) % (BUCKETS - 1) + 1


def _as_is(values: Floats) -> Floats:
    return values


def odds_of(
    weights: Weights, views: Views, xp: ModuleType = np, dropped: Callable[[Floats], Floats] = _as_is
) -> Floats:
    """Give the log odds of each view; `xp` is the NumPy to reckon with, `dropped` leaves values out while learning."""
    is_word = (views.words > NOTHING)[..., None]
    is_group = (views.groups > 0)[..., None]
    letters = (weights["groups"][views.groups] * is_group).sum(2) / xp.sqrt(1 + is_group.sum(2))
    heard = weights["words"][views.words] + letters
    for number, name in enumerate(KNOWN):
        heard = heard + weights[name][views.known[..., number]]
    heard = dropped(_normed(heard, xp) * is_word)
    heard = heard + _neighbours(weights, "around", heard, xp) * is_word
    for number in range(BLOCKS):
        heard = heard + _attended(weights, number, _normed(heard, xp), is_word[..., 0], xp) * is_word
        heard = heard + _neighbours(weights, f"around {number}", _normed(heard, xp) * is_word, xp) * is_word
    heard = _normed(heard, xp) * is_word
    own = views.known[..., OWN : OWN + 1] * is_word
    itself = (heard * own).sum(1) / xp.maximum(own.sum(1), 1)
    strongest = xp.where(is_word, heard, -1e3).max(1)
    told = dropped(xp.concatenate([itself, strongest], axis=-1))
    hidden = bent(told @ weights["hidden"] + weights["hidden_start"], xp)
    # What the rules say of the condition is where the odds start from: on a text unlike any other they hold.
    ruled = (views.known[..., RULE] * views.known[..., OWN]).max(1)
    odds: Floats = (hidden @ weights["odds"])[:, 0] + weights["ruled"][ruled]
    return odds


def _normed(values: Floats, xp: ModuleType) -> Floats:
    centred = values - values.mean(-1, keepdims=True)
    normed: Floats = centred / xp.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-5)
    return normed


def bent(values: Floats, xp: ModuleType) -> Floats:
    """Apply the GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415), by its usual approximation."""
    bent: Floats = 0.5 * values * (1 + xp.tanh(math.sqrt(2 / math.pi) * values * (1 + 0.044715 * values * values)))
    return bent


def _neighbours(weights: Weights, name: str, values: Floats, xp: ModuleType) -> Floats:
    """Weigh each word with its two neighbours."""
    edge = xp.zeros_like(values[:, :1])
    before = xp.concatenate([edge, values[:, :-1]], axis=1)
    behind = xp.concatenate([values[:, 1:], edge], axis=1)
    around = xp.concatenate([before, values, behind], axis=-1)
    return bent(around @ weights[name] + weights[f"{name}_start"], xp)


def _attended(weights: Weights, number: int, values: Floats, is_word: npt.NDArray[np.bool_], xp: ModuleType) -> Floats:
    """Let each word take from all others what it asks for."""
    count, size, width = values.shape
    each = (count, size, HEADS, width // HEADS)
    asks, offers, gives = (
        (values @ weights[f"{name} {number}"]).reshape(each).transpose(0, 2, 1, 3)
        for name in ("asks", "offers", "gives")
    )
    apart = xp.clip(xp.arange(size)[None] - xp.arange(size)[:, None], -DISTANCE, DISTANCE) + DISTANCE
    fit = asks @ offers.transpose(0, 1, 3, 2) / math.sqrt(width // HEADS) + weights[f"distances {number}"][:, apart]
    fit = xp.where(is_word[:, None, None], fit, -1e9)
    share = xp.exp(fit - fit.max(-1, keepdims=True))
    share = share / share.sum(-1, keepdims=True)
    taken: Floats = (share @ gives).transpose(0, 2, 1, 3).reshape(count, size, width) @ weights[f"takes {number}"]
    return taken
