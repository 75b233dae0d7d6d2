"""Triage over the API: the clock that stands still, mails to the sponsor, priorities, assignments and comments."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.inquiries.rules import promised_on

Drain = Callable[[], Awaitable[int]]
ANY = {"If-Match": "*"}
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZoneInfo("Europe/Stockholm")).date()


async def ok(asking: Awaitable[httpx.Response]) -> Any:
    answer = await asking
    assert answer.is_success, answer.text
    return answer.json()


@pytest.fixture
async def inquiry(client: Client) -> str:
    address = str((await submit(client))["status_url"])
    await ok(client("office").post(address + "/triage"))
    return address


async def person_of(connection: asyncpg.Connection, people: Cast, region: str, name: str) -> str:
    """Store a person of a region's office; returns her id."""
    person_id = await connection.fetchval(
        "insert into person (email, name, created_at) values ($1, $2, now()) returning person_id",
        f"{name.lower()}@example.org",
        name,
    )
    await connection.execute(
        """
        insert into role_grant (person_id, role, region_id, source, granted_at, granted_by)
        values ($1, 'office', $2, 'command', now(), 'Test')
        """,
        person_id,
        people.regions[region],
    )
    return str(person_id)


async def test_the_clock_stands_still_while_the_sponsor_is_asked(
    client: Client, inquiry: str, connection: asyncpg.Connection
) -> None:
    before = await ok(client("sponsor").get(inquiry))
    assert (before["paused_at"], before["paused_working_days"]) == (None, 0)
    asked = await ok(client("office").post(inquiry + "/information-request", json={}))
    assert asked["information_wanted"] == ["population.key_inclusion", "product.route"]
    assert asked["paused_at"] is not None
    week_ago = datetime.now(UTC) - timedelta(days=14)
    await connection.execute("update inquiry set paused_at = $1", week_ago)
    body = {"population": {"age_from": 18, "key_inclusion": "FEV1 below 80 %"}}
    amended = await ok(client("sponsor").patch(inquiry, json=body, headers=ANY))
    assert (amended["state"], amended["paused_at"], amended["information_wanted"]) == ("in_triage", None, [])
    waited = amended["paused_working_days"]
    assert 5 <= waited <= 10, "fourteen days hold at most ten working days"
    assert date.fromisoformat(amended["promised_on"]) == promised_on(
        date.fromisoformat(before["promised_on"]), waited, "SE"
    )
    # Asked again and taken back by the office itself: the pauses add up, and one that ends at once costs nothing.
    await ok(client("office").post(inquiry + "/information-request", json={"fields": ["product.route"]}))
    back = await ok(client("office").post(inquiry + "/triage"))
    assert (back["paused_at"], back["paused_working_days"]) == (None, waited)
    assert back["promised_on"] == amended["promised_on"]


async def test_the_sponsor_is_told_which_fields_by_their_names(
    client: Client, inquiry: str, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        "insert into person (email, name, language, created_at) values ('contact@example.org', 'Demo', 'sv', now())"
    )
    wanted = {"fields": ["product.name", "population.key_inclusion"], "note": "Secret remark"}
    await ok(client("office").post(inquiry + "/information-request", json=wanted))
    await ok(client("office").post(inquiry + "/decline", json={"reason": "duplicate", "note": "Secret remark"}))
    mails = await connection.fetch("select kind, to_address, language, params from message order by message_id")
    assert [(one["kind"], one["to_address"], one["language"]) for one in mails] == [
        ("information_wanted", "contact@example.org", "sv"),
        ("inquiry_declined", "contact@example.org", "sv"),
    ]
    assert mails[0]["params"]["fields"] == "Produktens namn, Viktigaste inklusionskriterier"
    assert mails[0]["params"]["link"].endswith(inquiry.removeprefix("/api/v1"))
    assert mails[1]["params"]["reason"] == "duplicate"
    told = str([one["params"] for one in mails])
    for secret in ("SECRET-PRODUCT-1", "Secret remark", "Once-daily inhaler"):
        assert secret not in told


async def test_what_cannot_be_asked_for(client: Client, inquiry: str, connection: asyncpg.Connection) -> None:
    office = client("office")
    unknown = await office.post(inquiry + "/information-request", json={"fields": ["population.shoe"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["path"]) == (422, "fields")
    assert (await office.post(inquiry + "/information-request", json={"fields": []})).status_code == 400
    body = {
        "population": {"key_inclusion": "FEV1", "age_from": 18},
        "product": {"mechanism": "bronchodilator", "route": "inhaled"},
    }
    await ok(client("sponsor").patch(inquiry, json=body, headers=ANY))
    complete = await ok(office.get(inquiry + "/completeness"))
    assert complete["is_complete"]
    assert {one["level"] for one in complete["missing"]} == {"helpful"}
    nothing = await office.post(inquiry + "/information-request", json={})
    assert nothing.status_code == 422
    assert await connection.fetchval("select count(*) from message") == 0


async def test_the_sponsor_reads_what_is_missing_in_its_language(client: Client, inquiry: str) -> None:
    read = await ok(client("sponsor").get(inquiry + "/completeness", headers={"Accept-Language": "da"}))
    assert not read["is_complete"]
    first = read["missing"][0]
    assert (first["field"], first["name"], first["level"]) == (
        "population.key_inclusion",
        "Vigtigste inklusionskriterier",
        "needed",
    )
    assert first["sentence"].startswith("Enhederne tæller deres patienter efter dem.")
    english = await ok(client("sponsor").get(inquiry + "/completeness"))
    assert english["missing"][0]["sentence"].startswith("Units count their patients by it;")


async def test_priorities_are_changed_with_care(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    url = f"/api/v1/regions/{people.regions['ours']}/priorities"
    area = {"therapy_area": "respiratory", "weight": 3, "reason": "Strategy"}
    office = client("office")
    assert (await ok(office.get(url)))["version"] == 0
    assert (await office.put(url, json={"priorities": [area]})).status_code == 428
    made = await ok(office.put(url, json={"priorities": [area]}, headers={"If-Match": '"0"'}))
    assert (made["version"], made["priorities"][0]["weight"]) == (1, 3)
    assert (await office.put(url, json={"priorities": []}, headers={"If-Match": '"0"'})).status_code == 412
    twice = {"priorities": [area, {**area, "until_day": "2030-01-01"}]}
    assert (await office.put(url, json=twice, headers=ANY)).status_code == 422
    years = [{**area, "until_day": "2027-12-31"}, {**area, "from_day": "2028-01-01", "weight": 1}]
    await ok(office.put(url, json={"priorities": years}, headers=ANY))
    for bad in ({**area, "weight": 11}, {**area, "weight": -1}, {**area, "therapy_area": "magic"}):
        assert (await office.put(url, json={"priorities": [bad]}, headers=ANY)).status_code == 400
    seen = await ok(client("management").get(url))
    assert (seen["version"], seen["available_actions"]) == (2, ["read"])
    assert (await client("other_office").get(url)).status_code == 404
    events = await connection.fetch("select before, after from audit_event where action = 'priorities.changed'")
    assert [len(event["after"]["priorities"]) for event in events] == [1, 2]
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute("delete from region_priority")


async def test_quiet_periods_move_what_is_promised_from_then_on(client: Client, people: Cast) -> None:
    url = f"/api/v1/regions/{people.regions['ours']}/quiet-periods"
    before = (await submit(client))["promised_on"]
    first, last = TODAY + timedelta(days=1), TODAY + timedelta(days=30)
    period = {"first_day": first.isoformat(), "last_day": last.isoformat(), "label": "Everybody moves house"}
    await ok(client("office").put(url, json={"periods": [period]}, headers=ANY))
    after = date.fromisoformat((await submit(client))["promised_on"])
    assert after == promised_on(last, 10, "SE") > date.fromisoformat(before)
    assert (await ok(client("sponsor").get(url)))["periods"] == [period], "promises rest on them, so they are public"
    assert (await client("sponsor").put(url, json={"periods": []}, headers=ANY)).status_code == 403
    assert (await client("other_office").put(url, json={"periods": []}, headers=ANY)).status_code == 404
    bad = {"first_day": "02-30", "last_day": "03-01", "label": "?"}
    assert (await client("office").put(url, json={"periods": [bad]}, headers=ANY)).status_code == 422


async def test_only_the_office_of_the_region_is_assigned(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    ours = await person_of(connection, people, "ours", "Anna")
    theirs = await person_of(connection, people, "theirs", "Bo")
    office, address = client("office"), inquiry + "/assignment"
    made = await ok(office.post(address, json={"person_id": ours}))
    assert made["assigned_to"] == {"person_id": ours, "name": "Anna"}
    assert [one["name"] for one in made["office"]] == ["Anna"]
    assert (await office.post(address, json={"person_id": theirs})).status_code == 422
    assert (await office.post(address, json={})).status_code == 400
    assert (await client("sponsor").post(address, json={"person_id": ours})).status_code == 403
    queue = (await ok(office.get("/api/v1/queue")))["items"]
    assert queue[0]["assigned_to"]["name"] == "Anna"
    assert (await ok(office.post(address, json={"person_id": None})))["assigned_to"] is None
    events = await connection.fetch("select details from audit_event where action = 'inquiry.assigned'")
    assert [event["details"]["to"] for event in events] == [ours, None]


async def test_comments_are_the_offices_own(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    address = (await submit(client, placement={"regions_wanted": ["TST", "OTH"]}))["status_url"]
    for number in range(3):
        await ok(client("office").post(address + "/comments", json={"body": f"Remark {number}"}))
    await ok(client("other_office").post(address + "/comments", json={"body": "Theirs"}))
    page = await ok(client("office").get(address + "/comments?limit=2"))
    rest = await ok(client("office").get(address + f"/comments?limit=2&cursor={page['next_cursor']}"))
    assert [one["body"] for one in (*page["items"], *rest["items"])] == ["Remark 2", "Remark 1", "Remark 0"]
    assert page["items"][0]["author_name"] == "office (test)"
    assert [one["body"] for one in (await ok(client("other_office").get(address + "/comments")))["items"]] == ["Theirs"]
    for who in ("sponsor", "investigator", "unit_head", "management", "service", "admin"):
        assert (await client(who).get(address + "/comments")).status_code == 403
        assert (await client(who).post(address + "/comments", json={"body": "?"})).status_code == 403
    assert "Remark" not in (await client("sponsor").get(address)).text
    assert "Remark" not in (await client("sponsor").get("/api/v1/me/export")).text
    trail = await connection.fetch("select details from audit_event where action = 'inquiry.commented'")
    assert len(trail) == 4
    assert "Remark" not in str(trail)
    for statement in ("update inquiry_comment set body = ''", "delete from inquiry_comment"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(statement)
