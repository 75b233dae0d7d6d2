"""From match to answer, over the API: the whole path and its side exits."""

import asyncio
from datetime import timedelta

import asyncpg
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.invitations.course import YES, Drain, invite, ok, state_of, taken_up
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.reminding import remind_units


async def test_from_match_to_outcome(client: Client, inquiry: str, people: Cast) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    assert await state_of(client, inquiry) == "inviting"
    opened = await ok(client("investigator").get(asked["lung"]))
    assert (opened["state"], opened["available_actions"]) == ("opened", ["read", "answer"])
    assert opened["opened"] is not None, "a region bound by statute needs no agreement"
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    assert await state_of(client, inquiry) == "inviting"
    no = {"answer": "no", "reasons": ["no_nurse_time", "competing_trial"], "competing_trials": "Secret trial X"}
    await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=no))
    assert await state_of(client, inquiry) == "collating"
    tasks = (await ok(client("office").get("/api/v1/tasks")))["items"]
    assert [task["kind"] for task in tasks] == ["all_answered"]
    preview = await ok(client("office").get(inquiry + "/reply"))
    assert preview["version"] == 0
    assert (await client("sponsor").get(inquiry + "/reply")).status_code == 409
    sent = await ok(client("office").post(inquiry + "/reply", json={"note": "A call next week?"}))
    tasks = (await ok(client("office").get("/api/v1/tasks")))["items"]
    assert [task["kind"] for task in tasks if task["state"] == "open"] == []
    read = await ok(client("sponsor").get(inquiry + "/reply"))
    assert {**read, "available_actions": sent["available_actions"]} == sent
    content = read["content"]
    counts = {name: content[name] for name in ("asked", "answered", "yes", "conditional", "no", "silent")}
    assert counts == {"asked": 2, "answered": 2, "yes": 1, "conditional": 0, "no": 1, "silent": 0}
    assert (content["participants_sure"], content["participants_at_most"]) == (12, 12)
    by_unit = {unit["unit_name"]: unit for unit in content["units"]}
    assert by_unit["Unit lung"]["contact_email"] == "lung@example.org"
    # A no is a unit and coded reasons, never a person, nor what only the office reads.
    assert by_unit["Unit heart"]["contact_name"] is None
    assert "Secret trial X" not in str(read)
    assert "Demo heart" not in str(read)
    decided = {"decision": "selected", "selected_unit_ids": [str(people.units["lung"])]}
    await ok(client("sponsor").post(inquiry + "/outcome", json=decided))
    assert await state_of(client, inquiry) == "closed"
    late = await client("other_investigator").post(asked["heart"] + "/eoi", json=YES)
    assert late.status_code == 409


async def test_a_unit_sees_its_own_invitation_only(client: Client, inquiry: str, people: Cast) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    for who, own, other in (("investigator", "lung", "heart"), ("other_investigator", "heart", "lung")):
        listed = (await ok(client(who).get("/api/v1/invitations")))["items"]
        assert [one["unit_id"] for one in listed] == [str(people.units[own])]
        shown = (await client(who).get(asked[own])).text
        assert str(people.units[other]) not in shown
        assert (await client(who).get(asked[other])).status_code == 404
        assert (await client(who).post(asked[other] + "/eoi", json=YES)).status_code == 404
        assert (await client(who).get(inquiry)).status_code == 403
    assert (await client("sponsor").get("/api/v1/invitations")).status_code == 403


async def test_one_invitation_for_an_inquiry_and_a_unit(client: Client, inquiry: str, people: Cast) -> None:
    await invite(client, inquiry, people, "lung")
    body = {"unit_ids": [str(people.units[unit]) for unit in ("lung", "foreign")]}
    again = await ok(client("office").post(inquiry + "/invitations", json=body))
    assert again["invited"] == []
    assert {one["unit_id"]: one["reason"] for one in again["skipped"]} == {
        str(people.units["lung"]): "already_invited",
        str(people.units["foreign"]): "not_in_region",
    }


async def test_whoever_is_away_or_has_had_enough_is_not_asked(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    await connection.execute(
        "insert into investigator_absence values ($1, current_date - 1, current_date + 1)", people.investigators["lung"]
    )
    await connection.execute(
        "update investigator set invitations_per_month = 0 where investigator_id = $1", people.investigators["heart"]
    )
    body = {"unit_ids": [str(people.units[unit]) for unit in ("lung", "heart")]}
    made = await ok(client("office").post(inquiry + "/invitations", json=body))
    assert made["invited"] == []
    assert [one["reason"] for one in made["skipped"]] == ["everybody_absent", "over_budget"]
    assert await state_of(client, inquiry) == "in_triage", "nobody was asked"


async def test_an_answer_says_what_it_needs(client: Client, inquiry: str, people: Cast) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"] + "/eoi"
    unit = client("investigator")
    for body, field in (
        ({"answer": "yes_if", "participants": 3, "participants_basis": "estimate"}, "conditions"),
        ({"answer": "later"}, "later_from"),
        ({"answer": "later", "later_from": "2020-01-01"}, "later_from"),
        ({"answer": "no"}, "reasons"),
        ({"answer": "yes"}, "participants"),
        ({"answer": "yes", "participants": 3}, "participants_basis"),
        ({**YES, "reasons": ["other"]}, "reasons"),
    ):
        refused = await unit.post(address, json=body)
        assert refused.status_code == 422, body
        assert field in {one["path"] for one in refused.json()["errors"]}
    assert (await unit.post(address, json={"answer": "perhaps"})).status_code == 400
    condition = {"answer": "yes_if", "conditions": ["nurse_hours"], "participants": 3, "participants_basis": "estimate"}
    await ok(unit.post(address, json=condition))
    kinds = {task["kind"] for task in (await ok(client("office").get("/api/v1/tasks")))["items"]}
    assert kinds == {"all_answered", "review_condition"}
    changed = await ok(unit.post(address, json=YES))
    assert (changed["answer"]["answer"], changed["answer"]["revision"]) == ("yes", 2)


async def test_asking_the_sponsor_and_declining(client: Client, inquiry: str) -> None:
    office = client("office")
    wanted = {"fields": ["population.age_from"], "note": "From which age?"}
    waiting = await ok(office.post(inquiry + "/information-request", json=wanted))
    assert (waiting["state"], waiting["information_wanted"]) == ("needs_information", ["population.age_from"])
    unknown = await office.post(inquiry + "/information-request", json={**wanted, "fields": ["population.shoe"]})
    assert unknown.status_code == 409
    body = {"population": {**inquiry_body().get("population", {}), "age_from": 18}}
    amended = await client("sponsor").patch(inquiry, json=body, headers={"If-Match": "*"})
    assert amended.status_code == 200, amended.text
    assert (amended.json()["state"], amended.json()["information_wanted"]) == ("in_triage", [])
    declined = await ok(office.post(inquiry + "/decline", json={"reason": "duplicate"}))
    assert (declined["state"], declined["declined_reason"]) == ("declined", "duplicate")
    assert (await office.post(inquiry + "/triage")).status_code == 409


async def test_the_clock_reminds_once_and_in_the_end_tells_the_office(
    client: Client, app: Litestar, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung", "heart"))["lung"]
    heart = "select count(*) from message where kind = 'invitation_reminder' and to_address = 'heart@example.org'"

    async def at_once(after: timedelta) -> int:
        await connection.execute("update reminder set due_at = due_at - $1::interval", after)
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            return await remind_units(tx, app.state.settings, 100)

    assert await at_once(timedelta()) == 0
    await ok(client("investigator").post(address + "/eoi", json=YES))
    # After a long outage everything is due together: who answered is left in peace, the other gets the last step only.
    assert await at_once(timedelta(days=40)) == 10
    assert await at_once(timedelta()) == 0
    assert await connection.fetchval(heart) == 0
    states = dict(await connection.fetch("select u.name, v.state from invitation v join unit u using (unit_id)"))
    assert states == {"Unit lung": "answered", "Unit heart": "no_answer"}
    kinds = {task["kind"] for task in (await ok(client("office").get("/api/v1/tasks")))["items"]}
    assert kinds == {"silent_unit", "all_answered"}
    assert await state_of(client, inquiry) == "collating", "nobody is waited for any more"
    # A late answer is accepted, and marked.
    late = f"update invitation set due_on = current_date - 3 where unit_id = '{people.units['heart']}'"
    await connection.execute(late)
    listed = (await ok(client("other_investigator").get("/api/v1/invitations")))["items"]
    answered = await ok(
        client("other_investigator").post(f"/api/v1/invitations/{listed[0]['invitation_id']}/eoi", json=YES)
    )
    assert (answered["state"], answered["answer"]["late"]) == ("answered", True)


async def test_each_step_of_the_ladder_is_one_mail(
    client: Client, app: Litestar, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    await invite(client, inquiry, people, "lung")
    for step in ("half", "nearly", "overdue", "head"):
        await connection.execute("update reminder set due_at = now() - interval '1 minute' where step = $1", step)
        for _ in range(2):
            async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
                await remind_units(tx, app.state.settings, 100)
    rows = await connection.fetch("select params from message where kind = 'invitation_reminder' order by message_id")
    assert [
        '"is_overdue":true' in row["params"].__str__().replace(" ", "").replace("'", '"').lower() for row in rows
    ] == [
        False,
        False,
        True,
        True,
    ]
    assert await connection.fetchval("select count(*) from reminder where sent") == 4


async def test_an_invitation_can_be_taken_back_until_it_is_answered(client: Client, inquiry: str, people: Cast) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    back = await ok(client("office").post(asked["heart"] + "/withdraw", json={"reason": "Asked by mistake."}))
    assert back["state"] == "withdrawn"
    assert (await client("other_investigator").post(asked["heart"] + "/eoi", json=YES)).status_code == 409
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    refused = await client("office").post(asked["lung"] + "/withdraw", json={"reason": "Too late."})
    assert refused.status_code == 409
    assert refused.json()["available_actions"] == ["read", "redirect", "revoke_links", "draft_suitability", "fill"]
    assert (await ok(client("office").get(inquiry + "/reply")))["content"]["asked"] == 1


async def test_a_last_day_that_does_not_fit_is_refused(client: Client, inquiry: str, people: Cast) -> None:
    for day in ("2020-01-01", "2099-01-01"):
        body = {"unit_ids": [str(people.units["lung"])], "due_on": day}
        assert (await client("office").post(inquiry + "/invitations", json=body)).status_code == 422
    assert await state_of(client, inquiry) == "in_triage"


async def test_what_two_do_at_once_takes_turns(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"] + "/eoi"
    answers = await asyncio.gather(
        *(client(who).post(address, json=YES) for who in ("investigator", "unit_head", "investigator"))
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    revisions = await connection.fetch("select revision from eoi order by revision")
    assert [row["revision"] for row in revisions] == [1, 2, 3]
    replies = await asyncio.gather(*(client("office").post(inquiry + "/reply", json={}) for _ in range(3)))
    assert sorted(reply.status_code for reply in replies) == [201, 412, 412]
    assert await connection.fetchval("select count(*) from reply") == 1


async def test_a_day_that_moves_while_the_unit_answers_makes_nobody_wait_in_a_circle(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    """Whoever moves a day, asks somebody else or answers takes the inquiry first, then the invitation."""
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    office, unit = client("office"), client("investigator")
    for number in range(6):
        day = str((await connection.fetchval("select current_date")) + timedelta(days=10 + number))
        answers = await asyncio.gather(
            unit.post(asked["lung"] + "/eoi", json=YES),
            office.post(inquiry + "/deadline", json={"due_on": day}),
            office.post(asked["heart"] + "/deadline", json={"due_on": day}),
            office.post(asked["heart"] + "/resend"),
            unit.post(asked["lung"] + "/eoi", json=YES),
        )
        assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


async def test_the_office_hears_when_enough_participants_are_offered(
    client: Client, drain: Drain, people: Cast
) -> None:
    inquiry = await taken_up(client, drain)
    wanted = (await ok(client("office").get(inquiry)))["content"]["numbers"]["participants_wanted"]
    asked = await invite(client, inquiry, people, "lung", "heart")

    async def kinds() -> set[str]:
        return {task["kind"] for task in (await ok(client("office").get("/api/v1/tasks")))["items"]}

    await ok(client("investigator").post(asked["lung"] + "/eoi", json={**YES, "participants": wanted - 1}))
    assert "target_reached" not in await kinds()
    await ok(client("investigator").post(asked["lung"] + "/eoi", json={**YES, "participants": wanted}))
    assert "target_reached" in await kinds()
    await ok(client("investigator").post(asked["lung"] + "/eoi", json={"answer": "no", "reasons": ["leave"]}))
    assert "target_reached" not in await kinds(), "an answer that changes takes the task back"
