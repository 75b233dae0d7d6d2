"""The region's front page and the inquiry form in a real browser: by axe, narrow and wide, with script and without."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from trialport.inquiries.draft_fields import STEPS

WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TYPED = {
    "identity.working_title": "Once-daily inhaler in COPD",
    "product.mechanism": "bronchodilator",
    "numbers.participants_wanted": "24",
}


async def sign_in(page: Page, database: str, site: str, people: Cast, language: Language) -> None:
    """Sign a sponsor's contact in by a link, and read the notice."""
    connection = await asyncpg.connect(database)
    await prepare_connection(connection)
    settings = Settings(database_url=database, valkey_url="redis://nowhere", public_url=site)
    async with connection.transaction():
        tx = Transaction(connection, datetime.now(UTC), "test")
        email = f"sponsor-{language}-{tx.now.timestamp()}@example.org"
        person = await find_or_add_person(tx, SYSTEM, email=email, name="Kim Test (test)", language=language)
        scope = RoleScope(role="sponsor_contact", region_id=people.regions["ours"], sponsor_id=people.sponsors["first"])
        assert await give_role(tx, SYSTEM, person.person_id, scope, "command")
        link = await make_open_link(tx, settings, person)
    await connection.close()
    await page.goto(link.removeprefix(site))
    await page.locator("main form button").first.click()
    await page.locator("main form button").first.click()


async def is_well(visit: Visit, language: str, name: str) -> None:
    page = visit.page
    if folder := os.environ.get("TRIALPORT_SCREENSHOTS"):
        width = await page.evaluate("window.innerWidth")
        await page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
    assert await page.get_attribute("html", "lang") == language
    assert await page.evaluate(WIDER_THAN_WINDOW) == 0, page.url
    assert visit.faults == [], page.url
    assert await violations(page) == [], page.url


@pytest.mark.parametrize(("language", "width", "script"), [("en", 1280, True), ("sv", 390, True), ("da", 320, False)])
async def test_a_sponsor_sends_an_inquiry(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language, width: int, *, script: bool
) -> None:
    visit = await visitor(language=language, width=width, java_script_enabled=script)
    page = visit.page

    async def look(name: str) -> None:
        # Without script nothing can look from inside.
        if script:
            await is_well(visit, language, name)

    await page.goto("/regions/TST")
    await look("region")
    await sign_in(page, database, site, people, language)
    await page.goto("/inquiries")
    await look("mine-empty")
    await page.goto("/inquiries/new?region=TST")
    await look("new")
    await page.locator("main form button").click()
    await page.keyboard.press("Tab")
    for step in STEPS:
        assert page.url.partition("?")[0].endswith(step.name)
        if step.name in ("trial", "condition"):
            await page.locator(".tp-actions button").first.click()
            assert await page.locator("#faults").count() == 1
            await look(f"{step.name}-wrong")
        await _fill(page, step.name)
        if step.name == "condition":
            if not script:
                await page.locator("button[formaction$='/reading']").first.click()
            await page.locator("#reading .tp-chips").wait_for()
        await look(step.name)
        await page.locator(".tp-actions button").first.click()
    await look("review")
    await page.locator("form[action$='/send'] button").click()
    assert page.url.endswith("/receipt")
    await look("receipt")
    await page.locator("main .tp-actions a").first.click()
    await look("one")
    await page.goto(page.url + "/withdraw")
    await look("withdraw")
    await page.goto("/inquiries")
    await look("mine")
    assert TYPED["identity.working_title"] in await page.locator("main").inner_text()


async def _fill(page: Page, step: str) -> None:
    today = datetime.now(UTC).date()
    if step == "trial":
        await page.select_option("[name='kind.study_type']", "drug")
        await page.select_option("[name='kind.phase']", "3")
    elif step == "condition":
        await page.fill("[name='condition.indication']", "COPD")
    elif step == "numbers":
        await page.fill("[name='numbers.planned_start']", (today + timedelta(days=90)).isoformat())
    elif step == "answer":
        await page.select_option("[name='who.sponsor_kind']", "company")
        await page.select_option("[name='who.award_status']", "own_trial")
        await page.fill("[name='answer.outcome_promised_by']", (today + timedelta(days=120)).isoformat())
    for name, text in TYPED.items():
        if await page.locator(f"[name='{name}']").count():
            await page.fill(f"[name='{name}']", text)
