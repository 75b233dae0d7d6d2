"""The answer form and the head's sign-off on a phone: 390 px, without JavaScript, in three languages, by axe."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.browser.axe import violations
from tests.browser.conftest import LINK_KEY, Visit, Visitor
from tests.cast import Cast
from tests.inquiries.factories import inquiry_body
from trialport.core.config import Settings
from trialport.core.language import Language
from trialport.core.signing import Purpose
from trialport.invitations.links import link_address, link_for

PHONE = 390
WIDER_THAN_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Each page is seen in all three by test_every_page.py; here it matters what happens.
LANGUAGES: tuple[Language, ...] = ("da",)


async def is_well(visit: Visit, language: str, name: str) -> None:
    """The page at hand has no fault that axe, the console or a narrow window would show."""
    page = visit.page
    if folder := os.environ.get("TRIALPORT_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}-{language}.png", full_page=True)
    assert await page.get_attribute("html", "lang") == language
    assert await page.evaluate(WIDER_THAN_WINDOW) == 0, page.url
    assert visit.faults == [], page.url
    assert await violations(page) == [], page.url


async def invited(site: str, people: Cast) -> UUID:
    """Ask the lung unit about a new inquiry, as an office does."""

    async def post(who: str, path: str, /, **body: object) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {people.tokens[who]}"}
        async with httpx.AsyncClient(base_url=site, headers=headers) as client:
            answer = await client.post(path, json=body or None)
        assert answer.is_success, answer.text
        found: dict[str, object] = answer.json()
        return found

    body = inquiry_body(
        burden={"visits": 8, "minutes_per_visit": 30},
        needs={"primary_care_role": "visit", "unit_pay": "900 SEK"},
    )
    address = str((await post("sponsor", "/api/v1/inquiries", **body))["status_url"])
    await post("office", address + "/triage")
    made = await post("office", address + "/invitations", unit_ids=[str(people.units["lung"])])
    assert made["invited"], made["skipped"]
    one = made["invited"][0]  # type: ignore[index]
    return UUID(one["invitation_id"])


def path_of(invitation_id: UUID, person: UUID, purpose: Purpose = "invitation") -> str:
    settings = Settings(database_url="-", valkey_url="-", secret_key=LINK_KEY, public_url="")
    link = link_for(invitation_id, person, 1, datetime.now(UTC).date() + timedelta(days=5))
    return link_address(settings, link, purpose)


async def add_colleague(database: str, people: Cast, language: str, kind: str) -> UUID:
    """Add somebody without an account who works at the lung unit, which becomes of this kind."""
    connection = await asyncpg.connect(database)
    made: UUID = await connection.fetchval(
        "insert into investigator (email, name, speciality) values ($1, 'Demo Second (demonstration)', '') "
        "returning investigator_id",
        f"{language}-{kind}-{datetime.now(UTC).timestamp()}@example.org",
    )
    await connection.execute("insert into position values ($1, $2, 0.5, false)", made, people.units["lung"])
    await connection.execute("update unit set kind = $2 where unit_id = $1", people.units["lung"], kind)
    await connection.close()
    return made


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_unit_answers_on_a_phone_without_javascript(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language
) -> None:
    second = await add_colleague(database, people, language, "primary_care_centre")
    path = path_of(await invited(site, people), second)
    visit = await visitor(language=language, width=PHONE, java_script_enabled=False)
    page = visit.page
    await page.goto(path)
    # What axe needs is a page that runs scripts; the same addresses are looked at with them below.
    await page.locator("main form button").click()
    assert await page.locator(".ds-error-summary a[href='#answer']").count() == 1
    await page.check("#answer-yes_if")
    assert await page.locator("#participants").is_visible()
    assert await page.locator("#reason-budget").is_hidden()
    await page.fill("#participants", "")
    await page.fill("#questions", "Is it blinded?")
    await page.locator("main form.tp-answer button").click()
    assert await page.locator(".ds-error-summary li").count() == 2
    assert await page.input_value("#questions") == "Is it blinded?"
    await page.check("#condition-nurse_hours")
    # Each language changes the one capacity there is.
    await page.fill("#participants", str(12 * (3 + LANGUAGES.index(language)) + 24))
    await page.locator("main form.tp-answer button").click()
    assert page.url == site + path
    assert await page.locator("#change-participants_per_month").count() == 1
    await page.check("#change-participants_per_month")
    await page.check("#rest-right")
    await page.locator("main form button").click()
    assert await page.locator("[role=status].ds-alert").count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_behind_a_link_is_well(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language
) -> None:
    kind = "primary_care_centre" if language == "sv" else "hospital_department"
    second = await add_colleague(database, people, language, kind)
    invitation_id = await invited(site, people)
    path = path_of(invitation_id, second)
    visit = await visitor(language=language, width=PHONE)
    page = visit.page
    await page.goto(path)
    await is_well(visit, language, "form")
    for answer in ("yes", "yes_if", "later", "no", "not_me"):
        await page.check(f"#answer-{answer}")
        await is_well(visit, language, f"form-{answer}")
    await page.check("#answer-yes")
    await page.fill("#participants", "many")
    await page.locator("main form.tp-answer button").click()
    await is_well(visit, language, "form-wrong")
    await page.fill("#participants", "12")
    await page.locator("main form.tp-answer button").click()
    assert await page.locator("h1").count() == 1
    await is_well(visit, language, "receipt")
    await page.goto(path_of(invitation_id, people.investigators["lung"]))
    await is_well(visit, language, "receipt-of-a-colleague")
    head = path_of(invitation_id, people.investigators["lung"], "sign_off")
    await page.goto(head)
    await is_well(visit, language, "sign-off")
    await page.locator("main button[value=approved]").click()
    await is_well(visit, language, "signed-off")
    await page.goto("/answer/nonsense")
    await is_well(visit, language, "closed")


async def amended(database: str, site: str, people: Cast, invitation_id: UUID) -> None:
    """Have the sponsor change the inquiry, and the invitation ask about it as a worker would."""
    connection = await asyncpg.connect(database)
    find = "select inquiry_id from invitation where invitation_id = $1"
    inquiry = f"{site}/api/v1/inquiries/{await connection.fetchval(find, invitation_id)}"
    headers = {"Authorization": f"Bearer {people.tokens['sponsor']}", "If-Match": "*"}
    async with httpx.AsyncClient(headers=headers) as client:
        numbers = (await client.get(inquiry)).json()["content"]["numbers"] | {"participants_wanted": 77}
        questions = {"questions": ["How many exacerbations a year do your patients have?"]}
        answer = (await client.get(inquiry)).json()["content"]["answer"] | questions
        made = await client.patch(inquiry, json={"numbers": numbers, "answer": answer})
    assert made.is_success, made.text
    await connection.execute(
        "update invitation set version = 2, state = 'sent' where invitation_id = $1", invitation_id
    )
    await connection.close()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_after_a_change_and_after_the_end_is_well(
    visitor: Visitor, database: str, site: str, people: Cast, language: Language
) -> None:
    second = await add_colleague(database, people, language, "hospital_department")
    invitation_id = await invited(site, people)
    visit = await visitor(language=language, width=PHONE)
    page = visit.page
    await page.goto(path_of(invitation_id, second))
    await page.check("#answer-yes")
    await page.fill("#participants", "12")
    await page.check("#basis-register")
    await page.locator("main form.tp-answer button").click()
    await amended(database, site, people, invitation_id)
    await page.goto(path_of(invitation_id, second))
    assert await page.locator(".tp-changes tbody tr").count() == 2
    now = await page.locator(".tp-changes tbody tr:last-child td:last-child").inner_text()
    assert now == "How many exacerbations a year do your patients have?"
    assert await page.locator("#answer_to_1").is_visible(), "the sponsor's question stands in the form"
    await is_well(visit, language, "changed")
    await page.set_viewport_size({"width": 1280, "height": 900})
    await is_well(visit, language, "changed-wide")
    await page.locator(".tp-changed form button").click()
    assert await page.locator(".tp-changed").count() == 0, "the answer stands, and nothing is asked any more"
    connection = await asyncpg.connect(database)
    await connection.execute(
        "update inquiry set state = 'declined' "
        "where inquiry_id = (select inquiry_id from invitation where invitation_id = $1)",
        invitation_id,
    )
    await connection.close()
    await page.goto(path_of(invitation_id, second))
    await is_well(visit, language, "ended")
