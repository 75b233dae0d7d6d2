"""What the workspace of one inquiry shows across tables: its timeline, its candidates in any order, its resources."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.invitations.models import Answer, Approval, Condition, InvitationState
from trialport.matching.models import Candidate
from trialport.vocabulary.codes import ResourceKind


class TimelineEvent(Struct, frozen=True, kw_only=True):
    """Something that was done about an inquiry or one of its invitations."""

    audit_event_id: UUID
    happened_at: datetime
    actor_id: UUID | None
    actor_role: str
    actor_name: str
    action: str
    details: dict[str, Any]
    unit_name: str | None


class WorkedCandidate(Struct, frozen=True, kw_only=True):
    """A candidate with what the office has to do with its unit already."""

    candidate: Candidate
    total: int
    # Invitations to the unit in the last twelve months, to any inquiry, and of them those not answered.
    asked_in_year: int
    unanswered_in_year: int
    invitation_state: InvitationState | None
    answer: Answer | None


class AskedUnitRow(Struct, frozen=True, kw_only=True):
    """An invitation with its newest answer, as the office follows it."""

    invitation_id: UUID
    unit_id: UUID
    unit_name: str
    state: InvitationState
    revision: int
    due_on: date
    invited_at: datetime
    recipient_name: str
    answer: Answer | None
    # The answer as it was given, with what only the office reads.
    content: dict[str, Any] | None
    late: bool | None
    approval: Approval | None
    filled: tuple[Condition, ...]


class UnitPerson(Struct, frozen=True, kw_only=True):
    """Somebody who works at a unit."""

    unit_id: UUID
    investigator_id: UUID
    name: str


class ResourceChoice(Struct, frozen=True, kw_only=True):
    """A resource of the region that something can be filled from."""

    resource_id: UUID
    name: str
    kind: ResourceKind


async def select_timeline(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    since: datetime | None,
    before: UUID | None,
    limit: int,
) -> list[TimelineEvent]:
    """Read what was done about an inquiry, its invitations and its questions, newest first."""
    records = await connection.fetch(
        """
        select e.audit_event_id, e.happened_at, e.actor_id, e.actor_role, e.actor_name, e.action, e.details,
               u.name as unit_name
        from audit_event e
        left join question q on q.question_id = e.object_id and e.object_type = 'question'
        left join invitation v
            on v.invitation_id = case e.object_type when 'invitation' then e.object_id else q.invitation_id end
        left join unit u on u.unit_id = v.unit_id
        where ($1 = 'admin' or ($1 = 'office' and e.region_id = $2))
          and e.object_id = any (
              array(select $3::uuid
                    union all select invitation_id from invitation where inquiry_id = $3
                    union all select question_id from question where inquiry_id = $3))
          and ($4::timestamptz is null or e.happened_at > $4)
          and ($5::uuid is null or e.audit_event_id < $5)
        order by e.audit_event_id desc
        limit $6
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        since,
        before,
        limit,
    )
    return msgspec.convert(records, list[TimelineEvent])


async def select_worked_candidates(
    connection: Connection,
    *,
    actor: Actor,
    assessment_id: UUID,
    inquiry_id: UUID,
    unit_ids: Collection[UUID] | None,
    criterion: str | None,
    states: Collection[str],
    sort: str | None,
    fresh: bool,
    since: datetime,
    offset: int,
    limit: int,
) -> list[WorkedCandidate]:
    """Read candidates in the actor's scope by rank, or by how well one criterion fits, with what was asked before.

    `criterion` lets in those whose criterion is in one of `states`; `fresh` leaves out stale capacities.
    """
    records = await connection.fetch(
        """
        with seen as (
            select row_number() over (order by d.rank)::integer as rank, d.capacity_id, d.unit_id, d.stale,
                   case when $6::text is null then null else d.criteria end as filtered,
                   case when $8::text is not null then
                       (select (c ->> 'fit')::double precision from jsonb_array_elements(d.criteria) c
                        where c ->> 'name' = $8) end as sorted_by
            from candidate d
            where d.assessment_id = $3 and ($1 = 'admin' or ($1 = 'office' and d.region_id = $2))
        ), chosen as (
            -- What is long of a candidate is read below, of the few that are shown.
            select rank, capacity_id, unit_id, sorted_by, count(*) over ()::integer as total
            from seen
            where ($5::uuid[] is null or unit_id = any ($5))
              and ($6::text is null
                   or exists (select from jsonb_array_elements(filtered) c
                              where c ->> 'name' = $6 and c ->> 'state' = any ($7::text[])))
              and not ($9 and stale)
            order by sorted_by desc nulls last, rank
            offset $11
            limit $12
        )
        select jsonb_build_object(
                   'rank', c.rank, 'score', d.score, 'capacity_id', d.capacity_id, 'unit_id', d.unit_id,
                   'region_id', d.region_id, 'site_name', s.name, 'unit_name', u.name, 'unit_kind', u.kind,
                   'therapy_area', d.therapy_area, 'revision', d.capacity_revision, 'stale', d.stale,
                   'criteria', d.criteria) as candidate,
               c.total, load.asked_in_year, load.unanswered_in_year, v.state as invitation_state, e.answer
        from chosen c
        join candidate d on d.assessment_id = $3 and d.capacity_id = c.capacity_id
        join unit u on u.unit_id = d.unit_id
        join site s on s.site_id = u.site_id
        cross join lateral (
            select count(*)::integer as asked_in_year,
                   (count(*) filter (where o.state = 'no_answer'))::integer as unanswered_in_year
            from invitation o
            where o.unit_id = c.unit_id and o.invited_at > $10 and o.state <> 'withdrawn') load
        left join invitation v on v.inquiry_id = $4 and v.unit_id = c.unit_id
        left join lateral (
            select answer from eoi where eoi.invitation_id = v.invitation_id order by revision desc limit 1) e on true
        order by c.sorted_by desc nulls last, c.rank
        """,
        actor.role,
        actor.region_id,
        assessment_id,
        inquiry_id,
        None if unit_ids is None else list(unit_ids),
        criterion,
        list(states),
        sort,
        fresh,
        since,
        offset,
        limit,
    )
    return msgspec.convert(records, list[WorkedCandidate])


async def select_resource_choices(connection: Connection, *, region_id: UUID) -> list[ResourceChoice]:
    records = await connection.fetch(
        "select resource_id, name, kind from resource where region_id = $1 order by name, resource_id", region_id
    )
    return msgspec.convert(records, list[ResourceChoice])


async def select_asked(connection: Connection, *, actor: Actor, inquiry_id: UUID, limit: int) -> list[AskedUnitRow]:
    """Read every invitation of an inquiry in the actor's scope with its newest answer, by unit."""
    records = await connection.fetch(
        """
        select v.invitation_id, v.unit_id, u.name as unit_name, v.state, v.revision, v.due_on, v.invited_at,
               coalesce(p.name, '') as recipient_name, e.answer, e.content, e.late,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval,
               array(select f.condition from fill f
                     where f.invitation_id = v.invitation_id and f.taken_back_at is null
                     order by f.condition) as filled
        from invitation v
        join unit u using (unit_id)
        left join investigator p on p.investigator_id = v.recipient_id
        left join lateral (
            select eoi_id, answer, content, late from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1) e on true
        left join sign_off o on o.eoi_id = e.eoi_id
        where v.inquiry_id = $3 and ($1 = 'admin' or ($1 = 'office' and v.region_id = $2))
        order by u.name, v.invitation_id
        limit $4
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        limit,
    )
    return msgspec.convert(records, list[AskedUnitRow])


async def select_unit_people(connection: Connection, *, actor: Actor, unit_ids: Collection[UUID]) -> list[UnitPerson]:
    """Read who works at some units in the actor's scope and has not objected, by name."""
    records = await connection.fetch(
        """
        select p.unit_id, i.investigator_id, i.name
        from position p
        join unit u using (unit_id)
        join investigator i using (investigator_id)
        where p.unit_id = any ($3::uuid[]) and i.objected_at is null
          and ($1 = 'admin' or ($1 = 'office' and u.region_id = $2))
        order by i.name, i.investigator_id
        """,
        actor.role,
        actor.region_id,
        list(unit_ids),
    )
    return msgspec.convert(records, list[UnitPerson])
