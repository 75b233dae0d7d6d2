"""Learn how the words around a condition tell that it is set aside, and how well that judges writers not seen.

Run: `uv run --group learn python -m bench.reading.learn [--write] [--sets DIR ...]`. Without `--write` the writers of
the tuned rows are left out in turn, in groups, and judged by what the others taught; with it, the network is learned
from all of them and written to `aside_net.npz`. Rows of the untouched part teach nothing.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt
import optax

from bench.reading.scores import category
from bench.reading.sets import FOLDERS, Row, read_sets
from trialport.core.language import Language
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
from trialport.vocabulary.asides import decided
from trialport.vocabulary.assertions import marks_by_rule
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.reading import Reader, shared_reader
from trialport.vocabulary.sources import LANGUAGES
from trialport.vocabulary.triggers import Told

# Sets whose rows know what they set aside; titles set nothing aside. A row's id begins with its writer (two letters).
TAUGHT_BY = ("inquiries", "idioms", "mails", "titles", "conditions")
# Titles have many conditions each and teach one thing only: what each of them counts.
TITLES_COUNT = 0.2
# What a condition that is set aside counts beside a stated one: the aims forgive a stated one that is lost sooner.
ASIDE_COUNTS = 1.5
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
# Log odds before anything is learned, of what no rule marks, and what one excludes, denies or calls history.
RULED_FIRST = (-2.0, 3.0, 3.0, 0.0)


class Mentioned(NamedTuple):
    """A text as the network sees it: its conditions, their categories, and whether each is set aside."""

    writer: str
    known: Mapping[str, list[list[str]]]
    absent: list[str]
    told: Told
    marks: list[Assertion]
    categories: list[set[str]]
    is_aside: list[bool | None]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.reading.learn", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, nargs="+", default=FOLDERS[:1], help="folders with sets")
    parser.add_argument("--write", action="store_true", help="write the network")
    chosen = parser.parse_args()
    sets = read_sets(chosen.sets)
    reader = shared_reader()
    rows = [row for name in TAUGHT_BY for row in sets.get(name, ()) if row.part == "tuned"]
    texts = [mentioned(one, reader) for row in rows for one in as_written(row)]
    if chosen.write:
        store_net(learned(texts, NETWORKS))
        return
    _show(texts)


def as_written(row: Row) -> Iterator[Row]:
    """Give a row as it stands and, of a title, as registries that write no capitals have it."""
    yield row
    if row.name == "titles":
        yield row._replace(text=re.sub(r"\b[^\W\d_][a-zåäöæøé]+", lambda word: word[0].lower(), row.text))


def mentioned(row: Row, reader: Reader) -> Mentioned:
    """Give a row as the network sees it. What the row neither states nor sets aside teaches nothing."""
    lang: Language | None = next((code for code in LANGUAGES if code == row.lang), None)
    heard = reader.hear(row.text, lang)
    stated = {code for fits in row.known.get("icd10_all", ()) for code in fits}
    absent = set(row.known.get("icd10_absent", ()))
    only_stated = "icd10_all" not in row.known
    categories: list[set[str]] = []
    is_aside: list[bool | None] = []
    for first, last in heard.told.mentions:
        codes = {
            category(reader.vocabulary.concepts[h.concept]) for h in heard.hits if first <= h.first and h.last <= last
        }
        categories.append(codes)
        told_both = bool(codes & stated) == bool(codes & absent)
        is_aside.append(False if only_stated else None if told_both else bool(codes & absent))
    marks = marks_by_rule(heard.told)
    return Mentioned(row.known["id"][:2], row.known, sorted(absent), heard.told, marks, categories, is_aside)


def learned(texts: Iterable[Mentioned], networks: int = 1) -> AsideNet:
    """Give networks that texts teach, each begun by another chance."""
    texts = list(texts)
    places = _vocabulary(texts)
    lessons = _lessons(texts, places)
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


def judged(text: Mentioned, marks: Sequence[Assertion]) -> tuple[list[bool], list[bool]]:
    """Say of each condition set aside whether it is kept out, and of each stated one whether it is lost."""
    pairs = zip(text.told.mentions, text.categories, strict=True)
    live = {code for (first, _), codes in pairs if marks[first] == "present" for code in codes}
    named = {code for codes in text.categories for code in codes}
    kept_out = [code not in live for code in text.absent if code in named]
    lost = [not live.intersection(fits) for fits in text.known.get("icd10_all", ()) if named.intersection(fits)]
    return kept_out, lost


def _show(texts: list[Mentioned]) -> None:
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    writers = sorted({text.writer for text in texts if text.absent})
    for start in range(GROUPS_OF_WRITERS):
        left_out = set(writers[start::GROUPS_OF_WRITERS])
        net = learned(text for text in texts if text.writer not in left_out)
        for text in (one for one in texts if one.writer in left_out):
            odds = net.odds(text.told, text.marks, text.told.mentions)
            kept_out, lost = judged(text, decided(text.told, text.marks, odds))
            by_rule, lost_by_rule = judged(text, text.marks)
            kind = str(text.known.get("kind", ""))
            figures = [sum(kept_out), sum(by_rule), len(kept_out), sum(lost), sum(lost_by_rule), len(lost)]
            for name in (text.writer, kind or "other", "all"):
                sums[name] = [one + other for one, other in zip(sums[name], figures, strict=True)]
    print(f"{'':10} {'kept out':>9} {'by rule':>8} {'of':>5}   {'lost':>5} {'by rule':>8} {'of':>5}")
    for name, (kept, rule, of, gone, gone_by_rule, stated) in sums.items():
        print(
            f"{name:10} {100 * kept / max(of, 1):8.1f}% {100 * rule / max(of, 1):7.1f}% {of:5}   "
            f"{100 * gone / max(stated, 1):4.1f}% {100 * gone_by_rule / max(stated, 1):7.1f}% {stated:5}"
        )


if __name__ == "__main__":
    main()
