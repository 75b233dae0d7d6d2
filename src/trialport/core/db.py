"""The way to PostgreSQL: one pool a process, one transaction a request or job, opened at the edge."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
import msgspec

from trialport.core.config import Settings
from trialport.core.errors import Busy
from trialport.core.jobs.models import DueJob

# The package carries no types; these names say what is meant.
Connection: TypeAlias = asyncpg.Connection
Pool: TypeAlias = asyncpg.Pool


class Transaction:
    """One open transaction and what belongs to it.

    `now` is the time of the request or job; nothing below the door reads the clock. Jobs written in the
    transaction stand in `rung`: the edge rings the doorbell for them after the commit.
    """

    __slots__ = ("connection", "now", "request_id", "rung")

    def __init__(self, connection: Connection, now: datetime, request_id: str) -> None:
        self.connection = connection
        self.now = now
        self.request_id = request_id
        self.rung: list[DueJob] = []


def _encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def prepare_connection(connection: Connection) -> None:
    """Teach a new connection to carry jsonb as Python values."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode_json, decoder=msgspec.json.decode)


async def _keep(_: object) -> None:
    """Leave a released connection as it is: the transaction's end has already undone all that is ours."""


async def open_pool(settings: Settings, name: str) -> Pool:
    """Open the pool; `name` shows in pg_stat_activity."""
    return await asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=settings.pool_size,
        init=prepare_connection,
        reset=_keep,
        timeout=settings.acquire_seconds,
        command_timeout=settings.statement_seconds + 5,
        server_settings={
            "application_name": name,
            "timezone": "UTC",
            "statement_timeout": f"{settings.statement_seconds * 1000:.0f}",
            "lock_timeout": f"{settings.statement_seconds * 1000:.0f}",
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        },
    )


@asynccontextmanager
async def acquire(pool: Pool, acquire_seconds: float) -> AsyncIterator[Connection]:
    """Take a connection from the pool; raises Busy when none is free in time or the server cannot be reached."""
    try:
        connection = await pool.acquire(timeout=acquire_seconds)
    except (TimeoutError, OSError, asyncpg.InterfaceError) as error:
        raise Busy from error
    try:
        yield connection
    finally:
        await pool.release(connection)


@asynccontextmanager
async def transaction(
    pool: Pool,
    *,
    now: datetime | None = None,
    request_id: str = "-",
    readonly: bool = False,
    acquire_seconds: float = 5.0,
) -> AsyncIterator[Transaction]:
    """Open one transaction; commit at the end, roll back on any exception.

    Raises Busy when no connection becomes free in time or the server cannot be reached.
    """
    async with acquire(pool, acquire_seconds) as connection, connection.transaction(readonly=readonly):
        yield Transaction(connection, now or datetime.now(UTC), request_id)
