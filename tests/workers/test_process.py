"""The worker as a process: what becomes of the job under way when it is told to end, killed, or loses Valkey."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import redis.asyncio
from msgspec.structs import replace

from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.journeys.processes import Program, RestartableValkey
from trialport.core.config import Settings

PATIENCE_SECONDS = 60


@pytest.fixture
def own_valkey(tmp_path: Path) -> "RestartableValkey":
    """A Valkey that may be killed without harm to other tests."""
    return RestartableValkey(tmp_path / "valkey")


@pytest.fixture
def settings(settings: Settings, own_valkey: RestartableValkey) -> Settings:
    return replace(settings, valkey_url=own_valkey.begin(), lease_seconds=2.0, sweep_seconds=1)


@pytest.fixture
async def worker(settings: Settings, own_valkey: RestartableValkey, tmp_path: Path) -> AsyncIterator[Program]:
    """A worker process, not started yet."""
    names = ("database_url", "valkey_url", "lease_seconds", "sweep_seconds", "backoff_seconds")
    environment = {f"TRIALPORT_{name.upper()}": str(getattr(settings, name)) for name in names}
    program = Program("worker", "work", tmp_path, environment)
    yield program
    program.stop()
    own_valkey.stop()


async def until(condition: Callable[[], Awaitable[bool]], worker: Program, *, alive: bool = True) -> None:
    """Wait for the condition, at most a minute."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await condition():
                assert not alive or worker.child.exit_code() is None, worker.words()
                await asyncio.sleep(0.02)
    except TimeoutError as error:
        error.add_note(worker.words())
        raise


def job_is(connection: asyncpg.Connection, state: str) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        found: bool = await connection.fetchval("select coalesce(bool_and(state = $1), false) from job", state)
        return found

    return check


async def hold_up(connection: asyncpg.Connection) -> asyncpg.transaction.Transaction:
    """Keep assessments from being stored until the transaction ends; a job under way stays under way."""
    held = connection.transaction()
    await held.start()
    await connection.execute("lock table assessment in share row exclusive mode")
    return held


async def is_held_up(connection: asyncpg.Connection) -> bool:
    found: bool = await connection.fetchval(
        "select exists (select from pg_locks where not granted and relation = 'assessment'::regclass)"
    )
    return found


async def test_told_to_end_it_finishes_the_job_under_way(
    client: Client, worker: Program, connection: asyncpg.Connection, settings: Settings
) -> None:
    worker.start()
    held = await hold_up(connection)
    await submit(client)
    await until(lambda: is_held_up(connection), worker)
    for _ in range(5):
        worker.signal(signal.SIGTERM)
        await asyncio.sleep(0.05)
    assert worker.child.exit_code() is None
    await held.rollback()

    async def has_ended() -> bool:
        return worker.child.exit_code() is not None

    await until(has_ended, worker, alive=False)
    assert worker.child.exit_code() == 0, worker.words()
    job = await connection.fetchrow("select state, attempt, last_error from job")
    assert tuple(job) == ("done", 1, None)
    assert await connection.fetchval("select array_agg(run) from assessment") == [1]
    queue: redis.asyncio.Redis = redis.asyncio.Redis.from_url(settings.valkey_url)
    # It says itself that it is gone, rather than being counted as alive for a while.
    assert [key for key in await queue.keys("*health*") if socket.gethostname().encode() in key] == []
    await queue.aclose()


async def test_killed_on_its_last_attempt_the_job_goes_to_the_office(
    client: Client, worker: Program, connection: asyncpg.Connection
) -> None:
    worker.start()
    held = await hold_up(connection)
    receipt = await submit(client)
    await until(lambda: is_held_up(connection), worker)
    worker.kill()
    await held.rollback()
    await connection.execute("update job set max_attempts = attempt")
    worker.start()
    await until(job_is(connection, "dead"), worker)
    answer = await client("office").get("/api/v1/tasks")
    assert [task["object_id"] for task in answer.json()["items"]] == [receipt["inquiry_id"]]
    assert await connection.fetchval("select count(*) from assessment") == 0
    assert (await client("office").post(f"/api/v1/inquiries/{receipt['inquiry_id']}/assessments")).status_code == 202
    await until(job_is(connection, "done"), worker)
    assert await connection.fetchval("select array_agg(run) from assessment") == [1]


async def test_killed_amid_a_job_another_takes_it_over(
    client: Client, worker: Program, connection: asyncpg.Connection
) -> None:
    worker.start()
    held = await hold_up(connection)
    await submit(client)
    await until(lambda: is_held_up(connection), worker)
    worker.kill()
    worker.start()
    await held.rollback()
    await until(job_is(connection, "done"), worker)
    assert await connection.fetchval("select attempt from job") == 2
    assert await connection.fetchval("select array_agg(run) from assessment") == [1]


async def test_it_waits_for_a_valkey_that_stopped(
    client: Client, worker: Program, connection: asyncpg.Connection, own_valkey: RestartableValkey
) -> None:
    worker.start()
    await submit(client)
    await until(job_is(connection, "done"), worker)
    own_valkey.kill()
    # Taken in all the same, with its job.
    await submit(client)
    assert await connection.fetchval("select count(*) from job where state = 'queued'") == 1

    async def noticed() -> bool:
        return "lost Valkey" in worker.words()

    await until(noticed, worker)
    own_valkey.come_back()
    await until(job_is(connection, "done"), worker)
    assert await connection.fetchval("select count(*) from assessment") == 2


async def test_a_valkey_that_stops_amid_a_job_does_not_undo_it(
    client: Client, worker: Program, connection: asyncpg.Connection, own_valkey: RestartableValkey
) -> None:
    worker.start()
    held = await hold_up(connection)
    await submit(client)
    await until(lambda: is_held_up(connection), worker)
    own_valkey.kill()
    await asyncio.sleep(0.3)
    await held.rollback()
    await until(job_is(connection, "done"), worker)
    assert await connection.fetchval("select attempt from job") == 1
    own_valkey.come_back()
    await submit(client)
    await until(job_is(connection, "done"), worker)
    assert await connection.fetchval("select count(*) from assessment") == 2
