from collections.abc import Awaitable, Callable

import asyncpg

from tests.conftest import Client
from tests.inquiries.test_inquiries_api import submit

Drain = Callable[[], Awaitable[int]]


async def test_it_works(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    inquiry_id = (await submit(client))["inquiry_id"]
    waiting = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/assessments/latest")
    assert waiting.status_code == 404
    assert waiting.json()["type"] == "urn:trialport:problem:not-assessed-yet"
    assert await drain() == 1
    latest = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/assessments/latest")
    assert latest.status_code == 200, latest.text
    assert latest.json()["reading"]["concepts"][0]["code"] == "J44"
    page = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/candidates")
    assert page.status_code == 200, page.text
    best = page.json()["items"][0]
    assert best["rank"] == 1
    assert {one["name"] for one in best["criteria"]} >= {"indication", "participants", "freshness"}
    assert await connection.fetchval("select count(*) from assessment") == 1
