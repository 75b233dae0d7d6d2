"""The last day moves, and the sponsor changes its inquiry while units are asked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, state_of, taken_up

pytestmark = pytest.mark.anyio


async def steps_of(connection: asyncpg.Connection, invitation: str) -> dict[str, tuple[datetime, bool | None]]:
    records = await connection.fetch(
        "select step, due_at, sent from reminder where invitation_id = $1", invitation.rpartition("/")[2]
    )
    return {record["step"]: (record["due_at"], record["sent"]) for record in records}


async def mails_to(connection: asyncpg.Connection, address: str) -> list[str]:
    records = await connection.fetch("select kind from message where to_address = $1 order by message_id", address)
    return [record["kind"] for record in records]


def in_days(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def test_the_reminders_move_with_the_day(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await connection.execute("update reminder set settled_at = now(), sent = true where step in ('half', 'overdue')")
    before = await steps_of(connection, asked["lung"])
    moved = await ok(client("office").post(asked["lung"] + "/deadline", json={"due_on": in_days(30)}))
    assert (moved["due_on"], moved["state"]) == (in_days(30), "sent")
    after = await steps_of(connection, asked["lung"])
    assert after["half"] == before["half"], "a reminder before the day does not go out twice"
    assert after["nearly"][0] > before["nearly"][0]
    assert after["overdue"] == (after["overdue"][0], None), "what follows the day belongs to the new day"
    assert after["overdue"][0].date() >= date.fromisoformat(in_days(30))
    assert await steps_of(connection, asked["heart"]) != after
    assert await mails_to(connection, "lung@example.org") == ["invitation", "invitation_moved"]
    again = await client("office").post(asked["lung"] + "/deadline", json={"due_on": in_days(30)})
    assert again.status_code == 422
    for wrong in (in_days(0), in_days(400)):
        assert (await client("office").post(asked["lung"] + "/deadline", json={"due_on": wrong})).status_code == 422


async def test_who_counted_as_silent_may_answer_by_another_day(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    await connection.execute("update invitation set state = 'no_answer' where state = 'sent'")
    await connection.execute("update inquiry set state = 'collating', revision = revision + 1")
    moved = await ok(client("office").post(inquiry + "/deadline", json={"due_on": in_days(9)}))
    assert moved["invitation_ids"] == [asked["heart"].rpartition("/")[2]], "who has answered is left in peace"
    assert await state_of(client, inquiry) == "inviting"
    assert (await ok(client("office").get(asked["heart"])))["state"] == "sent"
    assert (await client("office").post(asked["lung"] + "/deadline", json={"due_on": in_days(9)})).status_code == 409


async def amend(client: Client, inquiry: str, **groups: dict[str, Any]) -> None:
    """Change single fields of groups of an inquiry, as its sponsor."""
    stored = (await ok(client("sponsor").get(inquiry)))["content"]
    body = {group: {**stored.get(group, {}), **fields} for group, fields in groups.items()}
    await ok(client("sponsor").patch(inquiry, json=body, headers={"If-Match": "*"}))


async def test_units_are_asked_about_what_changed(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    wanted = (await ok(client("sponsor").get(inquiry)))["content"]["numbers"]["participants_wanted"]
    await amend(client, inquiry, numbers={"participants_wanted": wanted + 7})
    await drain()
    for unit, who in (("lung", "investigator"), ("heart", "other_investigator")):
        shown = await ok(client(who).get(asked[unit]))
        assert shown["teaser"]["version"] == 2
        assert shown["state"] == "opened"
    changes = (await ok(client("investigator").get(asked["lung"] + "/changes")))["items"]
    assert changes == [{"field": "numbers.participants_wanted", "before": wanted, "after": wanted + 7}]
    assert (await ok(client("other_investigator").get(asked["heart"] + "/changes")))["items"] == []
    assert await mails_to(connection, "lung@example.org") == ["invitation", "invitation_amended"]
    confirmed = await ok(client("investigator").post(asked["lung"] + "/confirmation"))
    assert (confirmed["answer"]["version"], confirmed["answer"]["revision"]) == (2, 2)
    assert confirmed["answer"]["participants"] == YES["participants"]
    assert (await client("investigator").post(asked["lung"] + "/confirmation")).status_code == 422
    assert (await client("other_investigator").post(asked["heart"] + "/confirmation")).status_code == 422


async def test_an_answer_before_a_change_is_shown_as_such(client: Client, drain: Drain, people: Cast) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    assert await state_of(client, inquiry) == "collating"
    await amend(client, inquiry, population={"key_exclusion": "Oxygen at home"})
    await drain()
    assert await state_of(client, inquiry) == "inviting", "the unit is asked again"
    content = (await ok(client("office").get(inquiry + "/reply")))["content"]
    assert (content["yes"], content["conditional"]) == (0, 1)
    assert content["units"][0]["before_change"] is True
    await ok(client("investigator").post(asked["lung"] + "/confirmation"))
    content = (await ok(client("office").get(inquiry + "/reply")))["content"]
    assert (content["yes"], content["units"][0]["before_change"]) == (1, False)


async def test_an_answer_to_what_has_changed_meanwhile_is_no_answer_to_the_change(
    client: Client, drain: Drain, people: Cast
) -> None:
    inquiry = await taken_up(client, drain)
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    unit, office = client("investigator"), client("office")
    read = (await ok(unit.get(address)))["teaser"]["version"]
    await amend(client, inquiry, numbers={"participants_wanted": 77})
    # The sponsor has changed the inquiry, and nobody has told the unit yet.
    overtaken = await unit.post(f"{address}/eoi?version={read}", json=YES)
    assert overtaken.status_code == 412
    assert "Read what is new" in overtaken.json()["detail"]
    assert (await unit.post(f"{address}/eoi?version=9", json=YES)).status_code == 412
    assert (await unit.post(f"{address}/eoi?version=0", json=YES)).status_code == 400
    assert (await ok(unit.get(address)))["answer"] is None, "a refused answer leaves nothing"
    # Who does not say what she read has answered what she was asked.
    await ok(unit.post(address + "/eoi", json=YES))
    await drain()
    (change,) = (await ok(unit.get(address)))["changes"]
    assert change["after"] == 77
    # Twice quickly: the unit has seen the first change only.
    await amend(client, inquiry, numbers={"participants_wanted": 78})
    assert (await unit.post(f"{address}/confirmation?version=2")).status_code == 412
    await ok(unit.post(address + "/confirmation"))
    await drain()
    content = (await ok(office.get(inquiry + "/reply")))["content"]
    assert (content["yes"], content["conditional"]) == (0, 1), "it let stand the first change, not the second"
    await ok(unit.post(f"{address}/confirmation?version=3"))
    content = (await ok(office.get(inquiry + "/reply")))["content"]
    assert (content["yes"], content["conditional"]) == (1, 0)
    # What it may not see does not make its answer one to something else.
    await amend(client, inquiry, money={"per_participant_budget": 1234.0})
    await ok(unit.post(f"{address}/eoi?version=3", json=YES))
    await drain()
    assert (await ok(unit.get(address)))["answer"]["version"] == 4


async def test_what_a_unit_cannot_see_does_not_bother_it(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung")
    await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    await amend(client, inquiry, money={"per_participant_budget": 1234.0})
    await drain()
    assert await state_of(client, inquiry) == "collating"
    assert await mails_to(connection, "lung@example.org") == ["invitation"]
    shown = await ok(client("investigator").get(asked["lung"]))
    assert shown["state"] == "answered"
    assert "1234" not in (await client("investigator").get(asked["lung"] + "/changes")).text
