"""Who is away for two years is asked, and erased thirty days later; the trail and its chain stay whole."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar

from tests.accounts.browsers import add_person
from tests.cast import Cast
from tests.conftest import Client
from trialport.accounts.audit_chain import check_chain
from trialport.accounts.models import Actor
from trialport.accounts.retention_rules import asked_when_inactive_since
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, transaction
from trialport.units import service as units
from workers import schedule

EMAIL, NAME = "gone@example.org", "Robin Borta"
YEARS_AGO = timedelta(days=800)


@pytest.fixture
def context(app: Litestar) -> dict[str, Any]:
    return {"pool": app.state.pool, "settings": app.state.settings, "doorbell": app.state.doorbell}


@pytest.fixture
async def gone(connection: asyncpg.Connection, people: Cast, app: Litestar) -> UUID:
    """Somebody who worked here long ago and left her name in many places."""
    lung = people.investigators["lung"]
    grant = {"role": "investigator", "region_id": people.regions["ours"], "investigator_id": lung}
    person_id: UUID = await add_person(connection, EMAIL, grant, name=NAME)
    await connection.execute("update person set created_at = now() - $1::interval", YEARS_AGO)
    await connection.execute(
        "update investigator set name = $2, email = $3, orcid = '0000-0001-0000-0000' where investigator_id = $1",
        lung,
        NAME,
        EMAIL,
    )
    for statement in (
        """insert into session
               (secret_hash, csrf_token, person_id, method, user_agent, created_at, last_seen_at, expires_at)
           values (sha256('x'), 'x', $1, 'link', 'Robins browser', now(), now(), now())""",
        "insert into identity (issuer, subject, person_id, created_at) values ('https://idp', 'robin', $1, now())",
        """insert into message (kind, person_id, to_address, language, dedupe_key, created_at, state)
           values ('account_created', $1, 'gone@example.org', 'en', 'x', now(), 'sent')""",
        """insert into investigator_absence (investigator_id, first_day, last_day)
           select investigator_id, '2027-01-01', '2027-02-01' from role_grant where person_id = $1""",
    ):
        await connection.execute(statement, person_id)
    actor = Actor(
        token_id=None,
        person_id=person_id,
        name=NAME,
        role="investigator",
        region_id=people.regions["ours"],
        investigator_id=lung,
    )
    async with transaction(app.state.pool, viewer=actor.viewer) as tx:
        unit_id = people.units["lung"]
        await units.confirm_capacity(tx, app.state.settings, actor, unit_id, "respiratory", expected=None)
        await record_audit_event(
            tx, actor, action="made.up", object_type="thing", object_id=person_id, region_id=people.regions["ours"]
        )
    return person_id


async def ask(connection: asyncpg.Connection, context: dict[str, Any], days_ago: int) -> None:
    """Sweep, and let so many days pass since the question."""
    await schedule.retain(context)
    await connection.execute(
        "update person set retention_asked_at = retention_asked_at - make_interval(days => $1)", days_ago
    )


async def everything(connection: asyncpg.Connection) -> dict[str, str]:
    tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
    return {
        name: await connection.fetchval(f"select coalesce(string_agg(row_to_json(t)::text, ' '), '') from \"{name}\" t")
        for (name,) in tables
    }


async def test_who_is_away_is_asked_once(connection: asyncpg.Connection, context: Any, gone: UUID) -> None:
    await schedule.retain(context)
    await schedule.retain(context)
    mails = await connection.fetch(
        "select to_address, params, person_id from message where kind = 'retention_question'"
    )
    assert [(mail["to_address"], mail["person_id"]) for mail in mails] == [(EMAIL, gone)]
    assert datetime.fromisoformat(mails[0]["params"]["erased_on"]).date() >= (datetime.now(UTC) + timedelta(29)).date()
    assert await connection.fetchval("select erased_at from person") is None
    assert await connection.fetchval("select count(*) from audit_event where action = 'person.retention_asked'") == 1


async def test_who_is_active_is_left_alone(connection: asyncpg.Connection, context: Any, gone: UUID) -> None:
    await connection.execute("update person set last_active_at = now() - interval '23 months'")
    await schedule.retain(context)
    assert await connection.fetchval("select count(*) from message where kind = 'retention_question'") == 0


async def test_who_comes_back_is_kept_and_asked_again_later(
    connection: asyncpg.Connection, context: Any, gone: UUID
) -> None:
    await ask(connection, context, 31)
    await connection.execute("update person set last_active_at = now() - interval '5 days'")
    await schedule.retain(context)
    assert await connection.fetchval("select name from person") == NAME
    await connection.execute(
        "update person set last_active_at = now() - interval '30 months', "
        "retention_asked_at = now() - interval '40 months'"
    )
    await connection.execute("update message set dedupe_key = 'old'  where kind = 'retention_question'")
    await schedule.retain(context)
    assert await connection.fetchval("select count(*) from message where kind = 'retention_question'") == 2
    assert await connection.fetchval("select name from person") == NAME


async def test_who_does_not_answer_is_erased(
    connection: asyncpg.Connection, context: Any, gone: UUID, people: Cast, client: Client
) -> None:
    await connection.execute(
        """
        insert into inquiry_draft (sponsor_id, person_id, content, step, created_at, updated_at)
        values ($1, $2, $3, 'trial', now(), now())
        """,
        people.sponsors["first"],
        gone,
        {"who.contact.name": NAME, "who.contact.email": EMAIL, "identity.working_title": "COPD"},
    )
    await schedule.seal(context)
    before = await connection.fetch("select audit_event_id, actor_id, action from audit_event order by 1")
    await ask(connection, context, 29)
    assert await connection.fetchval("select name from person") == NAME, "a day too early"
    await ask(connection, context, 2)
    await schedule.retain(context)
    found = {
        table: word
        for table, text in (await everything(connection)).items()
        for word in (NAME, EMAIL, "Robins browser", "robin", "0000-0001-0000-0000")
        if word in text
    }
    assert found == {}
    (draft,) = await connection.fetch("select person_id, content from inquiry_draft")
    assert tuple(draft) == (None, {"identity.working_title": "COPD"}), "her colleagues keep the rest"
    person = await connection.fetchrow("select name, erased_at, person_id from person")
    assert (person["name"], person["erased_at"] is None, person["person_id"]) == ("erased person", False, gone)
    assert await connection.fetchval("select count(*) from role_grant where revoked_at is null") == 0
    for table in ("session", "identity", "investigator_absence"):
        assert await connection.fetchval(f"select count(*) from {table}") == 0, table
    lung = people.investigators["lung"]
    assert await connection.fetchval("select count(*) from position where investigator_id = $1", lung) == 0
    assert await connection.fetchval("select changed_by from capacity_history") == "erased person"
    assert await connection.fetchval("select confirmed_by from capacity where revision = 2") == "erased person"
    after = await connection.fetch("select audit_event_id, actor_id, action from audit_event order by 1")
    assert after[: len(before)] == before, "the trail keeps its shape"
    await schedule.seal(context)
    for chain_id in (people.regions["ours"], UUID(int=0)):
        tx = Transaction(connection, datetime.now(UTC), "test")
        report = await check_chain(tx, chain_id, linked_within=timedelta(0))
        assert report.faults == ()
        assert report.links > 0
    events = (await client("office").get(f"/api/v1/audit?actor={gone}")).json()["items"]
    assert {event["actor_name"] for event in events} == {"erased person"}
    assert await connection.fetchval("select count(*) from audit_event where action = 'person.erased'") == 1
    await schedule.retain(context)
    assert await connection.fetchval("select count(*) from audit_event where action = 'person.erased'") == 1


async def test_names_are_read_as_they_are_today(client: Client, gone: UUID, connection: asyncpg.Connection) -> None:
    assert await connection.fetchval("select actor_name from audit_event where action = 'made.up'") == ""
    (event,) = (await client("office").get("/api/v1/audit?action=made.up")).json()["items"]
    assert event["actor_name"] == NAME
    await connection.execute("update person set name = 'Robin Tillbaka'")
    (event,) = (await client("office").get("/api/v1/audit?action=made.up")).json()["items"]
    assert event["actor_name"] == "Robin Tillbaka"


async def test_only_the_name_of_who_is_erased_gives_way(connection: asyncpg.Connection, gone: UUID) -> None:
    with pytest.raises(asyncpg.RestrictViolationError, match="only the name of an erased person"):
        await connection.execute("select forget_name($1)", gone)
    for statement in (
        "update capacity_history set changed_by = 'somebody else'",
        "update capacity_history set changed_by = 'erased person', action = 'imported'",
        "delete from capacity_history",
    ):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await connection.execute(statement)


async def test_an_investigator_that_somebody_else_is_too_stays(
    connection: asyncpg.Connection, context: Any, gone: UUID, people: Cast
) -> None:
    grant = {"role": "unit_head", "region_id": people.regions["ours"], "investigator_id": people.investigators["lung"]}
    await add_person(connection, "other@example.org", grant, name="Other")
    await ask(connection, context, 31)
    await schedule.retain(context)
    assert await connection.fetchval("select name from person where person_id = $1", gone) == "erased person"
    stays = await connection.fetchval(
        "select email from investigator where investigator_id = $1", people.investigators["lung"]
    )
    assert stays == EMAIL


def test_two_years_before_a_leap_day() -> None:
    assert asked_when_inactive_since(datetime(2028, 2, 29, 12, tzinfo=UTC)) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert asked_when_inactive_since(datetime(2026, 11, 22, tzinfo=UTC)) == datetime(2024, 11, 22, tzinfo=UTC)
