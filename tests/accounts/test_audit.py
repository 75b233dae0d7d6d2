"""The audit trail: written with everything that matters, searched and exported by those who may."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints
from uuid import UUID

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.accounts.audit_csv import neutralise
from trialport.accounts.audit_models import StoredEvent

AUDIT = "/api/v1/audit"


async def actions(client: Client, who: str = "office", query: str = "") -> list[str]:
    answer = await client(who).get(AUDIT + query)
    assert answer.status_code == 200, answer.text
    return [event["action"] for event in answer.json()["items"]]


async def test_it_works(client: Client, people: Cast) -> None:
    receipt = await submit(client)
    answer = await client("office").get(f"{AUDIT}?object={receipt['inquiry_id']}")
    (event,) = answer.json()["items"]
    assert event["action"] == "inquiry.submitted"
    assert event["actor_role"] == "sponsor_contact"
    assert event["actor_name"] == "sponsor (test)"
    assert event["region_id"] == str(people.regions["ours"])
    assert event["details"] == {"reference": receipt["reference"], "version": 1}
    assert event["chain_number"] is None


async def test_anonymous_is_refused(client: Client) -> None:
    for path in (AUDIT, AUDIT + ".csv"):
        assert (await client(None).get(path)).status_code == 401


async def test_another_region_sees_nothing_of_it(client: Client) -> None:
    """There is no single event to ask for, so a stranger gets an empty list instead of a 404."""
    receipt = await submit(client)
    assert await actions(client, "other_office", f"?object={receipt['inquiry_id']}") == []
    exported = await client("other_office").get(AUDIT + ".csv")
    assert receipt["inquiry_id"] not in exported.text
    for who in ("sponsor", "investigator", "management", "service"):
        assert (await client(who).get(AUDIT)).status_code == 403


async def test_bad_input_is_400(client: Client) -> None:
    for query in ("?object=x", "?from=yesterday", "?limit=0", "?colour=red", "?action=%27%20or%20true"):
        assert (await client("office").get(AUDIT + query)).status_code == 400, query


async def test_filters_bound_the_search(client: Client, people: Cast) -> None:
    first, second = await submit(client), await submit(client, "rival")
    assert len(await actions(client, query="?action=inquiry.submitted")) == 2
    assert await actions(client, query="?action=inquiry.withdrawn") == []
    assert len(await actions(client, query=f"?object={second['inquiry_id']}")) == 1
    assert await actions(client, query="?object_type=capacity") == []
    (event,) = (await client("office").get(f"{AUDIT}?object={first['inquiry_id']}")).json()["items"]
    assert len(await actions(client, query=f"?actor={event['actor_id']}")) == 1
    later = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert await actions(client, query=f"?from={later}") == []
    assert len(await actions(client, query=f"?to={later}&action=inquiry.submitted")) == 2


async def test_pages_follow_each_other(client: Client) -> None:
    for _ in range(3):
        await submit(client)
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await client("office").get(f"{AUDIT}?limit=1&action=inquiry.submitted{cursor}")).json()
        seen += [event["audit_event_id"] for event in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert len(set(seen)) == 3
    assert page["next_cursor"] is None
    assert seen == sorted(seen, reverse=True)


async def test_the_export_has_every_event(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    await connection.execute(
        """
        insert into audit_event (region_id, actor_role, actor_name, action, object_type, object_id, request_id)
        select $1, 'office', '=HYPERLINK("http://example.org")', 'made.up', 'thing', uuidv7(), '-'
        from generate_series(1, 2500)
        """,
        people.regions["ours"],
    )
    answer = await client("office").get(f"{AUDIT}.csv?action=made.up")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 2500
    assert len({row["audit_event_id"] for row in rows}) == 2500
    assert {row["actor_name"] for row in rows} == {'\'=HYPERLINK("http://example.org")'}
    noted = await connection.fetchrow("select region_id, details from audit_event where action = 'audit.exported'")
    assert noted["region_id"] == people.regions["ours"]
    assert noted["details"] == {"filter": {"action": "made.up"}}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "  ="])
def test_no_cell_is_a_formula(start: str) -> None:
    assert neutralise(f"{start}1+1") == f"'{start}1+1"
    assert neutralise("plain") == "plain"


async def test_reading_confidential_fields_is_noted_once(client: Client, connection: asyncpg.Connection) -> None:
    receipt = await submit(client)
    for _ in range(3):
        assert (await client("office").get(receipt["status_url"])).status_code == 200
    assert (await client("admin").get(receipt["status_url"])).status_code == 200
    assert (await client("other_office").get(receipt["status_url"])).status_code == 404
    events = await connection.fetch(
        "select actor_role, details, object_id from audit_event where action = 'inquiry.confidential_read' order by 1"
    )
    assert [event["actor_role"] for event in events] == ["admin", "office"]
    assert events[0]["object_id"] == UUID(receipt["inquiry_id"])
    assert events[0]["details"] == {"version": 1, "fields": ["identity.protocol_number", "product.name"]}
    await connection.execute("alter table audit_event disable trigger user")
    await connection.execute("update audit_event set happened_at = happened_at - interval '20 minutes'")
    assert (await client("office").get(receipt["status_url"])).status_code == 200
    count = "select count(*) from audit_event where action = 'inquiry.confidential_read'"
    assert await connection.fetchval(count) == 3


async def test_reading_names_is_noted(client: Client, connection: asyncpg.Connection, people: Cast) -> None:
    lung = people.investigators["lung"]
    assert (await client("investigator").get(f"/api/v1/investigators/{lung}")).status_code == 200
    assert await connection.fetchval("select count(*) from audit_event") == 0, "one's own name is no reading"
    assert (await client("office").get(f"/api/v1/investigators/{lung}")).status_code == 200
    listed = (await client("office").get("/api/v1/investigators")).json()["items"]
    events = await connection.fetch("select action, object_id, details, region_id from audit_event order by 1")
    assert [event["action"] for event in events] == ["investigator.listed", "investigator.read"]
    assert sorted(events[0]["details"]["investigator_ids"]) == sorted(one["investigator_id"] for one in listed)
    assert events[1]["object_id"] == lung
    seen = (await client("investigator").get("/api/v1/me/name-readings")).json()["items"]
    assert [(one["action"], one["reader_name"]) for one in seen] == [
        ("investigator.listed", "office (test)"),
        ("investigator.read", "office (test)"),
    ]
    foreign = (await client("other_office").get("/api/v1/investigators")).json()["items"]
    assert len(foreign) == 1
    assert len((await client("investigator").get("/api/v1/me/name-readings")).json()["items"]) == 2


async def test_the_application_cannot_change_the_trail(
    app: Any, client: Client, connection: asyncpg.Connection, drain: Callable[[], Awaitable[int]]
) -> None:
    await submit(client)
    for table in ("audit_event", "audit_link"):
        for statement in (f"update {table} set audit_event_id = audit_event_id", f"delete from {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.state.pool.execute(statement)
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(f"truncate {table} cascade")


async def test_every_column_is_in_the_hash(connection: asyncpg.Connection) -> None:
    columns = {
        row["column_name"]
        for row in await connection.fetch(
            "select column_name from information_schema.columns where table_name = 'audit_event'"
        )
    }
    assert columns == set(get_type_hints(StoredEvent))
