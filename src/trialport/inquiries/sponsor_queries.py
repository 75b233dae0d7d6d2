"""What a sponsor sees of her own inquiries: the list with what waits for her, and the course of one."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.models import InquiryState


class MyInquiry(Struct, frozen=True, kw_only=True):
    """One inquiry in its sponsor's list."""

    inquiry_id: UUID
    reference: str
    state: InquiryState
    working_title: str
    regions: tuple[str, ...]
    submitted_at: datetime
    promised_on: date
    paused_at: datetime | None
    open_questions: int
    outcome_promised_on: date | None


class CourseEvent(Struct, frozen=True, kw_only=True):
    """Something that happened to an inquiry; who did it stays with the office."""

    action: str
    happened_at: datetime


async def select_my_inquiries(
    connection: Connection, *, actor: Actor, before: UUID | None, limit: int
) -> list[MyInquiry]:
    """List the inquiries of the actor's sponsor, newest first."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, i.state, v.working_title, i.submitted_at, i.promised_on, i.paused_at,
               (select array_agg(r.name order by r.name) from inquiry_region ir join region r using (region_id)
                where ir.inquiry_id = i.inquiry_id) as regions,
               (select count(*) from question q
                where q.inquiry_id = i.inquiry_id and q.state = 'forwarded') as open_questions,
               (select min(o.promised_on) from outcome_step o
                where o.inquiry_id = i.inquiry_id) as outcome_promised_on
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        where i.sponsor_id = $1 and $2 = 'sponsor_contact' and ($3::uuid is null or i.inquiry_id < $3)
        order by i.inquiry_id desc
        limit $4
        """,
        actor.sponsor_id,
        actor.role,
        before,
        limit,
    )
    return msgspec.convert(records, list[MyInquiry])


async def select_my_inquiry(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> MyInquiry | None:
    """Read one inquiry of the actor's sponsor as it stands in the list."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, i.state, v.working_title, i.submitted_at, i.promised_on, i.paused_at,
               (select array_agg(r.name order by r.name) from inquiry_region ir join region r using (region_id)
                where ir.inquiry_id = i.inquiry_id) as regions,
               (select count(*) from question q
                where q.inquiry_id = i.inquiry_id and q.state = 'forwarded') as open_questions,
               (select min(o.promised_on) from outcome_step o
                where o.inquiry_id = i.inquiry_id) as outcome_promised_on
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        where i.inquiry_id = $1 and i.sponsor_id = $2
        """,
        inquiry_id,
        actor.sponsor_id,
    )
    return msgspec.convert(records[0], MyInquiry) if records else None


async def select_course(
    connection: Connection, *, actor: Actor, inquiry_id: UUID, actions: tuple[str, ...]
) -> list[CourseEvent]:
    """List what happened to an inquiry of the actor's sponsor, newest first; to be asked as the system."""
    records = await connection.fetch(
        """
        select e.action, e.happened_at
        from audit_event e
        join inquiry i on i.inquiry_id = e.object_id
        where e.object_id = $1 and e.action = any ($2::text[]) and i.sponsor_id = $3
        order by e.happened_at desc
        limit 200
        """,
        inquiry_id,
        list(actions),
        actor.sponsor_id,
    )
    return msgspec.convert(records, list[CourseEvent])


class MyCounts(Struct, frozen=True, kw_only=True):
    """How many drafts and inquiries a sponsor has, and how many wait for her: for words, or for a decision."""

    drafts: int
    under_way: int
    needs_information: int
    to_decide: int


async def count_my_inquiries(connection: Connection, *, actor: Actor) -> MyCounts:
    """Count what the actor's sponsor has under way."""
    record = await connection.fetchrow(
        """
        select (select count(*) from inquiry_draft d where d.sponsor_id = $1) as drafts,
               count(*) filter (where i.state not in ('replied', 'closed', 'declined', 'withdrawn')) as under_way,
               count(*) filter (where i.state = 'needs_information') as needs_information,
               count(*) filter (where i.state = 'replied') as to_decide
        from inquiry i
        where i.sponsor_id = $1 and $2 = 'sponsor_contact'
        """,
        actor.sponsor_id,
        actor.role,
    )
    return msgspec.convert(record, MyCounts)
