"""How a command reaches the database, and how it ends when it cannot go on: one line on standard error."""
# ruff: noqa: PLC0415

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from trialport.core.config import SettingsError
from trialport.core.db import Connection

Result = TypeVar("Result")

EXIT_FAILED = 1
EXIT_USAGE = 2


def fail(message: str, code: int) -> NoReturn:
    click.echo(f"trialport: {message}", err=True)
    sys.exit(code)


def with_database(use: Callable[[Connection], Awaitable[Result]], data: Path | None = None) -> Result:
    """Run `use` in one transaction on the database of the environment, or of the demonstration in `data`."""
    import asyncpg

    from trialport.commands import in_transaction
    from trialport.core.errors import Problem

    url = address_of_database(data)
    try:
        return asyncio.run(in_transaction(url, use))
    except Problem as problem:
        found = "\ntrialport: ".join(f"{one.path}: {one.message}" for one in problem.errors)
        fail(found or problem.detail, EXIT_FAILED)
    except asyncpg.UndefinedTableError:
        fail("The database has no tables of Trialport. Run `trialport migrate`.", EXIT_FAILED)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        fail(f"The database cannot be used ({type(error).__name__}). Check TRIALPORT_DATABASE_URL.", EXIT_FAILED)


def address_of_database(data: Path | None = None) -> str:
    """Return the database to use; ends with a line on standard error when there is none."""
    from trialport.commands import database_url

    try:
        url = database_url(data)
    except SettingsError as error:
        fail(str(error), EXIT_USAGE)
    if url is None:
        nor_here = "" if data is None else f", and no demonstration runs in {data}"
        fail(
            f"TRIALPORT_DATABASE_URL is not set (PostgreSQL 18, as `postgresql://user:password@host/db`){nor_here}.",
            EXIT_USAGE,
        )
    return url
