"""Who asks: sponsors are registered the first time they are named."""

from uuid import UUID

from trialport.core.db import Connection, as_system
from trialport.sponsors import queries


async def register_sponsor(
    connection: Connection,
    *,
    name: str,
    kind: str,
    organisation_number: str | None = None,
    country: str | None = None,
) -> UUID:
    """Return the id of the sponsor of this kind and name, registering it when it is new."""
    # An office may name a sponsor that it has no inquiry of yet.
    async with as_system(connection):
        return await queries.upsert_sponsor(
            connection, name=name, kind=kind, organisation_number=organisation_number, country=country
        )
