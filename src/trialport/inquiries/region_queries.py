"""Tables region_priority and region_quiet_period: every version kept, the highest counts."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.region_models import Priority, QuietPeriod


class StoredPriorities(Struct, frozen=True, kw_only=True):
    """A region's priorities as stored."""

    region_id: UUID
    version: int
    priorities: tuple[Priority, ...]
    changed_at: datetime
    actor_id: UUID | None = None


class StoredQuietPeriods(Struct, frozen=True, kw_only=True):
    """A region's quiet periods as stored."""

    region_id: UUID
    version: int
    periods: tuple[QuietPeriod, ...]
    changed_at: datetime
    actor_id: UUID | None = None


async def select_region_to_set(
    connection: Connection, *, actor: Actor, region_id: UUID, is_public: bool
) -> UUID | None:
    """Return the region when what it has set is the actor's to see; what is public is everybody's."""
    found: UUID | None = await connection.fetchval(
        """
        select region_id from region
        where region_id = $3 and ($4 or $1 = 'admin' or ($1 in ('office', 'management') and region_id = $2))
        """,
        actor.role,
        actor.region_id,
        region_id,
        is_public,
    )
    return found


async def select_priorities(connection: Connection, *, region_ids: Collection[UUID]) -> list[StoredPriorities]:
    """Read the newest version of each region that has one."""
    records = await connection.fetch(
        """
        select distinct on (region_id) region_id, version, priorities, changed_at
        from region_priority
        where region_id = any ($1::uuid[])
        order by region_id, version desc
        """,
        list(region_ids),
    )
    return msgspec.convert(records, list[StoredPriorities])


async def select_priority_versions(connection: Connection, *, region_id: UUID, limit: int) -> list[StoredPriorities]:
    """Read a region's versions, newest first; the caller has checked that the region is in scope."""
    records = await connection.fetch(
        """
        select region_id, version, priorities, changed_at, actor_id
        from region_priority
        where region_id = $1
        order by version desc
        limit $2
        """,
        region_id,
        limit,
    )
    return msgspec.convert(records, list[StoredPriorities])


async def select_quiet_versions(connection: Connection, *, region_id: UUID, limit: int) -> list[StoredQuietPeriods]:
    """Read a region's versions, newest first; the caller has checked that the region is in scope."""
    records = await connection.fetch(
        """
        select region_id, version, periods, changed_at, actor_id
        from region_quiet_period
        where region_id = $1
        order by version desc
        limit $2
        """,
        region_id,
        limit,
    )
    return msgspec.convert(records, list[StoredQuietPeriods])


async def insert_priorities(
    connection: Connection,
    *,
    region_id: UUID,
    version: int,
    priorities: Sequence[Priority],
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Store a version; the primary key refuses one that somebody else has stored meanwhile."""
    await connection.execute(
        """
        insert into region_priority (region_id, version, priorities, changed_at, actor_id)
        values ($1, $2, $3, $4, $5)
        """,
        region_id,
        version,
        _built(priorities),
        now,
        actor_id,
    )


async def select_quiet_periods(connection: Connection, *, region_ids: Collection[UUID]) -> list[StoredQuietPeriods]:
    """Read the newest version of each region that has one."""
    records = await connection.fetch(
        """
        select distinct on (region_id) region_id, version, periods, changed_at
        from region_quiet_period
        where region_id = any ($1::uuid[])
        order by region_id, version desc
        """,
        list(region_ids),
    )
    return msgspec.convert(records, list[StoredQuietPeriods])


async def insert_quiet_periods(
    connection: Connection,
    *,
    region_id: UUID,
    version: int,
    periods: Sequence[QuietPeriod],
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Store a version; the primary key refuses one that somebody else has stored meanwhile."""
    await connection.execute(
        """
        insert into region_quiet_period (region_id, version, periods, changed_at, actor_id)
        values ($1, $2, $3, $4, $5)
        """,
        region_id,
        version,
        _built(periods),
        now,
        actor_id,
    )


def _built(entries: Sequence[Struct]) -> Any:
    return msgspec.to_builtins(entries)
