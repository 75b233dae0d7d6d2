"""A yes counts once the head of unit has signed it off."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar

from tests.accounts.browsers import Browser
from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, invite, ok
from tests.invitations.test_answer_page import answered, path_of
from tests.invitations.test_not_me import add_person, mails_to
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.models import Answer, Approval
from trialport.invitations.rules import is_binding
from trialport.invitations.sign_off_clock import remind_heads


@pytest.fixture
async def colleague(connection: asyncpg.Connection, people: Cast) -> UUID:
    return await add_person(connection, "second@example.org", people.units["lung"])


async def counts(client: Client, inquiry: str) -> dict[str, int]:
    content = (await ok(client("office").get(inquiry + "/reply")))["content"]
    return {name: content[name] for name in ("yes", "conditional", "no", "participants_sure")}


async def test_a_yes_waits_for_the_head(
    client: Client, inquiry: str, people: Cast, app: Litestar, colleague: UUID, connection: asyncpg.Connection
) -> None:
    browser, given = Browser(app), app.state.settings
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(browser, path_of(given, address, colleague))
    assert await mails_to(connection, "sign_off_wanted") == ["lung@example.org"]
    assert await counts(client, inquiry) == {"yes": 0, "conditional": 1, "no": 0, "participants_sure": 0}
    preview = (await ok(client("office").get(inquiry + "/reply")))["content"]["units"][0]
    assert (preview["approval"], preview["contact_name"]) == ("awaiting_head", None)
    # Only she herself, not by the colleague's link.
    wrong = path_of(given, address, colleague, purpose="sign_off")
    assert "Approve" not in (await browser.get(wrong)).text.split("<main")[1].split("<h1>")[1].split("</h1>")[0]
    path = path_of(given, address, people.investigators["lung"], purpose="sign_off")
    page = await browser.get(path)
    assert "has said yes. Do you approve?" in page.text
    done = await browser.post(path, {"decision": "approved"}, page=path)
    assert done.status_code == 303
    assert "You have approved the yes" in (await browser.get(path)).text
    assert await counts(client, inquiry) == {"yes": 1, "conditional": 0, "no": 0, "participants_sure": 12}
    trail = await connection.fetchval("select details from audit_event where action = 'invitation.signed_off'")
    assert trail == {
        "decision": "approved",
        "by_link": True,
        "investigator_id": str(people.investigators["lung"]),
    }


async def test_a_refusal_needs_a_reason_and_counts_as_no(
    client: Client, inquiry: str, people: Cast, app: Litestar, colleague: UUID
) -> None:
    browser, given = Browser(app), app.state.settings
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(browser, path_of(given, address, colleague))
    head = client("unit_head")
    assert "sign_off" in (await ok(head.get(address)))["available_actions"]
    assert (await head.post(address + "/sign-off", json={"decision": "refused"})).status_code == 422
    refused = await ok(head.post(address + "/sign-off", json={"decision": "refused", "note": "No nurse."}))
    assert refused["sign_off"]["approval"] == "refused"
    assert await counts(client, inquiry) == {"yes": 0, "conditional": 0, "no": 1, "participants_sure": 0}
    assert "sign_off_refused" in [one["kind"] for one in (await ok(client("office").get("/api/v1/tasks")))["items"]]
    assert (await head.post(address + "/sign-off", json={"decision": "approved"})).status_code == 409
    stale = {"decision": "approved", "eoi_id": str(colleague)}
    await answered(browser, path_of(given, address, colleague), seen="1", participants="5")
    assert (await head.post(address + "/sign-off", json=stale)).status_code == 412


async def test_the_heads_own_yes_and_one_without_a_head_count_at_once(
    client: Client, inquiry: str, people: Cast, connection: asyncpg.Connection, app: Litestar
) -> None:
    asked = await invite(client, inquiry, people, "lung", "heart")
    own = await ok(client("investigator").post(asked["lung"] + "/eoi", json=YES))
    assert own["sign_off"]["approval"] == "approved"
    await connection.execute("update position set is_head = false")
    without = await ok(client("other_investigator").post(asked["heart"] + "/eoi", json=YES))
    assert without["sign_off"]["approval"] == "no_head"
    assert await mails_to(connection, "sign_off_wanted") == []
    assert (await counts(client, inquiry))["yes"] == 2


@pytest.mark.parametrize(
    ("answer", "approval", "is_filled", "binds"),
    [
        ("yes", "approved", False, True),
        ("yes", "no_head", False, True),
        ("yes", "awaiting_head", False, False),
        ("yes", "refused", False, False),
        ("yes", None, False, False),
        ("yes_if", "approved", False, False),
        ("yes_if", "approved", True, True),
        ("yes_if", "refused", True, False),
        ("later", None, True, False),
        ("no", None, False, False),
    ],
)
def test_what_binds(answer: Answer, approval: Approval | None, is_filled: bool, binds: bool) -> None:  # noqa: FBT001
    assert is_binding(answer, approval, is_filled=is_filled) is binds


async def swept(app: Litestar, at: datetime) -> int:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        tx.now = at
        return await remind_heads(tx, app.state.settings, 100)


async def steps_due(connection: asyncpg.Connection) -> dict[str, datetime]:
    return dict(await connection.fetch("select step, due_at from sign_off_step order by due_at"))


async def open_tasks(client: Client) -> list[str]:
    return [one["kind"] for one in (await ok(client("office").get("/api/v1/tasks")))["items"]]


async def test_a_head_who_says_nothing_is_reminded_once_then_the_office_hears(
    client: Client, inquiry: str, people: Cast, app: Litestar, colleague: UUID, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(Browser(app), path_of(app.state.settings, address, colleague))
    due = await steps_due(connection)
    assert list(due) == ["reminder", "office"]
    assert await swept(app, due["reminder"] - timedelta(minutes=1)) == 0
    assert [await swept(app, due["reminder"]) for _ in range(2)] == [1, 0], "each step is settled once"
    assert await mails_to(connection, "sign_off_wanted") == ["lung@example.org"] * 2
    reminder = "select params ->> 'is_reminder' from message where kind = 'sign_off_wanted' order by message_id"
    assert [row[0] for row in await connection.fetch(reminder)] == ["false", "true"]
    assert "sign_off_overdue" not in await open_tasks(client)
    assert [await swept(app, due["office"]) for _ in range(2)] == [1, 0]
    assert "sign_off_overdue" in await open_tasks(client)
    await ok(client("unit_head").post(address + "/sign-off", json={"decision": "approved"}))
    assert "sign_off_overdue" not in await open_tasks(client), "her word settles it"


@pytest.mark.parametrize("overtaken_by", ["her word", "a newer answer", "the end of the inquiry"])
async def test_a_reminder_that_is_overtaken_does_not_go_out(
    client: Client,
    inquiry: str,
    people: Cast,
    app: Litestar,
    colleague: UUID,
    connection: asyncpg.Connection,
    overtaken_by: str,
) -> None:
    browser, given = Browser(app), app.state.settings
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(browser, path_of(given, address, colleague))
    due = await steps_due(connection)
    if overtaken_by == "her word":
        await ok(client("unit_head").post(address + "/sign-off", json={"decision": "approved"}))
    elif overtaken_by == "a newer answer":
        await answered(browser, path_of(given, address, colleague), answer="no", reason_budget="on", seen="1")
    else:
        await ok(client("sponsor").post(inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))
    await swept(app, due["office"] + timedelta(days=1))
    assert await mails_to(connection, "sign_off_wanted") == ["lung@example.org"], "only the first"
    assert "sign_off_overdue" not in await open_tasks(client)
    assert await connection.fetchval("select count(*) from sign_off_step where sent is distinct from false") == 0


async def test_after_an_outage_only_the_task_comes(
    client: Client, inquiry: str, people: Cast, app: Litestar, colleague: UUID, connection: asyncpg.Connection
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(Browser(app), path_of(app.state.settings, address, colleague))
    assert await swept(app, (await steps_due(connection))["office"]) == 2
    assert await mails_to(connection, "sign_off_wanted") == ["lung@example.org"]
    assert "sign_off_overdue" in await open_tasks(client)


async def test_the_own_data_hold_what_was_asked_answered_and_signed_off(
    client: Client, inquiry: str, people: Cast, app: Litestar, colleague: UUID
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await answered(Browser(app), path_of(app.state.settings, address, colleague), competing_trials="One in COPD.")
    await ok(client("unit_head").post(address + "/sign-off", json={"decision": "approved"}))
    proposes = {"answer": "not_me", "asks_id": str(colleague)}
    await ok(client("investigator").post(address + "/eoi", json=proposes))
    own = await ok(client("unit_head").get("/api/v1/me/export"))
    assert [(one["unit"], one["state"]) for one in own["invitations"]] == [("Unit lung", "answered")]
    assert [(one["answer"], one["given_by_you"]) for one in own["answers"]] == [("not_me", True)], "no colleague's"
    assert [one["decision"] for one in own["sign_offs"]] == ["approved"]
    other = await ok(client("other_investigator").get("/api/v1/me/export"))
    assert (other["invitations"], other["answers"], other["sign_offs"]) == ([], [], [])
