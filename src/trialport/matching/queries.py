"""Tables assessment, candidate and exclusion; the register is joined read-only."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.matching.models import Candidate, CriterionName, Exclusion, ExclusionReason, Standing
from trialport.matching.weighing import RegionWeights


class StoredAssessment(Struct, frozen=True, kw_only=True):
    """An assessment's head as stored."""

    assessment_id: UUID
    inquiry_id: UUID
    reference: str
    version: int
    run: int
    algorithm_version: str
    vocabulary_version: str
    assessed_at: datetime
    outdated_at: datetime | None
    weights: dict[str, float]
    region_weights: dict[UUID, RegionWeights]
    reading: dict[str, Any]
    candidates: int


async def select_register_fingerprint(connection: Connection, *, region_ids: Sequence[UUID]) -> str:
    """Return a text that changes whenever anything changes in these regions that a ranking is built from.

    What changed of capacities stands before the bar, what changed of units and the like behind it.
    """
    fingerprint: str = await connection.fetchval(
        """
        select concat_ws('|',
            to_hex(coalesce(bit_xor(mark) filter (where kind in ('capacity', 'older_capacity')), 0)),
            to_hex(coalesce(bit_xor(mark) filter (where kind not in ('capacity', 'older_capacity')), 0)))
        from register_change
        where of_region is null or of_region = any ($1::uuid[])
        """,
        region_ids,
    )
    return fingerprint


async def lock_assessments_shared(connection: Connection, *, region_ids: Sequence[UUID]) -> None:
    """Hold back the marking of outdated assessments in these regions until this transaction ends."""
    await connection.execute(
        """
        select pg_advisory_xact_lock_shared(hashtextextended('assessments:' || region_id::text, 0))
        from unnest($1::uuid[]) as region_id
        order by region_id
        """,
        region_ids,
    )


async def lock_assessments(connection: Connection, *, region_id: UUID) -> None:
    """Wait for assessments being stored in this region, so that none with an older snapshot slips by."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('assessments:' || $1::uuid::text, 0))", region_id
    )


async def insert_assessment(
    connection: Connection,
    *,
    inquiry_id: UUID,
    version: int,
    algorithm_version: str,
    vocabulary_version: str,
    input_hash: bytes,
    weights: Mapping[CriterionName, float],
    region_weights: Mapping[str, RegionWeights],
    reading: Any,
    now: datetime,
) -> UUID:
    """Store an assessment's head as the next run of its version; returns its id."""
    assessment_id: UUID = await connection.fetchval(
        """
        insert into assessment
            (inquiry_id, version, run, algorithm_version, vocabulary_version, input_hash, weights, region_weights,
             reading, assessed_at)
        select $1, $2, coalesce(max(run), 0) + 1, $3, $4, $5, $6, $7, $8, $9
        from assessment
        where inquiry_id = $1 and version = $2
        returning assessment_id
        """,
        inquiry_id,
        version,
        algorithm_version,
        vocabulary_version,
        input_hash,
        weights,
        region_weights,
        reading,
        now,
    )
    return assessment_id


async def insert_candidates(connection: Connection, *, assessment_id: UUID, candidates: Sequence[Candidate]) -> None:
    await connection.execute(
        """
        insert into candidate
            (assessment_id, capacity_id, region_id, unit_id, therapy_area, capacity_revision, rank, score, stale,
             criteria)
        select $1, capacity_id, region_id, unit_id, therapy_area, capacity_revision, rank, score, stale,
               criteria::jsonb
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::integer[],
                    $8::double precision[], $9::boolean[], $10::text[])
            as row (capacity_id, region_id, unit_id, therapy_area, capacity_revision, rank, score, stale, criteria)
        """,
        assessment_id,
        [one.capacity_id for one in candidates],
        [one.region_id for one in candidates],
        [one.unit_id for one in candidates],
        [one.therapy_area for one in candidates],
        [one.revision for one in candidates],
        [one.rank for one in candidates],
        [one.score for one in candidates],
        [one.stale for one in candidates],
        [msgspec.json.encode(one.criteria).decode() for one in candidates],
    )


async def insert_exclusions(connection: Connection, *, assessment_id: UUID, exclusions: Sequence[Exclusion]) -> None:
    await connection.execute(
        """
        insert into exclusion
            (assessment_id, capacity_id, region_id, unit_id, therapy_area, capacity_revision, reason)
        select $1, capacity_id, region_id, unit_id, therapy_area, capacity_revision, reason
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::text[])
            as row (capacity_id, region_id, unit_id, therapy_area, capacity_revision, reason)
        """,
        assessment_id,
        [one.capacity_id for one in exclusions],
        [one.region_id for one in exclusions],
        [one.unit_id for one in exclusions],
        [one.therapy_area for one in exclusions],
        [one.revision for one in exclusions],
        [one.reason for one in exclusions],
    )


async def update_assessments_outdated(
    connection: Connection, *, region_id: UUID, now: datetime
) -> list[tuple[UUID, int]]:
    """Mark the newest assessments of open inquiries that a changed register of the region may alter.

    A candidate counts when its capacity has another revision than the one assessed, or its unit was changed
    since; so does a capacity that was left out for its therapy area only when its indications were changed, and
    one the assessment has not seen. So do any resource of the region, newer weights that are to be applied to
    open inquiries, and any local term that came into force or ended: a minute before the assessment too, as it may
    not have been committed when that was made. Returns (inquiry_id, version) of those marked.
    """
    records = await connection.fetch(
        """
        update assessment a set outdated_at = $2
        from inquiry i
        where i.inquiry_id = a.inquiry_id and i.version = a.version
          and i.state in ('submitted', 'in_triage', 'needs_information', 'inviting', 'collating')
          and a.outdated_at is null
          and exists (select from inquiry_region ir where ir.inquiry_id = i.inquiry_id and ir.region_id = $1)
          and not exists (select from assessment newer
                          where newer.inquiry_id = a.inquiry_id and newer.version = a.version
                            and newer.run > a.run)
          and (exists (select from resource o where o.region_id = $1 and o.updated_at > a.assessed_at)
               or exists (select from local_term t
                          where t.region_id = $1 and t.agreed_at is not null
                            and t.updated_at > a.assessed_at - interval '1 minute')
               or exists (select from weight_set w
                          where w.region_id = $1 and w.applies_to_open
                            and w.version > coalesce((a.region_weights -> $1::uuid::text ->> 'version')::integer, 0))
               or exists (
              select from capacity c
              join unit u on u.unit_id = c.unit_id
              left join candidate d on d.assessment_id = a.assessment_id and d.capacity_id = c.capacity_id
              left join exclusion e on e.assessment_id = a.assessment_id and e.capacity_id = c.capacity_id
              where c.region_id = $1
                and case
                    when d.capacity_id is not null
                        then d.capacity_revision <> c.revision or u.updated_at > a.assessed_at
                    when e.capacity_id is null then true
                    when e.reason <> 'other_therapy_area'
                        then e.capacity_revision <> c.revision or u.updated_at > a.assessed_at
                    when e.capacity_revision = c.revision then false
                    else exists (select from capacity_history h
                                 where h.capacity_id = c.capacity_id and h.revision > e.capacity_revision
                                   and h.before -> 'indications' is distinct from h.after -> 'indications')
                end))
        returning a.inquiry_id, a.version
        """,
        region_id,
        now,
    )
    return [(record["inquiry_id"], record["version"]) for record in records]


async def select_latest_assessment(
    connection: Connection, *, actor: Actor, inquiry_id: UUID
) -> StoredAssessment | None:
    """Read the newest assessment of an inquiry's newest version; candidates are counted within the actor's scope."""
    record = await connection.fetchrow(
        """
        select a.assessment_id, a.inquiry_id, i.reference, a.version, a.run, a.algorithm_version,
               a.vocabulary_version, a.assessed_at, a.outdated_at, a.weights, a.reading,
               case when $1 = 'admin' then a.region_weights
                    when a.region_weights ? $2::uuid::text
                        then jsonb_build_object($2::uuid::text, a.region_weights -> $2::uuid::text)
                    else '{}' end as region_weights,
               (select count(*) from candidate d
                where d.assessment_id = a.assessment_id and ($1 = 'admin' or d.region_id = $2)) as candidates
        from assessment a
        join inquiry i on i.inquiry_id = a.inquiry_id and i.version = a.version
        where a.inquiry_id = $4
          and ($1 = 'admin'
               or ($1 in ('office', 'service')
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2))
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3))
        order by a.run desc
        limit 1
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        inquiry_id,
    )
    return None if record is None else msgspec.convert(record, StoredAssessment)


async def select_candidates(
    connection: Connection,
    *,
    actor: Actor,
    assessment_id: UUID,
    after_rank: int,
    limit: int,
    capacity_ids: Collection[UUID] | None = None,
) -> list[Candidate]:
    """Read candidates of the actor's region in order; ranks count within what the actor may see.

    With `capacity_ids` only these; their ranks are the same.
    """
    records = await connection.fetch(
        """
        select seen.rank, d.score, d.capacity_id, d.unit_id, d.region_id, s.name as site_name, u.name as unit_name,
               u.kind as unit_kind, d.therapy_area, d.capacity_revision as revision, d.stale, d.criteria
        from (
            select row_number() over (order by d.rank)::integer as rank, d.capacity_id
            from candidate d
            where d.assessment_id = $3
              and ($1 = 'admin' or ($1 in ('office', 'service') and d.region_id = $2))
        ) seen
        join candidate d on d.assessment_id = $3 and d.capacity_id = seen.capacity_id
        join unit u on u.unit_id = d.unit_id
        join site s on s.site_id = u.site_id
        where seen.rank > $4 and ($6::uuid[] is null or seen.capacity_id = any ($6))
        order by seen.rank
        limit $5
        """,
        actor.role,
        actor.region_id,
        assessment_id,
        after_rank,
        limit,
        None if capacity_ids is None else list(capacity_ids),
    )
    return msgspec.convert(records, list[Candidate])


async def select_standings(connection: Connection, *, actor: Actor, assessment_id: UUID) -> list[Standing]:
    """Read score and unit of every candidate of the actor's region, in no order."""
    records = await connection.fetch(
        """
        select capacity_id, unit_id, region_id, score
        from candidate
        where assessment_id = $3 and ($1 = 'admin' or ($1 in ('office', 'service') and region_id = $2))
        """,
        actor.role,
        actor.region_id,
        assessment_id,
    )
    return [Standing(*record) for record in records]


async def select_exclusions(
    connection: Connection,
    *,
    actor: Actor,
    assessment_id: UUID,
    unit_id: UUID | None = None,
    reasons: Collection[ExclusionReason] | None = None,
    limit: int | None = None,
) -> list[Exclusion]:
    """Read what an assessment left out in the actor's region, by reason and name, other therapy areas last.

    With `reasons` only what was left out for one of them.
    """
    records = await connection.fetch(
        """
        select e.capacity_id, e.unit_id, e.region_id, s.name as site_name, u.name as unit_name,
               u.kind as unit_kind, e.therapy_area, e.capacity_revision as revision, e.reason
        from exclusion e
        join unit u on u.unit_id = e.unit_id
        join site s on s.site_id = u.site_id
        where e.assessment_id = $3
          and ($1 = 'admin' or ($1 in ('office', 'service') and e.region_id = $2))
          and ($4::uuid is null or e.unit_id = $4)
          and ($6::text[] is null or e.reason = any ($6))
        order by e.reason = 'other_therapy_area', e.reason, u.name, e.capacity_id
        limit $5
        """,
        actor.role,
        actor.region_id,
        assessment_id,
        unit_id,
        limit,
        None if reasons is None else list(reasons),
    )
    return msgspec.convert(records, list[Exclusion])


async def count_exclusions(connection: Connection, *, actor: Actor, assessment_id: UUID, reason: str) -> int:
    """Count what an assessment left out in the actor's region for one reason."""
    counted: int = await connection.fetchval(
        """
        select count(*)
        from exclusion
        where assessment_id = $3 and reason = $4
          and ($1 = 'admin' or ($1 in ('office', 'service') and region_id = $2))
        """,
        actor.role,
        actor.region_id,
        assessment_id,
        reason,
    )
    return counted
