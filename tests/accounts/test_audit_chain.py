"""The chain over the trail: whatever is changed, removed or added afterwards shows."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from trialport.accounts.audit_chain import check_chain, first_id_of, moment_of
from trialport.accounts.audit_models import ChainHead, ChainReport
from trialport.accounts.models import SYSTEM
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from workers import schedule

NONE = UUID(int=0)


@pytest.fixture
def context(app: Litestar) -> dict[str, Any]:
    return {"pool": app.state.pool, "settings": app.state.settings, "doorbell": app.state.doorbell}


async def note(connection: asyncpg.Connection, region_id: UUID | None, times: int = 5) -> None:
    async with connection.transaction():
        tx = Transaction(connection, datetime.now(UTC), "test")
        for number in range(times):
            await record_audit_event(
                tx,
                SYSTEM,
                action="made.up",
                object_type="thing",
                object_id=uuid4(),
                region_id=region_id,
                details={"b": number, "a": [1.5, None, "å"]},
                before={"x": None},
                after={"x": number},
            )


async def check(connection: asyncpg.Connection, chain_id: UUID, **options: Any) -> ChainReport:
    return await check_chain(Transaction(connection, datetime.now(UTC), "test"), chain_id, **options)


@pytest.fixture
async def sealed(connection: asyncpg.Connection, context: dict[str, Any], people: Cast) -> UUID:
    """A chain of five links, with triggers off, as a superuser with bad intentions has them."""
    chain_id = people.regions["ours"]
    await note(connection, chain_id)
    assert await schedule.seal(context) == 5
    await connection.execute("set session_replication_role = replica")
    return chain_id


def kinds(report: ChainReport) -> list[tuple[str, int | None]]:
    return [(fault.kind, fault.number) for fault in report.faults]


async def event_at(connection: asyncpg.Connection, number: int) -> UUID:
    found: UUID = await connection.fetchval("select audit_event_id from audit_link where number = $1", number)
    return found


async def test_it_works(client: Client, connection: asyncpg.Connection, context: Any, people: Cast) -> None:
    await submit(client)
    await submit(client, "sponsor", placement={"regions_wanted": ["OTH"]})
    await note(connection, None, 2)
    assert await schedule.seal(context) == 4
    assert await schedule.seal(context) == 0
    for chain_id, links in ((people.regions["ours"], 1), (people.regions["theirs"], 1), (NONE, 2)):
        report = await check(connection, chain_id, linked_within=timedelta(0))
        assert (report.links, report.head.number, report.faults) == (links, links, ())
    shown = (await client("office").get("/api/v1/audit?action=inquiry.submitted")).json()["items"]
    assert [event["chain_number"] for event in shown] == [1]


async def test_chains_go_on_where_they_ended(connection: asyncpg.Connection, context: Any, people: Cast) -> None:
    for _ in range(3):
        await note(connection, people.regions["ours"], 2)
        await schedule.seal(context)
    report = await check(connection, people.regions["ours"], linked_within=timedelta(0))
    assert (report.links, report.faults) == (6, ())


async def test_an_event_committed_late_is_linked_later(
    connection: asyncpg.Connection, context: Any, people: Cast, database_url: str
) -> None:
    """Identifiers are given out before the commit, so a lower one can appear after a higher one was linked."""
    slow = await asyncpg.connect(database_url)
    change = slow.transaction()
    await change.start()
    await slow.execute(
        """
        insert into audit_event (region_id, actor_role, actor_name, action, object_type, object_id, request_id)
        values ($1, 'office', 'Slow', 'made.up', 'thing', uuidv7(), '-')
        """,
        people.regions["ours"],
    )
    await note(connection, people.regions["ours"], 2)
    assert await schedule.seal(context) == 2
    await change.commit()
    await slow.close()
    assert await schedule.seal(context) == 1
    report = await check(connection, people.regions["ours"], linked_within=timedelta(0))
    assert (report.links, report.faults) == (3, ())


async def test_many_sweeps_at_once_make_one_chain(connection: asyncpg.Connection, context: Any, people: Cast) -> None:
    await note(connection, people.regions["ours"], 1200)
    done = await asyncio.gather(*(schedule.seal(context) for _ in range(5)))
    assert sum(done) == 1200
    report = await check(connection, people.regions["ours"], linked_within=timedelta(0))
    assert (report.links, report.faults) == (1200, ())


COLUMNS: dict[str, str] = {
    "region_id": "region_id = null",
    "happened_at": "happened_at = happened_at + interval '1 microsecond'",
    "actor_id": "actor_id = uuidv7()",
    "actor_role": "actor_role = 'admin'",
    "actor_name": "actor_name = 'Somebody else'",
    "acting_for": "acting_for = 'x'",
    "action": "action = 'other'",
    "object_type": "object_type = 'other'",
    "object_id": "object_id = uuidv7()",
    "details": "details = details || '{\"c\": 1}'",
    "before": "before = null",
    "after": "after = '{\"x\": 99}'",
    "request_id": "request_id = 'other'",
}


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_changed_event_shows(connection: asyncpg.Connection, sealed: UUID, column: str) -> None:
    event_id = await event_at(connection, 3)
    await connection.execute(f"update audit_event set {COLUMNS[column]} where audit_event_id = $1", event_id)
    report = await check(connection, sealed)
    expected = "wrong_chain" if column == "region_id" else "changed"
    assert kinds(report) == [(expected, 3)]
    assert report.faults[0].audit_event_id == event_id


async def test_a_missing_event_shows(connection: asyncpg.Connection, sealed: UUID) -> None:
    await connection.execute("delete from audit_event where audit_event_id = $1", await event_at(connection, 2))
    assert kinds(await check(connection, sealed)) == [("event_missing", 2)]


async def test_a_missing_link_shows(connection: asyncpg.Connection, sealed: UUID) -> None:
    event_id = await event_at(connection, 2)
    await connection.execute("delete from audit_link where number = 2")
    assert kinds(await check(connection, sealed)) == [("link_missing", 2)]
    await connection.execute("delete from audit_event where audit_event_id = $1", event_id)
    assert kinds(await check(connection, sealed)) == [("link_missing", 2)]


async def test_a_changed_link_shows(connection: asyncpg.Connection, sealed: UUID) -> None:
    await connection.execute("update audit_link set link_hash = sha256('x') where number = 2")
    assert kinds(await check(connection, sealed)) == [("changed", 2), ("changed", 3)]


async def test_exchanged_events_show(connection: asyncpg.Connection, sealed: UUID) -> None:
    first, second = await event_at(connection, 1), await event_at(connection, 2)
    await connection.execute("update audit_link set audit_event_id = uuidv7() where number = 1")
    await connection.execute("update audit_link set audit_event_id = $1 where number = 2", first)
    await connection.execute("update audit_link set audit_event_id = $1 where number = 1", second)
    assert kinds(await check(connection, sealed)) == [("changed", 1), ("changed", 2)]


async def test_an_event_slipped_in_shows(connection: asyncpg.Connection, sealed: UUID) -> None:
    await connection.execute(
        """
        insert into audit_event (region_id, happened_at, actor_role, actor_name, action, object_type, object_id,
                                 request_id)
        values ($1, $2, 'office', 'X', 'made.up', 'thing', uuidv7(), '-')
        """,
        sealed,
        datetime.now(UTC) - timedelta(minutes=11),
    )
    assert kinds(await check(connection, sealed)) == [("not_linked", None)]


async def test_what_was_noted_elsewhere_finds_a_chain_rewritten_whole(
    connection: asyncpg.Connection, sealed: UUID, context: Any
) -> None:
    """Who rewrites every link after a change leaves a chain that fits; only a head kept elsewhere tells."""
    head = (await check(connection, sealed)).head
    await connection.execute(
        "update audit_event set action = 'other' where audit_event_id = $1", await event_at(connection, 1)
    )
    await connection.execute("delete from audit_link")
    assert await schedule.seal(context) == 5
    assert kinds(await check(connection, sealed)) == []
    assert kinds(await check(connection, sealed, expected=[head])) == [("not_as_expected", 5)]
    await connection.execute("delete from audit_link where number = 5")
    assert ("not_as_expected", 5) in kinds(await check(connection, sealed, expected=[head]))
    now = (await check(connection, sealed)).head
    assert (
        kinds(await check(connection, sealed, expected=[ChainHead(number=now.number, link_hash=now.link_hash)])) == []
    )


def test_identifiers_tell_their_time() -> None:
    moment = datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC)
    assert moment_of(first_id_of(moment)) == moment


def run(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trialport", "audit", *arguments],
        env={"TRIALPORT_DATABASE_URL": database_url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_the_commands(connection: asyncpg.Connection, database_url: str, people: Cast) -> None:
    await note(connection, people.regions["ours"], 3)
    await note(connection, None, 1)
    assert run(database_url, "seal").stderr == "4 linked\n"
    good = run(database_url, "verify")
    assert (good.returncode, good.stderr) == (0, "")
    heads = dict(line.split(":", 1) for line in good.stdout.split())
    assert {code: head.split(":")[0] for code, head in heads.items()} == {"-": "1", "OTH": "0", "TST": "3"}
    assert run(database_url, "verify", "--region", "TST", "--expect", heads["TST"]).returncode == 0
    await connection.execute("set session_replication_role = replica")
    await connection.execute("update audit_event set action = 'other' where region_id is not null")
    bad = run(database_url, "verify", "--region", "TST")
    assert bad.returncode == 1
    assert bad.stderr.count("not as it was written") == 3
    assert "TST, link 1, event" in bad.stderr
    await connection.execute("delete from audit_link where chain_id <> $1", NONE)
    run(database_url, "seal")
    assert run(database_url, "verify").returncode == 0
    rewritten = run(database_url, "verify", "--expect", f"TST:{heads['TST']}")
    assert (rewritten.returncode, "was rewritten" in rewritten.stderr) == (1, True)
    assert run(database_url, "verify", "--expect", "nonsense").returncode == 1
    assert run(database_url, "verify", "--region", "ZZZ").returncode == 1
