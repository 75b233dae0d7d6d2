"""Table sign_off: the head of unit's word on a yes."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.models import Answer, Approval


class HeadOfUnit(Struct, frozen=True, kw_only=True):
    """Who signs off for a unit."""

    investigator_id: UUID
    email: str
    language: Language


class SignOffRow(Struct, frozen=True, kw_only=True):
    """The sign-off of an invitation's newest answer."""

    eoi_id: UUID
    answer: Answer
    investigator_id: UUID | None
    approval: Approval
    decided_at: datetime | None
    note: str | None


async def select_head(connection: Connection, *, unit_id: UUID) -> HeadOfUnit | None:
    """Read who heads a unit, passing over who objected; run as the program."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.email, coalesce(person.language, 'en') as language
        from position p
        join investigator i using (investigator_id)
        left join person on person.email = lower(i.email)
        where p.unit_id = $1 and p.is_head and i.objected_at is null
        order by p.share desc, i.investigator_id
        limit 1
        """,
        unit_id,
    )
    return None if record is None else msgspec.convert(record, HeadOfUnit)


async def insert_sign_off(
    connection: Connection,
    *,
    actor: Actor,
    eoi_id: UUID,
    invitation_id: UUID,
    investigator_id: UUID | None,
    decision: str | None,
    now: datetime,
) -> None:
    """Ask for the head's word; without an `investigator_id` nobody can be asked."""
    await connection.execute(
        """
        insert into sign_off (eoi_id, invitation_id, asked_at, investigator_id, decision, decided_at, actor_id)
        values ($1, $2, $3::timestamptz, $4, $5::text, case when $5::text is not null then $3::timestamptz end,
                case when $5::text is not null then $6::uuid end)
        """,
        eoi_id,
        invitation_id,
        now,
        investigator_id,
        decision,
        actor.actor_id,
    )


async def select_newest_sign_off(connection: Connection, *, invitation_id: UUID) -> SignOffRow | None:
    """Read the sign-off of the newest answer; None where that is no yes. The caller has checked the scope."""
    record = await connection.fetchrow(
        """
        select e.eoi_id, e.answer, o.investigator_id, o.decided_at, o.note,
               coalesce(o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
                   as approval
        from (select eoi_id, answer from eoi where invitation_id = $1 order by revision desc limit 1) e
        join sign_off o using (eoi_id)
        """,
        invitation_id,
    )
    return None if record is None else msgspec.convert(record, SignOffRow)


async def update_sign_off_decided(
    connection: Connection, *, actor: Actor, eoi_id: UUID, decision: str, note: str | None, now: datetime
) -> bool:
    """Store the head's word; False when it has been given before."""
    status: str = await connection.execute(
        """
        update sign_off set decision = $2, decided_at = $3, note = $4, actor_id = $5
        where eoi_id = $1 and decision is null
        """,
        eoi_id,
        decision,
        now,
        note,
        actor.actor_id,
    )
    return status.endswith(" 1")


async def update_sign_off_taken_back(connection: Connection, *, eoi_id: UUID) -> None:
    """Make a head's word wait again."""
    await connection.execute(
        "update sign_off set decision = null, decided_at = null, note = null, actor_id = null where eoi_id = $1", eoi_id
    )
