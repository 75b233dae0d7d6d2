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


class UnitEnding(Struct, frozen=True, kw_only=True):
    """How the inquiry of one invitation ended, with what the sponsor tells the units."""

    inquiry: EndedInquiry
    note: str | None
    # When the sponsor decided, or the units were told; None while they have yet to be.
    ended_at: datetime | None


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


async def select_ending(connection: Connection, *, invitation_id: UUID) -> UnitEnding | None:
    """Read how the inquiry of an invitation ended; None while it goes on, or where the office took the invitation back.

    A sponsor's silence counts until it promises another day. Run as the program.
    """
    record = await connection.fetchrow(
        """
        select i.inquiry_id, i.reference, case when i.state = 'replied' then 'no_word' else i.state end as state,
               o.decision, coalesce(o.selected_unit_ids, '{}') as selected_unit_ids, o.note,
               coalesce(o.recorded_at, t.told_at) as ended_at
        from invitation v
        join inquiry i using (inquiry_id)
        left join outcome o using (inquiry_id)
        left join units_told t on t.inquiry_id = i.inquiry_id
            and t.ending = case when i.state = 'replied' then 'no_word' else i.state end
        where v.invitation_id = $1
          and (v.state <> 'withdrawn' or v.withdrawn_reason in ('inquiry_withdrawn', 'inquiry_declined'))
          and (i.state in ('closed', 'declined', 'withdrawn')
               or (i.state = 'replied' and t.told_at is not null
                   and not exists (select from outcome_step s
                                   where s.inquiry_id = i.inquiry_id and s.settled_at is null)))
        """,
        invitation_id,
    )
    if record is None:
        return None
    return UnitEnding(inquiry=msgspec.convert(record, EndedInquiry), note=record["note"], ended_at=record["ended_at"])


async def select_objects_of_inquiry(connection: Connection, *, inquiry_id: UUID) -> list[UUID]:
    """Return the ids of an inquiry, its invitations, answers and questions: what tasks of its office are about."""
    records = await connection.fetch(
        """
        select inquiry_id as object_id from inquiry where inquiry_id = $1
        union all
        select invitation_id from invitation where inquiry_id = $1
        union all
        select e.eoi_id from eoi e join invitation v using (invitation_id) where v.inquiry_id = $1
        union all
        select question_id from question where inquiry_id = $1
        """,
        inquiry_id,
    )
    return [record["object_id"] for record in records]


async def update_clocks_over(connection: Connection, *, inquiry_id: UUID, now: datetime) -> None:
    """Settle every reminder about an inquiry that is over, to units, heads and sponsor, as not sent."""
    await connection.execute(
        """
        with units as (
            update reminder
            set settled_at = $2, sent = false
            where settled_at is null
              and invitation_id in (select invitation_id from invitation where inquiry_id = $1)),
        heads as (
            update sign_off_step
            set settled_at = $2, sent = false
            where settled_at is null
              and eoi_id in (select e.eoi_id from eoi e join invitation v using (invitation_id)
                             where v.inquiry_id = $1))
        update outcome_step
        set settled_at = $2, sent = false
        where settled_at is null and inquiry_id = $1
        """,
        inquiry_id,
        now,
    )


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


async def update_invitations_over(connection: Connection, *, inquiry_id: UUID, state: str, reason: str | None) -> None:
    """End what still waits for an answer."""
    await connection.execute(
        """
        update invitation
        set state = $2, revision = revision + 1, withdrawn_reason = coalesce($3, withdrawn_reason)
        where inquiry_id = $1 and state in ('planned', 'sent', 'opened')
        """,
        inquiry_id,
        state,
        reason,
    )
