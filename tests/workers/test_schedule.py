"""What the clock starts."""

from datetime import UTC, datetime, timedelta

import asyncpg

from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.workers.conftest import Context
from trialport.core.config import Settings
from workers.schedule import cron_jobs, tidy


async def test_answers_are_forgotten_after_a_month(
    client: Client, context: Context, connection: asyncpg.Connection
) -> None:
    sponsor = client("sponsor")
    for key in ("old", "new"):
        answer = await sponsor.post("/api/v1/inquiries", json=inquiry_body(), headers={"Idempotency-Key": key})
        assert answer.status_code == 202, answer.text
    await connection.execute(
        "update idempotency_key set created_at = $1 where key = 'old'", datetime.now(UTC) - timedelta(days=31)
    )
    await connection.execute(
        "update idempotency_key set created_at = $1 where key = 'new'", datetime.now(UTC) - timedelta(days=29)
    )
    await tidy(context)
    await tidy(context)
    assert [key for (key,) in await connection.fetch("select key from idempotency_key")] == ["new"]
    assert await connection.fetchval("select count(*) from inquiry") == 2


async def test_the_sweep_starts_at_once_and_then_every_few_seconds(settings: Settings) -> None:
    (sweeping, *others) = cron_jobs(settings)
    assert sweeping.run_at_startup
    assert {"cron:retain", "cron:tidy"} <= {one.name for one in others if not one.run_at_startup}
    at = datetime(2026, 11, 21, 8, 0, 0, 500_000, tzinfo=UTC)
    seconds = []
    for _ in range(14):
        sweeping.calculate_next(at)
        assert sweeping.next_run is not None
        at = sweeping.next_run
        seconds.append(at.second)
    assert seconds == [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 0, 5, 10]
