"""Judgements played again with other weights: the measures, the export, and the way from a database."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import judged, ranking
from bench.replay import Case, Fits, ablation, changes_of, measure, play, play_all
from tests.conftest import Client
from tests.matching.test_judgements_api import Drain, Ranked, override, ranked  # noqa: F401 - a fixture
from trialport.core.config import Settings
from trialport.matching.models import CriterionName
from trialport.matching.weighing import DEFAULT_WEIGHTS


def case(*fits: tuple[float, float], **fields: Any) -> Case:
    """Candidates by the fits of two criteria: staff hours (8) and experience (8)."""
    candidates = tuple(
        Fits(number, {"staff_hours": hours, "experience": done}) for number, (hours, done) in enumerate(fits, start=1)
    )
    told: dict[str, Any] = {"inquiry": "i", "region": "r", "weights": dict(DEFAULT_WEIGHTS), "candidates": candidates}
    return Case(**(told | fields))


STAFF: dict[CriterionName, float] = {"staff_hours": 16, "experience": 0}


def test_places_and_measures() -> None:
    one = case((0.2, 1.0), (0.9, 0.1), (0.2, 1.0), pairs=((2, 1), (1, 3), (9, 1)), selected=(2, 9))
    now, then = play(one, one.weights), play(one, {**one.weights, **STAFF})
    assert now.places == {1: 1, 3: 2, 2: 3}
    assert then.places == {2: 1, 1: 2, 3: 3}
    assert (now.right, then.right) == (1, 2), "what was left out stands behind everything"
    assert measure([now]).reciprocal_rank == pytest.approx(1 / 3)
    found = measure([then])
    assert found.pairs_right == pytest.approx(2 / 3)
    assert (found.reciprocal_rank, found.selected_in_first_5) == (1.0, 0.5)
    (change,) = changes_of([now], [then])
    assert (change.pairs_gained, change.best_selected_before, change.best_selected_after) == (1, 3, 1)


def test_leaving_out_a_criterion() -> None:
    one = case((0.2, 1.0), (0.9, 0.1), pairs=((2, 1),), selected=(2,))
    without = ablation([one], {})
    assert set(without) == {"staff_hours", "experience"}
    assert (without["experience"].pairs_right, without["staff_hours"].pairs_right) == (1.0, 0.0)
    assert ablation([one], STAFF) == {}, "nothing would be left to order by"


def test_nothing_judged_is_no_figure() -> None:
    found = measure(play_all([case((1, 1))], {}))
    assert (found.pairs_right, found.reciprocal_rank, found.selected_in_first_10) == (None, None, None)


@pytest.mark.parametrize("body", ['{"staff_hours": 16, "experience": 0}', None])
def test_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str], body: str | None) -> None:
    data, weights = tmp_path / "judged.jsonl", tmp_path / "weights.json"
    judged.write_file(data, [case((0.2, 1.0), (0.9, 0.1), pairs=((2, 1),), selected=(2,), synthetic=True)])
    sent = {"reason": "Try", "weights": {name: {"weight": value, "reason": "?"} for name, value in STAFF.items()}}
    weights.write_text(body or json.dumps(sent))
    assert ranking.main(["--data", str(data), "--weights", str(weights)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("SYNTHETIC")
    assert "| pairs in the right order | 0.000 | 1.000 | +1.000 |" in shown
    assert ranking.main(["--data", str(data), "--weights", str(weights), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["then"]["reciprocal_rank"] == 1.0


async def test_from_a_database_and_without_names(
    client: Client,
    ranked: Ranked,  # noqa: F811 - the fixture
    settings: Settings,
    tmp_path: Path,
) -> None:
    await override(client, ranked, "moved", capacity=ranked.candidates[4], above=ranked.candidates[2])
    await override(client, ranked, "added", capacity=ranked.excluded[0])
    chosen = {"selected": ranked.candidates[1:2], "not_selected": ranked.candidates[:1], "reason": "Secret words"}
    assert (await client("office").post(ranked.url + "/selections", json=chosen)).status_code == 201
    cases = await judged.of_database(settings.database_url)
    (one,) = cases
    assert len(one.candidates) == len(ranked.candidates)
    played = play(one, one.weights)
    order = sorted(played.places, key=lambda number: played.places[number])
    # The order is the one stored: 4 above 2 and 3 was wrong, and so was 1 above 0.
    assert {(order.index(a), order.index(b)) for a, b in one.pairs if a in order} == {(4, 2), (4, 3), (1, 0)}
    assert (played.right, played.best_selected) == (0, 2)
    file = tmp_path / "out.jsonl"
    judged.write_file(file, judged.nameless(cases))
    text = file.read_text()
    for name in ("Unit", "COPD", "Secret", one.inquiry, one.region, "office", "respiratory", "2026", "2027"):
        assert name not in text
    (read,) = judged.of_file(file)
    assert (read.inquiry, read.region, read.pairs) == ("inquiry 1", "region 1", one.pairs)
    assert measure(play_all([read], {})) == measure([played])
