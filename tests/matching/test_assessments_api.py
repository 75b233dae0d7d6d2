"""The doors of the assessment: the newest one, its candidates, asking for another."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tests.cast import RESPIRATORY, Cast, unit_entry
from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.units import capacity_queries, register_queries

Drain = Callable[[], Awaitable[int]]


async def more_units(connection: asyncpg.Connection, people: Cast, count: int) -> None:
    """Register more units of the region with a capacity each."""
    now = await connection.fetchval("select now()")
    entries = [unit_entry(f"more-{number}", f"Unit more {number}") for number in range(count)]
    await register_queries.upsert_units(connection, entries, now=now)
    units = await register_queries.select_known_units(connection)
    for number, entry in enumerate(entries):
        skin = number % 4 == 0
        await capacity_queries.insert_capacity(
            connection,
            region_id=people.regions["ours"],
            unit_id=units[entry.key].unit_id,
            therapy_area="dermatology" if skin else "respiratory",
            capacity=msgspec.structs.replace(RESPIRATORY, indications=()) if skin else RESPIRATORY,
            confirmed_at=now,
            confirmed_by="Test",
            valid_until=now.date(),
            now=now,
        )


async def test_it_works(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    inquiry_id = (await submit(client))["inquiry_id"]
    waiting = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/assessments/latest")
    assert waiting.status_code == 404
    assert waiting.json()["type"] == "urn:trialport:problem:not-assessed-yet"
    assert waiting.headers["retry-after"] == "1"
    assert await drain() == 1
    latest = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/assessments/latest")
    assert latest.status_code == 200, latest.text
    assert latest.json()["reading"]["concepts"][0]["code"] == "J44"
    assert (latest.json()["run"], latest.json()["outdated"]) == (1, False)
    page = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/candidates")
    assert page.status_code == 200, page.text
    best = page.json()["items"][0]
    assert best["rank"] == 1
    assert {one["name"] for one in best["criteria"]} >= {"indication", "participants", "freshness"}
    for criterion in best["criteria"]:
        assert criterion["state"] in ("met", "partly", "unmet", "unknown")
        assert criterion["sentence"].endswith(".")
    assert await connection.fetchval("select count(*) from assessment") == 1


async def test_anonymous_is_refused(client: Client, any_id: UUID) -> None:
    for method, path in (("GET", "assessments/latest"), ("GET", "candidates"), ("POST", "assessments")):
        answer = await client(None).request(method, f"/api/v1/inquiries/{any_id}/{path}")
        assert answer.status_code == 401


async def test_stranger_gets_404(client: Client, drain: Drain, any_id: UUID) -> None:
    """Out of scope is told like absent, also while nothing is assessed yet."""
    own = (await submit(client))["inquiry_id"]
    for _ in range(2):
        for who in ("rival", "other_office"):
            for inquiry_id in (own, str(any_id)):
                answer = await client(who).get(f"/api/v1/inquiries/{inquiry_id}/assessments/latest")
                assert (answer.status_code, answer.json()["type"]) == (404, "urn:trialport:problem:not-found")
        for path, method in (("candidates", "GET"), ("assessments", "POST")):
            answer = await client("other_office").request(method, f"/api/v1/inquiries/{own}/{path}")
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:trialport:problem:not-found")
        await drain()


async def test_bad_input_is_400(client: Client) -> None:
    url = (await submit(client))["status_url"] + "/candidates"
    for query in ({"cursor": "0"}, {"cursor": "x"}, {"cursor": "99999999999"}, {"limit": "0"}, {"limit": "201"}):
        assert (await client("office").get(url, params=query)).status_code == 400, query
    assert (await client("office").get("/api/v1/inquiries/no-id/candidates")).status_code in (400, 404)


async def test_pages_hold_every_candidate_once(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    await more_units(connection, people, 12)
    inquiry = await submit(client, placement={"regions_wanted": ["TST", "OTH"]})
    await drain()
    url = f"/api/v1/inquiries/{inquiry['inquiry_id']}"
    expected = await connection.fetch(
        "select unit_id from candidate where region_id = $1 order by rank", people.regions["ours"]
    )
    assert len(expected) > 7
    for limit in (1, 3, 7, 200):
        seen: list[dict[str, Any]] = []
        cursor = None
        for _ in range(100):
            page = await client("office").get(
                url + "/candidates", params={"limit": limit} | ({"cursor": cursor} if cursor else {})
            )
            assert len(page.json()["items"]) <= limit
            seen += page.json()["items"]
            cursor = page.json()["next_cursor"]
            if cursor is None:
                break
        assert [one["unit"]["unit_id"] for one in seen] == [str(row["unit_id"]) for row in expected]
        assert [one["rank"] for one in seen] == list(range(1, len(expected) + 1))
        scores = [one["score"] for one in seen]
        assert scores == sorted(scores, reverse=True)
    latest = (await client("office").get(url + "/assessments/latest")).json()
    assert latest["candidates"] == len(expected)
    left_out = {one["unit"]["unit_id"] for one in latest["excluded"]}
    everything = await connection.fetchval("select count(*) from capacity where region_id = $1", people.regions["ours"])
    assert len(left_out) + len(expected) == everything, "every capacity is ranked or left out with its reason"
    assert {one["reason"] for one in latest["excluded"]} == {"other_therapy_area"}
    assert all(one["sentence"] for one in latest["excluded"])


async def test_a_sponsor_sees_how_it_was_read_and_no_unit(client: Client, drain: Drain) -> None:
    url = (await submit(client))["status_url"]
    await drain()
    for who in ("sponsor", "colleague"):
        seen = (await client(who).get(url + "/assessments/latest")).json()
        assert seen.keys() == {"inquiry_id", "reference", "version", "assessed_at", "reading"}
        assert (await client(who).get(url + "/candidates")).status_code == 403
        assert (await client(who).post(url + "/assessments")).status_code == 403


async def test_a_new_assessment_can_be_asked_for(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    url = (await submit(client))["status_url"]
    await drain()
    answer = await client("office").post(url + "/assessments")
    assert answer.status_code == 202
    assert answer.headers["location"] == url + "/assessments/latest"
    assert await drain() == 1
    assert (await client("office").get(url + "/assessments/latest")).json()["run"] == 2
    rows = await connection.fetch("select run, input_hash from assessment order by run")
    assert [row["run"] for row in rows] == [1, 2]
    assert rows[0]["input_hash"] == rows[1]["input_hash"], "nothing changed, so the same was computed again"
    asked = await connection.fetchrow(
        "select actor_role, region_id from audit_event where action = 'assessment.requested'"
    )
    assert asked["actor_role"] == "office"


async def test_what_was_stored_stays_as_it_was(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    """The database itself refuses to change or delete assessments, candidates, versions, history and audit."""
    url = (await submit(client))["status_url"]
    unit = f"/api/v1/units/{people.units['lung']}/capacities/respiratory"
    assert (await client("investigator").post(unit + "/confirm")).status_code == 200
    await drain()
    await more_units(connection, people, 1)
    await client("office").post(url + "/assessments")
    await drain()
    tables = {
        "assessment": "run = run + 1",
        "candidate": "score = 100",
        "exclusion": "reason = 'none'",
        "audit_event": "actor_name = 'nobody'",
        "capacity_history": "changed_by = 'nobody'",
        "inquiry_version": "created_at = now()",
        "inquiry_confidential": "content = '{}'",
    }
    for table, change in tables.items():
        before = await connection.fetch(f"select t::text from {table} t order by 1")
        assert before, table
        for statement in (f"update {table} set {change}", f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement)
        assert await connection.fetch(f"select t::text from {table} t order by 1") == before


async def test_an_assessment_is_outdated_once(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    """The one change allowed marks it outdated; it can neither be taken back nor hide another change."""
    await submit(client)
    await drain()
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute("update assessment set outdated_at = now(), algorithm_version = 'other'")
    await connection.execute("update assessment set outdated_at = now()")
    for again in ("now() + interval '1 day'", "null"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(f"update assessment set outdated_at = {again}")
