"""What a loaded demonstration holds: tokens whose secrets may be lost, and what its story names."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Role
from trialport.core.db import Connection


class TokenHolder(Struct, frozen=True, kw_only=True):
    """Whom a token stands for."""

    name: str
    role: Role
    region: str | None
    region_id: UUID | None
    sponsor_id: UUID | None
    investigator_id: UUID | None


async def select_token_holders(connection: Connection) -> list[TokenHolder]:
    """Read the holders of valid tokens, those made first at the top."""
    records = await connection.fetch(
        """
        select t.name, t.role, r.code as region, t.region_id, t.sponsor_id, t.investigator_id
        from access_token t
        left join region r using (region_id)
        where t.revoked_at is null
        order by t.token_id
        """
    )
    return msgspec.convert(records, list[TokenHolder])


class Place(Struct, frozen=True, kw_only=True):
    """Something the story names: a region by code, a unit by registry id, a resource by name, a person by address."""

    kind: Literal["region", "unit", "resource", "investigator"]
    name: str
    id: UUID


async def select_places(connection: Connection) -> list[Place]:
    """Read what the story of the demonstration can name."""
    records = await connection.fetch(
        """
        select 'region' as kind, code as name, region_id as id from region
        union all select 'unit', registry_id, unit_id from unit
        union all select 'resource', name, resource_id from resource
        union all select 'investigator', email, investigator_id from investigator
        """
    )
    return msgspec.convert(records, list[Place])


async def count_inquiries_named(connection: Connection, *, titles: Sequence[str]) -> int:
    """Count the inquiries that bear one of these working titles (inquiries)."""
    found: int = await connection.fetchval(
        """
        select count(distinct v.inquiry_id)
        from inquiry_version v
        where v.content #>> '{identity,working_title}' = any($1::text[])
        """,
        titles,
    )
    return found
