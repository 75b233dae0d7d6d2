"""Units to choose among, with the site and region that tell them apart."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection


class UnitChoice(Struct, frozen=True, kw_only=True):
    """A unit as a list to choose from names it."""

    unit_id: UUID
    name: str
    site_name: str
    region: str


async def select_units_by_id(connection: Connection, *, unit_ids: Collection[UUID]) -> list[UnitChoice]:
    """Read units by their ids, by name."""
    records = await connection.fetch(
        """
        select u.unit_id, u.name, s.name as site_name, r.code as region
        from unit u
        join site s using (site_id)
        join region r on r.region_id = u.region_id
        where u.unit_id = any ($1::uuid[])
        order by u.name, u.unit_id
        """,
        unit_ids,
    )
    return msgspec.convert(records, list[UnitChoice])


async def select_units_to_choose(
    connection: Connection,
    *,
    codes: Collection[str],
    own_region_id: UUID | None,
    text: str,
    chosen: Collection[UUID],
    limit: int,
) -> list[UnitChoice]:
    """Read the units that are chosen and, of the regions named, up to `limit` that have `text` in name or site.

    Where no region is named, the actor's own one is asked.
    """
    records = await connection.fetch(
        """
        (select u.unit_id, u.name, s.name as site_name, r.code as region, true as is_chosen
         from unit u
         join site s using (site_id)
         join region r on r.region_id = u.region_id
         where u.unit_id = any ($3::uuid[]))
        union all
        (select u.unit_id, u.name, s.name, r.code, false
         from unit u
         join site s using (site_id)
         join region r on r.region_id = u.region_id
         where (r.code = any ($1::text[]) or (r.region_id = $5 and cardinality($1::text[]) = 0))
           and u.unit_id <> all ($3::uuid[])
           and (position(lower($2) in lower(u.name)) > 0 or position(lower($2) in lower(s.name)) > 0)
         order by u.name, u.unit_id
         limit $4)
        order by is_chosen desc, name, unit_id
        """,
        codes,
        text,
        chosen,
        limit,
        own_region_id,
    )
    return msgspec.convert(records, list[UnitChoice])
