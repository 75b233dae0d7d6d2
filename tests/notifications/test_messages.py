"""Mails as they really arrive: once, with one Message-ID, and the office hears of those that do not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from aiosmtplib import SMTPException
from litestar import Litestar
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import Client
from tests.journeys.processes import Program
from tests.mailbox import Mailbox
from tests.notifications.conftest import OpenTransaction, Queue
from trialport.core.config import Settings
from trialport.core.db import Viewer, transaction
from trialport.notifications.messages import queue_message, send_direct, tidy_messages
from workers.jobs import send_message

Drain = Callable[[], Awaitable[int]]
SECRET = "a-secret-that-lies-nowhere"
LINK = f"http://trialport.example/sign-in/link/{SECRET}"


async def states(connection: asyncpg.Connection) -> dict[str, str]:
    return dict(await connection.fetch("select to_address, state from message"))


async def test_a_queued_mail_arrives(
    queue: Queue, drain: Drain, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    await queue("anna@example.org", language="sv")
    assert await drain() == 1
    (mail,) = mailbox.mails()
    row = await connection.fetchrow("select message_id, state, sending_at, sent_at, last_error from message")
    assert row["state"] == "sent"
    assert row["sending_at"] <= row["sent_at"]
    assert row["last_error"] is None
    message = mail.message
    assert message["Message-ID"] == f"<{row['message_id']}@trialport.example>"
    assert (message["From"], message["To"]) == ("Trialport <no-reply@trialport.example>", "anna@example.org")
    assert message["Subject"] == "Du har fått tillgång till Trialport"
    assert message["Content-Language"] == "sv"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime.tzinfo is not None
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for body in (mail.text, mail.html):
        assert "http://trialport.example/sign-in" in body
        assert "lösenord" in body


async def test_the_region_signs_its_mails_in_its_own_words(
    queue: Queue, drain: Drain, mailbox: Mailbox, connection: asyncpg.Connection, people: Cast
) -> None:
    await connection.executemany(
        "insert into region_text (region_id, version, texts, changed_at) values ($1, $2, $3, now())",
        [
            (people.regions["ours"], 1, {"signature": {"sv": "Gammalt"}}),
            (people.regions["ours"], 2, {"signature": {"sv": "Kontoret <b>\nTel. 018", "en": "The office"}}),
            (people.regions["theirs"], 1, {"signature": {"sv": "Ett annat"}}),
        ],
    )
    await queue("anna@example.org", language="sv", region_id=people.regions["ours"])
    await queue("bo@example.org", language="da", region_id=people.regions["ours"])
    await queue("cai@example.org", language="sv")
    assert await drain() == 3
    swedish, *others = sorted(mailbox.mails(), key=lambda mail: str(mail.message["To"]))
    assert "-- \nKontoret <b>\nTel. 018\nTrialport" in swedish.text.replace("\r\n", "\n")
    assert "Kontoret &lt;b&gt;<br>Tel. 018<br>Trialport" in swedish.html
    for other in others:
        assert "Kontoret" not in other.text
        assert "Ett annat" not in other.text


async def test_the_same_thing_is_told_once(
    queue: Queue, drain: Drain, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    await queue("anna@example.org", dedupe_key="one")
    await queue("anna@example.org", dedupe_key="one")
    await drain()
    await queue("anna@example.org", dedupe_key="one")
    assert await drain() == 0
    assert len(mailbox.mails()) == 1
    assert await connection.fetchval("select count(*) from message") == 1


async def test_a_mail_rolled_back_with_its_cause_never_leaves(
    app: Litestar, open_transaction: OpenTransaction, drain: Drain, mailbox: Mailbox
) -> None:
    async def fail() -> None:
        async with open_transaction() as tx:
            await queue_message(
                tx,
                app.state.settings,
                kind="account_created",
                to_address="anna@example.org",
                language="en",
                params={"link": "http://trialport.example/"},
                dedupe_key="one",
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await drain() == 0
    assert mailbox.mails() == []


async def test_whoever_causes_a_mail_need_not_see_it(
    app: Litestar, people: Cast, drain: Drain, mailbox: Mailbox
) -> None:
    viewer = Viewer(role="office", region_id=people.regions["ours"])
    async with transaction(app.state.pool, viewer=viewer) as tx:
        await queue_message(
            tx,
            app.state.settings,
            kind="account_created",
            to_address="anna@example.org",
            language="en",
            params={"link": "http://trialport.example/"},
            dedupe_key="one",
        )
        assert await tx.connection.fetchval("select count(*) from message") == 0
    await drain()
    assert len(mailbox.mails()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org\r\nBcc: eve@example.org",
        "anna@example.org\n",
        "anna@example.org, eve@example.org",
        "Anna <anna@example.org>",
        "anna",
        "@example.org",
    ],
)
async def test_an_address_is_one_address(queue: Queue, connection: asyncpg.Connection, address: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        await queue(address)
    assert await connection.fetchval("select count(*) from message") == 0


async def test_only_the_named_parameters_are_stored(queue: Queue, connection: asyncpg.Connection) -> None:
    with pytest.raises(ValueError, match="indication"):
        await queue("anna@example.org", params={"link": "http://a", "indication": "COPD"})
    with pytest.raises(ValueError, match="send_direct"):
        await queue("anna@example.org", kind="signin_link", params={"link": LINK, "minutes": 15})
    assert await connection.fetchval("select count(*) from message") == 0


async def test_what_a_parameter_holds_is_text_and_no_markup(queue: Queue, drain: Drain, mailbox: Mailbox) -> None:
    await queue("anna@example.org", params={"link": 'http://a/?x="><script>1</script>\r\nBcc: eve@example.org'})
    await drain()
    (mail,) = mailbox.mails()
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert mail.message["Bcc"] is None


async def test_a_server_that_is_away_delays_the_mail(
    queue: Queue, drain: Drain, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    mailbox.stop()
    await queue("anna@example.org")
    assert await drain() >= 1
    job = await connection.fetchrow("select state, attempt, last_error from job")
    assert job["state"] == "queued"
    assert job["last_error"] == "SMTPConnectError"
    assert await states(connection) == {"anna@example.org": "sending"}
    mailbox.start()
    await connection.execute("update job set available_at = now()")
    await drain()
    assert await states(connection) == {"anna@example.org": "sent"}
    assert len(mailbox.mails()) == 1


async def test_a_mail_refused_for_good_becomes_a_task(
    queue: Queue, drain: Drain, people: Cast, client: Client, connection: asyncpg.Connection
) -> None:
    await queue("refused@example.org", region_id=people.regions["ours"])
    assert await drain() == 1
    assert await states(connection) == {"refused@example.org": "failed"}
    assert await connection.fetchval("select last_error from message") == "the mail server answered 550"
    assert await connection.fetchval("select state from job") == "done"
    (task,) = (await client("office").get("/api/v1/tasks")).json()["items"]
    assert (task["kind"], task["object_type"]) == ("dead_message", "message")
    assert "refused@" not in task["message"]
    assert (await client("other_office").get("/api/v1/tasks")).json()["items"] == []


async def test_a_mail_put_off_too_often_becomes_a_task(
    queue: Queue, drain: Drain, people: Cast, client: Client, connection: asyncpg.Connection, settings: Settings
) -> None:
    await queue("busy@example.org", region_id=people.regions["ours"])
    assert await connection.fetchval("select max_attempts from job") == settings.mail_attempts
    await connection.execute("update job set max_attempts = 2")
    while await connection.fetchval("select state from job") == "queued":
        await connection.execute("update job set available_at = now()")
        await drain()
    job = await connection.fetchrow("select state, attempt, last_error from job")
    assert tuple(job) == ("dead", 2, "SMTPRecipientsRefused")
    assert await states(connection) == {"busy@example.org": "failed"}
    (task,) = (await client("office").get("/api/v1/tasks")).json()["items"]
    assert task["kind"] == "dead_message"


async def test_outside_production_mails_leave_to_the_allow_list_only(
    app: Litestar, queue: Queue, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    strict = replace(app.state.settings, mail_allow="anna@example.org, trialport.example")
    for address in ("Anna@Example.org", "eve@example.org", "bo@trialport.example", "bo@sub.trialport.example"):
        await queue(address)
    for row in await connection.fetch("select job_id from job"):
        await send_message({"pool": app.state.pool, "settings": strict}, str(row["job_id"]))
    assert await states(connection) == {
        "Anna@Example.org": "sent",
        "eve@example.org": "suppressed",
        "bo@trialport.example": "sent",
        "bo@sub.trialport.example": "suppressed",
    }
    assert {mail.message["To"] for mail in mailbox.mails()} == {"Anna@Example.org", "bo@trialport.example"}
    assert await connection.fetchval("select array_agg(distinct state) from job") == ["done"]


async def test_a_secret_mail_leaves_no_secret_behind(
    app: Litestar,
    open_transaction: OpenTransaction,
    mailbox: Mailbox,
    connection: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    for _ in range(2):
        delivery = await send_direct(
            open_transaction,
            app.state.settings,
            kind="signin_link",
            to_address="anna@example.org",
            language="da",
            params={"link": LINK, "minutes": 15},
        )
        assert delivery == "sent"
    first, second = mailbox.mails()
    assert LINK in first.text
    assert LINK in first.html
    assert "15 minutter" in first.text
    # Each attempt carries another secret, so no mail program may take one for the other.
    assert first.message["Message-ID"] != second.message["Message-ID"]
    stored = await connection.fetch("select m::text from message m union all select j::text from job j")
    assert len(stored) == 2
    assert not any(SECRET in row[0] for row in stored)
    assert SECRET not in caplog.text


async def test_a_secret_mail_that_fails_says_so(
    app: Litestar, open_transaction: OpenTransaction, mailbox: Mailbox, connection: asyncpg.Connection
) -> None:
    async def send(to_address: str) -> Any:
        return await send_direct(
            open_transaction,
            app.state.settings,
            kind="signin_link",
            to_address=to_address,
            language="en",
            params={"link": LINK, "minutes": 15},
        )

    assert await send("refused@example.org") == "refused"
    with pytest.raises(SMTPException):
        await send("busy@example.org")
    mailbox.stop()
    with pytest.raises(OSError, match="connect"):
        await send("anna@example.org")
    assert set((await states(connection)).values()) == {"failed"}
    app.state.settings = replace(app.state.settings, mail_allow="")
    assert await send("bo@example.org") == "suppressed"
    assert (await states(connection))["bo@example.org"] == "suppressed"


async def test_old_and_lost_mails_are_tidied(
    queue: Queue, drain: Drain, open_transaction: OpenTransaction, connection: asyncpg.Connection
) -> None:
    for address in ("old@example.org", "lost@example.org", "tried@example.org", "fresh@example.org"):
        await queue(address)
    long_ago, yesterday = datetime.now(UTC) - timedelta(days=400), datetime.now(UTC) - timedelta(days=2)
    await connection.execute(
        "update message set state = 'sent', created_at = $1 where to_address = 'old@example.org'", long_ago
    )
    await connection.execute(
        "update message set state = 'sending', sending_at = $1 where to_address ~ '^(lost|tried)'",
        yesterday,
    )
    await connection.execute(
        "update job set state = 'dead' where subject_id = (select message_id from message where to_address = $1)",
        "lost@example.org",
    )
    async with open_transaction() as tx:
        await tidy_messages(tx)
    assert await states(connection) == {
        "lost@example.org": "failed",
        "tried@example.org": "sending",
        "fresh@example.org": "queued",
    }


async def test_killed_while_it_sends_the_mail_comes_again_with_the_same_id(
    queue: Queue, mailbox: Mailbox, settings: Settings, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    """The server has the mail, the worker does not know: the second one carries the first one's Message-ID."""
    names = ("database_url", "valkey_url", "backoff_seconds", *mailbox.settings(), "mail_from")
    environment = {f"TRIALPORT_{name.upper()}": str(getattr(settings, name)) for name in names}
    quick = {"TRIALPORT_LEASE_SECONDS": "2", "TRIALPORT_SWEEP_SECONDS": "1"}
    worker = Program("worker", "work", tmp_path, environment | quick)
    worker.start()
    try:
        await queue("slow@example.org")
        await mailbox.wait_for(1)
        assert await connection.fetchval("select state from message") == "sending"
        worker.kill()
        worker.start()
        async with asyncio.timeout(60):
            while await connection.fetchval("select state from message") != "sent":
                assert worker.child.exit_code() is None, worker.words()
                await asyncio.sleep(0.05)
    finally:
        worker.stop()
    first, second = mailbox.mails()
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.text == second.text
    assert "slow@example.org" not in worker.words()


async def test_caught_mails_are_shown_on_this_machine_only(queue: Queue, drain: Drain, mailbox: Mailbox) -> None:
    await queue("anna@example.org", params={"link": "http://127.0.0.1:8000/<b>"})
    await drain()
    async with httpx.AsyncClient(trust_env=False) as client:
        listed = await client.get(mailbox.page)
        assert "You have access to Trialport" in listed.text
        assert "default-src 'none'" in listed.headers["content-security-policy"]
        shown = await client.get(f"{mailbox.page}/mail/1")
        assert '<a href="http://127.0.0.1:8000/"' in shown.text
        assert "&lt;b&gt;" in shown.text
        assert (await client.get(f"{mailbox.page}/mail/2")).status_code == 404
        # A name of somebody else's that leads to this machine shows nothing.
        rebound = await client.get(mailbox.page, headers={"Host": "evil.example"})
        assert rebound.status_code == 421
        assert "Trialport" not in rebound.text
