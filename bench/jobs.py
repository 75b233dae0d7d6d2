"""Assessments a second of one worker, beside arq jobs that do nothing, in the same run.

An assessment reads the indication, compares it with every capacity of the region (115 in the demonstration)
and stores all of it. Rounds alternate. Run: `uv run python -m bench.jobs`.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import uuid4

import msgspec
from arq.connections import ArqRedis

from bench import noop
from bench.servers import Stand, process, stand
from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Pool, open_pool, transaction
from trialport.core.jobs.doorbell import Doorbell, open_queue
from trialport.demo.load import sample_inquiry
from trialport.inquiries.models import InquiryCreate
from trialport.inquiries.service import submit_inquiry

ROUNDS = 5
JOBS = 200


def main() -> None:
    with (
        stand() as here,
        process(["-m", "trialport", "work"], here.environment(8000)),
        process(["-m", "bench.noop"], here.environment(8000)),
    ):
        asyncio.run(_measure(here))


async def _measure(here: Stand) -> None:
    settings = Settings(database_url=here.database_url, valkey_url=here.valkey_url)
    pool = await open_pool(settings, "bench")
    redis = open_queue(here.valkey_url)
    doorbell = Doorbell(here.valkey_url)
    results = []
    for number in range(ROUNDS + 1):
        ours = await _assessments(pool, settings, doorbell)
        bare = await _noops(redis)
        # The first round warms both up.
        if number:
            results.append((ours, bare))
    await doorbell.close()
    await redis.aclose()
    await pool.close()
    ratios = [ours / bare for ours, bare in results]
    print(
        f"| assessment | {statistics.median(a for a, _ in results):.0f}/s | arq job that does nothing "
        f"| {statistics.median(b for _, b in results):.0f}/s "
        f"| {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
    )


async def _assessments(pool: Pool, settings: Settings, doorbell: Doorbell) -> float:
    region_id = await pool.fetchval("select region_id from region where code = 'UAS'")
    office = Actor(token_id=None, name="bench", role="office", region_id=region_id)
    content = msgspec.convert(sample_inquiry(datetime.now(UTC).date()), InquiryCreate)
    before = await pool.fetchval("select count(*) from assessment")
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        for _ in range(JOBS):
            await submit_inquiry(tx, settings, office, content, lambda _: True)
    return await _timed(
        lambda: doorbell.ring(tx.rung),
        lambda: pool.fetchval("select count(*) from assessment"),
        before + JOBS,
    )


async def _noops(redis: ArqRedis) -> float:
    await redis.set(noop.COUNTER, 0)

    async def ring() -> None:
        for _ in range(JOBS):
            await redis.enqueue_job("noop", str(uuid4()), _queue_name=noop.QUEUE)

    async def count() -> int:
        return int(await redis.get(noop.COUNTER) or 0)

    return await _timed(ring, count, JOBS)


async def _timed(ring: Callable[[], Awaitable[None]], count: Callable[[], Awaitable[int]], wanted: int) -> float:
    started = time.perf_counter()
    await ring()
    while await count() < wanted:
        if time.perf_counter() - started > 300:
            raise RuntimeError("the jobs were not done within 300 s")
        await asyncio.sleep(0.01)
    return JOBS / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
