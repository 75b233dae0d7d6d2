"""What people do to pages beside reading them: several tabs, an ended session, the way back, no mouse, no script."""

import re

import pytest
from playwright.async_api import BrowserContext, Page

from tests.browser.conftest import Visit, Visitor
from tests.browser.test_signed_in_pages import is_well, link_for
from tests.cast import Cast

WORDS = 'A long reason\nwith "quotes" and <b>tags</b>'


async def enter(page: Page, link: str) -> None:
    """Sign in, read the notice, take the first role."""
    await page.goto(link)
    for _ in range(3):
        await page.locator("main form button").first.click()


async def sign_out_elsewhere(context: BrowserContext) -> None:
    """End the session in another tab."""
    tab = await context.new_page()
    await tab.goto("/me")
    await tab.locator("header form[action='/sign-out'] button").click()
    await tab.close()


async def write(page: Page) -> None:
    """Open a form and write into it; a field is added, because no form of ours has a long text yet."""
    await page.goto("/me")
    await page.evaluate(
        """words => {
          const field = document.createElement("textarea");
          field.name = "reason";
          field.value = words;
          document.querySelector("main form[action='/me/language']").append(field);
        }""",
        WORDS,
    )
    await page.select_option("#language-choice", "da")


async def send(page: Page) -> None:
    await page.locator("main form[action='/me/language'] button").click()


async def test_what_was_typed_survives_the_end_of_the_session(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    visit = await visitor(width=320)
    page = visit.page
    await enter(page, await link_for(database, site, people, "en"))
    await write(page)
    await sign_out_elsewhere(page.context)
    await send(page)
    assert await page.get_by_role("heading", level=1).inner_text() == "You have been signed out"
    assert await page.locator("textarea").input_value() == WORDS
    await is_well(visit, "en")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Sign in, in a new tab").click()
    tab = await opened.value
    assert tab.url == f"{site}/sign-in"
    await enter(tab, await link_for(database, site, people, "en"))
    await send(page)
    assert await page.get_by_role("heading", level=1).inner_text() == "This page is out of date"
    assert await page.locator("textarea").input_value() == WORDS
    await is_well(visit, "en")
    await send(page)
    assert page.url == f"{site}/me"
    assert await page.get_attribute("html", "lang") == "da"


async def test_a_tab_of_another_role_says_so_and_goes_on(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    visit = await visitor()
    page = visit.page
    await enter(page, await link_for(database, site, people, "en"))
    await write(page)
    tab = await page.context.new_page()
    await tab.goto("/me/role")
    await tab.get_by_role("button", name="Act in this role Management, TST").click()
    assert tab.url == f"{site}/"
    await send(page)
    assert await page.get_by_role("heading", level=1).inner_text() == "This page is out of date"
    assert "management" in await page.locator("header").inner_text()
    await send(page)
    assert page.url == f"{site}/me"


async def test_signing_out_works_from_every_tab_and_twice(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    visit = await visitor()
    page = visit.page
    await enter(page, await link_for(database, site, people, "en"))
    await page.goto("/me")
    tab, third = await page.context.new_page(), await page.context.new_page()
    await third.goto("/me")
    await tab.goto("/me/role")
    await tab.locator("main form button").first.click()
    for one in (page, third):
        await one.locator("header form[action='/sign-out'] button").click()
        assert one.url == f"{site}/"
        assert await one.locator("header a[href='/sign-in']").count() == 1
    await page.go_back()
    assert "Kim Test" not in await page.content(), "the browser shows no page of the ended session"


async def test_a_link_that_is_opened_again_leads_to_the_start_page(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    visit = await visitor()
    link = await link_for(database, site, people, "en")
    await visit.page.goto(link)
    await visit.page.reload()
    assert await visit.page.get_by_role("heading", level=1).inner_text() == "Confirm that it is you"
    for _ in range(3):
        await visit.page.locator("main form button").first.click()
    await visit.page.goto(link)
    assert visit.page.url == f"{site}/"
    await is_well(visit, "en")


async def test_another_language_can_be_chosen_before_the_notice_is_read(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    visit = await visitor(language="da")
    page = visit.page
    await page.goto(await link_for(database, site, people, "sv"))
    assert await page.get_attribute("html", "lang") == "da", "nobody has signed in yet"
    await page.locator("main form button").click()
    assert page.url == f"{site}/me/notice"
    assert await page.get_attribute("html", "lang") == "sv", "the language of the account"
    await page.get_by_role("button", name="English").click()
    assert page.url == f"{site}/me/notice"
    await is_well(visit, "en")


async def tab_to(visit: Visit, selector: str) -> None:
    """Press Tab until the keyboard stands on it."""
    for _ in range(30):
        await visit.page.keyboard.press("Tab")
        if await visit.page.locator(f"{selector}:focus").count():
            return
    pytest.fail(f"the keyboard does not reach {selector}")


@pytest.mark.parametrize("with_script", [True, False])
async def test_the_whole_way_by_keyboard_with_script_and_without(
    visitor: Visitor, database: str, site: str, people: Cast, *, with_script: bool
) -> None:
    visit = await visitor(language="sv", width=320, java_script_enabled=with_script)
    page = visit.page
    await page.goto("/me/sessions")
    assert page.url == f"{site}/sign-in?next=%2Fme%2Fsessions"
    await tab_to(visit, "#email")
    await page.keyboard.type("nobody@example.org")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sign-in/sent")
    await page.goto(await link_for(database, site, people, "sv"))
    for reached in ("/me/notice", "/me/role", "/"):
        await tab_to(visit, "main form button")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{site}{reached}")
    await tab_to(visit, "main a[href='/me/sessions']")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site}/me/sessions")
    assert re.search(r"\d{1,2} \w+ 20\d\d, \d\d:\d\d CES?T", await page.locator("main").inner_text())
    await tab_to(visit, "header form[action='/sign-out'] button")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{site}/")
