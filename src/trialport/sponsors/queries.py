"""Table sponsor."""

from uuid import UUID

from trialport.core.db import Connection


async def upsert_sponsor(
    connection: Connection,
    *,
    name: str,
    kind: str,
    organisation_number: str | None,
    country: str | None,
) -> UUID:
    """Find the sponsor by kind and name (capitals and spaces aside) or register it; returns its id."""
    sponsor_id: UUID = await connection.fetchval(
        """
        with found as (
            select sponsor_id from sponsor
            where kind = $2
              and lower(regexp_replace(btrim(name), '\\s+', ' ', 'g'))
                = lower(regexp_replace(btrim($1), '\\s+', ' ', 'g'))
        ), made as (
            insert into sponsor (name, kind, organisation_number, country)
            select $1, $2, $3, $4 where not exists (select from found)
            on conflict (kind, lower(regexp_replace(btrim(name), '\\s+', ' ', 'g')))
                do update set name = sponsor.name
            returning sponsor_id
        )
        select sponsor_id from found union all select sponsor_id from made
        """,
        name,
        kind,
        organisation_number,
        country,
    )
    return sponsor_id
