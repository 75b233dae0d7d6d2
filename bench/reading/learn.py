"""Learn how the words around a condition tell that it is set aside, and how well that judges writers not seen.

Run: `uv run --group learn python -m bench.reading.learn [--write] [--sets DIR ...]`. Without `--write` the writers of
the tuned rows are left out in turn, in groups, and judged by what the others taught; with it, the network is learned
from all of them and written to `aside_net.npz`. Rows of the untouched part teach nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax

from bench.reading.sets import Row
from bench.reading.taught import (
    ASIDE_COUNTS,
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
from trialport.vocabulary.aside_net import (
    ATTENTION,
    BLOCKS,
    BUCKETS,
    DISTANCE,
    HEADS,
    KNOWN,
    NOTHING,
    OWN,
    RULE,
    UNKNOWN,
    VIEWED,
    WIDTH,
    AsideNet,
    Floats,
    Views,
    Weights,
    odds_of,
    store_net,
    views_of,
)

# A word seen less often than this is known by its letters alone.
KNOWN_FROM = 10
# How often all is gone through, how many views at a time, how far each step goes, and how fast weights fade.
ROUNDS, AT_A_TIME, STEP, FADING = 14, 256, 3e-3, 0.05
# What is left out while learning, so that nothing is learned by heart: words, the knowledge of which word it is, what
# the rules say, and values inside.
LEAVES = {"word": 0.08, "place": 0.2, "rule": 0.03, "value": 0.25}
GROUPS_OF_WRITERS = 6
# Networks begun by chance differ; heard together they err less.
NETWORKS = 3


def main() -> None:
    chosen = arguments_of("bench.reading.learn", __doc__.splitlines()[0]).parse_args()
    texts = [text for row in taught(chosen.sets) for text in map(mentioned, as_written(row))]
    if chosen.write:
        store_net(learned(texts, NETWORKS))
        return
    sums = Sums()
    writers = writers_of(texts)
    for start in range(GROUPS_OF_WRITERS):
        left_out = set(writers[start::GROUPS_OF_WRITERS])
        net = learned(text for text in texts if text.writer not in left_out)
        sums.add((text for text in texts if text.writer in left_out), net)
    sums.show()


def as_written(row: Row) -> Iterator[Row]:
    """Give a row as it stands and, of a title, as registries that write no capitals have it."""
    yield row
    if row.name == "titles":
        yield row._replace(text=re.sub(r"\b[^\W\d_][a-zåäöæøé]+", lambda word: word[0].lower(), row.text))


def learned(texts: Iterable[Mentioned], networks: int = 1) -> AsideNet:
    """Give networks that texts teach, each begun by another chance."""
    texts = list(texts)
    places = _vocabulary(texts)
    lessons = _lessons([*texts, *unread(texts)], places)
    return AsideNet([_weights(lessons, len(places), number) for number in range(networks)], places)


def _weights(lessons: tuple[Views, Floats, Floats], words: int, seed: int) -> Weights:
    """Give the weights that lessons teach, by AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101)."""
    views, asides, counts = lessons
    chance = np.random.default_rng(seed)
    key = jax.random.key(seed)
    weights: Any = _start(key, words)
    each = len(_batches(views, chance))
    rule = optax.adamw(optax.cosine_onecycle_schedule(ROUNDS * each, STEP, 0.15), weight_decay=FADING)
    state = rule.init(weights)

    def step(weights: Any, state: Any, views: Views, lesson: tuple[Floats, Floats], key: Any) -> tuple[Any, Any, Any]:
        def loss(weights: Any) -> Any:
            aside, counts = lesson
            return (optax.sigmoid_binary_cross_entropy(_partly(weights, views, key), aside) * counts).mean()

        missed, slopes = jax.value_and_grad(loss)(weights)
        changes, state = rule.update(slopes, state, weights)
        return optax.apply_updates(weights, changes), state, missed

    quick_step = jax.jit(step)
    for number in range(ROUNDS):
        missed = 0.0
        for some in _batches(views, chance):
            key, own = jax.random.split(key)
            size = VIEWED if (views.words[some, VIEWED // 2 :] > NOTHING).any() else VIEWED // 2
            batch = Views(*(table[some, :size] for table in views))
            weights, state, loss = quick_step(weights, state, batch, (asides[some], counts[some]), own)
            missed += float(loss) / each
        print(f"network {seed + 1}, round {number + 1} of {ROUNDS}: {missed:.4f}", flush=True)
    return {name: np.asarray(weight) for name, weight in weights.items()}


def _batches(views: Views, chance: np.random.Generator) -> list[npt.NDArray[np.int64]]:
    """Give views to learn from at a time, by chance, short ones apart from long ones."""
    batches: list[npt.NDArray[np.int64]] = []
    long = (views.words[:, VIEWED // 2 :] > NOTHING).any(1)
    for kind in (long, ~long):
        order = chance.permutation(np.flatnonzero(kind))
        batches += [order[start : start + AT_A_TIME] for start in range(0, len(order) - AT_A_TIME, AT_A_TIME)]
    return [batches[number] for number in chance.permutation(len(batches))]


def _vocabulary(texts: Iterable[Mentioned]) -> dict[str, int]:
    """Give the words seen often enough, with their places in the table of words."""
    everything: dict[str, int] = {}
    seen: Counter[int] = Counter()
    for text in texts:
        views = views_of(text.told, text.marks, text.told.mentions, _Counting(everything))
        places, times = np.unique(views.words, return_counts=True)
        seen.update(dict(zip(places.tolist(), times.tolist(), strict=True)))
    often = [word for word, place in everything.items() if seen[place] >= KNOWN_FROM]
    return {word: place for place, word in enumerate(often, start=UNKNOWN + 1)}


class _Counting(dict[str, int]):
    """Gives every word asked for a place of its own."""

    def __init__(self, places: dict[str, int]) -> None:
        super().__init__()
        self._places = places

    def get(self, word: str, _default: object = None, /) -> int:
        return self._places.setdefault(word, len(self._places) + UNKNOWN + 1)


def _lessons(texts: Iterable[Mentioned], places: Mapping[str, int]) -> tuple[Views, Floats, Floats]:
    """Give the views of all conditions that teach, whether each is set aside, and what it counts."""
    tables: list[Views] = []
    asides: list[bool] = []
    counts: list[float] = []
    for text in texts:
        known = [(at, aside) for at, aside in zip(text.told.mentions, text.is_aside, strict=True) if aside is not None]
        if not known:
            continue
        views = views_of(text.told, text.marks, [at for at, _ in known], places)
        tables.append(Views(*(_padded(table) for table in views)))
        is_title = "icd10_all" not in text.known
        asides.extend(aside for _, aside in known)
        counts.extend(TITLES_COUNT if is_title else ASIDE_COUNTS if aside else 1.0 for _, aside in known)
    joined = Views(*(np.concatenate(parts) for parts in zip(*tables, strict=True)))
    return joined, np.array(asides, np.float32), np.array(counts, np.float32)


def _padded(table: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.pad(table, [(0, 0), (0, VIEWED - table.shape[1]), *[(0, 0)] * (table.ndim - 2)])


def _start(key: Any, words: int) -> dict[str, Any]:
    """Give the weights before anything is learned: small, by chance."""
    tables = {"words": words + UNKNOWN + 1, "groups": BUCKETS, **KNOWN}
    blocks = range(BLOCKS)
    around = ["around", *(f"around {number}" for number in blocks)]
    layers = {
        **dict.fromkeys(around, (3 * WIDTH, WIDTH)),
        **dict.fromkeys((f"{name} {number}" for number in blocks for name in ATTENTION), (WIDTH, WIDTH)),
        "hidden": (2 * WIDTH, WIDTH),
        "odds": (WIDTH, 1),
    }
    keys = iter(jax.random.split(key, len(tables) + len(layers) + BLOCKS))
    weights = {name: 0.1 * jax.random.normal(next(keys), (size, WIDTH)) for name, size in tables.items()}
    weights |= {name: jax.random.normal(next(keys), size) * size[0] ** -0.5 for name, size in layers.items()}
    weights |= {f"{name}_start": jnp.zeros(layers[name][1]) for name in (*around, "hidden")}
    weights["ruled"] = jnp.array(RULED_FIRST)
    apart = (HEADS, 2 * DISTANCE + 1)
    return weights | {f"distances {number}": 0.02 * jax.random.normal(next(keys), apart) for number in blocks}


def _partly(weights: Any, views: Views, key: Any) -> Any:
    """Give the odds of views with some of what is known left out."""
    words, places, rules, *values = jax.random.split(key, 5)

    def is_left(key: Any, share: float, shape: tuple[int, ...]) -> Any:
        return jax.random.bernoulli(key, share, shape)

    gone = is_left(words, LEAVES["word"], views.words.shape) & (views.known[..., OWN] == 0)
    unknown = gone | is_left(places, LEAVES["place"], views.words.shape)
    fewer: tuple[Any, Any, Any] = (
        jnp.where(unknown & (views.words > NOTHING), UNKNOWN, views.words),
        jnp.where(gone[..., None], 0, views.groups),
        jnp.asarray(views.known).at[..., RULE].multiply(~is_left(rules, LEAVES["rule"], (len(views.words), 1))),
    )
    keys = iter(values)

    def dropped(heard: Any) -> Any:
        gone = is_left(next(keys), LEAVES["value"], heard.shape)
        return jnp.where(gone, 0, heard / (1 - LEAVES["value"]))

    return odds_of(weights, Views(*fewer), jnp, dropped)


if __name__ == "__main__":
    main()
