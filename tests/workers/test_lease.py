"""Claiming, fencing, giving back."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.workers.conftest import Ask, Context
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Pool, Transaction, transaction
from trialport.core.jobs import queries
from trialport.core.jobs.lease import ask_for_job, finish_job, run_leased
from trialport.core.jobs.models import ClaimedJob, LeaseLostError
from trialport.matching import service as matching
from workers import jobs

CLAIMERS = 20


async def no_burial(_tx: Transaction, _job: ClaimedJob) -> None:
    raise AssertionError("nothing is given up here")


async def claim(pool: Pool, job_id: UUID, *, ago: float = 0.0, lease: float = 60.0) -> ClaimedJob | None:
    """Claim a job as of `ago` seconds before now."""
    now = datetime.now(UTC) - timedelta(seconds=ago)
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        return await queries.claim_job(
            tx.connection,
            job_id=job_id,
            lease_token=uuid4(),
            now=now,
            lease_until=now + timedelta(seconds=lease),
        )


async def row(connection: asyncpg.Connection, job_id: UUID) -> asyncpg.Record:
    return await connection.fetchrow(
        "select state, attempt, available_at, last_error, finished_at from job where job_id = $1", job_id
    )


async def test_of_many_who_claim_at_once_one_gets_it(pool: Pool, settings: Settings, ask: Ask) -> None:
    job_id = await ask(settings)
    barrier = asyncio.Barrier(CLAIMERS)

    async def claimer() -> ClaimedJob | None:
        async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
            await barrier.wait()
            now = datetime.now(UTC)
            return await queries.claim_job(
                tx.connection, job_id=job_id, lease_token=uuid4(), now=now, lease_until=now + timedelta(minutes=1)
            )

    claimed = [one for one in await asyncio.gather(*[claimer() for _ in range(CLAIMERS)]) if one]
    assert len(claimed) == 1
    assert claimed[0].attempt == 1


async def test_of_many_who_take_over_at_once_one_gets_it(
    pool: Pool, settings: Settings, ask: Ask, connection: asyncpg.Connection
) -> None:
    job_id = await ask(settings)
    await connection.execute("update job set available_at = now() - interval '5 minutes'")
    first = await claim(pool, job_id, ago=120)
    assert first is not None
    taken = [one for one in await asyncio.gather(*[claim(pool, job_id) for _ in range(CLAIMERS)]) if one]
    assert [one.attempt for one in taken] == [2]
    assert taken[0].lease_token != first.lease_token


async def test_a_lease_that_runs_is_respected(pool: Pool, settings: Settings, ask: Ask) -> None:
    job_id = await ask(settings)
    assert await claim(pool, job_id) is not None
    assert await claim(pool, job_id) is None


async def test_a_job_that_is_not_due_is_left(pool: Pool, settings: Settings) -> None:
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        await ask_for_job(tx, settings, kind="test", subject_id=uuid4(), delay_seconds=60)
        assert tx.rung == []
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        job_id = await tx.connection.fetchval("select job_id from job")
    assert await claim(pool, job_id) is None


async def test_a_late_holder_leaves_nothing_behind(
    client: Client, context: Context, connection: asyncpg.Connection, pool: Pool
) -> None:
    await submit(client)
    await connection.execute("update job set available_at = now() - interval '5 minutes'")
    job_id = await connection.fetchval("select job_id from job")
    late = await claim(pool, job_id, ago=120)
    assert late is not None
    async with transaction(pool, viewer=SYSTEM_VIEWER, readonly=True) as tx:
        snapshot = await matching.take_snapshot(tx, context["register"], late.subject_id, late.subject_version)
    assert snapshot is not None
    assessed = await asyncio.to_thread(matching.assess, snapshot, context["reader"])
    await jobs.assess_inquiry(context, str(job_id))

    async def store() -> None:
        async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
            await matching.record_assessment(tx, context["settings"], assessed)
            await finish_job(tx, late)

    with pytest.raises(LeaseLostError):
        await store()
    assert await connection.fetchval("select array_agg(run) from assessment") == [1]
    done = await row(connection, job_id)
    assert (done["state"], done["attempt"]) == ("done", 2)


async def test_a_late_holder_cannot_give_back_what_another_holds(
    pool: Pool, settings: Settings, ask: Ask, connection: asyncpg.Connection
) -> None:
    job_id = await ask(settings)

    async def overtaken(_job: ClaimedJob) -> None:
        await connection.execute("update job set lease_until = now() - interval '1 second'")
        assert await claim(pool, job_id) is not None
        raise ValueError

    assert not await run_leased(pool, settings, job_id, overtaken, no_burial)
    found = await row(connection, job_id)
    assert (found["state"], found["attempt"], found["last_error"]) == ("running", 2, None)


async def test_asked_again_while_it_runs_it_runs_again(
    pool: Pool, settings: Settings, connection: asyncpg.Connection
) -> None:
    subject_id = uuid4()
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        await ask_for_job(tx, settings, kind="test", subject_id=subject_id)
    job_id = tx.rung[0].job_id

    async def work(job: ClaimedJob) -> None:
        if not finished:
            async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
                await ask_for_job(tx, settings, kind="test", subject_id=subject_id)
        async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
            await finish_job(tx, job)

    finished: list[bool] = []
    finished.append(await run_leased(pool, settings, job_id, work, no_burial))
    assert (await row(connection, job_id))["state"] == "queued"
    finished.append(await run_leased(pool, settings, job_id, work, no_burial))
    assert finished == [False, True]
    assert await connection.fetchval("select array_agg(state) from job") == ["done"]


async def test_the_wait_before_another_attempt_doubles(
    pool: Pool, settings: Settings, ask: Ask, connection: asyncpg.Connection
) -> None:
    patient = replace(settings, backoff_seconds=100.0, job_attempts=10)
    job_id = await ask(patient)

    async def fail(_job: ClaimedJob) -> None:
        raise ValueError("SECRET")

    waits = []
    for _ in range(8):
        before = datetime.now(UTC)
        assert not await run_leased(pool, patient, job_id, fail, no_burial)
        after = datetime.now(UTC)
        found = await row(connection, job_id)
        assert found["state"] == "queued"
        # The text of an error may quote what a person wrote.
        assert found["last_error"] == "ValueError"
        shortest = (found["available_at"] - after).total_seconds()
        longest = (found["available_at"] - before).total_seconds()
        waits.append(next(wait for wait in (100, 200, 400, 800, 1600, 3200, 3600) if shortest <= wait <= longest))
        await connection.execute("update job set available_at = now()")
    assert waits == [100, 200, 400, 800, 1600, 3200, 3600, 3600]


async def test_a_cancelled_job_is_given_back(
    pool: Pool, settings: Settings, ask: Ask, connection: asyncpg.Connection
) -> None:
    job_id = await ask(settings)
    started = asyncio.Event()

    async def work(_job: ClaimedJob) -> None:
        started.set()
        await asyncio.Event().wait()

    running = asyncio.create_task(run_leased(pool, settings, job_id, work, no_burial))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    found = await row(connection, job_id)
    assert (found["state"], found["attempt"], found["last_error"]) == ("queued", 1, "CancelledError")


async def test_a_job_that_outlives_its_lease_is_given_back(
    pool: Pool, settings: Settings, ask: Ask, connection: asyncpg.Connection
) -> None:
    short = replace(settings, lease_seconds=0.3)
    job_id = await ask(short)

    async def work(_job: ClaimedJob) -> None:
        async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
            await tx.connection.execute("insert into sponsor (name, kind) values ('Half done', 'company')")
            await tx.connection.execute("select pg_sleep(30)")

    assert not await run_leased(pool, short, job_id, work, no_burial)
    found = await row(connection, job_id)
    assert (found["state"], found["last_error"]) == ("queued", "TimeoutError")
    assert not await connection.fetchval("select exists (select from sponsor where name = 'Half done')")
    # The connection whose statement was cut off serves again.
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        assert await tx.connection.fetchval("select count(*) from job") == 1
