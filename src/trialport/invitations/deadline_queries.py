"""Tables invitation and reminder: a last day to answer that moves, and whom it is told."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language


class Recipient(Struct, frozen=True, kw_only=True):
    """Whom the mails of an invitation go to."""

    investigator_id: UUID
    email: str
    language: Language


async def lock_unanswered(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> list[UUID]:
    """Hold and return the invitations of the actor's region that have no answer yet."""
    records = await connection.fetch(
        """
        select invitation_id
        from invitation
        where inquiry_id = $3 and state in ('planned', 'sent', 'opened', 'no_answer')
          and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        order by invitation_id
        for update
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
    )
    return [record["invitation_id"] for record in records]


async def update_invitation_due_on(connection: Connection, *, invitation_id: UUID, due_on: date) -> None:
    """Set another last day; an invitation that counted as unanswered waits again."""
    await connection.execute(
        """
        update invitation
        set due_on = $2, revision = revision + 1,
            state = case when state <> 'no_answer' then state when opened_at is null then 'sent' else 'opened' end
        where invitation_id = $1
        """,
        invitation_id,
        due_on,
    )


async def select_sent_steps(connection: Connection, *, invitation_id: UUID) -> list[str]:
    """Read which reminders of an invitation have gone out."""
    records = await connection.fetch("select step from reminder where invitation_id = $1 and sent", invitation_id)
    return [record["step"] for record in records]


async def select_recipient(connection: Connection, *, invitation_id: UUID) -> Recipient | None:
    """Read whom the mails of an invitation go to; run as the program."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.email, coalesce(p.language, 'en') as language
        from invitation v
        join investigator i on i.investigator_id = v.recipient_id
        left join person p on p.email = lower(i.email)
        where v.invitation_id = $1
        """,
        invitation_id,
    )
    return None if record is None else msgspec.convert(record, Recipient)
