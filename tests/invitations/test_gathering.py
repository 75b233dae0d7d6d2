"""Mails about invitations to one person that wait together are one mail, with a link for each; the first is prompt."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from bench.invitation_data import add_units
from tests.accounts.browsers import SITE, Browser
from tests.cast import Cast
from tests.conftest import Client
from tests.invitations.course import Drain, invite, ok, taken_up
from tests.invitations.test_not_me import add_person
from tests.mailbox import Mailbox
from tests.notifications.test_bounce_reports import ANNA, OURS, POSTFIX
from tests.notifications.test_bounces import ImapServer
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.demo.mail_pages import CaughtMail
from trialport.invitations.ending import end_inquiries
from trialport.notifications import message_queries
from trialport.notifications.bounces import read_bounces
from trialport.notifications.erasure_queries import update_messages_erased
from trialport.notifications.gathering import take_mail

LINK = re.compile(r"https?://\S+/answer/\S+")
SUBJECTS = {
    "en": ("Several invitations wait for your answer", "News about several invitations"),
    "sv": ("Flera förfrågningar väntar på ditt svar", "Nytt om flera förfrågningar"),
    "da": ("Flere forespørgsler venter på dit svar", "Nyt om flere forespørgsler"),
}


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    box = Mailbox(tmp_path).start()
    yield box
    box.stop()


@pytest.fixture
def gather_seconds() -> float:
    """How long mails are gathered for somebody who has just had one; a test may say otherwise."""
    return 0.0


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox, gather_seconds: float) -> Settings:
    given = mailbox.settings(mail_from="no-reply@trialport.example", gather_seconds=gather_seconds)
    return replace(settings, **given)


@pytest.fixture
async def both(connection: asyncpg.Connection, people: Cast) -> UUID:
    """The head of the lung unit, who leads the heart unit too and is asked for both."""
    lung = people.investigators["lung"]
    await connection.execute("delete from position where unit_id = $1", people.units["heart"])
    await connection.execute(
        "insert into position (investigator_id, unit_id, share, is_head) values ($1, $2, 0.5, true)",
        lung,
        people.units["heart"],
    )
    return lung


async def speaks(connection: asyncpg.Connection, language: str) -> None:
    await connection.execute(
        "insert into person (email, name, language, created_at) values ('lung@example.org', 'Demo', $1, now())",
        language,
    )


def to_lung(mailbox: Mailbox) -> list[CaughtMail]:
    return [mail for mail in mailbox.mails() if mail.message["To"] == "lung@example.org"]


async def states(connection: asyncpg.Connection) -> dict[str, int]:
    return dict(await connection.fetch("select state, count(*) from message group by state"))


@pytest.mark.parametrize("language", ["en", "sv", "da"])
async def test_several_invitations_of_one_step_and_their_endings_are_one_mail_each(
    client: Client,
    drain: Drain,
    people: Cast,
    app: Litestar,
    both: UUID,
    mailbox: Mailbox,
    connection: asyncpg.Connection,
    language: str,
) -> None:
    await speaks(connection, language)
    await connection.execute("update unit set kind = 'primary_care_centre' where unit_id = $1", people.units["heart"])
    inquiries = [await taken_up(client, drain, needs={"unit_pay": "900 SEK a visit"}) for _ in range(2)]
    for inquiry in inquiries:
        await invite(client, inquiry, people, "lung", "heart")
    await drain()
    (mail,) = to_lung(mailbox)
    assert mail.message["Subject"] == SUBJECTS[language][0]
    links = LINK.findall(mail.text)
    assert len(set(links)) == 4
    assert (mail.text.count("Unit lung"), mail.text.count("Unit heart")) == (2, 2)
    assert mail.text.count("900 SEK a visit") == 2, "the pay is told to primary care, above its line"
    assert mail.text.index("900 SEK a visit") < mail.text.index("Unit heart")
    title = (await ok(client("office").get(inquiries[0])))["content"]["identity"]["working_title"]
    assert title not in str(mail.message)
    assert title not in mail.text + mail.html
    browser = Browser(app)
    for link in links:
        assert (await browser.get(link.removeprefix(SITE))).status_code == 200
    assert await states(connection) == {"sent": 4}
    for inquiry in inquiries:
        await ok(client("sponsor").post(inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        assert await end_inquiries(tx, app.state.settings, 100) == 2
    await drain()
    _, over = to_lung(mailbox)
    assert over.message["Subject"] == SUBJECTS[language][1]
    assert len(set(LINK.findall(over.text))) == 4
    assert over.message["Message-ID"] != mail.message["Message-ID"]
    assert over.message["References"] is None, "it belongs to no single invitation"


@pytest.mark.parametrize("gather_seconds", [300.0])
async def test_the_first_mail_is_prompt_and_the_next_ones_come_together(
    client: Client, drain: Drain, people: Cast, app: Litestar, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    inquiries = [await taken_up(client, drain) for _ in range(3)]
    asked = []
    for inquiry in inquiries:
        asked.append((await invite(client, inquiry, people, "lung"))["lung"])
        await drain()
    (first,) = to_lung(mailbox)
    assert first.message["Subject"] == "Could your unit take part in a clinical trial?"
    waits = await connection.fetch(
        "select j.available_at - m.sending_at as wait, j.attempt from job j, message m "
        "where j.state = 'queued' and m.state = 'sent' and m.to_address = 'lung@example.org'"
    )
    assert len(waits) == 2
    assert all(timedelta(seconds=299) < row["wait"] <= timedelta(seconds=300) for row in waits)
    assert {row["attempt"] for row in waits} == {0}, "waiting is no failed attempt"
    # The office moves the day of one meanwhile: the invitation that has not left says the new one, and no more.
    day = str((await connection.fetchval("select due_on from invitation limit 1")) + timedelta(days=7))
    await ok(client("office").post(asked[1] + "/deadline", json={"due_on": day}))
    await connection.execute("update message set sending_at = sending_at - interval '5 minutes'")
    await connection.execute("update job set available_at = now() where state = 'queued'")
    await drain()
    _, second = to_lung(mailbox)
    assert second.message["Subject"] == SUBJECTS["en"][0]
    assert len(LINK.findall(second.text)) == 2
    assert "new last day" not in second.text
    assert await states(connection) == {"sent": 3, "suppressed": 1}
    assert await connection.fetchval("select count(*) from job where state <> 'done'") == 0


async def test_what_is_over_before_it_leaves_drops_out_and_one_thing_is_told_as_itself(
    client: Client, drain: Drain, people: Cast, both: UUID, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await ok(client("investigator").post(asked["heart"] + "/eoi", json={"answer": "no", "reasons": ["budget"]}))
    await drain()
    (mail,) = to_lung(mailbox)
    assert mail.message["Subject"] == "Could your unit take part in a clinical trial?"
    assert len(set(LINK.findall(mail.text))) == 1
    thread = asked["lung"].rpartition("/")[2]
    assert mail.message["References"] == f"<thread.{thread}@trialport.example>"
    # The one that took the other along may be the one that dropped out: the mail went under its id all the same.
    assert await states(connection) in ({"sent": 1, "suppressed": 1}, {"sent": 2})


async def test_two_workers_at_once_send_one_mail(
    client: Client, drain: Drain, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    *inquiries, more = [await taken_up(client, drain) for _ in range(5)]
    for inquiry in inquiries:
        await invite(client, inquiry, people, "lung")
    ids = [row["message_id"] for row in await connection.fetch("select message_id from message")]

    async def take(message_id: UUID) -> int:
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            return len((await take_mail(tx, app.state.settings, message_id)).rows)

    assert sorted(await asyncio.gather(*(take(one) for one in ids))) == [0, 0, 0, 4]
    # Another attempt carries the same, and nothing that was written since.
    carrier = await connection.fetchval("select message_id from message where state = 'sending'")
    await invite(client, more, people, "lung")
    assert await take(carrier) == 4
    assert await states(connection) == {"sending": 1, "carried": 3, "queued": 1}


async def test_a_mail_that_does_not_arrive_is_told_to_each_office(
    client: Client, drain: Drain, people: Cast, both: UUID, app: Litestar, connection: asyncpg.Connection
) -> None:
    await connection.execute("update investigator set email = 'refused@example.org' where investigator_id = $1", both)
    inquiry = await taken_up(client, drain)
    await invite(client, inquiry, people, "lung", "heart")
    await connection.execute(
        "update message set region_id = $1 where message_id = (select message_id from message order by 1 desc limit 1)",
        people.regions["theirs"],
    )
    await drain()
    assert await states(connection) == {"failed": 2}
    tasks = await connection.fetch("select region_id from office_task where kind = 'dead_message'")
    assert {row["region_id"] for row in tasks} == {people.regions["ours"], people.regions["theirs"]}


async def test_a_mail_that_came_back_is_told_about_each_invitation(
    client: Client,
    drain: Drain,
    people: Cast,
    both: UUID,
    app: Litestar,
    connection: asyncpg.Connection,
    mailbox: Mailbox,
    tmp_path: Path,
) -> None:
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    await drain()
    (mail,) = to_lung(mailbox)
    ours = str(mail.message["Message-ID"]).strip("<>")
    imap = ImapServer(tmp_path).start()
    try:
        imap.put(POSTFIX.replace(OURS.encode(), ours.encode()).replace(ANNA.encode(), b"lung@example.org"))
        settings = replace(app.state.settings, bounce_url=imap.url)
        open_transaction = partial(transaction, app.state.pool, viewer=SYSTEM_VIEWER)
        assert await read_bounces(open_transaction, settings) == 1
    finally:
        imap.stop()
    assert await states(connection) == {"bounced": 2}
    tasks = (await ok(client("office").get("/api/v1/tasks")))["items"]
    about = {(task["kind"], task["object_type"], task["object_id"]) for task in tasks}
    assert about == {("bounced_message", "invitation", one.rpartition("/")[2]) for one in asked.values()}


async def test_an_erased_person_gets_none_of_what_is_carried(
    client: Client, drain: Drain, people: Cast, both: UUID, app: Litestar, connection: asyncpg.Connection
) -> None:
    inquiry = await taken_up(client, drain)
    await invite(client, inquiry, people, "lung", "heart")
    first = await connection.fetchval("select message_id from message order by 1 limit 1")
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        assert len((await take_mail(tx, app.state.settings, first)).rows) == 2
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        await update_messages_erased(tx.connection, person_id=both, email="lung@example.org")
        assert await message_queries.select_carried(tx.connection, message_id=first) == []


async def test_every_unit_asked_hears_the_end_once_however_many_look_at_once(
    client: Client, drain: Drain, people: Cast, app: Litestar, connection: asyncpg.Connection
) -> None:
    """Not who passed it on, nor the unit whose invitation was taken back; who answered, and who kept silent."""
    colleague = await add_person(connection, "second@example.org", people.units["lung"])
    third = await add_unit(connection, people)
    inquiry = await taken_up(client, drain)
    asked = await invite(client, inquiry, people, "lung", "heart")
    body = {"unit_ids": [str(third)]}
    (made,) = (await ok(client("office").post(inquiry + "/invitations", json=body)))["invited"]
    await ok(client("office").post(f"/api/v1/invitations/{made['invitation_id']}/withdraw", json={"reason": "Twice."}))
    await ok(client("investigator").post(asked["lung"] + "/eoi", json={"answer": "not_me"}))
    await ok(client("office").post(asked["lung"] + "/recipient", json={"investigator_id": str(colleague)}))
    await drain()
    # An office declines before it asks units; afterwards an inquiry ends by its sponsor's word.
    assert (await client("office").post(inquiry + "/decline", json={"reason": "no_suitable_units"})).status_code == 409
    await ok(client("sponsor").post(inquiry + "/withdraw", json={}, headers={"If-Match": "*"}))

    async def sweep() -> int:
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            return await end_inquiries(tx, app.state.settings, 100)

    # A sweep that began before another one ended may look at it too, and finds it told.
    assert 1 in await asyncio.gather(*(sweep() for _ in range(4)))
    assert await sweep() == 0
    told = await connection.fetch("select to_address from message where kind = 'invitation_over' order by 1")
    assert [row["to_address"] for row in told] == ["heart@example.org", "second@example.org"]
    assert await connection.fetchval("select count(*) from reservation where state <> 'released'") == 0


async def add_unit(connection: asyncpg.Connection, people: Cast) -> UUID:
    """Another unit of our region, led by somebody of its own."""
    (unit_id,) = await add_units(connection, people.regions["ours"], 1)
    return unit_id
