"""The start page of somebody who signed in, what comes before it, and forms whose session is another by now."""

import re
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser, add_person
from tests.accounts.conftest import MakeBrowser, SignIn
from tests.cast import Cast
from tests.mailbox import Mailbox
from trialport.accounts.browser_names import browser_name
from trialport.core.config import Settings

OURS = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
_LINKS = re.compile(r'href="(/[^"]*)"')
WORDS = 'A reason <b>with</b> "quotes" &\nand two lines'


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings())


@pytest.fixture
async def grants(people: Cast, connection: asyncpg.Connection) -> dict[str, dict[str, Any]]:
    """A grant of each role that a person can hold."""
    ours = people.regions["ours"]
    row = await connection.fetchrow("select investigator_id from investigator order by name limit 1")
    return {
        "sponsor_contact": {"region_id": ours, "sponsor_id": people.sponsors["first"]},
        "investigator": {"region_id": ours, "investigator_id": row["investigator_id"]},
        "unit_head": {"region_id": ours, "investigator_id": row["investigator_id"]},
        "office": {"region_id": ours},
        "management": {"region_id": ours},
        "admin": {},
    }


# The pages on which each role's work is; where there is none yet, the data.
_OWN = {
    "sponsor_contact": ("/inquiries", "/regions"),
    "investigator": ("/invitations", "/capacity"),
    "unit_head": ("/invitations", "/capacity", "/sign-offs"),
    "office": ("/queue", "/tasks", "/register"),
    "management": ("/regions", "/api/"),
    "admin": ("/queue", "/tasks", "/register", "/settings"),
}


@pytest.mark.parametrize("role", ["sponsor_contact", "investigator", "unit_head", "office", "management", "admin"])
async def test_it_works(
    role: str, sign_in: SignIn, grants: dict[str, dict[str, Any]], connection: asyncpg.Connection
) -> None:
    """Every link on it leads somewhere that this role may see."""
    await add_person(connection, "one@example.org", {"role": role, **grants[role]})
    one = await sign_in("one@example.org")
    page = await one.get("/")
    links = sorted({link for link in _LINKS.findall(page.text) if not link.startswith("/static/")})
    assert sum(link.startswith(_OWN[role]) for link in links) >= 2, links
    answers = {link: (await one.get(link)).status_code for link in links}
    assert set(answers.values()) == {200}, answers


async def test_anonymous_is_refused(browser: MakeBrowser) -> None:
    """Who has not signed in gets the other start page."""
    text = (await browser().get("/")).text
    assert "/api/" not in text
    assert 'href="/sign-in"' in text


async def test_what_comes_first_leads_on_to_what_was_wanted(
    sign_in: SignIn, connection: asyncpg.Connection, people: Cast
) -> None:
    await add_person(
        connection,
        "one@example.org",
        {"role": "office", "region_id": people.regions["ours"]},
        {"role": "management", "region_id": people.regions["ours"]},
        has_seen_notice=False,
    )
    one = await sign_in("one@example.org", next="/me/sessions")
    first = (await one.get("/me/sessions")).headers["location"]
    assert first == "/me/notice?next=%2Fme%2Fsessions"
    assert (await one.get("/")).headers["location"] == "/me/notice"
    answer = await one.post("/me/notice", {"next": "/me/sessions"}, page=first)
    assert answer.headers["location"] == "/me/sessions"
    assert 'name="next" value="/me/sessions"' in (await one.get("/me/role?next=%2Fme%2Fsessions")).text
    assert (await one.get("/")).headers["location"] == "/me/role"
    for given, wanted in (("/me/sessions", "/me/sessions"), ("//evil.example", "/"), ("https://evil.example", "/")):
        grant = await connection.fetchval("select role_grant_id from role_grant order by random() limit 1")
        form = {"role_grant_id": str(grant), "next": given}
        assert (await one.post("/me/role", form, page="/me/role")).headers["location"] == wanted
        assert (await one.post("/me/notice", {"next": given}, page="/me/notice")).headers["location"] == wanted


async def test_bad_input_is_400(sign_in: SignIn, kim: str) -> None:
    one = await sign_in(kim)
    assert (await one.get("/me/role?back=/")).status_code == 400
    assert (await one.get("/me/role?next=" + "x" * 2000)).status_code == 400


async def post(one: Browser, form: dict[str, str], headers: dict[str, str]) -> Any:
    return await one.http.post("/me/language", data=form, headers=headers)


async def test_a_form_of_an_ended_session_gives_back_what_was_typed(
    sign_in: SignIn, kim: str, connection: asyncpg.Connection
) -> None:
    one = await sign_in(kim)
    form = {"csrf_token": await one.token_on("/me"), "language": "da", "why": WORDS}
    await connection.execute("update session set revoked_at = now()")
    answer = await post(one, form, OURS)
    assert answer.status_code == 401
    assert "You have been signed out" in answer.text
    assert "A reason &lt;b&gt;with&lt;/b&gt; &#34;quotes&#34; &amp;\nand two lines</textarea>" in answer.text
    assert 'name="language" value="da"' in answer.text
    assert form["csrf_token"] not in answer.text
    assert await connection.fetchval("select language from person") == "en"


async def test_a_form_from_before_another_session_can_be_sent_again(
    sign_in: SignIn, kim: str, connection: asyncpg.Connection
) -> None:
    one = await sign_in(kim)
    answer = await post(one, {"csrf_token": "of another session", "language": "da", "why": WORDS}, OURS)
    assert answer.status_code == 403
    assert "This page is out of date" in answer.text
    assert "your role does not allow it" not in answer.text.lower()
    token = re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)[-1]
    assert (await post(one, {"csrf_token": token, "language": "da"}, OURS)).status_code == 303
    assert await connection.fetchval("select language from person") == "da"


@pytest.mark.parametrize("is_signed_in", [True, False])
async def test_nothing_that_another_site_sent_is_shown(
    sign_in: SignIn, kim: str, browser: MakeBrowser, *, is_signed_in: bool
) -> None:
    """Else any site could have a page of ours say what it likes, with a button below it."""
    one = await sign_in(kim) if is_signed_in else browser()
    for headers in ({}, {"Origin": "https://evil.example"}, {**OURS, "Sec-Fetch-Site": "cross-site"}):
        answer = await post(one, {"language": "da", "why": WORDS}, headers)
        assert answer.status_code in (401, 403)
        assert "A reason" not in answer.text


async def test_signing_out_works_whatever_the_page_is_from(
    sign_in: SignIn, kim: str, connection: asyncpg.Connection
) -> None:
    one = await sign_in(kim)
    forged = await one.http.post("/sign-out", data={}, headers={"Origin": "https://evil.example"})
    assert forged.status_code == 403
    assert await connection.fetchval("select count(*) from session where revoked_at is null") == 1
    form = {"csrf_token": "of another session"}
    for _ in range(2):
        answer = await one.http.post("/sign-out", data=form, headers=OURS)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert await connection.fetchval("select count(*) from session where revoked_at is null") == 0
    assert (await one.http.post("/sign-out", data=form, headers={**OURS, "Accept": "*/*"})).status_code == 401


async def test_a_link_that_signed_her_in_leads_to_the_start_page_afterwards(
    sign_in: SignIn, kim: str, last_link: Any, browser: MakeBrowser
) -> None:
    one = await sign_in(kim)
    path = last_link().removeprefix(SITE)
    assert (await one.get(path)).headers["location"] == "/"
    assert (await one.post(path, {}, page="/me")).headers["location"] == "/"
    assert (await browser().get(path)).status_code == 410


async def test_pages_are_in_the_language_of_the_account_unless_another_is_chosen(
    sign_in: SignIn, connection: asyncpg.Connection, office_grant: dict[str, object]
) -> None:
    await add_person(connection, "one@example.org", office_grant, language="sv")
    one = await sign_in("one@example.org")
    danish = {"Accept-Language": "da"}
    assert (await one.get("/", headers=danish)).headers["content-language"] == "sv"
    answer = await one.post("/me/language", {"language": "en", "return_to": "/privacy"}, page="/")
    assert answer.headers["location"] == "/privacy"
    assert (await one.get("/", headers=danish)).headers["content-language"] == "en"
    assert await connection.fetchval("select language from person") == "en"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
                "Safari/537.36 Edg/140.0.0.0"
            ),
            "Edge, Windows",
        ),
        (
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                "Version/18.5 Mobile/15E148 Safari/604.1"
            ),
            "Safari, iPhone",
        ),
        (
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
                "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
            ),
            "Samsung Internet, Android",
        ),
        (
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36"
            ),
            "Chrome, Mac",
        ),
        ("Test/1", "Test/1"),
        ("x" * 200, "x" * 40),
        ("", ""),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
