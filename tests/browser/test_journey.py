"""One trial from the sponsor's first click to the end of the story, by clicking and typing, with script and without."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from anyio import Path as AsyncPath
from playwright.async_api import Browser

from tests.browser.town import COLLEAGUES, Town, Window, open_window
from trialport.core.language import Language

SECRET = "Zephyrolone-17"
PHONE = 390
INDICATION = "Kronisk obstruktiv lungesygdom (KOL)"
UNITS = ("lung", "heart", "sleep")
WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("script", [True, False])
async def test_the_whole_way(browser: Browser, town: Town, *, script: bool) -> None:
    await Journey(browser, town, script=script).walk()


class Journey:
    """The people of one trial, each with a window of her own, and the mails that came since it began."""

    def __init__(self, browser: Browser, town: Town, *, script: bool) -> None:
        self.browser, self.town, self.script = browser, town, script
        self.title = f"Once-daily inhaler, {'with' if script else 'without'} script"
        self.before = len(town.mailbox.mails())
        self.today = datetime.now(UTC).date()

    async def walk(self) -> None:
        """Let everybody do her part, in the order in which it happens."""
        sponsor = await self.open("da")
        promised = await self.submit(sponsor)
        office = await self.open("sv")
        await self.triage(office, promised)
        await self.choose_units(office)
        await self.answer()
        await self.sign_off()
        await self.reply(office)
        await self.read_reply(sponsor)
        await self.tell_outcome(sponsor)
        await self.read_outcome()
        mails = self.town.mailbox.mails()[self.before :]
        assert not [mail.message["Subject"] for mail in mails if SECRET in mail.text + mail.html]

    async def open(self, language: Language, width: int = 1280) -> Window:
        return await open_window(self.browser, self.town, language, script=self.script, width=width)

    async def sign_in(self, window: Window, email: str) -> None:
        """Sign in by the link of the mail, from where she was sent to sign in."""
        seen = len(self.town.mailbox.mails())
        await window.page.get_by_label(window.words("Your e-mail address at work")).fill(email)
        await window.press("Send me a link")
        mail = await self.town.mail_to(email, "/sign-in/link", seen=seen)
        await window.go(mail.link)
        await window.press("Sign in now")
        await window.press("I have read this")

    async def submit(self, sponsor: Window) -> str:
        """Describe the trial in eight steps, with a pause; returns the day by which the answer is promised."""
        page = sponsor.page
        await sponsor.go("/regions/TST")
        await sponsor.shows("Send en forespørgsel")
        await sponsor.follow("Send an inquiry")
        email = await self.town.add_person("sponsor_contact", "Kirsten Hansen", "da")
        await self.sign_in(sponsor, email)
        await sponsor.press("Begin")
        await page.fill("[name='identity.working_title']", self.title)
        await page.select_option("[name='kind.study_type']", "drug")
        await page.select_option("[name='kind.phase']", "3")
        await page.fill("[name='product.mechanism']", "bronkodilatator")
        await sponsor.unfold("More about the product")
        await page.fill("[name='product.name']", SECRET)
        await sponsor.press("Continue")
        await page.fill("[name='condition.indication']", INDICATION)
        if not self.script:
            await sponsor.press("Read it")
        await page.locator("#reading .tp-chips").wait_for()
        await sponsor.look()
        await sponsor.press("Save and leave")
        await sponsor.says("Your draft is kept. Go on whenever you like.")
        await page.get_by_role("link", name=self.title).click()
        assert "KOL" in await page.input_value("[name='condition.indication']")
        await sponsor.press("Continue")
        await self._fill_the_rest(sponsor)
        await sponsor.shows(SECRET)
        await sponsor.press("Send the inquiry")
        await sponsor.says("Your inquiry has been sent")
        lead = await page.locator(".tp-lead").inner_text()
        await sponsor.follow("Follow the inquiry")
        await sponsor.says("You sent the inquiry")
        return " ".join(re.findall(r"\d+", lead))

    async def _fill_the_rest(self, sponsor: Window) -> None:
        page = sponsor.page
        await page.fill("[name='numbers.participants_wanted']", "24")
        await page.fill("[name='numbers.planned_start']", (self.today + timedelta(days=90)).isoformat())
        await page.fill("[name='numbers.recruitment_months']", "12")
        for _ in ("numbers", "burden", "decentralised"):
            await sponsor.press("Continue")
        await page.select_option("[name='who.sponsor_kind']", "company")
        await page.select_option("[name='who.award_status']", "own_trial")
        await page.fill("[name='answer.outcome_promised_by']", (self.today + timedelta(days=120)).isoformat())
        for _ in ("answer", "files", "confidentiality"):
            await sponsor.press("Continue")
        await sponsor.says("Read through and send")

    async def triage(self, office: Window, promised: str) -> None:
        """Find it in the queue, take it up, look at how it was read, and correct that."""
        page = office.page
        await office.go("/queue")
        await self.sign_in(office, await self.town.add_person("office", "Åsa Lind", "sv"))
        await page.get_by_role("link", name=self.title).click()
        facts = await page.locator(".tp-queue-facts").first.inner_text()
        assert promised in " ".join(re.findall(r"\d+", facts)), facts
        await office.shows(SECRET)
        await office.press("Take it up")
        await office.shows("Under beredning")
        await self.until(office, office.words("“%(text)s” was read as:", text=INDICATION))
        await office.unfold("Correct the reading")
        await page.get_by_label(office.words("Conditions meant (ICD-10)")).fill("j44")
        await office.press("Compare by these")
        await page.locator("#messages", has_text="jämförs").wait_for()

    async def until(self, window: Window, text: str) -> None:
        """Load the page again until it says this, as it asks a person to do while the worker is at it."""
        async with asyncio.timeout(30):
            while text not in await window.page.locator("main").inner_text():
                await window.page.reload()

    async def tick(self, office: Window, *units: str) -> None:
        for unit in units:
            name = office.words("Choose %(name)s", name=f"Unit {unit}")
            await office.page.get_by_label(name, exact=True).check()

    async def choose_units(self, office: Window) -> None:
        """Compare candidates, put one on the shortlist with a reason, look at the mail, and invite three units."""
        page = office.page
        await office.follow("Candidates")
        await self.until(office, office.words("Order by"))
        await self.tick(office, "lung", "sleep")
        await office.press("Compare those chosen side by side (up to four)")
        await office.says("Side by side")
        assert await page.locator("#compare thead th").all_inner_texts() == ["Unit lung", "Unit sleep"]
        await office.follow("Close the comparison")
        await office.unfold("Add, drop or move a unit, with a reason")
        await page.select_option("[name='kind']", label=office.words("Add it"))
        await page.select_option("[name='shortlist_unit']", label="Unit lung")
        await page.get_by_label(office.words("Why")).fill("De har gjort en liknande prövning.")
        await office.press("Keep")
        assert "Unit lung" in await page.locator("#shortlist ol").inner_text()
        await self.tick(office, *UNITS)
        await office.press("Invite those chosen")
        await office.shows("Kan er enhet delta i en klinisk prövning?")
        await office.press(office.count("Send %(num)s invitation", "Send %(num)s invitations", 3), is_said=True)
        assert page.url.endswith("/answers?done=invited")
        for unit in UNITS:
            await office.shows(f"Unit {unit}")

    async def open_mail(self, window: Window, email: str, path: str) -> None:
        mail = await self.town.mail_to(email, path, seen=self.before)
        await window.go(mail.link)
        if self.script:
            assert await window.page.evaluate(WIDER_THAN_WINDOW) == 0, window.page.url

    async def on_phone(self, email: str, path: str, language: Language) -> Window:
        """Open the newest mail to somebody on a phone; nobody asks her for a password."""
        phone = await self.open(language, PHONE)
        await self.open_mail(phone, email, path)
        assert await phone.page.locator("input[type='password']").count() == 0
        return phone

    async def answer(self) -> None:
        """Answer from the mails: yes; yes on a condition; not me, but a colleague."""
        phone = await self.on_phone(COLLEAGUES["lung"], "/answer/", "sv")
        await phone.shows("Kan Unit lung delta i den här prövningen?")
        await phone.press("Send the answer")
        await phone.says("Choose one of the answers.")
        await phone.page.get_by_role("radio", name=phone.words("Yes, we can take part"), exact=True).check()
        await phone.page.fill("[name='participants']", "8")
        await phone.page.get_by_label(phone.words("A register")).check()
        await phone.page.get_by_label(phone.words("The head of unit knows of this")).check()
        await phone.press("Send the answer")
        await phone.says("Thank you, your answer is with the trial office")
        await phone.page.get_by_label(phone.words("Everything else is still right")).check()
        await phone.press("Update the capacity")
        await phone.says("Your capacity is up to date. Thank you.")

        phone = await self.on_phone("heart@example.org", "/answer/", "sv")
        await phone.page.get_by_role("radio", name=phone.words("Yes, on a condition"), exact=True).check()
        await phone.page.fill("[name='participants']", "5")
        await phone.page.get_by_label(phone.words("An estimate")).check()
        await phone.page.get_by_label(phone.words("Training"), exact=True).check()
        await phone.press("Send the answer")
        await phone.says("The trial office sees whether it can fill what is missing, and gets back to you.")

        phone = await self.on_phone("sleep@example.org", "/answer/", "en")
        await phone.page.get_by_role("radio", name="Somebody else should be asked").check()
        await phone.page.select_option("[name='asks_id']", label="Second sleep (demonstration)")
        await phone.press("Send the answer")
        await phone.says("Thank you, your answer is with the trial office")

    async def sign_off(self) -> None:
        """Let the head of the first unit approve its yes from her mail."""
        phone = await self.on_phone("lung@example.org", "/sign-off/", "sv")
        await phone.press("Approve")
        await phone.says("You have approved the yes")

    async def reply(self, office: Window) -> None:
        """Ask the colleague, fill what one unit misses, write the reply with a note, preview it and send it."""
        page = office.page
        await office.page.reload()
        card = page.locator("li.ds-card", has_text="Unit sleep")
        await card.locator("summary", has_text=office.words("Change this invitation")).click()
        await card.get_by_label(office.words("Ask somebody else")).select_option(label="Second sleep (demonstration)")
        await card.get_by_role("button", name=office.words("Ask"), exact=True).click()
        phone = await self.on_phone(COLLEAGUES["sleep"], "/answer/", "en")
        await phone.page.get_by_role("radio", name="No", exact=True).check()
        await phone.page.get_by_label("No nurse time").check()
        await phone.press("Send the answer")
        await phone.says("Thank you, your answer is with the trial office")

        card = page.locator("li.ds-card", has_text="Unit heart")
        await card.locator("summary", has_text=office.words("Provide what is missing")).click()
        await card.get_by_label(office.words("What the unit is told")).fill("Vi ordnar en kurs i mars.")
        await card.get_by_role("button", name=office.words("Provide"), exact=True).click()
        await office.look()
        await office.shows(office.words("%(answered)s of %(asked)s units have answered", answered=3, asked=3))
        await office.follow("Reply")
        await page.get_by_label(office.words("Note to the sponsor")).fill("To enheder passer godt.")
        await office.press("Show the preview")
        preview = await page.locator("#preview").inner_text()
        for word in ("To enheder passer godt.", "Unit lung", "Unit heart", "Unit sleep"):
            assert word in preview
        await office.press("Send the reply")
        await office.shows("Besvarad")

    async def read_reply(self, sponsor: Window) -> None:
        """Read the reply from the mail, as a page and as a document."""
        page = sponsor.page
        await self.open_mail(sponsor, "sponsor-contact", "/inquiries/")
        await sponsor.shows("To enheder passer godt.")
        text = await page.locator("main").inner_text()
        assert "Second lung" in text, "the contact of a unit that said yes"
        assert "Second sleep" not in text, "nobody stands behind a no"
        async with page.expect_download() as downloading:
            await page.get_by_role("link", name=sponsor.words("Download as PDF")).click()
        path = AsyncPath(await (await downloading.value).path())
        assert (await path.read_bytes()).startswith(b"%PDF-")

    async def tell_outcome(self, sponsor: Window) -> None:
        """Tell that one unit was chosen."""
        page = sponsor.page
        await sponsor.go("/inquiries")
        await page.get_by_role("link", name=self.title).click()
        await sponsor.follow("Tell the outcome")
        await page.get_by_label(sponsor.words("We chose one or more units")).check()
        await page.get_by_label(re.compile("Unit lung")).check()
        await sponsor.press("Tell the outcome")
        await sponsor.says("Decision")

    async def read_outcome(self) -> None:
        """See at the units how it ended."""
        phone = await self.on_phone(COLLEAGUES["lung"], "/answer/", "sv")
        await phone.says("Your unit was selected")
        phone = await self.on_phone("heart@example.org", "/answer/", "sv")
        await phone.says("Your unit was not selected")
