"""Delegates: named by an investigator, acting for her under both names, and never further than that."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.accounts.browsers import SITE, Browser, add_person
from tests.accounts.conftest import MakeBrowser
from tests.cast import Cast
from tests.conftest import Client
from trialport.accounts.browser import SESSION_COOKIE
from trialport.accounts.people_models import PersonRow
from trialport.accounts.sessions_service import start_session
from trialport.core.db import SYSTEM_VIEWER, Viewer, transaction
from trialport.units.retention_service import erase_people_who_kept_away

JSON = {"Accept": "application/json"}
DELEGATES = "/api/v1/me/delegates"
LUNG = "Demo lung (demonstration)"


@pytest.fixture
async def colleague(connection: asyncpg.Connection, people: Cast) -> UUID:
    """An investigator who works at the heart unit and a little at the lung unit, too."""
    heart = people.investigators["heart"]
    await connection.execute(
        "insert into position (investigator_id, unit_id, share) values ($1, $2, 0.1)", heart, people.units["lung"]
    )
    return heart


@pytest.fixture
async def deputy(browser: MakeBrowser, app: Litestar, connection: asyncpg.Connection, people: Cast) -> Browser:
    """The head of the heart unit, signed in, whom the head of the lung unit has named as her delegate."""
    await connection.execute(
        "insert into investigator_delegate (investigator_id, delegate_id) values ($1, $2)",
        people.investigators["lung"],
        people.investigators["heart"],
    )
    return await signed_in(browser(), app, connection, people, "heart", "Kim Exempel")


async def signed_in(
    one: Browser, app: Litestar, connection: asyncpg.Connection, people: Cast, unit: str, name: str
) -> Browser:
    """Sign in the head of a unit, without the way through the mail."""
    region = people.regions["theirs" if unit == "foreign" else "ours"]
    grant = {"role": "unit_head", "region_id": region, "investigator_id": people.investigators[unit]}
    email = f"{unit}@example.org"
    person_id = await add_person(connection, email, grant, name=name)
    person = PersonRow(person_id=person_id, email=email, name=name, language="en", notice_version=None)
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        started = await start_session(tx, app.state.settings, person, "link", "Test/1", None)
    one.http.cookies.set(SESSION_COOKIE, started.secret, domain="test.local", path="/")
    return one


async def act_for(one: Browser, connection: asyncpg.Connection, investigator_id: UUID) -> httpx.Response:
    role_grant_id = await connection.fetchval(
        "select role_grant_id from role_grant join person using (person_id) where email = 'heart@example.org'"
    )
    form = {"role_grant_id": str(role_grant_id), "acting_for_id": str(investigator_id)}
    return await one.post("/me/role", form, page="/me/role")


async def csrf(one: Browser) -> dict[str, str]:
    return {**JSON, "Origin": SITE, "X-CSRF-Token": await one.token_on("/me")}


def capacity_of(people: Cast, unit: str) -> str:
    return f"/api/v1/units/{people.units[unit]}/capacities/respiratory"


async def test_it_works(deputy: Browser, connection: asyncpg.Connection, people: Cast) -> None:
    """A delegate reaches the principal's unit and not her own, and both names stand on what she does."""
    before = deputy.session
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 404
    assert f"Act for {LUNG}" in (await deputy.get("/me/role")).text
    answer = await act_for(deputy, connection, people.investigators["lung"])
    assert answer.status_code == 303
    assert deputy.session not in (None, before), "the session is rotated"
    page = (await deputy.get("/me")).text
    assert "Kim Exempel" in page
    assert f"for {LUNG}" in page
    me = (await deputy.get("/api/v1/me", headers=JSON)).json()
    assert (me["name"], me["acting_as"], me["acting_for"]) == ("Kim Exempel", "investigator", LUNG)
    assert (await deputy.get(capacity_of(people, "heart"), headers=JSON)).status_code == 404
    confirmed = await deputy.http.post(capacity_of(people, "lung") + "/confirm", headers=await csrf(deputy))
    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["confirmed_by"], confirmed.json()["confirmed_for"]) == ("Kim Exempel", LUNG)
    change = (await deputy.get(capacity_of(people, "lung") + "/history", headers=JSON)).json()["items"][0]
    assert (change["action"], change["changed_by"], change["acting_for"]) == ("confirmed", "Kim Exempel", LUNG)


async def test_the_trail_names_the_delegate_and_the_principal_by_id(
    deputy: Browser, client: Client, connection: asyncpg.Connection, people: Cast
) -> None:
    await act_for(deputy, connection, people.investigators["lung"])
    await deputy.http.post(capacity_of(people, "lung") + "/confirm", headers=await csrf(deputy))
    events = await connection.fetch(
        "select action, actor_id, actor_role, actor_name, acting_for from audit_event where acting_for is not null "
        "order by audit_event_id"
    )
    person_id = await connection.fetchval("select person_id from person where email = 'heart@example.org'")
    assert [tuple(event) for event in events] == [
        (action, person_id, "investigator", "", str(people.investigators["lung"]))
        for action in ("session.role_changed", "capacity.confirmed")
    ]
    shown = (await client("office").get("/api/v1/audit?action=capacity.confirmed")).json()["items"][0]
    assert (shown["actor_name"], shown["acting_for"]) == ("Kim Exempel", LUNG)


async def test_what_the_principal_is_as_a_person_stays_hers(
    deputy: Browser, connection: asyncpg.Connection, people: Cast
) -> None:
    """Neither her objection, nor her delegates, nor her data are a delegate's."""
    lung = people.investigators["lung"]
    await act_for(deputy, connection, lung)
    headers = await csrf(deputy)
    body = {"delegate_ids": [str(people.investigators["heart"])]}
    for answer in (
        await deputy.http.post("/api/v1/me/objection", headers=headers),
        await deputy.http.delete("/api/v1/me/objection", headers=headers),
        await deputy.http.put(DELEGATES, json=body, headers=headers),
        await deputy.get(DELEGATES, headers=JSON),
        await deputy.get("/api/v1/me/name-readings", headers=JSON),
    ):
        assert answer.status_code == 403, answer.text
    assert await connection.fetchval("select count(*) from investigator where objected_at is not null") == 0
    export = (await deputy.get("/api/v1/me/export", headers=JSON)).json()
    assert [one["investigator_id"] for one in export["investigators"]] == [str(people.investigators["heart"])]
    assert "lung@example.org" not in str(export)
    # Her name was read by somebody else: the delegate.
    assert (await deputy.get(f"/api/v1/investigators/{lung}", headers=JSON)).status_code == 200
    assert await connection.fetchval(
        "select acting_for from audit_event where action = 'investigator.read' and object_id = $1", lung
    ) == str(lung)


async def test_stranger_gets_404(deputy: Browser, connection: asyncpg.Connection, people: Cast) -> None:
    """Nobody acts for whoever has not named her: not for others, not for herself, not by another's role."""
    before = deputy.session
    for wanted in (people.investigators["foreign"], people.investigators["heart"], uuid4(), "nonsense"):
        assert (await act_for(deputy, connection, wanted)).status_code == 404, wanted  # type: ignore[arg-type]
    form = {"role_grant_id": str(uuid4()), "acting_for_id": str(people.investigators["lung"])}
    assert (await deputy.post("/me/role", form, page="/me/role")).status_code == 404
    assert deputy.session == before
    assert (await deputy.get("/api/v1/me", headers=JSON)).json()["acting_for"] is None


async def test_a_role_of_another_kind_stands_in_for_nobody(
    deputy: Browser, connection: asyncpg.Connection, people: Cast
) -> None:
    """The delegation is to an investigator, whatever else that person is."""
    office = await connection.fetchval(
        """
        insert into role_grant (person_id, role, region_id, investigator_id, source, granted_at, granted_by)
        select person_id, 'office', region_id, investigator_id, 'command', now(), 'test' from role_grant
        returning role_grant_id
        """
    )
    form = {"role_grant_id": str(office), "acting_for_id": str(people.investigators["lung"])}
    assert (await deputy.post("/me/role", form, page="/me/role")).status_code == 404


async def test_removal_ends_it_at_once(
    deputy: Browser, client: Client, connection: asyncpg.Connection, people: Cast
) -> None:
    await act_for(deputy, connection, people.investigators["lung"])
    headers = await csrf(deputy)
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 200
    assert (await client("unit_head").put(DELEGATES, json={"delegate_ids": []})).status_code == 200
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 404
    refused = await deputy.http.post(capacity_of(people, "lung") + "/confirm", headers=headers)
    assert refused.status_code == 404
    me = (await deputy.get("/api/v1/me", headers=JSON)).json()
    assert (me["acting_as"], me["acting_for"]) == ("unit_head", None)
    assert (await act_for(deputy, connection, people.investigators["lung"])).status_code == 404
    # Named again, the session that ended does not come back by itself.
    await connection.execute(
        "insert into investigator_delegate (investigator_id, delegate_id) values ($1, $2)",
        people.investigators["lung"],
        people.investigators["heart"],
    )
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 404


async def test_one_goes_back_to_ones_own_role(deputy: Browser, connection: asyncpg.Connection, people: Cast) -> None:
    await act_for(deputy, connection, people.investigators["lung"])
    own = str(await connection.fetchval("select role_grant_id from role_grant"))
    assert own in (await deputy.get("/me/role")).text
    assert (await deputy.post("/me/role", {"role_grant_id": own}, page="/me/role")).status_code == 303
    assert (await deputy.get(capacity_of(people, "heart"), headers=JSON)).status_code == 200
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 404


async def test_a_delegate_of_a_delegate_is_nobodys(
    deputy: Browser, browser: MakeBrowser, app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    """Foreign stands in for heart, and heart for lung: foreign reaches heart's unit and never lung's."""
    foreign, heart, lung = (people.investigators[name] for name in ("foreign", "heart", "lung"))
    await connection.execute(
        "insert into investigator_delegate (investigator_id, delegate_id) values ($1, $2)", heart, foreign
    )
    await act_for(deputy, connection, lung)
    third = await signed_in(browser(), app, connection, people, "foreign", "Third")
    own = await connection.fetchval("select role_grant_id from role_grant where investigator_id = $1", foreign)
    for principal, expected in ((lung, 404), (heart, 303), (lung, 404)):
        form = {"role_grant_id": str(own), "acting_for_id": str(principal)}
        assert (await third.post("/me/role", form, page="/me/role")).status_code == expected
    assert LUNG not in (await third.get("/me/role")).text
    assert (await third.get(capacity_of(people, "heart"), headers=JSON)).status_code == 200
    assert (await third.get(capacity_of(people, "lung"), headers=JSON)).status_code == 404


async def test_who_lost_the_own_role_stands_in_for_nobody(
    deputy: Browser, connection: asyncpg.Connection, people: Cast
) -> None:
    await act_for(deputy, connection, people.investigators["lung"])
    await connection.execute("update role_grant set revoked_at = now()")
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 403
    assert f"for {LUNG}" not in (await deputy.get("/me")).text


async def test_an_erased_principal_leaves_no_name(
    deputy: Browser, client: Client, app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    lung = people.investigators["lung"]
    grant = {"role": "investigator", "region_id": people.regions["ours"], "investigator_id": lung}
    person_id = await add_person(connection, "lung@example.org", grant, name=LUNG)
    await act_for(deputy, connection, lung)
    await deputy.http.post(capacity_of(people, "lung") + "/confirm", headers=await csrf(deputy))
    await connection.execute(
        """
        update person set retention_asked_at = now() - interval '40 days', last_active_at = now() - interval '3 years'
        where person_id = $1
        """,
        person_id,
    )
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        assert await erase_people_who_kept_away(tx, app.state.settings) == 1
    assert (await deputy.get(capacity_of(people, "lung"), headers=JSON)).status_code == 404
    shown = (await client("office").get(capacity_of(people, "lung"))).json()
    assert (shown["confirmed_by"], shown["confirmed_for"]) == ("Kim Exempel", "somebody no longer here")
    for table in ("audit_event", "capacity", "capacity_history", "session", "investigator_delegate"):
        content = await connection.fetchval(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
        assert LUNG not in content, table


async def test_naming_delegates(client: Client, colleague: UUID, connection: asyncpg.Connection, people: Cast) -> None:
    head = client("unit_head")
    empty = (await head.get(DELEGATES)).json()
    assert empty == {"items": [], "available_actions": ["read", "change"]}
    named = await head.put(DELEGATES, json={"delegate_ids": [str(colleague)]})
    assert named.status_code == 200, named.text
    assert named.json()["items"] == [{"investigator_id": str(colleague), "name": "Demo heart (demonstration)"}]
    assert (await head.get(DELEGATES)).json() == named.json()
    # The same list again changes nothing; a delegate who left the unit is still shown, and may stay.
    await connection.execute("delete from position where investigator_id = $1 and share < 1", colleague)
    assert (await head.put(DELEGATES, json={"delegate_ids": [str(colleague)]})).json() == named.json()
    assert (await head.put(DELEGATES, json={"delegate_ids": []})).json() == empty
    events = await connection.fetch(
        "select object_id, region_id, before, after from audit_event where action = 'investigator.delegates_named' "
        "order by audit_event_id"
    )
    lung, ours = people.investigators["lung"], people.regions["ours"]
    one, none = {"delegate_ids": [str(colleague)]}, {"delegate_ids": list[str]()}
    assert [tuple(event) for event in events] == [(lung, ours, none, one), (lung, ours, one, none)]
    assert await connection.fetchval("select count(*) from audit_event where action = 'investigator.listed'") == 1


async def test_only_colleagues_can_be_named(client: Client, people: Cast, connection: asyncpg.Connection) -> None:
    """Whether such a person exists is not told."""
    head, told = client("unit_head"), set()
    own, heart = people.investigators["lung"], people.investigators["heart"]
    for wanted in (own, heart, people.investigators["foreign"], uuid4()):
        answer = await head.put(DELEGATES, json={"delegate_ids": [str(wanted)]})
        assert answer.status_code == 422
        told.add(str(answer.json()["errors"]))
    assert len(told) == 1
    assert await connection.fetchval("select count(*) from investigator_delegate") == 0


async def test_anonymous_is_refused(client: Client) -> None:
    assert (await client(None).get(DELEGATES)).status_code == 401
    assert (await client(None).put(DELEGATES, json={"delegate_ids": []})).status_code == 401


async def test_bad_input_is_400(client: Client, colleague: UUID, connection: asyncpg.Connection) -> None:
    head = client("unit_head")
    many = [str(uuid4()) for _ in range(6)]
    body: dict[str, Any]
    for body in ({}, {"delegate_ids": None}, {"delegate_ids": ["x"]}, {"delegate_ids": many}, {"delegates": []}):
        assert (await head.put(DELEGATES, json=body)).status_code == 400, body
    twice = await head.put(DELEGATES, json={"delegate_ids": [str(colleague)] * 2})
    assert twice.status_code == 422
    assert await connection.fetchval("select count(*) from investigator_delegate") == 0


async def test_the_page_shows_ones_delegates(
    browser: MakeBrowser, app: Litestar, connection: asyncpg.Connection, people: Cast, colleague: UUID
) -> None:
    one = await signed_in(browser(), app, connection, people, "lung", "Alex Exempel")
    assert "Nobody may act for you." in (await one.get("/me")).text
    body = {"delegate_ids": [str(colleague)]}
    assert (await one.http.put(DELEGATES, json=body, headers=await csrf(one))).status_code == 200
    assert "Demo heart (demonstration)" in (await one.get("/me")).text


INSERT = "insert into investigator_delegate (investigator_id, delegate_id) values ($1, $2)"


async def test_row_security_lets_exactly_that_happen(
    app: Litestar, deputy: Browser, colleague: UUID, connection: asyncpg.Connection, people: Cast
) -> None:
    """Even a statement without its checks names nobody for others, and nobody who is no colleague."""
    lung, heart, foreign = (people.investigators[name] for name in ("lung", "heart", "foreign"))
    ours = people.regions["ours"]
    person_id = await connection.fetchval("select person_id from person where email = 'heart@example.org'")

    def viewer(role: str, investigator_id: UUID | None, person: UUID | None = None) -> Viewer:
        return Viewer(role=role, region_id=ours, investigator_id=investigator_id, person_id=person, actor_id=person)

    async def run(who: Viewer, statement: str, *values: Any) -> str:
        async with transaction(app.state.pool, viewer=who) as tx:
            status: str = await tx.connection.execute(statement, *values)
            return status

    for who, values in (
        (viewer("unit_head", lung), (lung, foreign)),
        (viewer("unit_head", lung), (heart, lung)),
        (viewer("unit_head", lung, person_id), (lung, heart)),
        (viewer("office", None), (lung, foreign)),
        (viewer("sponsor_contact", None), (lung, heart)),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run(who, INSERT, *values)
    all_of_them = "delete from investigator_delegate"
    abroad = Viewer(role="office", region_id=people.regions["theirs"])
    for who in (viewer("unit_head", heart), viewer("investigator", lung, person_id), abroad):
        assert await run(who, all_of_them) == "DELETE 0"
    seen = "select from investigator_delegate"
    assert await run(viewer("unit_head", foreign), seen) == "SELECT 0"
    for who in (viewer("unit_head", lung), viewer("investigator", heart), viewer("office", None)):
        assert await run(who, seen) == "SELECT 1"
    for who in (viewer("unit_head", lung), viewer("office", None)):
        assert await run(who, all_of_them) == "DELETE 1"
        assert await run(who, INSERT, lung, heart) == "INSERT 0 1"
