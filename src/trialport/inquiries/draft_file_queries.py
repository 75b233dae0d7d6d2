"""Table draft_attachment: files of inquiries that are not sent yet, in the scope of the sponsor who writes them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.attachment_intake import Arrived
from trialport.inquiries.attachment_models import AttachmentKind


class DraftFile(Struct, frozen=True, kw_only=True):
    """One file of a draft; its name may say what is confidential. `is_sent`: it belongs to the inquiry already."""

    file_id: UUID
    kind: AttachmentKind
    file_name: str
    size_bytes: int
    uploaded_at: datetime
    is_removed: bool
    is_sent: bool


async def select_draft_files(connection: Connection, *, actor: Actor, draft_id: UUID) -> list[DraftFile]:
    """List the files of a draft of the actor's sponsor: those of the inquiry that it changes, then its own."""
    records = await connection.fetch(
        """
        select a.attachment_id as file_id, a.kind, a.file_name, a.size_bytes, a.uploaded_at, false as is_removed,
               true as is_sent
        from attachment a
        join inquiry_draft d on d.inquiry_id = a.inquiry_id
        where d.draft_id = $1 and d.sponsor_id = $2 and a.deleted_at is null
        union all
        select f.draft_attachment_id, f.kind, f.file_name, f.size_bytes, f.uploaded_at, f.removed_at is not null, false
        from draft_attachment f
        where f.draft_id = $1 and f.sponsor_id = $2
        order by is_sent desc, uploaded_at, file_id
        """,
        draft_id,
        actor.sponsor_id,
    )
    return [DraftFile(**dict(record)) for record in records]


async def insert_draft_file(
    connection: Connection,
    *,
    actor: Actor,
    draft_id: UUID,
    arrived: Arrived,
    media_type: str,
    held_back: bool,
    most: int,
    now: datetime,
) -> str | None:
    """Store a file's row; returns the key its bytes lie under, None when draft and inquiry have `most` files.

    A file that is there already keeps its bytes, takes the new name and kind, and is no longer taken out.
    """
    object_key: str | None = await connection.fetchval(
        """
        insert into draft_attachment
            (draft_id, sponsor_id, kind, file_name, media_type, size_bytes, sha256, object_key, scan_state, held_back,
             uploaded_at, uploaded_by, actor_id)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
        where (select count(*) from draft_attachment f
               where f.draft_id = $1 and f.removed_at is null and f.sha256 <> $7)
            + (select count(*) from attachment a join inquiry_draft d on d.inquiry_id = a.inquiry_id
               where d.draft_id = $1 and a.deleted_at is null) < $14
        on conflict (draft_id, sha256) do update
        set kind = excluded.kind, file_name = excluded.file_name, media_type = excluded.media_type,
            held_back = excluded.held_back, removed_at = null
        returning object_key
        """,
        draft_id,
        actor.sponsor_id,
        arrived.kind,
        arrived.file_name,
        media_type,
        arrived.size_bytes,
        arrived.sha256,
        arrived.object_key,
        arrived.scan_state,
        held_back,
        now,
        actor.role,
        actor.actor_id,
        most,
    )
    return object_key


async def update_draft_file_removed(
    connection: Connection, *, actor: Actor, draft_id: UUID, file_id: UUID, removed_at: datetime | None
) -> bytes | None:
    """Take a file out of a draft, or put it back; returns its hash, None where it is no file of this draft."""
    sha256: bytes | None = await connection.fetchval(
        """
        update draft_attachment
        set removed_at = $4
        where draft_attachment_id = $3 and draft_id = $1 and sponsor_id = $2
        returning sha256
        """,
        draft_id,
        actor.sponsor_id,
        file_id,
        removed_at,
    )
    return sha256
