"""Table sign_off_step: when a head of unit is reminded to sign off. Swept as the program, for all regions at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language

SignOffStep = Literal["reminder", "office"]


class DueSignOffStep(Struct, frozen=True, kw_only=True):
    """A step of a sign-off's clock whose time has come."""

    eoi_id: UUID
    step: SignOffStep
    invitation_id: UUID
    region_id: UUID
    reference: str
    unit_name: str
    head_id: UUID
    email: str
    language: Language
    # Whether her word is still awaited.
    is_waiting: bool


async def insert_sign_off_steps(connection: Connection, *, eoi_id: UUID, steps: Mapping[SignOffStep, datetime]) -> None:
    await connection.execute(
        """
        insert into sign_off_step (eoi_id, step, due_at)
        select $1, step, due_at from unnest($2::text[], $3::timestamptz[]) as s (step, due_at)
        """,
        eoi_id,
        list(steps),
        list(steps.values()),
    )


async def claim_due_sign_off_steps(connection: Connection, *, now: datetime, limit: int) -> list[DueSignOffStep]:
    """Take steps that are due, oldest first, past those that another process has in hand.

    The sign-off is held too: a word that the head gives at this moment is seen by the next sweep.
    """
    records = await connection.fetch(
        """
        select s.eoi_id, s.step, o.invitation_id, v.region_id, v.reference, u.name as unit_name,
               i.investigator_id as head_id, i.email, coalesce(person.language, 'en') as language,
               o.decision is null and v.state = 'answered' and i.objected_at is null
                   and q.state in ('inviting', 'collating', 'replied')
                   and not exists (select from eoi newer
                                   join eoi own on own.eoi_id = s.eoi_id
                                   where newer.invitation_id = o.invitation_id and newer.revision > own.revision)
                   as is_waiting
        from sign_off_step s
        join sign_off o using (eoi_id)
        join invitation v using (invitation_id)
        join inquiry q using (inquiry_id)
        join unit u using (unit_id)
        join investigator i on i.investigator_id = o.investigator_id
        left join person on person.email = lower(i.email)
        where s.settled_at is null and s.due_at <= $1
        order by s.due_at
        limit $2
        for no key update of s, o skip locked
        """,
        now,
        limit,
    )
    return msgspec.convert(records, list[DueSignOffStep])


async def update_sign_off_step_settled(
    connection: Connection, *, eoi_id: UUID, step: str, sent: bool, now: datetime
) -> None:
    await connection.execute(
        "update sign_off_step set settled_at = $3, sent = $4 where eoi_id = $1 and step = $2",
        eoi_id,
        step,
        now,
        sent,
    )


async def update_sign_off_steps_overtaken(connection: Connection, *, invitation_id: UUID, now: datetime) -> None:
    """Settle what no head need be reminded of any more: her word has been given, or the unit has answered anew."""
    await connection.execute(
        """
        update sign_off_step
        set settled_at = $2, sent = false
        where settled_at is null and eoi_id in (select eoi_id from eoi where invitation_id = $1)
        """,
        invitation_id,
        now,
    )
