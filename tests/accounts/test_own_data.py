"""A person's own data: read, exported, and her objection to being proposed."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.accounts.browsers import SITE, add_person
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body, submit
from trialport.accounts.browser import SESSION_COOKIE
from trialport.accounts.people_models import PersonRow
from trialport.accounts.sessions_service import start_session
from trialport.core.db import SYSTEM_VIEWER, transaction

EMAIL = "alex@example.org"
NAME = "Alex Exempel"


@pytest.fixture
async def alex(connection: asyncpg.Connection, people: Cast) -> UUID:
    """An investigator with an account, absences and a delegate."""
    lung, heart = people.investigators["lung"], people.investigators["heart"]
    grant = {"role": "investigator", "region_id": people.regions["ours"], "investigator_id": lung}
    person_id: UUID = await add_person(connection, EMAIL, grant, name=NAME)
    await connection.execute(
        """
        insert into investigator_absence (investigator_id, first_day, last_day)
        values ($1, '2027-01-01', '2027-02-01')
        """,
        lung,
    )
    await connection.execute(
        "insert into investigator_delegate (investigator_id, delegate_id) values ($1, $2)", lung, heart
    )
    return person_id


@pytest.fixture
async def browser_of_alex(app: Litestar, alex: UUID) -> httpx.AsyncClient:
    """Alex, signed in."""
    person = PersonRow(person_id=alex, email=EMAIL, name=NAME, language="en", notice_version=None)
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        started = await start_session(tx, app.state.settings, person, "link", "Test/1", None)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=SITE, cookies={SESSION_COOKIE: started.secret})


async def test_it_works(browser_of_alex: httpx.AsyncClient, alex: UUID) -> None:
    me = (await browser_of_alex.get("/api/v1/me")).json()
    assert (me["person_id"], me["name"], me["email"], me["acting_as"]) == (str(alex), NAME, EMAIL, "investigator")
    assert [(role["role"], role["region"]) for role in me["roles"]] == [("investigator", "TST")]
    assert me["objected_at"] is None


async def test_a_token_is_somebody_too(client: Client) -> None:
    me = (await client("office").get("/api/v1/me")).json()
    assert (me["person_id"], me["name"], me["acting_as"], me["roles"]) == (None, "office (test)", "office", [])


async def test_anonymous_is_refused(client: Client) -> None:
    for path in ("/me", "/me/export", "/me/name-readings"):
        assert (await client(None).get(f"/api/v1{path}")).status_code == 401
    assert (await client(None).post("/api/v1/me/objection")).status_code == 401


async def test_bad_input_is_400(client: Client) -> None:
    assert (await client("office").get("/api/v1/me?person_id=1")).status_code == 400
    assert (await client("investigator").get("/api/v1/me/name-readings?cursor=x")).status_code == 400


async def test_who_lost_every_role_still_gets_her_data(
    browser_of_alex: httpx.AsyncClient, connection: asyncpg.Connection, alex: UUID
) -> None:
    await connection.execute("update role_grant set revoked_at = now()")
    me = await browser_of_alex.get("/api/v1/me")
    assert (me.status_code, me.json()["acting_as"]) == (200, None)
    export = await browser_of_alex.get("/api/v1/me/export")
    assert (export.status_code, export.json()["person"]["email"]) == (200, EMAIL)


async def test_the_export_holds_everything_and_no_secret(
    browser_of_alex: httpx.AsyncClient, client: Client, connection: asyncpg.Connection, alex: UUID, people: Cast
) -> None:
    lung = people.investigators["lung"]
    await connection.execute(
        """
        insert into message (kind, person_id, to_address, language, dedupe_key, created_at)
        values ('retention_question', $1, $2, 'en', 'x', now())
        """,
        alex,
        EMAIL,
    )
    await connection.execute(
        """
        insert into inquiry_draft (sponsor_id, person_id, content, step, created_at, updated_at)
        values ($1, $2, $3, 'trial', now(), now()), ($1, null, $3, 'trial', now(), now())
        """,
        people.sponsors["first"],
        alex,
        {"identity.working_title": "COPD at home"},
    )
    contact = {**inquiry_body()["who"], "contact": {"name": NAME, "email": EMAIL}}
    reference = (await submit(client, who=contact))["reference"]
    await client("office").get(f"/api/v1/investigators/{lung}")
    answer = await browser_of_alex.get("/api/v1/me/export")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    export = answer.json()
    assert (export["person"]["email"], export["person"]["name"]) == (EMAIL, NAME)
    assert [grant["role"] for grant in export["role_grants"]] == ["investigator"]
    assert [session["method"] for session in export["sessions"]] == ["link"]
    (investigator,) = export["investigators"]
    assert investigator["positions"] == [{"unit": "Unit lung", "share": 1.0, "is_head": True}]
    assert investigator["delegates"] == ["Demo heart (demonstration)"]
    assert investigator["absences"] == [{"first_day": "2027-01-01", "last_day": "2027-02-01"}]
    assert export["inquiries_naming_you"] == [reference]
    assert [draft["content"] for draft in export["drafts"]] == [{"identity.working_title": "COPD at home"}]
    assert [message["kind"] for message in export["messages"]] == ["retention_question"]
    assert [reading["reader_name"] for reading in export["name_readings"]] == ["office (test)"]
    assert [event["action"] for event in export["events_about_you"]].count("investigator.read") == 1
    secrets = await connection.fetchrow("select encode(secret_hash, 'hex') as hash, csrf_token from session")
    for secret in (secrets["hash"], secrets["csrf_token"], browser_of_alex.cookies[SESSION_COOKIE]):
        assert secret not in answer.text
    assert await connection.fetchval("select count(*) from audit_event where action = 'own_data.exported'") == 1


async def test_stranger_gets_404(client: Client, alex: UUID) -> None:
    """Own data has no address that another could guess: what a stranger exports is the stranger's."""
    for who in ("other_investigator", "office", "admin"):
        text = (await client(who).get("/api/v1/me/export")).text
        assert EMAIL not in text
        assert str(alex) not in text
    assert (await client("office").get("/api/v1/me/name-readings")).status_code == 403


async def test_every_column_about_a_person_is_exported(
    browser_of_alex: httpx.AsyncClient, connection: asyncpg.Connection, alex: UUID
) -> None:
    """A column that is new in one of these tables fails here until it is exported, or named as a secret."""
    export = (await browser_of_alex.get("/api/v1/me/export")).json()
    left_out = {
        "person": {"erased_at"},
        "session": {"secret_hash", "csrf_token", "person_id", "role_grant_id"},
        "investigator": set[str](),
    }
    rows = {"person": export["person"], "session": export["sessions"][0], "investigator": export["investigators"][0]}
    for table, missing in left_out.items():
        stored = await connection.fetch(
            "select column_name from information_schema.columns where table_name = $1", table
        )
        assert {one["column_name"] for one in stored} - rows[table].keys() == missing, table


async def test_who_objects_is_proposed_no_more(
    client: Client, people: Cast, connection: asyncpg.Connection, any_id: UUID
) -> None:
    lung = str(people.investigators["lung"])

    async def listed(who: str) -> bool:
        items = (await client(who).get("/api/v1/investigators")).json()["items"]
        return lung in {one["investigator_id"] for one in items}

    assert await listed("office")
    first = (await client("investigator").post("/api/v1/me/objection")).json()
    assert first["objected_at"] is not None
    assert (await client("investigator").post("/api/v1/me/objection")).json() == first, "it keeps its time"
    assert [await listed(who) for who in ("office", "admin", "investigator")] == [False, False, True]
    assert (await client("office").get(f"/api/v1/investigators/{lung}")).status_code == 200
    capacity = f"/api/v1/units/{people.units['lung']}/capacities/respiratory"
    assert (await client("office").get(capacity)).status_code == 200, "the unit's capacity stays"
    assert (await client("investigator").delete("/api/v1/me/objection")).json() == {"objected_at": None}
    assert await listed("office")
    events = await connection.fetch("select action from audit_event where action like 'investigator.obj%' order by 1")
    assert [event["action"] for event in events] == ["investigator.objected", "investigator.objection_withdrawn"]
    assert (await client("office").post("/api/v1/me/objection")).status_code == 403


async def test_training_of_who_objects_no_longer_counts(
    client: Client, people: Cast, connection: asyncpg.Connection, app: Litestar, drain: Any
) -> None:
    await connection.execute(
        """
        update investigator set gcp_trained_on = '2026-01-01', gcp_expires_on = '2036-01-01'
        where investigator_id = $1
        """,
        people.investigators["lung"],
    )
    body = inquiry_body(needs={"gcp_experience": True})

    async def compared() -> object:
        url = (await client("sponsor").post("/api/v1/inquiries", json=body)).json()["status_url"]
        await drain()
        found = (await client("office").get(f"{url}/candidates")).json()["items"]
        (one,) = [one for one in found if one["unit"]["unit_id"] == str(people.units["lung"])]
        return one["criteria"]

    with_training = await compared()
    await client("investigator").post("/api/v1/me/objection")
    assert await compared() != with_training
