"""Sessions: rotated, listed, ended, and no stronger than the role behind them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from msgspec.structs import replace

from tests.accounts.browsers import PAGE, SITE, Browser, actions, add_person
from tests.accounts.conftest import MakeBrowser, SignIn
from tests.cast import Cast
from tests.mailbox import Mailbox
from trialport.accounts.browser import SESSION_COOKIE
from trialport.accounts.secret import hash_secret
from trialport.core.config import Settings

JSON = {"Accept": "application/json"}
SESSIONS = "/api/v1/me/sessions"


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings())


@pytest.fixture
async def several(connection: asyncpg.Connection, people: Cast) -> str:
    """Somebody who is in two offices and stands for a sponsor too."""
    await add_person(
        connection,
        "several@example.org",
        {"role": "office", "region_id": people.regions["ours"]},
        {"role": "office", "region_id": people.regions["theirs"]},
        {"role": "sponsor_contact", "region_id": people.regions["ours"], "sponsor_id": people.sponsors["first"]},
    )
    return "several@example.org"


async def csrf(one: Browser) -> dict[str, str]:
    """Return the headers of a change by a script of one of our pages."""
    return {**JSON, "Origin": SITE, "X-CSRF-Token": await one.token_on("/me")}


async def grants(connection: asyncpg.Connection) -> dict[tuple[str, Any], Any]:
    rows = await connection.fetch("select role, region_id, role_grant_id from role_grant")
    return {(row["role"], row["region_id"]): row["role_grant_id"] for row in rows}


async def test_it_works(sign_in: SignIn, kim: str) -> None:
    """A session calls the JSON API with the rights of its role."""
    one = await sign_in(kim)
    assert (await one.get("/api/v1/regions", headers=JSON)).status_code == 200
    assert (await one.get("/api/v1/tasks", headers=JSON)).status_code == 200
    listed = (await one.get(SESSIONS, headers=JSON)).json()["items"]
    assert [(item["current"], item["method"], item["user_agent"]) for item in listed] == [(True, "link", "Test/1")]
    assert "secret" not in str(listed)


async def test_anonymous_is_refused(browser: MakeBrowser) -> None:
    assert (await browser().get(SESSIONS, headers=JSON)).status_code == 401
    one = browser()
    for cookie in ("nonsense", "", "x" * 5000, "' or true --"):
        one.http.cookies.set(SESSION_COOKIE, cookie, domain="test.local")
        assert (await one.get("/api/v1/regions", headers=JSON)).status_code == 401, cookie


async def test_a_planted_session_never_survives(
    browser: MakeBrowser,
    sign_in: SignIn,
    kim: str,
    several: str,
    connection: asyncpg.Connection,
    drain: Any,
    last_link: Any,
) -> None:
    """Neither an invented value nor a thief's own living session is what the victim ends up with."""
    thief = await sign_in(several)
    victim = browser()
    victim.http.cookies.set(SESSION_COOKIE, thief.session or "", domain="test.local")
    assert (await victim.get("/me/sessions")).status_code == 200, "the planted session is alive"
    # The planted session is the thief's, so its token is what a page shows.
    await victim.ask_for_link(kim)
    await drain()
    await victim.open_link(last_link())
    own = [cookie.value for cookie in victim.http.cookies.jar if cookie.name == SESSION_COOKIE]
    assert thief.session not in own[-1:]
    assert (await thief.get("/api/v1/regions", headers=JSON)).status_code == 401


async def test_signing_in_again_ends_the_session_before(
    sign_in: SignIn, kim: str, drain: Any, last_link: Any, browser: MakeBrowser
) -> None:
    one = await sign_in(kim)
    before = one.session
    await one.ask_for_link(kim)
    await drain()
    await one.open_link(last_link())
    assert one.session != before
    other = browser()
    other.http.cookies.set(SESSION_COOKIE, before or "", domain="test.local")
    assert (await other.get("/me")).status_code == 303


async def test_a_change_of_role_rotates_the_session(
    sign_in: SignIn, several: str, connection: asyncpg.Connection, people: Cast, browser: MakeBrowser
) -> None:
    one = await sign_in(several)
    first = one.session
    assert (await one.get("/me")).headers["location"] == "/me/role"
    assert (await one.get("/api/v1/regions", headers=JSON)).status_code == 403
    by_role = await grants(connection)
    chosen = by_role["office", people.regions["ours"]]
    answer = await one.post("/me/role", {"role_grant_id": str(chosen)}, page="/me/role")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert one.session not in (None, first)
    assert (await one.get("/api/v1/tasks", headers=JSON)).status_code == 200
    old = browser()
    old.http.cookies.set(SESSION_COOKIE, first or "", domain="test.local")
    assert (await old.get("/api/v1/regions", headers=JSON)).status_code == 401
    sponsor = by_role["sponsor_contact", people.regions["ours"]]
    await one.post("/me/role", {"role_grant_id": str(sponsor)}, page="/me/role")
    assert (await one.get("/api/v1/tasks", headers=JSON)).status_code == 403
    assert (await one.get("/api/v1/inquiries", headers=JSON)).status_code == 200
    ends = await connection.fetch("select distinct expires_at from session")
    assert len(ends) == 1, "changing role does not make a session longer"
    assert (await actions(connection)).count("session.role_changed") == 2


async def test_nobody_takes_the_role_of_another(
    sign_in: SignIn, kim: str, several: str, connection: asyncpg.Connection, people: Cast
) -> None:
    one = await sign_in(kim)
    theirs = (await grants(connection))["office", people.regions["theirs"]]
    for wanted in (str(theirs), str(uuid4()), "nonsense", ""):
        answer = await one.post("/me/role", {"role_grant_id": wanted}, page="/me/role")
        assert answer.status_code == 404, wanted
    assert (await one.get("/me")).status_code == 200, "the session goes on as it was"


async def test_a_role_that_is_taken_away_ends_at_once(
    sign_in: SignIn, kim: str, connection: asyncpg.Connection
) -> None:
    one = await sign_in(kim)
    assert (await one.get("/api/v1/tasks", headers=JSON)).status_code == 200
    await connection.execute("update role_grant set revoked_at = now()")
    assert (await one.get("/api/v1/tasks", headers=JSON)).status_code == 403
    assert "You have no role here yet" in (await one.get("/me")).text


async def test_a_session_ends_when_idle_and_in_any_case(
    sign_in: SignIn, kim: str, connection: asyncpg.Connection, settings: Settings
) -> None:
    one = await sign_in(kim)
    length = await connection.fetchval("select expires_at - created_at from session")
    assert length == timedelta(days=settings.session_days)
    await connection.execute("update session set last_seen_at = now() - interval '7 hours 59 minutes'")
    assert (await one.get("/me")).status_code == 200
    await connection.execute("update session set last_seen_at = now() - interval '8 hours 1 minute'")
    assert (await one.get("/me")).status_code == 303
    await connection.execute("update session set last_seen_at = now(), expires_at = now()")
    assert (await one.get("/me")).status_code == 303


async def test_use_is_noted_once_a_minute(sign_in: SignIn, kim: str, connection: asyncpg.Connection) -> None:
    one = await sign_in(kim)
    seen = "select last_seen_at from session"
    first = await connection.fetchval(seen)
    await one.get("/me")
    assert await connection.fetchval(seen) == first
    await connection.execute("update session set last_seen_at = now() - interval '61 seconds'")
    await one.get("/me")
    assert await connection.fetchval(seen) > first
    assert await connection.fetchval("select last_active_at from person") is not None


async def test_stranger_gets_404(sign_in: SignIn, kim: str, several: str, connection: asyncpg.Connection) -> None:
    """Another person's session is no session."""
    one, other = await sign_in(kim), await sign_in(several)
    theirs = await connection.fetchval(
        "select session_id from session where secret_hash = $1", hash_secret(other.session or "")
    )
    headers = await csrf(one)
    for session_id in (theirs, uuid4()):
        assert (await one.http.delete(f"{SESSIONS}/{session_id}", headers=headers)).status_code == 404
        assert (await one.post(f"/me/sessions/{session_id}/end", {}, page="/me")).status_code == 404
    assert (await other.get(SESSIONS, headers=JSON)).status_code == 200


async def test_own_sessions_are_ended(sign_in: SignIn, kim: str, connection: asyncpg.Connection) -> None:
    one, lost = await sign_in(kim), await sign_in(kim)
    items = (await one.get(SESSIONS, headers=JSON)).json()["items"]
    assert [item["current"] for item in items] == [False, True]
    ended = await one.http.delete(f"{SESSIONS}/{items[0]['session_id']}", headers=await csrf(one))
    assert ended.status_code == 204
    assert (await lost.get("/me")).status_code == 303
    page = await one.get("/me/sessions")
    assert page.status_code == 200
    assert page.text.count('/end"') == 1
    third = await sign_in(kim)
    answer = await one.post("/me/sessions/end-all", {}, page="/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    for gone in (one, third):
        assert (await gone.get("/me")).status_code == 303
    assert (await actions(connection))[-2:] == ["session.signed_in", "session.all_revoked"]


async def test_signing_out_ends_the_session(
    sign_in: SignIn, kim: str, browser: MakeBrowser, connection: asyncpg.Connection
) -> None:
    one = await sign_in(kim)
    secret = one.session
    answer = await one.post("/sign-out", {}, page="/me")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    kept = browser()
    kept.http.cookies.set(SESSION_COOKIE, secret or "", domain="test.local")
    assert (await kept.get("/me")).status_code == 303
    assert (await actions(connection))[-1] == "session.signed_out"


async def test_somebody_without_a_role_reads_her_own_data_and_nothing_else(
    sign_in: SignIn, connection: asyncpg.Connection
) -> None:
    await add_person(connection, "none@example.org")
    one = await sign_in("none@example.org")
    assert "You have no role here yet" in (await one.get("/me")).text
    for path in ("/api/v1/me", "/api/v1/me/export", SESSIONS):
        answer = await one.get(path, headers=JSON)
        assert answer.status_code == 200, (path, answer.text)
    for path in ("/api/v1/regions", "/api/v1/inquiries", "/api/v1/units", "/api/v1/audit"):
        assert (await one.get(path, headers=JSON)).status_code == 403, path


async def test_the_language_is_kept(sign_in: SignIn, kim: str, connection: asyncpg.Connection) -> None:
    one = await sign_in(kim)
    assert (await one.post("/me/language", {"language": "sv"}, page="/me")).status_code == 303
    assert await connection.fetchval("select language from person") == "sv"
    page = await one.get("/me")
    assert 'lang="sv"' in page.text
    assert (await one.post("/me/language", {"language": "tlh"}, page="/me")).status_code == 400


async def test_a_token_has_no_sessions(client: Any) -> None:
    for path in (SESSIONS, "/me"):
        assert (await client("office").get(path)).status_code == 403


async def test_a_page_tells_browsers_apart_only_by_a_random_value(browser: MakeBrowser) -> None:
    one = browser()
    answer = await one.get("/sign-in", headers=PAGE)
    assert answer.headers["set-cookie"].startswith("__Host-trialport-browser=")
    assert "set-cookie" not in (await one.get("/sign-in")).headers
    assert "set-cookie" not in (await browser().get("/health/live", headers=JSON)).headers
