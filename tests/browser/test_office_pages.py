"""The office's candidates in a real browser, narrow and wide."""

import asyncio
import os
import re

import httpx
import pytest
from playwright.async_api import Page

from tests.browser.conftest import Visitor
from tests.browser.test_signed_in_pages import WIDER_THAN_WINDOW, is_well, link_for
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES, Drain


async def invited(site: str, people: Cast) -> str:
    """Take an inquiry to its first answer over the API; returns the address of its workspace."""

    def acting(who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {people.tokens[who]}"}

    async with httpx.AsyncClient(base_url=site + "/api/v1", timeout=30) as api:
        made = await api.post("/inquiries", json=inquiry_body(), headers=acting("sponsor"))
        address = f"/inquiries/{made.json()['inquiry_id']}"
        await api.post(address + "/triage", headers=acting("office"))
        units = {"unit_ids": [str(people.units[unit]) for unit in ("lung", "heart")]}
        asked = (await api.post(address + "/invitations", json=units, headers=acting("office"))).json()["invited"]
        lung = next(one["invitation_id"] for one in asked if one["unit_id"] == str(people.units["lung"]))
        await api.post(f"/invitations/{lung}/eoi", json=YES, headers=acting("unit_head"))
        question = {"text": "Is home sampling possible?"}
        await api.post(f"/invitations/{lung}/questions", json=question, headers=acting("unit_head"))
    return address


@pytest.fixture
def database_url(database: str) -> str:
    """Have what runs in this process work on the site's database."""
    return database


async def compared(site: str, people: Cast, address: str, drain: Drain) -> None:
    """Run the jobs, which wait a moment for others of their kind, until the inquiry has been compared with units."""
    headers = {"Authorization": f"Bearer {people.tokens['office']}"}
    async with httpx.AsyncClient(base_url=site + "/api/v1", headers=headers) as api:
        for _ in range(100):
            await drain()
            if (await api.get(address + "/assessments/latest")).is_success:
                return
            await asyncio.sleep(0.1)
    pytest.fail("nothing was compared")


# What scrolls sideways within the page, apart from what stands out of sight for those who listen.
SIDEWAYS = """() => [...document.querySelectorAll("main *")].filter(one => one.scrollWidth > one.clientWidth + 1
  && getComputedStyle(one).overflowX !== "visible" && !one.closest(".tp-unseen")).map(one => one.className)"""


async def test_every_candidate_is_read_without_scrolling_sideways(
    visitor: Visitor, database: str, site: str, people: Cast, drain: Drain
) -> None:
    """An inquiry that was really compared: each point has its sign, its word and both values, however narrow."""
    address = await invited(site, people)
    await compared(site, people, address, drain)
    visit = await visitor(language="en")
    page = visit.page
    await signed_in_to(page, database, site, people, address + "/candidates")
    units = page.locator(".tp-candidates tbody")
    points = page.locator(".tp-candidates .tp-criterion")
    # What is met is folded into one line.
    await page.evaluate("document.querySelectorAll('.tp-candidates details').forEach(one => { one.open = true; })")
    assert await units.count() > 0, "nothing was compared"
    assert await points.count() >= 8 * await units.count()
    for words in await points.all_inner_texts():
        head, asked, offered = words.strip().split("\n")[0], *re.findall(r"(?:Asked|Unit): *(\S.*)", words)
        assert re.search(r"(✓ Met|◐ Partly|✕ Not met|\? Not known)$", head), words
        assert asked, words
        assert not re.search(r"\d{4}-\d{2}-\d{2}", words), "a day is written as people write it"
        assert offered, words
    for width in (1280, 768, 390, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate(WIDER_THAN_WINDOW) == 0, width
        assert await page.evaluate(SIDEWAYS) == [], width
        if folder := os.environ.get("TRIALPORT_SCREENSHOTS"):
            await page.screenshot(path=f"{folder}/candidates-compared-{width}.png", full_page=True)
    await is_well(visit, "en")


async def signed_in_to(page: Page, database: str, site: str, people: Cast, path: str) -> None:
    """Sign the office in and take up its role."""
    await page.goto(await link_for(database, site, people, "en"))
    await page.locator("main form button").click()
    await page.locator("main form button").click()
    await page.goto("/me/role")
    await page.locator("main form button").first.click()
    await page.goto(path)


async def test_the_queue_moves_by_single_keys_that_can_be_switched_off(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    await invited(site, people)
    await invited(site, people)
    visit = await visitor(language="en")
    page = visit.page
    await signed_in_to(page, database, site, people, "/queue")
    focused = "document.activeElement.id"
    links = await page.locator("[data-keys] h3 a").evaluate_all("all => all.map(one => one.id)")
    assert len(links) > 1
    for key, expected in (("j", links[0]), ("j", links[1]), ("k", links[0]), ("k", links[0])):
        await page.keyboard.press(key)
        assert await page.evaluate(focused) == expected
    # In a field a letter is a letter.
    await page.keyboard.press("f")
    await page.keyboard.press("Enter")
    await page.locator("#name").focus()
    await page.keyboard.type("jfk")
    assert await page.locator("#name").input_value() == "jfk"
    # Switched off they do nothing, on the next page too.
    switch = page.get_by_role("button", name="Single keys on", pressed=True)
    await switch.click()
    await page.reload()
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.tagName") == "BODY"
    await page.get_by_role("button", name="Single keys on", pressed=False).click()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inquiries/*")
    assert visit.faults == []


async def test_an_update_keeps_the_focus_and_is_announced(
    visitor: Visitor, database: str, site: str, people: Cast
) -> None:
    await invited(site, people)
    visit = await visitor(language="en")
    page = visit.page
    await signed_in_to(page, database, site, people, "/queue")
    await page.keyboard.press("j")
    before = await page.evaluate("document.activeElement.id")
    # What htmx does by itself after half a minute.
    refresh = "htmx.ajax('GET', document.querySelector('#queue-list').getAttribute('hx-get'), "
    refresh += "{target: '#queue-list', swap: 'outerHTML'})"
    await page.evaluate(refresh)
    assert await page.locator("#messages").inner_text() == "", "what has not changed is not told of"
    await invited(site, people)
    await page.evaluate(refresh)
    await page.get_by_role("status").get_by_text("brought up to date").wait_for()
    assert await page.evaluate("document.activeElement.id") == before
    assert await page.locator("#queue-list").count() == 1
    # Should what had the focus have left the list, what stands in its place has it.
    await page.evaluate("document.activeElement.id = 'gone'")
    await page.evaluate("document.querySelector('#queue-list').setAttribute('hx-get', '/queue?seen=')")
    await page.evaluate(refresh)
    await page.locator("[id^='go-']:focus").wait_for()
    assert visit.faults == []


async def test_without_network_nothing_typed_is_lost(visitor: Visitor, database: str, site: str, people: Cast) -> None:
    visit = await visitor(language="en")
    page = visit.page
    await signed_in_to(page, database, site, people, "/queue?overdue=on")
    await page.locator("#name").fill("Lung trials")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="Keep").click()
    await page.get_by_role("status").get_by_text("There is no network").wait_for()
    assert await page.locator("#name").input_value() == "Lung trials"
    await page.context.set_offline(False)
    await page.get_by_text("There is no network").wait_for(state="detached")
    await page.get_by_role("button", name="Keep").click()
    await page.get_by_role("link", name="Lung trials").wait_for()
    assert visit.faults == []
