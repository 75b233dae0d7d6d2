"""bm25s over our stems instead of its own tokens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.reading.systems import Opened
from bench.reading.systems.bm25 import build_with, opened_with
from trialport.vocabulary.normalise import tokens_of

INDEX = "bm25s_stems"


def stems(texts: list[str]) -> list[list[str]]:
    """Tokenise by our rules, each word cut to its stem."""
    return [[token.stem for token in tokens_of(text)] for text in texts]


def build(folder: Path) -> float:
    return build_with(folder, INDEX, stems)


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    with opened_with(folder, INDEX, stems) as system:
        yield system
