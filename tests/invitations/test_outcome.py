"""How it ended: the outcome, the clock that asks for it, the units that are told, and what followed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, state_of, taken_up
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.ending import end_inquiries
from trialport.invitations.outcome import remind_sponsors
from trialport.invitations.outcome_rules import day_to_hold, outcome_steps

pytestmark = pytest.mark.anyio

NO = {"answer": "no", "reasons": ["no_nurse_time"]}


async def replied(client: Client, drain: Drain, people: Cast) -> tuple[str, dict[str, str]]:
    """Bring an inquiry to its reply: the lung unit can, the heart unit cannot."""
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=NO))
    await ok(client("office").post(inquiry + "/reply", json={}))
    return inquiry, asked


async def swept(app: Litestar, at: datetime | None = None) -> tuple[int, int]:
    """Run the clock of outcomes, as a worker would at a moment; returns steps settled and inquiries told."""
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        if at is not None:
            tx.now = at
        settings = app.state.settings
        return await remind_sponsors(tx, settings, 100), await end_inquiries(tx, settings, 100)


async def steps_due(connection: asyncpg.Connection) -> dict[str, datetime]:
    """When each step of the outcome's clock is due, in the order of time."""
    return dict(await connection.fetch("select step, due_at from outcome_step order by due_at"))


async def endings(connection: asyncpg.Connection) -> dict[str, list[str]]:
    records = await connection.fetch(
        """
        select to_address, params ->> 'ending' as ending
        from message
        where kind = 'invitation_over'
        order by message_id
        """
    )
    told: dict[str, list[str]] = {}
    for record in records:
        told.setdefault(record["to_address"], []).append(record["ending"])
    return told


async def test_every_unit_asked_is_told_the_outcome(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    inquiry, _ = await replied(client, drain, people)
    decided = {"decision": "selected", "selected_unit_ids": [str(people.units["lung"])]}
    await ok(client("sponsor").post(inquiry + "/outcome", json=decided))
    assert await endings(connection) == {"lung@example.org": ["selected"], "heart@example.org": ["not_selected"]}
    assert await swept(app) == (0, 0), "nobody is told twice"


async def test_who_was_asked_hears_of_a_withdrawal_too(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung")
    await ok(client("sponsor").post(inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))
    assert await swept(app) == (0, 1)
    assert await endings(connection) == {"lung@example.org": ["inquiry_withdrawn"]}
    shown = await ok(client("investigator").get(asked["lung"]))
    assert (shown["state"], shown["available_actions"]) == ("withdrawn", ["read"])
    assert await connection.fetchval("select count(*) from reminder where settled_at is null") == 0
    assert await swept(app) == (0, 0)


async def test_a_silent_sponsor_is_reminded_then_the_office_and_the_units_are_told(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    inquiry, _ = await replied(client, drain, people)
    due = await steps_due(connection)
    kinds = "select kind from message where kind in ('outcome_reminder', 'invitation_over') order by message_id"
    seen = []
    moments = [due["ahead"] - timedelta(minutes=1), *due.values(), due["office"] + timedelta(days=30)]
    for moment in moments:
        await swept(app, moment)
        seen.append([record["kind"] for record in await connection.fetch(kinds)])
    reminder, over = "outcome_reminder", "invitation_over"
    assert seen == [[], [reminder], [reminder] * 2, [reminder] * 3, *[[reminder] * 3 + [over] * 2] * 2]
    assert set(map(tuple, (await endings(connection)).values())) == {("no_word",)}
    tasks = (await ok(client("office").get("/api/v1/tasks")))["items"]
    assert "sponsor_overdue" in {task["kind"] for task in tasks}
    await ok(client("office").post(inquiry + "/outcome", json={"decision": "trial_cancelled"}))
    assert set(map(tuple, (await endings(connection)).values())) == {("no_word", "trial_cancelled")}
    tasks = (await ok(client("office").get("/api/v1/tasks")))["items"]
    assert "sponsor_overdue" not in {task["kind"] for task in tasks}, "the outcome settles the task"


async def test_after_an_outage_only_the_last_reminder_goes_out(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    await replied(client, drain, people)
    settled, _ = await swept(app, (await steps_due(connection))["overdue"])
    assert settled == 3
    assert await connection.fetchval("select count(*) from message where kind = 'outcome_reminder'") == 1


async def test_a_sponsor_may_promise_another_day(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiry, _ = await replied(client, drain, people)
    later = (datetime.now(UTC).date() + timedelta(days=200)).isoformat()
    chain = await ok(client("sponsor").post(inquiry + "/outcome-promise", json={"promised_on": later}))
    assert (chain["outcome_promised_on"], chain["outcome_overdue"]) == (later, False)
    assert await connection.fetchval("select min(due_at)::date from outcome_step") > date.fromisoformat(
        later
    ) - timedelta(days=8)
    for wrong in ("2020-01-01", "2100-01-01"):
        refused = await client("sponsor").post(inquiry + "/outcome-promise", json={"promised_on": wrong})
        assert refused.status_code == 422
    assert (await client("rival").post(inquiry + "/outcome-promise", json={"promised_on": later})).status_code == 404


async def test_the_chain_of_dates_stands_under_one_id(client: Client, drain: Drain, people: Cast) -> None:
    inquiry, _ = await replied(client, drain, people)
    lung, heart = str(people.units["lung"]), str(people.units["heart"])
    await ok(client("sponsor").post(inquiry + "/outcome", json={"decision": "selected", "selected_unit_ids": [lung]}))
    today = datetime.now(UTC).date()

    async def tell(kind: str, days_ago: int, unit: str = lung, **more: Any) -> int:
        told = {"unit_id": unit, "kind": kind, "happened_on": str(today - timedelta(days=days_ago)), **more}
        return (await client("sponsor").post(inquiry + "/milestones", json=told)).status_code

    assert await tell("started", 20) == 201
    assert await tell("first_participant", 25) == 422, "before the start"
    assert await tell("first_participant", 10) == 201
    assert await tell("started", 5) == 422, "after the first participant"
    assert await tell("started", 15) == 201, "told again, it is corrected"
    assert await tell("recruited", 1) == 422, "without a number"
    assert await tell("recruited", 1, participants=11) == 201
    assert await tell("started", -2) == 422, "still to come"
    assert await tell("started", 20, unit=heart) == 422, "not selected"
    chain = await ok(client("office").get(inquiry + "/outcome"))
    assert [(one["kind"], one["happened_on"]) for one in chain["milestones"]] == [
        ("started", str(today - timedelta(days=15))),
        ("first_participant", str(today - timedelta(days=10))),
        ("recruited", str(today - timedelta(days=1))),
    ]
    assert (chain["decision"], chain["selected_unit_ids"], chain["outcome_overdue"]) == ("selected", [lung], False)
    assert chain["submitted_at"] <= chain["replied_at"] <= chain["decided_at"]
    assert await state_of(client, inquiry) == "closed"
    assert (await client("investigator").get(inquiry + "/outcome")).status_code == 403


def test_a_sponsor_has_some_days_after_the_reply() -> None:
    assert day_to_hold(date(2026, 11, 1), date(2026, 11, 20), "SE") == date(2026, 11, 27)
    assert day_to_hold(date(2027, 1, 31), date(2026, 11, 20), "SE") == date(2027, 1, 31)
    # Christmas Eve, Christmas Day, New Year's Eve and New Year's Day are closed in Sweden.
    assert day_to_hold(date(2026, 12, 1), date(2026, 12, 23), "SE") == date(2027, 1, 5)


def test_the_steps_of_the_outcomes_clock() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    steps = outcome_steps(now, date(2027, 3, 24), "DK", "Europe/Copenhagen")
    # Maundy Thursday, Good Friday and Easter Monday of 2027 are 25, 26 and 29 March.
    assert {step: due_at.date() for step, due_at in steps.items()} == {
        "ahead": date(2027, 3, 17),
        "due": date(2027, 3, 30),
        "overdue": date(2027, 4, 5),
        "office": date(2027, 4, 12),
    }
    assert {due_at.hour for due_at in steps.values()} == {6, 7}, "eight in the morning there, in winter and in summer"
    assert "ahead" not in outcome_steps(now, date(2026, 11, 25), "DK", "Europe/Copenhagen")


HELD = "select v.unit_id from reservation r join invitation v using (invitation_id) where r.state = 'held'"


async def silent(client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar) -> str:
    """An inquiry whose sponsor kept silent until what its units kept free was let go."""
    inquiry, _ = await replied(client, drain, people)
    await swept(app, (await steps_due(connection))["office"])
    assert await connection.fetch(HELD) == []
    return inquiry


async def test_who_is_selected_after_silence_is_held_again(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    inquiry = await silent(client, drain, people, connection, app)
    lung = people.units["lung"]
    decided = {"decision": "selected", "selected_unit_ids": [str(lung)]}
    await ok(client("sponsor").post(inquiry + "/outcome", json=decided))
    assert [record["unit_id"] for record in await connection.fetch(HELD)] == [lung]
    assert await connection.fetchval("select count(*) from office_task where kind = 'selected_without_room'") == 0


async def test_the_office_hears_of_who_is_selected_and_has_no_room(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    inquiry = await silent(client, drain, people, connection, app)
    await connection.execute("update capacity set trial_slots = 0")
    decided = {"decision": "selected", "selected_unit_ids": [str(people.units["lung"])]}
    await ok(client("sponsor").post(inquiry + "/outcome", json=decided))
    assert await connection.fetch(HELD) == []
    tasks = (await ok(client("office").get("/api/v1/tasks")))["items"]
    assert [one["object_type"] for one in tasks if one["kind"] == "selected_without_room"] == ["invitation"]
    assert (await ok(client("office").get(inquiry)))["state"] == "closed"
