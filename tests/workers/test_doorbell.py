"""The queue carries ids, in a form that cannot run anything, and nothing depends on it."""

import asyncio
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
import redis.asyncio
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit
from tests.workers.conftest import Ask, Context
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.jobs.doorbell import QUEUE, Doorbell, open_queue
from trialport.core.jobs.models import DueJob
from trialport.core.jobs.queries import select_due_jobs
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.main import create_app
from workers.main import cancel_until_done, make_worker
from workers.schedule import sweep


async def everything_in(valkey: redis.asyncio.Redis) -> dict[bytes, Any]:
    """Read every key as raw bytes."""
    found: dict[bytes, Any] = {}
    for key in await valkey.keys("*"):
        is_queue = await valkey.type(key) == b"zset"
        found[key] = await valkey.zrange(key, 0, -1) if is_queue else await valkey.get(key)
    return found


async def test_the_queue_holds_ids_only(
    client: Client, context: Context, connection: asyncpg.Connection, valkey: redis.asyncio.Redis
) -> None:
    await submit(client)
    await context["doorbell"].close()
    job_id = str(await connection.fetchval("select job_id from job"))
    found = await everything_in(valkey)
    (key,) = [key for key in found if key.startswith(b"arq:job:")]
    assert key.startswith(f"arq:job:assess_inquiry:{job_id}:".encode())
    assert set(found) == {key, QUEUE.encode()}
    assert found[QUEUE.encode()] == [key.removeprefix(b"arq:job:")]
    ring = msgspec.msgpack.decode(found[key])
    assert isinstance(ring.pop("et"), int)
    assert ring == {"t": None, "f": "assess_inquiry", "a": [job_id], "k": {}}
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(found[key])  # noqa: S301 - the point is that it cannot be


async def test_what_the_clock_starts_is_written_the_same_way(
    context: Context, settings: Settings, valkey: redis.asyncio.Redis
) -> None:
    queue = open_queue(settings.valkey_url)
    await make_worker(settings, context, queue).run_cron(datetime.now(UTC), 0.5)
    await queue.aclose()
    rings = [msgspec.msgpack.decode(await valkey.get(key)) for key in await valkey.keys("arq:job:*")]
    assert "cron:sweep" in {ring["f"] for ring in rings}
    assert all((ring["f"].startswith("cron:"), ring["a"], ring["k"]) == (True, [], {}) for ring in rings)


async def work_until(context: Context, settings: Settings, done: Any) -> None:
    """Let a real arq worker run in this process until the condition holds."""
    queue = open_queue(settings.valkey_url)
    worker = make_worker(settings, context, queue)
    running = asyncio.create_task(worker.async_run())
    try:
        async with asyncio.timeout(30):
            while not await done():
                assert not running.done(), running.exception()
                await asyncio.sleep(0.02)
    finally:
        await cancel_until_done(running)
        await asyncio.gather(running, *worker.tasks.values(), return_exceptions=True)
        await queue.aclose()


async def test_a_worker_survives_what_strangers_write_and_does_its_jobs(
    client: Client,
    context: Context,
    settings: Settings,
    connection: asyncpg.Connection,
    valkey: redis.asyncio.Redis,
    tmp_path: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    proof = tmp_path / "was_run"

    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (open, (str(proof), "w"))

    bomb = pickle.dumps({"t": None, "f": "assess_inquiry", "a": (Bomb(),), "k": {}, "et": 1})
    lost = "assess_inquiry:whose-content-was-flushed"
    for name, content in (
        ("bomb", bomb),
        ("noise", b"\xc1"),
        ("unknown", msgspec.msgpack.encode({"t": None, "f": "no_such_job", "a": [], "k": {}, "et": 1})),
    ):
        await valkey.set(f"arq:job:{name}", content)
        await valkey.zadd(QUEUE, {name: 1})
    await valkey.zadd(QUEUE, {lost: 1})
    await submit(client)

    async def done() -> bool:
        assessed: bool = await connection.fetchval("select count(*) = 1 from assessment")
        return assessed and await valkey.zcount(QUEUE, 0, 1) == 0

    await work_until(context, settings, done)
    assert not proof.exists()
    # Nothing that arq could not serve leaves a result behind, or trouble over writing one.
    assert await valkey.keys("arq:result:*") == []
    assert [record.message for record in caplog.records if "serializing result" in record.message] == []


async def test_an_emptied_queue_is_filled_again(
    client: Client,
    context: Context,
    settings: Settings,
    connection: asyncpg.Connection,
    valkey: redis.asyncio.Redis,
) -> None:
    for _ in range(3):
        await submit(client)
    await context["doorbell"].close()
    await valkey.flushall()

    async def done() -> bool:
        found: bool = await connection.fetchval("select count(*) = 3 from assessment")
        return found

    await work_until(context, replace(settings, sweep_seconds=1), done)
    assert await connection.fetch("select from job where state <> 'done'") == []


async def test_without_valkey_submissions_are_taken_in(
    settings: Settings, people: Cast, connection: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    deserted = replace(settings, valkey_url=f"redis://:x@{LOOPBACK}:{free_port()}/0")
    app = create_app(deserted)
    headers = {"Authorization": f"Bearer {people.tokens['sponsor']}"}
    async with (
        app.lifespan(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test", headers=headers) as one,  # type: ignore[arg-type]
    ):
        for _ in range(3):
            answer = await one.post("/api/v1/inquiries", json=inquiry_body())
            assert answer.status_code == 202, answer.text
        await app.state.doorbell.close()
    assert await connection.fetchval("select count(*) from job where state = 'queued'") == 3
    assert {record.message for record in caplog.records if "doorbell" in record.message} == {
        "the doorbell did not ring: ConnectionError"
    }


async def test_a_valkey_that_accepts_and_never_answers_is_left_alone() -> None:
    """A server that hangs must not hang the caller, and must not be asked for every job anew."""
    asked: list[asyncio.StreamWriter] = []

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(writer)
        await reader.read()

    server = await asyncio.start_server(say_nothing, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    doorbell = Doorbell(f"redis://{LOOPBACK}:{port}/0")
    try:
        for _ in range(5):
            await doorbell.ring([DueJob(job_id=uuid4(), kind="test", bell="0-0-0")])
        assert len(asked) == 1
    finally:
        await doorbell.close()
        for writer in asked:
            writer.close()
        server.close()
        await server.wait_closed()


async def test_many_rings_at_once_use_few_connections(
    client: Client, context: Context, valkey: redis.asyncio.Redis
) -> None:
    await asyncio.gather(*[submit(client) for _ in range(10)])
    await context["doorbell"].close()
    assert await valkey.zcard(QUEUE) == 10


async def test_two_sweeps_at_once_leave_no_job_without_a_ring(
    context: Context, settings: Settings, ask: Ask, valkey: redis.asyncio.Redis
) -> None:
    wanted = {str(await ask(settings)) for _ in range(40)}
    await asyncio.gather(sweep(context), sweep(context))
    rung = [msgspec.msgpack.decode(await valkey.get(key))["a"][0] for key in await valkey.keys("arq:job:*")]
    assert sorted(rung) == sorted(wanted)


async def test_a_ring_that_died_with_its_worker_is_rung_under_another_name(
    context: Context, settings: Settings, ask: Ask, valkey: redis.asyncio.Redis
) -> None:
    """A worker killed between taking a ring and claiming the job leaves arq's mark, which refuses the same id."""
    await ask(settings)
    lease = settings.lease_seconds

    async def ring_after(seconds: float) -> int:
        async with transaction(context["pool"], viewer=SYSTEM_VIEWER) as tx:
            now = tx.now + timedelta(seconds=seconds)
            due = await select_due_jobs(tx.connection, now=now, limit=10, patience_seconds=lease)
        await context["doorbell"].ring(due)
        return len(await valkey.keys("arq:job:*"))

    assert [await ring_after(part * lease) for part in (0.1, 0.5, 0.9)] == [1, 1, 1]
    assert [await ring_after(part * lease) for part in (1.1, 1.9)] == [2, 2]
