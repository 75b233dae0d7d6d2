"""Asking somebody else: a proposed colleague, a redirected invitation, links taken back, delegates of who is away."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar

from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import YES, Drain, invite, ok, state_of, taken_up
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.mailing import fill_invitation
from trialport.invitations.queries import select_link_facts
from trialport.notifications.mail_models import Invitation


@pytest.fixture
async def colleague(connection: asyncpg.Connection, people: Cast) -> UUID:
    """Somebody else who works at the lung unit."""
    return await add_person(connection, "second@example.org", people.units["lung"])


async def add_person(connection: asyncpg.Connection, email: str, unit_id: UUID | None) -> UUID:
    made: UUID = await connection.fetchval(
        "insert into investigator (email, name, speciality) values ($1, 'Demo Second (demonstration)', '') "
        "returning investigator_id",
        email,
    )
    if unit_id is not None:
        await connection.execute(
            "insert into position (investigator_id, unit_id, share, is_head) values ($1, $2, 0.5, false)", made, unit_id
        )
    return made


async def mails_to(connection: asyncpg.Connection, kind: str = "invitation") -> list[str]:
    found = await connection.fetch("select to_address from message where kind = $1 order by created_at", kind)
    return [one["to_address"] for one in found]


async def test_who_passed_an_invitation_on_was_asked_all_the_same(
    client: Client, drain: Drain, people: Cast, colleague: UUID, connection: asyncpg.Connection
) -> None:
    """No person gets more invitations in a month than she allows: neither who was asked first, nor who was then."""
    await connection.execute("update investigator set invitations_per_month = 1")
    unit, office = client("investigator"), client("office")
    inquiry = await taken_up(client, drain)
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    await ok(unit.post(address + "/eoi", json={"answer": "not_me"}))
    await ok(office.post(address + "/recipient", json={"investigator_id": str(colleague)}))
    other = await taken_up(client, drain)
    body = {"unit_ids": [str(people.units["lung"])]}
    made = await ok(office.post(other + "/invitations", json=body))
    assert [one["reason"] for one in made["skipped"]] == ["over_budget"], "both have had theirs"
    # A month later both may be asked again; who is asked in that month by way of another counts in that month.
    await connection.execute("update invitation_addressee set asked_at = asked_at - interval '40 days'")
    await connection.execute("update invitation set invited_at = invited_at - interval '40 days'")
    await ok(office.post(address + "/recipient", json={"investigator_id": str(people.investigators["lung"])}))
    asked = await invite(client, other, people, "lung")
    shown = await connection.fetchval(
        "select recipient_id from invitation where invitation_id = $1", UUID(asked["lung"].rpartition("/")[2])
    )
    assert shown == colleague


async def test_offices_that_invite_at_once_keep_to_what_a_person_allows(
    client: Client, drain: Drain, people: Cast, connection: asyncpg.Connection
) -> None:
    await connection.execute("update investigator set invitations_per_month = 2")
    inquiries = [await taken_up(client, drain) for _ in range(5)]
    body = {"unit_ids": [str(people.units["lung"])]}
    made = await asyncio.gather(*(ok(client("office").post(one + "/invitations", json=body)) for one in inquiries))
    assert sorted(len(one["invited"]) for one in made) == [0, 0, 0, 1, 1]
    assert await connection.fetchval("select count(*) from invitation") == 2


async def test_a_colleague_is_proposed_and_asked(
    client: Client,
    inquiry: str,
    people: Cast,
    colleague: UUID,
    connection: asyncpg.Connection,
    app: Litestar,
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    unit, office = client("investigator"), client("office")
    for stranger in (people.investigators["heart"], people.investigators["lung"]):
        refused = await unit.post(address + "/eoi", json={"answer": "not_me", "asks_id": str(stranger)})
        assert refused.json()["errors"][0]["path"] == "asks_id"
    await ok(unit.post(address + "/eoi", json={"answer": "not_me", "asks_id": str(colleague)}))
    # It is no answer of the unit: nothing is collated, and the office has somebody to redirect to.
    assert await state_of(client, inquiry) == "inviting"
    tasks = (await ok(office.get("/api/v1/tasks")))["items"]
    assert [(task["kind"], task["done_at"]) for task in tasks] == [("person_proposed", None)]
    assert "Demo" not in tasks[0]["message"]
    assert (await ok(office.get(inquiry + "/reply")))["content"]["silent"] == 1
    seen = await ok(office.get(address))
    assert seen["answer"]["asks_id"] == str(colleague)

    moved = await ok(office.post(address + "/recipient", json={"investigator_id": str(colleague)}))
    assert moved["state"] == "sent"
    assert moved["answer"]["answer"] == "not_me", "what was said before is kept"
    assert await mails_to(connection) == ["lung@example.org", "second@example.org"]
    assert (await ok(office.get("/api/v1/tasks")))["items"] == [], "the proposal is settled"
    assert await connection.fetchval("select link_number from invitation") == 2
    # A mail that was still waiting for the first person says nothing any more.
    invitation_id = UUID(address.rpartition("/")[2])
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        for person, leaves in ((people.investigators["lung"], False), (colleague, True)):
            params = Invitation(
                invitation_id=invitation_id, to_id=person, reference="X", due_on=datetime.now(UTC).date()
            )
            filled = await fill_invitation(tx, app.state.settings, params)
            assert (filled is not None) == leaves
    await ok(unit.post(address + "/eoi", json=YES))
    assert await state_of(client, inquiry) == "collating"
    late = await office.post(address + "/recipient", json={"investigator_id": str(people.investigators["lung"])})
    assert late.status_code == 409, "who has answered is left in peace"


async def test_only_who_can_be_asked_is_asked_instead(
    client: Client,
    inquiry: str,
    people: Cast,
    colleague: UUID,
    connection: asyncpg.Connection,
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    office = client("office")

    async def refused(who: UUID) -> str:
        answer = await office.post(address + "/recipient", json={"investigator_id": str(who)})
        assert answer.status_code == 422, answer.text
        return str(answer.json()["errors"][0]["message"])

    assert "hers already" in await refused(people.investigators["lung"])
    assert "works at the unit" in await refused(people.investigators["heart"])
    await connection.execute("update investigator set invitations_per_month = 0 where investigator_id = $1", colleague)
    assert "as many invitations" in await refused(colleague)
    await connection.execute(
        "update investigator set invitations_per_month = null where investigator_id = $1", colleague
    )
    await connection.execute(
        "insert into investigator_absence values ($1, current_date - 1, current_date + 1)", colleague
    )
    assert "away" in await refused(colleague)
    assert await mails_to(connection) == ["lung@example.org"]


async def test_links_are_taken_back_and_mails_sent_anew(
    client: Client,
    inquiry: str,
    people: Cast,
    connection: asyncpg.Connection,
    app: Litestar,
) -> None:
    address = (await invite(client, inquiry, people, "lung"))["lung"]
    office = client("office")
    await ok(office.post(address + "/links/revoke"))
    assert await mails_to(connection) == ["lung@example.org"], "taking links back sends nothing"
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        facts = await select_link_facts(tx.connection, invitation_id=UUID(address.rpartition("/")[2]))
    assert facts is not None
    assert facts.link_number == 2
    await ok(office.post(address + "/resend"))
    await ok(office.post(address + "/resend"))
    assert await mails_to(connection) in (["lung@example.org"] * 2, ["lung@example.org"] * 3), "once a minute"
    # The budget counts invitations and not mails.
    assert await connection.fetchval("select count(*) from invitation") == 1
    await ok(client("investigator").post(address + "/eoi", json=YES))
    assert (await office.post(address + "/resend")).status_code == 409
    assert (await client("investigator").post(address + "/links/revoke")).status_code == 403


async def test_the_delegate_of_who_is_away_is_asked(
    client: Client,
    inquiry: str,
    people: Cast,
    colleague: UUID,
    connection: asyncpg.Connection,
) -> None:
    lung = people.investigators["lung"]
    elsewhere = await add_person(connection, "elsewhere@example.org", None)
    await connection.execute("insert into investigator_delegate values ($1, $2)", lung, elsewhere)
    await connection.execute("insert into investigator_absence values ($1, current_date - 1, current_date + 1)", lung)
    await invite(client, inquiry, people, "lung")
    # Not the colleague with a smaller share: the person away has said who stands in for her.
    assert await mails_to(connection) == ["elsewhere@example.org"]


async def test_who_is_at_work_is_asked_and_not_her_delegate(
    client: Client,
    inquiry: str,
    people: Cast,
    colleague: UUID,
    connection: asyncpg.Connection,
) -> None:
    await connection.execute(
        "insert into investigator_delegate values ($1, $2)", people.investigators["lung"], colleague
    )
    await invite(client, inquiry, people, "lung")
    assert await mails_to(connection) == ["lung@example.org"]
