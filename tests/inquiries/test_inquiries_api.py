from collections.abc import Awaitable, Callable

import asyncpg

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body

Drain = Callable[[], Awaitable[int]]


async def submit(client: Client, who: str = "sponsor", **groups: object) -> dict[str, str]:
    answer = await client(who).post("/api/v1/inquiries", json=inquiry_body(**groups))
    assert answer.status_code == 202, answer.text
    receipt: dict[str, str] = answer.json()
    return receipt


async def test_it_works(client: Client, connection: asyncpg.Connection) -> None:
    receipt = await submit(client)
    assert receipt["reference"].startswith("TST-20")
    assert receipt["reference"].endswith("-0001")
    read = await client("sponsor").get(receipt["status_url"])
    assert read.status_code == 200
    assert read.headers["etag"] == '"1"'
    detail = read.json()
    assert detail["content"]["product"]["name"] == "SECRET-PRODUCT-1"
    assert detail["available_actions"] == ["read", "amend", "withdraw"]
    counts = await connection.fetchrow(
        """select (select count(*) from inquiry) as inquiries, (select count(*) from inquiry_version) as versions,
                  (select count(*) from job where kind = 'assess_inquiry') as jobs,
                  (select count(*) from audit_event where action = 'inquiry.submitted') as events"""
    )
    assert tuple(counts) == (1, 1, 1, 1)
