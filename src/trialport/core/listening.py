"""Hearing PostgreSQL's notifications on a connection of its own, which is opened again whenever it is lost.

A notification says only that there is something to look at; it may be lost. So the callback is also called after
each connection and every few seconds, and must find out by itself what is new.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import asyncpg

from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, Connection, prepare_connection, set_viewer

log = logging.getLogger(__name__)

# How often there is a look without a notification (seconds).
POLL_SECONDS = 5.0
# The waits after a lost connection (seconds): the first, and the longest; each is twice the one before.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 10.0
_CONNECT_SECONDS = 5.0
# How long a cancelled task is waited for before it is cancelled again (seconds).
_CANCEL_SECONDS = 1.0
# Longest run of one statement (seconds): a connection that answers no more is given up.
_STATEMENT_SECONDS = 120.0


class Listener:
    """Calls `heard` with a connection in a read-only transaction of one snapshot, one call at a time."""

    def __init__(self, settings: Settings, channel: str, heard: Callable[[Connection], Awaitable[None]]) -> None:
        self._settings = settings
        self._channel = channel
        self._heard = heard
        self._rung = asyncio.Event()
        self._wait = _FIRST_WAIT
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, in a task of its own."""
        self._running = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop listening; a call under way is broken off."""
        # A single cancellation can be lost inside the database client, as when it comes together with an answer.
        while self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait([self._running], timeout=_CANCEL_SECONDS)

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001 - whatever went wrong, the next connection tries again
                log.warning("%s: not listening (%s); trying again", self._channel, type(error).__name__)
            await asyncio.sleep(self._wait)
            self._wait = min(2 * self._wait, _LONGEST_WAIT)

    async def _listen(self) -> None:
        """Listen until the connection is lost."""
        connection = await asyncpg.connect(
            self._settings.database_url,
            timeout=_CONNECT_SECONDS,
            command_timeout=_STATEMENT_SECONDS,
            server_settings={"application_name": f"trialport-{self._channel}", "timezone": "UTC", "jit": "off"},
        )
        try:
            await prepare_connection(connection)
            connection.add_termination_listener(self._ring)
            await connection.add_listener(self._channel, self._ring)
            while not connection.is_closed():
                self._rung.clear()
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    await set_viewer(connection, SYSTEM_VIEWER)
                    await self._heard(connection)
                self._wait = _FIRST_WAIT
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._rung.wait()
        finally:
            connection.terminate()
        raise ConnectionError

    def _ring(self, *_: object) -> None:
        self._rung.set()
