"""What the page behind a mail's link says as it goes on: what changed, questions and answers, and how it ended."""

from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from tests.accounts.browsers import Browser
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES, Drain, invite, ok, taken_up
from tests.invitations.test_amendments import amend
from tests.invitations.test_answer_page import answered, path_of
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.ending import end_inquiries
from trialport.notifications.mail_models import Ending

QUESTIONS = ["How many exacerbations a year?", "Is there a -80 freezer?"]


@pytest.fixture
def browser(app: Litestar) -> Browser:
    return Browser(app)


async def swept(app: Litestar) -> None:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        await end_inquiries(tx, app.state.settings, 100)


async def test_after_an_amendment_the_page_begins_with_what_changed(
    client: Client, drain: Drain, inquiry: str, people: Cast, browser: Browser, settings: Settings
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    await answered(browser, path)
    await amend(client, inquiry, numbers=inquiry_body()["numbers"] | {"participants_wanted": 44})
    await drain()
    page = await browser.get(path)
    head, _, rest = page.text.partition("What changed since you answered")
    assert "Your answer</legend>" not in head, "it stands before the form"
    row = rest.partition("</table>")[0]
    assert "Participants wanted here" in row
    assert "numbers." not in row, "fields by their names"
    assert "44" in row
    assert "Our answer still stands" in rest
    stale = await browser.post(path, {"stands": "1"}, page=path)
    assert stale.status_code == 303
    assert (await ok(client("office").get(address)))["state"] != "answered", "she read an older version"
    done = await browser.post(path, {"stands": "2"}, page=path)
    assert done.status_code == 303
    shown = await ok(client("office").get(address))
    assert (shown["state"], shown["answer"]["version"], shown["answer"]["participants"]) == ("answered", 2, 12)
    assert shown["changes"] == []
    assert "Thank you, your answer" in (await browser.get(path)).text


async def test_the_sponsors_questions_are_answered_in_the_form(
    client: Client, drain: Drain, people: Cast, browser: Browser, settings: Settings
) -> None:
    asked = inquiry_body()["answer"] | {"questions": QUESTIONS}
    inquiry = await taken_up(client, drain, answer=asked)
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    page = await browser.get(path)
    assert all(question in page.text for question in QUESTIONS)
    wrong = await answered(browser, path, participants="many", answer_to_1="", answer_to_2="Yes <two>.")
    assert wrong.status_code == 422
    assert "Yes &lt;two&gt;." in wrong.text, "what was typed stays"
    too_long = await answered(browser, path, answer_to_1="x" * 1001, answer_to_2="")
    assert 'href="#answers_to_questions"' in too_long.text
    await answered(browser, path, answer_to_1="", answer_to_2="Yes, two.")
    shown = await ok(client("office").get(address))
    assert shown["answer"]["answers_to_questions"] == ["", "Yes, two."]
    receipt = (await browser.get(path)).text
    assert "Yes, two." in receipt
    (unit,) = (await ok(client("office").get(inquiry + "/reply")))["content"]["units"]
    assert unit["answers_to_questions"] == [{"question": QUESTIONS[1], "answer": "Yes, two."}]
    again = await browser.get(path + "?change=1")
    assert "Yes, two." in again.text


async def test_a_unit_reads_what_became_of_its_questions(
    client: Client, inquiry: str, people: Cast, browser: Browser, settings: Settings, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    for text in ("Is home sampling possible?", "Who pays?"):
        await ok(client("investigator").post(address + "/questions", json={"text": text}))
    office = client("office")
    listed = (await ok(office.get("/api/v1/questions")))["items"]
    pays, sampling = (f"/api/v1/questions/{one['question_id']}" for one in listed)
    assert (await office.post(pays + "/dismiss", json={"reason": " "})).status_code == 400
    gone = await ok(office.post(pays + "/dismiss", json={"reason": "It stands under pay."}))
    assert (gone["state"], gone["available_actions"]) == ("dismissed", ["read"])
    assert (await office.post(pays + "/forward", json={})).status_code == 409
    await ok(office.post(sampling + "/forward", json={}))
    put = (await ok(client("sponsor").get(inquiry + "/questions")))["items"]
    assert [one["wording"] for one in put] == ["Is home sampling possible?"], "the sponsor reads no dismissed question"
    await ok(client("sponsor").post(sampling + "/answer", json={"answer": "Yes, from week 4."}))
    await ok(office.post(sampling + "/share", json={"share": "asker"}))
    page = (await browser.get(path)).text
    assert "Yes, from week 4." in page
    assert "It stands under pay." in page
    kinds = await connection.fetch("select kind, to_address from message where kind like 'question_d%'")
    assert [tuple(row) for row in kinds] == [("question_dismissed", "lung@example.org")]
    tasks = await connection.fetch("select kind from office_task where done_at is null and kind like 'question%'")
    assert tasks == []


async def read_ending(client: Client, address: str) -> dict[str, Any] | None:
    ending: dict[str, Any] | None = (await ok(client("office").get(address)))["ending"]
    return ending


@pytest.mark.parametrize(
    ("outcome", "ending", "heading"),
    [
        ({"decision": "selected", "note": "Start in March."}, "selected", "Your unit was selected"),
        ({"decision": "not_selected", "note": "Thank you <all>."}, "not_selected", "Your unit was not selected"),
        ({"decision": "trial_cancelled"}, "trial_cancelled", "The sponsor has cancelled the trial"),
        ({"decision": "no_decision"}, "no_decision", "The inquiry ended without a decision"),
    ],
)
async def test_the_page_says_how_it_ended(
    client: Client,
    inquiry: str,
    people: Cast,
    browser: Browser,
    settings: Settings,
    outcome: dict[str, Any],
    ending: Ending,
    heading: str,
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    path = path_of(settings, address, people.investigators["lung"])
    await ok(client("investigator").post(address + "/eoi", json=YES))
    await ok(client("office").post(inquiry + "/reply", json={}))
    assert await read_ending(client, address) is None
    units = [str(people.units["lung"])] if ending == "selected" else []
    await ok(client("sponsor").post(inquiry + "/outcome", json=outcome | {"selected_unit_ids": units}))
    told = await read_ending(client, address)
    assert told is not None
    assert (told["ending"], told["over"], told["note"]) == (ending, True, outcome.get("note"))
    page = (await browser.get(path)).text
    assert f"<h1>{heading}</h1>" in page
    assert outcome.get("note", "").replace("<all>", "&lt;all&gt;") in page


async def test_the_page_says_that_the_inquiry_was_withdrawn_but_not_of_what_was_taken_back_before(
    client: Client, app: Litestar, inquiry: str, people: Cast, browser: Browser, settings: Settings
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("office").post(asked["heart"] + "/withdraw", json={"reason": "By mistake."}))
    await ok(client("sponsor").post(inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))
    await swept(app)
    told = await read_ending(client, asked["lung"])
    assert told is not None
    assert told["ending"] == "inquiry_withdrawn"
    page = (await browser.get(path_of(settings, asked["lung"], people.investigators["lung"]))).text
    assert "<h1>The sponsor has withdrawn its inquiry</h1>" in page
    assert await read_ending(client, asked["heart"]) is None
    page = (await browser.get(path_of(settings, asked["heart"], people.investigators["heart"]))).text
    assert "<h1>The invitation was taken back</h1>" in page
