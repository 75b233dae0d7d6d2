"""Table inquiry_draft: what sponsors have typed and not sent. Its content is confidential and never logged."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection


class DraftRow(Struct, frozen=True, kw_only=True):
    """One draft as typed, field by field."""

    draft_id: UUID
    inquiry_id: UUID | None
    inquiry_version: int | None
    content: dict[str, str]
    step: str
    revision: int
    updated_at: datetime


class DraftSummary(Struct, frozen=True, kw_only=True):
    """One draft in a list."""

    draft_id: UUID
    inquiry_id: UUID | None
    reference: str | None
    working_title: str
    step: str
    updated_at: datetime


async def insert_draft(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID | None,
    inquiry_version: int | None,
    content: dict[str, str],
    step: str,
    now: datetime,
) -> UUID | None:
    """Begin a draft; None where somebody has begun one for the same inquiry."""
    draft_id: UUID | None = await connection.fetchval(
        """
        insert into inquiry_draft
            (sponsor_id, person_id, inquiry_id, inquiry_version, content, step, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $7)
        on conflict (inquiry_id) do nothing
        returning draft_id
        """,
        actor.sponsor_id,
        actor.person_id,
        inquiry_id,
        inquiry_version,
        content,
        step,
        now,
    )
    return draft_id


async def select_draft(connection: Connection, *, actor: Actor, draft_id: UUID) -> DraftRow | None:
    """Read a draft of the actor's sponsor."""
    record = await connection.fetchrow(
        """
        select draft_id, inquiry_id, inquiry_version, content, step, revision, updated_at
        from inquiry_draft
        where draft_id = $1 and sponsor_id = $2
        """,
        draft_id,
        actor.sponsor_id,
    )
    return None if record is None else msgspec.convert(record, DraftRow)


async def lock_draft(connection: Connection, *, actor: Actor, draft_id: UUID) -> DraftRow | None:
    """Read a draft and keep others from it until the end of the transaction."""
    record = await connection.fetchrow(
        """
        select draft_id, inquiry_id, inquiry_version, content, step, revision, updated_at
        from inquiry_draft
        where draft_id = $1 and sponsor_id = $2
        for update
        """,
        draft_id,
        actor.sponsor_id,
    )
    return None if record is None else msgspec.convert(record, DraftRow)


async def select_draft_of_inquiry(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> UUID | None:
    """Find the change of an inquiry that somebody of the actor's sponsor has begun."""
    draft_id: UUID | None = await connection.fetchval(
        "select draft_id from inquiry_draft where inquiry_id = $1 and sponsor_id = $2", inquiry_id, actor.sponsor_id
    )
    return draft_id


async def select_drafts(connection: Connection, *, actor: Actor, limit: int) -> list[DraftSummary]:
    """List the drafts of the actor's sponsor, the last written first."""
    records = await connection.fetch(
        """
        select d.draft_id, d.inquiry_id, i.reference, d.step, d.updated_at,
               coalesce(d.content ->> 'identity.working_title', '') as working_title
        from inquiry_draft d
        left join inquiry i using (inquiry_id)
        where d.sponsor_id = $1
        order by d.updated_at desc
        limit $2
        """,
        actor.sponsor_id,
        limit,
    )
    return msgspec.convert(records, list[DraftSummary])


async def update_draft(
    connection: Connection,
    *,
    draft_id: UUID,
    revision: int,
    content: dict[str, str],
    step: str,
    inquiry_version: int | None,
    now: datetime,
) -> int | None:
    """Keep what was typed; returns the new revision, None when another change came first."""
    changed: int | None = await connection.fetchval(
        """
        update inquiry_draft
        set content = $3, step = $4, inquiry_version = $5, updated_at = $6, revision = revision + 1
        where draft_id = $1 and revision = $2
        returning revision
        """,
        draft_id,
        revision,
        content,
        step,
        inquiry_version,
        now,
    )
    return changed


async def update_draft_touched(connection: Connection, *, draft_id: UUID, step: str, now: datetime) -> None:
    """Note that somebody worked on a draft beside what is typed; what others see of it stays as it is."""
    await connection.execute(
        "update inquiry_draft set step = $2, updated_at = $3 where draft_id = $1", draft_id, step, now
    )


async def delete_draft(connection: Connection, *, actor: Actor, draft_id: UUID) -> None:
    await connection.execute(
        "delete from inquiry_draft where draft_id = $1 and sponsor_id = $2", draft_id, actor.sponsor_id
    )


async def update_drafts_forgotten(connection: Connection) -> int:
    """Take the contact out of drafts that erased people began; returns how many. Unscoped: only for the worker."""
    status: str = await connection.execute(
        """
        update inquiry_draft d
        set person_id = null, revision = revision + 1,
            content = content - array['who.contact.name', 'who.contact.email', 'who.contact.phone']
        from person p
        where p.person_id = d.person_id and p.erased_at is not null
        """
    )
    return int(status.rpartition(" ")[2])


async def delete_old_drafts(connection: Connection, *, before: datetime) -> None:
    """Forget drafts that nobody has written in since a time. Unscoped: only for the worker."""
    await connection.execute("delete from inquiry_draft where updated_at < $1", before)
