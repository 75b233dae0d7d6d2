"""Two people at the same thing in two browsers: the second is told what changed and by whom, and loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
from playwright.async_api import Browser

from tests.browser.town import Town, Window, open_window
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES

FIRST = "Åsa Lind (test)"
Step = Callable[[Window], Awaitable[None]]


async def enter(browser: Browser, town: Town, email: str) -> Window:
    """Open a browser in which somebody is signed in."""
    window = await open_window(browser, town, "sv")
    await window.go(await town.sign_in_link(email))
    await window.press("Sign in now")
    if window.page.url.endswith("/me/notice"):
        await window.press("I have read this")
    return window


async def inquiry_in_hand(town: Town) -> str:
    """Submit an inquiry and let it be compared; returns the address of its workspace."""
    async with httpx.AsyncClient(base_url=town.address + "/api/v1", timeout=30) as api:

        def acting(who: str) -> dict[str, str]:
            return {"Authorization": f"Bearer {town.people.tokens[who]}"}

        made = await api.post("/inquiries", json=inquiry_body(), headers=acting("sponsor"))
        path = f"/inquiries/{made.json()['inquiry_id']}"
        async with asyncio.timeout(30):
            while (await api.get(path + "/assessments/latest", headers=acting("office"))).status_code != 200:  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.05)
    return path


async def ask_units(town: Town, path: str, *, answer: bool) -> None:
    """Invite two units, and let one of them answer."""
    async with httpx.AsyncClient(base_url=town.address + "/api/v1", timeout=30) as api:
        office = {"Authorization": f"Bearer {town.people.tokens['office']}"}
        heart = {"Authorization": f"Bearer {town.people.tokens['other_investigator']}"}
        units = [str(town.people.units[unit]) for unit in ("lung", "heart")]
        if not answer:
            await api.post(path + "/invitations", json={"unit_ids": units}, headers=office)
            return
        listed = (await api.get("/invitations", headers=heart)).json()["items"]
        invitation = next(one["invitation_id"] for one in listed if path.endswith(one["inquiry_id"]))
        answered = await api.post(f"/invitations/{invitation}/eoi", json=YES, headers=heart)
        assert answered.is_success, answered.text


class TwoOffices:
    """Two people of one office, each in a browser of her own, at one inquiry."""

    def __init__(self, one: Window, two: Window, path: str) -> None:
        self.one, self.two, self.path = one, two, path

    async def overtaken(self, page: str, first: Step, second: Step, kept: str) -> None:
        """Let the second send a page from before the first one's change: she is told of it, and keeps what is hers."""
        await self.two.go(self.path + page)
        await self.one.go(self.path + page)
        await first(self.one)
        await second(self.two)
        alert = await self.two.page.locator("main [role='alert']").first.inner_text()
        assert FIRST in alert, alert
        fields = await self.two.page.locator("main textarea, main input, main select").all()
        assert kept in [await field.input_value() for field in fields], page


async def take_up(window: Window) -> None:
    await window.press("Take it up")


async def decline(window: Window) -> None:
    await window.unfold("Decline the inquiry")
    await window.page.select_option("[name='decline_reason']", "other")
    await window.page.fill("[name='decline_note']", "Vi hinner inte.")
    await window.press("Decline")


def correct(code: str) -> Step:
    async def step(window: Window) -> None:
        await window.unfold("Correct the reading")
        await window.page.fill("[name='icd10_codes']", code)
        await window.press("Compare by these")

    return step


def give(name: str) -> Step:
    async def step(window: Window) -> None:
        await window.page.select_option("[name='person_id']", label=name)
        await window.page.locator("#team button").click()
        await window.look()

    return step


def shortlist(unit: str) -> Step:
    async def step(window: Window) -> None:
        await window.unfold("Add, drop or move a unit, with a reason")
        await window.page.select_option("[name='kind']", "add")
        await window.page.select_option("[name='shortlist_unit']", label=unit)
        await window.page.fill("[name='reason']", f"{unit} passar.")
        await window.press("Keep")

    return step


def reply(note: str) -> Step:
    async def step(window: Window) -> None:
        await window.page.fill("[name='note']", note)
        await window.press("Send the reply")

    return step


async def test_two_offices_at_one_inquiry(browser: Browser, town: Town) -> None:
    path = await inquiry_in_hand(town)
    one = await enter(browser, town, await town.add_person("office", "Åsa Lind", "sv"))
    two = await enter(browser, town, await town.add_person("office", "Bo Berg", "sv"))
    both = TwoOffices(one, two, path)
    await both.overtaken("", take_up, decline, "Vi hinner inte.")
    await two.shows("Under beredning")
    await both.overtaken("", correct("J44"), correct("J45"), "J45")
    await both.overtaken("", give(FIRST), give("Bo Berg (test)"), "")
    assert FIRST in await two.page.locator("#team p").first.inner_text()
    await wait_for_candidates(one, path)
    await both.overtaken("/candidates", shortlist("Unit lung"), shortlist("Unit heart"), "Unit heart passar.")
    assert await two.page.locator("#shortlist ol li").count() == 1

    await ask_units(town, path, answer=False)
    words = "%(answered)s of %(asked)s units have answered"
    await two.page.clock.install()
    await two.go(path + "/answers")
    await two.shows(two.words(words, answered=0, asked=2))
    await ask_units(town, path, answer=True)
    await two.page.clock.fast_forward(31_000)
    await two.shows(two.words(words, answered=1, asked=2))

    await both.overtaken("/reply/edit", reply("Den första."), reply("Den andra."), "Den andra.")
    await two.go(path + "/reply")
    await two.shows("Den första.")
    assert "Den andra." not in await two.page.locator("main").inner_text()


async def wait_for_candidates(window: Window, path: str) -> None:
    """Load the page until the comparison is there."""
    async with asyncio.timeout(30):
        await window.go(path + "/candidates")
        while not await window.page.locator("#shortlist").count():
            await window.page.reload()


async def test_two_of_a_unit_at_one_capacity(browser: Browser, town: Town) -> None:
    head = await enter(browser, town, await town.add_person("unit_head", "Maj Ek", "sv", unit="heart"))
    colleague = await enter(browser, town, await town.add_person("unit_head", "Maj Ek", "sv", unit="heart"))
    path = f"/capacity/{town.people.units['heart']}/respiratory"
    for window in (colleague, head):
        await window.go(path)
    await head.page.fill("[name='participants_per_month']", "5")
    await head.page.locator("form.tp-capacity button").last.click()
    await head.page.wait_for_url("**/capacity?done=1")
    await colleague.page.fill("[name='participants_per_month']", "7")
    await colleague.page.locator("form.tp-capacity button").last.click()
    await colleague.look()
    alert = await colleague.page.locator("main [role='alert']").first.inner_text()
    assert "5" in alert
    assert await colleague.page.input_value("[name='participants_per_month']") == "7"
    await head.go(path)
    assert await head.page.input_value("[name='participants_per_month']") == "5"
