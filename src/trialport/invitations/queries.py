"""Tables invitation and reminder. An office reaches its region's, a unit's people their own unit's; nobody else any."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.ladder_rules import ReminderStep
from trialport.invitations.models import InvitationState, InvitationSummary
from trialport.units.models import ConfidentialityMode, UnitKind


class Reachable(Struct, frozen=True, kw_only=True):
    """A person at a unit who might be asked, and what speaks against it."""

    unit_id: UUID
    investigator_id: UUID
    email: str
    language: Language
    absent: bool
    # Invitations this month, and how many she allows; null stands for any number.
    asked_this_month: int
    allowed_a_month: int | None
    # Whom she stands in for as a delegate; None where she works at the unit herself.
    stands_for: UUID | None = None


class InvitationRow(Struct, frozen=True, kw_only=True):
    """An invitation with where it belongs."""

    invitation_id: UUID
    inquiry_id: UUID
    region_id: UUID
    country: str
    timezone: str
    confidentiality_mode: ConfidentialityMode
    site_id: UUID
    unit_id: UUID
    unit_name: str
    unit_kind: UnitKind
    reference: str
    version: int
    recipient_id: UUID
    state: InvitationState
    revision: int
    due_on: date
    invited_at: datetime


class LinkFacts(Struct, frozen=True, kw_only=True):
    """What a link to an invitation depends on."""

    inquiry_id: UUID
    inquiry_state: str
    reference: str
    unit_id: UUID
    unit_name: str
    unit_kind: UnitKind
    recipient_id: UUID
    # The head of unit, who is reminded too.
    head_id: UUID | None
    state: InvitationState
    due_on: date
    link_number: int


async def select_units_of_region(connection: Connection, *, unit_ids: Sequence[UUID], region_id: UUID) -> list[UUID]:
    records = await connection.fetch(
        "select unit_id from unit where unit_id = any ($1::uuid[]) and region_id = $2", unit_ids, region_id
    )
    return [record["unit_id"] for record in records]


async def select_unit_names(connection: Connection, *, unit_ids: Sequence[UUID]) -> dict[UUID, tuple[str, UnitKind]]:
    """Read what units are called, and their kind, from the public directory."""
    records = await connection.fetch("select unit_id, name, kind from unit where unit_id = any ($1::uuid[])", unit_ids)
    return {record["unit_id"]: (record["name"], record["kind"]) for record in records}


async def select_invited_units(connection: Connection, *, inquiry_id: UUID) -> list[UUID]:
    records = await connection.fetch("select unit_id from invitation where inquiry_id = $1", inquiry_id)
    return [record["unit_id"] for record in records]


async def lock_people(connection: Connection, *, unit_ids: Sequence[UUID]) -> None:
    """Hold everybody who might be asked at these units, so that two offices do not count her invitations at once."""
    await connection.execute(
        """
        select from investigator
        where investigator_id in (
            select p.investigator_id from position p where p.unit_id = any ($1::uuid[])
            union
            select d.delegate_id from position p join investigator_delegate d using (investigator_id)
            where p.unit_id = any ($1::uuid[]))
        order by investigator_id
        for no key update
        """,
        unit_ids,
    )


async def upsert_addressees(
    connection: Connection, *, invitation_ids: Sequence[UUID], investigator_ids: Sequence[UUID], now: datetime
) -> None:
    """Note whom invitations were sent to, in the order given; who is asked again later counts from then."""
    await connection.execute(
        """
        insert into invitation_addressee (invitation_id, investigator_id, asked_at)
        select invitation_id, investigator_id, $3
        from unnest($1::uuid[], $2::uuid[]) as one (invitation_id, investigator_id)
        on conflict (invitation_id, investigator_id) do update set asked_at = excluded.asked_at
        """,
        invitation_ids,
        investigator_ids,
        now,
    )


async def select_reachable(
    connection: Connection, *, unit_ids: Sequence[UUID], month_start: datetime, today: date
) -> list[Reachable]:
    """Read who works at these units, the head first, then by share of position; who objected is left out.

    Whoever is away comes with the delegates she named, in her place.
    """
    records = await connection.fetch(
        """
        with away as (
            select investigator_id from investigator_absence where $3 between first_day and last_day),
        asked as (
            select p.unit_id, p.is_head, p.share, p.investigator_id as place, p.investigator_id,
                   null::uuid as stands_for
            from position p
            where p.unit_id = any ($1::uuid[])
            union all
            select p.unit_id, p.is_head, p.share, p.investigator_id, d.delegate_id, p.investigator_id
            from position p
            join investigator_delegate d using (investigator_id)
            where p.unit_id = any ($1::uuid[]) and p.investigator_id in (select investigator_id from away))
        select asked.unit_id, i.investigator_id, i.email, coalesce(person.language, 'en') as language,
               i.investigator_id in (select investigator_id from away) as absent,
               (select count(*) from invitation_addressee a
                where a.investigator_id = i.investigator_id and a.asked_at >= $2) as asked_this_month,
               i.invitations_per_month as allowed_a_month, asked.stands_for
        from asked
        join investigator i using (investigator_id)
        left join person on person.email = lower(i.email)
        where i.objected_at is null
        order by asked.unit_id, asked.is_head desc, asked.share desc, asked.place, asked.stands_for nulls first,
                 i.investigator_id
        """,
        unit_ids,
        month_start,
        today,
    )
    return msgspec.convert(records, list[Reachable])


async def insert_invitation(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    region_id: UUID,
    unit_id: UUID,
    reference: str,
    version: int,
    recipient_id: UUID,
    due_on: date,
    now: datetime,
) -> UUID | None:
    """Invite a unit; None when it has been invited before."""
    made: UUID | None = await connection.fetchval(
        """
        insert into invitation
            (inquiry_id, region_id, unit_id, reference, version, recipient_id, state, due_on, invited_at, invited_by,
             actor_id)
        values ($1, $2, $3, $4, $5, $6, 'sent', $7, $8, $9, $10)
        on conflict (inquiry_id, unit_id) do nothing
        returning invitation_id
        """,
        inquiry_id,
        region_id,
        unit_id,
        reference,
        version,
        recipient_id,
        due_on,
        now,
        actor.name,
        actor.actor_id,
    )
    return made


async def upsert_reminders(
    connection: Connection, *, invitation_id: UUID, steps: Mapping[ReminderStep, datetime]
) -> None:
    """Set when the steps named are due; one that was settled waits again."""
    await connection.execute(
        """
        insert into reminder (invitation_id, step, due_at)
        select $1, step, due_at from unnest($2::text[], $3::timestamptz[]) as s (step, due_at)
        on conflict (invitation_id, step) do update
        set due_at = excluded.due_at, settled_at = null, sent = null, message_id = null
        """,
        invitation_id,
        list(steps),
        list(steps.values()),
    )


async def select_link_facts(connection: Connection, *, invitation_id: UUID) -> LinkFacts | None:
    """Read what a link depends on; run as the program, which writes the mails."""
    record = await connection.fetchrow(
        """
        select v.inquiry_id, q.state as inquiry_state, v.reference, v.unit_id, u.name as unit_name,
               u.kind as unit_kind, v.recipient_id,
               (select p.investigator_id from position p
                where p.unit_id = v.unit_id and p.is_head
                order by p.investigator_id
                limit 1) as head_id,
               v.state, v.due_on, v.link_number
        from invitation v
        join unit u using (unit_id)
        join inquiry q using (inquiry_id)
        where v.invitation_id = $1
        """,
        invitation_id,
    )
    return None if record is None else msgspec.convert(record, LinkFacts)


async def lock_invitation(connection: Connection, *, invitation_id: UUID) -> None:
    """Hold an invitation until the end of the transaction: two answers, or an answer and a withdrawal, take turns."""
    await connection.execute("select from invitation where invitation_id = $1 for update", invitation_id)


async def select_inquiry_state(connection: Connection, *, inquiry_id: UUID) -> str:
    """Return the state of an inquiry; run as the program."""
    state: str = await connection.fetchval("select state from inquiry where inquiry_id = $1", inquiry_id)
    return state


async def select_invitation(connection: Connection, *, actor: Actor, invitation_id: UUID) -> InvitationRow | None:
    """Read an invitation in the actor's scope."""
    record = await connection.fetchrow(
        """
        select v.invitation_id, v.inquiry_id, v.region_id, r.country, r.timezone, r.confidentiality_mode, u.site_id,
               v.unit_id, u.name as unit_name, u.kind as unit_kind, v.reference, v.version, v.recipient_id, v.state,
               v.revision, v.due_on, v.invited_at
        from invitation v
        join unit u using (unit_id)
        join region r on r.region_id = v.region_id
        where v.invitation_id = $4
          and ($5::uuid is null or v.invitation_id = $5)
          and ($1 = 'admin'
               or ($1 = 'office' and v.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = v.unit_id and p.investigator_id = $3)))
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        invitation_id,
        actor.invitation_id,
    )
    return None if record is None else msgspec.convert(record, InvitationRow)


async def select_invitations(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID | None,
    state: str | None,
    before: UUID | None,
    limit: int,
) -> list[InvitationSummary]:
    """List invitations in the actor's scope, newest first."""
    records = await connection.fetch(
        """
        select v.invitation_id, v.inquiry_id, v.reference, v.unit_id, u.name as unit_name, v.state, v.due_on,
               e.answer, (e.content ->> 'participants')::integer as participants, e.late,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval
        from invitation v
        join unit u using (unit_id)
        left join lateral (
            select eoi_id, answer, content, late from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1) e on true
        left join sign_off o on o.eoi_id = e.eoi_id
        where ($1 = 'admin'
               or ($1 = 'office' and v.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = v.unit_id and p.investigator_id = $3)))
          and ($4::uuid is null or v.inquiry_id = $4)
          and ($5::text is null or v.state = $5)
          and ($6::uuid is null or v.invitation_id < $6)
        order by v.invitation_id desc
        limit $7
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        inquiry_id,
        state,
        before,
        limit,
    )
    return msgspec.convert(records, list[InvitationSummary])


async def update_invitation_state(
    connection: Connection, *, invitation_id: UUID, state: str, now: datetime, reason: str | None = None
) -> None:
    """Move an invitation on; its first opening and its first answer keep their times."""
    await connection.execute(
        """
        update invitation
        set state = $2, revision = revision + 1,
            opened_at = case when $2 = 'opened' then coalesce(opened_at, $3) else opened_at end,
            answered_at = case when $2 = 'answered' then coalesce(answered_at, $3) else answered_at end,
            withdrawn_reason = coalesce($4, withdrawn_reason)
        where invitation_id = $1
        """,
        invitation_id,
        state,
        now,
        reason,
    )


async def count_open_invitations(connection: Connection, *, inquiry_id: UUID) -> int:
    """Count the units that have been asked and have not answered yet; `not_me` is no answer of the unit."""
    count: int = await connection.fetchval(
        """
        select count(*) from invitation v
        where v.inquiry_id = $1
          and (v.state in ('planned', 'sent', 'opened')
               or (v.state = 'answered'
                   and (select answer from eoi
                        where eoi.invitation_id = v.invitation_id
                        order by revision desc
                        limit 1) = 'not_me'))
        """,
        inquiry_id,
    )
    return count
