"""The register in memory follows the database: every change is seen at the next look, and none is missed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.cast import Cast
from tests.matching.factories import question, vocabulary
from trialport.core.db import Connection, Transaction, prepare_connection
from trialport.matching import columns as columns_module
from trialport.matching.columns import CapacityColumns
from trialport.matching.layout import LISTS, NUMBERS
from trialport.matching.queries import select_register_fingerprint
from trialport.matching.ranking import rank
from trialport.matching.register import Register, RegisterView
from trialport.matching.register_queries import delete_old_register_changes

REBUILT = "the register's log has a gap; the index is built anew"


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Connection]:
    """A second connection of the test's own."""
    own = await asyncpg.connect(database_url)
    await prepare_connection(own)
    yield own
    await own.close()


@pytest.fixture
async def register(connection: Connection) -> Register:
    """The index, built once."""
    made = Register(vocabulary())
    await look(made, connection)
    return made


async def look(register: Register, connection: Connection, *region_ids: UUID) -> RegisterView:
    async with connection.transaction(readonly=True):
        return await register.view(Transaction(connection, datetime.now(UTC), "test"), region_ids)


def content(columns: CapacityColumns) -> dict[UUID, dict[str, Any]]:
    """Return all that the columns hold of each capacity, whatever numbers they have given to things."""
    found = {}
    for row in columns.rows_in(None).tolist():
        told: dict[str, Any] = {name: getattr(columns, name)[row].tolist() for name in NUMBERS}
        for name in LISTS:
            worded = name in ("indications", "unread", "conditions", "dct_places")
            numbers = getattr(columns, name).of(row).tolist()
            told[name] = [columns.strings[number] for number in numbers] if worded else sorted(numbers)
        region = told.pop("region")
        told["unit"] = columns.unit_of(row)
        told["region"] = columns.region_ids[region], int(columns.region_resources[region])
        found[columns.capacity_id[row]] = {name: str(value) for name, value in told.items()}
    assert len(found) == len(columns) == columns.count_in(None)
    return found


async def afresh(connection: Connection) -> dict[UUID, dict[str, Any]]:
    """Return what an index built this moment holds."""
    return content((await look(Register(vocabulary()), connection)).columns)


LUNG = "(select unit_id from unit where name = 'Unit lung')"
HEART = "(select unit_id from unit where name = 'Unit heart')"
FOREIGN = "(select unit_id from unit where name = 'Unit foreign')"
LEAD = "(select investigator_id from investigator where email = 'lung@example.org')"
TST = "(select region_id from region where code = 'TST')"
NEW_CAPACITY = f"""
    insert into capacity (region_id, unit_id, therapy_area, indications, study_types, phases, age_groups,
        care_settings, state, competing_trials, conditions, dct_activities, equipment, resources, experience,
        updated_at)
    select region_id, unit_id, 'oncology', '{{"lung cancer, small cell","zz \\"blorb\\""}}', '{{drug,device}}',
        '{{"3"}}', '{{}}', '{{}}', 'limited', '{{asthma}}', '{{"a nurse"}}', '{{"video_visit": {{"answer": "own"}}}}',
        '{{mri}}', '{{biobank}}', '[{{"therapy_area": "oncology", "phase": "2", "trials": 3}}]', now()
    from unit where unit_id = {LUNG}
"""
CHANGES: dict[str, str] = {
    "a changed capacity": f"update capacity set nurse_hours_free = 77, revision = 2 where unit_id = {LUNG}",
    "its load": f"update capacity set running_trials = 4, primary_care_role = 'visit' where unit_id = {LUNG}",
    "a place": """update capacity set dct_activities = '{"local_lab": {"answer": "own", "geography": "county"}}'""",
    "its words": f"update capacity set indications = '{{asthma,\"zzblorb, qq\"}}' where unit_id = {LUNG}",
    "a new capacity": NEW_CAPACITY,
    "a capacity gone": f"delete from capacity where unit_id = {FOREIGN}",
    "a capacity moved": f"update capacity set region_id = {TST}, unit_id = {LUNG}, therapy_area = 'oncology' "
    f"where unit_id = {FOREIGN}",
    "a unit's name": f"update unit set name = 'Lung and allergy' where unit_id = {LUNG}",
    "a unit's care": f"update unit set care_settings = '{{home}}', languages = '{{fi}}' where unit_id = {LUNG}",
    "a unit's capabilities": "update unit set capabilities = "
    """'{"mri": {"available": true, "expires_on": "2030-01-01"}, "ct": {"available": false}}'""",
    "a unit moved to another site": f"update unit set site_id = (select site_id from unit where unit_id = {HEART}) "
    f"where unit_id = {LUNG}",
    "a site's name": "update site set name = 'Site of everything' where name = 'Site of lung'",
    "a person trained": f"update investigator set gcp_expires_on = '2030-01-01' where investigator_id = {LEAD}",
    "a person trained for ever": f"update investigator set gcp_expires_on = 'infinity' where investigator_id = {LEAD}",
    "a person gone": f"delete from position where investigator_id = {LEAD}",
    "a person who moves": f"update position set unit_id = {HEART}, is_head = false where investigator_id = {LEAD}",
    "a person more": f"insert into position (investigator_id, unit_id, share) values ({LEAD}, {HEART}, 0.5)",
    "a resource": f"insert into resource (region_id, kind, name) values ({TST}, 'biobank', 'B')",
}
BEFORE = (
    f"insert into resource (region_id, kind, name) values ({TST}, 'imaging', 'I')",
    f"update investigator set gcp_trained_on = null, gcp_expires_on = '2026-01-01' where investigator_id = {LEAD}",
)
CHANGES |= {
    "another resource": "update resource set kind = 'genomics'",
    "no resource": "delete from resource",
}


@pytest.mark.parametrize("what", CHANGES)
async def test_every_change_is_seen_without_building_anew(
    connection: Connection, other: Connection, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    for statement in BEFORE:
        await other.execute(statement)
    register = Register(vocabulary())
    before = content((await look(register, connection)).columns)
    built = register._store
    await other.execute(CHANGES[what])
    after = content((await look(register, connection)).columns)
    assert after != before
    assert after == await afresh(connection)
    assert register._store is built
    assert caplog.records == []


async def test_a_moved_unit_takes_its_capacities_along(connection: Connection, register: Register) -> None:
    """Nothing but the deferred constraints stands between; the capacities and the unit change in one transaction."""
    async with connection.transaction():
        await connection.execute("alter table capacity drop constraint capacity_unit_id_region_id_fkey")
        await connection.execute("alter table unit drop constraint unit_site_id_region_id_fkey")
        await connection.execute(f"update unit set region_id = {TST} where name = 'Unit foreign'")
        await connection.execute(f"update capacity set region_id = {TST}")
    found = await look(register, connection)
    assert content(found.columns) == await afresh(connection)
    region_id = await connection.fetchval(f"select {TST}")
    assert found.columns.count_in((region_id,)) == 3


async def test_transactions_that_commit_in_another_order_are_all_seen(
    connection: Connection, other: Connection, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    early = other.transaction()
    await early.start()
    await other.execute(f"update capacity set nurse_hours_free = 55 where unit_id = {LUNG}")
    await connection.execute(f"update capacity set nurse_hours_free = 66 where unit_id = {HEART}")
    assert hours(await look(register, connection)) == [12.0, 12.0, 66.0]
    assert hours(await look(register, connection)) == [12.0, 12.0, 66.0]
    await early.commit()
    assert hours(await look(register, connection)) == [12.0, 55.0, 66.0]
    assert caplog.records == []


def hours(view: RegisterView) -> list[float]:
    return sorted(float(view.columns.nurse_hours_free[row]) for row in view.columns.rows_in(None))


async def test_what_is_taken_back_is_never_seen(connection: Connection, other: Connection, register: Register) -> None:
    async with other.transaction():
        undone = other.transaction()
        await undone.start()
        await other.execute("update capacity set nurse_hours_free = 1")
        await undone.rollback()
        await other.execute(f"update capacity set nurse_hours_free = 2 where unit_id = {LUNG}")
        assert hours(await look(register, connection)) == [12.0] * 3
    assert hours(await look(register, connection)) == [2.0, 12.0, 12.0]


async def test_a_person_trained_while_they_begin_elsewhere(
    connection: Connection, other: Connection, register: Register
) -> None:
    """Neither transaction sees the other, so where a person works is looked up when the change is read."""
    async with other.transaction():
        await other.execute(CHANGES["a person trained"])
        await connection.execute(CHANGES["a person more"])
        await look(register, connection)
    assert content((await look(register, connection)).columns) == await afresh(connection)


async def test_a_process_that_starts_later_holds_the_same(
    connection: Connection, register: Register, people: Cast
) -> None:
    """Its fingerprint is the same too, after changes and after their log was folded."""
    ours = people.regions["ours"]
    for hours_free in range(5):
        await connection.execute(f"update capacity set nurse_hours_free = {hours_free} where unit_id = {LUNG}")
    first = await look(register, connection, ours)
    await delete_old_register_changes(connection, before=datetime.now(UTC) + timedelta(days=1))
    second = await look(Register(vocabulary()), connection, ours)
    assert content(first.columns) == content(second.columns)
    assert first.fingerprint == second.fingerprint


async def test_a_fingerprint_tells_what_has_changed_where(
    connection: Connection, register: Register, people: Cast
) -> None:
    ours, theirs = people.regions["ours"], people.regions["theirs"]

    async def fingerprint(region_id: UUID) -> tuple[str, ...]:
        seen = (await look(register, connection, region_id)).fingerprint
        assert seen == await select_register_fingerprint(connection, region_ids=[region_id])
        return tuple(seen.split("|"))

    was = await fingerprint(ours), await fingerprint(theirs)
    assert (await fingerprint(ours), await fingerprint(theirs)) == was
    await connection.execute(CHANGES["a changed capacity"])
    now = await fingerprint(ours), await fingerprint(theirs)
    assert (now[0][0] != was[0][0], now[0][1] == was[0][1], now[1] == was[1]) == (True, True, True)
    for what in ("a resource", "a unit's name", "a person trained", "a person gone"):
        before, after = now[0], await fingerprint(ours)
        await connection.execute(CHANGES[what])
        now = await fingerprint(ours), await fingerprint(theirs)
        assert (now[0][0] == before[0], now[0][1] != after[1]) == (True, True), what


async def lost(connection: Connection) -> None:
    """What was logged disappears before anyone has read it."""
    await connection.execute("delete from register_change where xid = (select max(xid) from register_change)")


async def folded(connection: Connection) -> None:
    """What was logged is folded before anyone has read it."""
    await delete_old_register_changes(connection, before=datetime.now(UTC) + timedelta(days=1))


async def emptied(connection: Connection) -> None:
    await connection.execute("truncate register_change")


async def past_the_triggers(connection: Connection) -> None:
    """Somebody wrote past the triggers and says so."""
    await lost(connection)
    await connection.execute("insert into register_change (kind) values ('everything')")


async def from_elsewhere(connection: Connection) -> None:
    """The row comes from a copy of another server, whose transactions had higher numbers."""
    await connection.execute("update register_change set xid = '9000000000' where kind = 'capacity'")


@pytest.mark.parametrize("fault", [folded, emptied, past_the_triggers, from_elsewhere])
async def test_a_gap_in_the_log_leads_to_a_new_index(
    connection: Connection,
    register: Register,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[Connection], Awaitable[None]],
) -> None:
    await connection.execute(CHANGES["a changed capacity"])
    await fault(connection)
    assert hours(await look(register, connection)) == [12.0, 12.0, 77.0]
    assert [record.message for record in caplog.records] == [REBUILT]
    built = register._store
    await look(register, connection)
    await connection.execute(CHANGES["a new capacity"])
    assert content((await look(register, connection)).columns) == await afresh(connection)
    assert register._store is built, "once is enough"


async def test_folding_what_was_read_costs_nothing(
    connection: Connection, register: Register, people: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    ours = people.regions["ours"]
    await connection.execute(CHANGES["a changed capacity"])
    before = await look(register, connection, ours)
    await connection.execute("update register_change set changed_at = now() - interval '1 day'")
    for _ in range(3):
        await delete_old_register_changes(connection, before=datetime.now(UTC) - timedelta(minutes=5))
        kinds = await connection.fetch("select distinct kind from register_change order by 1")
        assert [kind for (kind,) in kinds] == ["older", "older_capacity"]
    after = await look(register, connection, ours)
    assert after.fingerprint == before.fingerprint
    assert after.columns is before.columns
    assert caplog.records == []


async def test_what_an_open_transaction_may_not_have_seen_is_kept(connection: Connection, other: Connection) -> None:
    async with other.transaction():
        await other.execute("update unit set address = 'x'")
        await connection.execute(CHANGES["a changed capacity"])
        await folded(connection)
        assert await connection.fetchval("select count(*) from register_change where kind = 'capacity'") == 1


async def test_who_has_changed_the_register_cannot_look_at_it(connection: Connection, register: Register) -> None:
    """Else the index would hold for all what may yet be taken back."""
    undone = connection.transaction()
    await undone.start()
    await connection.execute(CHANGES["a changed capacity"])
    for one in (register, Register(vocabulary())):
        with pytest.raises(RuntimeError, match="has changed the register"):
            await one.view(Transaction(connection, datetime.now(UTC), "test"), ())
    await undone.rollback()
    assert hours(await look(register, connection)) == [12.0] * 3


@pytest.mark.parametrize("built_before", [True, False])
async def test_who_writes_something_else_may_look_and_change_it_later(
    connection: Connection, other: Connection, *, built_before: bool
) -> None:
    register = Register(vocabulary())
    if built_before:
        await look(register, other)
    async with connection.transaction():
        await connection.execute("update sponsor set country = 'SE'")
        await other.execute(f"update capacity set nurse_hours_free = 5 where unit_id = {HEART}")
        found = await register.view(Transaction(connection, datetime.now(UTC), "test"), ())
        assert hours(found) == [5.0, 12.0, 12.0]
        await connection.execute(CHANGES["a changed capacity"])
    assert hours(await look(register, connection)) == [5.0, 12.0, 77.0]


async def test_many_looks_at_once_build_once(connection: Connection, other: Connection) -> None:
    register = Register(vocabulary())
    views = await asyncio.gather(look(register, connection), look(register, other))
    assert views[0].columns is views[1].columns


async def test_a_state_stays_as_it_was(
    connection: Connection, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A match goes on with what it began with, also while rows are added, struck out and tidied."""
    monkeypatch.setattr(columns_module, "UNTIDY_ROWS", 8)
    first = (await look(register, connection)).columns
    before = content(first)
    stores = {id(register._store)}
    for number in range(30):
        await connection.execute(f"update capacity set nurse_hours_free = {number} where unit_id = {LUNG}")
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await register.catch_up(connection)
        stores.add(id(register._store))
    assert content(first) == before
    last = (await look(register, connection)).columns
    assert content(last) == await afresh(connection)
    assert last.rows <= 3 + 2 * 8
    assert len(stores) > 1, "it was tidied"


async def test_what_changes_while_it_is_tidied_is_not_lost(connection: Connection, register: Register) -> None:
    state = register._state
    assert state is not None
    await connection.execute(CHANGES["a changed capacity"])
    await look(register, connection)
    await register._tidy(state)
    assert hours(await look(register, connection)) == [12.0, 12.0, 77.0]


async def test_a_broken_off_update_is_done_again(
    connection: Connection, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = register._store.add

    def add_and_fail(records: Any) -> None:
        add(records)
        raise MemoryError

    await connection.execute("update capacity set nurse_hours_free = 3")
    monkeypatch.setattr(register._store, "add", add_and_fail)
    with pytest.raises(MemoryError):
        await look(register, connection)
    monkeypatch.undo()
    assert hours(await look(register, connection)) == [3.0] * 3
    assert content((await look(register, connection)).columns) == await afresh(connection)


async def test_training_counts_on_the_day_it_is_valid(connection: Connection, register: Register) -> None:
    """Time passes without a change in the database, and without a new index."""
    await connection.execute(f"update investigator set gcp_expires_on = '2026-12-24' where investigator_id = {LEAD}")
    columns = (await look(register, connection)).columns
    states = []
    for day in (24, 25):
        found = rank(question(gcp_experience=True), columns, on=date(2026, 12, day), regions=None, limit=None)
        lung = next(one for one in found.candidates if one.unit_name == "Unit lung")
        states += [each.facts.get("gcp") for each in lung.criteria if each.name == "experience"]
    assert states == [1, 0]


async def test_many_changes_at_once_are_put_in_bit_by_bit(
    connection: Connection, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await connection.execute(
        """insert into unit (region_id, site_id, registry_id, name, kind)
           select region_id, site_id, 'more-' || n, 'More ' || n, kind from unit, generate_series(1, 1200) n
           where name = 'Unit lung'"""
    )
    await connection.execute(NEW_CAPACITY.replace(f"unit_id = {LUNG}", "name like 'More %'"))
    found = content((await look(register, connection)).columns)
    assert len(found) == 1203
    assert found == await afresh(connection)
    await connection.execute("delete from capacity where therapy_area = 'oncology' and random() < 0.5")
    assert content((await look(register, connection)).columns) == await afresh(connection)
    assert caplog.records == []
