"""Table region_setting: what an office promises, every version kept; the newest stands in table region too."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.models import ConfidentialityMode


class RegionPromise(Struct, frozen=True, kw_only=True):
    """A region that the actor may set, with what it promises now (working days) and in which version."""

    region_id: UUID
    code: str
    name: str
    promised_working_days: int
    confidentiality_mode: ConfidentialityMode
    country: str
    version: int


class PromiseVersion(Struct, frozen=True, kw_only=True):
    """One earlier or present promise (working days)."""

    version: int
    promised_working_days: int
    confidentiality_mode: ConfidentialityMode
    reason: str
    changed_at: datetime
    actor_id: UUID | None


async def select_promises(connection: Connection, *, actor: Actor, region_id: UUID | None) -> list[RegionPromise]:
    """List the regions that the actor may set, or one of them."""
    records = await connection.fetch(
        """
        select r.region_id, r.code, r.name, r.promised_working_days, r.confidentiality_mode, r.country,
               coalesce((select max(version) from region_setting s where s.region_id = r.region_id), 0) as version
        from region r
        where ($1 = 'admin' or ($1 = 'office' and r.region_id = $2)) and ($3::uuid is null or r.region_id = $3)
        order by r.code
        """,
        actor.role,
        actor.region_id,
        region_id,
    )
    return msgspec.convert(records, list[RegionPromise])


async def select_promise_versions(connection: Connection, *, region_id: UUID, limit: int) -> list[PromiseVersion]:
    """List what a region promised, newest first; the caller has checked that the region is in scope."""
    records = await connection.fetch(
        """
        select version, promised_working_days, confidentiality_mode, reason, changed_at, actor_id
        from region_setting
        where region_id = $1
        order by version desc
        limit $2
        """,
        region_id,
        limit,
    )
    return msgspec.convert(records, list[PromiseVersion])


async def insert_promise(
    connection: Connection,
    *,
    region_id: UUID,
    version: int,
    promised_working_days: int,
    confidentiality_mode: str,
    reason: str,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Store a version; the primary key refuses one that somebody else has stored meanwhile."""
    await connection.execute(
        """
        insert into region_setting
            (region_id, version, promised_working_days, confidentiality_mode, reason, changed_at, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        region_id,
        version,
        promised_working_days,
        confidentiality_mode,
        reason,
        now,
        actor_id,
    )


async def update_region_promise(connection: Connection, *, region_id: UUID, promised_working_days: int) -> None:
    await connection.execute(
        "update region set promised_working_days = $2 where region_id = $1", region_id, promised_working_days
    )


async def update_region_mode(connection: Connection, *, region_id: UUID, confidentiality_mode: str) -> None:
    await connection.execute(
        "update region set confidentiality_mode = $2 where region_id = $1", region_id, confidentiality_mode
    )
