"""The vocabulary's numbers and tables, and its cache."""

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from trialport.vocabulary.cache import cache_directory, load_compiled, version_of
from trialport.vocabulary.compile import Compiled, compile_vocabulary
from trialport.vocabulary.icd10cm import read_icd
from trialport.vocabulary.imports.stored import StoredTerm
from trialport.vocabulary.index import Vocabulary, load_vocabulary
from trialport.vocabulary.sources import DATA


def test_numbers_are_dense_and_agree(vocabulary: Vocabulary) -> None:
    assert sorted(vocabulary.concept_ids.values()) == list(range(vocabulary.concept_count))
    assert vocabulary.category_of.shape == vocabulary.block_of.shape == (vocabulary.concept_count,)
    ids = vocabulary.concept_ids
    assert vocabulary.category_of[ids["C34/nsclc"]] == ids["C34"] == vocabulary.category_of[ids["C34"]]
    block = vocabulary.block_of
    assert block[ids["J44"]] == block[ids["J45"]] == block[ids["J46"]]
    assert block[ids["J44"]] != block[ids["J30"]]
    assert block[ids["C34/nsclc"]] == block[ids["C34"]] != block[ids["C50"]]


def test_all_icd10_categories_are_there(vocabulary: Vocabulary) -> None:
    categories = [concept for concept in vocabulary.concepts if "/" not in concept]
    assert len(categories) > 1900
    assert {"A00", "I64", "J46", "E14", "Z99", "S72", "U07"} <= set(categories)


def test_areas_and_labels(vocabulary: Vocabulary) -> None:
    assert vocabulary.areas_of("J44")[0] == "respiratory"
    assert vocabulary.areas_of("nothing") == ()
    assert vocabulary.label("I50", "sv") == "hjärtsvikt"
    assert vocabulary.label("nothing") == "nothing"


def test_it_is_loaded_once() -> None:
    assert load_vocabulary() is load_vocabulary()


class Cached(NamedTuple):
    """One chapter of the vocabulary, which compiles quickly, and its cache."""

    data: Path
    directory: Path
    name: str
    compiled: Compiled


@pytest.fixture
def cached(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Cached:
    categories, blocks, terms = read_icd()
    few = [term for term in terms if term.code.startswith("Q")]
    monkeypatch.setattr("trialport.vocabulary.compile.read_icd", lambda: (categories, blocks, few))
    data = tmp_path_factory.mktemp("vocabulary") / "data"
    shutil.copytree(DATA, data)
    for chapter in (data / "conditions").iterdir():
        if chapter.name != "q00-q99_congenital.tsv":
            chapter.unlink()
    directory = tmp_path_factory.mktemp("cache")
    return Cached(data, directory, *load_compiled(data, directory))


def test_cache_gives_back_what_was_compiled(cached: Cached) -> None:
    files = sorted(file.name for file in cached.directory.iterdir())
    assert files == [f"vocabulary-{cached.name}.msgpack", "vocabulary.lock"]
    assert load_compiled(cached.data, cached.directory) == (cached.name, cached.compiled)


def test_of_those_who_ask_at_once_one_compiles(cached: Cached, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def compile_slowly(folder: Path, imported: Iterable[StoredTerm]) -> Compiled:
        made.append(folder)
        return compile_vocabulary(folder, imported)

    monkeypatch.setattr("trialport.vocabulary.cache.compile_vocabulary", compile_slowly)
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(load_compiled, [cached.data] * 3, [tmp_path] * 3))
    assert found == [(cached.name, cached.compiled)] * 3
    assert made == [cached.data]


def test_a_damaged_cache_is_compiled_anew(cached: Cached, tmp_path: Path) -> None:
    data, directory, name, compiled = cached
    content = (directory / f"vocabulary-{name}.msgpack").read_bytes()
    damaged = tmp_path / f"vocabulary-{name}.msgpack"
    damaged.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert load_compiled(data, tmp_path)[1] == compiled
    assert damaged.read_bytes() == content


def test_a_directory_that_cannot_be_written_costs_only_time(cached: Cached, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert load_compiled(cached.data, blocked / "cache")[1] == cached.compiled


def test_cache_directory_is_chosen_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALPORT_CACHE_DIR", "/a/b")
    assert cache_directory() == Path("/a/b")
    monkeypatch.delenv("TRIALPORT_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert cache_directory() == Path("/c/trialport")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory().parts[-2:] == (".cache", "trialport")


def test_compiled_form_is_compact() -> None:
    _, compiled = load_compiled(DATA, cache_directory())
    assert len(msgspec.msgpack.encode(compiled)) < 40_000_000


def test_words_and_what_is_learned_make_the_version(tmp_path: Path) -> None:
    shutil.copytree(DATA, tmp_path / "data")
    before = version_of(tmp_path / "data")
    assert before == version_of(DATA)
    for name in ("aside_net.npz", "whole_net.npz", "words.tsv"):
        path = tmp_path / "data" / name
        path.write_bytes(path.read_bytes() + b"\n")
        assert version_of(tmp_path / "data") != before
        before = version_of(tmp_path / "data")
