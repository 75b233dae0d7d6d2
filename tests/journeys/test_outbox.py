"""The inquiry and its job are written together or not at all."""

import asyncpg

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit

REFUSE = """
    create function refuse_row() returns trigger language plpgsql as $$
    begin
        raise exception 'refused by the test';
    end
    $$
"""
TABLES = (
    "inquiry",
    "inquiry_version",
    "inquiry_confidential",
    "inquiry_region",
    "job",
    "audit_event",
    "idempotency_key",
)


async def counts(connection: asyncpg.Connection) -> dict[str, int]:
    return {table: await connection.fetchval(f'select count(*) from "{table}"') for table in TABLES}


async def refused_table(client: Client, connection: asyncpg.Connection, table: str) -> None:
    """Submit while one table refuses rows, then again when it takes them."""
    await connection.execute(f"create trigger refuse before insert on {table} execute function refuse_row()")
    before = await counts(connection)
    sponsor = client("sponsor")
    key = {"Idempotency-Key": f"refused-{table}"}
    answer = await sponsor.post("/api/v1/inquiries", json=inquiry_body(), headers=key)
    assert answer.status_code == 500
    assert await counts(connection) == before, table
    await connection.execute(f"drop trigger refuse on {table}")
    answer = await sponsor.post("/api/v1/inquiries", json=inquiry_body(), headers=key)
    assert answer.status_code == 202
    after = await counts(connection)
    assert {name: after[name] - before[name] for name in TABLES} == dict.fromkeys(TABLES, 1)


async def test_a_submission_leaves_nothing_behind_when_any_part_of_it_fails(
    client: Client, connection: asyncpg.Connection
) -> None:
    await connection.execute(REFUSE)
    for table in TABLES:
        await refused_table(client, connection, table)


async def test_an_amendment_leaves_nothing_behind_when_its_job_cannot_be_written(
    client: Client, connection: asyncpg.Connection
) -> None:
    receipt = await submit(client)
    await connection.execute(REFUSE)
    await connection.execute("create trigger refuse before insert on job execute function refuse_row()")
    before = await counts(connection)
    change = {"numbers": inquiry_body()["numbers"] | {"participants_wanted": 30}}
    answer = await client("sponsor").patch(receipt["status_url"], json=change, headers={"If-Match": '"1"'})
    assert answer.status_code == 500
    assert await counts(connection) == before
    read = await client("sponsor").get(receipt["status_url"])
    assert (read.json()["version"], read.headers["etag"]) == (1, '"1"')
