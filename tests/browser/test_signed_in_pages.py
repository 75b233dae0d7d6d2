"""Signing in by a link and what comes after, in a real browser: the notice, the role, own data, own sessions, out."""

import re
from datetime import UTC, datetime

import asyncpg
import pytest
from playwright.async_api import Page

from tests.browser.axe import violations
from tests.browser.conftest import Visit, Visitor
from tests.cast import Cast
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.accounts.signin_service import make_open_link
from trialport.core.config import Settings
from trialport.core.db import Transaction, prepare_connection
from trialport.core.language import Language

WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Each page is seen in all three by test_every_page.py; here it matters what happens.
LANGUAGES: tuple[Language, ...] = ("da",)


async def link_for(database: str, site: str, people: Cast, language: Language) -> str:
    """Make a person who is of the office and of management, and a link that signs her in; returns its path."""
    connection = await asyncpg.connect(database)
    await prepare_connection(connection)
    settings = Settings(database_url=database, valkey_url="redis://nowhere", public_url=site)
    async with connection.transaction():
        tx = Transaction(connection, datetime.now(UTC), "test")
        email = f"{language}-{tx.now.timestamp()}@example.org"
        person = await find_or_add_person(tx, SYSTEM, email=email, name="Kim Test (test)", language=language)
        for role in ("office", "management"):
            scope = RoleScope(role=role, region_id=people.regions["ours"])
            assert await give_role(tx, SYSTEM, person.person_id, scope, "command")
        link = await make_open_link(tx, settings, person)
    await connection.close()
    return link.removeprefix(site)


async def is_well(visit: Visit, language: str) -> None:
    """The page at hand has no fault that axe, the console or a narrow window would show."""
    page: Page = visit.page
    assert await page.get_attribute("html", "lang") == language
    assert visit.faults == [], page.url
    assert await violations(page) == [], page.url
    assert await page.evaluate(WIDER_THAN_WINDOW) == 0, page.url


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_on_the_way_in_and_out(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language
) -> None:
    visit = await visitor(language=language, width=320)
    page = visit.page
    await page.goto("/sign-in")
    await is_well(visit, language)
    await page.goto(await link_for(database, site, people, language))
    await is_well(visit, language)
    await page.locator("main form button").click()
    assert page.url == f"{site}/me/notice"
    await is_well(visit, language)
    await page.locator("main form button").click()

    await page.goto("/me/role")
    await is_well(visit, language)
    await page.locator("main form button").first.click()
    for path in ("/me", "/me/sessions", "/", "/privacy", "/accessibility"):
        await page.goto(path)
        await is_well(visit, language)
        assert "Kim Test" in await page.locator("header").inner_text()
    # Where there is no page nobody looks who asks, so the head says neither that she is in nor that she is out.
    await page.goto("/nothing-here")
    assert await page.locator("header form, header a[href='/sign-in']").count() == 0
    await page.goto("/")

    await page.locator("header form[action='/sign-out'] button").click()
    assert await page.locator("header a[href='/sign-in']").count() == 1
    await page.goto("/me")
    assert re.fullmatch(re.escape(site) + r"/sign-in\?next=%2Fme", page.url)


async def test_a_spent_link_says_what_to_do(visitor: Visitor, database: str, site: str, people: Cast) -> None:
    path = await link_for(database, site, people, "sv")
    first = await visitor(language="sv")
    await first.page.goto(path)
    await first.page.locator("main form button").click()
    second = await visitor(language="sv")
    answer = await second.page.goto(path)
    assert answer is not None
    assert answer.status == 410
    assert await second.page.get_by_role("heading", level=1).inner_text() == "Länken går inte längre att använda"
    await is_well(second, "sv")
