"""The mail about capacity that runs out: who gets one and when, and the page behind its link."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.notifications.mail_models import CapacityStale
from trialport.units.stale_service import QuestionLink, ask_about_stale, fill_question, question_address

RUNS_OUT = "update capacity set valid_until = current_date + {days}, confirmed_at = now() - interval '80 days'"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


async def ask(app: Litestar, now: datetime | None = None) -> int:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        object.__setattr__(tx, "now", now or tx.now)
        return await ask_about_stale(tx, app.state.settings, 100)


async def mails(connection: asyncpg.Connection) -> list[Any]:
    return list(await connection.fetch("select * from message where kind = 'capacity_stale' order by created_at"))


async def link_of(app: Litestar, connection: asyncpg.Connection, address: str = "lung@example.org") -> str:
    """Return the path that the mail leads to, as the worker fills it in."""
    (mail,) = [one for one in await mails(connection) if one["to_address"] == address]
    params = CapacityStale(
        capacity_question_id=mail["params"]["capacity_question_id"],
        last_day=datetime.fromisoformat(mail["params"]["last_day"]).date(),
    )
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        filling = await fill_question(tx, app.state.settings, params)
    assert filling is not None
    link: str = filling.values["link"]
    return link.removeprefix(app.state.settings.public_url)


@pytest.fixture
async def browser(app: Litestar) -> Any:
    opened = Browser(app)
    yield opened
    await opened.http.aclose()


@pytest.fixture
async def link(app: Litestar, connection: asyncpg.Connection, people: Cast) -> str:
    await connection.execute(RUNS_OUT.format(days=-1))
    await ask(app)
    return await link_of(app, connection)


def seen(people: Cast, revision: int = 1) -> dict[str, str]:
    return {f"seen_{people.units['lung']}_respiratory": str(revision)}


async def test_each_is_asked_once_for_each_last_day(
    app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    await connection.execute(RUNS_OUT.format(days=7))
    assert await ask(app) == 0
    await connection.execute(RUNS_OUT.format(days=6))
    # The head of the lung unit works at the heart unit too, where somebody else is the head.
    await connection.execute(
        "insert into position values ($1, $2, 0.5, false)", people.investigators["lung"], people.units["heart"]
    )
    assert await ask(app) == 3
    assert await ask(app) == 0
    later = datetime.now(UTC) + timedelta(days=40)
    assert await ask(app, later) == 0, "the same last day"
    sent = await mails(connection)
    assert sorted(one["to_address"] for one in sent) == [f"{name}@example.org" for name in ("foreign", "heart", "lung")]
    assert all(set(one["params"]) == {"capacity_question_id", "last_day"} for one in sent), "no link lies in a table"
    assert await connection.fetchval("select count(*) from audit_event where action = 'capacity.asked'") == 3
    await connection.execute(RUNS_OUT.format(days=5))
    assert await ask(app) == 0, "asked within the week"
    assert await ask(app, datetime.now(UTC) + timedelta(days=7, seconds=1)) == 3


async def test_one_mail_for_all_of_a_person(app: Litestar, connection: asyncpg.Connection, people: Cast) -> None:
    await connection.execute(RUNS_OUT.format(days=-30))
    await connection.execute("delete from position")
    for name in ("lung", "heart", "foreign"):
        await connection.execute(
            "insert into position values ($1, $2, 0.5, false)", people.investigators["lung"], people.units[name]
        )
    await connection.execute("update investigator set email = 'nobody' where email = 'heart@example.org'")
    assert await ask(app) == 3
    (mail,) = await mails(connection)
    page = await Browser(app).get(await link_of(app, connection))
    for name in ("lung", "heart", "foreign"):
        assert f"Unit {name}" in page.text
    assert page.text.count(">Still right<") == 3
    assert "Everything is still right" in page.text
    assert mail["language"] == "en"


async def test_who_is_away_or_objects_is_not_asked(app: Litestar, connection: asyncpg.Connection, people: Cast) -> None:
    await connection.execute(RUNS_OUT.format(days=-1))
    await connection.execute("update investigator set objected_at = now() where email = 'heart@example.org'")
    await connection.execute(
        "insert into position values ($1, $2, 0.5, false)", people.investigators["foreign"], people.units["lung"]
    )
    await connection.execute(
        """insert into investigator_absence (investigator_id, first_day, last_day)
           values ($1, current_date, current_date)""",
        people.investigators["lung"],
    )
    assert await ask(app) == 2
    (mail,) = await mails(connection)
    assert mail["to_address"] == "foreign@example.org"


async def test_one_tap_without_a_password(
    app: Litestar, browser: Browser, link: str, people: Cast, connection: asyncpg.Connection
) -> None:
    page = await browser.get(link)
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "Needs a look" in page.text
    assert "Unit heart" not in page.text
    stored = "select revision, valid_until - current_date as days, confirmed_by from capacity where unit_id = $1"
    lung = people.units["lung"]
    assert (await connection.fetchrow(stored, lung))["revision"] == 1, "looking confirms nothing"
    sent = await browser.post(link, seen(people), page=link)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{link}?done=1")
    row = await connection.fetchrow(stored, lung)
    assert tuple(row) == (2, 90, "investigator, by the link of a mail")
    page = await browser.get(f"{link}?done=1")
    assert "Your capacity is up to date" in page.text
    again = await browser.post(link, seen(people), page=link)
    assert (again.status_code, "Changed meanwhile" in again.text) == (409, True)
    details = await connection.fetchval("select details from audit_event where action = 'capacity.confirmed'")
    assert (details["by_link"], details["investigator_id"]) == (True, str(people.investigators["lung"]))
    undone = await browser.post(link, seen(people, 2) | {"what": "take_back"}, page=link)
    assert undone.headers["location"] == f"{link}?undone=1"
    assert tuple(await connection.fetchrow(stored, lung))[:2] == (3, -1)
    assert "Still right" in (await browser.get(link)).text


async def test_changing_and_pausing(browser: Browser, link: str, people: Cast, connection: asyncpg.Connection) -> None:
    one = f"{link}/{people.units['lung']}/respiratory"
    form = await browser.get(one)
    assert 'id="history"' not in form.text, "names of colleagues stay behind the sign-in"
    wrong = await browser.post(one, {"revision": "1", "state": "open", "nurse_hours_free": "many"}, page=one)
    assert (wrong.status_code, 'value="many"' in wrong.text) == (422, True)
    assert f'action="{one}"' in wrong.text
    good = await browser.post(one, {"revision": "1", "state": "limited", "nurse_hours_free": "6"}, page=one)
    assert good.headers["location"] == f"{link}?done=1"
    late = await browser.post(f"{one}/pause", {"revision": "2", "until": "2020-01-01"}, page=link)
    assert late.status_code == 422
    paused = await browser.post(f"{one}/pause", {"revision": "2", "until": ""}, page=link)
    assert paused.is_redirect
    row = await connection.fetchrow(
        "select state, nurse_hours_free from capacity where unit_id = $1", people.units["lung"]
    )
    assert tuple(row) == ("paused", 6)


async def test_stranger_gets_404(browser: Browser, link: str, people: Cast, connection: asyncpg.Connection) -> None:
    heart = people.units["heart"]
    await connection.execute("insert into position values ($1, $2, 0.5, false)", people.investigators["lung"], heart)
    for path, form in (
        (link, {f"seen_{heart}_respiratory": "1"}),
        (f"{link}/{heart}/respiratory", {"revision": "1", "state": "open"}),
        (f"{link}/{heart}/respiratory/pause", {"revision": "1"}),
    ):
        assert (await browser.post(path, form, page=link)).status_code == 404, "what the mail did not ask about"
    assert (await browser.get(f"{link}/{heart}/respiratory")).status_code == 404


async def test_links_that_do_not_open(
    app: Litestar, browser: Browser, link: str, settings: Settings, connection: asyncpg.Connection
) -> None:
    torn = await browser.get(link[:-3])
    assert (torn.status_code, "Part of the address may have been lost" in torn.text) == (410, True)
    question_id = (await mails(connection))[0]["params"]["capacity_question_id"]
    old = QuestionLink(capacity_question_id=question_id, last_day=datetime.now(UTC).date() - timedelta(days=2))
    lapsed = await browser.get(question_address(app.state.settings, old).removeprefix(app.state.settings.public_url))
    assert (lapsed.status_code, "older than we keep links open" in lapsed.text) == (410, True)
    await connection.execute(
        "delete from position where investigator_id <> all (select investigator_id from role_grant)"
    )
    gone = await browser.get(link)
    assert (gone.status_code, "do not work at this unit any more" in gone.text) == (410, True)
    await connection.execute("update investigator set objected_at = now()")
    assert "You have asked not to be proposed" in (await browser.get(link)).text


async def test_a_mail_that_is_overtaken_does_not_leave(
    app: Litestar, link: str, connection: asyncpg.Connection
) -> None:
    await connection.execute("update capacity set confirmed_at = now() + interval '1 second'")
    params = [
        CapacityStale(**one["params"] | {"last_day": datetime.now(UTC).date()}) for one in await mails(connection)
    ]
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        assert [await fill_question(tx, app.state.settings, one) for one in params] == [None] * len(params)


async def test_undo_on_her_own_page(app: Litestar, people: Cast, connection: asyncpg.Connection) -> None:
    scope = RoleScope(
        role="investigator", region_id=people.regions["ours"], investigator_id=people.investigators["lung"]
    )
    kim = await signed_in(app, connection, "kim", scope)
    path = f"/capacity/{people.units['lung']}/respiratory/confirm"
    assert "Undo the confirmation" not in (await kim.get("/capacity")).text
    assert (await kim.post(path, {"revision": "1"}, page="/capacity")).is_redirect
    assert "Undo the confirmation" in (await kim.get("/capacity?done=1")).text
    undone = await kim.post("/capacity/take-back", seen(people, 2), page="/capacity")
    assert undone.headers["location"] == "/capacity?undone=1"
    again = await kim.post("/capacity/take-back", seen(people, 3), page="/capacity")
    assert (again.status_code, "Changed meanwhile" in again.text) == (409, True)
    assert "Confirmation taken back" in (await kim.get(path.removesuffix("/confirm"))).text
    await kim.http.aclose()
