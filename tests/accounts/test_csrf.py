"""Forged requests: whatever no page of ours sent changes nothing."""

from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.accounts.conftest import MakeBrowser, SignIn
from tests.accounts.test_every_route import handled_routes
from tests.mailbox import Mailbox
from trialport.accounts.csrf import SAFE_METHODS
from trialport.core.config import Settings

OURS = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings())


async def send(one: Browser, headers: dict[str, str], token: str | None, path: str = "/me/language") -> int:
    form = {"language": "da", **({} if token is None else {"csrf_token": token})}
    return (await one.http.post(path, data=form, headers=headers)).status_code


async def test_it_works(sign_in: SignIn, kim: str) -> None:
    one = await sign_in(kim)
    token = await one.token_on("/me")
    for headers in (OURS, {"Origin": SITE}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": SITE.upper()}):
        assert await send(one, headers, token) == 303, headers


async def test_what_comes_from_elsewhere_is_refused(sign_in: SignIn, kim: str, connection: asyncpg.Connection) -> None:
    one = await sign_in(kim)
    token = await one.token_on("/me")
    for headers in (
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://test.evil.example"},
        {"Origin": "https://test:8443"},
        {"Origin": "http://test"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Referer": SITE + "/me"},
    ):
        assert await send(one, headers, token) == 403, headers
    assert await connection.fetchval("select language from person") == "en"


async def test_a_form_without_our_token_is_refused(
    sign_in: SignIn, kim: str, browser: MakeBrowser, connection: asyncpg.Connection
) -> None:
    one, other = await sign_in(kim), await sign_in(kim)
    for token in (None, "", "nonsense", "x" * 5000, await other.token_on("/me"), await browser().token_on("/sign-in")):
        assert await send(one, OURS, token) == 403
    assert await connection.fetchval("select language from person") == "en"


async def test_before_signing_in_the_token_belongs_to_the_browser(browser: MakeBrowser) -> None:
    one, other = browser(), browser()
    token = await one.token_on("/sign-in")
    await other.token_on("/sign-in")
    form = {"email": "kim@example.org", "csrf_token": token}
    assert (await other.http.post("/sign-in", data=form, headers=OURS)).status_code == 403
    assert (await browser().http.post("/sign-in", data=form, headers=OURS)).status_code == 403
    assert (await one.http.post("/sign-in", data=form, headers=OURS)).status_code == 303


async def test_a_form_is_a_form_and_json_is_json(sign_in: SignIn, kim: str) -> None:
    one = await sign_in(kim)
    token = await one.token_on("/me")
    text = f"language=da&csrf_token={token}"
    for kind in ("text/plain", "application/json", "text/plain; x=application/x-www-form-urlencoded", ""):
        answer = await one.http.post("/me/language", content=text, headers={**OURS, "Content-Type": kind})
        assert answer.status_code == 415, kind
    multipart = await one.http.post(
        "/me/language", files={"language": (None, "da"), "csrf_token": (None, token)}, headers=OURS
    )
    assert multipart.status_code == 303
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = await one.http.post(
            "/api/v1/readings",
            content='{"text": "COPD"}',
            headers={**OURS, "X-CSRF-Token": token, "Content-Type": kind, "Accept": "application/json"},
        )
        assert answer.status_code == 415, kind


async def test_a_session_needs_the_token_for_the_json_api(sign_in: SignIn, kim: str) -> None:
    one = await sign_in(kim)
    body, accept = {"text": "COPD"}, {"Accept": "application/json"}
    token = await one.token_on("/me")
    for headers, wanted in (
        ({}, 403),
        (OURS, 403),
        ({"X-CSRF-Token": token}, 403),
        ({**OURS, "X-CSRF-Token": "x"}, 403),
        ({**OURS, "X-CSRF-Token": token}, 200),
    ):
        answer = await one.http.post("/api/v1/readings", json=body, headers={**accept, **headers})
        assert answer.status_code == wanted, headers


async def test_a_bearer_token_needs_neither(client: Any) -> None:
    answer = await client("office").post("/api/v1/readings", json={"text": "COPD"})
    assert answer.status_code == 200
    from_elsewhere = await client("office").post(
        "/api/v1/readings", json={"text": "COPD"}, headers={"Origin": "https://evil.example"}
    )
    assert from_elsewhere.status_code == 200


async def test_a_large_form_is_refused(browser: MakeBrowser) -> None:
    one = browser()
    answer = await one.post("/sign-in", {"email": "x" * 30_000})
    assert answer.status_code == 413


async def test_every_route_that_changes_something_refuses_forgeries(app: Litestar, sign_in: SignIn, kim: str) -> None:
    """None is exempt: each refuses a session's request without a token, before it looks at anything else.

    Signing out alone takes an old one (test_start_page).
    """
    one = await sign_in(kim)
    let_through = []
    for method, path in handled_routes(app):
        if method not in SAFE_METHODS:
            address = path.replace("{therapy_area}", "respiratory")
            for part in [piece for piece in address.split("/") if piece.startswith("{")]:
                address = address.replace(part, "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e")
            answer = await one.http.request(method, address, headers={**OURS, "Accept": "application/json"})
            if answer.status_code not in (403, 415):
                let_through.append((method, path, answer.status_code))
    assert let_through == []
