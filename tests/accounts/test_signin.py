"""Signing in by a mailed link: the whole way, and every way that must not work."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, actions, add_person
from tests.accounts.conftest import Drain, MakeBrowser, SignIn
from tests.mailbox import Mailbox
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_service import find_or_add_person
from trialport.accounts.signin_service import make_open_link
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction

LastLink = Callable[[], str]


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings())


async def test_it_works(
    browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str, connection: asyncpg.Connection
) -> None:
    one = browser()
    asked = await one.ask_for_link(kim)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in/sent")
    assert one.session is None
    assert await drain() == 1
    assert (await one.get(last_link().removeprefix(SITE))).status_code == 200
    signed_in = await one.open_link(last_link())
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")
    cookie = signed_in.headers["set-cookie"]
    assert cookie.startswith("__Host-trialport=")
    for attribute in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie
    page = await one.get("/me")
    assert page.status_code == 200
    assert kim in page.text
    assert "Trial office, TST" in page.text
    assert await actions(connection) == ["session.signed_in"]


async def test_only_hashes_are_stored(
    sign_in: SignIn, last_link: LastLink, kim: str, connection: asyncpg.Connection
) -> None:
    one = await sign_in(kim)
    secret = last_link().rpartition("/")[2]
    everything = ""
    for table in ("signin_request", "session", "job", "message", "audit_event"):
        everything += str(await connection.fetch(f"select row_to_json(t)::text from {table} t"))
    assert one.session is not None
    for hidden in (secret, one.session, one.http.cookies["__Host-trialport-browser"]):
        assert hidden not in everything
    stored = await connection.fetchval("select secret_hash from session")
    assert stored == hashlib.sha256(one.session.encode()).digest()


async def test_the_answer_is_the_same_for_every_address(
    browser: MakeBrowser, drain: Drain, kim: str, mailbox: Mailbox
) -> None:
    before = len(mailbox.mails())
    known, unknown = await browser().ask_for_link(kim), await browser().ask_for_link("nobody@example.org")
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert known.text == unknown.text
    assert await drain() == 2
    assert [mail.message["To"] for mail in mailbox.mails()[before:]] == [kim]


async def test_a_person_whose_data_were_erased_gets_no_link(
    browser: MakeBrowser, drain: Drain, kim: str, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    before = len(mailbox.mails())
    await connection.execute("update person set erased_at = now()")
    await browser().ask_for_link(kim)
    await drain()
    assert len(mailbox.mails()) == before


async def test_looking_at_a_link_does_not_spend_it(
    browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str
) -> None:
    """A program that checks mails opens the link, without our cookie and with HEAD too."""
    one, scanner = browser(), browser()
    await one.ask_for_link(kim)
    await drain()
    path = last_link().removeprefix(SITE)
    for _ in range(3):
        assert (await scanner.get(path)).status_code == 403
        assert (await scanner.http.head(path)).status_code == 403
        assert (await one.get(path)).status_code == 200
    assert (await one.open_link(path)).status_code == 303


async def test_a_link_works_once(browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str) -> None:
    one = browser()
    await one.ask_for_link(kim)
    await drain()
    path = last_link().removeprefix(SITE)
    token = await one.token_on(path)
    answers = await asyncio.gather(
        *(one.http.post(path, data={"csrf_token": token}, headers={"Origin": SITE}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 410, 410, 410, 410]
    one.http.cookies.delete("__Host-trialport")
    again = await one.get(path)
    assert again.status_code == 410
    assert "can no longer be used" in again.text


async def test_another_browser_is_told_to_go_back(
    browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str, connection: asyncpg.Connection
) -> None:
    one, thief = browser(), browser()
    await one.ask_for_link(kim)
    await drain()
    path = last_link().removeprefix(SITE)
    looked = await thief.get(path)
    assert looked.status_code == 403
    assert "Open the link where you asked for it" in looked.text
    assert (await thief.post(path, {})).status_code == 410
    assert thief.session is None
    assert await actions(connection) == ["session.sign_in_failed"]
    assert (await one.open_link(path)).status_code == 303


async def test_a_link_lapses(
    browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str, connection: asyncpg.Connection
) -> None:
    one = browser()
    await one.ask_for_link(kim)
    await drain()
    path = last_link().removeprefix(SITE)
    token = await one.token_on(path)
    left = await connection.fetchval("select extract(epoch from expires_at - now()) from signin_request")
    assert 14 * 60 < left <= 15 * 60
    await connection.execute("update signin_request set expires_at = now()")
    assert (await one.get(path)).status_code == 410
    spent = await one.http.post(path, data={"csrf_token": token}, headers={"Origin": SITE})
    assert spent.status_code == 410
    assert one.session is None


async def test_a_repeated_job_replaces_the_link(
    browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str, connection: asyncpg.Connection
) -> None:
    one = browser()
    await one.ask_for_link(kim)
    await drain()
    first = last_link()
    await connection.execute("update job set state = 'queued', attempt = 0 where kind = 'send_signin_link'")
    assert await drain() == 1
    assert last_link() != first
    assert (await one.get(first.removeprefix(SITE))).status_code == 410
    assert (await one.open_link(last_link())).status_code == 303


async def test_where_to_go_is_one_of_our_own_pages(
    sign_in: SignIn, browser: MakeBrowser, drain: Drain, last_link: LastLink, kim: str
) -> None:
    for given, wanted in (
        ("/me/sessions", "/me/sessions"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
    ):
        one = browser()
        await one.ask_for_link(kim, next=given)
        await drain()
        assert (await one.open_link(last_link())).headers["location"] == wanted, given


async def test_anonymous_is_sent_to_sign_in(browser: MakeBrowser) -> None:
    for path in ("/me", "/me/role", "/me/sessions", "/me/notice"):
        answer = await browser().get(path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/sign-in?next={path.replace('/', '%2F')}"
        for_programs = await browser().get(path, headers={"Accept": "application/json"})
        assert for_programs.status_code == 401


async def test_bad_input_is_400(browser: MakeBrowser, connection: asyncpg.Connection) -> None:
    for email in ("", "kim", "kim@", "a@b@c.org", "kim@example.org, eve@example.org", "x" * 300 + "@example.org"):
        answer = await browser().ask_for_link(email)
        assert answer.status_code == 400, email
        assert 'aria-invalid="true"' in answer.text
    assert await connection.fetchval("select count(*) from signin_request") == 0


async def test_the_notice_comes_first(
    sign_in: SignIn, connection: asyncpg.Connection, office_grant: dict[str, object]
) -> None:
    await add_person(connection, "new@example.org", office_grant, has_seen_notice=False)
    one = await sign_in("new@example.org")
    for path, first in (
        ("/", "/me/notice"),
        ("/me", "/me/notice"),
        ("/me/sessions", "/me/notice?next=%2Fme%2Fsessions"),
        ("/me/role", "/me/notice?next=%2Fme%2Frole"),
    ):
        answer = await one.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, first)
    for_programs = await one.get("/api/v1/regions", headers={"Accept": "application/json"})
    assert for_programs.status_code == 403
    assert "Before you begin" in (await one.get("/me/notice")).text
    assert (await one.post("/me/notice", {}, page="/me/notice")).status_code == 303
    assert (await one.get("/me")).status_code == 200
    assert await connection.fetchval("select notice_version is not null and notice_seen_at is not null from person")


async def test_the_log_holds_no_address_and_no_secret(
    sign_in: SignIn, last_link: LastLink, kim: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="trialport")
    one = await sign_in(kim)
    await one.get("/me")
    assert one.session is not None
    assert len(caplog.messages) > 4
    for hidden in (kim, last_link().rpartition("/")[2], one.session):
        assert hidden not in caplog.text


async def test_a_wrong_method_of_the_link_page_says_so(app: Litestar, browser: MakeBrowser) -> None:
    answer = await browser().http.delete("/sign-in")
    assert answer.status_code == 405


async def test_a_link_that_lives_long_is_made_in_a_demonstration_alone(app: Litestar) -> None:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        person = await find_or_add_person(tx, SYSTEM, email="long@example.org", name="Kim (test)", language="en")
        with pytest.raises(ValueError, match="quarter of an hour"):
            await make_open_link(tx, app.state.settings, person, valid=timedelta(days=7))
        demo = replace(app.state.settings, environment="demo")
        assert "/sign-in/link/" in await make_open_link(tx, demo, person, valid=timedelta(days=7))
