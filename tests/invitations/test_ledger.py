"""What an invitation sets aside, and when it is free again."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, taken_up

HELD = """
    select u.name, r.strength, r.trial_slots, r.nurse_hours::float8 as hours
    from reservation r join invitation v using (invitation_id) join unit u using (unit_id)
    where r.state = 'held' order by u.name, r.resource_id
"""
HOURS = {"nurse_hours": 8.0}
NO = {"answer": "no", "reasons": ["no_nurse_time"]}
YES_IF = {"answer": "yes_if", "conditions": ["nurse_hours"], "participants": 3, "participants_basis": "estimate"}


@pytest.fixture
async def inquiry(client: Client, drain: Drain) -> str:
    return await taken_up(client, drain, needs=HOURS)


async def held(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.fetch(HELD)]


async def test_an_answer_changes_what_is_held(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    soft = [("Unit heart", "soft", 1, 8.0), ("Unit lung", "soft", 1, 8.0)]
    assert await held(connection) == soft
    unit = client("investigator")
    await ok(unit.post(asked["lung"] + "/eoi", json=YES))
    assert (await held(connection))[1] == ("Unit lung", "firm", 1, 8.0)
    await ok(unit.post(asked["lung"] + "/eoi", json=YES_IF))
    assert await held(connection) == soft
    await ok(unit.post(asked["lung"] + "/eoi", json=NO))
    assert await held(connection) == soft[:1]
    await ok(unit.post(asked["lung"] + "/eoi", json=YES))
    assert (await held(connection))[1] == ("Unit lung", "firm", 1, 8.0)
    await ok(client("office").post(asked["heart"] + "/withdraw", json={"reason": "Asked by mistake."}))
    assert await held(connection) == [("Unit lung", "firm", 1, 8.0)]
    reasons = await connection.fetch("select release_reason from reservation where state = 'released' order by 1")
    assert [row["release_reason"] for row in reasons] == ["answered_no", "withdrawn"]


@pytest.mark.parametrize(("decision", "left"), [("selected", ["Unit lung"]), ("no_decision", []), ("not_selected", [])])
async def test_an_outcome_settles_what_is_held(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection, decision: str, left: list[str]
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    for who, unit in (("investigator", "lung"), ("other_investigator", "heart")):
        await ok(client(who).post(asked[unit] + "/eoi", json=YES))
    await ok(client("office").post(inquiry + "/reply", json={}))
    assert len(await held(connection)) == 2, "the reply keeps what is promised"
    selected = [str(people.units["lung"])] if decision == "selected" else []
    decided = {"decision": decision, "selected_unit_ids": selected}
    await ok(client("sponsor").post(inquiry + "/outcome", json=decided))
    assert [row[0] for row in await held(connection)] == left


async def test_the_same_slot_and_the_same_hours_are_not_promised_twice(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiries = [await taken_up(client, drain, needs=HOURS) for _ in range(4)]
    asked = [(await invite(client, one, people, "lung"))["lung"] + "/eoi" for one in inquiries]
    # The unit has 12 nurse hours a week free, and each trial asks for 8.
    answers = await asyncio.gather(*(client("investigator").post(address, json=YES) for address in asked))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["detail"].startswith("8 of 12 nurse hours a week are taken, and this needs 8. Answer `yes_if`")
    assert [row[1] for row in await held(connection)].count("firm") == 1
    # What the unit answers instead is accepted; a refused yes has left nothing behind.
    late = next(address for address, answer in zip(asked, answers, strict=True) if answer.status_code == 409)
    await ok(client("investigator").post(late, json=YES_IF))
    assert await connection.fetchval("select count(*) from eoi") == 2
    await connection.execute("update capacity set trial_slots = 1, nurse_hours_free = null")
    slots = await client("investigator").post(late, json=YES)
    assert slots.status_code == 409
    assert slots.json()["detail"].startswith("1 of 1 trial slots are taken.")
    await connection.execute("update capacity set trial_slots = null")
    await ok(client("investigator").post(late, json=YES))


async def test_a_unit_without_new_trials_has_no_slot(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, inquiry, people, "lung")
    await connection.execute("update capacity set new_trials_possible = false")
    refused = await client("investigator").post(asked["lung"] + "/eoi", json=YES)
    assert refused.status_code == 409
    assert "correct the number of trials" in refused.json()["detail"]


async def test_hours_said_in_confidence_are_not_copied(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    marked = {"fields": [{"field": "needs.nurse_hours", "harm": "Tells the design."}]}
    address = await taken_up(client, drain, needs=HOURS, confidentiality=marked)
    await invite(client, address, people, "lung")
    assert await held(connection) == [("Unit lung", "soft", 1, None)]
