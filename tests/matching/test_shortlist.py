"""The office's shortlist: its order, its reasons, what it says against the ranking, and inviting from it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from tests.cast import Cast, unit_entry
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.matching.test_assessments_api import more_units
from trialport.matching import judgement_queries
from trialport.units import register_queries

Drain = Callable[[], Awaitable[int]]


@pytest.fixture
async def inquiry(client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast) -> str:
    await more_units(connection, people, 18)
    address = str((await submit(client, placement={"regions_wanted": ["TST", "OTH"]}))["status_url"])
    await drain()
    await client("office").post(address + "/triage")
    return address


async def candidates(client: Client, inquiry: str) -> list[str]:
    items = (await client("office").get(inquiry + "/candidates")).json()["items"]
    return [one["unit"]["unit_id"] for one in items]


async def decide(client: Client, inquiry: str, command: str, *unit_ids: str, who: str = "office", **more: Any) -> Any:
    body = {"command": command, "unit_ids": list(unit_ids), "reason": "We know them.", **more}
    return await client(who).post(inquiry + "/shortlist", json=body)


def listed(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["unit"]["unit_id"] for one in answer.json()["entries"] if one["state"] == "listed"]


async def test_it_works(client: Client, inquiry: str, connection: asyncpg.Connection) -> None:
    ranked = await candidates(client, inquiry)
    assert listed(await decide(client, inquiry, "add", *ranked[:4])) == ranked[:4]
    moved = await decide(client, inquiry, "move", ranked[3], position=2)
    assert listed(moved) == [ranked[0], ranked[3], ranked[1], ranked[2]]
    dropped = await decide(client, inquiry, "drop", ranked[0])
    assert listed(dropped) == [ranked[3], ranked[1], ranked[2]]
    entries = dropped.json()["entries"]
    assert [one["position"] for one in entries] == [1, 2, 3, None]
    first, last = entries[0], entries[-1]
    assert (first["rank"], first["rank_then"], first["reason"]) == (4, 4, "We know them.")
    assert (last["unit"]["unit_id"], last["state"]) == (ranked[0], "dropped")
    assert 1 <= len(first["strongest"]) <= 3
    points = [one["points"] for one in first["strongest"]]
    assert points == sorted(points, reverse=True)
    lost = [one["points_possible"] - one["points"] for one in first["weakest"]]
    assert lost == sorted(lost, reverse=True)
    assert all(one > 0 for one in lost)
    # Dropped and taken in again: one entry a unit.
    assert listed(await decide(client, inquiry, "add", ranked[0], position=1))[0] == ranked[0]
    assert await connection.fetchval("select count(*) from shortlist_entry") == 4
    trail = await connection.fetch("select details from audit_event where action = 'shortlist.changed'")
    assert [one["details"]["command"] for one in trail] == ["add", "move", "drop", "add"]
    read = await client("office").get(inquiry + "/shortlist")
    assert "shortlist" in read.json()["available_actions"]


async def test_what_goes_against_the_ranking_is_kept_for_measuring_it(
    client: Client, inquiry: str, connection: asyncpg.Connection
) -> None:
    ranked = await candidates(client, inquiry)
    await decide(client, inquiry, "add", *ranked[:3])
    assert await connection.fetchval("select count(*) from judgement") == 0, "that is what the ranking says too"
    await decide(client, inquiry, "add", ranked[12])
    await decide(client, inquiry, "drop", ranked[1])
    await decide(client, inquiry, "move", ranked[2], position=1)
    await decide(client, inquiry, "move", ranked[2], position=2)
    made = (await client("office").get(inquiry + "/judgements")).json()["items"]
    assert [(one["kind"], one["unit_id"]) for one in made] == [
        ("override_added", ranked[12]),
        ("override_dropped", ranked[1]),
        ("override_moved", ranked[2]),
    ]
    assert {one["reason"] for one in made} == {"We know them."}
    (judged,) = await judgement_queries.select_judged_assessments(connection)
    kept = "select count(distinct (preferred_capacity_id, other_capacity_id)) from judged_pair"
    assert len(judged.pairs) == await connection.fetchval(kept) > 0
    # Put below one that ranks after it, it is that one which was preferred.
    await decide(client, inquiry, "move", ranked[0], position=3)
    last = (await client("office").get(inquiry + "/judgements")).json()["items"][-1]
    assert (last["kind"], last["unit_id"]) == ("override_moved", ranked[12])


async def test_a_unit_that_the_ranking_does_not_know(
    client: Client, inquiry: str, connection: asyncpg.Connection
) -> None:
    now = await connection.fetchval("select now()")
    await register_queries.upsert_units(connection, [unit_entry("test-new", "Unit new")], now=now)
    unit_id = str(await connection.fetchval("select unit_id from unit where name = 'Unit new'"))
    answer = await decide(client, inquiry, "add", unit_id)
    assert listed(answer) == [unit_id]
    entry = answer.json()["entries"][0]
    assert (entry["rank"], entry["rank_then"], entry["therapy_area"], entry["strongest"]) == (None, None, None, [])
    assert await connection.fetchval("select count(*) from judgement") == 0
    excluded = (await client("office").get(inquiry + "/assessments/latest")).json()["excluded"][0]
    assert len(listed(await decide(client, inquiry, "add", excluded["unit"]["unit_id"], position=1))) == 2
    assert await connection.fetchval("select kind from judgement") == "override_added"


async def test_before_the_assessment_it_can_be_begun(client: Client, people: Cast) -> None:
    address = (await submit(client))["status_url"]
    answer = await decide(client, address, "add", str(people.units["lung"]))
    assert listed(answer) == [str(people.units["lung"])]
    assert answer.json()["entries"][0]["assessment_id"] is None


async def test_what_does_not_fit(client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection) -> None:
    ranked = await candidates(client, inquiry)
    await decide(client, inquiry, "add", *ranked[:2])
    wrong: tuple[tuple[str, list[str], dict[str, Any]], ...] = (
        ("add", ranked[:1], {}),
        ("add", [str(people.units["foreign"])], {}),
        ("move", ranked[:1], {}),
        ("move", ranked[:2], {"position": 1}),
        ("move", ranked[4:5], {"position": 1}),
        ("drop", ranked[:1], {"position": 1}),
    )
    for command, unit_ids, more in wrong:
        assert (await decide(client, inquiry, command, *unit_ids, **more)).status_code == 422, (command, more)
    assert (await decide(client, inquiry, "add")).status_code == 400
    assert (await decide(client, inquiry, "add", ranked[5], reason="")).status_code == 400
    assert (await decide(client, inquiry, "add", ranked[5], position=0)).status_code == 400
    for who in ("sponsor", "investigator", "management", "service"):
        assert (await decide(client, inquiry, "add", ranked[5], who=who)).status_code == 403
    assert (await decide(client, inquiry, "add", ranked[5], who="other_office")).status_code == 422
    assert (await client("other_office").get(inquiry + "/shortlist")).json()["entries"] == []
    assert await connection.fetchval("select count(*) from shortlist_entry") == 2


async def test_two_of_an_office_take_turns(client: Client, inquiry: str) -> None:
    ranked = await candidates(client, inquiry)
    await asyncio.gather(*(decide(client, inquiry, "add", unit_id) for unit_id in ranked[:5]))
    entries = (await client("office").get(inquiry + "/shortlist")).json()["entries"]
    assert [one["position"] for one in entries] == [1, 2, 3, 4, 5]


async def test_inviting_from_it(client: Client, inquiry: str, people: Cast) -> None:
    office = client("office")
    empty = await office.post(inquiry + "/invitations", json={})
    assert (empty.status_code, empty.json()["errors"][0]["path"]) == (422, "unit_ids")
    lung, heart = str(people.units["lung"]), str(people.units["heart"])
    await decide(client, inquiry, "add", heart, lung)
    await decide(client, inquiry, "drop", lung)
    made = await office.post(inquiry + "/invitations", json={})
    assert made.status_code == 201, made.text
    assert [one["unit_id"] for one in made.json()["invited"]] == [heart]
    again = await office.post(inquiry + "/invitations", json={})
    assert [one["reason"] for one in again.json()["skipped"]] == ["already_invited"]
