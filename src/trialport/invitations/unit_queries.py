"""Invitations as a unit's people list them, and the yeses that wait for its head."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.invitations.models import Answer, Approval, InvitationState

# Which part of the list an invitation stands in.
Part = Literal["waiting", "answered", "over"]


class UnitStart(Struct, frozen=True, kw_only=True):
    """What waits for one person (counts)."""

    invitations: int
    overdue: int
    capacities: int
    stale: int
    sign_offs: int


class UnitInvitation(Struct, frozen=True, kw_only=True):
    """One invitation in the list of a unit's people."""

    invitation_id: UUID
    part: Part
    reference: str
    unit_name: str
    # Both can never be confidential (inquiries/rules.py).
    title: str
    indication: str
    state: InvitationState
    due_on: date
    invited_at: datetime
    answer: Answer | None
    approval: Approval | None
    # How many invitations its part has in all.
    in_part: int


class WaitingSignOff(Struct, frozen=True, kw_only=True):
    """A yes that waits for a head of unit's word, or has it and can still be changed."""

    invitation_id: UUID
    eoi_id: UUID
    reference: str
    unit_name: str
    title: str
    indication: str
    answer: Answer
    participants: int | None
    conditions: tuple[str, ...]
    answered_at: datetime
    answered_by: str | None
    due_on: date
    approval: Approval
    note: str | None


async def count_waiting_for_unit(connection: Connection, *, actor: Actor, today: date) -> UnitStart:
    """Count what waits for a person at her own units; run as the program."""
    record = await connection.fetchrow(
        """
        with mine as (
            select unit_id from position where investigator_id = $1 and $2 in ('investigator', 'unit_head')),
        waiting as (
            select v.due_on
            from invitation v
            join inquiry i using (inquiry_id)
            where v.unit_id in (select unit_id from mine) and v.state in ('sent', 'opened', 'no_answer')
              and i.state in ('inviting', 'collating', 'replied'))
        select (select count(*) from waiting) as invitations,
               (select count(*) from waiting where due_on < $3) as overdue,
               (select count(*) from capacity c where c.unit_id in (select unit_id from mine)) as capacities,
               (select count(*) from capacity c
                where c.unit_id in (select unit_id from mine) and c.valid_until < $3) as stale,
               (select count(*)
                from sign_off o
                join eoi e using (eoi_id)
                join invitation v on v.invitation_id = e.invitation_id
                join inquiry i using (inquiry_id)
                where o.investigator_id = $1 and o.decision is null and v.state = 'answered'
                  and i.state in ('inviting', 'collating', 'replied') and $4::text is null
                  and not exists (select from eoi newer
                                  where newer.invitation_id = e.invitation_id and newer.revision > e.revision))
                   as sign_offs
        """,
        actor.investigator_id,
        actor.role,
        today,
        actor.acting_for,
    )
    return msgspec.convert(record, UnitStart)


async def select_unit_invitations(
    connection: Connection, *, actor: Actor, part: Part | None, offset: int, limit: int
) -> list[UnitInvitation]:
    """List the invitations of a person's units, `limit` of each part or of the one named; run as the program.

    Those that wait come first, the soonest due at the top; of the others the newest.
    """
    records = await connection.fetch(
        """
        with listed as (
            select v.invitation_id, v.due_on, v.invited_at,
                   case when v.state = 'withdrawn' or i.state not in ('inviting', 'collating', 'replied') then 'over'
                        when v.state = 'answered' then 'answered'
                        else 'waiting' end as part
            from invitation v
            join inquiry i using (inquiry_id)
            where v.state <> 'planned' and $2 in ('investigator', 'unit_head')
              and v.unit_id in (select p.unit_id from position p where p.investigator_id = $1)
        ), ranked as (
            select listed.invitation_id, listed.part, count(*) over (partition by part) as in_part,
                   row_number() over (
                       partition by part
                       order by case when part = 'waiting' then due_on end, invited_at desc, invitation_id) as place
            from listed
            where $3::text is null or part = $3
        ), shown as materialized (
            -- What else is told of an invitation is read of the few that are shown.
            select invitation_id, part, in_part, place from ranked where place > $4 and place <= $4 + $5
        )
        select v.invitation_id, v.reference, u.name as unit_name, v.state, v.due_on, v.invited_at, e.answer,
               iv.working_title as title, iv.indication,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval,
               shown.part, shown.in_part
        from shown
        join invitation v using (invitation_id)
        join unit u using (unit_id)
        join inquiry_version iv on iv.inquiry_id = v.inquiry_id and iv.version = v.version
        left join lateral (
            select eoi_id, answer from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1) e on true
        left join sign_off o on o.eoi_id = e.eoi_id
        order by shown.part desc, shown.place
        """,
        actor.investigator_id,
        actor.role,
        part,
        offset,
        limit,
    )
    return msgspec.convert(records, list[UnitInvitation])


async def select_sign_offs(connection: Connection, *, actor: Actor, limit: int) -> list[WaitingSignOff]:
    """List the yeses that a head was asked about and that still can change; those that wait first.

    Run as the program. What she answered herself was signed off as she gave it, and stands not here.
    """
    records = await connection.fetch(
        """
        select v.invitation_id, e.eoi_id, v.reference, u.name as unit_name,
               iv.working_title as title, iv.indication,
               e.answer, (e.content ->> 'participants')::integer as participants,
               coalesce(e.content -> 'conditions', '[]') as conditions, e.answered_at, by.name as answered_by,
               v.due_on, coalesce(o.decision, 'awaiting_head') as approval, o.note
        from sign_off o
        join eoi e using (eoi_id)
        join invitation v on v.invitation_id = e.invitation_id
        join inquiry i using (inquiry_id)
        join inquiry_version iv on iv.inquiry_id = v.inquiry_id and iv.version = e.version
        join unit u using (unit_id)
        left join investigator by on by.investigator_id = e.investigator_id
        where o.investigator_id = $1 and $2 = 'unit_head' and $3::text is null and v.state = 'answered'
          and (o.decision is null and i.state in ('inviting', 'collating', 'replied')
               or o.decided_at > o.asked_at and i.state in ('inviting', 'collating'))
          and exists (select from position p where p.unit_id = v.unit_id and p.investigator_id = $1)
          and not exists (select from eoi newer
                          where newer.invitation_id = e.invitation_id and newer.revision > e.revision)
        order by o.decision is not null, v.due_on, v.invitation_id
        limit $4
        """,
        actor.investigator_id,
        actor.role,
        actor.acting_for,
        limit,
    )
    return msgspec.convert(records, list[WaitingSignOff])
