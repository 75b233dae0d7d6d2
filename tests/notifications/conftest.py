"""A mail server of the tests' own, and messages to send to it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.mailbox import Mailbox
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Transaction, transaction
from trialport.notifications.messages import queue_message

Queue = Callable[..., Awaitable[None]]
OpenTransaction = Callable[[], AbstractAsyncContextManager[Transaction]]


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server as a process, running."""
    box = Mailbox(tmp_path).start()
    yield box
    box.stop()


@pytest.fixture
def settings(settings: Settings, mailbox: Mailbox) -> Settings:
    return replace(settings, **mailbox.settings(mail_from="no-reply@trialport.example"))


@pytest.fixture
def open_transaction(app: Litestar) -> OpenTransaction:
    return partial(transaction, app.state.pool, viewer=SYSTEM_VIEWER)


@pytest.fixture
def queue(app: Litestar, open_transaction: OpenTransaction) -> Queue:
    """`await queue("anna@example.org", language="sv")` writes a mail that says somebody has an account."""

    async def write(to_address: str, **others: Any) -> None:
        given = {
            "kind": "account_created",
            "language": "en",
            "params": {"link": "http://trialport.example/sign-in"},
            "dedupe_key": f"test:{to_address}",
            **others,
        }
        async with open_transaction() as tx:
            await queue_message(tx, app.state.settings, to_address=to_address, **given)

    return write
