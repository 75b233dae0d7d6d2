"""A job given up for good becomes a task of the office, which can start it again."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
import redis.asyncio

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.workers.conftest import Context, Drain
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.jobs.lease import ask_for_job
from workers.schedule import sweep

# Every assessment fails while this stands.
BREAK = "alter table assessment add constraint assessment_broken_check check (false) not valid"
MEND = "alter table assessment drop constraint assessment_broken_check"


async def drain_to_the_end(drain: Drain, connection: asyncpg.Connection) -> None:
    """Run jobs until none waits, those in their pause after a failure included."""
    while True:
        await drain()
        due = await connection.fetchval("select min(available_at) from job where state = 'queued'")
        if due is None:
            return
        await asyncio.sleep(max((due - datetime.now(UTC)).total_seconds(), 0.0))


async def open_tasks(client: Client, who: str) -> list[dict[str, str]]:
    answer = await client(who).get("/api/v1/tasks")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, str]] = answer.json()["items"]
    return items


async def test_each_office_asked_gets_one_task_and_can_revive_the_job(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    await connection.execute(BREAK)
    inquiry_id = (await submit(client, placement={"regions_wanted": ["TST", "OTH"]}))["inquiry_id"]
    await drain_to_the_end(drain, connection)
    job = await connection.fetchrow("select state, attempt, max_attempts, last_error from job")
    assert (job["state"], job["attempt"]) == ("dead", job["max_attempts"])
    assert job["last_error"] == "CheckViolationError"
    for who, region in (("office", "ours"), ("other_office", "theirs")):
        (task,) = await open_tasks(client, who)
        assert (task["kind"], task["object_type"], task["object_id"]) == ("dead_job", "inquiry", inquiry_id)
        assert task["region_id"] == str(people.regions[region])
    assert await connection.fetchval("select count(*) from assessment") == 0

    # Given up a second time, the open task stays the only one.
    asked = await client("office").post(f"/api/v1/inquiries/{inquiry_id}/assessments")
    assert asked.status_code == 202, asked.text
    await drain_to_the_end(drain, connection)
    assert await connection.fetchval("select state from job") == "dead"
    (task,) = await open_tasks(client, "office")

    # One that was done is opened again by a new failure.
    assert (await client("office").post(f"/api/v1/tasks/{task['office_task_id']}/done")).status_code == 200
    assert await open_tasks(client, "office") == []
    assert (await client("office").post(f"/api/v1/inquiries/{inquiry_id}/assessments")).status_code == 202
    await drain_to_the_end(drain, connection)
    assert len(await open_tasks(client, "office")) == 1

    await connection.execute(MEND)
    assert (await client("office").post(f"/api/v1/inquiries/{inquiry_id}/assessments")).status_code == 202
    await drain_to_the_end(drain, connection)
    assert await connection.fetchval("select array_agg(run) from assessment") == [1]
    revived = await connection.fetchrow("select state, attempt, last_error from job")
    assert tuple(revived) == ("done", 1, None)
    latest = await client("office").get(f"/api/v1/inquiries/{inquiry_id}/assessments/latest")
    assert latest.status_code == 200


async def test_a_check_after_a_capacity_change_that_fails_for_good_is_a_task_too(
    client: Client, context: Context, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    await submit(client)
    await drain()
    region_id = people.regions["ours"]
    await connection.execute("update capacity set revision = revision + 1 where region_id = $1", region_id)
    # Marking an assessment as outdated fails.
    await connection.execute(
        "alter table assessment add constraint assessment_broken_check check (outdated_at is null)"
    )
    async with transaction(context["pool"], viewer=SYSTEM_VIEWER) as tx:
        await ask_for_job(tx, context["settings"], kind="refresh_assessments", subject_id=region_id)
    await drain_to_the_end(drain, connection)
    (task,) = await open_tasks(client, "office")
    assert (task["object_type"], task["object_id"]) == ("region", str(region_id))
    assert await open_tasks(client, "other_office") == []


async def abandon(connection: asyncpg.Connection, job_id: UUID) -> None:
    """Leave a job as a worker does that is killed on its last attempt."""
    await connection.execute(
        """
        update job set state = 'running', attempt = max_attempts, lease_token = $2, lease_until = $3
        where job_id = $1
        """,
        job_id,
        uuid4(),
        datetime.now(UTC) - timedelta(seconds=1),
    )


async def test_a_last_attempt_that_ended_without_a_word_is_given_up(
    client: Client, context: Context, connection: asyncpg.Connection
) -> None:
    await submit(client)
    job_id = await connection.fetchval("select job_id from job")
    await abandon(connection, job_id)
    await asyncio.gather(sweep(context), sweep(context))
    assert await connection.fetchval("select state from job") == "dead"
    assert len(await open_tasks(client, "office")) == 1


async def test_trouble_with_one_dead_job_does_not_silence_the_others(
    client: Client,
    context: Context,
    connection: asyncpg.Connection,
    valkey: redis.asyncio.Redis,
) -> None:
    # No office can be told, because the region is none.
    async with transaction(context["pool"], viewer=SYSTEM_VIEWER) as tx:
        await ask_for_job(tx, context["settings"], kind="refresh_assessments", subject_id=uuid4())
    await abandon(connection, tx.rung[0].job_id)
    await submit(client)
    await context["doorbell"].close()
    await valkey.flushall()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await sweep(context)
    job_id = await connection.fetchval("select job_id from job where kind = 'assess_inquiry'")
    assert [key for key in await valkey.keys("arq:job:*") if str(job_id).encode() in key]
