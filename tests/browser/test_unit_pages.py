"""The pages of a unit in a real browser: three languages, narrow and wide, by axe, timed, by keyboard."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Page

from tests.browser.axe import violations
from tests.browser.conftest import Visit, Visitor
from tests.browser.test_answer_page import invited
from tests.cast import Cast
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.accounts.signin_service import make_open_link
from trialport.core.config import Settings
from trialport.core.db import Transaction, prepare_connection
from trialport.core.language import Language

PHONE = 390
WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LANGUAGES: tuple[Language, ...] = ("en", "sv", "da")
# What a person is promised, with room for a slow machine (seconds).
ONE_TAP_SECONDS = 10
EDIT_SECONDS = 60


async def is_well(visit: Visit, language: str, name: str) -> None:
    """The page at hand has no fault that axe, the console, a narrow or a wide window would show."""
    page = visit.page
    for width in (320, 1280, PHONE):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate(WIDER_THAN_WINDOW) == 0, (page.url, width)
        if (folder := os.environ.get("TRIALPORT_SCREENSHOTS")) and width != 320:
            await page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
        if width != PHONE:
            assert await violations(page) == [], (page.url, width)
    assert await page.get_attribute("html", "lang") == language
    assert visit.faults == [], page.url


async def sign_in(page: Page, database: str, site: str, people: Cast, language: Language) -> None:
    """Sign in as the head of the lung unit."""
    connection = await asyncpg.connect(database)
    await prepare_connection(connection)
    settings = Settings(database_url=database, valkey_url="redis://nowhere", public_url=site)
    async with connection.transaction():
        tx = Transaction(connection, datetime.now(UTC), "test")
        email = f"unit-{language}-{tx.now.timestamp()}@example.org"
        person = await find_or_add_person(tx, SYSTEM, email=email, name="Kim Unit (test)", language=language)
        scope = RoleScope(
            role="unit_head", region_id=people.regions["ours"], investigator_id=people.investigators["lung"]
        )
        assert await give_role(tx, SYSTEM, person.person_id, scope, "command")
        link = await make_open_link(tx, settings, person)
        await connection.execute(
            "update capacity set valid_until = current_date - 1, confirmed_at = now() - interval '91 days'"
        )
    await connection.close()
    await page.goto(link.removeprefix(site))
    await page.locator("main form button").click()
    await page.locator("main form button").click()


@pytest.mark.parametrize("scripts", [True, False])
async def test_confirming_takes_one_tap_and_changing_less_than_a_minute(
    visitor: Visitor, database: str, site: str, people: Cast, *, scripts: bool
) -> None:
    visit = await visitor(language="en", width=PHONE, java_script_enabled=scripts)
    page = visit.page
    await sign_in(page, database, site, people, "en")
    await page.goto("/capacity")
    assert await page.locator(".tp-stale").count() == 1
    began = time.monotonic()
    await page.get_by_role("button", name="Still right").click()
    assert await page.locator("[role=status].ds-alert").count() == 1
    assert time.monotonic() - began < ONE_TAP_SECONDS
    assert await page.locator(".tp-stale").count() == 0

    began = time.monotonic()
    await page.get_by_role("link", name="Change").click()
    await page.check("#state-limited")
    await page.fill("#participants_per_month", "2.5")
    await page.check("#participants_basis-register")
    await page.fill("#nurse_hours_free", "10")
    await page.get_by_text("Decentralised activities", exact=True).click()
    await page.locator("input[name=dct_video_visit][value=own]").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    assert await page.locator("[role=status].ds-alert").count() == 1
    assert time.monotonic() - began < EDIT_SECONDS
    assert "2.5" in await page.locator(".tp-capacities").inner_text()


async def test_the_matrix_is_filled_in_by_keyboard(visitor: Visitor, database: str, site: str, people: Cast) -> None:
    visit = await visitor(language="en")
    page = visit.page
    await sign_in(page, database, site, people, "en")
    await page.goto(f"/capacity/{people.units['lung']}/respiratory")
    await page.locator("summary", has_text="Decentralised activities").press("Enter")
    await page.locator("input[name=dct_phone_visit]:checked").focus()
    await page.keyboard.press("ArrowLeft")
    assert await page.locator("input[name=dct_phone_visit][value=cannot]").is_checked()
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.name") == "dct_phone_visit_partner"


async def test_a_unit_answers_signed_in_on_a_phone(visitor: Visitor, database: str, site: str, people: Cast) -> None:
    await invited(site, people)
    visit = await visitor(language="sv", width=PHONE, java_script_enabled=False)
    page = visit.page
    await sign_in(page, database, site, people, "sv")
    await page.goto("/invitations")
    began = time.monotonic()
    await page.locator("#waiting ~ ul a").first.click()
    await page.check("#answer-no")
    await page.check("#reason-budget")
    await page.locator("main form.tp-answer button").click()
    assert await page.locator("h1").inner_text() == "Tack, ditt svar har nått prövningskontoret"
    assert time.monotonic() - began < 2 * EDIT_SECONDS
