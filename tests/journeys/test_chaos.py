"""Nothing is lost and nothing is done twice, whatever dies."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec
import pytest

from tests.cast import Cast, unit_entry
from tests.conftest import as_app
from tests.journeys.chaos import Clients, Monkey, Record
from tests.journeys.processes import Program, RestartableValkey, wait_until_ready
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.units import capacity_queries, register_queries
from trialport.units.models import CapacityInput

SUBMISSIONS = 240
AMENDED = 48
CAPACITIES = 40
LEASE_SECONDS = 3.0
SPREAD_SECONDS = 20.0
SETTLE_SECONDS = 60.0

# Every claim is noted by the database itself, so that a take-over of a lease is counted and not guessed.
NOTE_CLAIMS = """
    create table noted_claim (job_id uuid not null, was text not null, attempt integer not null);
    create function note_claim() returns trigger language plpgsql security definer set search_path = public as $$
    begin
        insert into noted_claim values (new.job_id, old.state, new.attempt);
        return new;
    end
    $$;
    create trigger job_note_claim after update on job for each row
        when (new.state = 'running' and new.lease_token <> old.lease_token)
        execute function note_claim();
"""

# What must not be, and how often it is. `asked` is the test's own account of what it asked for.
FAULTS = {
    "keys without exactly one inquiry": """
        select count(*) from asked
        where (select count(*) from inquiry_version v
               where v.version = 1 and v.working_title = asked.key) <> 1""",
    "versions of no key": """
        select count(*) from inquiry_version v
        where not exists (select from asked where asked.key = v.working_title)""",
    "receipts that name another inquiry than the one stored": """
        select count(*) from asked join inquiry_version v on v.version = 1 and v.working_title = asked.key
        where v.inquiry_id <> asked.inquiry_id""",
    "inquiries with more or fewer versions than asked for": """
        select count(*) from asked join inquiry i using (inquiry_id)
        where i.version <> asked.versions
           or (select count(*) from inquiry_version v where v.inquiry_id = i.inquiry_id) <> asked.versions""",
    "versions without exactly one assessment": """
        select count(*) from inquiry_version v
        where (select count(*) from assessment a
               where a.inquiry_id = v.inquiry_id and a.version = v.version) <> 1""",
    "assessments without exactly one result per capacity": """
        select count(*) from assessment a
        where (select count(*) from (select capacity_id from candidate d where d.assessment_id = a.assessment_id
                                     union all
                                     select capacity_id from exclusion e where e.assessment_id = a.assessment_id))
              <> (select count(*) from capacity c join inquiry_region ir using (region_id)
                  where ir.inquiry_id = a.inquiry_id)""",
    "versions without exactly one job": """
        select count(*) from inquiry_version v
        where (select count(*) from job j
               where j.subject_id = v.inquiry_id and j.subject_version = v.version) <> 1""",
    "jobs not done": "select count(*) from job where state <> 'done'",
    "inquiries without exactly one audit event": """
        select count(*) from inquiry i
        where (select count(*) from audit_event e
               where e.object_id = i.inquiry_id and e.action = 'inquiry.submitted') <> 1""",
    "references used twice": "select count(*) - count(distinct reference) from inquiry",
    "office tasks": "select count(*) from office_task",
}


class Deployment(NamedTuple):
    programs: dict[str, list[Program]]
    addresses: list[str]
    valkey: RestartableValkey


@pytest.fixture
async def deployment(database_url: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    """Two APIs and two workers on one database and one Valkey of their own."""
    valkey = RestartableValkey(tmp_path / "valkey")
    shared = {
        "TRIALPORT_DATABASE_URL": as_app(database_url),
        "TRIALPORT_LEASE_SECONDS": str(LEASE_SECONDS),
        "TRIALPORT_SWEEP_SECONDS": "1",
        "TRIALPORT_BACKOFF_SECONDS": "0.2",
        "TRIALPORT_POOL_SIZE": "8",
        # More than the monkey can use up on one job: being given up is shown elsewhere.
        "TRIALPORT_JOB_ATTEMPTS": "30",
    }
    programs: dict[str, list[Program]] = {"serve": [], "work": []}
    addresses = []
    try:
        shared["TRIALPORT_VALKEY_URL"] = valkey.begin()
        for number in range(2):
            port = free_port()
            addresses.append(f"http://{LOOPBACK}:{port}")
            own = {**shared, "TRIALPORT_PORT": str(port)}
            programs["serve"].append(Program(f"api-{number}", "serve", tmp_path, own))
            programs["work"].append(Program(f"worker-{number}", "work", tmp_path, shared))
        for program in (*programs["serve"], *programs["work"]):
            program.start()
        for address, program in zip(addresses, programs["serve"], strict=True):
            await asyncio.to_thread(wait_until_ready, address, program)
        assert_alive(programs)
        yield Deployment(programs, addresses, valkey)
    finally:
        for program in (*programs["serve"], *programs["work"]):
            program.stop()
        valkey.stop()


def assert_alive(programs: dict[str, list[Program]]) -> None:
    """Tell a program that ended by itself from one that was killed, which is started again at once."""
    for program in (*programs["serve"], *programs["work"]):
        assert program.child.exit_code() is None, program.words()[-3000:]


@pytest.mark.xdist_group("chaos")
async def test_every_submission_is_assessed_exactly_once(
    deployment: Deployment, connection: asyncpg.Connection, people: Cast
) -> None:
    record = Record(seed=int(os.environ.get("TRIALPORT_CHAOS_SEED") or random.SystemRandom().randrange(10**6)))
    await connection.execute(NOTE_CLAIMS)
    await _add_capacities(connection, people)
    clients = Clients(deployment.addresses, people.tokens["sponsor"], record, SPREAD_SECONDS)
    monkey = Monkey(record, deployment.programs, deployment.valkey, connection, LEASE_SECONDS)
    try:
        async with asyncio.timeout(150), asyncio.TaskGroup() as group:
            group.create_task(clients.run(SUBMISSIONS, AMENDED))
            group.create_task(monkey.run(SPREAD_SECONDS / 40))
        await _settle(connection)
        await _fill_in(record, connection, deployment)
        faults = await _faults(connection, clients)
    except BaseException as error:
        error.add_note(f"what happened: {record}\nTRIALPORT_CHAOS_SEED={record.seed} repeats the order.")
        raise
    print(f"\nchaos: {msgspec.json.encode(record).decode()}")  # noqa: T201 - shown by -s and on failure
    assert faults == {}, f"{faults} after {record}; TRIALPORT_CHAOS_SEED={record.seed} repeats the order"
    references = [receipt["reference"] for receipt in clients.receipts.values()]
    assert_alive(deployment.programs)
    assert len(references) == len(set(references)) == SUBMISSIONS
    assert record.amendments == AMENDED
    # A run in which nothing went wrong would prove nothing.
    assert record.api_kills >= 8
    assert record.worker_kills >= 8
    assert record.flushes >= 5
    assert record.valkey_restarts >= 1
    assert record.retries > 0
    assert record.replays > 0
    assert record.lease_take_overs > 0


async def _settle(connection: asyncpg.Connection) -> None:
    """Wait until no job is open, at most a minute; then a lease longer, for whoever still holds an old one."""
    deadline = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        if await connection.fetchval("select not exists (select from job where state <> 'done')"):
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(LEASE_SECONDS + 1)


async def _fill_in(record: Record, connection: asyncpg.Connection, deployment: Deployment) -> None:
    record.claims = await connection.fetchval("select count(*) from noted_claim")
    record.lease_take_overs = await connection.fetchval("select count(*) from noted_claim where was = 'running'")
    record.releases = sum(program.words().count("failed, attempt") for program in deployment.programs["work"])


async def _faults(connection: asyncpg.Connection, clients: Clients) -> dict[str, int]:
    """Return what is wrong and how often; empty when all is as it must be."""
    await connection.execute(
        "create table asked (key text primary key, inquiry_id uuid not null, versions integer not null)"
    )
    await connection.executemany(
        "insert into asked values ($1, $2, $3)",
        [
            (key, UUID(receipt["inquiry_id"]), 2 if key in clients.amended else 1)
            for key, receipt in clients.receipts.items()
        ],
    )
    counted = {what: await connection.fetchval(statement) for what, statement in FAULTS.items()}
    return {what: count for what, count in counted.items() if count}


async def _add_capacities(connection: asyncpg.Connection, people: Cast) -> None:
    """Give the region enough capacities that an assessment takes a while."""
    now = await connection.fetchval("select now()")
    entries = [unit_entry(f"chaos-{number}", f"Unit {number}") for number in range(CAPACITIES)]
    await register_queries.upsert_units(connection, entries, now=now)
    units = await register_queries.select_known_units(connection)
    for number, entry in enumerate(entries):
        await capacity_queries.insert_capacity(
            connection,
            region_id=people.regions["ours"],
            unit_id=units[entry.key].unit_id,
            therapy_area="respiratory",
            capacity=CapacityInput(state="open", participants_per_month=float(number), participants_basis="estimate"),
            confirmed_at=now,
            confirmed_by="Test",
            valid_until=None,
            now=now,
        )
