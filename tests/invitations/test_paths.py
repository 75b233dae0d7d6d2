"""Each way an inquiry can go, over the API from the invitation to its end, and what is left when it is over: nothing.

Nothing is held any more, no reminder waits, no task is open that nobody can do, and each unit asked was told how it
ended exactly once.
"""

from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, state_of, taken_up
from tests.invitations.test_amendments import amend
from tests.invitations.test_not_me import add_person
from trialport.core.db import SYSTEM_VIEWER, Transaction, transaction
from trialport.invitations.ending import end_inquiries
from trialport.invitations.outcome import remind_sponsors
from trialport.invitations.reminding import remind_units
from trialport.invitations.sign_off_clock import remind_heads

HOURS = {"nurse_hours": 8.0}
NO = {"answer": "no", "reasons": ["no_nurse_time"]}
YES_IF = {"answer": "yes_if", "conditions": ["nurse_hours"], "participants": 5, "participants_basis": "estimate"}
SWEEPS = (remind_units, remind_heads, remind_sponsors, end_inquiries)


class Course:
    """One inquiry that asks the lung and the heart unit, with the clock in our hand."""

    def __init__(self, client: Client, people: Cast, app: Litestar, connection: asyncpg.Connection) -> None:
        self.client, self.people, self.app, self.connection = client, people, app, connection
        self.inquiry = ""
        self.asked: dict[str, str] = {}

    async def begin(self, drain: Drain, *units: str) -> None:
        self.inquiry = await taken_up(self.client, drain, needs=HOURS)
        self.asked = await invite(self.client, self.inquiry, self.people, *(units or ("lung", "heart")))

    async def answer(self, unit: str, body: dict[str, Any]) -> dict[str, Any]:
        who = {"lung": "investigator", "heart": "other_investigator"}[unit]
        shown: dict[str, Any] = await ok(self.client(who).post(self.asked[unit] + "/eoi", json=body))
        return shown

    async def reply(self) -> dict[str, Any]:
        content: dict[str, Any] = (await ok(self.client("office").post(self.inquiry + "/reply", json={})))["content"]
        return content

    async def decide(self, decision: str, *selected: str) -> None:
        body = {"decision": decision, "selected_unit_ids": [str(self.people.units[unit]) for unit in selected]}
        await ok(self.client("sponsor").post(self.inquiry + "/outcome", json=body))

    async def start(self, *units: str) -> None:
        """Have the trial begin, from when on capacities themselves say what is left."""
        today = (await self.connection.fetchval("select now()")).date().isoformat()
        for unit in units:
            told = {"unit_id": str(self.people.units[unit]), "kind": "started", "happened_on": today}
            await ok(self.client("office").post(self.inquiry + "/milestones", json=told))

    async def run_clock(self, days: int = 0) -> None:
        """Let all sweeps run, as a worker would so many days from now, until none finds anything to do."""
        at: datetime = await self.connection.fetchval("select now()") + timedelta(days=days)
        for sweep in SWEEPS:
            found = 1
            while found:
                async with transaction(self.app.state.pool, viewer=SYSTEM_VIEWER) as tx:
                    found = await self._swept(sweep, tx, at)

    async def _swept(self, sweep: Any, tx: Transaction, at: datetime) -> int:
        tx.now = at
        found: int = await sweep(tx, self.app.state.settings, 100)
        return found

    async def told(self) -> dict[str, list[str]]:
        """Return what each address was told of the end, in the order of telling."""
        records = await self.connection.fetch(
            """
            select to_address, params ->> 'ending' as ending from message
            where kind = 'invitation_over'
            order by message_id
            """
        )
        found: dict[str, list[str]] = {}
        for record in records:
            found.setdefault(record["to_address"].partition("@")[0], []).append(record["ending"])
        return found

    async def require_over(self, told: dict[str, list[str]], *, still_to_do: tuple[str, ...] = ()) -> None:
        """Check that nothing is left: it runs the clock for a year more, which must change nothing."""
        await self.run_clock(days=400)
        assert await self.told() == told
        for statement in (
            "select count(*) from reservation where state = 'held'",
            "select count(*) from reminder where settled_at is null",
            "select count(*) from sign_off_step where settled_at is null",
            "select count(*) from outcome_step where settled_at is null",
            "select count(*) from fill where taken_back_at is null",
            "select count(*) from invitation where state in ('planned', 'sent', 'opened')",
        ):
            assert await self.connection.fetchval(statement) == 0, statement
        tasks = (await ok(self.client("office").get("/api/v1/tasks")))["items"]
        assert [task["kind"] for task in tasks] == list(still_to_do)


@pytest.fixture
async def course(client: Client, people: Cast, app: Litestar, connection: asyncpg.Connection) -> Course:
    return Course(client, people, app, connection)


async def test_yes(course: Course, drain: Drain) -> None:
    await course.begin(drain)
    await course.answer("lung", YES)
    await course.answer("heart", NO)
    content = await course.reply()
    assert (content["yes"], content["no"], content["participants_sure"]) == (1, 1, 12)
    (contact,) = [unit["contact_email"] for unit in content["units"] if unit["contact_email"]]
    assert contact == "lung@example.org"
    await course.decide("selected", "lung")
    await course.start("lung")
    await course.require_over({"lung": ["selected"], "heart": ["not_selected"]})


async def test_yes_if_filled_from_a_resource(course: Course, drain: Drain, people: Cast) -> None:
    resource = await course.connection.fetchval(
        """
        insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', 'Trial unit', 10)
        returning resource_id
        """,
        people.regions["ours"],
    )
    await course.begin(drain, "lung")
    await course.answer("lung", YES_IF)
    office = course.client("office")
    assert "review_condition" in {task["kind"] for task in (await ok(office.get("/api/v1/tasks")))["items"]}
    preview = (await ok(office.get(course.inquiry + "/reply")))["content"]
    assert (preview["yes"], preview["conditional"], preview["participants_sure"]) == (0, 1, 0)
    fill = {"condition": "nurse_hours", "resource_id": str(resource), "nurse_hours": 8}
    await ok(office.post(course.asked["lung"] + "/fills", json=fill))
    assert "review_condition" not in {task["kind"] for task in (await ok(office.get("/api/v1/tasks")))["items"]}
    firm = await course.connection.fetch("select strength from reservation where state = 'held'")
    assert [row["strength"] for row in firm] == ["firm", "firm"]
    (lent,) = (await ok(course.client("investigator").get(course.asked["lung"])))["fills"]
    assert (lent["resource_name"], lent["nurse_hours"]) == ("Trial unit", 8)
    content = await course.reply()
    assert (content["yes"], content["conditional"], content["participants_sure"]) == (1, 0, 5)
    assert "Trial unit" in content["units"][0]["filled"][0]["provided_by"]
    await course.decide("not_selected")
    await course.require_over({"lung": ["not_selected"]})


async def test_not_me(course: Course, drain: Drain, people: Cast) -> None:
    colleague = await add_person(course.connection, "second@example.org", people.units["lung"])
    await course.begin(drain, "lung")
    await course.answer("lung", {"answer": "not_me", "asks_id": str(colleague)})
    office = course.client("office")
    assert "person_proposed" in {task["kind"] for task in (await ok(office.get("/api/v1/tasks")))["items"]}
    preview = (await ok(office.get(course.inquiry + "/reply")))["content"]
    assert (preview["no"], preview["silent"]) == (0, 1), "it is no no"
    await ok(office.post(course.asked["lung"] + "/recipient", json={"investigator_id": str(colleague)}))
    await course.answer("lung", YES)
    assert (await course.reply())["yes"] == 1
    await course.decide("trial_cancelled")
    await course.require_over({"second": ["trial_cancelled"]})


async def test_late(course: Course, drain: Drain) -> None:
    await course.begin(drain, "lung")
    await course.run_clock(days=30)
    assert "silent_unit" in {task["kind"] for task in (await ok(course.client("office").get("/api/v1/tasks")))["items"]}
    assert await course.connection.fetchval("select count(*) from reservation where state = 'held'") == 0
    await course.connection.execute("update invitation set due_on = current_date - 2")
    shown = await course.answer("lung", YES)
    assert (shown["state"], shown["answer"]["late"]) == ("answered", True)
    assert await course.connection.fetchval("select count(*) from reservation where state = 'held'") == 1
    assert (await course.reply())["yes"] == 1
    await course.decide("no_decision")
    await course.require_over({"lung": ["no_decision"]})


async def test_no_answer(course: Course, drain: Drain) -> None:
    await course.begin(drain)
    await course.answer("heart", YES)
    await course.run_clock(days=30)
    shown = await ok(course.client("office").get(course.asked["lung"]))
    assert shown["state"] == "no_answer"
    mails = "select count(*) from message where kind in ('invitation_reminder', 'digest') and to_address like 'heart%'"
    assert await course.connection.fetchval(mails) == 0, "who has answered is left in peace"
    content = await course.reply()
    assert (content["yes"], content["silent"]) == (1, 1)
    await course.decide("selected", "heart")
    await course.start("heart")
    await course.require_over({"lung": ["not_selected"], "heart": ["selected"]})


async def test_amended(course: Course, drain: Drain) -> None:
    await course.begin(drain)
    await course.answer("lung", YES)
    await course.answer("heart", YES)
    assert await state_of(course.client, course.inquiry) == "collating"
    await amend(course.client, course.inquiry, numbers={"participants_wanted": 77})
    await drain()
    assert await state_of(course.client, course.inquiry) == "inviting", "asked again"
    (change,) = (await ok(course.client("investigator").get(course.asked["lung"])))["changes"]
    assert (change["field"], change["after"]) == ("numbers.participants_wanted", 77)
    await ok(course.client("investigator").post(course.asked["lung"] + "/confirmation"))
    await course.answer("heart", NO)
    content = await course.reply()
    assert (content["yes"], content["no"], content["participants_sure"]) == (1, 1, 12)
    await course.decide("selected", "lung")
    await course.start("lung")
    await course.require_over({"lung": ["selected"], "heart": ["not_selected"]})


async def test_declined(course: Course, drain: Drain) -> None:
    await course.begin(drain)
    await course.answer("lung", YES_IF)
    # An office declines before it asks; what a mistake left behind is settled all the same.
    await course.connection.execute("update inquiry set state = 'in_triage'")
    decline = {"reason": "no_suitable_units"}
    await ok(course.client("office").post(course.inquiry + "/decline", json=decline, headers={"If-Match": "*"}))
    await course.require_over({"lung": ["inquiry_declined"], "heart": ["inquiry_declined"]})


async def test_withdrawn(course: Course, drain: Drain) -> None:
    await course.begin(drain)
    await course.answer("lung", YES)
    question = {"text": "Is home sampling possible?"}
    await ok(course.client("other_investigator").post(course.asked["heart"] + "/questions", json=question))
    await ok(course.client("sponsor").post(course.inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))
    await course.require_over({"lung": ["inquiry_withdrawn"], "heart": ["inquiry_withdrawn"]})


async def test_a_silent_sponsor(course: Course, drain: Drain) -> None:
    await course.begin(drain)
    await course.answer("lung", YES)
    await course.answer("heart", NO)
    await course.reply()
    await course.run_clock(days=400)
    assert await course.told() == {"lung": ["no_word"], "heart": ["no_word"]}
    assert await course.connection.fetchval("select count(*) from reservation where state = 'held'") == 0
    ending = (await ok(course.client("investigator").get(course.asked["lung"])))["ending"]
    assert (ending["ending"], ending["over"]) == ("no_word", False)
    tasks = [task["kind"] for task in (await ok(course.client("office").get("/api/v1/tasks")))["items"]]
    assert "sponsor_overdue" in tasks, "somebody can still do something: call, and record the outcome"
    decided = {"decision": "no_decision"}
    await ok(course.client("office").post(course.inquiry + "/outcome", json=decided))
    # Silence was told when it was silence, the end when it was the end: each once.
    await course.require_over({"lung": ["no_word", "no_decision"], "heart": ["no_word", "no_decision"]})
