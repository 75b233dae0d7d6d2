"""What health asks of the database."""

import asyncpg

from trialport.core.db import Connection


async def select_schema_version(connection: Connection) -> str | None:
    """Return the newest migration applied; None in an empty database, which also ends an open transaction."""
    try:
        version: str | None = await connection.fetchval("select max(version) from schema_migrations")
    except asyncpg.UndefinedTableError:
        return None
    return version
