"""The same request with the same key is the same inquiry, whoever repeats it and however often."""

import asyncio
import json
from typing import Any

import asyncpg

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body

INQUIRIES = "/api/v1/inquiries"


async def post(client: Client, who: str, key: str, body: dict[str, Any]) -> Any:
    return await client(who).post(INQUIRIES, json=body, headers={"Idempotency-Key": key})


async def inquiries(connection: asyncpg.Connection) -> int:
    count: int = await connection.fetchval("select count(*) from inquiry")
    return count


async def test_it_works(client: Client, connection: asyncpg.Connection) -> None:
    first = await post(client, "sponsor", "one", inquiry_body())
    again = await post(client, "sponsor", "one", inquiry_body())
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await inquiries(connection) == 1
    assert await connection.fetchval("select count(*) from job") == 1
    assert await connection.fetchval("select count(*) from audit_event") == 1


async def test_the_order_of_fields_does_not_matter(client: Client, connection: asyncpg.Connection) -> None:
    body = inquiry_body()
    turned = {group: body[group] for group in reversed(body)}
    first = await post(client, "sponsor", "one", body)
    again = await client("sponsor").post(
        INQUIRIES,
        content=json.dumps(turned, indent=4),
        headers={"Idempotency-Key": "one", "Content-Type": "application/json"},
    )
    assert again.json() == first.json()
    assert await inquiries(connection) == 1


async def test_another_body_is_refused(client: Client, connection: asyncpg.Connection) -> None:
    await post(client, "sponsor", "one", inquiry_body())
    other = await post(client, "sponsor", "one", inquiry_body(product={"mechanism": "another"}))
    assert other.status_code == 422
    assert other.json()["type"] == "urn:trialport:problem:idempotency-key-reused"
    assert await inquiries(connection) == 1


async def test_a_key_is_each_tokens_own(client: Client, connection: asyncpg.Connection) -> None:
    """Even a colleague's equal key is another request: an answer never crosses from one token to another."""
    ids = {(await post(client, who, "one", inquiry_body())).json()["inquiry_id"] for who in ("sponsor", "colleague")}
    assert len(ids) == 2
    assert await inquiries(connection) == 2


async def test_without_a_key_each_request_counts(client: Client, connection: asyncpg.Connection) -> None:
    for _ in range(2):
        assert (await client("sponsor").post(INQUIRIES, json=inquiry_body())).status_code == 202
    assert await inquiries(connection) == 2


async def test_a_refused_request_keeps_no_key(client: Client, connection: asyncpg.Connection) -> None:
    """After a 422 the corrected request may use the same key."""
    bad = await post(client, "sponsor", "one", inquiry_body(placement={"regions_wanted": ["NONE"]}))
    assert bad.status_code == 422
    assert (await post(client, "sponsor", "one", inquiry_body())).status_code == 202
    assert await inquiries(connection) == 1


async def test_bad_keys_are_400(client: Client, connection: asyncpg.Connection) -> None:
    for key in ("", "x" * 201):
        assert (await post(client, "sponsor", key, inquiry_body())).status_code == 400, key
    assert await inquiries(connection) == 0


async def test_twins_at_the_same_moment_make_one(client: Client, connection: asyncpg.Connection) -> None:
    one = client("sponsor")
    answers = await asyncio.gather(
        *(one.post(INQUIRIES, json=inquiry_body(), headers={"Idempotency-Key": "twin"}) for _ in range(20))
    )
    # One that begins in the very moment another ends may be told to repeat itself (409), never done twice.
    answers = [
        answer if answer.status_code != 409 else await post(client, "sponsor", "twin", inquiry_body())
        for answer in answers
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert await inquiries(connection) == 1


async def test_a_key_stored_meanwhile_undoes_the_second(client: Client, connection: asyncpg.Connection) -> None:
    """Whatever the timing, the key's own row lets one request through and rolls the other back whole."""
    await connection.execute(
        """
        create function store_first() returns trigger language plpgsql as $$
        begin
            insert into idempotency_key (actor_id, key, request_hash, status_code, headers, body)
            values (new.actor_id, new.key, new.request_hash, 202, '{}', '{}');
            return new;
        end
        $$;
        create trigger store_first before insert on idempotency_key
            for each row when (pg_trigger_depth() = 0) execute function store_first();
        """
    )
    answer = await post(client, "sponsor", "one", inquiry_body())
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:trialport:problem:conflict")
    assert "Repeat it" in answer.json()["detail"]
    assert await inquiries(connection) == 0
