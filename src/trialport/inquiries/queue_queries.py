"""The queue of open inquiries, read across the tables of what it shows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.queue_models import QueueRow
from trialport.units.models import ConfidentialityMode


class QueueContent(Struct, frozen=True, kw_only=True):
    """What the queue tells of an inquiry, and what its completeness is found from."""

    inquiry_id: UUID
    reference: str
    working_title: str
    confidentiality_mode: ConfidentialityMode
    content: dict[str, Any]
    confidential: dict[str, Any]


async def select_queue(
    connection: Connection, *, actor: Actor, state: str | None, therapy_area: str | None, person_id: UUID | None
) -> list[QueueRow]:
    """Read every open inquiry in the actor's scope; units are counted within it, the calendar is the receiver's."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.region_id, r.country, r.timezone, i.state, i.submitted_at, i.promised_on, i.paused_at,
               coalesce(q.periods, '[]') as quiet_periods, a.therapy_areas is not null as is_assessed,
               coalesce(a.therapy_areas, '{}') as therapy_areas, v.asked, v.answered, v.waiting,
               s.person_id as assigned_to
        from inquiry i
        join region r using (region_id)
        left join lateral (
            select periods from region_quiet_period q
            where q.region_id = i.region_id
            order by q.version desc
            limit 1) q on true
        left join lateral (
            select array(select area ->> 'code'
                         from jsonb_array_elements(coalesce(a.reading -> 'therapy_areas', '[]')) area) as therapy_areas
            from assessment a
            where a.inquiry_id = i.inquiry_id and a.version = i.version
            order by a.run desc
            limit 1) a on true
        cross join lateral (
            select count(*) filter (where v.state <> 'withdrawn') as asked,
                   count(*) filter (where v.state = 'answered') as answered,
                   count(*) filter (where v.state in ('planned', 'sent', 'opened')) as waiting
            from invitation v
            where v.inquiry_id = i.inquiry_id and ($1 = 'admin' or v.region_id = $2)) v
        left join assignment s on s.inquiry_id = i.inquiry_id and s.region_id = coalesce($2, i.region_id)
        where i.state in ('submitted', 'in_triage', 'needs_information', 'inviting', 'collating')
          and ($1 = 'admin'
               or ($1 = 'office'
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2)))
          and ($3::text is null or i.state = $3)
          and ($4::text is null or $4 = any (a.therapy_areas))
          and ($5::uuid is null or s.person_id = $5)
        """,
        actor.role,
        actor.region_id,
        state,
        therapy_area,
        person_id,
    )
    return msgspec.convert(records, list[QueueRow])


async def select_queue_contents(
    connection: Connection, *, actor: Actor, inquiry_ids: Sequence[UUID]
) -> dict[UUID, QueueContent]:
    """Read what the queue tells of some inquiries in the actor's scope."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, v.working_title, r.confidentiality_mode, v.content,
               c.content as confidential
        from inquiry i
        join region r using (region_id)
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        join inquiry_confidential c on c.inquiry_id = i.inquiry_id and c.version = i.version
        where i.inquiry_id = any ($3::uuid[])
          and ($1 = 'admin'
               or ($1 = 'office'
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2)))
        """,
        actor.role,
        actor.region_id,
        inquiry_ids,
    )
    return {one.inquiry_id: one for one in msgspec.convert(records, list[QueueContent])}
