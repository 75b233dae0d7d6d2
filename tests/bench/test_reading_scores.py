"""The scoring rules and the choice of rows of `bench.reading`, with made-up rows."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench.reading.scores import Answer, Share, scored, verdicts
from bench.reading.sets import PARTS, Row, read_sets, row_of, sampled


def judged(name: str, known: dict[str, Any], categories: str = "", areas: str = "") -> list[tuple[str, bool]]:
    return list(verdicts(name, known, Answer(categories.split(), areas.split())))


def rows(count: int, name: str = "sv_terms") -> list[Row]:
    return [row_of(name, {"id": f"r{number}", "text": "astma", "icd10_category": "J45"}) for number in range(count)]


@pytest.mark.parametrize(
    ("areas", "first", "among"),
    [
        ("respiratory oncology", True, True),
        ("oncology cardiology respiratory", False, True),
        ("oncology cardiology pain-palliative respiratory", False, False),
        ("", False, False),
    ],
)
def test_an_area_that_fits_is_first_or_among_three(areas: str, *, first: bool, among: bool) -> None:
    known = {"therapy_areas": ["ear-nose-throat", "respiratory"]}
    assert judged("en_conditions", known, areas=areas) == [("ta1", first), ("ta3", among)]


def test_a_category_is_first_or_among_three() -> None:
    known = {"icd10_category": "J45", "therapy_areas": []}
    assert judged("sv_terms", known, "J45 J44") == [("icd1", True), ("icd3", True)]
    assert judged("sv_terms", known, "J44 J43 J45") == [("icd1", False), ("icd3", True)]
    assert judged("sv_terms", known, "J44 J43 J42 J45") == [("icd1", False), ("icd3", False)]


def test_what_a_row_does_not_know_is_not_asked() -> None:
    assert judged("da_terms", {"icd10_category": None}, "J45", "respiratory") == []
    assert judged("confusable", {"icd10_any": ["J45"], "icd10_not_first": []}, "J45") == [("icd1", True)]


def test_a_look_alike_is_told_apart_only_by_reading_something() -> None:
    known = {"icd10_any": ["I27"], "icd10_not_first": ["I10"]}
    assert judged("confusable", known, "I27 I10") == [("icd1", True), ("not_confused", True)]
    assert judged("confusable", known, "I50") == [("icd1", False), ("not_confused", True)]
    assert judged("confusable", known, "I10 I27") == [("icd1", False), ("not_confused", False)]
    assert judged("confusable", known) == [("icd1", False), ("not_confused", False)]


def test_an_inquiry_asks_for_each_condition_it_states_and_sets_aside() -> None:
    known = {"icd10_all": [["E10", "E11"], ["I50"]], "icd10_absent": ["C50", "F31"], "therapy_areas": ["cardiology"]}
    assert judged("inquiries", known, "E11 A00 C50 B00 B01 I50", "cardiology") == [
        ("ta1", True),
        ("found5", True),
        ("found5", False),
        ("absent3", False),
        ("absent3", True),
    ]


def test_a_row_that_was_not_read_counts_as_wrong() -> None:
    three = rows(3)
    answers = {three[0].key: Answer(["J45"], []), three[1].key: Answer(["J44", "J45"], [])}
    assert scored(three, answers) == {"icd1": Share(1, 3), "icd3": Share(2, 3)}
    assert Share(1, 4).percent == 25.0


def test_a_title_is_read_with_its_conditions() -> None:
    known = {"id": 1, "text": "A trial", "official_title": None, "conditions": ["Asthma", "Cough"]}
    assert row_of("trial_to_unit", known).text == "A trial. . Asthma, Cough"


def test_parts_are_fixed_by_set_and_id() -> None:
    parts = [row.part for row in rows(1000)]
    assert set(parts) == set(PARTS)
    assert 350 < parts.count("untouched") < 450
    assert [row.part for row in rows(8)] == parts[:8]


def test_a_row_may_name_its_part() -> None:
    known = {"id": "x1", "text": "asthma", "lang": "en"}
    assert [row_of("inquiries", {**known, "part": part}).part for part in PARTS] == list(PARTS)


def test_a_sample_is_the_same_each_time_and_of_the_untouched_part() -> None:
    drawn = sampled(rows(100), 10)
    assert drawn == sampled(rows(100), 10)
    assert len({row.key for row in drawn}) == 10
    assert {row.part for row in drawn} == {"untouched"}
    assert len(sampled(rows(10), 60)) < 10


def test_the_first_folder_with_a_set_wins(tmp_path: Path) -> None:
    for folder, names in (("a", ["inquiries"]), ("b", ["inquiries", "sv_terms", "other"])):
        (tmp_path / folder).mkdir()
        for name in names:
            line = json.dumps({"id": 1, "text": f"{folder} {name}"})
            (tmp_path / folder / f"{name}.jsonl").write_text(f"{line}\n\n", encoding="utf-8")
    found = read_sets([tmp_path / "a", tmp_path / "missing", tmp_path / "b"])
    assert {name: [row.text for row in of] for name, of in found.items()} == {
        "sv_terms": ["b sv_terms"],
        "inquiries": ["a inquiries"],
    }
