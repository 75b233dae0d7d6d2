"""PostgreSQL out of a wheel, on a unix socket only."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import asyncpg

from trialport.core.servers.binaries import account_for, programs_for
from trialport.core.servers.child import (
    POLL_SECONDS,
    Account,
    Child,
    ServerError,
    explain,
    go_on,
    not_hurried,
)
from trialport.core.servers.postmaster import (
    POSTMASTER_FILE,
    disown_stale_lock,
    end_previous_server,
    read_postmaster,
)
from trialport.core.servers.runtime_folder import runtime_folder, socket_folder, socket_url

POSTGRES_MAJOR = 18
# The login that migrations/20261122000010_people.sql makes.
APP_ROLE = "trialport_app"
MAX_CONNECTIONS = 200
START_SECONDS = 120.0
# Fast shutdown, then immediate shutdown (recovered from the log at the next start), then the kernel.
STOP_STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 10.0))

SETTINGS = {
    "listen_addresses": "",
    "max_connections": str(MAX_CONNECTIONS),
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "trialport",
}
# For tests only: a crash of the machine may then lose everything, and nobody minds.
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    # What is written ahead is never read again, so little of it is kept.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
}


class PostgresServer:
    """One PostgreSQL server on the data in `folder`, which `start` makes when it is missing."""

    def __init__(
        self, folder: Path, *, log: Path | None = None, fast: bool = False, check: Callable[[], None] = go_on
    ) -> None:
        """Set where the data and the log are; `fast` gives up safety for tests, `check` may end a wait."""
        self.folder = folder.absolute()
        self.log = log or self.folder.with_name(self.folder.name + ".log")
        self._fast = fast
        self._check = check
        self._child: Child | None = None
        self._runtime: Path | None = None

    @property
    def child(self) -> Child:
        if self._child is None:
            raise RuntimeError("the server has not been started")
        return self._child

    @property
    def socket_folder(self) -> Path:
        if self._runtime is None:
            raise RuntimeError("the server has not been started")
        return self._runtime / "s"

    def start(self, *, seconds: float = START_SECONDS) -> str:
        """Make the data if there is none, start the server and wait until it answers.

        Returns the URL of its maintenance database. Raises ServerError.
        """
        try:
            self._start(seconds)
        except BaseException:
            self.stop()
            raise
        return self.url()

    def url(self, database: str = "postgres") -> str:
        """Return the address for asyncpg, as the owner of everything."""
        return socket_url(self.socket_folder, database)

    def app_url(self, database: str) -> str:
        """Return the address as API and workers log in: bound by row-level security."""
        return socket_url(self.socket_folder, database, APP_ROLE)

    def dbmate_url(self, database: str) -> str:
        """Return the address for dbmate."""
        return f"postgres://postgres@/{quote(database)}?socket={quote(str(self.socket_folder))}&sslmode=disable"

    def connect(self, database: str) -> "asyncio.Future[asyncpg.Connection]":
        """Connect as `await server.connect(name)`, whatever PG... variables the environment holds."""
        connecting: asyncio.Future[asyncpg.Connection] = asyncpg.connect(
            host=str(self.socket_folder), port=5432, user="postgres", database=database, ssl=False
        )
        return connecting

    def create_database(self, name: str, *, template: str = "template1") -> bool:
        """Make a database, False if it was there; for callers outside an event loop. Raises ServerError."""
        try:
            return asyncio.run(self._create_database(name, template))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            known = explain(str(error), self.folder)
            raise ServerError(known or f"the database {name} could not be made ({error}). See {self.log}") from error

    async def _create_database(self, name: str, template: str) -> bool:
        connection = await self.connect("postgres")
        try:
            if await connection.fetchval("select true from pg_database where datname = $1", name):
                return False
            # CREATE DATABASE takes no parameters; quote_ident is the server's own quoting.
            statement = await connection.fetchval(
                "select 'create database ' || quote_ident($1) || ' template ' || quote_ident($2)",
                name,
                template,
            )
            await connection.execute(statement)
        except asyncpg.DuplicateDatabaseError:
            return False
        finally:
            await connection.close()
        return True

    def stop(self, hurried: Callable[[], bool] = not_hurried) -> None:
        """Shut down: clients are disconnected, everything committed stays."""
        if self._child is not None:
            self._child.stop(STOP_STEPS, hurried)
            self._child = None
        if self._runtime is not None:
            shutil.rmtree(self._runtime, ignore_errors=True)
            self._runtime = None

    def _start(self, seconds: float) -> None:
        account = account_for(self.folder)
        self._runtime = runtime_folder(self.folder, account)
        socket_folder(self._runtime, account)
        programs = programs_for(account, POSTGRES_MAJOR, self._runtime)
        if not (self.folder / "PG_VERSION").exists():
            self._initialise(programs, account)
        self._refuse_other_version()
        end_previous_server(self.folder, self._check)
        self._wait_until_ready(programs, account, time.monotonic() + seconds)

    def _initialise(self, programs: Path, account: Account | None) -> None:
        """Make the data beside its place and move it there whole, so that half a one never counts."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise ServerError(f"{self.folder} holds files, but no PostgreSQL data. Choose another folder")
        unfinished = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        if account is not None:
            os.chown(unfinished, account.uid, account.gid)
        child = Child(
            "initdb",
            [
                *(programs / "initdb", "-D", _here(unfinished), "-U", "postgres", "--auth=trust"),
                # The same order and letter case on every machine, whatever locales it has.
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(("--no-instructions", "--no-sync") if self._fast else ("--no-instructions",)),
            ],
            log=self.log,
            folder=unfinished,
            environment=_environment(),
            account=account,
        )
        try:
            code = child.wait(START_SECONDS, self._check)
        finally:
            child.stop()
        if code != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise self._failure(child, "PostgreSQL could not make its data")
        unfinished.rename(self.folder)

    def _refuse_other_version(self) -> None:
        major = (self.folder / "PG_VERSION").read_text().strip()
        if major != str(POSTGRES_MAJOR):
            raise ServerError(
                f"the data in {self.folder} is of PostgreSQL {major}, not {POSTGRES_MAJOR}. "
                "Choose another folder, or dump it with that version and load it here"
            )

    def _wait_until_ready(self, programs: Path, account: Account | None, deadline: float) -> None:
        child = self._spawn(programs, account)
        while True:
            self._check()
            postmaster = read_postmaster(self.folder)
            if postmaster is not None and postmaster.pid == child.pid and postmaster.ready:
                return
            if child.exit_code() is not None:
                if "shared memory block" not in child.output() or time.monotonic() > deadline:
                    raise self._failure(child, "PostgreSQL did not start")
                # The server before was killed and its last processes are still on their way out.
                time.sleep(0.2)
                child = self._spawn(programs, account)
            if time.monotonic() > deadline:
                raise self._failure(child, "PostgreSQL did not get ready in time")
            time.sleep(POLL_SECONDS)

    def _spawn(self, programs: Path, account: Account | None) -> Child:
        disown_stale_lock(self.folder)
        for left in self.socket_folder.iterdir():
            left.unlink()
        settings = {**SETTINGS, **(FAST_SETTINGS if self._fast else {})}
        settings["unix_socket_directories"] = str(self.socket_folder)
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        self._child = Child(
            "PostgreSQL",
            [programs / "postgres", "-D", _here(self.folder), *options],
            log=self.log,
            folder=self.folder,
            environment=_environment(),
            account=account,
            when_parent_dies=signal.SIGINT,
        )
        return self._child

    def _failure(self, child: Child, what: str) -> ServerError:
        known = explain(child.output(), self.folder)
        last = " / ".join(child.last_lines(2))
        return ServerError(known or f"{what} ({last}). See {self.log}")


def _here(folder: Path) -> str:
    """Name the folder as the server shall call it: on Linux its own working directory, entered for it by us.

    So the account that runs PostgreSQL for root needs no way through root's folders, and no path is too long.
    """
    return "/proc/self/cwd" if sys.platform == "linux" and Path("/proc/self/cwd").exists() else str(folder)


def _environment() -> dict[str, str]:
    """Nothing of the user's environment but what programs need to run; PG... variables would be obeyed."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


__all__ = ["POSTGRES_MAJOR", "POSTMASTER_FILE", "PostgresServer"]
