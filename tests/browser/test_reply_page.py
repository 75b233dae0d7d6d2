"""The reply's page and the sponsor's questions in a real browser: accessible, narrow, in three languages, on paper."""

import httpx
import pytest

from tests.browser.conftest import Visitor
from tests.browser.test_signed_in_pages import is_well, link_for
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES
from trialport.core.language import Language

TITLES: dict[Language, str] = {"en": "Reply to inquiry", "sv": "Svar på förfrågan", "da": "Svar på forespørgsel"}


async def replied(site: str, people: Cast) -> str:
    """Take an inquiry to its corrected reply over the API; returns its id."""

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
        (put,) = (await api.get(f"/questions?inquiry_id={address[11:]}", headers=acting("office"))).json()["items"]
        await api.post(f"/questions/{put['question_id']}/forward", json={}, headers=acting("office"))
        for note in ("First.", "Second. " + "w" * 200):
            sent = await api.post(address + "/reply", json={"note": note}, headers=acting("office"))
            assert sent.status_code == 201, sent.text
    return address[11:]


@pytest.mark.parametrize("language", ["sv"])
async def test_the_reply_is_well_on_screen_and_on_paper(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language
) -> None:
    inquiry_id = await replied(site, people)
    visit = await visitor(language=language, width=320)
    page = visit.page
    await page.goto(await link_for(database, site, people, language))
    await page.locator("main form button").click()
    await page.locator("main form button").click()
    await page.goto("/me/role")
    await page.locator("main form button").first.click()
    for path in ("reply", "reply?version=1", "reply?version=0", "questions"):
        answer = await page.goto(f"/inquiries/{inquiry_id}/{path}")
        assert answer is not None
        assert answer.status == 200
        await is_well(visit, language)
        if path != "questions":
            assert TITLES[language] in await page.get_by_role("heading", level=1).inner_text()
    await page.goto(f"/inquiries/{inquiry_id}/reply")
    async with page.expect_download() as saving:
        await page.locator("main a[href*='reply.pdf']").click()
    assert (await saving.value).suggested_filename.endswith("-2.pdf")
    await page.emulate_media(media="print")
    assert not await page.locator("header.tp-header").is_visible()
    assert not await page.locator(".tp-no-print").first.is_visible()
