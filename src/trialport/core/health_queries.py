"""What health asks of the database."""

from trialport.core.db import Connection


async def select_schema_version(connection: Connection) -> str | None:
    """Return the newest migration applied, None in an empty database."""
    version: str | None = await connection.fetchval(
        """
        select case when to_regclass('schema_migrations') is not null then
            (xpath('/row/v/text()', query_to_xml(
                'select max(version) as v from schema_migrations', false, true, '')))[1]::text
        end
        """
    )
    return version
