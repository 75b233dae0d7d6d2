"""Table invitation, when the inquiry gets a new version; run as the program."""

from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.models import Answer, InvitationState


class AskedBefore(Struct, frozen=True, kw_only=True):
    """An invitation to an earlier version of its inquiry."""

    invitation_id: UUID
    region_id: UUID
    country: str
    timezone: str
    state: InvitationState
    # The version the unit was asked about, the one it answered, and the one that is new.
    version: int
    answered_version: int | None
    inquiry_version: int
    answer: Answer | None
    due_on: date
    recipient_id: UUID
    email: str
    language: Language


async def lock_asked_before(connection: Connection, *, inquiry_id: UUID, version: int) -> list[AskedBefore]:
    """Hold and read the invitations that ask about an earlier version; those taken back stay as they are."""
    records = await connection.fetch(
        """
        select v.invitation_id, v.region_id, r.country, r.timezone, v.state, v.version, e.version as answered_version,
               $2::integer as inquiry_version, e.answer, v.due_on, v.recipient_id, i.email,
               coalesce(p.language, 'en') as language
        from invitation v
        join region r using (region_id)
        join investigator i on i.investigator_id = v.recipient_id
        left join person p on p.email = lower(i.email)
        left join lateral (
            select version, answer from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1) e on true
        where v.inquiry_id = $1 and v.version < $2 and v.state in ('sent', 'opened', 'answered', 'no_answer')
        order by v.invitation_id
        for update of v
        """,
        inquiry_id,
        version,
    )
    return msgspec.convert(records, list[AskedBefore])


async def update_invitation_version(
    connection: Connection, *, invitation_id: UUID, version: int, asks_again: bool
) -> None:
    """Have an invitation ask about a new version; one that was answered waits again where `asks_again`."""
    await connection.execute(
        """
        update invitation
        set version = $2, revision = revision + 1, state = case when $3 then 'sent' else state end
        where invitation_id = $1
        """,
        invitation_id,
        version,
        asks_again,
    )


async def update_invitation_due(connection: Connection, *, invitation_id: UUID, due_on: date) -> None:
    await connection.execute("update invitation set due_on = $2 where invitation_id = $1", invitation_id, due_on)
