"""JSON lines in, JSON lines out."""

import json
from typing import Any

from trialport.vocabulary.annotate import annotate_lines, annotate_text


def annotated(*lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in annotate_lines(lines)]


def test_it_works() -> None:
    (answer,) = annotated('{"id": "a1", "text": "Heart failure", "lang": "en"}')
    assert answer["id"] == "a1"
    first = answer["concepts"][0]
    assert (first["code"], first["system"], first["start"], first["end"]) == ("I50", "icd10", 0, 13)
    assert (first["label"], first["method"], first["score"]) == ("heart failure", "exact", 1.0)
    assert "assertion" not in first
    assert "set_aside" not in answer
    assert answer["therapy_areas"][0]["code"] == "cardiovascular"


def test_order_is_kept_and_excluded_concepts_stand_apart() -> None:
    answers = annotated(
        '{"id": 1, "text": "Epilepsy is excluded. Asthma."}', "  ", '{"id": 2, "text": "KOL", "lang": null}'
    )
    assert [answer["id"] for answer in answers] == [1, 2]
    assert [concept["code"] for concept in answers[0]["concepts"]] == ["J45"]
    assert [(concept["code"], concept["assertion"]) for concept in answers[0]["set_aside"]] == [("G40", "excluded")]


def test_bad_input_gives_an_error_in_its_place_and_goes_on() -> None:
    answers = annotated(
        "not json",
        '{"id": "x"}',
        '{"id": "x", "text": 3}',
        '{"text": "asthma", "lang": "fi"}',
        "[" * 100_000,
        '{"id": "x", "text": "\\ud800"}',
        '{"id": "y", "text": "asthma"}',
    )
    assert [answer["id"] for answer in answers[:5]] == [None] * 5
    assert all(answer["error"] for answer in answers[:5])
    assert answers[-1]["concepts"][0]["code"] == "J45"


def test_one_text() -> None:
    answer = json.loads(annotate_text("astma", "sv"))
    assert (answer["id"], answer["concepts"][0]["code"]) == (None, "J45")
