"""Table shortlist_entry: an office reaches its own region's; the ranking is joined read-only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.matching.shortlist_models import EntryRow, Standing


async def lock_shortlist(connection: Connection, *, inquiry_id: UUID, region_id: UUID) -> None:
    """Hold a shortlist until the end of the transaction: two of an office take turns, also at its first entry."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('shortlist:' || $1::uuid::text || $2::uuid::text, 0))",
        inquiry_id,
        region_id,
    )


async def select_foreign_units(connection: Connection, *, unit_ids: Sequence[UUID], region_id: UUID) -> list[UUID]:
    """Return those ids that are no units of a region."""
    records = await connection.fetch(
        """
        select named.unit_id from unnest($1::uuid[]) as named (unit_id)
        where not exists (select from unit u where u.unit_id = named.unit_id and u.region_id = $2)
        """,
        unit_ids,
        region_id,
    )
    return [record["unit_id"] for record in records]


async def select_entries(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> list[EntryRow]:
    """Read what was decided in the actor's scope: units listed in order, then those dropped."""
    records = await connection.fetch(
        """
        select e.region_id, e.unit_id, u.name as unit_name, u.kind as unit_kind, s.name as site_name, e.position,
               e.state, e.reason, e.assessment_id, e.rank, e.score, e.changed_at, e.actor_id
        from shortlist_entry e
        join unit u using (unit_id)
        join site s on s.site_id = u.site_id
        where e.inquiry_id = $3 and ($1 = 'admin' or ($1 = 'office' and e.region_id = $2))
        order by e.region_id, e.position nulls last, e.changed_at, e.unit_id
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
    )
    return msgspec.convert(records, list[EntryRow])


async def select_listed_units(connection: Connection, *, actor: Actor, inquiry_id: UUID, region_id: UUID) -> list[UUID]:
    """Return the units on a region's shortlist, in its order."""
    records = await connection.fetch(
        """
        select unit_id from shortlist_entry
        where inquiry_id = $3 and region_id = $4 and state = 'listed'
          and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        order by position
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        region_id,
    )
    return [record["unit_id"] for record in records]


async def select_standings(
    connection: Connection, *, actor: Actor, assessment_id: UUID, unit_ids: Sequence[UUID]
) -> dict[UUID, Standing]:
    """Read how an assessment sees units in the actor's scope; ranks count within each region."""
    records = await connection.fetch(
        """
        select distinct on (unit_id) unit_id, capacity_id, therapy_area, rank, score, criteria
        from (
            select region_id, unit_id, capacity_id, therapy_area,
                   row_number() over (partition by region_id order by rank)::integer as rank, score, criteria
            from candidate
            where assessment_id = $3
            union all
            select region_id, unit_id, capacity_id, therapy_area, null, null, '[]'
            from exclusion
            where assessment_id = $3
        ) seen
        where unit_id = any ($4::uuid[]) and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        order by unit_id, rank nulls last, therapy_area
        """,
        actor.role,
        actor.region_id,
        assessment_id,
        unit_ids,
    )
    return {one.unit_id: one for one in msgspec.convert(records, list[Standing])}


async def upsert_entries(
    connection: Connection,
    *,
    inquiry_id: UUID,
    region_id: UUID,
    unit_ids: Sequence[UUID],
    positions: Sequence[int | None],
    standings: Sequence[Standing | None],
    reason: str,
    assessment_id: UUID | None,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Store a decision about units, with what the ranking says of each now."""
    await connection.execute(
        """
        insert into shortlist_entry
            (inquiry_id, region_id, unit_id, capacity_id, position, state, reason, assessment_id, rank, score,
             changed_at, actor_id)
        select $1, $2, unit_id, capacity_id, position, case when position is null then 'dropped' else 'listed' end,
               $8, $9, rank, score, $10, $11
        from unnest($3::uuid[], $4::uuid[], $5::integer[], $6::integer[], $7::double precision[])
            as row (unit_id, capacity_id, position, rank, score)
        on conflict (inquiry_id, unit_id) do update set
            capacity_id = excluded.capacity_id, position = excluded.position, state = excluded.state,
            reason = excluded.reason, assessment_id = excluded.assessment_id, rank = excluded.rank,
            score = excluded.score, changed_at = excluded.changed_at, actor_id = excluded.actor_id
        """,
        inquiry_id,
        region_id,
        unit_ids,
        [None if one is None else one.capacity_id for one in standings],
        positions,
        [None if one is None else one.rank for one in standings],
        [None if one is None else one.score for one in standings],
        reason,
        assessment_id,
        now,
        actor_id,
    )


async def update_positions(connection: Connection, *, inquiry_id: UUID, region_id: UUID, order: Sequence[UUID]) -> None:
    """Give the units listed their places anew; what was decided about each stays."""
    await connection.execute(
        """
        update shortlist_entry e
        set position = o.position
        from unnest($3::uuid[]) with ordinality as o (unit_id, position)
        where e.inquiry_id = $1 and e.region_id = $2 and e.unit_id = o.unit_id and e.state = 'listed'
          and e.position <> o.position
        """,
        inquiry_id,
        region_id,
        order,
    )
