"""The sponsor's questionnaire: after a yes only, and answered once."""

from typing import Any

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES, Drain, invite, ok

QUESTIONS: list[dict[str, Any]] = [
    {"text": "Do you have a freezer at -80 degrees?", "kind": "yes_no", "key": "freezer"},
    {"text": "How many beds are there?", "kind": "number"},
    {"text": "Which system holds your records?", "kind": "choice", "options": ["Cosmic", "Other"]},
    {"text": "Describe your pharmacy.", "kind": "text"},
]


async def released(client: Client, inquiry: str, people: Cast) -> str:
    """Set the questionnaire and have the lung unit say yes; returns the invitation's address."""
    await ok(client("sponsor").post(inquiry + "/questionnaire", json={"questions": QUESTIONS}))
    asked = await invite(client, inquiry, people, "lung")
    assert (await client("investigator").get(asked["lung"] + "/questionnaire")).status_code == 409
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=YES))
    return asked["lung"]


async def filled(client: Client, address: str) -> dict[str, Any]:
    shown = await ok(client("unit_head").get(address + "/questionnaire"))
    values = (True, 12, "Cosmic", "On the ground floor.")
    return {one["key"]: value for one, value in zip(shown["questions"], values, strict=True)}


async def another(client: Client, drain: Drain, people: Cast, questions: list[dict[str, Any]], language: str) -> Any:
    """Ask the same unit for another sponsor, and have it say yes; returns what it reads of the questionnaire."""
    body = inquiry_body(placement={"regions_wanted": ["TST"]})
    body["who"] = {**body["who"], "sponsor_name": "Rival Pharma (demonstration)"}
    address = str((await ok(client("rival").post("/api/v1/inquiries", json=body)))["status_url"])
    await drain()
    await ok(client("office").post(address + "/triage"))
    wanted = {"language": language, "questions": questions}
    await ok(client("rival").post(address + "/questionnaire", json=wanted))
    asked = await invite(client, address, people, "lung")
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=YES))
    return await ok(client("investigator").get(asked["lung"] + "/questionnaire"))


async def test_filled_in_approved_and_offered_again(client: Client, drain: Drain, inquiry: str, people: Cast) -> None:
    address = await released(client, inquiry, people) + "/questionnaire"
    answers = await filled(client, address.removesuffix("/questionnaire"))
    draft = await ok(client("investigator").put(address, json={"state": "draft", "answers": {"freezer": True}}))
    assert draft["state"] == "draft"
    assert (await ok(client("sponsor").get(inquiry + "/questionnaire")))["units"] == []
    approved = {"state": "approved", "answers": answers}
    assert (await client("investigator").put(address, json=approved)).status_code == 409
    half = await client("unit_head").put(address, json={"state": "approved", "answers": {"freezer": True}})
    assert half.status_code == 422
    wrong = await client("unit_head").put(address, json={"state": "draft", "answers": {"freezer": "yes", "no": 1}})
    assert {one["path"] for one in wrong.json()["errors"]} == {"answers.freezer", "answers.no"}
    await ok(client("unit_head").put(address, json=approved))
    (unit,) = (await ok(client("sponsor").get(inquiry + "/questionnaire")))["units"]
    assert (unit["unit_name"], unit["answers"]) == ("Unit lung", answers)
    questions = [
        {"text": "At -80 degrees, do you have a freezer?", "kind": "yes_no"},
        {"text": "Is there any cold store?", "kind": "yes_no", "key": "freezer"},
        {"text": "How many beds are there?", "kind": "text"},
        {"text": "How many lifts are there?", "kind": "number"},
    ]
    again = await another(client, drain, people, questions, "en")
    offered = [[one["answer"] for one in question["offered"]] for question in again["questions"]]
    # The same words in another order, the same key; never a number for a text, nor another question's answer.
    assert offered == [[True], [True], [], []]
    source = again["questions"][0]["offered"][0]
    assert (source["reference"], source["age_days"]) == ((await ok(client("office").get(inquiry)))["reference"], 0)
    # A unit that takes its yes back is not read any more.
    await ok(client("unit_head").post(address.removesuffix("/questionnaire") + "/eoi", json=NO))
    assert (await ok(client("sponsor").get(inquiry + "/questionnaire")))["units"] == []


NO = {"answer": "no", "reasons": ["other"]}


async def test_words_in_another_language_are_not_compared(
    client: Client, drain: Drain, inquiry: str, people: Cast
) -> None:
    address = await released(client, inquiry, people)
    approved = {"state": "approved", "answers": await filled(client, address)}
    await ok(client("unit_head").put(address + "/questionnaire", json=approved))
    questions = [{"text": "Do you have a freezer at -80 degrees ?", "kind": "yes_no", "key": "frys"}, QUESTIONS[0]]
    again = await another(client, drain, people, questions, "sv")
    assert [len(one["offered"]) for one in again["questions"]] == [0, 1], "the exact key is the same in all languages"


async def test_files_are_held_back_until_a_yes(client: Client, inquiry: str, people: Cast) -> None:
    for kind, name in (("sponsor_questionnaire", "Questions.txt"), ("synopsis", "Synopsis.txt")):
        path = f"{inquiry}/attachments?kind={kind}&file_name={name}"
        made = await client("sponsor").post(path, content="Which freezer?")
        assert made.status_code == 201, made.text
    asked = await invite(client, inquiry, people, "lung", "heart")
    lung = asked["lung"] + "/attachments"
    assert (await client("investigator").get(lung)).status_code == 409
    await ok(client("unit_head").post(asked["lung"] + "/eoi", json=YES))
    (file,) = (await ok(client("investigator").get(lung)))["items"]
    assert file["file_name"] == "Questions.txt"
    assert (await client("investigator").get(file["download_url"])).content == b"Which freezer?"
    assert (await client("other_investigator").get(file["download_url"])).status_code == 404
    assert (await client("other_investigator").get(asked["heart"] + "/attachments")).status_code == 409


async def test_stranger_gets_404(client: Client, inquiry: str, people: Cast) -> None:
    address = await released(client, inquiry, people) + "/questionnaire"
    assert (await client("other_investigator").get(address)).status_code == 404
    assert (await client("rival").get(inquiry + "/questionnaire")).status_code == 404
    assert (await client("rival").post(inquiry + "/questionnaire", json={"questions": QUESTIONS})).status_code == 404


async def test_bad_input_is_refused(client: Client, inquiry: str) -> None:
    address = inquiry + "/questionnaire"
    assert (await client("sponsor").post(address, json={"questions": []})).status_code == 400
    for questions in ([QUESTIONS[0]] * 2, [{**QUESTIONS[1], "kind": "choice"}], [{**QUESTIONS[1], "options": ["a"]}]):
        assert (await client("sponsor").post(address, json={"questions": questions})).status_code == 422
