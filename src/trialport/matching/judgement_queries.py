"""Tables judgement and judged_pair: what people decided about what was ranked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.matching.judgement_models import Judged, JudgementDetail, NewJudgement
from trialport.matching.models import Criterion


async def select_judged(connection: Connection, *, actor: Actor, assessment_id: UUID) -> list[Judged]:
    """Read every capacity of an assessment within the actor's scope: ranked ones in order, then those left out."""
    records = await connection.fetch(
        """
        select capacity_id, region_id, unit_id, therapy_area, rank
        from (
            select capacity_id, region_id, unit_id, therapy_area,
                   row_number() over (partition by region_id order by rank)::integer as rank
            from candidate
            where assessment_id = $3
            union all
            select capacity_id, region_id, unit_id, therapy_area, null
            from exclusion
            where assessment_id = $3
        ) seen
        where $1 = 'admin' or ($1 in ('office', 'service') and region_id = $2)
        order by rank nulls last, capacity_id
        """,
        actor.role,
        actor.region_id,
        assessment_id,
    )
    return msgspec.convert(records, list[Judged])


async def insert_judgements(
    connection: Connection,
    *,
    decision_id: UUID,
    inquiry_id: UUID,
    version: int,
    assessment_id: UUID,
    judgements: Sequence[NewJudgement],
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Store the judgements of one decision, and their pairs."""
    await connection.execute(
        """
        with stored as (
            insert into judgement
                (decision_id, inquiry_id, version, assessment_id, region_id, unit_id, capacity_id, kind,
                 above_capacity_id, reason, judged_at, judged_by, actor_id)
            select $1, $2, $3, $4, region_id, unit_id, capacity_id, kind, above_capacity_id, $10, $11, $12, $13
            from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[])
                as row (region_id, unit_id, capacity_id, kind, above_capacity_id)
            returning judgement_id, capacity_id
        )
        insert into judged_pair (judgement_id, preferred_capacity_id, other_capacity_id)
        select s.judgement_id, p.preferred, p.other
        from stored s
        join unnest($14::uuid[], $15::uuid[], $16::uuid[]) as p (capacity_id, preferred, other) using (capacity_id)
        """,
        decision_id,
        inquiry_id,
        version,
        assessment_id,
        [one.judged.region_id for one in judgements],
        [one.judged.unit_id for one in judgements],
        [one.judged.capacity_id for one in judgements],
        [one.kind for one in judgements],
        [None if one.above is None else one.above.capacity_id for one in judgements],
        reason,
        now,
        actor.name,
        actor.actor_id,
        [one.judged.capacity_id for one in judgements for _ in one.pairs],
        [preferred for one in judgements for preferred, _ in one.pairs],
        [other for one in judgements for _, other in one.pairs],
    )


async def select_judgements(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    decision_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> list[JudgementDetail]:
    """Read the judgements about an inquiry in the actor's scope, oldest first."""
    records = await connection.fetch(
        """
        select j.judgement_id, j.decision_id, j.assessment_id, j.version, j.kind, j.unit_id, u.name as unit_name,
               c.therapy_area, above_unit.name as above_unit_name, j.reason, j.judged_at, j.judged_by,
               (select count(*) from judged_pair p where p.judgement_id = j.judgement_id) as pairs
        from judgement j
        join unit u on u.unit_id = j.unit_id
        join capacity c on c.capacity_id = j.capacity_id
        left join capacity above on above.capacity_id = j.above_capacity_id
        left join unit above_unit on above_unit.unit_id = above.unit_id
        where j.inquiry_id = $3
          and ($1 = 'admin' or ($1 in ('office', 'service') and j.region_id = $2))
          and ($4::uuid is null or j.decision_id = $4)
          and ($5::uuid is null or j.judgement_id > $5)
        order by j.judgement_id
        limit $6
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        decision_id,
        after,
        limit,
    )
    return msgspec.convert(records, list[JudgementDetail])


class JudgedAssessment(Struct, frozen=True, kw_only=True):
    """An assessment of one region about which something was decided."""

    assessment_id: UUID
    region_id: UUID
    inquiry_id: UUID
    pairs: list[tuple[UUID, UUID]]
    selected: list[UUID]


class StoredFits(Struct, frozen=True, kw_only=True):
    """A candidate with its criteria as stored."""

    capacity_id: UUID
    unit_id: UUID
    criteria: tuple[Criterion, ...]


async def select_judged_assessments(connection: Connection) -> list[JudgedAssessment]:
    """Read what counts of all judgements, by assessment and region: of selections the newest of an inquiry only."""
    records = await connection.fetch(
        """
        with counting as (
            select j.judgement_id, j.assessment_id, j.region_id, j.inquiry_id, j.capacity_id, j.kind
            from judgement j
            where j.kind like 'override%'
               or not exists (
                   select from judgement newer
                   where newer.inquiry_id = j.inquiry_id and newer.region_id = j.region_id
                     and newer.kind = 'selected' and newer.judged_at > j.judged_at)
        )
        select c.assessment_id, c.region_id, c.inquiry_id,
               coalesce(jsonb_agg(distinct jsonb_build_array(p.preferred_capacity_id, p.other_capacity_id))
                        filter (where p.judgement_id is not null), '[]') as pairs,
               coalesce(jsonb_agg(distinct c.capacity_id) filter (where c.kind = 'selected'), '[]') as selected
        from counting c
        left join judged_pair p using (judgement_id)
        group by c.assessment_id, c.region_id, c.inquiry_id
        order by c.assessment_id, c.region_id
        """
    )
    return msgspec.convert(records, list[JudgedAssessment])


async def select_stored_fits(connection: Connection, *, assessment_id: UUID, region_id: UUID) -> list[StoredFits]:
    """Read the candidates of one region in an assessment, best first."""
    records = await connection.fetch(
        """
        select capacity_id, unit_id, criteria
        from candidate
        where assessment_id = $1 and region_id = $2
        order by rank
        """,
        assessment_id,
        region_id,
    )
    return msgspec.convert(records, list[StoredFits])
