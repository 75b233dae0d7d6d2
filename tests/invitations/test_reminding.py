"""What the clock sends: one mail a person, each reminder once, and a handful of statements however many fall due."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from bench.invitation_data import add_open_invitations
from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import inquiry_body
from tests.mailbox import Mailbox
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.invitations.links import read_invitation_link
from trialport.invitations.reminding import remind_units

Drain = Callable[[], Awaitable[int]]
LINK = re.compile(r"https?://\S+/answer/(\S+)")


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    box = Mailbox(tmp_path).start()
    yield box
    box.stop()


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings(mail_from="no-reply@trialport.example"))


@pytest.fixture
async def inquiries(client: Client, drain: Drain, people: Cast) -> list[tuple[str, str]]:
    """Addresses and references of three inquiries that have been taken up, one unit invited to each."""
    made = []
    for _ in range(3):
        body = inquiry_body(placement={"regions_wanted": ["TST"]})
        receipt = (await client("sponsor").post("/api/v1/inquiries", json=body)).json()
        await drain()
        assert (await client("office").post(receipt["status_url"] + "/triage")).is_success
        wanted = {"unit_ids": [str(people.units["lung"])]}
        assert (await client("office").post(receipt["status_url"] + "/invitations", json=wanted)).is_success
        made.append((receipt["status_url"], receipt["reference"]))
    await drain()
    return made


async def sweep(app: Litestar, limit: int = 1000) -> int:
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        return await remind_units(tx, app.state.settings, limit)


@pytest.mark.parametrize("language", ["en", "sv", "da"])
async def test_several_that_wait_for_one_person_are_one_mail(
    app: Litestar,
    client: Client,
    drain: Drain,
    mailbox: Mailbox,
    inquiries: list[tuple[str, str]],
    connection: asyncpg.Connection,
    people: Cast,
    language: str,
) -> None:
    await connection.execute(
        """insert into person (email, name, language, created_at)
           values ('lung@example.org', 'Demo lung', $1, now())""",
        language,
    )
    await connection.execute("update reminder set due_at = now() where step = 'half'")
    await connection.execute(
        """update reminder set due_at = now() where step = 'overdue'
           and invitation_id = (select invitation_id from invitation order by 1 limit 1)"""
    )
    # Fewer than are due: what belongs to the same person comes along.
    assert await sweep(app, limit=1) == 4
    assert await sweep(app) == 0
    await drain()
    (mail,) = mailbox.mails()[3:]
    assert mail.message["To"] == "lung@example.org"
    assert mail.message["Content-Language"] == language
    assert not any(reference in mail.message["Subject"] for _, reference in inquiries)
    for body in (mail.text, mail.html):
        assert all(reference in body for _, reference in inquiries)
    overdue = {"en": "overdue", "sv": "försenad", "da": "overskredet"}[language]
    assert mail.text.count(overdue) == 1
    links = [read_invitation_link(app.state.settings, signed) for signed in LINK.findall(mail.text)]
    opened = {link.invitation_id for link in links if link is not None}
    assert opened == {row["invitation_id"] for row in await connection.fetch("select invitation_id from invitation")}
    # Each reminder names the mail; the one that a later step overtook went out in none.
    settled = await connection.fetch("select step, sent, message_id from reminder where settled_at is not null")
    message_id = UUID(mail.message["Message-ID"].strip("<>").partition("@")[0])
    assert sorted((row["step"], row["sent"], row["message_id"] == message_id) for row in settled) == [
        ("half", False, False),
        ("half", True, True),
        ("half", True, True),
        ("overdue", True, True),
    ]


async def test_what_is_answered_meanwhile_drops_out_of_the_mail(
    app: Litestar,
    client: Client,
    drain: Drain,
    mailbox: Mailbox,
    inquiries: list[tuple[str, str]],
    connection: asyncpg.Connection,
) -> None:
    await connection.execute("update reminder set due_at = now() where step = 'half'")
    await sweep(app)
    listed = (await client("investigator").get("/api/v1/invitations")).json()["items"]
    no = {"answer": "no", "reasons": ["no_nurse_time"]}
    assert (
        await client("investigator").post(f"/api/v1/invitations/{listed[0]['invitation_id']}/eoi", json=no)
    ).is_success
    await drain()
    (mail,) = [one for one in mailbox.mails()[3:] if "overdue" not in one.text and "Several" in one.message["Subject"]]
    assert len(LINK.findall(mail.text)) == 2
    assert listed[0]["reference"] not in mail.text
    # All of them: then nothing leaves.
    await connection.execute("update reminder set due_at = now() where step = 'nearly'")
    await sweep(app)
    for one in listed[1:]:
        await client("investigator").post(f"/api/v1/invitations/{one['invitation_id']}/eoi", json=no)
    before = len(mailbox.mails())
    await drain()
    assert "Several" not in "".join(one.message["Subject"] for one in mailbox.mails()[before:])
    assert await connection.fetchval("select state from message where kind = 'digest' order by message_id desc") == (
        "suppressed"
    )


async def test_mails_about_one_invitation_are_shown_together(
    app: Litestar, drain: Drain, mailbox: Mailbox, inquiries: list[tuple[str, str]], connection: asyncpg.Connection
) -> None:
    invitation_id = await connection.fetchval("select invitation_id from invitation order by 1 limit 1")
    for step in ("half", "nearly"):
        await connection.execute(
            "update reminder set due_at = now() where step = $1 and invitation_id = $2", step, invitation_id
        )
        await sweep(app)
        await drain()
    root = f"<thread.{invitation_id}@trialport.example>"
    together = [mail.message for mail in mailbox.mails() if mail.message["References"] == root]
    assert len(together) == 3
    assert len({message["Message-ID"] for message in together}) == 3


async def test_a_sweep_costs_a_handful_of_statements(
    app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    await add_open_invitations(connection, people.regions["ours"], units=50, inquiries=20, due_on=date(2026, 12, 1))
    # Five people's come first.
    await connection.execute(
        """update reminder m set due_at = now() - interval '1 minute' - case when i.email < 'many-14' then
               interval '1 hour' else '0' end
           from invitation v join investigator i on i.investigator_id = v.recipient_id
           where v.invitation_id = m.invitation_id and m.step = 'half'"""
    )
    counts = []
    for limit in (100, 5000):
        async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
            statements: list[str] = []
            with tx.connection.query_logger(lambda record, seen=statements: seen.append(record.query)):
                found = await remind_units(tx, app.state.settings, limit)
            counts.append((found, len(statements)))
    (few, asked_for_few), (many, asked_for_many) = counts
    assert few + many == 1000
    assert many > 400
    assert asked_for_many <= asked_for_few <= 10
    # Fifty people, each of whom has twenty: one mail each and not a thousand.
    assert await connection.fetchval("select count(*) from message where kind = 'digest'") == 50
    assert await connection.fetchval("select count(*) from job where kind = 'send_message' and state = 'queued'") == 50


async def test_the_last_step_is_a_task_and_an_event_for_each(
    app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    await add_open_invitations(connection, people.regions["ours"], units=10, inquiries=2, due_on=date(2026, 12, 1))
    await connection.execute(
        """update invitation set state = 'answered'
           where invitation_id = (select invitation_id from invitation order by 1 limit 1)"""
    )
    await connection.execute("update reminder set due_at = now() - $1::interval where step = 'office'", timedelta(1))
    assert await sweep(app) == 20
    states = dict(await connection.fetch("select state, count(*) from invitation group by state"))
    assert states == {"answered": 1, "no_answer": 19}
    assert await connection.fetchval("select count(*) from office_task where kind = 'silent_unit'") == 19
    assert await connection.fetchval("select count(*) from audit_event where action = 'invitation.unanswered'") == 19
    assert await connection.fetchval("select count(*) from reminder where sent") == 19
    assert await connection.fetchval("select count(*) from message") == 0


async def test_an_answer_under_way_is_waited_for_and_no_sweep_blocks(
    app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    """Who is answering at this moment is passed over; nobody's answer is overwritten with `no_answer`."""
    await add_open_invitations(connection, people.regions["ours"], units=2, inquiries=1, due_on=date(2026, 12, 1))
    await connection.execute("update reminder set due_at = now() where step = 'office'")
    async with connection.transaction():
        answering = await connection.fetchval("select invitation_id from invitation order by 1 limit 1 for update")
        assert await sweep(app) == 1
        await connection.execute("update invitation set state = 'answered' where invitation_id = $1", answering)
    assert await sweep(app) == 1
    states = dict(await connection.fetch("select state, count(*) from invitation group by state"))
    assert states == {"answered": 1, "no_answer": 1}


async def test_one_bad_address_keeps_no_other_reminder_back(
    app: Litestar, connection: asyncpg.Connection, people: Cast
) -> None:
    await add_open_invitations(connection, people.regions["ours"], units=3, inquiries=1, due_on=date(2026, 12, 1))
    await connection.execute("update investigator set email = 'no address' where email = 'many-0@example.org'")
    await connection.execute("update reminder set due_at = now() where step = 'half'")
    assert await sweep(app) == 3
    assert await connection.fetchval("select count(*) from message") == 2
    assert await connection.fetchval("select count(*) from reminder where not sent") == 1
