"""The office's pages over HTTP: the queue, the workspace of one inquiry, and what happens when two work at once."""

import re
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, taken_up

HTML = {"Accept": "text/html"}


@pytest.fixture
async def inquiry(client: Client, drain: Drain) -> str:
    """The address of the workspace of an inquiry that was taken up."""
    return (await taken_up(client, drain)).removeprefix("/api/v1")


async def page(client: Client, address: str, who: str = "office", **headers: str) -> str:
    answer = await client(who).get(address, headers={**HTML, **headers})
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(client: Client, address: str, form: dict[str, Any], who: str = "office") -> httpx.Response:
    return await client(who).post(address, data=form, headers=HTML)


async def test_it_works(client: Client, inquiry: str) -> None:
    queue = await page(client, "/queue")
    assert f'href="{inquiry}"' in queue
    assert "10 working days left" in queue
    shown = await page(client, inquiry)
    assert "SECRET-PROTOCOL-1" in shown
    assert "Once-daily inhaler in COPD" in shown
    assert "(J44, " in shown
    timeline = await page(client, inquiry + "/timeline")
    assert timeline.index("Taken up") < timeline.index("The inquiry came in")


async def test_the_filter_stands_in_the_address(client: Client, inquiry: str) -> None:
    assert inquiry in await page(client, "/queue?waiting_for=office&state=in_triage&therapy_area=respiratory")
    for query in ("waiting_for=sponsor", "state=inviting", "therapy_area=oncology", "overdue=on", "mine=on"):
        assert "No open inquiry fits this filter." in await page(client, f"/queue?{query}")
    assert inquiry in await page(client, "/queue?state=nonsense&cursor=nonsense")
    part = await page(client, "/queue?state=in_triage", **{"HX-Request": "true"})
    assert part.strip().startswith("<section")
    assert "<html" not in part
    (again,) = re.findall(r'hx-get="([^"]+)"', part)
    same = await client("office").get(again.replace("&amp;", "&"), headers={**HTML, "HX-Request": "true"})
    assert (same.status_code, same.text) == (204, ""), "nothing has changed, so nothing is swapped or announced"
    assert "was brought up to date" in part


async def test_a_machine_keeps_no_views(client: Client) -> None:
    refused = await send(client, "/queue/views", {"name": "Mine", "waiting_for": "office"})
    assert refused.status_code == 422
    assert 'value="Mine"' in refused.text


async def test_the_sponsor_is_asked_for_what_was_ticked(client: Client, inquiry: str) -> None:
    step = inquiry + "/office/information-request"
    nothing = await send(client, step, {"note": "From which age?"})
    assert nothing.status_code == 422
    assert "From which age?" in nothing.text
    assert "Choose at least one field to ask for." in nothing.text
    asked = await send(client, step, {"ask_population.key_inclusion": "on", "note": "Which patients?"})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{inquiry}?done=information")
    shown = await page(client, inquiry)
    assert "Waits for information" in shown
    assert "The clock stands still" in shown
    again = await send(client, step, {"ask_population.key_inclusion": "on", "note": "Which patients?"})
    assert again.status_code == 409
    assert "Which patients?" in again.text


async def test_of_two_who_change_it_the_second_is_told_what_is_new(client: Client, inquiry: str) -> None:
    before = await page(client, inquiry)
    (revision,) = set(re.findall(r'name="revision" value="(\d+)"', before))
    (seen,) = set(re.findall(r'name="seen" value="([^"]+)"', before))
    first = await send(client, inquiry + "/office/reading", {"icd10_codes": "J45", "revision": revision})
    assert first.status_code == 303, first.text
    second = await send(
        client,
        inquiry + "/office/decline",
        {"decline_reason": "other", "decline_note": "Sorry.", "revision": revision, "seen": seen},
    )
    assert second.status_code == 412
    assert "Sorry." in second.text
    news = second.text.partition("New since you opened this page")[2]
    assert "The inquiry was amended, " in news
    assert "The inquiry came in" not in news
    fresh = re.findall(r'name="revision" value="(\d+)"', second.text)
    assert set(fresh) == {str(int(revision) + 1)}
    done = await send(
        client, inquiry + "/office/decline", {"decline_reason": "other", "decline_note": "Sorry.", "revision": fresh[0]}
    )
    assert done.headers["location"] == f"{inquiry}?done=declined"
    assert "Sorry." in await page(client, inquiry)
    assert inquiry in await page(client, "/queue?tab=over")


async def test_the_reading_is_corrected_and_compared_anew(client: Client, inquiry: str, drain: Drain) -> None:
    wrong = await send(client, inquiry + "/office/reading", {"icd10_codes": "nonsense"})
    assert wrong.status_code in (400, 422)
    assert 'value="nonsense"' in wrong.text
    assert (await send(client, inquiry + "/office/reading", {"icd10_codes": "J44, J45"})).status_code == 303
    assert await drain()
    stored = await ok(client("office").get(f"/api/v1{inquiry}"))
    assert stored["content"]["condition"]["icd10_codes"] == ["J44", "J45"]
    term = {"term": "COPD track", "concept": "j44"}
    proposed = await send(client, inquiry + "/office/term", term)
    assert proposed.status_code == 303, proposed.text
    terms = (await ok(client("office").get("/api/v1/terms")))["items"]
    assert [(one["term"], one["concept"], one["state"]) for one in terms] == [("COPD track", "J44", "proposed")]
    twice = await send(client, inquiry + "/office/term", term)
    assert twice.status_code == 409
    assert 'value="COPD track"' in twice.text


async def test_comments_are_the_offices_own(client: Client, inquiry: str) -> None:
    assert (await send(client, inquiry + "/office/comments", {"body": " "})).status_code == 422
    assert (await send(client, inquiry + "/office/comments", {"body": "Called <b>them</b>."})).status_code == 303
    assert "Called &lt;b&gt;them&lt;/b&gt;." in await page(client, inquiry)
    assert "Called" not in await page(client, inquiry, "admin")


async def test_stranger_gets_404(client: Client, inquiry: str) -> None:
    for address in ("", "/timeline"):
        assert (await client("other_office").get(inquiry + address, headers=HTML)).status_code == 404
        assert (await client("investigator").get(inquiry + address, headers=HTML)).status_code == 403
    for step in ("triage", "decline", "comments", "reading"):
        assert (await send(client, f"{inquiry}/office/{step}", {"body": "x"}, "other_office")).status_code == 404


async def test_a_step_that_fails_leaves_nothing(client: Client, inquiry: str, connection: asyncpg.Connection) -> None:
    before = await connection.fetchval("select count(*) from audit_event")
    nobody = {"person_id": "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"}
    assert (await send(client, inquiry + "/office/assignment", nobody)).status_code == 422
    assert await connection.fetchval("select count(*) from audit_event where action = 'inquiry.assigned'") == 0
    assert await connection.fetchval("select count(*) from audit_event") <= before + 1


async def test_anonymous_is_refused(client: Client, people: Cast) -> None:
    assert (await client(None).get("/queue")).status_code == 401


async def revision(client: Client, address: str) -> str:
    found: list[str] = re.findall(r'name="revision" value="(\d+)"', await page(client, address))
    return found[0]


async def test_candidates_are_compared_filtered_and_explained(client: Client, inquiry: str, people: Cast) -> None:
    shown = await page(client, inquiry + "/candidates")
    assert shown.index("Unit heart") or shown.index("Unit lung")
    assert "Can recruit about 36 participants" in shown
    assert "asked 0 times in a year" in shown
    assert "Unit foreign" not in shown
    few = await page(client, inquiry + "/candidates?criterion=participants&criterion_state=unmet&sort=&fresh=")
    assert "No candidate fits this filter." in few
    lung, heart = people.units["lung"], people.units["heart"]
    beside = await page(client, f"{inquiry}/candidates?compare0={lung}&compare1={heart}&compare2=&compare3=")
    assert "Side by side" in beside
    both = await send(client, inquiry + "/office/invite", {f"unit_{lung}": "on", f"unit_{heart}": "on", "beside": "1"})
    there = both.headers["location"]
    assert there.startswith(f"{inquiry}/candidates?compare0=")
    assert str(lung) in there
    assert str(heart) in there
    why = await page(client, f"{inquiry}/candidates/{lung}")
    assert "of 2, score" in why
    form = {"kind": "add", "shortlist_unit": str(lung), "reason": ""}
    refused = await send(client, inquiry + "/office/shortlist", form)
    assert refused.status_code == 422
    assert "Give a reason" in refused.text
    kept = await send(client, inquiry + "/office/shortlist", {**form, "reason": "They have done it before."})
    assert kept.status_code == 303, kept.text
    assert "Invite the shortlist" in await page(client, inquiry + "/candidates")


async def test_units_are_invited_after_a_look_at_the_mail(client: Client, inquiry: str, people: Cast) -> None:
    chosen = {f"unit_{people.units[name]}": "on" for name in ("lung", "heart", "foreign")}
    nothing = await send(client, inquiry + "/office/invite", {"due_on": ""})
    assert nothing.status_code == 422
    preview = await send(client, inquiry + "/office/invite", chosen)
    assert preview.status_code == 200, preview.text
    assert "It is not in your region; its own office invites it." in preview.text
    for words in ("Send 2 invitations", 'lang="sv"', 'lang="da"', 'lang="en"'):
        assert words in preview.text
    assert "SECRET" not in preview.text
    assert "COPD" not in preview.text.partition("The mail, in the language")[2]
    form = {**chosen, "send": "1", "revision": await revision(client, inquiry)}
    assert (await send(client, inquiry + "/office/invite", {**form, "due_on": "2020-01-01"})).status_code == 422
    sent = await send(client, inquiry + "/office/invite", form)
    assert sent.status_code == 200
    assert "2 invitations are on their way" in sent.text
    answers = await page(client, inquiry + "/answers")
    assert "0 of 2 units have answered" in answers
    assert "24 wanted" in answers
    again = await send(client, inquiry + "/office/invite", form)
    assert again.status_code == 412


async def test_what_the_database_refuses_shows_the_form_again(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    asked = await invite(client, f"/api/v1{inquiry}", people, "lung")
    needs = {"answer": "yes_if", "conditions": ["nurse_hours"], "participants": 12, "participants_basis": "estimate"}
    await ok(client("investigator").post(asked["lung"] + "/eoi", json={**needs, "head_informed": True}))
    resource = await connection.fetchval(
        "insert into resource (region_id, kind, name, nurse_hours_free) values ($1, 'trial_unit', 'Pool', 4) "
        "returning resource_id",
        people.regions["ours"],
    )
    lung = asked["lung"].rpartition("/")[2]
    assert f'id="nurse_hours-{lung}"' in await page(client, inquiry + "/answers")
    step = f"{inquiry}/office/invitations/{lung}"
    form = {
        "what": "fill",
        "condition": "nurse_hours",
        "resource_id": str(resource),
        "nurse_hours": "40",
        "note": "Hej",
    }
    refused = await send(client, step, form)
    assert refused.status_code == 409, refused.text
    for words in (f'id="nurse_hours-{lung}-error"', 'value="40"', f'value="{resource}" selected', "Hej"):
        assert words in refused.text
    assert (await send(client, step, {**form, "nurse_hours": "4"})).status_code == 303
    old = re.findall(r'name="revision" value="(\d+)"', refused.text)[0]
    assert (await send(client, step, {"what": "revoke"})).status_code == 303
    late = await send(client, step, {"what": "revoke", "revision": old})
    assert late.status_code == 412, "the invitation moved on since the form was made"


async def test_answers_come_in_without_taking_the_list_away(client: Client, inquiry: str, people: Cast) -> None:
    asked = await invite(client, f"/api/v1{inquiry}", people, "lung", "heart")
    (more,) = re.findall(r'hx-get="([^"]+seen_sum[^"]+)"', await page(client, inquiry + "/answers"))
    same = await client("office").get(more, headers={**HTML, "HX-Request": "true"})
    assert (same.status_code, same.text) == (204, "")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    part = await page(client, more, **{"HX-Request": "true"})
    assert part.strip().startswith('<div id="sum"')
    assert "1 of 2 units have answered" in part
    assert 'hx-swap-oob="innerHTML:#messages"' in part
    assert "<form" not in part


async def test_answers_are_followed_and_replied_to(client: Client, inquiry: str, people: Cast) -> None:
    api = f"/api/v1{inquiry}"
    asked = await invite(client, api, people, "lung", "heart")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    answers = await page(client, inquiry + "/answers")
    assert "1 of 2 units have answered" in answers
    heart = asked["heart"].rpartition("/")[2]
    step = f"{inquiry}/office/invitations/{heart}"
    for form, status in (
        ({"what": "deadline", "due_on": "2020-01-01"}, 422),
        ({"what": "nonsense"}, 422),
        ({"what": "withdraw", "reason": ""}, 422),
        ({"what": "revoke"}, 303),
        ({"what": "withdraw", "reason": "Asked by mistake."}, 303),
        ({"what": "withdraw", "reason": "Asked by mistake."}, 409),
    ):
        assert (await send(client, step, form)).status_code == status, form
    await ok(client("investigator").post(asked["lung"] + "/questions", json={"text": "Home sampling?"}))
    put = (await ok(client("office").get(f"/api/v1/questions?inquiry_id={inquiry.rpartition('/')[2]}")))["items"]
    question = f"{inquiry}/office/questions/{put[0]['question_id']}"
    assert (
        await send(client, question, {"what": "forward", "wording": "Is home sampling possible?"})
    ).status_code == 303
    editor = await page(client, inquiry + "/reply/edit")
    (seen,) = re.findall(r'name="content_hash" value="([0-9a-f]{64})"', editor)
    form = {"note": "A call next week?", "next_step": "We call.", "content_hash": seen}
    preview = await send(client, inquiry + "/office/reply", form)
    assert preview.status_code == 200
    assert preview.text.count("A call next week?") == 2
    await ok(client("investigator").post(asked["lung"] + "/eoi", json={**YES, "participants": 5}))
    overtaken = await send(client, inquiry + "/office/reply", {**form, "send": "1"})
    assert overtaken.status_code == 412
    assert "A call next week?" in overtaken.text
    assert (await ok(client("office").get(api)))["state"] != "replied", "nothing of a step that failed is kept"
    (now,) = re.findall(r'name="content_hash" value="([0-9a-f]{64})"', overtaken.text)
    done = await send(client, inquiry + "/office/reply", {**form, "content_hash": now, "send": "1"})
    assert done.headers["location"] == f"{inquiry}?done=reply"
    assert inquiry in await page(client, "/queue?tab=replied")
