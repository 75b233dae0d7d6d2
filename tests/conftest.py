"""Real servers, one set a test process; a fresh database for each test, copied from one with the cast in it."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from litestar import Litestar
from litestar.datastructures import State

from tests import cast
from tests.cast import Cast
from tests.quick_folder import quick_folder
from trialport.core.config import Settings
from trialport.core.db import SYSTEM_VIEWER, prepare_connection, transaction
from trialport.core.jobs import queries as job_queries
from trialport.core.migrate import migrate
from trialport.core.servers.postgres import APP_ROLE, PostgresServer
from trialport.core.servers.valkey import ValkeyServer
from trialport.main import create_app
from workers import jobs

TEMPLATE = "cast"

# What a deployer has imported on this machine is no part of what is tested.
os.environ["TRIALPORT_VOCABULARY_DIR"] = os.devnull


# Files that take longest, begun first: a process that gets one of them last keeps all others waiting.
LONG = (
    "vocabulary/test_own_sets.py",
    "journeys/test_schemathesis.py",
    "journeys/test_chaos.py",
    "vocabulary/test_any_text.py",
    "browser/test_every_page.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files first, in the same order in every process."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


class Servers(NamedTuple):
    postgres: PostgresServer
    valkey_url: str
    cast: Cast


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Start PostgreSQL and Valkey, migrate, and load the cast."""
    with quick_folder(tmp_path_factory.mktemp("servers")) as folder:
        postgres = PostgresServer(folder / "postgres", fast=True)
        valkey = ValkeyServer(folder / "valkey")
        try:
            postgres.start()
            postgres.create_database(TEMPLATE)
            migrate(postgres.url(TEMPLATE))
            people = asyncio.run(_load_cast(postgres.url(TEMPLATE)))
            yield Servers(postgres, valkey.start(), people)
        finally:
            valkey.stop()
            postgres.stop()


async def _load_cast(url: str) -> Cast:
    connection = await asyncpg.connect(url)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            return await cast.load(connection, datetime.now(UTC))
    finally:
        await connection.close()


@pytest.fixture
def people(servers: Servers) -> Cast:
    return servers.cast


@pytest.fixture
async def database_url(servers: Servers) -> AsyncIterator[str]:
    """A fresh database with the cast in it."""
    name = f"test_{uuid4().hex}"
    postgres = servers.postgres
    maintenance = await postgres.connect("postgres")
    try:
        await maintenance.execute(f'create database "{name}" template "{TEMPLATE}" strategy file_copy')
        yield postgres.url(name)
        await maintenance.execute(f'drop database "{name}" with (force)')
    finally:
        await maintenance.close()


def as_app(url: str) -> str:
    """Return the same database's address for the login of API and workers."""
    return url.replace("postgresql://postgres@", f"postgresql://{APP_ROLE}@")


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the test's own, outside the application."""
    own = await asyncpg.connect(database_url)
    await prepare_connection(own)
    yield own
    await own.close()


@pytest.fixture
def settings(database_url: str, servers: Servers, tmp_path: Path) -> Settings:
    return Settings(
        database_url=as_app(database_url),
        valkey_url=servers.valkey_url,
        files_url=(tmp_path / "files").as_uri(),
        pool_size=5,
        acquire_seconds=5.0,
        debounce_seconds=0.0,
        gather_seconds=0.0,
        front_page_seconds=0.0,
        backoff_seconds=0.01,
        secret_key="a-key-for-tests-and-for-nothing-else",
    )


# Putting the routes together takes a quarter of a second, so one application serves all tests of a process, each
# with settings and everything that it opens of its own.
_APPLICATIONS: list[Litestar] = []


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    if not _APPLICATIONS:
        _APPLICATIONS.append(create_app(settings))
    (made,) = _APPLICATIONS
    made.state = State({"settings": settings})
    async with made.lifespan():
        yield made


Client = Callable[[str | None], httpx.AsyncClient]


@pytest.fixture
async def client(app: Litestar, people: Cast) -> AsyncIterator[Client]:
    """`client("office")` is an HTTP client with that person's token; `client(None)` has none."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    made: list[httpx.AsyncClient] = []

    def make(who: str | None) -> httpx.AsyncClient:
        headers = {} if who is None else {"Authorization": f"Bearer {people.tokens[who]}"}
        one = httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)
        made.append(one)
        return one

    yield make
    for one in made:
        await one.aclose()


@pytest.fixture
def drain(app: Litestar) -> Callable[[], Awaitable[int]]:
    """Run every due job in this process, as a worker would; returns how many."""
    context = {
        "settings": app.state.settings,
        "pool": app.state.pool,
        "doorbell": app.state.doorbell,
        "reader": app.state.reader,
        "register": app.state.register,
    }
    by_kind = {job.__name__: job for job in jobs.JOBS}

    async def run() -> int:
        done = 0
        for _ in range(50):
            async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
                due = await job_queries.select_due_jobs(tx.connection, now=tx.now, limit=100)
            if not due:
                return done
            for job in due:
                await by_kind[job.kind](context, str(job.job_id))
                done += 1
        raise AssertionError("the queue does not become empty")

    return run


@pytest.fixture
def any_id() -> UUID:
    """An identifier of nothing."""
    return UUID("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e")
