"""Table attachment: files of inquiries. Each statement asks for the file, its inquiry and the viewer's scope at once.

A sponsor's contact reaches the files of her own sponsor's inquiries, an office those of inquiries that ask its
region, an admin all; other roles none.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.attachment_models import AttachmentKind, ScanState
from trialport.inquiries.models import InquiryState


class ParentRow(Struct, frozen=True, kw_only=True):
    """The inquiry that files belong to."""

    inquiry_id: UUID
    region_id: UUID
    sponsor_id: UUID
    state: InquiryState


class AttachmentRow(Struct, frozen=True, kw_only=True):
    """A file, and the state of the inquiry that it belongs to."""

    attachment_id: UUID
    inquiry_id: UUID
    region_id: UUID
    kind: AttachmentKind
    file_name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    object_key: str
    scan_state: ScanState
    held_back: bool
    uploaded_at: datetime
    uploaded_by: str
    inquiry_state: InquiryState


async def select_parent(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> ParentRow | None:
    """Find the inquiry, if it is in the actor's scope."""
    record = await connection.fetchrow(
        """
        select i.inquiry_id, i.region_id, i.sponsor_id, i.state
        from inquiry i
        where i.inquiry_id = $4
          and ($1 = 'admin'
               or ($1 = 'office'
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2))
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3))
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        inquiry_id,
    )
    return None if record is None else msgspec.convert(record, ParentRow)


async def select_attachments(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> list[AttachmentRow]:
    """List the files of an inquiry in the actor's scope, the oldest first."""
    records = await connection.fetch(
        """
        select a.attachment_id, a.inquiry_id, a.region_id, a.kind, a.file_name, a.media_type, a.size_bytes,
               a.sha256, a.object_key, a.scan_state, a.held_back, a.uploaded_at, a.uploaded_by,
               i.state as inquiry_state
        from attachment a
        join inquiry i on i.inquiry_id = a.inquiry_id
        where a.inquiry_id = $4 and a.deleted_at is null
          and ($1 = 'admin'
               or ($1 = 'office'
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2))
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3))
        order by a.attachment_id
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        inquiry_id,
    )
    return _rows(records)


async def select_attachment(
    connection: Connection, *, actor: Actor, inquiry_id: UUID, attachment_id: UUID
) -> AttachmentRow | None:
    """Find a file by its own id and its inquiry's, if the actor reaches the inquiry and it was not deleted."""
    records = await connection.fetch(
        """
        select a.attachment_id, a.inquiry_id, a.region_id, a.kind, a.file_name, a.media_type, a.size_bytes,
               a.sha256, a.object_key, a.scan_state, a.held_back, a.uploaded_at, a.uploaded_by,
               i.state as inquiry_state
        from attachment a
        join inquiry i on i.inquiry_id = a.inquiry_id
        where a.attachment_id = $5 and a.inquiry_id = $4 and a.deleted_at is null
          and ($1 = 'admin'
               or ($1 = 'office'
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2))
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3))
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        inquiry_id,
        attachment_id,
    )
    return next(iter(_rows(records)), None)


async def insert_attachment(
    connection: Connection,
    *,
    parent: ParentRow,
    actor: Actor,
    kind: str,
    file_name: str,
    media_type: str,
    size_bytes: int,
    sha256: bytes,
    object_key: str,
    scan_state: str,
    held_back: bool,
    most: int,
    now: datetime,
) -> UUID | None:
    """Store a file's row; None when the inquiry has `most` files. Uploaders are named by role and id, not by name."""
    attachment_id: UUID | None = await connection.fetchval(
        """
        insert into attachment
            (region_id, sponsor_id, inquiry_id, kind, file_name, media_type, size_bytes, sha256, object_key,
             scan_state, held_back, uploaded_at, uploaded_by, actor_id)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
        where (select count(*) from attachment a where a.inquiry_id = $3 and a.deleted_at is null) < $15
        returning attachment_id
        """,
        parent.region_id,
        parent.sponsor_id,
        parent.inquiry_id,
        kind,
        file_name,
        media_type,
        size_bytes,
        sha256,
        object_key,
        scan_state,
        held_back,
        now,
        actor.role,
        actor.actor_id,
        most,
    )
    return attachment_id


async def insert_attachments_of_draft(
    connection: Connection, *, parent: ParentRow, draft_id: UUID
) -> list[tuple[UUID, bytes]]:
    """Move the files of a draft to its inquiry; returns each with its hash. What was taken out stays behind."""
    records = await connection.fetch(
        """
        with moved as (
            delete from draft_attachment d
            where d.draft_id = $4 and d.sponsor_id = $2 and d.removed_at is null
            returning d.draft_attachment_id, d.kind, d.file_name, d.media_type, d.size_bytes, d.sha256, d.object_key,
                      d.scan_state, d.held_back, d.uploaded_at, d.uploaded_by, d.actor_id
        )
        insert into attachment
            (region_id, sponsor_id, inquiry_id, kind, file_name, media_type, size_bytes, sha256, object_key,
             scan_state, held_back, uploaded_at, uploaded_by, actor_id)
        select $1, $2, $3, m.kind, m.file_name, m.media_type, m.size_bytes, m.sha256, m.object_key,
               m.scan_state, m.held_back, m.uploaded_at, m.uploaded_by, m.actor_id
        from moved m
        order by m.draft_attachment_id
        returning attachment_id, sha256
        """,
        parent.region_id,
        parent.sponsor_id,
        parent.inquiry_id,
        draft_id,
    )
    return [(record["attachment_id"], record["sha256"]) for record in records]


async def update_attachment_deleted(
    connection: Connection, *, inquiry_id: UUID, attachment_id: UUID, now: datetime
) -> int:
    """Mark a file as deleted; returns the number of rows, 0 when somebody was faster."""
    status: str = await connection.execute(
        "update attachment set deleted_at = $3 where attachment_id = $1 and inquiry_id = $2 and deleted_at is null",
        attachment_id,
        inquiry_id,
        now,
    )
    return int(status.rpartition(" ")[2])


async def select_deleted_objects(connection: Connection, *, limit: int) -> list[tuple[UUID, str]]:
    """Find deleted files whose bytes are still there. Unscoped: only for the worker."""
    records = await connection.fetch(
        """
        select attachment_id, object_key
        from attachment
        where deleted_at is not null and object_removed_at is null
        order by deleted_at
        limit $1
        """,
        limit,
    )
    return [(record["attachment_id"], record["object_key"]) for record in records]


async def update_objects_removed(connection: Connection, *, attachment_ids: Sequence[UUID], now: datetime) -> None:
    """Note that the bytes of deleted files are gone."""
    await connection.execute(
        """
        update attachment
        set object_removed_at = $2
        where attachment_id = any ($1::uuid[]) and deleted_at is not null
        """,
        attachment_ids,
        now,
    )


async def select_known_keys(connection: Connection, *, object_keys: Sequence[str]) -> set[str]:
    """Return which of these keys belong to a file, of an inquiry or a draft. Unscoped: only for the worker."""
    # One statement, because a file goes from one table to the other when its draft is sent.
    records = await connection.fetch(
        """
        select object_key from attachment where object_key = any ($1::text[])
        union all
        select object_key from draft_attachment where object_key = any ($1::text[])
        """,
        object_keys,
    )
    return {record["object_key"] for record in records}


def _rows(records: Sequence[Any]) -> list[AttachmentRow]:
    # The driver hands bytea out as bytes, which msgspec would take for base64 text.
    return [AttachmentRow(**{name: record[name] for name in AttachmentRow.__struct_fields__}) for record in records]
