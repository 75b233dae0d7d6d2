"""Files that are broken, foreign or meant to harm: each is refused in one sentence, and nothing is written."""

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.vocabulary.imports_files import FHIR, MESH, TABLE, ZORBLAT, is_a, node, obo, written, xref
from trialport.vocabulary.imports import mesh, opened, table
from trialport.vocabulary.imports.faults import ImportFault
from trialport.vocabulary.imports.importing import Importer, Wish
from trialport.vocabulary.imports.report import Report
from trialport.vocabulary.reading import Reader

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NESTED = '{"resourceType":"CodeSystem","concept":['
LAUGHS = """<?xml version="1.0"?><!DOCTYPE DescriptorRecordSet [
<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<DescriptorRecordSet LanguageCode="eng"><DescriptorRecord><DescriptorUI>&c;</DescriptorUI></DescriptorRecord>
</DescriptorRecordSet>"""
FETCHING = """<?xml version="1.0"?><!DOCTYPE DescriptorRecordSet [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<DescriptorRecordSet LanguageCode="eng"><DescriptorRecord><DescriptorUI>&a;</DescriptorUI></DescriptorRecord>
</DescriptorRecordSet>"""


def attempt(folder: Path, content: str | bytes | dict[str, Any], reader: Reader | None = None, **wish: Any) -> Report:
    path = written(folder, "brought.txt", content)

    def load() -> Reader:
        assert reader is not None, "a broken file needs no vocabulary"
        return reader

    return Importer(folder / "store", load, "0.0").import_file(path, Wish(**wish), NOW)


def deep(levels: int) -> str:
    concept = '{"code":"J44","display":"flarn","concept":['
    return NESTED[:-1].replace("{", '{"language":"sv",') + "[" + concept * levels + "]}" * levels + "]}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b" \n\n", "nothing but blanks", id="blank"),
        pytest.param(b"PK\x03\x04abc", "zip archive", id="zip"),
        pytest.param("J44\tKOL\tsv\n".encode("utf-16"), "UTF-16", id="utf-16"),
        pytest.param(b"\x89PNG\0\0", "no text at all", id="picture"),
        pytest.param(b"format-version: 1.2\n[Term]\n", "OBO text", id="obo text"),
        pytest.param(b'<rdf:RDF xmlns:owl="http://www.w3.org/2002/07/owl#"/>', "in OWL", id="owl"),
        pytest.param(b"<html><body>Sign in</body></html>", "no MeSH descriptors", id="web page"),
        pytest.param(b"just words\nand more\n", "no format known", id="words"),
        pytest.param(b'{"a": 1}', "neither OBO Graphs nor", id="other json"),
        pytest.param(b"[1, 2]", "not shaped as its format says", id="list"),
        pytest.param(b'{"resourceType": "ValueSet"}', "a FHIR ValueSet", id="value set"),
        pytest.param(b'{"resourceType": 5}', "Expected `str`, got `int` - at `$.resourceType`", id="type of the type"),
        pytest.param(b'{"graphs": 5}', "Expected `array`, got `int` - at `$.graphs`", id="type of graphs"),
        pytest.param(b'{"graphs": []}', "without classes", id="no graph"),
        pytest.param(b'{"graphs": [{"nodes": [{"id": 1}]}]}', r"$.graphs[0].nodes[0].id", id="type of an id"),
        pytest.param(b'{"graphs": [{"nodes": [{"id": "\xff"}]}]}', "not UTF-8", id="json not utf-8"),
        pytest.param(json.dumps(ZORBLAT)[:-40], "cut off", id="json cut off"),
        pytest.param(json.dumps(ZORBLAT) + "x", "no whole JSON", id="json with more"),
        pytest.param(b'{"graphs": ' + b"[" * 200_000, "nested deeper", id="brackets"),
        pytest.param(b'{"resourceType": "CodeSystem", "language": "sv"}', "without concepts", id="no concepts"),
        pytest.param({**FHIR, "language": "de"}, "--language", id="german"),
        pytest.param({k: v for k, v in FHIR.items() if k != "language"}, "--language", id="no language"),
        pytest.param(deep(70), "more than 64 deep", id="deep"),
        pytest.param(deep(50_000), "nested deeper", id="deeper"),
        pytest.param(MESH[:700], "cut off", id="xml cut off"),
        pytest.param(
            MESH.replace("<TreeNumberList>", "<TreeNumberList>&#x0;", 1), "no whole XML", id="xml no character"
        ),
        pytest.param(MESH.replace("eng", "ger"), "--language", id="mesh in german"),
        pytest.param(LAUGHS, "declares entities", id="billion laughs"),
        pytest.param(FETCHING, "declares entities", id="entity from outside"),
        pytest.param("<DescriptorRecordSet>" * 100, "nested more than", id="xml depth"),
        pytest.param("<a><DescriptorRecordSet></DescriptorRecordSet></a>", "no set of MeSH", id="xml other root"),
        pytest.param("J44\tKOL\tsv\nJ45 astma sv\n", "line 2: 1 column", id="one column"),
        pytest.param("J44\tKOL\tsv\n\nJ45\tastma\tsv\tx\n", "line 3: 4 columns", id="four columns"),
        pytest.param("J44\tKOL\tsv\nJ45\t\tsv\n\tastma\tsv\n", "line 2: no term; line 3: no code", id="empty cells"),
        pytest.param("J44\tKOL\tnot a language\n", "'not a language' is no language", id="language"),
        pytest.param("J44\tKOL\n", "--language sv, da or en", id="no language said"),
        pytest.param("J44\n" * 20 + "x\ty", "More lines have faults", id="many faults"),
        pytest.param("KOL\tJ44\tsv\n", "no line has an ICD-10 code", id="columns swapped"),
        pytest.param("J44\tKOL\tsv\nJ45\tblåsor\tsv\n".encode("latin-1"), "line 2 is not UTF-8", id="latin"),
        pytest.param("J44\t" + "x" * 70_000 + "\tsv\n", "line 1 is longer than 65,536", id="long line"),
        pytest.param(gzip.compress(TABLE.encode())[:-20], "cut off or damaged", id="gzip cut off"),
        pytest.param(b"\x1f\x8bnothing", "cut off or damaged", id="no gzip"),
        pytest.param(gzip.compress(b""), "is empty", id="gzip of nothing"),
    ],
)
def test_it_is_refused_in_a_sentence(tmp_path: Path, content: str | bytes | dict[str, Any], said: str) -> None:
    with pytest.raises(ImportFault) as refused:
        attempt(tmp_path, content)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["brought.txt"]


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "MAX_BYTES", 3_000_000)
    with pytest.raises(ImportFault, match="unpacks to more than"):
        attempt(tmp_path, gzip.compress(b"J44\tKOL\tsv\n" * 1_000_000))
    with pytest.raises(ImportFault, match="is larger than"):
        attempt(tmp_path, b"J44\tKOL\tsv\n" * 300_000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<DescriptorRecordSet><DescriptorRecord><x>" + "y" * 300_000, "a text of more"),
        ('<DescriptorRecordSet a="' + "y" * 300_000, "a tag of more"),
    ],
)
def test_endless_pieces_of_xml_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, said: str
) -> None:
    monkeypatch.setattr(mesh, "MAX_PIECE", 100_000)
    with pytest.raises(ImportFault, match=said):
        attempt(tmp_path, content)


def test_a_long_line_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_LINE", 50)
    with pytest.raises(ImportFault, match="line 2 is longer"):
        attempt(tmp_path, "J44\tKOL\tsv\n" + "J45\t" + "x" * 10_000_000)


def test_ancestors_in_a_circle_and_a_long_chain_cost_nothing(tmp_path: Path, reader: Reader) -> None:
    size = 3000
    nodes = [node(n, f"zorblat number{n}") for n in range(1, size)]
    edges = [is_a(n + 1, n) for n in range(1, size - 1)]
    coded = node(0, "frimplitis", xrefs=[xref("ICD10:L40")])
    began = time.monotonic()
    report = attempt(tmp_path, obo([coded, *nodes], [*edges, is_a(1, 0), is_a(1, size - 1)]), reader, dry_run=True)
    assert time.monotonic() - began < 60
    assert report.concepts
    assert report.concepts.by_ancestor == size - 1
    circle = attempt(tmp_path, obo(nodes[:3], [is_a(2, 1), is_a(1, 2), is_a(3, 3)]), reader, dry_run=True)
    assert circle.concepts
    assert circle.concepts.unmapped == 3


def test_a_file_of_which_nothing_can_be_placed(tmp_path: Path, reader: Reader) -> None:
    unplaced = obo([node(1, "quuxitis nowhere")], [])
    with pytest.raises(ImportFault, match="--dry-run shows why"):
        attempt(tmp_path, unplaced, reader)
    assert not (tmp_path / "store").exists()
    assert attempt(tmp_path, unplaced, reader, dry_run=True).outcome == "tried"


@pytest.mark.parametrize("name", ["../x", "", "A", ".hidden", "a/b", "x" * 65])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImportFault, match="is no name"):
        attempt(tmp_path, TABLE, name=name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "store").write_text("in the way")
    with pytest.raises(ImportFault, match="TRIALPORT_VOCABULARY_DIR"):
        attempt(tmp_path, TABLE, reader)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportFault, match="cannot be read"):
        Importer(tmp_path, lambda: pytest.fail("not needed"), "0").import_file(tmp_path, Wish(), NOW)
