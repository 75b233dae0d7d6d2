"""Table reminder as the clock works through it: many rows a statement. Run as the program, for all regions at once."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.ladder_rules import ReminderStep
from trialport.invitations.models import InvitationState


class DueReminder(Struct, frozen=True, kw_only=True):
    """A reminder whose time has come, and whom it goes to."""

    invitation_id: UUID
    inquiry_id: UUID
    region_id: UUID
    reference: str
    step: ReminderStep
    due_at: datetime
    state: InvitationState
    due_on: date
    # Whom it goes to: for the step `head` the head of unit where that is somebody else, before it who was asked.
    to_id: UUID
    email: str
    language: Language


class SettledReminder(Struct, frozen=True, kw_only=True):
    """What became of a reminder; `message_id` names the mail it went out in."""

    invitation_id: UUID
    step: ReminderStep
    sent: bool
    message_id: UUID | None


async def claim_due_reminders(connection: Connection, *, now: datetime, limit: int) -> list[DueReminder]:
    """Take reminders that are due with their invitations, oldest first, past those that another has in hand.

    An invitation that is being answered at this moment is passed over: the next sweep sees its answer.
    """
    records = await connection.fetch(
        """
        select m.invitation_id, v.inquiry_id, v.region_id, v.reference, m.step, m.due_at, v.state, v.due_on,
               coalesce(h.investigator_id, i.investigator_id) as to_id, coalesce(h.email, i.email) as email,
               coalesce(person.language, 'en') as language
        from reminder m
        join invitation v using (invitation_id)
        join investigator i on i.investigator_id = v.recipient_id
        left join lateral (
            select head.investigator_id, head.email
            from position p join investigator head using (investigator_id)
            where m.step = 'head' and p.unit_id = v.unit_id and p.is_head
            order by p.investigator_id
            limit 1) h on true
        left join person on person.email = lower(coalesce(h.email, i.email))
        where m.settled_at is null and m.due_at <= $1
        order by m.due_at
        limit $2
        for no key update of m, v skip locked
        """,
        now,
        limit,
    )
    return msgspec.convert(records, list[DueReminder])


async def claim_due_reminders_to(
    connection: Connection, *, now: datetime, addressees: Sequence[UUID]
) -> list[DueReminder]:
    """Take every reminder that is due and goes to one of these persons, and what else is due of its invitation."""
    records = await connection.fetch(
        """
        select m.invitation_id, v.inquiry_id, v.region_id, v.reference, m.step, m.due_at, v.state, v.due_on,
               coalesce(h.investigator_id, i.investigator_id) as to_id, coalesce(h.email, i.email) as email,
               coalesce(person.language, 'en') as language
        from reminder m
        join invitation v using (invitation_id)
        join investigator i on i.investigator_id = v.recipient_id
        left join lateral (
            select head.investigator_id, head.email
            from position p join investigator head using (investigator_id)
            where m.step = 'head' and p.unit_id = v.unit_id and p.is_head
            order by p.investigator_id
            limit 1) h on true
        left join person on person.email = lower(coalesce(h.email, i.email))
        where m.settled_at is null and m.due_at <= $1
          and (v.recipient_id = any ($2::uuid[]) or h.investigator_id = any ($2::uuid[]))
        order by m.due_at
        for no key update of m, v skip locked
        """,
        now,
        addressees,
    )
    return msgspec.convert(records, list[DueReminder])


async def update_reminders_settled(
    connection: Connection, *, settled: Sequence[SettledReminder], now: datetime
) -> None:
    await connection.execute(
        """
        update reminder m
        set settled_at = $2, sent = s.sent, message_id = s.message_id
        from unnest($1::uuid[], $3::text[], $4::boolean[], $5::uuid[]) as s (invitation_id, step, sent, message_id)
        where m.invitation_id = s.invitation_id and m.step = s.step
        """,
        [one.invitation_id for one in settled],
        now,
        [one.step for one in settled],
        [one.sent for one in settled],
        [one.message_id for one in settled],
    )


async def update_invitations_unanswered(connection: Connection, *, invitation_ids: Sequence[UUID]) -> list[UUID]:
    """Count invitations as unanswered that still wait; returns those. Their rows are held since their claim."""
    records = await connection.fetch(
        """
        update invitation
        set state = 'no_answer', revision = revision + 1
        where invitation_id = any ($1::uuid[]) and state in ('planned', 'sent', 'opened')
        returning invitation_id
        """,
        invitation_ids,
    )
    return [record["invitation_id"] for record in records]
