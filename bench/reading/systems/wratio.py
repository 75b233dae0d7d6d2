"""rapidfuzz: the whole text beside every term by WRatio, both lower-cased and without punctuation beforehand."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rapidfuzz import fuzz, process, utils

from bench.reading.systems import NEAREST, TERMS, Found, Opened, peak_mib

INDEX = "wratio.json"


def build(folder: Path) -> float:
    terms = json.loads((folder / TERMS).read_bytes())
    started = time.perf_counter()
    prepared = [(utils.default_process(text), concept) for text, concept in terms]
    (folder / INDEX).write_text(json.dumps(prepared), encoding="utf-8")
    return time.perf_counter() - started


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    prepared = json.loads((folder / INDEX).read_bytes())
    texts = [text for text, _ in prepared]
    concepts = [concept for _, concept in prepared]

    def find(text: str, lang: str | None) -> Found:  # noqa: ARG001 - words of all languages lie together.
        nearest = process.extract(utils.default_process(text), texts, scorer=fuzz.WRatio, limit=NEAREST)
        return Found([(concepts[number], score) for _, score, number in nearest])

    yield Opened(find, peak_mib)
