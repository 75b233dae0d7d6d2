"""Inquiries that the office has replied to or that are over, with what is still waited for."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.models import InquiryState


class OverItem(Struct, frozen=True, kw_only=True):
    """An inquiry that needs no more triage."""

    inquiry_id: UUID
    reference: str
    working_title: str
    sponsor_name: str
    state: InquiryState
    changed_at: datetime
    # Day by which the sponsor promised its decision, while that is not known; the region's clock.
    outcome_promised_on: date | None
    overdue: bool
    asked: int
    answered: int


class OfficeCounts(Struct, frozen=True, kw_only=True):
    """What waits for an office besides the queue."""

    tasks: int
    outcomes_overdue: int


async def select_over(
    connection: Connection, *, actor: Actor, replied: bool, now: datetime, offset: int, limit: int
) -> list[OverItem]:
    """List inquiries that are replied to (an overdue outcome first), or closed, declined and withdrawn (newest first).

    Units are counted within the actor's scope.
    """
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, w.working_title, s.name as sponsor_name, i.state,
               i.updated_at as changed_at, p.promised_on as outcome_promised_on,
               coalesce(p.promised_on < ($4 at time zone r.timezone)::date, false) as overdue, v.asked, v.answered
        from inquiry i
        join region r using (region_id)
        join sponsor s on s.sponsor_id = i.sponsor_id
        join inquiry_version w on w.inquiry_id = i.inquiry_id and w.version = i.version
        left join lateral (
            select max(o.promised_on) as promised_on from outcome_step o
            where o.inquiry_id = i.inquiry_id and i.state = 'replied') p on true
        cross join lateral (
            select count(*) filter (where v.state <> 'withdrawn') as asked,
                   count(*) filter (where v.state = 'answered') as answered
            from invitation v
            where v.inquiry_id = i.inquiry_id and ($1 = 'admin' or v.region_id = $2)) v
        where case when $3 then i.state = 'replied' else i.state in ('closed', 'declined', 'withdrawn') end
          and ($1 = 'admin'
               or ($1 = 'office'
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2)))
        order by case when $3 then p.promised_on end nulls last, i.updated_at desc, i.inquiry_id
        offset $5
        limit $6
        """,
        actor.role,
        actor.region_id,
        replied,
        now,
        offset,
        limit,
    )
    return msgspec.convert(records, list[OverItem])


async def select_office_counts(connection: Connection, *, actor: Actor, now: datetime) -> OfficeCounts:
    """Count open tasks and outcomes that sponsors owe, within the actor's scope."""
    record = await connection.fetchrow(
        """
        select (select count(*) from office_task t
                where t.done_at is null and ($1 = 'admin' or ($1 = 'office' and t.region_id = $2))) as tasks,
               (select count(*)
                from inquiry i
                join region r using (region_id)
                where i.state = 'replied'
                  and ($1 = 'admin'
                       or ($1 = 'office'
                           and exists (select from inquiry_region ir
                                       where ir.inquiry_id = i.inquiry_id and ir.region_id = $2)))
                  and (select max(o.promised_on) from outcome_step o where o.inquiry_id = i.inquiry_id)
                      < ($3 at time zone r.timezone)::date) as outcomes_overdue
        """,
        actor.role,
        actor.region_id,
        now,
    )
    return msgspec.convert(record, OfficeCounts)
