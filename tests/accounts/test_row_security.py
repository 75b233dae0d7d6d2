"""The second lock: a statement that forgets its scope finds nothing that is not the viewer's.

Every statement of every shelf is run as if its WHERE clause named no viewer (the actor it is given claims to be an
admin), while the database knows who really looks.
"""

import datetime as dt
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from litestar import Litestar

import trialport
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from trialport.accounts.models import Actor
from trialport.core.config import SettingsError
from trialport.core.db import NOBODY, SYSTEM_VIEWER, Transaction, Viewer, as_system, open_pool, transaction
from trialport.notifications import queries as task_queries

# What is in the public directory, or says nothing of anybody: a list of jobs by id, the log of the register.
PUBLIC = {"region", "site", "unit", "resource", "job", "register_change"}
# They read nothing but such ids.
IDS_ONLY = {"trialport.matching.register_queries.select_register_news", "trialport.core.jobs.queries.select_due_jobs"}
WITHOUT_RULES = {"schema_migrations"}
MARK = "only-for-our-office"


@pytest.fixture
async def ours(client: Client, drain: Any, people: Cast, connection: asyncpg.Connection) -> dict[str, UUID]:
    """One object of every kind in our region, none of which a rival sponsor or another region may see."""
    body = inquiry_body(placement={"regions_wanted": ["TST"]})
    inquiry_id = UUID((await client("sponsor").post("/api/v1/inquiries", json=body)).json()["inquiry_id"])
    assert await drain()
    now = await connection.fetchval("select now()")
    await task_queries.insert_office_task(
        connection,
        region_id=people.regions["ours"],
        kind="dead_job",
        object_type="inquiry",
        object_id=inquiry_id,
        message=MARK,
        dedupe_key="ours",
        now=now,
    )
    office = client("office")
    term = {"term": MARK, "language": "en", "concept": "J44"}
    term_id = (await office.post("/api/v1/terms", json=term)).json()["local_term_id"]
    unit, area = str(people.units["lung"]), "respiratory"
    dropped = {"kind": "dropped", "reason": MARK, "capacity": {"unit_id": unit, "therapy_area": area}}
    assert (await office.post(f"/api/v1/inquiries/{inquiry_id}/overrides", json=dropped)).status_code < 300
    weights = {"reason": MARK, "weights": {"indication": {"weight": 40, "reason": MARK}}}
    path = f"/api/v1/regions/{people.regions['ours']}/weights"
    assert (await office.put(path, json=weights, headers={"If-Match": "*"})).status_code < 300
    assert (await office.post(f"/api/v1/inquiries/{inquiry_id}/comments", json={"body": MARK})).status_code < 300
    listed = {"command": "add", "unit_ids": [unit], "reason": MARK}
    assert (await office.post(f"/api/v1/inquiries/{inquiry_id}/shortlist", json=listed)).status_code < 300
    priorities = {"priorities": [{"therapy_area": area, "weight": 3, "reason": MARK}]}
    path = path.replace("weights", "priorities")
    assert (await office.put(path, json=priorities, headers={"If-Match": "*"})).status_code < 300
    one = connection.fetchval
    return {
        "inquiry_id": inquiry_id,
        "local_term_id": UUID(term_id),
        "assessment_id": await one("select assessment_id from assessment"),
        "capacity_id": await one("select capacity_id from capacity where unit_id = $1", people.units["lung"]),
        "office_task_id": await one("select office_task_id from office_task"),
        "judgement_id": await one("select judgement_id from judgement"),
        "investigator_id": people.investigators["lung"],
        "sponsor_id": people.sponsors["first"],
    }


@pytest.fixture
def strangers(people: Cast) -> dict[str, Viewer]:
    theirs, ours = people.regions["theirs"], people.regions["ours"]
    foreign = people.investigators["foreign"]
    return {
        "nobody": NOBODY,
        "office of another region": Viewer(role="office", region_id=theirs),
        "service of another region": Viewer(role="service", region_id=theirs),
        "rival sponsor": Viewer(role="sponsor_contact", region_id=ours, sponsor_id=people.sponsors["rival"]),
        "investigator elsewhere": Viewer(role="investigator", region_id=theirs, investigator_id=foreign),
        "head elsewhere": Viewer(role="unit_head", region_id=theirs, investigator_id=foreign),
        "management of another region": Viewer(role="management", region_id=theirs),
        "a role without its scope": Viewer(role="office"),
        "a role of no such name": Viewer(role="king", region_id=ours, sponsor_id=people.sponsors["first"]),
    }


def statements() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every reading statement of every shelf."""
    for module in pkgutil.walk_packages(trialport.__path__, "trialport."):
        if module.name.endswith("queries") and module.name != "trialport.core.viewer_queries":
            for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
                if name.startswith(("select_", "count_")) and function.__module__ == module.name:
                    yield f"{module.name}.{name}", function


def arguments(function: Callable[..., Any], known: dict[str, Any]) -> dict[str, Any]:
    """Fill a statement's parameters with what is ours, and leave every filter open."""
    filled: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == "connection":
            continue
        annotation = str(parameter.annotation)
        if parameter.name in known:
            filled[parameter.name] = known[parameter.name]
        elif parameter.default is not inspect.Parameter.empty:
            continue
        elif "None" in annotation:
            filled[parameter.name] = None
        elif inspect.isclass(parameter.annotation) and issubclass(parameter.annotation, msgspec.Struct):
            filled[parameter.name] = _filled(parameter.annotation, known)
        elif parameter.name.removesuffix("s") in known:
            filled[parameter.name] = [known[parameter.name.removesuffix("s")]]
        else:
            filled[parameter.name] = _anything(annotation)
    return filled


def _filled(kind: type[msgspec.Struct], known: dict[str, Any]) -> msgspec.Struct:
    """Make a struct of what is known and, for what else it needs, of anything."""
    needed = [one for one in msgspec.structs.fields(kind) if one.required]
    return kind(**{one.name: known[one.name] if one.name in known else _anything(str(one.type)) for one in needed})


def _anything(annotation: str) -> Any:
    for name, value in (
        ("Viewer", NOBODY),
        ("datetime", dt.datetime(2020, 1, 1, tzinfo=dt.UTC)),
        ("date", dt.date(2020, 1, 1)),
        ("Sequence", []),
        ("Collection", []),
        ("list", []),
        ("tuple", ()),
        ("UUID", UUID(int=0)),
        ("bytes", b"\0" * 32),
        ("bool", False),
        ("int", 100),
        ("float", 1.0),
        ("str", "x"),
        ("Literal", "en"),
    ):
        if name in annotation:
            return value
    raise AssertionError(f"say what to give for {annotation}")


async def answer_of(function: Callable[..., Any], tx: Transaction, given: dict[str, Any]) -> str:
    """Run a statement; what it says as text, or the error by which it found nothing."""
    found = function(tx.connection, **given)
    if hasattr(found, "__aiter__"):
        found = [one async for one in found]
    elif isinstance(found, Awaitable):
        found = await found
    return msgspec.json.encode(found, enc_hook=repr).decode()


async def test_a_statement_without_its_scope_finds_nothing_of_ours(
    app: Litestar, ours: dict[str, UUID], strangers: dict[str, Viewer], people: Cast
) -> None:
    known: dict[str, Any] = {
        **ours,
        "actor": Actor(token_id=None, name="claims to be an admin", role="admin"),
        "unit_id": people.units["lung"],
        "region_id": people.regions["ours"],
        "therapy_area": "respiratory",
        "version": 1,
        "limit": 100,
        "email": "lung@example.org",
        "position": "1:1:",
    }
    secrets = [MARK, *(str(one) for name, one in ours.items() if name != "sponsor_id")]
    told: set[str] = set()
    for name, function in statements():
        if name in IDS_ONLY:
            continue
        given = arguments(function, known)
        # What only repeats the question tells nothing.
        asked = msgspec.json.encode(given, enc_hook=repr).decode()
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            everything = await answer_of(function, tx, given)
        if any(secret in everything for secret in secrets):
            told.add(name)
        for who, viewer in strangers.items():
            async with transaction(app.state.pool, viewer=viewer) as tx:
                answer = await answer_of(function, tx, given)
            seen = [secret for secret in secrets if secret in answer]
            assert not seen or answer in asked, (name, who, seen)
    # The program itself does find them by these very statements, so that the silence above says something.
    assert len(told) >= 12, told


async def test_a_table_read_whole_shows_a_stranger_nothing_of_ours(
    app: Litestar, ours: dict[str, UUID], strangers: dict[str, Viewer], connection: asyncpg.Connection
) -> None:
    tables = await tables_of(connection)
    for table in sorted(tables - PUBLIC - WITHOUT_RULES):
        for who, viewer in strangers.items():
            async with transaction(app.state.pool, viewer=viewer) as tx:
                rows = await tx.connection.fetch(f'select t::text as content from "{table}" t')
            content = " ".join(row["content"] for row in rows)
            assert viewer.role or not rows, (table, who)
            assert not [name for name, one in ours.items() if str(one) in content], (table, who)


async def tables_of(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def test_every_table_has_rules(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        """
        select c.relname, c.relrowsecurity, exists (select from pg_policy p where p.polrelid = c.oid) as has_policy
        from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
        """
    )
    bare = {row["relname"] for row in rows if not (row["relrowsecurity"] and row["has_policy"])}
    assert bare == WITHOUT_RULES


async def test_every_view_reads_with_its_readers_rights(connection: asyncpg.Connection) -> None:
    views = await connection.fetch(
        "select relname, reloptions from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
    )
    assert [row["relname"] for row in views if "security_invoker=true" not in (row["reloptions"] or ())] == []


async def test_the_login_of_the_programs_is_bound(app: Litestar, connection: asyncpg.Connection) -> None:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        login = await tx.connection.fetchrow(
            "select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = session_user"
        )
    assert tuple(login) == ("trialport_app", False, False, False)
    owned = await connection.fetchval(
        "select count(*) from pg_class where relowner = (select oid from pg_roles where rolname = 'trialport_app')"
    )
    assert owned == 0


@pytest.mark.parametrize(
    "statement",
    [
        "alter table inquiry disable row level security",
        "drop policy audit_event_read on audit_event",
        "update audit_event set actor_name = 'Somebody else'",
        "delete from audit_event",
        "truncate audit_event",
        "update audit_link set number = 7",
        "delete from inquiry",
        "delete from inquiry_version",
        "update inquiry_confidential set content = '{}'",
        "delete from capacity_history",
        "set role postgres",
        "alter table audit_event disable trigger all",
        "create table escape ()",
        "select forget() from pg_read_file('/etc/passwd')",
    ],
)
async def test_the_login_of_the_programs_may_not(app: Litestar, statement: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedFunctionError)):
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            await tx.connection.execute(statement)


async def test_a_login_that_is_not_bound_is_refused(app: Litestar, database_url: str) -> None:
    settings = msgspec.structs.replace(app.state.settings, database_url=database_url)
    with pytest.raises(SettingsError, match="row-level security"):
        await open_pool(settings, "test")


async def test_the_viewer_ends_with_the_transaction(app: Litestar, ours: dict[str, UUID]) -> None:
    count = "select count(*) from inquiry"
    async with app.state.pool.acquire() as own:
        async with own.transaction():
            tx = Transaction(own, dt.datetime.now(dt.UTC), "test")
            assert await own.fetchval(count) == 0
            async with as_system(tx.connection):
                assert await own.fetchval(count) == 1
            assert await own.fetchval(count) == 0
        assert await own.fetchval(count) == 0
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with own.transaction(), as_system(own):
                await own.execute("select 1 / 0")
        assert await own.fetchval(count) == 0


async def test_a_stranger_cannot_write_into_our_region(
    app: Litestar, ours: dict[str, UUID], strangers: dict[str, Viewer], people: Cast
) -> None:
    for who, viewer in strangers.items():
        async with transaction(app.state.pool, viewer=viewer) as tx:
            changed = await tx.connection.execute(
                "update capacity set state = 'full' where region_id = $1", people.regions["ours"]
            )
            assert changed == "UPDATE 0", who
            changed = await tx.connection.execute("update inquiry set state = 'closed'")
            assert changed == "UPDATE 0", who
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(app.state.pool, viewer=viewer) as tx:
                await tx.connection.execute(
                    """
                    insert into weight_set
                        (region_id, version, weights, reason, applies_to_open, changed_at, changed_by)
                    values ($1, 99, '{}', 'planted', false, now(), 'Somebody')
                    """,
                    people.regions["ours"],
                )
