"""Learn how a whole text tells which of its conditions it sets aside, and how well that judges writers not seen.

Run: `uv run --group learn python -m bench.reading.learn_whole [--write] [--further [--share S]] [--sets DIR ...]`.
Without `--write` every sixth writer of the tuned rows is left out and judged by what the others taught; with it, the
network is learned from all of them and written to `whole_net.npz`. Rows of the untouched part teach nothing. An hour
and a half on two cores; half an hour with `--further`, which begins with the network as it is, goes through the sets
that are new to it (`AGAIN`) in each round, and through half of everything else once, and ends half way between what it
was and what it then is, or at another share of the way.
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
    OUTCOME_FIRST,
    OUTCOMES_COUNT,
    RULED_FIRST,
    TITLES_COUNT,
    Mentioned,
    Sums,
    arguments_of,
    mentioned,
    taught,
    unread,
    writers_of,
)
from trialport.vocabulary.aside_net import RULES, Numbers, Weights
from trialport.vocabulary.pieces import HIDDEN, NOTHING, UNKNOWN, Pieces, Words
from trialport.vocabulary.sources import read_glosses
from trialport.vocabulary.whole_net import (
    KNOWN,
    VIEWED,
    WIDTH,
    WholeNet,
    framed,
    load_whole_net,
    odds_of,
    shares_of,
    sheet_of,
    states_of,
    store_whole_net,
)

# How often all is gone through, how many pieces at a time, how far each step goes, and how fast weights fade.
ROUNDS, AT_A_TIME, STEP, FADING = 4, 4096, 2.5e-4, 0.02
# The same where the network has learned before. Each round has all texts of the sets that are new to it, and one in so
# many of the others, which keeps it from forgetting.
ROUNDS_FURTHER, STEP_FURTHER = 3, 1.25e-4
# Half way it has learned most of what is new and forgotten least (Wortsman et al. 2022, arXiv:2109.01903).
SHARE_FURTHER = 0.5
AGAIN, PARTS = frozenset({"alone"}), 6
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
# What begins by chance.
NEW = frozenset({*KNOWN, "hidden", "hidden start", "odds", "ruled"})


class Lesson(NamedTuple):
    """A text in pieces, the places of its conditions in it, and what is to be learned of each (none: nothing)."""

    pieces: Numbers
    rules: Numbers
    kinds: Numbers
    spans: list[tuple[int, int]]
    ruled: list[int]
    is_aside: list[bool | None]
    is_outcome: list[bool | None]
    counts: float


class Course(NamedTuple):
    """What is learned from: where the weights begin, the lessons of each round, and how far a step goes."""

    weights: Weights
    pieces: Pieces
    words: Words
    rounds: list[list[Lesson]]
    step: float


def main() -> None:
    parser = arguments_of("bench.reading.learn_whole", __doc__.splitlines()[0])
    parser.add_argument("--further", action="store_true", help="begin with the network as it is")
    parser.add_argument("--share", type=float, default=SHARE_FURTHER, help="how far from there it goes")
    chosen = parser.parse_args()
    course, share = (further, chosen.share) if chosen.further else (from_the_start, 1.0)
    texts = [mentioned(row) for row in taught(chosen.sets)]
    if chosen.write:
        store_whole_net(learned(course(texts), share))
        return
    left_out = set(writers_of(texts)[::EVERY_WRITER])
    net = learned(course([text for text in texts if text.writer not in left_out]), share)
    sums = Sums()
    sums.add((text for text in texts if text.writer in left_out), net)
    sums.show()


def from_the_start(texts: Sequence[Mentioned]) -> Course:
    """Begin with the model that knows the languages."""
    model = load_pretrained()
    everyday = (word for words in read_glosses().values() for pair in words.items() for word in pair)
    seen = (token.raw for text in texts for token in text.told.tokens)
    pieces, words = of_use(model, {*everyday, *seen}, FEW_LETTERS)
    weights = {**model.weights, **_start(jax.random.key(0))}
    return Course(weights, pieces, words, [_lessons([*texts, *unread(texts)], pieces)] * ROUNDS, STEP)


def further(texts: Sequence[Mentioned]) -> Course:
    """Begin with the network as it is."""
    net = load_whole_net()
    again = [text for text in texts if text.of_set in AGAIN]
    others = [text for text in texts if text.of_set not in AGAIN]
    parts = [[*again, *others[number::PARTS]] for number in range(ROUNDS_FURTHER)]
    rounds = [_lessons([*part, *unread(part)], net.pieces) for part in parts]
    return Course(net.weights, net.pieces, net.words, rounds, STEP_FURTHER)


def learned(course: Course, share: float) -> WholeNet:
    """Give the network that a course teaches, by AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101).

    The weights are taken at a share of the way from what they were to what they then are.
    """
    meanings = jnp.asarray(course.words.of(np.arange(len(course.pieces.names), dtype=np.int32)))
    weights: Any = jax.tree.map(jnp.asarray, course.weights)
    chance = np.random.default_rng(0)
    steps = sum(len(_batches(lessons, chance)) for lessons in course.rounds)
    rule = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(optax.cosine_onecycle_schedule(steps, course.step, 0.1), b2=0.98, weight_decay=FADING),
    )
    farther = {name: NEW_STEP if name in NEW else 1.0 for name in weights}
    state = rule.init(weights)

    def step(weights: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any, Any]:
        missed, slopes = jax.value_and_grad(_missed)(weights, meanings, batch, key)
        changes, state = rule.update(slopes, state, weights)
        changes = jax.tree.map(lambda change, more: change * more, changes, farther)
        return optax.apply_updates(weights, changes), state, missed

    quick_step = jax.jit(step)
    key = jax.random.key(1)
    for number, lessons in enumerate(course.rounds, start=1):
        losses = []
        for some in _batches(lessons, chance):
            key, own = jax.random.split(key)
            weights, state, missed = quick_step(weights, state, _together(some, chance), own)
            losses.append(float(missed))
        print(f"round {number} of {len(course.rounds)}: {np.mean(losses):.4f}", flush=True)
    taken = {name: start + share * (np.asarray(weights[name]) - start) for name, start in course.weights.items()}
    return WholeNet(taken, course.pieces, course.words)


def _lessons(texts: Iterable[Mentioned], pieces: Pieces) -> list[Lesson]:
    return [lesson for text in texts if (lesson := _lesson(text, pieces)).pieces.size <= VIEWED]


def _lesson(text: Mentioned, pieces: Pieces) -> Lesson:
    sheet = sheet_of(text.told, text.marks, pieces)
    spans = [(sheet.spans[first][0] + 1, sheet.spans[last][1] + 1) for first, last in text.told.mentions]
    ruled = [RULES[text.marks[first]] for first, _ in text.told.mentions]
    counts = 1.0 if "icd10_all" in text.known else TITLES_COUNT
    return Lesson(*framed(*sheet[:3]), spans, ruled, text.is_aside, text.is_outcome, counts)


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
        **{name: np.zeros((count, mentions, 2), np.float32) for name in ("odds", "counts")},
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
        for number, (told, more) in enumerate(((lesson.is_aside, ASIDE_COUNTS), (lesson.is_outcome, OUTCOMES_COUNT))):
            for place, is_so in enumerate(told):
                batch["odds"][row, place, number] = bool(is_so)
                batch["counts"][row, place, number] = 0.0 if is_so is None else lesson.counts * (more if is_so else 1.0)
    return batch


def _start(key: Any) -> dict[str, Any]:
    """Give the weights that begin by chance."""
    tables = {name: (size, WIDTH) for name, size in KNOWN.items()}
    layers = {"hidden": (WIDTH, HIDDEN_WIDTH), "odds": (HIDDEN_WIDTH, 2)}
    keys = iter(jax.random.split(key, len(tables) + len(layers)))
    weights = {name: 0.02 * jax.random.normal(next(keys), size) for name, size in tables.items()}
    weights |= {name: jax.random.normal(next(keys), size) * size[0] ** -0.5 for name, size in layers.items()}
    return weights | {"hidden start": jnp.zeros(HIDDEN_WIDTH), "ruled": jnp.array([RULED_FIRST, OUTCOME_FIRST]).T}


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
    return (optax.sigmoid_binary_cross_entropy(odds, batch["odds"]) * batch["counts"]).sum() / 64


if __name__ == "__main__":
    main()
