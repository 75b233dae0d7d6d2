"""Units' questions to the sponsor, through the office."""

from typing import Any

import asyncpg
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, invite, ok
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.questions_mailing import fill_question_forwarded, fill_question_to_unit
from trialport.notifications.mail_models import QuestionForwarded, QuestionShared

SECRET = "Is it true for our Ward 7 patients?"


async def asked_one(client: Client, inquiry: str, people: Cast) -> tuple[dict[str, str], str]:
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("investigator").post(asked["lung"] + "/questions", json={"text": SECRET}))
    (question,) = (await ok(client("office").get("/api/v1/questions")))["items"]
    return asked, f"/api/v1/questions/{question['question_id']}"


async def own_questions(client: Client, who: str, address: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await ok(client(who).get(address + "/questions")))["items"]
    return items


async def test_a_question_goes_through_the_office(
    client: Client, app: Litestar, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    asked, question = await asked_one(client, inquiry, people)
    office, sponsor = client("office"), client("sponsor")
    kinds = [task["kind"] for task in (await ok(office.get("/api/v1/tasks")))["items"]]
    assert kinds == ["question_to_review"]
    assert (await ok(sponsor.get(inquiry + "/questions")))["items"] == []
    assert (await sponsor.post(question + "/answer", json={"answer": "Yes."})).status_code == 404
    forwarded = await ok(office.post(question + "/forward", json={"wording": "Does it hold for inpatients?"}))
    assert (forwarded["state"], forwarded["text"], forwarded["unit_name"]) == ("forwarded", SECRET, "Unit lung")
    assert (await office.post(question + "/forward", json={})).status_code == 409
    shown = await sponsor.get(inquiry + "/questions")
    for hidden in (SECRET, "Unit lung", asked["lung"].rpartition("/")[2], str(people.units["lung"])):
        assert hidden not in shown.text
    assert (await office.post(question + "/share", json={"share": "all"})).status_code == 409
    answered = await ok(sponsor.post(question + "/answer", json={"answer": "Yes, from week 4."}))
    assert (answered["state"], answered["wording"]) == ("answered", "Does it hold for inpatients?")
    assert [one["answer"] for one in await own_questions(client, "investigator", asked["lung"])] == [None]
    assert await own_questions(client, "other_investigator", asked["heart"]) == []
    await ok(office.post(question + "/share", json={"share": "all"}))
    (own,) = await own_questions(client, "investigator", asked["lung"])
    assert (own["own"], own["text"], own["answer"]) == (True, SECRET, "Yes, from week 4.")
    (others,) = await own_questions(client, "other_investigator", asked["heart"])
    assert (others["own"], others["text"], others["answer"]) == (
        False,
        "Does it hold for inpatients?",
        "Yes, from week 4.",
    )
    rows = await connection.fetch("select kind, to_address, params from message where kind like 'question%' order by 2")
    assert [row["to_address"] for row in rows] == ["contact@example.org", "heart@example.org", "lung@example.org"]
    assert "Yes, from" not in str([row["params"] for row in rows])
    tasks = (await ok(office.get("/api/v1/tasks")))["items"]
    assert [one["kind"] for one in tasks if one["done_at"] is None] == []
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        settings = app.state.settings
        to_sponsor = await fill_question_forwarded(tx, settings, QuestionForwarded(**rows[0]["params"]))
        to_unit = await fill_question_to_unit(tx, settings, QuestionShared(**rows[2]["params"]))
    assert to_sponsor is not None
    assert to_unit is not None
    assert to_sponsor.values["link"].endswith(inquiry.removeprefix("/api/v1") + "/questions")
    assert "/answer/" in to_unit.values["link"]


async def test_an_answer_for_the_asker_stays_there(client: Client, inquiry: str, people: Cast) -> None:
    asked, question = await asked_one(client, inquiry, people)
    await ok(client("office").post(question + "/forward", json={}))
    await ok(client("sponsor").post(question + "/answer", json={"answer": "Yes."}))
    await ok(client("office").post(question + "/share", json={"share": "asker"}))
    assert [one["answer"] for one in await own_questions(client, "investigator", asked["lung"])] == ["Yes."]
    assert await own_questions(client, "other_investigator", asked["heart"]) == []


async def test_a_question_within_an_answer_is_one_too(client: Client, inquiry: str, people: Cast) -> None:
    asked = await invite(client, inquiry, people, "lung")
    for _ in range(2):
        await ok(client("unit_head").post(asked["lung"] + "/eoi", json={**YES, "questions": SECRET}))
    assert [one["text"] for one in await own_questions(client, "investigator", asked["lung"])] == [SECRET]
    await ok(client("office").post(inquiry + "/reply", json={}))
    assert SECRET not in (await client("sponsor").get(inquiry + "/reply")).text, "the sponsor would know whose it is"


async def test_stranger_gets_404(client: Client, inquiry: str, people: Cast) -> None:
    asked, question = await asked_one(client, inquiry, people)
    await ok(client("office").post(question + "/forward", json={}))
    assert (await client("other_investigator").get(asked["lung"] + "/questions")).status_code == 404
    body = {"text": "Mine?"}
    assert (await client("other_investigator").post(asked["lung"] + "/questions", json=body)).status_code == 404
    assert (await client("rival").post(question + "/answer", json={"answer": "x"})).status_code == 404
    assert (await client("rival").get(inquiry + "/questions")).status_code == 404
    assert (await client("other_office").post(question + "/forward", json={})).status_code == 404
    assert (await ok(client("other_office").get("/api/v1/questions")))["items"] == []
    assert (await client("sponsor").get("/api/v1/questions")).status_code == 403


async def test_bad_input_is_400(client: Client, inquiry: str, people: Cast) -> None:
    asked = await invite(client, inquiry, people, "lung")
    for text in ("", " ", "x" * 1001):
        answer = await client("investigator").post(asked["lung"] + "/questions", json={"text": text})
        assert answer.status_code == 400
