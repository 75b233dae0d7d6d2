"""Every format is told by its content and read into concepts, terms and counts."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.vocabulary.imports_files import FHIR, MESH, TABLE, ZORBLAT, written
from trialport.vocabulary.imports.importing import Importer, Wish
from trialport.vocabulary.imports.report import Report, coverage_of
from trialport.vocabulary.imports.shapes import category_of, language_of
from trialport.vocabulary.imports.stored import StoredTerm, find_source
from trialport.vocabulary.reading import Reader

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def imported(
    folder: Path, reader: Reader, content: str | bytes | dict[str, Any], file: str = "brought.dat", **wish: Any
) -> tuple[Report, list[StoredTerm]]:
    path = written(folder, file, content)
    importer = Importer(folder / "store", lambda: reader, "0.0")
    report = importer.import_file(path, Wish(**wish), NOW)
    stored = find_source(folder / "store", report.name)
    return report, stored[1] if stored else []


def test_obo_graphs(tmp_path: Path, reader: Reader) -> None:
    report, terms = imported(tmp_path, reader, ZORBLAT)
    assert (report.format, report.name, report.version) == ("obographs", "doid", "2026-10-31")
    assert report.concepts
    of = report.concepts
    assert (of.read, of.by_code, of.by_ancestor, of.by_name, of.unmapped) == (7, 2, 2, 1, 2)
    assert set(of.unmapped_examples) == {"quuxitis nowhere", "zorblat of two minds"}
    placed = {term.text: term.concept for term in terms}
    assert placed == {
        "zorblat disease": "G12",
        "zorblatosis": "G12",
        "frimpled zorblatosis": "G12",
        "juvenile zorblat disease": "G12",
        "grandchild of zorblat disease": "G12",
        "frimplitis": "L40",
        "migraine": "G43",
        "skullthunder": "G43",
    }
    assert report.left_out == {
        "broad or related synonyms": 2,
        "deprecated or without a name": 2,
        "of another ontology": 1,
    }


def test_shipped_words_win_a_conflict_unless_another_meaning_is_wanted(tmp_path: Path, reader: Reader) -> None:
    report, terms = imported(tmp_path, reader, ZORBLAT)
    assert report.terms
    (conflict,) = report.terms.conflict_examples
    assert (conflict.term, conflict.category, conflict.shipped) == ("asthma", "G43", "J45")
    assert not any(term.another for term in terms)
    report, terms = imported(tmp_path, reader, ZORBLAT, on_conflict="ambiguous")
    assert report.terms
    assert (report.terms.conflicts, report.terms.marked) == (1, 1)
    assert StoredTerm("G43", "en", "asthma", another=True) in terms


def test_mesh(tmp_path: Path, reader: Reader) -> None:
    report, terms = imported(tmp_path, reader, MESH, version="2026")
    assert (report.format, report.name, report.version) == ("mesh", "mesh", "2026")
    assert {term.text for term in terms} == {"Psoriasis", "Flakemoor & Crust", "Narrowmoor"}
    assert {term.concept for term in terms} == {"L40"}
    assert report.left_out == {"broad or related synonyms": 1, "no condition": 1}
    assert report.concepts
    assert report.concepts.unmapped_examples == ("Glimmering Flakemoor",)


def test_mesh_in_swedish(tmp_path: Path, reader: Reader) -> None:
    _, terms = imported(tmp_path, reader, MESH.replace('"eng"', '"swe"'))
    assert {term.language for term in terms} == {"sv"}


def test_fhir(tmp_path: Path, reader: Reader) -> None:
    report, terms = imported(tmp_path, reader, FHIR)
    assert (report.format, report.name, report.version) == ("fhir", "madeup", "2026")
    assert sorted((term.concept, term.language, term.text) for term in terms) == [
        ("J44", "da", "blorplunge"),
        ("J44", "sv", "Flarnvikslunga"),
        ("J44", "sv", "Flarnvikslunga i skov"),
        ("J44", "sv", "Glupskvikt"),
        ("J44", "sv", "flarnlunga"),
    ]
    assert report.left_out == {"in another language": 1, "retired": 1}


def test_fhir_codes_of_another_system_are_no_icd_codes(tmp_path: Path, reader: Reader) -> None:
    other = FHIR | {
        "url": "http://example.org/other",
        "name": "Other",
        "concept": [{"code": "J44", "display": "astma"}],
    }
    report, terms = imported(tmp_path, reader, other)
    assert [(term.concept, term.text) for term in terms] == [("J45", "astma")]
    assert report.concepts
    assert report.concepts.by_name == 1


def test_table(tmp_path: Path, reader: Reader) -> None:
    report, terms = imported(tmp_path, reader, TABLE, file="icd-10-se.2026.txt")
    assert (report.format, report.name) == ("tsv", "icd-10-se")
    assert sorted((term.concept, term.language, term.text) for term in terms) == [
        ("J44", "da", "blorplunge"),
        ("J44", "sv", "Flarnvikslunga"),
        ("J44", "sv", "KOL"),
        ("J45", "en", "Flarn asthma"),
        ("J45", "sv", "flarnvikslunga"),
    ]
    told = report.terms
    assert told
    assert (told.new, told.known, told.conflicts, told.repeated) == (4, 1, 1, 1)
    assert (told.too_long, told.no_words, told.of_unmapped) == (1, 1, 1)
    assert report.left_out == {"in another language": 1}


def test_a_table_of_one_language(tmp_path: Path, reader: Reader) -> None:
    _, terms = imported(tmp_path, reader, "\ufeffJ44\tFlarnvikslunga\r\nJ45\tblorp\r\n", language="sv")
    assert [(term.concept, term.language, term.text) for term in terms] == [
        ("J44", "sv", "Flarnvikslunga"),
        ("J45", "sv", "blorp"),
    ]


@pytest.mark.parametrize("content", [MESH, TABLE], ids=["mesh", "table"])
def test_packed_files_are_the_same(tmp_path: Path, reader: Reader, content: str) -> None:
    plain, terms = imported(tmp_path, reader, content, file="a.bin")
    packed, same = imported(tmp_path, reader, gzip.compress(content.encode()), file="a.bin")
    assert same == terms
    assert packed.sha256 != plain.sha256
    assert packed.outcome == "replaced"
    assert packed.change
    assert (packed.change.added, packed.change.removed) == (0, 0)


def test_obo_with_a_byte_order_mark_and_packed(tmp_path: Path, reader: Reader) -> None:
    content = written(tmp_path, "x", ZORBLAT).read_bytes()
    _, terms = imported(tmp_path, reader, gzip.compress(b"\xef\xbb\xbf" + content))
    assert len(terms) == 8


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("J44.1", "J44"),
        ("J441", "J44"),
        ("DJ441", "J44"),
        ("DJ44", "J44"),
        ("D44.1", "D44"),
        ("j45", "J45"),
        ("C7A.00", "C80"),
        ("A17.0+", "A17"),
        ("A00-B99", None),
        ("X", None),
        ("J44.123456", None),
        ("", None),
    ],
)
def test_codes(code: str, category: str | None) -> None:
    assert category_of(code) == category


@pytest.mark.parametrize(
    ("tag", "language"),
    [("sv", "sv"), ("sv-SE", "sv"), ("swe", "sv"), ("DA_dk", "da"), ("en", "en"), ("de", None), ("", None)],
)
def test_languages(tag: str, language: str | None) -> None:
    assert language_of(tag) == language


def test_coverage_counts_by_chapter() -> None:
    covered = coverage_of({"J44", "K95"}, ["A00", "J44", "J45", "K95"])
    assert (covered.categories, covered.with_terms, covered.without_terms) == (4, 2, ("A00", "J45"))
    assert [(one.chapter, one.categories, one.with_terms) for one in covered.chapters] == [
        ("A00-B99", 1, 0),
        ("J00-J99", 2, 1),
        ("K00-K93", 1, 1),
    ]
