"""The answer form behind the link of a mail: no sign-in, in three languages, and every way a link can be over."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from litestar import Litestar

from tests.accounts.browsers import SITE, Browser, add_person
from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, invite, ok, state_of
from tests.invitations.test_amendments import amend
from tests.invitations.test_not_me import add_person as add_investigator
from trialport.core.config import Settings
from trialport.core.signing import Purpose
from trialport.invitations.links import link_address, link_for

FORM = {"answer": "yes", "participants": "12", "participants_basis": "register", "seen": "0"}


@pytest.fixture
def browser(app: Litestar) -> Browser:
    return Browser(app)


def path_of(
    settings: Settings, address: str, person: UUID, *, number: int = 1, days: int = 5, purpose: Purpose = "invitation"
) -> str:
    """Return the path that the mail of an invitation leads this person to."""
    due_on = datetime.now(UTC).date() + timedelta(days=days)
    link = link_for(UUID(address.rpartition("/")[2]), person, number, due_on)
    return link_address(settings, link, purpose).removeprefix(SITE)


async def answered(browser: Browser, path: str, **form: str) -> httpx.Response:
    return await browser.post(path, FORM | form, page=path + "?change=1")


async def one_row(connection: asyncpg.Connection, statement: str) -> Any:
    return await connection.fetchrow(statement)


async def test_a_unit_answers_from_its_mail(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    lung = people.investigators["lung"]
    path = path_of(settings, address, lung)
    page = await browser.get(path)
    assert page.status_code == 200
    for header, value in (
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("X-Robots-Tag", "noindex, nofollow"),
    ):
        assert page.headers[header] == value
    assert "Once-daily inhaler in COPD" in page.text
    assert 'value="36"' in page.text, "three a month, for twelve months"
    # Programs that check mails open links: looking neither answers nor counts as a person's first look.
    assert await connection.fetchval("select state from invitation") == "sent"
    sent = await answered(browser, path, capacity_right="on")
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    receipt = await browser.get(path)
    assert "Thank you, your answer is with the trial office" in receipt.text
    assert "Change the answer" in receipt.text
    assert await state_of(client, inquiry) == "collating"
    eoi = await one_row(connection, "select answer, content, investigator_id, answered_by, actor_id from eoi")
    assert (eoi["answer"], eoi["content"]["participants"], eoi["investigator_id"]) == ("yes", 12, lung)
    # Without an account nobody's name is written where it could not be erased.
    assert "Demo" not in eoi["answered_by"]
    trail = await one_row(connection, "select * from audit_event where action = 'invitation.answered'")
    assert trail["details"] == {"answer": "yes", "by_link": True, "investigator_id": str(lung)}
    changed = await answered(browser, path, answer="no", reason_no_nurse_time="on", seen="1")
    assert changed.status_code == 303
    seen = await ok(client("office").get(address))
    assert (seen["answer"]["revision"], seen["answer"]["reasons"]) == (2, ["no_nurse_time"])
    assert seen["answer"]["participants"] is None, "only what belongs to the answer counts"


async def test_what_was_typed_stays_where_something_is_wrong(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    for form, fields in (
        ({"answer": ""}, ["answer"]),
        ({"participants": "many", "questions": "Is it <blinded>?"}, ["participants"]),
        ({"answer": "yes_if", "participants": "", "questions": "Is it <blinded>?"}, ["participants", "conditions"]),
        ({"answer": "later"}, ["later_from"]),
        ({"answer": "no"}, ["reasons"]),
        ({"answer": "not_me", "asks_id": str(people.investigators["heart"])}, ["asks_id"]),
    ):
        page = await answered(browser, path, **form)
        assert page.status_code == 422, form
        for field in fields:
            assert f'href="#{field}"' in page.text
            assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', page.text), field
        if "questions" in form:
            assert "Is it &lt;blinded&gt;?" in page.text
    assert await connection.fetchval("select count(*) from eoi") == 0


async def test_a_link_that_is_over_says_what_to_do(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    lung = people.investigators["lung"]
    good = path_of(settings, address, lung)
    for over in (
        "/answer/nonsense",
        good[:-2],
        good.replace("/answer/", "/sign-off/"),
        path_of(settings, address, lung, days=-70),
        path_of(settings, address, lung, number=2),
        path_of(settings, address, people.investigators["heart"]),
    ):
        page = await browser.get(over)
        assert page.status_code == 410, over
        assert "What you can do" in page.text
        assert "COPD" not in page.text
    await connection.execute("update investigator set objected_at = now() where investigator_id = $1", lung)
    assert (await browser.get(good)).status_code == 410
    await connection.execute("update investigator set objected_at = null")
    assert (await browser.get(good)).status_code == 200
    token = await browser.token_on(good)
    await ok(client("office").post(address + "/links/revoke"))
    headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
    late = await browser.http.post(good, data={"csrf_token": token, **FORM}, headers=headers)
    assert late.status_code == 410, "checked at each use"
    again = path_of(settings, address, lung, number=2)
    assert (await browser.get(again)).status_code == 200
    await connection.execute("delete from position where investigator_id = $1", lung)
    assert (await browser.get(again)).status_code == 410
    assert await connection.fetchval("select count(*) from eoi") == 0


async def test_forms_come_from_our_page_only(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    token = await browser.token_on(path)
    for headers, data in (
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, {"csrf_token": token}),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, {"csrf_token": token}),
        ({"Origin": "null"}, {"csrf_token": token}),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-origin"}, {"csrf_token": "wrong"}),
    ):
        assert (await browser.http.post(path, data=FORM | data, headers=headers)).status_code == 403
    # A page that tells nobody where it is has its forms sent with `null`.
    ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (await browser.http.post(path, data=FORM | {"csrf_token": token}, headers=ours)).status_code == 303
    assert await connection.fetchval("select count(*) from eoi") == 1


async def test_taken_back_over_and_late(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("office").post(asked["heart"] + "/withdraw", json={"reason": "Asked by mistake."}))
    back = path_of(settings, asked["heart"], people.investigators["heart"])
    assert "The invitation was taken back" in (await browser.get(back)).text
    await connection.execute("update invitation set due_on = current_date - 2")
    path = path_of(settings, asked["lung"], people.investigators["lung"])
    assert "marked as late" in (await browser.get(path)).text
    await answered(browser, path)
    seen = await ok(client("office").get(asked["lung"]))
    assert seen["answer"]["late"]
    await ok(client("office").post(inquiry + "/reply", json={}))
    assert "Change the answer" in (await browser.get(path)).text, "for a corrected reply"
    await ok(client("sponsor").post(inquiry + "/outcome", json={"decision": "no_decision"}))
    over = await browser.get(path + "?change=1")
    assert "The inquiry ended without a decision" in over.text
    assert "Send the answer" not in over.text
    assert "Change the answer" not in over.text
    token = await browser.token_on("/sign-in")
    headers = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}
    refused = await browser.http.post(path, data=FORM | {"csrf_token": token, "seen": "1"}, headers=headers)
    assert refused.status_code == 303
    assert await connection.fetchval("select count(*) from eoi") == 1


async def test_what_the_sponsor_changed_meanwhile_is_shown_before_an_answer_counts(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    assert 'name="version" value="1"' in (await browser.get(path)).text
    await amend(client, inquiry, numbers={"participants_wanted": 77})
    shown = await answered(browser, path, version="1", participants="13")
    assert shown.status_code == 409
    assert "The sponsor has changed the inquiry while you were writing" in shown.text
    assert "A colleague has answered" not in shown.text
    assert "77" in shown.text
    assert 'value="13"' in shown.text, "what was typed is kept"
    assert (await ok(client("office").get(address)))["answer"] is None
    assert (await answered(browser, path, version="2", participants="13")).status_code == 303
    assert (await ok(client("office").get(address)))["answer"]["version"] == 2


async def test_two_of_a_unit_do_not_overwrite_each_other_unseen(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    colleague = await add_investigator(connection, "second@example.org", people.units["lung"])
    hers, mine = (path_of(settings, address, one) for one in (people.investigators["lung"], colleague))
    await answered(browser, hers)
    page = await answered(browser, mine, answer="no", reason_budget="on")
    assert page.status_code == 409
    assert "A colleague has answered while you were writing" in page.text
    assert re.search(r'id="reason-budget"[^>]* checked', page.text), "nothing typed is lost"
    assert "A colleague has answered for your unit" in (await browser.get(mine)).text
    # Pressed twice is one answer.
    assert (await answered(browser, hers)).status_code == 303
    assert await connection.fetchval("select count(*) from eoi") == 1


async def test_the_page_is_in_her_language_and_her_name_can_be_erased(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    person = await add_person(connection, "lung@example.org", name="Lung Test", language="da")
    path = path_of(settings, address, people.investigators["lung"])
    page = await browser.get(path, headers={"Accept-Language": "sv"})
    assert 'lang="da"' in page.text
    assert "Send svaret" in page.text
    await answered(browser, path)
    assert await connection.fetchval("select actor_id from eoi") == person


async def test_primary_care_reads_role_time_and_pay_first(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await connection.execute("update unit set kind = 'primary_care_centre'")
    path = path_of(settings, address, people.investigators["lung"])
    page = (await browser.get(path)).text
    assert page.index("Role asked of you") < page.index("Pay") < page.index("Once-daily inhaler")
    assert page.count("The inquiry does not say. Ask in your answer.") == 3


async def test_a_link_opens_nothing_else(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    await answered(browser, path, **{k: str(v) for k, v in YES.items() if k == "participants"})
    for other in (address, inquiry, "/api/v1/me"):
        assert (await browser.get(other, headers={"Accept": "application/json"})).status_code == 401
