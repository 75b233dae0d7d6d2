"""Servers and data shared by the measurements: PostgreSQL with its safe settings, Valkey, the demonstration regions."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from trialport.core.db import prepare_connection
from trialport.core.migrate import migrate
from trialport.core.servers.postgres import PostgresServer
from trialport.core.servers.valkey import ValkeyServer, free_port
from trialport.demo.load import load_demo
from trialport.demo.models import DemoTokens

DATABASE = "bench"


class Stand(NamedTuple):
    """Running servers with the demonstration regions in the database."""

    database_url: str
    owner_url: str
    valkey_url: str
    tokens: DemoTokens
    folder: Path

    def environment(self, port: int) -> dict[str, str]:
        """Return the environment of a process of ours on this stand."""
        return {
            **os.environ,
            "TRIALPORT_DATABASE_URL": self.database_url,
            "TRIALPORT_OWNER_DATABASE_URL": self.owner_url,
            "TRIALPORT_FILES_URL": (self.folder / "files").as_uri(),
            "TRIALPORT_VALKEY_URL": self.valkey_url,
            "TRIALPORT_PORT": str(port),
            "TRIALPORT_LOG_LEVEL": "WARNING",
        }


@contextmanager
def stand() -> Iterator[Stand]:
    """Start the servers in a temporary folder, with the settings that keep data safe (fsync on)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres = PostgresServer(folder / "postgres")
        valkey = ValkeyServer(folder / "valkey")
        try:
            postgres.start()
            postgres.create_database(DATABASE)
            url = postgres.url(DATABASE)
            migrate(url)
            yield Stand(postgres.app_url(DATABASE), url, valkey.start(), asyncio.run(_load(url)), folder)
        finally:
            valkey.stop()
            postgres.stop()


async def _load(url: str) -> DemoTokens:
    connection = await asyncpg.connect(url)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            tokens = await load_demo(connection, datetime.now(UTC))
    finally:
        await connection.close()
    assert tokens is not None
    return tokens


@contextmanager
def process(arguments: list[str], environment: dict[str, str], ready: str | None = None) -> Iterator[None]:
    """Run a Python process, wait until `ready` answers, end it afterwards."""
    child = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL)
    try:
        if ready is not None:
            _wait(ready, child)
        yield
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(address: str, child: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise RuntimeError(f"the process ended with {child.returncode} before it was ready")
        try:
            urllib.request.urlopen(address, timeout=1)  # noqa: S310 - An address of our own.
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{address} did not answer within 60 s")


__all__ = ["Stand", "free_port", "process", "stand"]
