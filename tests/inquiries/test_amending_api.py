"""Amending and withdrawing: with the state one has read, and only while the inquiry is open."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, get_args
from uuid import UUID

import asyncpg
import httpx

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit
from trialport.accounts.models import Role
from trialport.accounts.permissions import PERMISSIONS
from trialport.inquiries.models import InquiryState

Drain = Callable[[], Awaitable[int]]
CHANGE = {"numbers": {**inquiry_body()["numbers"], "participants_wanted": 12}}


async def amend(
    client: Client, url: str, who: str = "sponsor", if_match: str | None = '"1"', body: Any = None
) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await client(who).patch(url, json=CHANGE if body is None else body, headers=headers)


async def assessed(connection: asyncpg.Connection) -> list[tuple[int, int]]:
    """Return (version, run) of every assessment."""
    rows = await connection.fetch("select version, run from assessment order by version, run")
    return [tuple(row) for row in rows]


async def test_it_works(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    await drain()
    answer = await amend(client, url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    detail = answer.json()
    assert (detail["version"], detail["assessed"], detail["state"]) == (2, False, "submitted")
    assert detail["content"]["numbers"]["participants_wanted"] == 12
    assert detail["content"]["product"] == inquiry_body()["product"], "groups not sent stay, confidential ones too"
    waiting = await client("office").get(url + "/assessments/latest")
    assert waiting.json()["type"] == "urn:trialport:problem:not-assessed-yet"
    assert await drain() == 1
    assert await assessed(connection) == [(1, 1), (2, 1)]
    assert (await client("office").get(url + "/assessments/latest")).json()["version"] == 2
    versions = await connection.fetch(
        "select content #>> '{numbers,participants_wanted}' as wanted from inquiry_version order by version"
    )
    assert [row["wanted"] for row in versions] == ["24", "12"]
    event = await connection.fetchval("select details from audit_event where action = 'inquiry.amended'")
    assert event == {"version": 2, "groups": ["numbers"]}


async def test_anonymous_is_refused(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    assert (await client(None).patch(url, json=CHANGE, headers={"If-Match": '"1"'})).status_code == 401
    assert (await client(None).post(url + "/withdraw", json={})).status_code == 401
    assert await connection.fetchval("select revision from inquiry") == 1


async def test_stranger_gets_404(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    for who in ("rival", "other_office"):
        assert (await amend(client, url, who)).status_code == 404
        assert (await client(who).post(url + "/withdraw", json={})).status_code == 404
    assert await connection.fetchval("select revision from inquiry") == 1


async def test_bad_input_is_400(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    amendments: tuple[Any, ...] = ({"numbers": {}}, {"state": "replied"}, {"numbers": None}, [], "text")
    for body in amendments:
        assert (await amend(client, url, body=body)).status_code == 400, body
    for body in ({"reason": 1}, {"why": "x"}, {"reason": "x" * 100_000}):
        assert (await client("sponsor").post(url + "/withdraw", json=body)).status_code == 400, body
    assert await connection.fetchval("select revision from inquiry") == 1


async def test_the_state_read_must_be_named(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    for if_match, status, slug in (
        (None, 428, "precondition-required"),
        ('"2"', 412, "changed-meanwhile"),
        ('"0"', 412, "changed-meanwhile"),
        ("1", 412, "changed-meanwhile"),
        ('W/"1"', 412, "changed-meanwhile"),
        ("nonsense", 412, "changed-meanwhile"),
    ):
        answer = await amend(client, url, if_match=if_match)
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:trialport:problem:{slug}"), if_match
    assert await connection.fetchval("select count(*) from inquiry_version") == 1
    assert (await amend(client, url, if_match="*")).status_code == 200


async def test_an_unchanged_amendment_is_refused(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    same: tuple[dict[str, Any], ...] = ({}, {"product": inquiry_body()["product"]}, {"burden": {}})
    for body in same:
        answer = await amend(client, url, body=body)
        assert answer.status_code == 422
        assert "changes nothing" in answer.json()["detail"]
    assert await connection.fetchval("select count(*) from job") == 1


async def test_an_amendment_is_checked_like_a_submission(client: Client) -> None:
    url = (await submit(client))["status_url"]
    placement = inquiry_body()["placement"]
    for body, path in (
        ({"population": {"age_from": 9, "age_to": 8}}, "population.age_to"),
        ({"placement": {"regions_wanted": ["TST", "OTH"]}}, "placement.regions_wanted"),
        ({"placement": {**placement, "regions_excluded": ["TST"]}}, "placement.regions_excluded"),
        ({"placement": {**placement, "units_wanted": [str(UUID(int=1))]}}, "placement.units_wanted"),
    ):
        answer = await amend(client, url, body=body)
        assert answer.status_code == 422
        assert [one["path"] for one in answer.json()["errors"]] == [path]


async def test_of_amendments_at_the_same_moment_one_wins(
    client: Client, drain: Drain, connection: asyncpg.Connection
) -> None:
    url = (await submit(client))["status_url"]
    one = client("sponsor")
    answers = await asyncio.gather(
        *(
            one.patch(
                url,
                json={"numbers": {**CHANGE["numbers"], "participants_wanted": wanted}},
                headers={"If-Match": '"1"'},
            )
            for wanted in range(1, 9)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    assert await connection.fetchval("select count(*) from inquiry_version") == 2
    await drain()
    assert {version for version, _ in await assessed(connection)} == {1, 2}
    assert len(await assessed(connection)) == 2


async def test_withdrawing(client: Client, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    stale = await client("sponsor").post(url + "/withdraw", json={}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    answer = await client("colleague").post(url + "/withdraw", json={"reason": "Trial cancelled."})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"2"'
    detail = answer.json()
    assert (detail["state"], detail["withdrawn_reason"]) == ("withdrawn", "Trial cancelled.")
    assert detail["available_actions"] == ["read", "read_teaser"]
    again = await client("sponsor").post(url + "/withdraw", json={})
    assert again.status_code == 409
    assert (again.json()["state"], again.json()["available_actions"]) == ("withdrawn", ["read", "read_teaser"])
    events = await connection.fetch("select action from audit_event order by happened_at")
    assert [row["action"] for row in events] == ["inquiry.submitted", "inquiry.withdrawn"]


async def test_every_state_allows_what_the_table_says(client: Client, connection: asyncpg.Connection) -> None:
    """Enforcement, `available_actions` and the table are the same in each state and for each role."""
    inquiry = await submit(client)
    url, inquiry_id = inquiry["status_url"], UUID(inquiry["inquiry_id"])
    people: dict[str, Role] = {"sponsor": "sponsor_contact", "office": "office", "service": "service", "admin": "admin"}
    for state in get_args(InquiryState):
        for who, role in people.items():
            await connection.execute("update inquiry set state = $2 where inquiry_id = $1", inquiry_id, state)
            allowed = PERMISSIONS["inquiry"][role].get(state, ())
            read = await client(who).get(url)
            if "read" not in allowed:
                assert read.status_code == 404, (state, role)
                continue
            assert tuple(read.json()["available_actions"]) == allowed
            etag = read.headers["etag"]
            wanted = read.json()["version"] + 100
            change = {"numbers": {**CHANGE["numbers"], "participants_wanted": wanted}}
            for command, answer in (
                ("amend", await amend(client, url, who, etag, change)),
                ("reassess", await client(who).post(url + "/assessments")),
                ("withdraw", await client(who).post(url + "/withdraw", json={})),
            ):
                if command in allowed:
                    assert answer.status_code in (200, 202), (state, role, command, answer.text)
                elif command == "reassess" and role == "sponsor_contact":
                    assert answer.status_code == 403
                else:
                    assert answer.status_code == 409, (state, role, command)
                    assert answer.json()["type"] == "urn:trialport:problem:conflict"
                    assert answer.json()["state"] == state
                    assert tuple(answer.json()["available_actions"]) == allowed


async def test_an_amendment_answers_a_question(client: Client, connection: asyncpg.Connection) -> None:
    """Where the office asked for information, the amended inquiry goes back to triage; elsewhere it stays."""
    url = (await submit(client))["status_url"]
    await connection.execute("update inquiry set state = 'needs_information'")
    assert (await amend(client, url)).json()["state"] == "in_triage"
    await connection.execute("update inquiry set state = 'inviting'")
    change = {"money": {"payer": "Another"}}
    assert (await amend(client, url, if_match='"2"', body=change)).json()["state"] == "inviting"
