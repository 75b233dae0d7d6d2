"""Mails that come back, read from a real IMAP server: told to the office once, and only if we sent them."""

import imaplib
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.cast import Cast
from tests.conftest import Client
from tests.notifications.conftest import OpenTransaction, Queue
from tests.notifications.test_bounce_reports import ANNA, OURS, POSTFIX
from trialport.core.config import Settings
from trialport.core.servers.child import Child
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.notifications.bounces import read_bounces


class ImapServer:
    """pymap as a process: its mailbox is new at every start."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"imap://demouser:demopass@{LOOPBACK}:{self.port}/INBOX"

    def start(self) -> "ImapServer":
        program = shutil.which("pymap", path=str(Path(sys.executable).parent))
        assert program is not None
        command: list[str | Path] = [program, "--host", LOOPBACK, "--port", str(self.port), "--no-tls", "dict"]
        self._child = Child("imap", command, log=self._folder / "imap.log", folder=self._folder)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self._child.exit_code() is None, self._child.output()
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError(self._child.output())

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def _open(self) -> imaplib.IMAP4:
        connection = imaplib.IMAP4(LOOPBACK, self.port, timeout=10)
        connection.login("demouser", "demopass")
        return connection

    def put(self, *mails: bytes) -> None:
        with self._open() as connection:
            for mail in mails:
                assert connection.append("INBOX", "", "", mail.replace(b"\n", b"\r\n"))[0] == "OK"

    def flags(self) -> list[str]:
        with self._open() as connection:
            connection.select("INBOX", readonly=True)
            return [str(one) for one in connection.fetch("1:*", "(FLAGS)")[1]]


@pytest.fixture
def imap(tmp_path: Path) -> Iterator[ImapServer]:
    server = ImapServer(tmp_path).start()
    yield server
    server.stop()


@pytest.fixture
def settings(settings: Settings, imap: ImapServer) -> Settings:
    return replace(settings, bounce_url=imap.url, mail_return_path="bounces@trialport.example")


async def sent(queue: Queue, connection: asyncpg.Connection, people: Cast, address: str = ANNA) -> str:
    """Queue a mail and call it sent; returns its Message-ID."""
    await queue(address, region_id=people.regions["ours"])
    message_id = await connection.fetchval(
        "update message set state = 'sent' where to_address = $1 returning message_id", address
    )
    return f"{message_id}@trialport.example"


async def test_a_mail_that_came_back_becomes_a_task_once(
    app: Litestar,
    queue: Queue,
    imap: ImapServer,
    client: Client,
    people: Cast,
    connection: asyncpg.Connection,
    open_transaction: OpenTransaction,
) -> None:
    bounce = POSTFIX.replace(OURS.encode(), (await sent(queue, connection, people)).encode())
    imap.put(b"Subject: something else\n\nHello\n", bounce, bounce)
    assert await read_bounces(open_transaction, app.state.settings) == 3
    assert await read_bounces(open_transaction, app.state.settings) == 0
    row = await connection.fetchrow("select state, last_error from message")
    assert tuple(row) == ("bounced", "came back: 5.1.1")
    (task,) = (await client("office").get("/api/v1/tasks")).json()["items"]
    assert task["kind"] == "bounced_message"
    assert "example.org" in task["message"]
    assert "anna" not in task["message"]
    # Nothing in the mailbox was touched.
    flags = imap.flags()
    assert len(flags) == 3
    assert not any("Seen" in one or "Deleted" in one for one in flags)
    # A mailbox that was made anew is read from its beginning, and what is known is not told again.
    imap.stop()
    imap.start()
    imap.put(bounce)
    assert await read_bounces(open_transaction, app.state.settings) == 1
    assert await connection.fetchval("select count(*) from office_task") == 1


async def test_a_report_is_believed_of_our_mails_to_their_recipients_only(
    app: Litestar,
    queue: Queue,
    imap: ImapServer,
    people: Cast,
    connection: asyncpg.Connection,
    open_transaction: OpenTransaction,
) -> None:
    ours = (await sent(queue, connection, people)).encode()
    genuine = POSTFIX.replace(OURS.encode(), ours)
    imap.put(
        POSTFIX,
        genuine.replace(b"anna@", b"eve@"),
        genuine.replace(b"@trialport.example>", b"@elsewhere.example>"),
        genuine.replace(ours, b"no-uuid@trialport.example"),
    )
    assert await read_bounces(open_transaction, app.state.settings) == 4
    assert await connection.fetchval("select state from message") == "sent"
    assert await connection.fetchval("select count(*) from office_task") == 0


async def test_a_mailbox_that_is_away_is_tried_again(
    app: Litestar,
    queue: Queue,
    imap: ImapServer,
    people: Cast,
    connection: asyncpg.Connection,
    open_transaction: OpenTransaction,
    caplog: pytest.LogCaptureFixture,
) -> None:
    imap.stop()
    assert await read_bounces(open_transaction, app.state.settings) == 0
    assert "cannot be read" in caplog.text
    assert "demopass" not in caplog.text
    imap.start()
    wrong = replace(app.state.settings, bounce_url=imap.url.replace("demopass", "wrong"))
    assert await read_bounces(open_transaction, wrong) == 0
    imap.put(POSTFIX.replace(OURS.encode(), (await sent(queue, connection, people)).encode()))
    assert await read_bounces(open_transaction, app.state.settings) == 1
    assert await connection.fetchval("select state from message") == "bounced"
