"""What a worker has in hand, in this process, on real servers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis.asyncio
from litestar import Litestar
from msgspec.structs import replace

from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Pool, open_pool, transaction
from trialport.core.jobs.lease import ask_for_job

Context = dict[str, Any]
Drain = Callable[[], Awaitable[int]]
Ask = Callable[[Settings], Awaitable[UUID]]


@pytest.fixture
def context(app: Litestar) -> Context:
    return {
        "settings": app.state.settings,
        "pool": app.state.pool,
        "doorbell": app.state.doorbell,
        "reader": app.state.reader,
        "register": app.state.register,
    }


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[Pool]:
    """Connections enough for twenty at once."""
    opened = await open_pool(replace(settings, pool_size=25), "test")
    yield opened
    await opened.close()


@pytest.fixture
def ask(pool: Pool) -> Ask:
    """`await ask(settings)` writes a job that is due and returns its id; nobody rings for it."""

    async def write(settings: Settings) -> UUID:
        async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
            await ask_for_job(tx, settings, kind="test", subject_id=uuid4())
        return tx.rung[0].job_id

    return write


@pytest.fixture
async def valkey(settings: Settings) -> AsyncIterator[redis.asyncio.Redis]:
    """A client of the queue's Valkey, emptied."""
    client: redis.asyncio.Redis = redis.asyncio.Redis.from_url(settings.valkey_url)
    await client.flushall()
    yield client
    await client.aclose()
