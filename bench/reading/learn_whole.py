"""Learn how a whole text tells which of its conditions it sets aside, and how well that judges writers not seen.

Run: `uv run --group learn python -m bench.reading.learn_whole [--write] [--sets DIR ...]`. Without `--write` every
sixth writer of the tuned rows is left out and judged by what the others taught; with it, the network is learned from
all of them and written to `whole_net.npz`. Rows of the untouched part teach nothing. An hour and a half on two cores.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from bench.reading.pretrained import load_pretrained, of_use
from bench.reading.taught import (
    ASIDE_COUNTS,
    RULED_FIRST,
    TITLES_COUNT,
    Mentioned,
    Sums,
    arguments_of,
    mentioned,
    taught,
    writers_of,
)
from trialport.vocabulary.aside_net import RULES, Numbers
from trialport.vocabulary.pieces import HIDDEN, NOTHING, UNKNOWN, Pieces
from trialport.vocabulary.sources import read_glosses
from trialport.vocabulary.whole_net import (
    KNOWN,
    VIEWED,
    WIDTH,
    WholeNet,
    framed,
    odds_of,
    shares_of,
    sheet_of,
    states_of,
    store_whole_net,
)

# How often all is gone through, how many pieces at a time, how far each step goes, and how fast weights fade.
ROUNDS, AT_A_TIME, STEP, FADING = 4, 4096, 2.5e-4, 0.02
# What begins by chance goes so much farther than what has been learned before.
NEW_STEP = 8.0
# What is left out while learning, so that nothing is learned by heart: the names of conditions, other words, what the
# rules say, and values inside.
LEAVES = {"name": 0.3, "word": 0.04, "rule": 0.05, "value": 0.1}
# Texts are learned from together with others as long, and as rich in conditions.
LENGTHS, MENTIONS = (16, 24, 32, 40, 48, 64, 80, 96, 128, 176, VIEWED), (8, 32)
# Between what stands at the condition and its odds.
HIDDEN_WIDTH = 64
# Pieces of so few letters are kept whatever texts are made of.
FEW_LETTERS = 3
EVERY_WRITER = 6


class Lesson(NamedTuple):
    """A text in pieces, the places of its conditions in it, and what is to be learned of each (none: nothing)."""

    pieces: Numbers
    rules: Numbers
    kinds: Numbers
    spans: list[tuple[int, int]]
    ruled: list[int]
    is_aside: list[bool | None]
    counts: float


def main() -> None:
    chosen = arguments_of("bench.reading.learn_whole", __doc__.splitlines()[0])
    texts = [mentioned(row) for row in taught(chosen.sets)]
    if chosen.write:
        store_whole_net(learned(texts))
        return
    left_out = set(writers_of(texts)[::EVERY_WRITER])
    net = learned(text for text in texts if text.writer not in left_out)
    sums = Sums()
    sums.add((text for text in texts if text.writer in left_out), net)
    sums.show()


def learned(texts: Iterable[Mentioned]) -> WholeNet:
    """Give the network that texts teach, by AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101)."""
    texts = list(texts)
    model = load_pretrained()
    everyday = (word for words in read_glosses().values() for pair in words.items() for word in pair)
    seen = (token.raw for text in texts for token in text.told.tokens)
    pieces, words = of_use(model, {*everyday, *seen}, FEW_LETTERS)
    meanings = jnp.asarray(words.of(np.arange(len(pieces.names), dtype=np.int32)))
    lessons = [lesson for text in texts if (lesson := _lesson(text, pieces)).pieces.size <= VIEWED]
    weights: Any = jax.tree.map(jnp.asarray, {**model.weights, **_start(jax.random.key(0))})
    chance = np.random.default_rng(0)
    steps = ROUNDS * len(_batches(lessons, chance))
    rule = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(optax.cosine_onecycle_schedule(steps, STEP, 0.1), b2=0.98, weight_decay=FADING),
    )
    farther = {name: 1.0 if name in model.weights else NEW_STEP for name in weights}
    state = rule.init(weights)

    def step(weights: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any, Any]:
        missed, slopes = jax.value_and_grad(_missed)(weights, meanings, batch, key)
        changes, state = rule.update(slopes, state, weights)
        changes = jax.tree.map(lambda change, more: change * more, changes, farther)
        return optax.apply_updates(weights, changes), state, missed

    quick_step = jax.jit(step)
    key = jax.random.key(1)
    for number in range(ROUNDS):
        losses = []
        for some in _batches(lessons, chance):
            key, own = jax.random.split(key)
            weights, state, missed = quick_step(weights, state, _together(some, chance), own)
            losses.append(float(missed))
        print(f"round {number + 1} of {ROUNDS}: {np.mean(losses):.4f}", flush=True)
    return WholeNet({name: np.asarray(weight) for name, weight in weights.items()}, pieces, words)


def _lesson(text: Mentioned, pieces: Pieces) -> Lesson:
    sheet = sheet_of(text.told, text.marks, pieces)
    spans = [(sheet.spans[first][0] + 1, sheet.spans[last][1] + 1) for first, last in text.told.mentions]
    ruled = [RULES[text.marks[first]] for first, _ in text.told.mentions]
    counts = 1.0 if "icd10_all" in text.known else TITLES_COUNT
    return Lesson(*framed(*sheet[:3]), spans, ruled, text.is_aside, counts)


def _batches(lessons: Iterable[Lesson], chance: np.random.Generator) -> list[list[Lesson]]:
    """Give lessons to learn from at a time, by chance, each with others as long and as rich in conditions."""
    alike: dict[tuple[int, int], list[Lesson]] = defaultdict(list)
    for lesson in lessons:
        if len(lesson.spans) <= MENTIONS[-1]:
            alike[_sizes(lesson)].append(lesson)
    batches: list[list[Lesson]] = []
    for (length, _), some in alike.items():
        order, each = chance.permutation(len(some)), AT_A_TIME // length
        batches += [[some[one] for one in order[start : start + each]] for start in range(0, len(some), each)]
    return [batches[number] for number in chance.permutation(len(batches))]


def _sizes(lesson: Lesson) -> tuple[int, int]:
    length = next(length for length in LENGTHS if len(lesson.pieces) <= length)
    return length, next(count for count in MENTIONS if len(lesson.spans) <= count)


def _together(lessons: Sequence[Lesson], chance: np.random.Generator) -> dict[str, Any]:
    """Give lessons as tables of one size, with some of what is known left out."""
    length, mentions = _sizes(lessons[0])
    count = AT_A_TIME // length
    batch: dict[str, Any] = {
        "pieces": np.full((count, length), NOTHING, np.int32),
        **{name: np.zeros((count, length), np.int32) for name in KNOWN},
        "shares": np.zeros((count, mentions, length), np.float32),
        **{name: np.zeros((count, mentions), np.float32) for name in ("asides", "counts")},
        "ruled": np.zeros((count, mentions), np.int32),
    }
    for row, lesson in enumerate(lessons):
        size, some = len(lesson.pieces), len(lesson.spans)
        pieces = np.where((chance.random(size) < LEAVES["word"]) & (lesson.kinds == 0), UNKNOWN, lesson.pieces)
        for first, end in lesson.spans:
            if chance.random() < LEAVES["name"]:
                pieces[first:end] = HIDDEN
        batch["pieces"][row, :size] = pieces
        batch["kinds"][row, :size] = lesson.kinds
        if chance.random() >= LEAVES["rule"]:
            batch["rules"][row, :size] = lesson.rules
            batch["ruled"][row, :some] = lesson.ruled
        batch["shares"][row, :some, :size] = shares_of(lesson.spans, size)
        for place, aside in enumerate(lesson.is_aside):
            batch["asides"][row, place] = bool(aside)
            batch["counts"][row, place] = 0.0 if aside is None else lesson.counts * (ASIDE_COUNTS if aside else 1.0)
    return batch


def _start(key: Any) -> dict[str, Any]:
    """Give the weights that begin by chance."""
    tables = {name: (size, WIDTH) for name, size in KNOWN.items()}
    layers = {"hidden": (WIDTH, HIDDEN_WIDTH), "odds": (HIDDEN_WIDTH, 1)}
    keys = iter(jax.random.split(key, len(tables) + len(layers)))
    weights = {name: 0.02 * jax.random.normal(next(keys), size) for name, size in tables.items()}
    weights |= {name: jax.random.normal(next(keys), size) * size[0] ** -0.5 for name, size in layers.items()}
    return weights | {"hidden start": jnp.zeros(HIDDEN_WIDTH), "ruled": jnp.array(RULED_FIRST)}


def _missed(weights: Any, meanings: Any, batch: Any, key: Any) -> Any:
    """Give how far the network is from what a batch teaches."""
    keys = [key]

    def dropped(values: Any) -> Any:
        keys[0], own = jax.random.split(keys[0])
        gone = jax.random.bernoulli(own, LEAVES["value"], values.shape)
        return jnp.where(gone, 0, values / (1 - LEAVES["value"]))

    is_piece = batch["pieces"] != NOTHING
    known = (batch["rules"], batch["kinds"])
    states: Any = states_of(weights, meanings[batch["pieces"]], is_piece, known, jnp, dropped)
    odds = odds_of(weights, states, batch["shares"], batch["ruled"], jnp)
    return (optax.sigmoid_binary_cross_entropy(odds, batch["asides"]) * batch["counts"]).sum() / 64


if __name__ == "__main__":
    main()
