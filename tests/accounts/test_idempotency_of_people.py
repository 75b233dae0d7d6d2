"""Somebody who signed in repeats a request: the same answer, in the same role only."""

from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.accounts.browsers import SITE, add_person
from tests.accounts.conftest import MakeBrowser
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from trialport.accounts.browser import SESSION_COOKIE
from trialport.accounts.people_models import PersonRow
from trialport.accounts.sessions_service import start_session
from trialport.core.db import SYSTEM_VIEWER, transaction

INQUIRIES = "/api/v1/inquiries"
Ask = Any


@pytest.fixture
async def ask(app: Litestar, browser: MakeBrowser, connection: asyncpg.Connection, people: Cast) -> Ask:
    """`await ask("kim@example.org", "key", body)` submits an inquiry in a new session of that person."""
    scope = {"region_id": people.regions["ours"], "sponsor_id": people.sponsors["first"]}

    async def submit(email: str, key: str, body: dict[str, Any]) -> httpx.Response:
        person_id = await connection.fetchval("select person_id from person where email = $1", email)
        person_id = person_id or await add_person(connection, email, {"role": "sponsor_contact", **scope})
        person = PersonRow(person_id=person_id, email=email, name="Kim", language="en", notice_version=None)
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            started = await start_session(tx, app.state.settings, person, "link", "Test/1", None)
        one = browser()
        one.http.cookies.set(SESSION_COOKIE, started.secret, domain="test.local", path="/")
        headers = {
            "Accept": "application/json",
            "Origin": SITE,
            "X-CSRF-Token": await one.token_on("/me"),
            "Idempotency-Key": key,
        }
        return await one.http.post(INQUIRIES, json=body, headers=headers)

    return submit


async def test_it_works(ask: Ask, connection: asyncpg.Connection) -> None:
    """Also from another session of hers."""
    first = await ask("kim@example.org", "one", inquiry_body())
    again = await ask("kim@example.org", "one", inquiry_body())
    assert (first.status_code, again.status_code) == (202, 202), first.text
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await connection.fetchval("select count(*) from inquiry") == 1


async def test_a_key_is_each_persons_own(ask: Ask, connection: asyncpg.Connection) -> None:
    ids = {(await ask(f"{who}@example.org", "one", inquiry_body())).json()["inquiry_id"] for who in ("kim", "alex")}
    assert len(ids) == 2
    actors = await connection.fetch("select actor_id from idempotency_key order by 1")
    persons = await connection.fetch("select person_id from person order by 1")
    assert [row[0] for row in actors] == [row[0] for row in persons]


async def test_in_another_role_it_is_another_request(ask: Ask, connection: asyncpg.Connection, people: Cast) -> None:
    """What was answered to a sponsor's contact is never repeated to the same person in another role."""
    await ask("kim@example.org", "one", inquiry_body())
    await connection.execute("update role_grant set sponsor_id = $1", people.sponsors["rival"])
    other = await ask("kim@example.org", "one", inquiry_body())
    assert (other.status_code, other.json()["type"]) == (422, "urn:trialport:problem:idempotency-key-reused")
    assert await connection.fetchval("select count(*) from inquiry") == 1
