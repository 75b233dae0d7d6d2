"""Learn how the words around a condition tell that it is set aside, and how well that judges writers not seen.

Run: `uv run --group learn python -m bench.reading.learn [--write] [--sets DIR ...]`. Without `--write` each writer of
the tuned rows in turn is left out and judged by what the others taught; with it, the weights are learned from all of
them and written to `aside_weights.tsv`. Rows of the untouched part teach nothing.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bench.reading.scores import category
from bench.reading.sets import FOLDERS, Row, read_sets
from trialport.core.language import Language
from trialport.vocabulary.asides import LIKELY, OUT, START, Sign, signs_of, weighed
from trialport.vocabulary.assertions import marks_by_rule
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.reading import Reader, shared_reader
from trialport.vocabulary.sources import DATA, LANGUAGES
from trialport.vocabulary.triggers import Told

# Sets whose rows know what they set aside; titles set nothing aside. A row's id begins with its writer (two letters).
TAUGHT_BY = ("inquiries", "idioms", "mails", "titles")
# How far weights may go to fit a row: more lets them learn single rows by heart.
GIVES = 2.0
# Titles have many conditions each and teach one thing only: what each of them counts.
TITLES_COUNT = 0.2
# What a condition that is set aside counts beside a stated one: the aims forgive a stated one that is lost sooner.
ASIDE_COUNTS = 1.5
# Weights smaller than this change nothing that counts.
LEAST = 0.05


class Mentioned(NamedTuple):
    """A text as the model sees it: for each condition its signs, its categories, and whether it is set aside."""

    writer: str
    known: Mapping[str, list[list[str]]]
    absent: list[str]
    told: Told
    marks: list[Assertion]
    signs: list[set[Sign]]
    categories: list[set[str]]
    is_aside: list[bool | None]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.reading.learn", description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=Path, nargs="+", default=FOLDERS[:1], help="folders with sets")
    parser.add_argument("--write", action="store_true", help="write the weights")
    chosen = parser.parse_args()
    sets = read_sets(chosen.sets)
    reader = shared_reader()
    rows = [row for name in TAUGHT_BY for row in sets.get(name, ()) if row.part == "tuned"]
    texts = [mentioned(one, reader) for row in rows for one in as_written(row)]
    if chosen.write:
        _write(learned(texts))
        return
    _show(texts)


def as_written(row: Row) -> Iterator[Row]:
    """Give a row as it stands and, of a title, as registries that write no capitals have it."""
    yield row
    if row.name == "titles":
        yield row._replace(text=re.sub(r"\b[^\W\d_][a-zåäöæøé]+", lambda word: word[0].lower(), row.text))


def mentioned(row: Row, reader: Reader) -> Mentioned:
    """Give a row as the model sees it. A condition that is neither stated nor set aside by the row teaches nothing."""
    lang: Language | None = next((code for code in LANGUAGES if code == row.lang), None)
    heard = reader.hear(row.text, lang)
    stated = {code for fits in row.known.get("icd10_all", ()) for code in fits}
    absent = set(row.known.get("icd10_absent", ()))
    marks = marks_by_rule(heard.told)
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
    return Mentioned(
        row.known["id"][:2],
        row.known,
        sorted(absent),
        heard.told,
        marks,
        list(signs_of(heard.told, marks)),
        categories,
        is_aside,
    )


def learned(texts: Iterable[Mentioned]) -> dict[Sign, float]:
    """Give the weight of each sign, by a logistic regression with an L2 penalty over all conditions mentioned."""
    taught = [
        (signs, aside, TITLES_COUNT if "icd10_all" not in text.known else ASIDE_COUNTS if aside else 1.0)
        for text in texts
        for signs, aside in zip(text.signs, text.is_aside, strict=True)
        if aside is not None
    ]
    vectors = DictVectorizer()
    table = vectors.fit_transform([{"\t".join(sign): 1 for sign in signs if sign != START} for signs, _, _ in taught])
    model = LogisticRegression(C=GIVES, solver="lbfgs", max_iter=1000)
    model.fit(table, [aside for _, aside, _ in taught], sample_weight=[counts for _, _, counts in taught])
    weights: dict[Sign, float] = {START: round(float(model.intercept_[0]), 2)}
    for name, weight in zip(vectors.get_feature_names_out(), model.coef_[0], strict=True):
        place, _, word = name.partition("\t")
        if abs(weight) >= LEAST:
            weights[place, word] = round(float(weight), 2)
    return weights


def judged(text: Mentioned, weights: Mapping[Sign, float]) -> tuple[list[bool], list[bool]]:
    """Say of each condition set aside whether it is kept out, and of each stated one whether it is lost."""
    marks = weighed(text.told, text.marks, weights)
    live = {
        code
        for (first, _), codes in zip(text.told.mentions, text.categories, strict=True)
        if marks[first] not in OUT
        for code in codes
    }
    named = {code for codes in text.categories for code in codes}
    kept_out = [code not in live for code in text.absent if code in named]
    lost = [not live.intersection(fits) for fits in text.known.get("icd10_all", ()) if named.intersection(fits)]
    return kept_out, lost


def _show(texts: list[Mentioned]) -> None:
    nobody: dict[Sign, float] = {}
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for writer in sorted({text.writer for text in texts}):
        weights = learned(text for text in texts if text.writer != writer)
        for text in (one for one in texts if one.writer == writer):
            kept_out, lost = judged(text, weights)
            by_rule, lost_by_rule = judged(text, nobody)
            kind = str(text.known.get("kind", ""))
            figures = [sum(kept_out), sum(by_rule), len(kept_out), sum(lost), sum(lost_by_rule), len(lost)]
            for name in (writer, kind or "other", "all"):
                sums[name] = [one + other for one, other in zip(sums[name], figures, strict=True)]
    print(f"{'':10} {'kept out':>9} {'by rule':>8} {'of':>5}   {'lost':>5} {'by rule':>8} {'of':>5}")
    for name, (kept, rule, of, gone, gone_by_rule, stated) in sums.items():
        print(
            f"{name:10} {100 * kept / max(of, 1):8.1f}% {100 * rule / max(of, 1):7.1f}% {of:5}   "
            f"{100 * gone / max(stated, 1):4.1f}% {100 * gone_by_rule / max(stated, 1):7.1f}% {stated:5}"
        )


def _write(weights: Mapping[Sign, float]) -> None:
    lines = [f"{place}\t{word}\t{weight:g}" for (place, word), weight in sorted(weights.items())]
    head = (
        "# How much a word at a place speaks for (above 0) or against a condition being set aside, in log odds.\n"
        "# Learned: `uv run --group learn python -m bench.reading.learn --write`; not to be edited by hand.\n"
        "place\tword\tweight\n"
    )
    (DATA / "aside_weights.tsv").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} weights; set aside from {LIKELY} on")


if __name__ == "__main__":
    main()
