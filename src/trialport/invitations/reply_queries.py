"""Table reply. A version that was sent is never changed; a correction is the next one."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection


class StoredReply(Struct, frozen=True, kw_only=True):
    """A reply as it was sent."""

    version: int
    newest_version: int
    note: str
    next_step: str | None
    next_step_on: date | None
    replied_at: datetime
    content: dict[str, Any]


async def insert_reply(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    region_id: UUID,
    content: dict[str, Any],
    note: str,
    next_step: str | None,
    next_step_on: date | None,
    now: datetime,
) -> int:
    """Store a reply as the inquiry's next version, which is returned."""
    version: int = await connection.fetchval(
        """
        insert into reply (inquiry_id, region_id, version, content, note, next_step, next_step_on, replied_at,
                           replied_by, actor_id)
        select $1, $2, 1 + coalesce(max(version), 0), $3, $4, $5, $6, $7, $8, $9 from reply where inquiry_id = $1
        returning version
        """,
        inquiry_id,
        region_id,
        content,
        note,
        next_step,
        next_step_on,
        now,
        actor.name,
        actor.actor_id,
    )
    return version


async def select_reply(connection: Connection, *, inquiry_id: UUID, version: int | None) -> StoredReply | None:
    """Read one version of a reply, None for the newest; the caller has checked that the inquiry is in scope."""
    record = await connection.fetchrow(
        """
        select version, max(version) over () as newest_version, note, next_step, next_step_on, replied_at, content
        from reply
        where inquiry_id = $1
        order by version = $2 desc nulls last, version desc
        limit 1
        """,
        inquiry_id,
        version,
    )
    found = None if record is None else msgspec.convert(record, StoredReply)
    return found if found is None or version in (None, found.version) else None


async def select_sponsor_questions(connection: Connection, *, inquiry_id: UUID) -> dict[int, tuple[str, ...]]:
    """Read the sponsor's questions to units in each version of an inquiry; run as the program."""
    records = await connection.fetch(
        """
        select v.version,
               coalesce(v.content #> '{answer,questions}', c.content #> '{answer,questions}', '[]') as questions
        from inquiry_version v
        join inquiry_confidential c using (inquiry_id, version)
        where v.inquiry_id = $1
        """,
        inquiry_id,
    )
    return {record["version"]: tuple(record["questions"]) for record in records}


async def select_answers_after_reply(connection: Connection, *, inquiry_id: UUID) -> list[UUID]:
    """Find the answers that came after the first reply; run as the program."""
    records = await connection.fetch(
        """
        select e.eoi_id
        from eoi e
        join invitation v using (invitation_id)
        join reply r on r.inquiry_id = v.inquiry_id and r.version = 1
        where v.inquiry_id = $1 and e.answered_at > r.replied_at
        """,
        inquiry_id,
    )
    return [record["eoi_id"] for record in records]
