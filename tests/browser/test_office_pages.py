"""The office's candidates in a real browser, narrow and wide."""

import httpx
import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_signed_in_pages import link_for
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES
from trialport.core.language import Language


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


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("da", 320)])
async def test_the_candidates_scroll_sideways_nowhere(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language, width: int
) -> None:
    address = await invited(site, people)
    visit = await visitor(language=language, width=width)
    page = visit.page
    await page.goto(await link_for(database, site, people, language))
    await page.locator("main form button").click()
    await page.locator("main form button").click()
    await page.goto("/me/role")
    await page.locator("main form button").first.click()
    answer = await page.goto(address + "/candidates")
    assert answer is not None
    assert answer.status == 200
    # Nothing within the page scrolls sideways either, on a wide screen or a phone.
    wide = "() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
    wide += " && getComputedStyle(e).overflowX !== 'visible' && !e.closest('.tp-unseen')).map(e => e.className)"
    assert await page.evaluate(wide) == []
