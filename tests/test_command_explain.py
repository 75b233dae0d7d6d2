"""`trialport match --explain`: a unit by id or name, candidates and what was left out, in the language asked for."""

import json
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from tests.test_command_line import Run, database, refused, run  # noqa: F401 - fixtures


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "inquiry.json"
    path.write_text(json.dumps(inquiry_body()))
    return str(path)


def test_explaining_a_candidate(run: Run, database: str, file: str, people: Cast) -> None:  # noqa: F811
    told = run("match", file, "--explain", "unit lun", "--json", database_url=database)
    assert told.exit_code == 0, told.output
    (why,) = json.loads(told.stdout)["candidates"]
    assert why["unit"]["unit_id"] == str(people.units["lung"])
    assert sum(one["points"] for one in why["criteria"]) == pytest.approx(why["score"], abs=0.1)
    by_id = run("match", file, "--explain", why["unit"]["unit_id"], "--json", database_url=database)
    assert json.loads(by_id.stdout) == json.loads(told.stdout)
    for language, word in (("en", "place"), ("sv", "plats"), ("da", "plads")):
        shown = run("match", file, "--explain", "lung", "--lang", language, database_url=database, COLUMNS="160")
        assert shown.exit_code == 0, shown.output
        assert f"{word} {why['place']}" in shown.stdout


def test_explaining_what_was_left_out(run: Run, database: str, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "inquiry.json"
    body = inquiry_body(kind={"study_type": "device", "phase": "not_applicable"})
    path.write_text(json.dumps(body))
    told = run("match", str(path), "--explain", "heart", "--json", database_url=database)
    (why,) = json.loads(told.stdout)["excluded"]
    assert (why["reason"], why["let_in"]["place"]) == ("study_type_not_accepted", 1)
    shown = run("match", str(path), "--explain", "heart", "--lang", "en", database_url=database, COLUMNS="160")
    assert why["remedy"] in shown.stdout


def test_a_unit_that_cannot_be_told(run: Run, database: str, file: str) -> None:  # noqa: F811
    for unit, said in (
        ("Unit", "Several"),
        ("nowhere", "No unit"),
        ("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e", "no unit"),
        ("foreign", "no capacity"),
    ):
        refused(run("match", file, "--explain", unit, database_url=database), 1, said)
