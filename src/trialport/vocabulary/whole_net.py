"""A neural network that knows the languages and hears a whole text, asked where the small one is in doubt.

The text is read at once: its words in pieces (`pieces`), which of them name conditions and what the rules of grammar
say of each. A transformer encoder (Vaswani et al. 2017, arXiv:1706.03762; in the form of Devlin et al. 2018,
arXiv:1810.04805) lets each piece take from all others, layer by layer; what it has gathered at the words of a condition
gives two odds: that it is set aside, and that it is only an outcome. It begins as a model that has read a hundred
languages (multilingual-e5-small: Wang et al. 2024, arXiv:2402.05672) and learns the rest from texts of this project:
`bench.reading.learn_whole`, which runs the same `states_of` under JAX.
"""

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from trialport.vocabulary.aside_net import RULES, Floats, Numbers, Weights, bent
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.pieces import BEGINS, ENDS, Pieces, Words
from trialport.vocabulary.sources import DATA
from trialport.vocabulary.triggers import Told

# Layers of the network, the parts that each listens with, the size of everything, and that of what it thinks between.
LAYERS, HEADS, WIDTH, INSIDE = 12, 12, 384, 1536
# Pieces that are heard at a time, with the beginning and the end; of a longer text those around each condition, from
# places so far apart, and so many times at most.
VIEWED, APART, TIMES = 256, 128, 4
# What is known of a piece beside what it is, with the number of its values.
KNOWN: Mapping[str, int] = {"rules": 4, "kinds": 4}
_MARKS = re.compile(r"\n|\S|\s")
# Of the marks between two words the first few are heard.
_MARKS_HEARD = 4
_FILE, _NAMES, _SCORES, _NIBBLES, _SCALES, _SCALE = "whole_net.npz", "names", "scores", "nibbles", "scales", " scale"
# Between the names of pieces; no piece holds it.
_BETWEEN = "\0"
# Steps of a table of eight bits, to either side of nought.
_STEPS = 127


class Sheet(NamedTuple):
    """A text in pieces: their places, what the rules say of each, of what kind it is, and where each token lies."""

    pieces: Numbers
    rules: Numbers
    kinds: Numbers
    spans: list[tuple[int, int]]


class Odds(NamedTuple):
    """Log odds that a text sets a condition aside, and that it is an outcome, a risk or background of the trial."""

    aside: float
    outcome: float


class WholeNet(NamedTuple):
    """The learned network: its weights, the pieces that it cuts words into, and what these mean."""

    weights: Weights
    pieces: Pieces
    words: Words

    def odds(self, told: Told, marks: Sequence[Assertion], mentions: Sequence[tuple[int, int]]) -> list[float]:
        """Give the log odds that a text sets each of the mentions aside; of a very long one only of the first."""
        return [heard.aside for heard in self.heard(told, marks, mentions)]

    def heard(self, told: Told, marks: Sequence[Assertion], mentions: Sequence[tuple[int, int]]) -> list[Odds]:
        """Give what a text says of each of the mentions; of a very long one only of the first."""
        if not mentions:
            return []
        sheet = sheet_of(told, marks, self.pieces)
        spans = [(sheet.spans[first][0], sheet.spans[last][1]) for first, last in mentions]
        ruled = [RULES[marks[first]] for first, _ in mentions]
        odds: list[Odds] = []
        for number, (start, some) in enumerate(_views(spans, len(sheet.pieces))):
            if number == TIMES:
                break
            odds.extend(self._odds(sheet, start, [spans[one] for one in some], [ruled[one] for one in some]))
        return odds

    def _odds(self, sheet: Sheet, start: int, spans: Sequence[tuple[int, int]], ruled: Sequence[int]) -> list[Odds]:
        seen = slice(start, start + VIEWED - 2)
        pieces, rules, kinds = framed(sheet.pieces[seen], sheet.rules[seen], sheet.kinds[seen])
        is_piece = np.ones((1, len(pieces)), bool)
        states = states_of(self.weights, self.words.of(pieces[None]), is_piece, (rules[None], kinds[None]))
        shares = shares_of([(first - start + 1, end - start + 1) for first, end in spans], len(pieces))
        found = odds_of(self.weights, states, shares[None], np.array([ruled], np.int32))
        return [Odds(float(aside), float(outcome)) for aside, outcome in found[0]]


@functools.cache
def load_whole_net(folder: Path = DATA) -> WholeNet:
    """Load the learned network. The process multiplies tables in one thread from then on.

    Several threads a process, several processes a machine, and each waits for the others.
    """
    threadpool_limits(limits=1, user_api="blas")
    with np.load(folder / _FILE, allow_pickle=False) as stored:
        tables = {name: stored[name] for name in stored.files}
    names = tables.pop(_NAMES).tobytes().decode().split(_BETWEEN)
    pieces = Pieces(names, tables.pop(_SCORES).tolist())
    words = Words(tables.pop(_NIBBLES), tables.pop(_SCALES))
    scales = {name: tables.pop(name).astype(np.float32) for name in list(tables) if name.endswith(_SCALE)}
    weights = {name: table.astype(np.float32) * scales.get(name + _SCALE, 1.0) for name, table in tables.items()}
    return WholeNet(weights, pieces, words)


def store_whole_net(net: WholeNet, folder: Path = DATA) -> None:
    """Write a learned network: tables in eight bits, with a scale a column, everything else in half precision."""
    tables: dict[str, Any] = {
        _NAMES: np.frombuffer(_BETWEEN.join(net.pieces.names).encode(), dtype=np.uint8),
        _SCORES: np.asarray(net.pieces.scores, np.float16),
        _NIBBLES: net.words.nibbles,
        _SCALES: net.words.scales,
    }
    for name, weight in net.weights.items():
        if min(weight.shape) < WIDTH:
            tables[name] = weight.astype(np.float16)
            continue
        scale = (np.abs(weight).max(axis=0) / _STEPS).astype(np.float32)
        tables[name], tables[name + _SCALE] = np.rint(weight / scale).astype(np.int8), scale
    np.savez_compressed(folder / _FILE, **tables)


def sheet_of(told: Told, marks: Sequence[Assertion], pieces: Pieces) -> Sheet:
    """Give a text in pieces, `marks` being what the rules say of each of its tokens."""
    places: list[int] = []
    rules: list[int] = []
    kinds: list[int] = []
    spans: list[tuple[int, int]] = []
    spaced = True
    for number, token in enumerate(told.tokens):
        before = told.between(number) if number else told.text[: token.start]
        spaced = _hear_marks(before, pieces, places, spaced=spaced)
        start = len(places)
        places.extend(pieces.cut(token.raw, spaced=spaced))
        spaced = False
        spans.append((start, len(places)))
        unheard = start - len(rules)
        kind = (number in told.busy) + (number in told.firm) + (number in told.ill)
        rules.extend([0] * unheard + [RULES[marks[number]]] * (len(places) - start))
        kinds.extend([0] * unheard + [kind] * (len(places) - start))
    _hear_marks(told.after(len(told.tokens) - 1) if told.tokens else "", pieces, places, spaced=False)
    unheard = len(places) - len(rules)
    table = np.array([places, rules + [0] * unheard, kinds + [0] * unheard], np.int32)
    return Sheet(table[0], table[1], table[2], spans)


def _hear_marks(marks: str, pieces: Pieces, places: list[int], *, spaced: bool) -> bool:
    """Append the pieces of what stands between two words, and say whether a blank stands before what follows."""
    heard = 0
    for mark in _MARKS.findall(marks):
        if mark.isspace():
            spaced = True
        if heard < _MARKS_HEARD and (mark == "\n" or not mark.isspace()):
            places.extend((ENDS,) if mark == "\n" else pieces.cut(mark, spaced=spaced))
            spaced = mark == "\n"
            heard += 1
    return spaced


def framed(pieces: Numbers, rules: Numbers, kinds: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give what is heard at a time with its beginning and its end."""
    ends = np.pad(pieces, 1)
    ends[0], ends[-1] = BEGINS, ENDS
    return ends, np.pad(rules, 1), np.pad(kinds, 1)


def _views(spans: Sequence[tuple[int, int]], size: int) -> Iterator[tuple[int, list[int]]]:
    """Give the starts of what is heard at a time, each with the numbers of the mentions in its middle."""
    room = VIEWED - 2
    last = max(0, size - room)

    def start_of(number: int) -> int:
        first, end = spans[number]
        middle = (first + end - room) // 2
        return min(last, max(0, middle // APART * APART))

    for start, some in groupby(range(len(spans)), key=start_of):
        yield start, list(some)


def shares_of(spans: Sequence[tuple[int, int]], size: int) -> Floats:
    """Give what share each piece has in each mention (mentions, pieces): the same for all pieces of its words."""
    at = np.arange(size)
    shares = np.array([(first <= at) & (at < end) for first, end in spans], np.float32).reshape(len(spans), size)
    even: Floats = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    return even


def _as_is(values: Floats) -> Floats:
    return values


def states_of(
    weights: Weights,
    meanings: Floats,
    is_piece: npt.NDArray[np.bool_],
    known: tuple[Numbers, Numbers],
    xp: ModuleType = np,
    dropped: Callable[[Floats], Floats] = _as_is,
) -> Floats:
    """Give what the network has gathered at each piece of each text (texts, pieces, WIDTH).

    `meanings` are those of the pieces, `known` what is known of each (`KNOWN`); `xp` is the NumPy to reckon with,
    `dropped` leaves values out while learning.
    """
    heard = _normed(weights, "begin", meanings + weights["places"][: meanings.shape[1]], xp)
    for name, values in zip(KNOWN, known, strict=True):
        heard = heard + weights[name][values]
    heard = dropped(heard)
    for number in range(LAYERS):
        taken = dropped(_attended(weights, number, heard, is_piece, xp))
        heard = _normed(weights, f"taken {number}", heard + taken, xp)
        inside: Floats = bent(heard @ weights[f"widens {number}"] + weights[f"widens {number} start"], xp)
        thought = dropped(inside @ weights[f"narrows {number}"] + weights[f"narrows {number} start"])
        heard = _normed(weights, f"thought {number}", heard + thought, xp)
    return heard


def odds_of(weights: Weights, states: Floats, shares: Floats, ruled: Numbers, xp: ModuleType = np) -> Floats:
    """Give the log odds (texts, mentions, `Odds`) of what is gathered at mentions; they start from the rules."""
    gathered: Floats = xp.matmul(shares, states) @ weights["hidden"] + weights["hidden start"]
    hidden = bent(gathered, xp)
    odds: Floats = hidden @ weights["odds"] + weights["ruled"][ruled]
    return odds


def _normed(weights: Weights, name: str, values: Floats, xp: ModuleType) -> Floats:
    centred = values - values.mean(-1, keepdims=True)
    normed: Floats = centred / xp.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-9)
    return normed * weights[f"{name} level"] + weights[f"{name} start"]


def _attended(weights: Weights, number: int, values: Floats, is_piece: npt.NDArray[np.bool_], xp: ModuleType) -> Floats:
    """Let each piece take from all others what it asks for."""
    count, size, width = values.shape
    each = (count, size, HEADS, width // HEADS)
    asks, offers, gives = (
        (values @ weights[f"{name} {number}"] + weights[f"{name} {number} start"]).reshape(each).transpose(0, 2, 1, 3)
        for name in ("asks", "offers", "gives")
    )
    fit = asks @ offers.transpose(0, 1, 3, 2) / math.sqrt(width // HEADS)
    fit = xp.where(is_piece[:, None, None], fit, -1e9)
    share = xp.exp(fit - fit.max(-1, keepdims=True))
    share = share / share.sum(-1, keepdims=True)
    taken: Floats = (share @ gives).transpose(0, 2, 1, 3).reshape(count, size, width)
    return taken @ weights[f"takes {number}"] + weights[f"takes {number} start"]
