"""How the assessment is shown to people: readable at 80 columns, without colour, in ASCII."""

import io
import re
import sys
from typing import Any

import msgspec
import pytest

from trialport.demo.sample import Assessed
from trialport.demo.table import print_assessment, print_json

CRITERIA = {"indication": "met", "participants": "partly", "freshness": "unmet", "staff_hours": "unknown"}


def unit(name: str) -> dict[str, str]:
    return {"unit_id": "1", "name": name, "kind": "hospital_department", "site": "Akademiska sjukhuset"}


def candidate(rank: int) -> dict[str, Any]:
    return {
        "rank": rank,
        "score": 100 - rank / 2,
        "unit": unit(f"Lung- och allergisjukdomar nummer {rank}"),
        "therapy_area": "gastroenterology-hepatology" if rank % 2 else "respiratory",
        "stale": rank == 2,
        "criteria": [
            {
                "name": name,
                "state": state,
                "weight": 1.0,
                "wanted": None,
                "offered": None,
                "sentence": f"Sentence about {name} of number {rank}, which is long enough to need two lines.",
            }
            for name, state in CRITERIA.items()
        ],
    }


@pytest.fixture
def assessed() -> Assessed:
    excluded = [
        {"unit": unit("Ögon"), "therapy_area": "ophthalmology", "reason": "paused", "sentence": "It is paused."}
    ]
    inquiry = {
        "reference": "UAS-2026-0001",
        "version": 1,
        "working_title": "An inhaler [of a kind] in KOL",
        "indication": "KOL",
    }
    return Assessed(inquiry=inquiry, candidates=[candidate(rank) for rank in range(1, 14)], excluded=excluded)


@pytest.fixture
def printed(assessed: Assessed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    print_assessment(assessed)
    return capsys.readouterr().out


def test_it_fits_80_columns_without_colour(printed: str) -> None:
    lines = printed.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "\x1b" not in printed
    assert not [line for line in lines if line != line.rstrip()]


def test_every_candidate_has_rank_score_unit_and_area(printed: str) -> None:
    for rank in range(1, 14):
        assert re.search(
            rf"^ *{rank} +{100 - rank / 2:.1f}  Lung- och allergisjukdomar nummer {rank}\b", printed, re.MULTILINE
        )
    assert "gastroenterology-\n" in printed
    assert "An inhaler [of a kind] in KOL" in printed


def test_states_are_told_by_sign_and_word(printed: str) -> None:
    assert "✓ met: indication" in printed
    assert "~ partly: participants" in printed
    assert "✗ unmet: freshness" in printed
    assert "? unknown: staff hours" in printed
    assert printed.count("✓ met: indication") == 10


def test_sentences_are_shown_for_the_best_three(printed: str) -> None:
    told = re.findall(r"Sentence about indication of number (\d+)", printed)
    assert told == ["1", "2", "3"]


def test_stale_and_left_out_units_are_named(printed: str) -> None:
    assert printed.count(" stale") == 1
    assert "paused (1): Ögon" in printed


def test_terminal_with_ascii_only_gets_other_signs(assessed: Assessed, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    print_assessment(assessed)
    terminal.seek(0)
    shown = terminal.read()
    assert "+ met: indication" in shown
    assert "x unmet: freshness" in shown
    assert "paused (1): ?gon" in shown


def test_json_is_utf_8_even_then(assessed: Assessed, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    print_json(assessed)
    assert msgspec.json.decode(raw.getvalue(), type=Assessed) == assessed
