"""The data files are whole: columns, codes, languages, and no two concepts claiming the same words."""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from trialport.vocabulary.aside_net import BUCKETS, UNKNOWN, WIDTH, load_net
from trialport.vocabulary.codes import THERAPY_AREAS
from trialport.vocabulary.compile import MAX_KEY_STEMS, key_of
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import fold, tokens_of
from trialport.vocabulary.sources import (
    CONDITION_COLUMNS,
    DATA,
    LANGUAGES,
    ConditionRow,
    data_files,
    in_range,
    read_areas,
    read_conditions,
    read_glosses,
    read_leanings,
    read_words,
    stems_of_kind,
)
from trialport.vocabulary.wording import is_residual
from trialport.vocabulary.words import SCOPED

ROWS = read_conditions()
STOP = stems_of_kind("stop")


def content_stems(text: str) -> list[str]:
    return [token.stem for token in tokens_of(text) if token.stem not in STOP]


def test_there_are_rows_and_each_concept_has_one() -> None:
    assert len(ROWS) > 1000
    assert [concept for concept, n in Counter(row.concept for row in ROWS).items() if n > 1] == []


def test_every_concept_has_terms_in_all_languages() -> None:
    assert [row.place for row in ROWS if not all(row.terms[language] for language in LANGUAGES)] == []


def test_categories_are_valid_and_finer_concepts_have_theirs(vocabulary: Vocabulary) -> None:
    icd_or_own = {concept for concept in vocabulary.concepts if "/" not in concept}
    own = {row.concept for row in ROWS}
    assert [c for c in own if "/" in c and c.partition("/")[0] not in icd_or_own] == []
    finer_only = {c.partition("/")[0] for c in own if "/" in c} - own
    assert [c for c in finer_only if not vocabulary.label(c).strip() or vocabulary.label(c) == c] == []


def test_every_term_can_be_found() -> None:
    faults = [
        (row.place, term)
        for row in ROWS
        for terms in row.terms.values()
        for term in terms
        if not 0 < len(content_stems(term)) <= MAX_KEY_STEMS
    ]
    assert faults == []


def test_words_that_several_categories_claim_are_marked_and_have_one_default() -> None:
    claims: dict[tuple[str, str], dict[str, tuple[str, bool | None]]] = defaultdict(dict)
    for row in ROWS:
        for language, terms in row.terms.items():
            for term in terms:
                if not is_residual(term):
                    category = row.concept.partition("/")[0]
                    claims[language, key_of(content_stems(term))].setdefault(category, (term, row.shared.get(term)))
    shared = {key: of for key, of in claims.items() if len(of) > 1}
    assert {key: of for key, of in shared.items() if any(mark is None for _, mark in of.values())} == {}
    assert {key: of for key, of in shared.items() if sum(bool(mark) for _, mark in of.values()) != 1} == {}


def test_no_phrase_steers_a_reading_in_two_ways() -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in (one for one in read_words("words.tsv") if one.kind in SCOPED):
        for word in row.words:
            kinds[" ".join(token.plain for token in tokens_of(word))].add(row.kind)
    assert {phrase: of for phrase, of in kinds.items() if len(of) > 1} == {}


def test_the_network_knows_words_as_texts_are_read() -> None:
    net = load_net()
    assert len(net.places) > 1000
    words = [word for word in net.places if word.isalnum()]
    assert [word for word in words if [token.plain for token in tokens_of(word)] != [word]] == []
    assert {weights["words"].shape for weights in net.each} == {(len(net.places) + UNKNOWN + 1, WIDTH)}
    assert {weights["groups"].shape for weights in net.each} == {(BUCKETS, WIDTH)}
    assert all(np.isfinite(weight).all() for weights in net.each for weight in weights.values())


def test_areas_lean_a_little() -> None:
    leanings = read_leanings()
    assert set(leanings) <= set(THERAPY_AREAS)
    assert all(0.0 < abs(shift) < 0.3 for shift in leanings.values())


def test_no_term_is_marked_as_shared_that_only_one_category_claims() -> None:
    categories: dict[str, set[str]] = defaultdict(set)
    for row in ROWS:
        for terms in row.terms.values():
            for term in terms:
                categories[key_of(content_stems(term))].add(row.concept.partition("/")[0])
    alone = [
        (row.place, term) for row in ROWS for term in row.shared if len(categories[key_of(content_stems(term))]) == 1
    ]
    assert alone == []


def test_an_abbreviation_of_several_conditions_has_one_default() -> None:
    readings: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in ROWS:
        for text, _, default in row.abbreviations:
            readings[text][row.concept] = readings[text].get(row.concept, False) or default
    faults = {text: of for text, of in readings.items() if len(of) > 1 and sum(of.values()) != 1}
    assert faults == {}


def test_abbreviations_hold_something_to_read() -> None:
    assert [row.place for row in ROWS for text, _, _ in row.abbreviations if not tokens_of(text)] == []


def test_every_category_has_an_area(vocabulary: Vocabulary) -> None:
    ranges = read_areas()
    categories = [concept for concept in vocabulary.concepts if "/" not in concept]
    assert [c for c in categories if not any(in_range(c, ranged) for ranged in ranges)] == []
    assert [c for c in vocabulary.concepts if not vocabulary.areas_of(c)] == []


def test_no_file_has_stray_space_or_carriage_returns() -> None:
    for path in (one for one in data_files() if one.suffix == ".tsv"):
        text = path.read_text(encoding="utf-8")
        assert "\r" not in text, path.name
        assert "\u00a0" not in text, path.name


def test_every_gloss_is_one_english_word_and_no_word_has_two() -> None:
    lines = (DATA / "glosses.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    assert [row for row in rows if not (row[0].isalpha() and row[0].islower() and row[0].isascii())] == []
    assert [word for word, n in Counter(row[0] for row in rows).items() if n > 1] == []
    for column in (1, 2):
        words = [word.strip() for row in rows for word in row[column].split(";") if word.strip()]
        assert len(words) > 3000
        assert [word for word in words if len(tokens_of(word)) != 1] == []
        assert [word for word, n in Counter(map(fold, words)).items() if n > 1] == []
    glosses = read_glosses()
    assert (glosses["sv"]["inte"], glosses["da"]["ikke"], glosses["sv"]["ej"]) == ("not", "not", "not")


def test_a_gloss_of_too_many_columns_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "glosses.tsv").write_text("english\tsv\tda\nnot\tinte\tikke\tikkje\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"glosses\.tsv:2"):
        read_glosses(tmp_path)


def write(folder: Path, line: str) -> Path:
    (folder / "conditions").mkdir()
    header = "\t".join(CONDITION_COLUMNS)
    (folder / "conditions" / "x.tsv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("j44\tCOPD\tKOL\tKOL\t\t", "not a category"),
        ("J44/Two Words\tCOPD\tKOL\tKOL\t\t", "not a category"),
        ("J44\tCOPD\tKOL\tKOL\t\tlungs", "unknown therapy area"),
        ("J44\tCOPD\tKOL\tKOL\tKOL@xx\t", "unknown language"),
        ("J44\tCOPD\tKOL\tKOL\t\t\t\t", "columns"),
    ],
)
def test_bad_input_is_told_with_its_place(tmp_path: Path, line: str, fault: str) -> None:
    with pytest.raises(ValueError, match=rf"x\.tsv:2.*{fault}"):
        read_conditions(write(tmp_path, line))


def test_a_row_is_read(tmp_path: Path) -> None:
    line = "J44/acute\tAECOPD flare; COPD flare\tKOL-skov\tKOL-skub\t!AECOPD@en; X\trespiratory neurology"
    row: ConditionRow = read_conditions(write(tmp_path, line))[0]
    assert row.terms["en"] == ("AECOPD flare", "COPD flare")
    assert row.abbreviations[0] == ("AECOPD", "en", True)
    assert row.abbreviations[1] == ("X", None, False)
    assert row.areas == ("respiratory", "neurology")


def test_marks_of_shared_terms_are_read_and_taken_off(tmp_path: Path) -> None:
    row = read_conditions(write(tmp_path, "J44\t!COPD; ~chronic cough\tKOL\tKOL\t\t"))[0]
    assert row.terms["en"] == ("COPD", "chronic cough")
    assert row.shared == {"COPD": True, "chronic cough": False}
