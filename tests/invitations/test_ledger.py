"""What an invitation sets aside, and when it is free again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, taken_up
from tests.invitations.test_not_me import add_person
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.reminding import remind_units

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


async def test_who_counted_as_silent_and_is_asked_again_holds_softly_again(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=NO))
    later = datetime.now(UTC).date() + timedelta(days=20)
    colleague = await add_person(connection, "second@example.org", people.units["lung"])
    for path, body in (("/deadline", {"due_on": str(later)}), ("/recipient", {"investigator_id": str(colleague)})):
        await connection.execute("update reminder set due_at = now() where settled_at is null")
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            await remind_units(tx, app.state.settings, 100)
        assert (await ok(client("office").get(asked["lung"])))["state"] == "no_answer"
        assert await held(connection) == []
        await ok(client("office").post(asked["lung"] + path, json=body))
        assert await held(connection) == [("Unit lung", "soft", 1, 8.0)], path
        assert await connection.fetchval("select count(*) from reminder where settled_at is null") > 0


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


async def lender(connection: asyncpg.Connection, people: Cast, hours: float, name: str = "Trial unit") -> str:
    """Return a resource of our region that lends nurse hours."""
    return str(
        await connection.fetchval(
            "insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', $2, $3::float8) "
            "returning resource_id",
            people.regions["ours"],
            name,
            hours,
        )
    )


async def capacity_of(connection: asyncpg.Connection, people: Cast, unit: str) -> str:
    return str(await connection.fetchval("select capacity_id from capacity where unit_id = $1", people.units[unit]))


async def test_a_condition_filled_from_a_resource_makes_a_yes(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    resource = await lender(connection, people, 20)
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    head, office = client("unit_head"), client("office")
    await ok(head.post(address + "/eoi", json={**YES_IF, "conditions": ["nurse_hours", "contract_help"]}))
    tasks = (await ok(office.get("/api/v1/tasks")))["items"]
    told = next(task["message"] for task in tasks if task["kind"] == "review_condition")
    assert "Trial unit (20 hours a week)" in told
    lent = {"condition": "nurse_hours", "resource_id": resource, "nurse_hours": 6}
    await ok(office.post(address + "/fills", json=lent))
    assert await held(connection) == [("Unit lung", "firm", 0, 6.0), ("Unit lung", "soft", 1, 2.0)]
    reply = (await ok(office.get(inquiry + "/reply")))["content"]
    assert (reply["yes"], reply["conditional"], reply["units"][0]["conditions"]) == (0, 1, ["contract_help"])
    again = await office.post(address + "/fills", json=lent)
    assert again.status_code == 409, "filled already"
    assert "has been filled" in again.json()["detail"] or "already gives" in again.json()["detail"]
    shown = await ok(office.post(address + "/fills", json={"condition": "contract_help", "note": "Our lawyer."}))
    assert len(shown["fills"]) == 2
    assert await held(connection) == [("Unit lung", "firm", 1, 2.0), ("Unit lung", "firm", 0, 6.0)] or (
        sorted(await held(connection)) == [("Unit lung", "firm", 0, 6.0), ("Unit lung", "firm", 1, 2.0)]
    )
    reply = (await ok(office.get(inquiry + "/reply")))["content"]
    assert (reply["yes"], reply["conditional"]) == (1, 0)
    unit = reply["units"][0]
    assert (unit["answer"], unit["conditions"]) == ("yes", [])
    assert unit["filled"] == [
        {"condition": "contract_help", "provided_by": None},
        {"condition": "nurse_hours", "provided_by": "Trial unit"},
    ]
    assert unit["contact_email"] == "lung@example.org"
    # The unit sees what it gets; the task is done.
    texts = [one["text"] for one in (await ok(client("investigator").get(address)))["fills"]]
    assert texts[1] == "The trial office lends 6 nurse hours a week from Trial unit."
    assert "review_condition" not in {task["kind"] for task in (await ok(office.get("/api/v1/tasks")))["items"]}
    resources = (await ok(office.get("/api/v1/resources")))["items"]
    assert [(one["nurse_hours_free"], one["nurse_hours_reserved"]) for one in resources] == [(20.0, 6.0)]
    assert (await ok(client("sponsor").get("/api/v1/resources")))["items"][0]["nurse_hours_reserved"] is None
    await ok(office.delete(address + "/fills/nurse_hours"))
    assert await held(connection) == [("Unit lung", "soft", 1, 8.0)]
    assert (await office.delete(address + "/fills/nurse_hours")).status_code == 404


async def test_a_resource_lends_no_more_than_it_has(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    resource = await lender(connection, people, 10)
    office = client("office")
    asked = []
    for unit, who in (("lung", "unit_head"), ("heart", "other_investigator")):
        inquiry = await taken_up(client, drain, needs=HOURS)
        address = (await invite(client, inquiry, people, unit))[unit]
        await ok(client(who).post(address + "/eoi", json=YES_IF))
        asked.append(address + "/fills")
    lent = {"condition": "nurse_hours", "resource_id": resource, "nurse_hours": 8}
    answers = await asyncio.gather(*(office.post(address, json=lent) for address in asked))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["detail"].startswith("8 of 10 nurse hours a week are taken, and this needs 8. Lend fewer")
    sheet = await ok(office.get(f"/api/v1/resources/{resource}/reservations"))
    assert (sheet["hours_said"], sheet["hours_firm"], sheet["overbooked"]) == (10.0, 8.0, False)
    assert len(sheet["items"]) == 1
    await connection.execute("update resource set nurse_hours_free = 4")
    listed = (await ok(office.get("/api/v1/reservations/overbooked")))["items"]
    assert [(one["name"], one["hours_said"], one["hours_firm"]) for one in listed] == [("Trial unit", 4.0, 8.0)]
    assert (await ok(client("other_office").get("/api/v1/reservations/overbooked")))["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"condition": "money", "note": "A fund."}, "condition"),
        ({"condition": "nurse_hours", "nurse_hours": 4}, "resource_id"),
        ({"condition": "nurse_hours", "resource_id": "LENDER"}, "nurse_hours"),
        ({"condition": "imaging", "resource_id": "LENDER"}, "resource_id"),
        ({"condition": "imaging"}, "note"),
        ({"condition": "imaging", "note": "Yes.", "nurse_hours": 4}, "nurse_hours"),
        ({"condition": "imaging", "resource_id": "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"}, "resource_id"),
    ],
)
async def test_what_does_not_fill_is_refused(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection, body: dict[str, Any], field: str
) -> None:
    resource = await lender(connection, people, 20)
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await ok(client("unit_head").post(address + "/eoi", json={**YES_IF, "conditions": ["nurse_hours", "imaging"]}))
    sent = {name: resource if value == "LENDER" else value for name, value in body.items()}
    refused = await client("office").post(address + "/fills", json=sent)
    assert refused.status_code == 422, refused.text
    assert field in {one["path"] for one in refused.json()["errors"]}
    assert await connection.fetchval("select count(*) from fill") == 0


async def test_a_no_takes_back_what_was_lent(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    resource = await lender(connection, people, 20)
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await ok(client("unit_head").post(address + "/eoi", json=YES_IF))
    lent = {"condition": "nurse_hours", "resource_id": resource, "nurse_hours": 8}
    await ok(client("office").post(address + "/fills", json=lent))
    await ok(client("unit_head").post(address + "/eoi", json=NO))
    assert await held(connection) == []
    assert (await ok(client("unit_head").get(address)))["fills"] == []


async def test_who_sees_what_is_set_aside(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    for _ in range(3):
        await invite(client, await taken_up(client, drain, needs=HOURS), people, "lung")
    address = f"/api/v1/reservations?capacity_id={await capacity_of(connection, people, 'lung')}"
    for who in ("office", "investigator", "unit_head", "admin"):
        sheet = await ok(client(who).get(address))
        assert (sheet["slots_soft"], sheet["hours_soft"], len(sheet["items"])) == (3, 24.0, 3)
        assert sheet["notes"] == ["3 invitations are out for the same nurse hours, of which 12 a week are free."]
    for who in ("other_investigator", "other_office"):
        assert (await client(who).get(address)).status_code == 404
    for who in ("sponsor", "management", "service"):
        assert (await client(who).get(address)).status_code == 403
    assert (await client(None).get(address)).status_code == 401


async def test_a_capacity_reduced_below_what_is_promised_is_overbooked(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"] + "/eoi"
    await ok(client("unit_head").post(address, json=YES))
    path = f"/api/v1/units/{people.units['lung']}/capacities/respiratory"
    reduced = {"state": "open", "nurse_hours_free": 2.0, "trial_slots": 0}
    await ok(client("unit_head").put(path, json=reduced, headers={"If-Match": "*"}))
    (listed,) = (await ok(client("office").get("/api/v1/reservations/overbooked")))["items"]
    assert (listed["slots_said"], listed["slots_firm"], listed["hours_said"]) == (0, 1, 2.0)
    await ok(client("unit_head").post(address, json=YES))
    assert await held(connection) == [("Unit lung", "firm", 1, 8.0)], "what was promised stays promised"


async def test_a_yes_is_firm_once_the_head_has_approved_it(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    colleague = await connection.fetchval(
        "insert into investigator (email, name, speciality, roles_wanted, school_status, experience_band, languages) "
        "select 'new@example.org', 'Demo new', speciality, roles_wanted, school_status, experience_band, languages "
        "from investigator limit 1 returning investigator_id"
    )
    await connection.execute(
        "insert into position (unit_id, investigator_id, share, is_head) values ($1, $2, 0.5, false)",
        people.units["lung"],
        colleague,
    )
    await connection.execute(
        "update access_token set investigator_id = $1 where name = 'investigator (test)'", colleague
    )
    await ok(client("investigator").post(address + "/eoi", json=YES))
    assert (await held(connection))[0][1] == "soft"
    await ok(client("unit_head").post(address + "/sign-off", json={"decision": "approved"}))
    assert (await held(connection))[0][1] == "firm"
    await ok(client("investigator").post(address + "/eoi", json=YES))
    await ok(client("unit_head").post(address + "/sign-off", json={"decision": "refused", "note": "No time."}))
    assert await held(connection) == []
