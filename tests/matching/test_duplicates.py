"""Whether the same trial has been asked before: the threshold over pairs, and who is told."""

import csv
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit
from trialport.matching.duplicates import THRESHOLD, likeness
from trialport.matching.duplicates_models import Fingerprint

Drain = Callable[[], Awaitable[int]]
_TABLE = Path(__file__).parent / "same_and_different_trials.csv"
PAIRS = list(csv.DictReader(_TABLE.read_text(encoding="utf-8").splitlines()))


def fingerprint(row: dict[str, str], side: str, **fields: Any) -> Fingerprint:
    return Fingerprint(
        inquiry_id=UUID(int=1),
        reference="TST-2026-0001",
        state="submitted",
        submitted_at=datetime(2026, 11, 22, tzinfo=UTC),
        sponsor_name="First",
        working_title="Trial",
        study_type=row[f"{side}_type"],
        phase=row[f"{side}_phase"],
        mechanism=row[f"{side}_mechanism"],
        indication="-",
        concepts=frozenset(row[f"{side}_condition"].split("|")),
        participants_wanted=int(row[f"{side}_size"]),
        planned_start=date.fromisoformat(row[f"{side}_start"]),
        **fields,
    )


@pytest.mark.parametrize("row", PAIRS, ids=[row["why"] for row in PAIRS])
def test_the_threshold_parts_the_same_from_different_trials(row: dict[str, str]) -> None:
    one, other = fingerprint(row, "one"), fingerprint(row, "other")
    found = likeness(one, other)
    assert (found.points >= THRESHOLD) == (row["same"] == "yes"), found
    assert likeness(other, one).points == found.points, "it does not matter which came first"
    assert not found.is_certain


def test_a_register_number_decides() -> None:
    same, different = PAIRS[0], next(row for row in PAIRS if row["same"] == "no")
    number = {"eu_ct_number": "2026-500001-10-00"}
    again = {"eu_ct_number": "2026-500001-10-01"}
    found = likeness(fingerprint(different, "one", **number), fingerprint(different, "other", **again))
    assert (found.points, found.is_certain) == (100, True), "sent in again it is the same trial"
    other = {"eu_ct_number": "2026-500002-10-00"}
    assert likeness(fingerprint(same, "one", **number), fingerprint(same, "other", **other)).points == 0
    one_sided = likeness(fingerprint(same, "one", **number), fingerprint(same, "other"))
    assert one_sided.points >= THRESHOLD


def test_without_a_reading_the_words_count() -> None:
    one = replace(fingerprint(PAIRS[0], "one"), concepts=frozenset(), indication="Severe COPD in adults")
    assert likeness(one, replace(one, indication="adults with severe COPD")).points >= THRESHOLD
    assert likeness(one, replace(one, indication="heart failure")).points == 0


async def test_the_office_alone_is_told(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    first = await submit(client)
    who = {**inquiry_body()["who"], "sponsor_name": "Rival Pharma (demonstration)", "sponsor_kind": "cro"}
    second = await submit(client, "rival", who=who, identity={"working_title": "Inhaled treatment of COPD"})
    elsewhere = await submit(client, placement={"regions_wanted": ["OTH"]})
    await submit(client, condition={"indication": "heart failure"}, product={"mechanism": "SGLT2 inhibitor"})
    await drain()
    address = first["status_url"] + "/similar"
    answer = await client("office").get(address)
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["items"]
    assert (found["inquiry_id"], found["is_certain"]) == (second["inquiry_id"], False)
    assert found["sponsor_name"] == "Rival Pharma (demonstration)"
    assert found["likeness"] >= THRESHOLD
    assert "A common condition: J44." in found["reasons"]
    assert "SECRET" not in answer.text
    for who_asks in ("sponsor", "rival", "investigator", "management", "service"):
        assert (await client(who_asks).get(address)).status_code == 403
    assert (await client("other_office").get(address)).status_code == 404
    theirs = (await client("other_office").get(elsewhere["status_url"] + "/similar")).json()["items"]
    assert theirs == [], "what only reached another region is not told"
    await connection.execute("update inquiry set submitted_at = submitted_at - interval '3 years'")
    assert (await client("office").get(address)).json()["items"] == []


async def test_a_number_marked_confidential_is_not_used(client: Client, drain: Drain) -> None:
    identity = {"working_title": "A", "eu_ct_number": "2026-500001-10-00"}
    mark = {"fields": [{"field": "identity.eu_ct_number", "harm": "Reveals it."}]}
    other: dict[str, Any] = {"condition": {"indication": "heart failure"}, "product": {"mechanism": "SGLT2 inhibitor"}}
    open_one = await submit(client, identity=identity)
    await submit(client, identity=identity, confidentiality=mark, **other)
    await drain()
    address = open_one["status_url"] + "/similar"
    assert (await client("office").get(address)).json()["items"] == []
    await submit(client, identity=identity, **other)
    (found,) = (await client("office").get(address)).json()["items"]
    assert (found["is_certain"], found["reasons"]) == (True, ["The same EU CT number."])
