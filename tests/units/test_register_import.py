"""Filling the register from a file: what it writes, that a second run changes nothing, and who notices."""

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.units.registers import document, parsed
from trialport.accounts.models import SYSTEM
from trialport.commands import import_register_file
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Transaction, prepare_connection, transaction
from trialport.core.errors import Contradiction
from trialport.demo.load import demo_rows, load_demo, register_file
from trialport.matching import service as matching
from trialport.matching.queries import select_register_fingerprint
from trialport.units.register_queries import lock_register
from trialport.units.register_service import KindCount, import_register

Drain = Callable[[], Awaitable[int]]
Alter = Callable[[dict[str, Any]], object]
MANUAL = Path(__file__).parents[2] / "docs" / "register-import.md"
KINDS = ("region", "site", "unit", "resource", "investigator")


async def fill(connection: asyncpg.Connection, values: dict[str, Any]) -> dict[str, KindCount]:
    """Import a file as the command does; returns the counts by kind."""
    async with connection.transaction():
        counts = await import_register_file(connection, json.dumps(values).encode(), dry_run=False)
    assert tuple(one.kind for one in counts) == KINDS
    return {one.kind: one for one in counts}


def told(counts: dict[str, KindCount]) -> dict[str, tuple[int, int, int]]:
    """Return (created, changed, unchanged) by kind."""
    return {kind: (one.created, one.changed, one.unchanged) for kind, one in counts.items()}


async def stored(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """Return every row that an import may write or ask for."""
    return {
        table: [row[0] for row in await connection.fetch(f"select t::text from {table} t order by 1")]
        for table in (
            "region",
            "site",
            "unit",
            "resource",
            "investigator",
            "position",
            "investigator_delegate",
            "investigator_absence",
            "audit_event",
            "job",
        )
    }


async def fingerprint(connection: asyncpg.Connection, code: str = "NEW") -> str:
    region_id = await connection.fetchval("select region_id from region where code = $1", code)
    return await select_register_fingerprint(connection, region_ids=[region_id])


async def test_it_works(connection: asyncpg.Connection) -> None:
    counts = await fill(connection, document())
    assert told(counts) == {
        "region": (1, 0, 0),
        "site": (1, 0, 0),
        "unit": (2, 0, 0),
        "resource": (1, 0, 0),
        "investigator": (2, 0, 0),
    }
    unit = await connection.fetchrow(
        """select u.*, s.name as site, r.code from unit u join site s using (site_id)
           join region r on r.region_id = u.region_id where registry_id = 'new-lung'"""
    )
    assert (unit["code"], unit["site"], unit["name"]) == ("NEW", "New hospital", "Lung")
    assert (unit["care_settings"], unit["languages"]) == (["outpatient"], ["sv"])
    assert (unit["latitude"], unit["longitude"], unit["catchment_population"]) == (59.85, 17.64, 1000)
    assert unit["capabilities"]["spirometry"]["expires_on"] == "2030-01-01"
    positions = await connection.fetch(
        """select i.email, u.registry_id, p.share::float8, p.is_head from position p
           join unit u using (unit_id) join investigator i using (investigator_id)
           where u.registry_id like 'new-%' order by 1, 2"""
    )
    assert [tuple(one) for one in positions] == [
        ("one@example.org", "new-heart", 0.333, False),
        ("one@example.org", "new-lung", 0.667, True),
        ("two@example.org", "new-heart", 1.0, True),
    ]
    delegates = await connection.fetch(
        """select a.email, b.email from investigator_delegate d
           join investigator a using (investigator_id) join investigator b on b.investigator_id = d.delegate_id"""
    )
    assert [tuple(one) for one in delegates] == [("one@example.org", "two@example.org")]
    assert (
        await connection.fetchval("select last_day from investigator_absence")
        == datetime(2027, 1, 6, tzinfo=UTC).date()
    )
    assert str(await connection.fetchval("select nurse_hours_free from resource where name = 'New biobank'")) == "7.13"


async def test_each_object_leaves_an_audit_event_and_a_region_one_job(connection: asyncpg.Connection) -> None:
    await fill(connection, document())
    region_id = await connection.fetchval("select region_id from region where code = 'NEW'")
    events = await connection.fetch(
        "select action, object_type, region_id, actor_name from audit_event where action like '%.created' order by 1"
    )
    assert [event["action"] for event in events] == sorted(
        f"{kind}.created" for kind in ("region", "site", "unit", "unit", "resource", "investigator", "investigator")
    )
    assert {(event["region_id"], event["actor_name"]) for event in events} == {(region_id, "trialport")}
    jobs = await connection.fetch("select kind, subject_id, state from job")
    assert [tuple(job) for job in jobs] == [("refresh_assessments", region_id, "queued")]


async def test_a_second_run_changes_nothing(connection: asyncpg.Connection) -> None:
    await fill(connection, document())
    before = await stored(connection)
    counts = await fill(connection, document())
    assert told(counts) == {
        "region": (0, 0, 1),
        "site": (0, 0, 1),
        "unit": (0, 0, 2),
        "resource": (0, 0, 1),
        "investigator": (0, 0, 2),
    }
    assert await stored(connection) == before


async def test_the_demonstration_is_what_its_file_says(connection: asyncpg.Connection) -> None:
    """Its register goes through the same door, so that importing it over itself changes nothing."""
    now = datetime.now(UTC)
    async with connection.transaction():
        assert await load_demo(connection, now) is not None
    file = msgspec.json.decode(msgspec.json.encode(register_file(demo_rows(now.date()))))
    counts = await fill(connection, file)
    assert {kind: (one.created, one.changed, one.not_in_file) for kind, one in counts.items()} == {
        # The two regions of the cast.
        "region": (0, 0, 2),
        **dict.fromkeys(KINDS[1:], (0, 0, 0)),
    }
    assert counts["unit"].unchanged > 50


CHANGES: dict[str, tuple[str, Alter]] = {
    "the name of a region": ("region", lambda v: v["regions"][0].update(name="Other")),
    "the address of a site": ("site", lambda v: v["sites"][0].update(address="2 Street")),
    "a capability": ("unit", lambda v: v["units"][0]["capabilities"]["spirometry"].update(available=False)),
    "a place left out": ("unit", lambda v: [v["units"][0].pop(name) for name in ("latitude", "longitude")]),
    "the hours of a resource": ("resource", lambda v: v["resources"][0].update(nurse_hours_free=8)),
    "a training": ("investigator", lambda v: v["investigators"][0].update(gcp_expires_on="2028-01-01")),
    "a share": ("investigator", lambda v: v["investigators"][0]["positions"][0].update(share=0.5)),
    "a position gone": ("investigator", lambda v: v["investigators"][0]["positions"].pop(1)),
    "all positions gone": ("investigator", lambda v: v["investigators"][0]["positions"].clear()),
    "a delegate gone": ("investigator", lambda v: v["investigators"][0].pop("delegates")),
    "a longer absence": (
        "investigator",
        lambda v: v["investigators"][0]["absences"][0].update(last_day="2027-01-07"),
    ),
    "an absence gone": ("investigator", lambda v: v["investigators"][0]["absences"].clear()),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_one_change_is_written_counted_and_noticed(connection: asyncpg.Connection, what: str) -> None:
    kind, alter = CHANGES[what]
    await fill(connection, document())
    before, seen = await stored(connection), await fingerprint(connection)
    await connection.execute("update job set state = 'done'")
    values = document()
    alter(values)
    counts = await fill(connection, values)
    assert {name: one.changed for name, one in counts.items()} == {name: int(name == kind) for name in KINDS}
    assert sum(one.created for one in counts.values()) == 0
    assert len((await stored(connection))["audit_event"]) == len(before["audit_event"]) + 1
    assert await connection.fetchval("select count(*) from audit_event where action = $1", f"{kind}.changed") == 1
    assert await connection.fetchval("select state from job") == "queued"
    if kind not in ("region", "site"):
        assert await fingerprint(connection) != seen
        newest = await connection.fetchrow(
            f"""select o.updated_at, (select max(updated_at) from {kind} other where other.{kind}_id <> o.{kind}_id)
                from {kind} o join audit_event e on e.object_id = o.{kind}_id where e.action = '{kind}.changed'"""
        )
        assert newest[0] > (newest[1] or datetime.min.replace(tzinfo=UTC))
    written = await stored(connection)
    assert told(await fill(connection, values))[kind][:2] == (0, 0)
    assert await stored(connection) == written


async def test_a_region_the_file_does_not_name_is_left_alone(connection: asyncpg.Connection, people: Cast) -> None:
    before, seen = await stored(connection), await fingerprint(connection, "TST")
    counts = await fill(connection, document())
    after = await stored(connection)
    assert all(set(before[table]) <= set(after[table]) for table in before)
    assert await fingerprint(connection, "TST") == seen
    assert [one.not_in_file for one in counts.values()] == [2, 0, 0, 0, 0]
    assert await connection.fetchval("select count(*) from job where subject_id = $1", people.regions["ours"]) == 0


async def test_what_is_missing_from_the_file_stays_and_is_counted(connection: asyncpg.Connection) -> None:
    await fill(connection, document())
    before = await stored(connection)
    values = document()
    values["investigators"].pop()
    values["investigators"][0]["delegates"] = ["two@example.org"]
    values["units"].pop()
    del values["resources"], values["sites"]
    counts = await fill(connection, values)
    assert [one.not_in_file for one in counts.values()] == [2, None, 1, None, 1]
    assert await stored(connection) == before


async def test_a_headship_passes_on_in_one_import(connection: asyncpg.Connection) -> None:
    await fill(connection, document())
    values = document()
    first, second = values["investigators"]
    first["positions"][1]["is_head"] = True
    second["positions"][0]["is_head"] = False
    assert told(await fill(connection, values))["investigator"] == (0, 2, 0)
    head = await connection.fetchval(
        """select i.email from position p join investigator i using (investigator_id) join unit u using (unit_id)
           where u.registry_id = 'new-heart' and p.is_head"""
    )
    assert head == "one@example.org"


async def test_an_address_in_other_letters_is_the_same_person(connection: asyncpg.Connection) -> None:
    await fill(connection, document())
    values = document()
    values["investigators"][0]["email"] = "One@Example.org"
    values["investigators"][0]["delegates"] = ["TWO@example.org"]
    assert told(await fill(connection, values))["investigator"] == (0, 0, 2)
    emails = await connection.fetch("select email from investigator where lower(email) = 'one@example.org'")
    assert [row["email"] for row in emails] == ["one@example.org"]


async def test_nothing_is_written_while_there_is_a_fault(connection: asyncpg.Connection) -> None:
    before = await stored(connection)
    values = document()
    values["investigators"][1]["positions"][0]["unit"] = "none"
    with pytest.raises(Contradiction) as raised:
        await fill(connection, values)
    assert [one.path for one in raised.value.errors] == ["investigators[1].positions[0].unit"]
    assert await stored(connection) == before


async def test_a_trial_run_tells_and_writes_nothing(connection: asyncpg.Connection) -> None:
    before = await stored(connection)
    async with connection.transaction():
        dry = await import_register_file(connection, json.dumps(document()).encode(), dry_run=True)
    assert await stored(connection) == before
    assert {one.kind: one for one in dry} == await fill(connection, document())


async def test_a_clock_that_lags_hides_no_change(connection: asyncpg.Connection, settings: Settings) -> None:
    await fill(connection, document())
    seen = await fingerprint(connection)
    values = document()
    values["units"][0]["name"] = "Lung and allergy"
    late = Transaction(connection, datetime.now(UTC) - timedelta(days=1), "test")
    async with connection.transaction():
        await import_register(late, settings, SYSTEM, parsed(values))
    assert await fingerprint(connection) != seen


def staff(*, capability: bool = False, trained: bool = False) -> dict[str, Any]:
    """Return a file about the lung unit of the cast and its head."""
    values = document()
    unit, person = values["units"][0], values["investigators"][0]
    unit.update(region="TST", registry_id="test-lung", site="Site of lung", name="Unit lung")
    unit["capabilities"] = {"spirometry": {"available": capability}}
    person.update(email="lung@example.org", name="Demo lung (demonstration)", delegates=[])
    person["positions"] = [{"region": "TST", "unit": "test-lung", "share": 1, "is_head": True}]
    person["gcp_expires_on"] = "2036-01-01" if trained else "2025-01-01"
    return {"units": [unit], "investigators": [person]}


async def runs(connection: asyncpg.Connection, inquiry_id: str) -> list[tuple[int, bool]]:
    records = await connection.fetch(
        "select run, outdated_at is not null from assessment where inquiry_id = $1 order by run", UUID(inquiry_id)
    )
    return [tuple(record) for record in records]


async def test_open_inquiries_are_assessed_again(client: Client, drain: Drain, connection: asyncpg.Connection) -> None:
    """A change of a unit, or of who works there, reaches the inquiries of its region that have it as a candidate."""
    await fill(connection, staff())
    inquiry_id = (await submit(client))["inquiry_id"]
    elsewhere = (await submit(client, placement={"regions_wanted": ["OTH"]}))["inquiry_id"]
    await drain()
    expected = [(1, False)]
    for change in ({"capability": True}, {"capability": True, "trained": True}):
        await fill(connection, staff(**change))
        await drain()
        expected = [*((run, True) for run, _ in expected), (len(expected) + 1, False)]
        assert await runs(connection, inquiry_id) == expected
    await fill(connection, staff(capability=True, trained=True))
    await drain()
    assert await runs(connection, inquiry_id) == expected
    assert await runs(connection, elsewhere) == [(1, False)]
    region = {"resources": [{"region": "TST", "name": "Biobank", "kind": "biobank"}]}
    await fill(connection, region)
    await drain()
    assert await runs(connection, inquiry_id) == [(1, True), (2, True), (3, True), (4, False)]


async def test_a_change_after_the_snapshot_is_not_missed(
    app: Litestar, client: Client, drain: Drain, connection: asyncpg.Connection
) -> None:
    """The unit is changed after the register was read, before the assessment is stored with a later time."""
    await fill(connection, staff())
    inquiry_id = UUID((await submit(client))["inquiry_id"])
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        snapshot = await matching.take_snapshot(tx, app.state.register, inquiry_id, 1)
    assert snapshot is not None
    assessed = matching.assess(snapshot, app.state.reader)
    await fill(connection, staff(capability=True))
    await connection.execute("update job set state = 'done'")
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        await matching.record_assessment(tx, app.state.settings, assessed)
    await drain()
    seen = await connection.fetch(
        "select run, input_hash from assessment where inquiry_id = $1 order by run", inquiry_id
    )
    assert [row["run"] for row in seen] == [1, 2]
    assert seen[0]["input_hash"] != seen[1]["input_hash"]


async def test_two_imports_at_once_wait_for_each_other(database_url: str, connection: asyncpg.Connection) -> None:
    """Both bring the same new objects; the one that comes second finds them."""

    async def second() -> dict[str, KindCount]:
        own = await asyncpg.connect(database_url)
        try:
            await prepare_connection(own)
            return await fill(own, document())
        finally:
            await own.close()

    async with connection.transaction():
        await lock_register(connection)
        waiting = asyncio.create_task(second())
        async with asyncio.timeout(30):
            for _ in itertools.count():
                if await connection.fetchval("select exists (select from pg_locks where not granted)"):
                    break
                await asyncio.sleep(0.01)
        first = await fill(connection, document())
    assert told(first)["investigator"] == (2, 0, 0)
    assert told(await waiting)["investigator"] == (0, 0, 2)


async def test_the_example_of_the_manual_can_be_imported(connection: asyncpg.Connection) -> None:
    example = MANUAL.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    values = json.loads(example)
    assert set(values) == {f"{kind}s" for kind in KINDS}
    counts = await fill(connection, values)
    assert all(one.created == len(values[f"{kind}s"]) for kind, one in counts.items())
    assert told(await fill(connection, values))["investigator"][:2] == (0, 0)
