"""Ours: the shipped vocabulary, with nothing that was imported on this machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.reading.systems import Found, Opened, peak_mib
from trialport.core.language import Language
from trialport.vocabulary.cache import load_compiled
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.reading import Reader
from trialport.vocabulary.sources import DATA, LANGUAGES

INDEX = "vocabulary"


def build(folder: Path) -> float:
    started = time.perf_counter()
    load_compiled(DATA, folder / INDEX)
    return time.perf_counter() - started


@contextmanager
def opened(folder: Path) -> Iterator[Opened]:
    reader = Reader(Vocabulary(*load_compiled(DATA, folder / INDEX)))
    indexes = [one for one in (folder / INDEX).iterdir() if not one.name.endswith(".lock")]
    if len(indexes) > 1:
        raise RuntimeError("the vocabulary's data changed since its index was built: start again")
    languages: dict[str | None, Language] = {language: language for language in LANGUAGES}

    def find(text: str, lang: str | None) -> Found:
        reading = reader.read_text(text, languages.get(lang))
        concepts = [(match.concept, match.score) for match in reading.concepts]
        return Found(concepts, [area.code for area in reading.therapy_areas])

    yield Opened(find, peak_mib)
