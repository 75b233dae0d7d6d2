"""Imported terms from the command line to what a text is read as."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click.testing
import pytest

from tests.vocabulary.imports_files import TABLE, ZORBLAT, written
from trialport.cli import main
from trialport.vocabulary import cache
from trialport.vocabulary.atom_index import AtomIndex
from trialport.vocabulary.compile import IMPORTED, IMPORTED_BIT, OTHER_MEANING, Entry, _add_imported
from trialport.vocabulary.imports.stored import StoredTerm, import_directory, list_sources, read_imports
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.reading import Reader
from trialport.vocabulary.sources import DATA


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vocabulary: Vocabulary) -> Path:
    """A folder for imports of the test's own; the index is not compiled after each import."""
    folder = tmp_path / "store"
    monkeypatch.setenv("TRIALPORT_VOCABULARY_DIR", str(folder))
    monkeypatch.setattr("trialport.commands_vocabulary.load_compiled", lambda *_: None)
    monkeypatch.setattr("trialport.commands_vocabulary.load_shipped", lambda: vocabulary)
    return folder


def run(*arguments: str | Path) -> click.testing.Result:
    return click.testing.CliRunner().invoke(main, ["vocabulary", *map(str, arguments)], catch_exceptions=False)


def run_json(*arguments: str | Path) -> Any:
    said = run(*arguments, "--json")
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def test_a_dry_run_tells_everything_and_writes_nothing(store: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "made.tsv", TABLE)
    said = run("import", file, "--dry-run")
    assert said.exit_code == 0
    for part in ("made: table (TSV)", "Flarnvikslunga (J44)", "KOL (there J45, here J44)", "J00-J99", "Dry run"):
        assert part in said.stdout
    report = run_json("import", file, "--dry-run")
    assert report["outcome"] == "tried"
    assert report["coverage"]["with_terms"] == 2
    assert len(report["coverage"]["without_terms"]) == report["coverage"]["categories"] - 2
    assert not store.exists()
    assert run_json("list") == []


def test_the_same_again_does_nothing_and_another_replaces(store: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "made.tsv", TABLE)
    assert run_json("import", file, "--version", "1")["outcome"] == "imported"
    path = store / "made.jsonl"
    before = path.stat()
    assert run_json("import", file, "--version", "1")["outcome"] == "unchanged"
    assert "Nothing was done" in run("import", file, "--version", "1").stdout
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    file = written(tmp_path, "made.tsv", TABLE.replace("blorplunge", "snurrlunge"))
    tried = run_json("import", file, "--version", "2", "--dry-run")["change"]
    report = run_json("import", file, "--version", "2")
    assert report["outcome"] == "replaced"
    assert report["change"] == tried
    assert (report["change"]["added"], report["change"]["removed"]) == (1, 1)
    assert report["change"]["added_examples"] == ["snurrlunge (J44)"]
    assert [one["version"] for one in run_json("list")] == ["2"]


def test_listing_and_removing(store: Path, tmp_path: Path) -> None:
    assert "Nothing was imported" in run("list").stdout
    run_json("import", written(tmp_path, "made.tsv", TABLE), "--name", "icd-10-se")
    (one,) = run_json("list")
    assert (one["name"], one["format"], one["terms"], one["conflicts"]) == ("icd-10-se", "tsv", 5, 1)
    assert len(one["sha256"]) == 64
    assert one["program"]
    assert "icd-10-se" in run("list").stdout
    assert run("remove", "icd-10-se").exit_code == 0
    assert list(store.iterdir()) == []
    for name in ("icd-10-se", "../made", ""):
        said = run("remove", name)
        assert said.exit_code == 1
        assert "vocabulary list" in said.stderr


def test_a_fault_is_one_line_and_the_status_says_so(store: Path, tmp_path: Path) -> None:
    said = run("import", written(tmp_path, "x.json", '{"graphs": ['))
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == "trialport: x.json is cut off; fetch it again.\n"
    assert run("import", tmp_path / "missing").exit_code == 2
    assert not store.exists()


def test_a_damaged_source_is_told_and_left_out(store: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run_json("import", written(tmp_path, "made.tsv", TABLE))
    path = store / "made.jsonl"
    content = path.read_bytes()
    assert len(read_imports([(path, content)])) == 5
    for damaged in (content[:-5], content.replace(b"J44", b"J45"), b"", b"\xff", b"{}\n"):
        assert read_imports([(path, damaged)]) == []
        assert "Import it again" in caplog.text
    path.write_bytes(content[:-5])
    assert list_sources(store)[0].source is None
    assert "damaged" in run("list").stdout
    assert run_json("import", written(tmp_path, "made.tsv", TABLE))["outcome"] == "imported"


def test_the_folder_is_chosen_by_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALPORT_VOCABULARY_DIR", "/a/b")
    assert import_directory() == Path("/a/b")
    monkeypatch.delenv("TRIALPORT_VOCABULARY_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", "/c")
    assert import_directory() == Path("/c/trialport/vocabulary")
    monkeypatch.delenv("XDG_DATA_HOME")
    assert import_directory().parts[-4:] == (".local", "share", "trialport", "vocabulary")


def test_the_name_of_the_cache_covers_the_imports(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    names = {
        cache.version_of(DATA),
        cache.version_of(DATA, [(path, b"x")]),
        cache.version_of(DATA, [(path, b"y")]),
        cache.version_of(DATA, [(tmp_path / "b.jsonl", b"x")]),
    }
    assert len(names) == 4
    assert cache.version_of(DATA, []) == cache.version_of(DATA)


def keyed(*entries: Entry) -> dict[str, list[Entry]]:
    return {"flarn": list(entries)}


@pytest.mark.parametrize(
    ("shipped", "term", "wanted"),
    [
        pytest.param((), ("J44", "sv", "flarn"), [(IMPORTED, "J44", 2 | IMPORTED_BIT)], id="new"),
        pytest.param(((0, "J44/x", 1),), ("J44", "sv", "flarn"), [(0, "J44/x", 3)], id="of its language too"),
        pytest.param(((0, "J45", 1),), ("J44", "sv", "flarn"), [(0, "J45", 1)], id="conflict"),
        pytest.param(
            ((0, "J45", 1),),
            ("J44", "sv", "flarn", True),
            [(0, "J45", 1), (OTHER_MEANING, "J44", 2 | IMPORTED_BIT)],
            id="another meaning than our words",
        ),
        pytest.param(
            ((4, "J45", 1),),
            ("J44", "sv", "flarn", True),
            [(4, "J45", 1), (IMPORTED, "J44", 2 | IMPORTED_BIT)],
            id="another meaning than ICD's",
        ),
    ],
)
def test_imported_terms_come_last(
    shipped: tuple[tuple[int, str, int], ...], term: Any, wanted: list[tuple[int, str, int]]
) -> None:
    found = keyed(*(Entry(rank, concept, "flarn", bits, "flarn") for rank, concept, bits in shipped))
    if not shipped:
        found = {}
    _add_imported(found, [StoredTerm(*term)], frozenset())
    assert [(entry.rank, entry.concept, entry.languages) for entry in found["flarn"]] == wanted


@pytest.fixture(scope="module")
def with_imports(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reader, Path]:
    """A reader with a table (conflicts marked) and an ontology, compiled where the cache cannot be written."""
    folder = tmp_path_factory.mktemp("imports")
    files = tmp_path_factory.mktemp("files")
    environment = {"TRIALPORT_VOCABULARY_DIR": str(folder)}
    runner = click.testing.CliRunner(env=environment)
    more = "J46\tFQX\tsv\nJ45\tKOL\tsv\nK35\tnjurinflammation\tsv\nK35\tnjurflarn\tsv\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trialport.commands_vocabulary.load_compiled", lambda *_: None)
        table = written(files, "made.tsv", TABLE + more)
        for arguments in ([str(table), "--on-conflict", "ambiguous"], [str(written(files, "doid.json", ZORBLAT))]):
            said = runner.invoke(main, ["vocabulary", "import", *arguments], catch_exceptions=False)
            assert said.exit_code == 0
    blocked = files / "made.tsv" / "cache"
    name, compiled = cache.load_compiled(DATA, blocked, folder)
    assert (folder / f"vocabulary-{name}.msgpack").exists()
    return Reader(Vocabulary(name, compiled)), folder


def codes(reader: Reader, text: str) -> list[str]:
    return [match.code for match in reader.read_text(text).concepts]


def test_texts_are_read_by_imported_terms(with_imports: tuple[Reader, Path]) -> None:
    reader, _ = with_imports
    assert codes(reader, "patienter med flarnvikslunga")[0] == "J44"
    assert codes(reader, "adults with juvenile zorblat disease") == ["G12"]
    assert codes(reader, "frimpled zorblatosises") == ["G12"]
    assert codes(reader, "onset of FQX") == ["J46"]
    assert codes(reader, "njurflarn") == ["K35"]


def test_shipped_words_are_read_as_before(with_imports: tuple[Reader, Path], reader: Reader) -> None:
    more, _ = with_imports
    for text in ("migraine", "svår hjärtsvikt", "brystkræft", "type 2 diabetes", "nephritis", "NSCLC stage IV"):
        assert more.read_text(text) == reader.read_text(text)


def test_another_meaning_makes_a_reading_ambiguous(with_imports: tuple[Reader, Path], reader: Reader) -> None:
    more, _ = with_imports
    read = more.read_text("KOL")
    assert [match.code for match in read.concepts] == ["J44", "J45"]
    assert read.ambiguous
    assert not reader.read_text("KOL").ambiguous
    assert more.read_text("njurinflammation").concepts[0].code != "K35"


def test_terms_of_other_words_with_the_same_meaning_do_not_contradict_ours(with_imports: tuple[Reader, Path]) -> None:
    reader, _ = with_imports
    index: AtomIndex = reader.vocabulary.atom_index
    runs = [index.terms_at(key) for key in range(len(index._names))]
    mixed = [run for run in runs if {term.rank == IMPORTED for term in run} == {True, False}]
    assert mixed == []
    assert any(term.rank == IMPORTED for run in runs for term in run)


def test_annotate_uses_imports_without_any_server(with_imports: tuple[Reader, Path], tmp_path: Path) -> None:
    _, folder = with_imports
    said = subprocess.run(
        [sys.executable, "-m", "trialport", "annotate", "skullthunder"],
        env={**os.environ, "TRIALPORT_VOCABULARY_DIR": str(folder), "TRIALPORT_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    assert json.loads(said.stdout)["concepts"][0]["code"] == "G43"
    # The index was found beside the imports, not compiled again.
    assert list(tmp_path.iterdir()) == []


def test_what_an_imported_term_explains_is_marked(with_imports: tuple[Reader, Path]) -> None:
    reader, _ = with_imports
    for text, method in (
        ("blorplunge", "imported"),
        ("disease of zorblats", "imported"),
        ("migraine", "exact"),
        ("FQX", "abbreviation"),
    ):
        assert [match.method for match in reader.read_text(text).concepts] == [method], text
