"""Tables outcome, outcome_step and milestone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.invitations.models import Decision
from trialport.invitations.outcome_models import Milestone, MilestoneCreate
from trialport.invitations.outcome_rules import OutcomeStep


class ChainFacts(Struct, frozen=True, kw_only=True):
    """What the chain of dates says of an inquiry itself."""

    region_id: UUID
    country: str
    timezone: str
    replied_at: datetime | None
    outcome_promised_on: date | None
    decision: Decision | None
    decided_at: datetime | None
    selected_unit_ids: tuple[UUID, ...]
    # What the sponsor promised when it submitted.
    first_promised_on: date


class DueOutcomeStep(Struct, frozen=True, kw_only=True):
    """A step of an outcome's clock whose time has come."""

    inquiry_id: UUID
    region_id: UUID
    reference: str
    step: OutcomeStep
    promised_on: date
    # Whether the sponsor's word is still awaited.
    is_waiting: bool


async def insert_outcome(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    decision: str,
    selected_unit_ids: Sequence[UUID],
    note: str | None,
    now: datetime,
) -> bool:
    """Record what the sponsor decided; False when it has been recorded before."""
    status: str = await connection.execute(
        """
        insert into outcome (inquiry_id, decision, selected_unit_ids, note, recorded_at, recorded_by, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (inquiry_id) do nothing
        """,
        inquiry_id,
        decision,
        list(selected_unit_ids),
        note,
        now,
        actor.name,
        actor.actor_id,
    )
    return status.endswith(" 1")


async def select_chain_facts(connection: Connection, *, inquiry_id: UUID) -> ChainFacts | None:
    """Read the dates of an inquiry; the caller has checked that it is in scope."""
    record = await connection.fetchrow(
        """
        select r.region_id, r.country, r.timezone, i.replied_at,
               (select max(s.promised_on) from outcome_step s where s.inquiry_id = i.inquiry_id) as outcome_promised_on,
               o.decision, o.recorded_at as decided_at, coalesce(o.selected_unit_ids, '{}') as selected_unit_ids,
               (v.content #>> '{answer,outcome_promised_by}')::date as first_promised_on
        from inquiry i
        join region r using (region_id)
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        left join outcome o on o.inquiry_id = i.inquiry_id
        where i.inquiry_id = $1
        """,
        inquiry_id,
    )
    return None if record is None else msgspec.convert(record, ChainFacts)


async def upsert_outcome_steps(
    connection: Connection, *, inquiry_id: UUID, promised_on: date, steps: Mapping[OutcomeStep, datetime]
) -> None:
    """Set the clock of an outcome anew; a step that is not named any more counts as settled."""
    await connection.execute(
        """
        merge into outcome_step t
        using (select s.step, s.due_at from unnest($3::text[], $4::timestamptz[]) as s (step, due_at)
               union all
               select o.step, null from outcome_step o where o.inquiry_id = $1 and o.step <> all ($3::text[])) s
        on t.inquiry_id = $1 and t.step = s.step
        when matched and s.due_at is not null then
            update set promised_on = $2, due_at = s.due_at, settled_at = null, sent = null
        when matched then
            update set promised_on = $2, settled_at = coalesce(t.settled_at, t.due_at)
        when not matched then
            insert (inquiry_id, step, promised_on, due_at) values ($1, s.step, $2, s.due_at)
        """,
        inquiry_id,
        promised_on,
        list(steps),
        list(steps.values()),
    )


async def claim_due_outcome_steps(connection: Connection, *, now: datetime, limit: int) -> list[DueOutcomeStep]:
    """Take steps that are due, oldest first, past those that another process has in hand."""
    records = await connection.fetch(
        """
        select s.inquiry_id, i.region_id, i.reference, s.step, s.promised_on, i.state = 'replied' as is_waiting
        from outcome_step s
        join inquiry i using (inquiry_id)
        where s.settled_at is null and s.due_at <= $1
        order by s.due_at
        limit $2
        for update of s skip locked
        """,
        now,
        limit,
    )
    return msgspec.convert(records, list[DueOutcomeStep])


async def update_outcome_step_settled(
    connection: Connection, *, inquiry_id: UUID, step: str, sent: bool, now: datetime
) -> None:
    await connection.execute(
        "update outcome_step set settled_at = $3, sent = $4 where inquiry_id = $1 and step = $2",
        inquiry_id,
        step,
        now,
        sent,
    )


async def insert_milestone(
    connection: Connection, *, actor: Actor, inquiry_id: UUID, told: MilestoneCreate, now: datetime
) -> None:
    await connection.execute(
        """
        insert into milestone (inquiry_id, unit_id, kind, happened_on, participants, recorded_at, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        inquiry_id,
        told.unit_id,
        told.kind,
        told.happened_on,
        told.participants,
        now,
        actor.actor_id,
    )


async def select_milestones(connection: Connection, *, inquiry_id: UUID) -> list[Milestone]:
    """Read what was told last of each kind and unit; the caller has checked that the inquiry is in scope."""
    records = await connection.fetch(
        """
        with told as (
            select distinct on (unit_id, kind) unit_id, kind, happened_on, participants, recorded_at
            from milestone
            where inquiry_id = $1
            order by unit_id, kind, milestone_id desc)
        select t.unit_id, u.name as unit_name, t.kind, t.happened_on, t.participants, t.recorded_at
        from told t
        join unit u using (unit_id)
        order by u.name, t.unit_id, array_position(array['started', 'first_participant', 'recruited'], t.kind)
        """,
        inquiry_id,
    )
    return msgspec.convert(records, list[Milestone])
