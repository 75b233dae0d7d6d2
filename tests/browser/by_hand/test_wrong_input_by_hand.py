"""The main forms filled in wrongly by hand: it is said where and what, and everything typed is still there."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from msgspec import Struct
from playwright.async_api import Browser, Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser.by_hand.places import Places

Step = Callable[[Page], Awaitable[None]]


class Wrong(Struct, frozen=True, kw_only=True):
    """A form and what is typed into it: the button that sends it, and the fields that are found wrong.

    Names are those of the fields, with {names} of what was made; `typed` maps them to text, `chosen` are boxes.
    """

    path: str
    who: str | None
    button: str
    wrong: tuple[str, ...]
    typed: dict[str, str] = {}
    chosen: tuple[str, ...] = ()
    unfold: str = ""


FORMS: dict[str, Wrong] = {
    "sign-in, empty": Wrong(path="/sign-in", who=None, button="Send me a link", wrong=("email",)),
    "sign-in": Wrong(
        path="/sign-in", who=None, button="Send me a link", wrong=("email",), typed={"email": "kim at work"}
    ),
    "inquiry, empty": Wrong(
        path="{draft}/trial",
        who="sponsor",
        button="Continue",
        wrong=("kind.study_type", "kind.phase", "product.mechanism", "identity.eu_ct_number"),
        typed={"identity.working_title": "Inhaler", "identity.eu_ct_number": "nonsense"},
        unfold="Numbers and synopsis",
    ),
    "inquiry": Wrong(
        path="{draft}/numbers",
        who="sponsor",
        button="Continue",
        wrong=("numbers.participants_wanted", "numbers.planned_start", "numbers.recruitment_months"),
        typed={"numbers.participants_wanted": "some", "numbers.recruitment_months": "-3"},
    ),
    "answer, empty": Wrong(path="/answer/{link_heart}", who=None, button="Send the answer", wrong=("answer",)),
    "answer": Wrong(
        path="/answer/{link_heart}",
        who=None,
        button="Send the answer",
        wrong=("participants", "conditions"),
        typed={"participants": "a few", "conflict_of_interest": "None that we know."},
        chosen=("answer-yes_if",),
    ),
    "capacity": Wrong(
        path="/capacity/{heart}/respiratory",
        who="investigator",
        button="Save",
        wrong=("participants_per_month", "nurse_hours_free"),
        typed={"participants_per_month": "many", "nurse_hours_free": "-1", "physician_hours_free": "2"},
        chosen=("state-limited",),
    ),
    "decline, empty": Wrong(
        path="/inquiries/{new}",
        who="office",
        button="Decline",
        wrong=("decline_reason",),
        typed={"decline_note": "We are sorry."},
        unfold="Decline the inquiry",
    ),
    "reading": Wrong(
        path="/inquiries/{new}",
        who="office",
        button="Compare by these",
        wrong=("icd10_codes",),
        typed={"icd10_codes": "not a code"},
        unfold="Correct the reading",
    ),
    "shortlist, empty": Wrong(
        path="/inquiries/{triaged}/candidates",
        who="office",
        button="Keep",
        wrong=("kind", "shortlist_unit", "reason"),
        unfold="Add, drop or move a unit, with a reason",
    ),
    "invite, nobody": Wrong(
        path="/inquiries/{triaged}/candidates", who="office", button="Invite those chosen", wrong=("unit",)
    ),
    "reply": Wrong(
        path="/inquiries/{asked}/reply/edit",
        who="office",
        button="Send the reply",
        wrong=("next_step_on",),
        typed={"note": "Two units fit.", "next_step_on": "2020-01-01"},
    ),
    "calendar": Wrong(
        path="/settings/{region}/calendar",
        who="office",
        button="Save quiet periods",
        wrong=("first_day_0",),
        typed={"first_day_0": "Christmas", "last_day_0": "12-31", "label_0": "Holidays"},
    ),
    "promise": Wrong(
        path="/settings/{region}/calendar",
        who="office",
        button="Save the promise",
        wrong=("promised_working_days", "promise_reason"),
        typed={"promised_working_days": "two"},
    ),
    "weights": Wrong(
        path="/settings/{region}/weights",
        who="office",
        button="Save",
        wrong=("weight_indication",),
        typed={"weight_indication": "heavy", "reason": "As agreed."},
    ),
    "import, empty": Wrong(path="/register/import", who="office", button="Try the file", wrong=("file",)),
}
WITHOUT_SCRIPT = ("inquiry", "answer")


@pytest.fixture(scope="module")
async def draft(browser: Browser, places: Places) -> AsyncIterator[str]:
    """The address of a draft of the sponsor's."""
    async with places.window(browser, "sponsor") as page:
        await page.goto("/inquiries/new?region=TST")
        await page.get_by_role("button", name="Begin").click()
        yield page.url.rpartition("/")[0]


def field(page: Page, name: str) -> Locator:
    return page.locator(f"main [id='{name}']")


async def fill_in(page: Page, form: Wrong) -> None:
    if form.unfold:
        await page.locator("main summary", has_text=form.unfold).click()
    for name in form.chosen:
        await field(page, name).check()
    for name, text in form.typed.items():
        await field(page, name).fill(text)


async def send(page: Page, form: Wrong) -> None:
    async with page.expect_navigation():
        await page.locator("main").get_by_role("button", name=form.button, exact=True).first.click()


async def gets_focus(focused: Locator) -> bool:
    """Whether what has the focus is there, now or once the browser has drawn the page: it moves the focus only then."""
    try:
        await focused.wait_for(timeout=5_000)
    except PlaywrightTimeout:
        return False
    return True


async def faults_at(page: Page, name: str) -> list[str]:
    """Go from the summary to a field, and look at what is said there."""
    faults = []
    link = page.locator(f".ds-error-summary a[href='#{name}']").first
    if not await link.count():
        return [f"no link to {name}"]
    await link.focus()
    await page.keyboard.press("Enter")
    one = field(page, name)
    reached = one.and_(page.locator(":focus")).or_(one.locator(":focus"))
    if not await gets_focus(reached):
        faults.append(f"the link does not lead to {name}")
    if not await one.is_visible():
        faults.append(f"{name} is out of sight")
    # A table that holds what can be chosen cannot be marked.
    if not await one.evaluate("one => one.localName === 'table' || one.closest('[aria-invalid]')"):
        faults.append(f"{name} is not told to be wrong")
    described = await one.get_attribute("aria-describedby") or ""
    said = [await page.locator(f"[id='{part}']").inner_text() for part in described.split()]
    message = await page.locator(f"[id='{name}-error']").all_inner_texts()
    if not message or message[0] not in said:
        faults.append(f"{name} is not described by its message: {said}, {message}")
    return faults


async def faults_of(page: Page, form: Wrong) -> list[str]:
    """Send a form that is filled in wrongly, and look at what comes back."""
    await fill_in(page, form)
    await send(page, form)
    faults = []
    summary = page.locator(".ds-error-summary")
    if await summary.count() != 1:
        return [f"no summary: {(await page.locator('main').inner_text())[:200]}"]
    if not await gets_focus(summary.and_(page.locator(":focus"))):
        faults.append("the summary has no focus")
    if not (await page.title()).startswith("Error:"):
        faults.append("the title does not begin with it")
    links = await summary.locator("a").evaluate_all("all => all.map(one => decodeURIComponent(one.hash.slice(1)))")
    if sorted(links) != sorted(form.wrong):
        faults.append(f"the summary leads to {links}")
    for name in form.wrong:
        faults += await faults_at(page, name)
    for name, text in form.typed.items():
        if await field(page, name).input_value() != text:
            faults.append(f"{name} has lost what was typed")
    for name in form.chosen:
        if not await field(page, name).is_checked():
            faults.append(f"{name} is no longer chosen")
    return faults


@pytest.mark.parametrize("has_script", [True, False])
async def test_wrong_input_is_told_and_kept(browser: Browser, places: Places, draft: str, *, has_script: bool) -> None:
    wrong = {}
    async with places.window(browser, reduced_motion="reduce", java_script_enabled=has_script) as page:
        for name in FORMS if has_script else WITHOUT_SCRIPT:
            form = FORMS[name]
            await places.be(page.context, form.who, "en")
            await page.goto(places.path(form.path.replace("{draft}", draft)))
            if faults := await faults_of(page, form):
                wrong[name] = faults
    assert wrong == {}


async def test_a_file_of_nonsense_is_told(browser: Browser, places: Places) -> None:
    async with places.window(browser, "office") as page:
        for name, content in (("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00"), ("empty.csv", b"")):
            await page.goto("/register/import")
            await page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
            form = FORMS["import, empty"]
            assert await faults_of(page, form) == [], name
