"""The work of each role with the keys alone, in real Chromium: nothing is clicked, nothing is filled from outside."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser

from tests.browser.by_hand.keys import Hands
from tests.browser.by_hand.places import Places

PHONE = {"width": 390, "height": 844}
FOCUSED = "document.activeElement.textContent.trim()"


async def test_a_sponsor_sends_an_inquiry(browser: Browser, places: Places) -> None:
    today = datetime.now(UTC).date()
    async with places.window(browser, "sponsor", reduced_motion="reduce") as page:
        hands = Hands(page)
        await page.goto("/regions/TST")
        await hands.to("link", "Skip to the content")
        await hands.press("Enter")
        await hands.act("link", "Send an inquiry")
        await hands.act("button", "Begin")
        await hands.type("Working title", "By keys alone")
        await hands.select("Study type", "Medicine")
        await hands.select("Phase", "Phase 3")
        # The key Enter in a field goes on.
        await hands.type("Class or mechanism", "bronchodilator")
        async with page.expect_navigation():
            await hands.press("Enter")
        await hands.type("Indication", "COPD and asthma")
        chips = page.locator("#reading .tp-chips li")
        await chips.nth(1).wait_for()
        await hands.look()
        # What is pressed goes away with the part in which it stood: the focus stays in that part.
        await hands.to("button", "Not this: asthma")
        await hands.press("Enter")
        await page.get_by_text("Not meant: asthma").wait_for()
        await hands.settled("#reading")
        assert await chips.count() == 1
        await hands.to("button", "Take it back in: asthma")
        await hands.press("Enter")
        await chips.nth(1).wait_for()
        await hands.settled("#reading")
        await hands.act("button", "Continue")
        await hands.type("Participants wanted here", "24")
        await hands.day("Planned start", today + timedelta(days=90))
        await hands.type("Recruitment period", "12")
        for _ in ("numbers", "burden", "decentralised"):
            await hands.act("button", "Continue")
        await hands.select("Kind of sponsor", "Company")
        await hands.select("Award status", "It is our own trial")
        await hands.day("Day by which you tell the outcome", today + timedelta(days=120))
        for _ in ("answer", "files", "confidentiality"):
            await hands.act("button", "Continue")
        await hands.act("button", "Send the inquiry")
        await page.get_by_text("Your inquiry has been sent").wait_for()


async def test_a_unit_answers_on_a_phone_with_a_keyboard(browser: Browser, places: Places) -> None:
    async with places.window(browser, None, reduced_motion="reduce", viewport=PHONE) as page:
        hands = Hands(page)
        await page.goto(places.path("/answer/{link_sleep}"))
        await hands.act("button", "Send the answer")
        # The focus is where it is said what is wrong; from there Enter leads to the question.
        assert "Please look at this again" in await page.evaluate(FOCUSED)
        await hands.to("link", "Choose one of the answers.")
        await hands.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "answer"
        await hands.choose("Yes, we can take part")
        await hands.type("Realistic number of participants in the recruitment period", "6")
        await hands.choose("A register")
        await hands.to("checkbox", "The head of unit knows of this")
        await hands.press("Space")
        await hands.act("button", "Send the answer")
        await page.get_by_text("Thank you, your answer is with the trial office").wait_for()


async def test_an_office_invites_a_unit(browser: Browser, places: Places) -> None:
    async with places.window(
        browser, "office", reduced_motion="reduce", viewport={"width": 1280, "height": 600}
    ) as page:
        hands = Hands(page)
        await page.goto("/queue")
        await hands.act("link", "Inhaler in COPD (chosen)")
        await hands.act("button", "Take it up")
        await hands.act("link", "Choose units")
        await hands.unfold("Add, drop or move a unit, with a reason")
        await hands.select("What", "Add it")
        await hands.select("Which unit", "Unit lung")
        await hands.type("Why", "They have done it before.")
        await hands.act("button", "Keep")
        assert "Unit lung" in await page.locator("#shortlist ol").inner_text()
        await hands.act("button", "Invite the shortlist")
        await hands.act("button", "Send 1 invitation")
        assert page.url.endswith("/answers?done=invited")


async def test_an_investigator_confirms_and_changes_her_capacity(browser: Browser, places: Places) -> None:
    async with places.window(browser, "investigator", reduced_motion="reduce", viewport=PHONE) as page:
        hands = Hands(page)
        await page.goto("/capacity")
        await hands.act("button", "Still right", by="Space")
        await page.get_by_role("button", name="Undo the confirmation").first.wait_for()
        await hands.act("link", "Change")
        await hands.type("Participants a month", "many")
        await hands.act("button", "Save")
        assert "Please look at this again" in await page.evaluate(FOCUSED)
        await hands.press("Tab", "Enter")
        assert await page.evaluate("document.activeElement.name") == "participants_per_month"
        await hands.look()
        await hands.press("Control+a")
        await page.keyboard.type("3")
        await hands.unfold("Decentralised activities")
        await hands.act("button", "Save all of it")
        assert "/capacity" in page.url
        assert "1 capacity is up to date" in await page.locator("main").inner_text()
