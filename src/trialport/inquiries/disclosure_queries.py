"""Table disclosure, and the diary number of an inquiry.

A record is kept by the region that received the inquiry: its office and an admin reach it here, nobody else.
None of these statements reads a confidential value.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.disclosure_models import DisclosureEntry, RecordRow


async def select_record(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> RecordRow | None:
    """Read what is not confidential of an inquiry that the actor's region received, and which fields are."""
    record = await connection.fetchrow(
        """
        select i.inquiry_id, i.region_id, i.reference, i.state, i.diary_number, i.version, i.submitted_at,
               v.content, v.confidential_fields,
               (select coalesce(array_agg(g.name || '.' || f.name order by g.name, f.name), '{}')
                from inquiry_confidential c, jsonb_each(c.content) as g (name, fields),
                     jsonb_object_keys(g.fields) as f (name)
                where c.inquiry_id = i.inquiry_id and c.version = i.version) as filled
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        where i.inquiry_id = $3
          and ($1 = 'admin' or ($1 = 'office' and i.region_id = $2))
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
    )
    return None if record is None else msgspec.convert(record, RecordRow)


async def update_diary_number(connection: Connection, *, inquiry_id: UUID, diary_number: str) -> None:
    await connection.execute("update inquiry set diary_number = $2 where inquiry_id = $1", inquiry_id, diary_number)


async def insert_disclosure(
    connection: Connection,
    *,
    actor: Actor,
    region_id: UUID,
    inquiry_id: UUID,
    diary_number: str,
    withheld_fields: tuple[str, ...],
    note: str,
    now: datetime,
) -> UUID:
    disclosure_id: UUID = await connection.fetchval(
        """
        insert into disclosure
            (region_id, inquiry_id, diary_number, withheld_fields, note, disclosed_at, disclosed_by, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        returning disclosure_id
        """,
        region_id,
        inquiry_id,
        diary_number,
        withheld_fields,
        note,
        now,
        actor.name,
        actor.actor_id,
    )
    return disclosure_id


async def select_disclosures(
    connection: Connection, *, actor: Actor, diary_number: str | None, before: UUID | None, limit: int
) -> list[DisclosureEntry]:
    """List disclosures of the actor's region, newest first."""
    records = await connection.fetch(
        """
        select d.disclosure_id, d.inquiry_id, i.reference, d.diary_number, d.withheld_fields, d.note,
               d.disclosed_at, d.disclosed_by
        from disclosure d
        join inquiry i using (inquiry_id)
        where ($1 = 'admin' or ($1 = 'office' and d.region_id = $2))
          and ($3::text is null or d.diary_number = $3)
          and ($4::uuid is null or d.disclosure_id < $4)
        order by d.disclosure_id desc
        limit $5
        """,
        actor.role,
        actor.region_id,
        diary_number,
        before,
        limit,
    )
    return msgspec.convert(records, list[DisclosureEntry])
