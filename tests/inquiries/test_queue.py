"""The office's queue: its order, whose turn it is, its filters, its pages, and how many statements it takes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from litestar import Litestar

from tests.accounts.test_leaks import Statements
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.inquiries.test_triage import ANY, ok, person_of
from trialport.inquiries.queue_models import QueueRow
from trialport.inquiries.queue_rules import place, read_key, written_key
from trialport.inquiries.region_models import Priority

Drain = Callable[[], Awaitable[int]]
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Europe/Stockholm")).date()
HEART = {"condition": {"indication": "heart failure"}}


async def made(client: Client, drain: Drain, connection: asyncpg.Connection, days: int, /, **groups: Any) -> str:
    """Submit and assess an inquiry that is promised so many days from today; returns its id."""
    receipt = await submit(client, **groups)
    await drain()
    await connection.execute(
        "update inquiry set promised_on = $2 where inquiry_id = $1",
        UUID(receipt["inquiry_id"]),
        TODAY + timedelta(days=days),
    )
    return str(receipt["inquiry_id"])


async def queue(client: Client, query: str = "", who: str = "office") -> list[str]:
    return [one["inquiry_id"] for one in (await ok(client(who).get("/api/v1/queue" + query)))["items"]]


async def prefer(client: Client, people: Cast, area: str, weight: int) -> None:
    url = f"/api/v1/regions/{people.regions['ours']}/priorities"
    body = {"priorities": [{"therapy_area": area, "weight": weight, "reason": "Strategy"}]}
    await ok(client("office").put(url, json=body, headers=ANY))


async def test_the_order_is_by_date_and_priority(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    later = await made(client, drain, connection, 20, **HEART)
    sooner = await made(client, drain, connection, 17)
    late = await made(client, drain, connection, -9)
    assert await queue(client) == [late, sooner, later]
    await prefer(client, people, "cardiovascular", 10)
    assert await queue(client) == [late, later, sooner], "three days are less than ten working days"
    items = (await ok(client("office").get("/api/v1/queue")))["items"]
    overdue, preferred, plain = items
    assert overdue["overdue"]
    assert overdue["working_days_left"] < 0
    assert preferred["priority"] == {"therapy_area": "cardiovascular", "weight": 10, "reason": "Strategy"}
    assert preferred["order_key"] == preferred["working_days_left"] - 10
    assert (plain["priority"], plain["order_key"]) == (None, plain["working_days_left"])
    assert plain["therapy_areas"][0] == "respiratory"
    assert (plain["missing_fields"], plain["asked"], plain["answered"], plain["age_days"]) == (2, 0, 0, 0)
    assert "SECRET" not in str(items)


async def test_whose_turn_it_is(client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast) -> None:
    fresh = (await submit(client))["inquiry_id"]

    async def waiting() -> Any:
        (item,) = (await ok(client("office").get("/api/v1/queue")))["items"]
        return item["waiting_for"], item["is_paused"], item["asked"], item["answered"]

    address = f"/api/v1/inquiries/{fresh}"
    assert await waiting() == ("nobody", False, 0, 0), "the assessment is under way"
    await drain()
    assert await waiting() == ("office", False, 0, 0)
    await ok(client("office").post(address + "/information-request", json={}))
    assert await waiting() == ("sponsor", True, 0, 0)
    await ok(client("office").post(address + "/triage"))
    body = {"unit_ids": [str(people.units["lung"]), str(people.units["heart"])]}
    invited = (await ok(client("office").post(address + "/invitations", json=body)))["invited"]
    assert await waiting() == ("units", False, 2, 0)
    by_unit = {one["unit_id"]: one["invitation_id"] for one in invited}
    no = {"answer": "no", "reasons": ["no_nurse_time"]}
    for who, unit in (("investigator", "lung"), ("other_investigator", "heart")):
        await ok(client(who).post(f"/api/v1/invitations/{by_unit[str(people.units[unit])]}/eoi", json=no))
    assert await waiting() == ("office", False, 2, 2)


async def test_a_clock_that_stands_still_gets_nobody_overdue(
    client: Client, drain: Drain, connection: asyncpg.Connection
) -> None:
    inquiry = await made(client, drain, connection, 1)
    await ok(client("office").post(f"/api/v1/inquiries/{inquiry}/information-request", json={}))
    await connection.execute(
        "update inquiry set paused_at = paused_at - interval '30 days', promised_on = promised_on - 30"
    )
    (item,) = (await ok(client("office").get("/api/v1/queue")))["items"]
    assert (item["overdue"], item["is_paused"]) == (False, True)


async def test_filters(client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast) -> None:
    lung = await made(client, drain, connection, 10)
    heart = await made(client, drain, connection, -10, **HEART)
    await ok(client("office").post(f"/api/v1/inquiries/{heart}/triage"))
    assert await queue(client, "?state=in_triage") == [heart]
    assert await queue(client, "?therapy_area=respiratory") == [lung]
    assert await queue(client, "?overdue=true") == [heart]
    assert await queue(client, "?overdue=false") == [lung]
    assert await queue(client, "?waiting_for=units") == []
    assert await queue(client, "?waiting_for=office") == [heart, lung]
    person_id = await person_of(connection, people, "ours", "Anna")
    await ok(client("office").post(f"/api/v1/inquiries/{lung}/assignment", json={"person_id": person_id}))
    assert await queue(client, "?assigned_to_me=true") == [], "a machine has nothing in hand"
    assert await queue(client, who="other_office") == []
    assert await queue(client, who="admin") == [heart, lung]
    assert (await client("office").get("/api/v1/queue?cursor=1:2:3")).status_code == 400
    assert (await client("office").get(f"/api/v1/queue?cursor=1:2:2026-13-01:{lung}")).status_code == 400
    await ok(client("sponsor").post(f"/api/v1/inquiries/{lung}/withdraw", json={}))
    assert await queue(client) == [heart]


async def test_pages_hold_each_inquiry_once_and_take_the_same_statements(
    app: Litestar, client: Client, drain: Drain, connection: asyncpg.Connection
) -> None:
    wanted = [await made(client, drain, connection, days) for days in (-3, 2, 4, 4, 9, 30)]
    counted = Statements()
    connections = [await app.state.pool.acquire() for _ in range(app.state.settings.pool_size)]
    for one in connections:
        one._con.add_query_logger(counted)
    for one in connections:
        await app.state.pool.release(one)
    await queue(client)
    steps, found, cursor = [], [], ""
    for limit in (1, 2, 3, 3):
        before = counted.count
        page = await ok(client("office").get(f"/api/v1/queue?limit={limit}{cursor}"))
        steps.append(counted.count - before)
        found += [one["inquiry_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == wanted
    assert len(set(steps)) == 1, steps


@pytest.mark.parametrize(
    ("state", "is_assessed", "waiting", "turn"),
    [
        ("submitted", False, 0, "nobody"),
        ("in_triage", True, 0, "office"),
        ("needs_information", False, 0, "sponsor"),
        ("inviting", True, 2, "units"),
        ("inviting", True, 0, "office"),
        ("collating", False, 0, "office"),
        ("collating", True, 1, "units"),
    ],
)
def test_the_rule_of_turns(state: Any, is_assessed: bool, waiting: int, turn: str) -> None:  # noqa: FBT001
    placed = place(row(state=state, is_assessed=is_assessed, waiting=waiting), (), datetime(2026, 11, 23, tzinfo=UTC))
    assert placed.waiting_for == turn
    assert read_key(written_key(placed.key)) == placed.key


def test_a_priority_counts_while_it_lasts() -> None:
    until = Priority(therapy_area="respiratory", weight=4, reason="?", until_day=date(2026, 11, 24))
    for day, weight in ((23, 4), (24, 4), (25, 0)):
        placed = place(row(), (until,), datetime(2026, 11, day, 12, tzinfo=UTC))
        assert placed.days_left - placed.key[1] == weight


def row(**fields: Any) -> QueueRow:
    told: dict[str, Any] = {
        "inquiry_id": UUID(int=1),
        "region_id": UUID(int=2),
        "country": "SE",
        "timezone": "Europe/Stockholm",
        "quiet_periods": (),
        "state": "in_triage",
        "submitted_at": datetime(2026, 11, 20, tzinfo=UTC),
        "promised_on": date(2026, 12, 4),
        "paused_at": None,
        "is_assessed": True,
        "therapy_areas": ("respiratory",),
        "asked": 0,
        "answered": 0,
        "waiting": 0,
        "assigned_to": None,
    }
    return QueueRow(**(told | fields))
