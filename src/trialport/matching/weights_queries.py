"""Table weight_set: the weights of each region, every version kept."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.matching.models import CriterionName
from trialport.matching.weights_models import WeightInput, WeightSet


async def select_region_in_scope(connection: Connection, *, actor: Actor, region_id: UUID) -> UUID | None:
    """Return the region when its weights are the actor's to see."""
    found: UUID | None = await connection.fetchval(
        """
        select region_id from region
        where region_id = $3 and ($1 = 'admin' or ($1 in ('office', 'management', 'service') and region_id = $2))
        """,
        actor.role,
        actor.region_id,
        region_id,
    )
    return found


async def select_newest_weight_sets(connection: Connection, *, region_ids: Collection[UUID]) -> list[WeightSet]:
    """Read the newest version of each region that has one."""
    records = await connection.fetch(
        """
        select distinct on (region_id) region_id, version, weights, reason, reverts_to, applies_to_open, changed_at,
               changed_by
        from weight_set
        where region_id = any ($1::uuid[])
        order by region_id, version desc
        """,
        list(region_ids),
    )
    return msgspec.convert(records, list[WeightSet])


async def select_weight_set(connection: Connection, *, region_id: UUID, version: int) -> WeightSet | None:
    record = await connection.fetchrow(
        """
        select region_id, version, weights, reason, reverts_to, applies_to_open, changed_at, changed_by
        from weight_set
        where region_id = $1 and version = $2
        """,
        region_id,
        version,
    )
    return None if record is None else msgspec.convert(record, WeightSet)


async def select_weight_sets(
    connection: Connection, *, region_id: UUID, before_version: int | None, limit: int
) -> list[WeightSet]:
    """Read a region's versions, newest first."""
    records = await connection.fetch(
        """
        select region_id, version, weights, reason, reverts_to, applies_to_open, changed_at, changed_by
        from weight_set
        where region_id = $1 and ($2::integer is null or version < $2)
        order by version desc
        limit $3
        """,
        region_id,
        before_version,
        limit,
    )
    return msgspec.convert(records, list[WeightSet])


async def insert_weight_set(
    connection: Connection,
    *,
    region_id: UUID,
    version: int,
    weights: dict[CriterionName, WeightInput],
    reason: str,
    reverts_to: int | None,
    applies_to_open: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Store a version; the primary key refuses one that somebody else has stored meanwhile."""
    await connection.execute(
        """
        insert into weight_set
            (region_id, version, weights, reason, reverts_to, applies_to_open, changed_at, changed_by, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        region_id,
        version,
        weights,
        reason,
        reverts_to,
        applies_to_open,
        now,
        actor.name,
        actor.actor_id,
    )
