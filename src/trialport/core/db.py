"""The way to PostgreSQL: one pool a process, one transaction a request or job, opened at the edge."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from trialport.core import viewer_queries
from trialport.core.config import Settings, SettingsError
from trialport.core.days import local_day
from trialport.core.errors import Busy
from trialport.core.jobs.models import DueJob

# The package carries no types; these names say what is meant.
Connection: TypeAlias = asyncpg.Connection
Pool: TypeAlias = asyncpg.Pool


class Viewer(Struct, frozen=True, kw_only=True):
    """Who looks into the database in a transaction: what row-level security goes by.

    `role` is a role of the field, or `system` for the program itself; nobody sees anything.
    """

    role: str = ""
    region_id: UUID | None = None
    sponsor_id: UUID | None = None
    investigator_id: UUID | None = None
    person_id: UUID | None = None
    actor_id: UUID | None = None


NOBODY = Viewer()
SYSTEM_VIEWER = Viewer(role="system")


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

    @property
    def today(self) -> date:
        """The day in the regions at `now`; past midnight there it is not yet that day in UTC."""
        return local_day(self.now)


def _encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def prepare_connection(connection: Connection) -> None:
    """Teach a new connection to carry jsonb as Python values."""
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_encode_json, decoder=msgspec.json.decode)


async def _start_connection(connection: Connection) -> None:
    await prepare_connection(connection)
    login = await viewer_queries.select_unbound_login(connection)
    if login is not None:
        raise SettingsError(
            f"TRIALPORT_DATABASE_URL logs in as {login}, whom row-level security does not bind. "
            "Log in as trialport_app; the owner's address belongs into TRIALPORT_OWNER_DATABASE_URL."
        )


async def _keep(_: object) -> None:
    """Leave a released connection as it is: the transaction's end has already undone all that is ours."""


async def open_pool(settings: Settings, name: str) -> Pool:
    """Open the pool; `name` shows in pg_stat_activity."""
    return await asyncpg.create_pool(
        settings.database_url,
        min_size=1,
        max_size=settings.pool_size,
        init=_start_connection,
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


async def set_viewer(connection: Connection, viewer: Viewer) -> None:
    """Say for the rest of the transaction who looks."""
    ids = (viewer.region_id, viewer.sponsor_id, viewer.investigator_id, viewer.person_id, viewer.actor_id)
    scope = ["" if one is None else str(one) for one in ids]
    await viewer_queries.select_viewer_set(connection, role=viewer.role, scope=scope)


@asynccontextmanager
async def as_system(connection: Connection) -> AsyncIterator[None]:
    """Let the program itself look for a few statements, whoever the viewer is; what they return is not shown as it is.

    Needs an open transaction. After an error in the database the transaction is void, and the viewer with it.
    """
    before = await viewer_queries.select_role_replaced(connection, role=SYSTEM_VIEWER.role)
    try:
        yield
    finally:
        with suppress(asyncpg.InFailedSQLTransactionError, asyncpg.InterfaceError):
            await viewer_queries.select_role_replaced(connection, role=before)


@asynccontextmanager
async def attempt(connection: Connection) -> AsyncIterator[None]:
    """Undo what was written within when it fails, and keep the transaction: a page then says what was wrong."""
    async with connection.transaction():
        yield


@asynccontextmanager
async def transaction(
    pool: Pool,
    *,
    viewer: Viewer = NOBODY,
    now: datetime | None = None,
    request_id: str = "-",
    readonly: bool = False,
    acquire_seconds: float = 5.0,
) -> AsyncIterator[Transaction]:
    """Open one transaction for a viewer; commit at the end, roll back on any exception.

    Raises Busy when no connection becomes free in time or the server cannot be reached.
    """
    async with acquire(pool, acquire_seconds) as connection, connection.transaction(readonly=readonly):
        if viewer.role:
            await set_viewer(connection, viewer)
        yield Transaction(connection, now or datetime.now(UTC), request_id)


# Opens a short transaction of its own each time, for work that must not hold one while it waits for others.
OpenTransaction: TypeAlias = Callable[[], AbstractAsyncContextManager[Transaction]]
