"""bm25s with its own tokens (lower-cased words of two letters and more, English stop words left out)."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bm25s

from bench.reading.systems import NEAREST, TERMS, Found, Opened, peak_mib

INDEX = "bm25s"
_CONCEPTS = "concepts.json"
# Words of each of several texts.
Words = Callable[[list[str]], list[list[str]]]


def own_words(texts: list[str]) -> list[list[str]]:
    """Tokenise by the library's own rules."""
    words: list[list[str]] = bm25s.tokenize(texts, return_ids=False, show_progress=False)
    return words


def build_with(folder: Path, name: str, words: Words) -> float:
    """Index the words of every term under `name` in the folder; seconds it took."""
    terms = json.loads((folder / TERMS).read_bytes())
    started = time.perf_counter()
    index = bm25s.BM25()
    index.index(words([text for text, _ in terms]), show_progress=False)
    index.save(folder / name, show_progress=False)
    (folder / name / _CONCEPTS).write_text(json.dumps([concept for _, concept in terms]), encoding="ascii")
    return time.perf_counter() - started


@contextmanager
def opened_with(folder: Path, name: str, words: Words) -> Iterator[Opened]:
    """Load an index made by `build_with`."""
    index = bm25s.BM25.load(folder / name, show_progress=False)
    concepts = json.loads((folder / name / _CONCEPTS).read_bytes())

    def find(text: str, lang: str | None) -> Found:  # noqa: ARG001 - words of all languages lie together.
        asked = words([text])
        if not asked[0]:
            return Found([])
        numbers, scores = index.retrieve(asked, k=NEAREST, show_progress=False)
        pairs = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        # The library fills up with terms that share no word.
        return Found([(concepts[number], score) for number, score in pairs if score > 0])

    yield Opened(find, peak_mib)


def build(folder: Path) -> float:
    return build_with(folder, INDEX, own_words)


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    with opened_with(folder, INDEX, own_words) as system:
        yield system
