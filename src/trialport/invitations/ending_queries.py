"""Table units_told: which units are told how an inquiry ended; run as the program."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.models import Decision

# How an inquiry is over, or what is told while the sponsor is silent.
Told = Literal["no_word", "closed", "declined", "withdrawn"]


class EndedInquiry(Struct, frozen=True, kw_only=True):
    """An inquiry that is over and whose units have not been told."""

    inquiry_id: UUID
    reference: str
    state: Told
    decision: Decision | None
    selected_unit_ids: tuple[UUID, ...]


class UnitToTell(Struct, frozen=True, kw_only=True):
    """A unit that was asked, and whom the mail goes to."""

    invitation_id: UUID
    region_id: UUID
    unit_id: UUID
    investigator_id: UUID
    email: str
    language: Language
    # Somebody who objected to being asked gets no mail.
    objected: bool


async def claim_ended(connection: Connection, *, limit: int) -> list[EndedInquiry]:
    """Take inquiries that are over and whose units wait for word, past those that another process has in hand."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, i.state, o.decision, coalesce(o.selected_unit_ids, '{}') as selected_unit_ids
        from inquiry i
        left join outcome o using (inquiry_id)
        where i.state in ('closed', 'declined', 'withdrawn')
          and exists (select from invitation v where v.inquiry_id = i.inquiry_id)
          and not exists (select from units_told t where t.inquiry_id = i.inquiry_id and t.ending = i.state)
        order by i.inquiry_id
        limit $1
        for update of i skip locked
        """,
        limit,
    )
    return msgspec.convert(records, list[EndedInquiry])


async def insert_units_told(connection: Connection, *, inquiry_id: UUID, ending: Told, now: datetime) -> bool:
    """Note that the units are told; False when they have been told this before."""
    status: str = await connection.execute(
        "insert into units_told (inquiry_id, ending, told_at) values ($1, $2, $3) on conflict do nothing",
        inquiry_id,
        ending,
        now,
    )
    return status.endswith(" 1")


async def select_units_to_tell(connection: Connection, *, inquiry_id: UUID) -> list[UnitToTell]:
    """Read every unit asked but those whose invitation was taken back before."""
    records = await connection.fetch(
        """
        select v.invitation_id, v.region_id, v.unit_id, i.investigator_id, i.email,
               coalesce(p.language, 'en') as language, i.objected_at is not null as objected
        from invitation v
        join investigator i on i.investigator_id = v.recipient_id
        left join person p on p.email = lower(i.email)
        where v.inquiry_id = $1 and v.state <> 'withdrawn'
        order by v.invitation_id
        """,
        inquiry_id,
    )
    return msgspec.convert(records, list[UnitToTell])


async def update_invitations_over(
    connection: Connection, *, inquiry_id: UUID, state: str, reason: str | None, now: datetime
) -> None:
    """End what still waits for an answer, and its reminders with it."""
    await connection.execute(
        """
        with over as (
            update invitation
            set state = $2, revision = revision + 1, withdrawn_reason = coalesce($3, withdrawn_reason)
            where inquiry_id = $1 and state in ('planned', 'sent', 'opened')
            returning invitation_id)
        update reminder
        set settled_at = $4, sent = false
        where settled_at is null and invitation_id in (select invitation_id from over)
        """,
        inquiry_id,
        state,
        reason,
        now,
    )
