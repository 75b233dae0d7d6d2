"""A changed capacity outdates the assessments it may alter, and no others, and none is missed."""

import asyncio
import itertools
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.workers.conftest import Context, Drain
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.jobs.lease import finish_job
from trialport.core.jobs.queries import claim_job
from trialport.matching import service as matching
from workers import jobs

BREAST_CANCER = {"indication": "breast cancer"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, debounce_seconds=1.0)


async def change_capacity(client: Client, people: Cast, participants: float, unit: str = "lung") -> None:
    answer = await client("admin").put(
        f"/api/v1/units/{people.units[unit]}/capacities/respiratory",
        json={
            "state": "open",
            "indications": ["COPD"],
            "study_types": ["drug"],
            "phases": ["2", "3"],
            "age_groups": ["adult", "older_adult"],
            "participants_per_month": participants,
            "participants_basis": "estimate",
        },
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text


async def drain_delayed(drain: Drain, connection: asyncpg.Connection) -> None:
    """Run what is due and what was put off."""
    while True:
        await drain()
        due = await connection.fetchval("select min(available_at) from job where state = 'queued'")
        if due is None:
            return
        await asyncio.sleep(max((due - datetime.now(UTC)).total_seconds(), 0.0))


async def runs(connection: asyncpg.Connection, inquiry_id: str) -> list[tuple[int, bool]]:
    """Return (run, outdated) of an inquiry's assessments."""
    records = await connection.fetch(
        "select run, outdated_at is not null from assessment where inquiry_id = $1 order by run", UUID(inquiry_id)
    )
    return [tuple(record) for record in records]


async def test_what_it_may_alter_is_assessed_again_and_nothing_else(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    affected = (await submit(client))["inquiry_id"]
    other_area = (await submit(client, condition=BREAST_CANCER))["inquiry_id"]
    other_region = (await submit(client, placement={"regions_wanted": ["OTH"]}))["inquiry_id"]
    withdrawn = (await submit(client))["inquiry_id"]
    amended = (await submit(client))["inquiry_id"]
    answer = await client("sponsor").patch(
        f"/api/v1/inquiries/{amended}", json={"population": {"age_from": 50}}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    await drain()
    answer = await client("sponsor").post(f"/api/v1/inquiries/{withdrawn}/withdraw", json={})
    assert answer.status_code == 200, answer.text
    await change_capacity(client, people, 7.0)
    await drain()
    assert await runs(connection, affected) == [(1, True)]
    latest = await client("office").get(f"/api/v1/inquiries/{affected}/assessments/latest")
    assert latest.json()["outdated"] is True
    await drain_delayed(drain, connection)
    assert await runs(connection, affected) == [(1, True), (2, False)]
    for untouched in (other_area, other_region, withdrawn):
        assert await runs(connection, untouched) == [(1, False)]
    versions = await connection.fetch(
        "select version, run, outdated_at is not null from assessment where inquiry_id = $1 order by 1, 2",
        UUID(amended),
    )
    assert [tuple(one) for one in versions] == [(1, 1, False), (2, 1, True), (2, 2, False)]


async def test_a_burst_of_changes_leads_to_one_new_assessment(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    inquiry_id = (await submit(client))["inquiry_id"]
    await drain()
    for number in range(6):
        await change_capacity(client, people, 4.0 + number)
        await drain()
    await drain_delayed(drain, connection)
    assert await runs(connection, inquiry_id) == [(1, True), (2, False)]
    revision = await connection.fetchval("select revision from capacity where unit_id = $1", people.units["lung"])
    seen = await connection.fetchval(
        """select capacity_revision from candidate join assessment using (assessment_id)
           where run = 2 and unit_id = $1""",
        people.units["lung"],
    )
    assert seen == revision


async def until_somebody_waits(connection: asyncpg.Connection, lock: str) -> None:
    """Wait until somebody in this database is held up by a lock of this type."""
    async with asyncio.timeout(30):
        for _ in itertools.count():
            if await connection.fetchval(
                """select exists (select from pg_locks where not granted and locktype = $1
                   and database = (select oid from pg_database where datname = current_database()))""",
                lock,
            ):
                return
            await asyncio.sleep(0.01)


async def job_of(connection: asyncpg.Connection, kind: str) -> str:
    return str(await connection.fetchval("select job_id from job where kind = $1", kind))


async def within_ten_seconds(*under_way: Awaitable[Any]) -> None:
    """Let them end; a deadlock between them would last."""
    async with asyncio.timeout(10):
        await asyncio.gather(*under_way)


async def test_a_change_after_the_snapshot_is_not_missed(
    client: Client,
    context: Context,
    drain: Drain,
    connection: asyncpg.Connection,
    people: Cast,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The change comes while the assessment is being stored, and its check runs at that same moment."""
    inquiry_id = (await submit(client))["inquiry_id"]
    blocker = connection.transaction()
    await blocker.start()
    await connection.execute("lock table assessment in share row exclusive mode")
    assessing = asyncio.create_task(jobs.assess_inquiry(context, await job_of(connection, "assess_inquiry")))
    await until_somebody_waits(connection, "relation")
    await change_capacity(client, people, 9.0)
    checking = asyncio.create_task(jobs.refresh_assessments(context, await job_of(connection, "refresh_assessments")))
    await until_somebody_waits(connection, "advisory")
    await blocker.rollback()
    await within_ten_seconds(assessing, checking)
    # Neither was thrown out by the database: they wait for each other in one order.
    assert [record.message for record in caplog.records if "failed" in record.message] == []
    await drain_delayed(drain, connection)
    assert await runs(connection, inquiry_id) == [(1, True), (2, False)]
    seen = await connection.fetch(
        "select run, capacity_revision from candidate join assessment using (assessment_id) "
        "where unit_id = $1 order by run",
        people.units["lung"],
    )
    assert [tuple(one) for one in seen] == [(1, 1), (2, 2)]


async def test_a_change_between_the_last_look_and_the_commit_is_not_missed(
    client: Client,
    context: Context,
    drain: Drain,
    connection: asyncpg.Connection,
    people: Cast,
) -> None:
    inquiry_id = (await submit(client))["inquiry_id"]
    pool, settings = context["pool"], context["settings"]
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        job = await claim_job(
            tx.connection,
            job_id=UUID(await job_of(connection, "assess_inquiry")),
            lease_token=UUID(int=1),
            now=tx.now,
            lease_until=tx.now.replace(year=tx.now.year + 1),
        )
        assert job is not None
        snapshot = await matching.take_snapshot(tx, context["register"], job.subject_id, job.subject_version)
    assert snapshot is not None
    assessed = await asyncio.to_thread(matching.assess, snapshot, context["reader"])
    async with transaction(pool, viewer=SYSTEM_VIEWER) as tx:
        await finish_job(tx, job)
        await matching.record_assessment(tx, settings, assessed)
        # The assessment has had its last look at the register and found nothing new.
        assert tx.rung == []
        await change_capacity(client, people, 9.0)
        checking = asyncio.create_task(
            jobs.refresh_assessments(context, await job_of(connection, "refresh_assessments"))
        )
        await until_somebody_waits(connection, "advisory")
    await within_ten_seconds(checking)
    await drain_delayed(drain, connection)
    assert await runs(connection, inquiry_id) == [(1, True), (2, False)]


async def test_a_change_of_another_area_ends_where_it_began(
    client: Client, drain: Drain, connection: asyncpg.Connection, people: Cast
) -> None:
    """The check finds nothing to mark, asks for nothing, and is done."""
    inquiry_id = (await submit(client, condition=BREAST_CANCER))["inquiry_id"]
    await drain()
    await change_capacity(client, people, 9.0)
    await drain_delayed(drain, connection)
    assert await runs(connection, inquiry_id) == [(1, False)]
    states = await connection.fetch("select kind, state from job order by kind")
    assert [tuple(one) for one in states] == [("assess_inquiry", "done"), ("refresh_assessments", "done")]
