"""The office's queue and workspace in a real browser: accessible in three languages, narrow and wide, on every part."""

import httpx
import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_signed_in_pages import is_well, link_for
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


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("sv", 320), ("da", 320)])
async def test_every_part_of_the_workspace_is_well(
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
    parts = ("", "/candidates", "/answers", "/reply/edit", "/timeline")
    for path in (
        "/queue",
        "/queue?mine=on",
        "/queue?tab=replied",
        "/queue?tab=over",
        *(address + one for one in parts),
    ):
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        await is_well(visit, language)
        if path.endswith("/candidates"):
            # Nothing within the page scrolls sideways either, on a wide screen or a phone.
            wide = "() => [...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
            wide += " && getComputedStyle(e).overflowX !== 'visible' && !e.closest('.tp-unseen')).map(e => e.className)"
            assert await page.evaluate(wide) == []
