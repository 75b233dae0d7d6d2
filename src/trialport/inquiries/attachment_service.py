"""What happens with a file of an inquiry: attached, handed out, deleted.

Bytes flow past and never through a transaction: an upload checks, then stores, then checks again and writes its row.
An object without a row is removed, at once where we know of it and by a sweep where a process died.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import OpenTransaction, Transaction
from trialport.core.errors import NotFound, Problem, Refused
from trialport.core.object_store import ObjectStore
from trialport.inquiries import attachment_queries as queries
from trialport.inquiries import attachment_rules
from trialport.inquiries.attachment_intake import Arrived, Infected, Upload, new_key, take_in
from trialport.inquiries.attachment_models import AttachmentDetail
from trialport.inquiries.attachment_queries import AttachmentRow, ParentRow

_SWEPT_AT_ONCE = 200
# An upload may take long; an object without a row is an orphan only after this.
_ORPHAN_AFTER = timedelta(days=1)
_NOT_YOURS = "No such file of yours here."


async def attach_file(
    open_transaction: OpenTransaction,
    store: ObjectStore,
    settings: Settings,
    actor: Actor,
    inquiry_id: UUID,
    upload: Upload,
) -> AttachmentDetail:
    """Take in a file: stored, checked, scanned, then written down. Nothing is left of one that is refused.

    Raises NotFound, Refused where the state does not allow it, BadInput for a name, WrongMediaType for content that
    its name belies, TooLarge, Contradiction for a virus, Busy when the scanner does not answer.
    """
    file_name = attachment_rules.clean_file_name(upload.file_name)
    async with open_transaction() as tx:
        await _require_parent(tx, actor, inquiry_id)
    object_key = new_key()
    try:
        arrived = await _take_in(open_transaction, store, settings, actor, inquiry_id, upload, file_name, object_key)
        async with open_transaction() as tx:
            return await _write_down(tx, actor, inquiry_id, arrived)
    except (Problem, OSError, asyncio.CancelledError):
        # After any other failure the row may stand or not: the sweep finds out.
        await asyncio.shield(store.remove(object_key))
        raise


async def _take_in(
    open_transaction: OpenTransaction,
    store: ObjectStore,
    settings: Settings,
    actor: Actor,
    inquiry_id: UUID,
    upload: Upload,
    file_name: str,
    object_key: str,
) -> Arrived:
    limit = attachment_rules.size_limit(upload.kind, settings.attachment_bytes)
    try:
        return await take_in(store, settings, upload, file_name, object_key, limit=limit)
    except Infected as found:
        async with open_transaction() as tx:
            parent = await _require_parent(tx, actor, inquiry_id)
            await _record(tx, actor, parent.region_id, "attachment.infected", "inquiry", inquiry_id, found.sha256)
        raise


async def _write_down(tx: Transaction, actor: Actor, inquiry_id: UUID, arrived: Arrived) -> AttachmentDetail:
    # Looked at again: much may have happened while the bytes came.
    parent = await _require_parent(tx, actor, inquiry_id)
    attachment_id = await queries.insert_attachment(
        tx.connection,
        parent=parent,
        actor=actor,
        kind=arrived.kind,
        file_name=arrived.file_name,
        media_type=attachment_rules.MEDIA_TYPES[attachment_rules.ending_of(arrived.file_name)],
        size_bytes=arrived.size_bytes,
        sha256=arrived.sha256,
        object_key=arrived.object_key,
        scan_state=arrived.scan_state,
        held_back=attachment_rules.is_held_back(arrived.kind),
        most=attachment_rules.MOST_FILES,
        now=tx.now,
    )
    if attachment_id is None:
        raise Refused(f"An inquiry has at most {attachment_rules.MOST_FILES} files. Delete one first.")
    await _record(
        tx, actor, parent.region_id, "attachment.uploaded", "attachment", attachment_id, arrived.sha256, inquiry_id
    )
    return _detail(actor, await _find(tx, actor, inquiry_id, attachment_id))


async def take_over(tx: Transaction, actor: Actor, draft_id: UUID, inquiry_id: UUID) -> int:
    """Make the files of a draft those of the inquiry that was sent from it; returns how many."""
    parent = await queries.select_parent(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if parent is None:
        raise NotFound(_NOT_YOURS)
    moved = await queries.insert_attachments_of_draft(tx.connection, parent=parent, draft_id=draft_id)
    for attachment_id, sha256 in moved:
        await _record(
            tx, actor, parent.region_id, "attachment.uploaded", "attachment", attachment_id, sha256, inquiry_id
        )
    return len(moved)


async def list_attachments(tx: Transaction, actor: Actor, inquiry_id: UUID) -> tuple[AttachmentDetail, ...]:
    """Return the files of an inquiry; raises NotFound for one that is not the actor's."""
    if await queries.select_parent(tx.connection, actor=actor, inquiry_id=inquiry_id) is None:
        raise NotFound(_NOT_YOURS)
    rows = await queries.select_attachments(tx.connection, actor=actor, inquiry_id=inquiry_id)
    return tuple(_detail(actor, row) for row in rows)


async def open_attachment(
    open_transaction: OpenTransaction, store: ObjectStore, actor: Actor, inquiry_id: UUID, attachment_id: UUID
) -> tuple[AttachmentDetail, AsyncIterator[bytes]]:
    """Return a file and its bytes; the trace is written before the first byte leaves. Raises NotFound."""
    async with open_transaction() as tx:
        row = await _find(tx, actor, inquiry_id, attachment_id)
        # Opened here, so that a file whose bytes are gone leaves no trace of a download.
        chunks = await store.read(row.object_key)
        await _record(
            tx, actor, row.region_id, "attachment.downloaded", "attachment", attachment_id, row.sha256, inquiry_id
        )
    return _detail(actor, row), chunks


async def delete_attachment(tx: Transaction, actor: Actor, inquiry_id: UUID, attachment_id: UUID) -> None:
    """Delete a file: it is gone for everybody at once, its bytes with the next sweep.

    Raises NotFound, and Refused where the inquiry's state does not allow it.
    """
    row = await _find(tx, actor, inquiry_id, attachment_id)
    allowed = allowed_commands("attachment", actor.role, row.inquiry_state)
    if "delete" not in allowed:
        raise Refused(
            f"An inquiry in state `{row.inquiry_state}` does not allow its files to be deleted.",
            extra={"state": row.inquiry_state, "available_actions": list(allowed)},
        )
    if not await queries.update_attachment_deleted(
        tx.connection, inquiry_id=inquiry_id, attachment_id=attachment_id, now=tx.now
    ):
        raise NotFound(_NOT_YOURS)
    await _record(tx, actor, row.region_id, "attachment.deleted", "attachment", attachment_id, row.sha256, inquiry_id)


async def remove_deleted_objects(open_transaction: OpenTransaction, store: ObjectStore) -> int:
    """Remove the bytes of deleted files; returns how many. Safe to repeat and to run twice at a time."""
    async with open_transaction() as tx:
        found = await queries.select_deleted_objects(tx.connection, limit=_SWEPT_AT_ONCE)
    for _, object_key in found:
        await store.remove(object_key)
    async with open_transaction() as tx:
        await queries.update_objects_removed(tx.connection, attachment_ids=[one for one, _ in found], now=tx.now)
    return len(found)


async def remove_orphans(open_transaction: OpenTransaction, store: ObjectStore) -> int:
    """Remove objects of uploads that broke off with their process; returns how many."""
    async with open_transaction() as tx:
        before = tx.now - _ORPHAN_AFTER
    removed = await asyncio.to_thread(store.remove_unfinished, older_than=before)
    async for keys in store.keys(older_than=before):
        async with open_transaction() as tx:
            known = await queries.select_known_keys(tx.connection, object_keys=keys)
        for key in set(keys) - known:
            await store.remove(key)
            removed += 1
    return removed


async def _require_parent(tx: Transaction, actor: Actor, inquiry_id: UUID) -> ParentRow:
    parent = await queries.select_parent(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if parent is None:
        raise NotFound(_NOT_YOURS)
    allowed = allowed_commands("inquiry", actor.role, parent.state)
    if "attach" not in allowed:
        raise Refused(
            f"An inquiry in state `{parent.state}` takes no files.",
            extra={"state": parent.state, "available_actions": list(allowed)},
        )
    return parent


async def _find(tx: Transaction, actor: Actor, inquiry_id: UUID, attachment_id: UUID) -> AttachmentRow:
    row = await queries.select_attachment(
        tx.connection, actor=actor, inquiry_id=inquiry_id, attachment_id=attachment_id
    )
    if row is None:
        raise NotFound(_NOT_YOURS)
    return row


async def _record(
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    action: str,
    object_type: str,
    object_id: UUID,
    sha256: bytes,
    inquiry_id: UUID | None = None,
) -> None:
    # The name of a file may say what is confidential; its hash says which file it was.
    details = {"sha256": sha256.hex(), **({} if inquiry_id is None else {"inquiry_id": str(inquiry_id)})}
    await record_audit_event(
        tx, actor, action=action, object_type=object_type, object_id=object_id, region_id=region_id, details=details
    )


def _detail(actor: Actor, row: AttachmentRow) -> AttachmentDetail:
    return AttachmentDetail(
        attachment_id=row.attachment_id,
        inquiry_id=row.inquiry_id,
        kind=row.kind,
        file_name=row.file_name,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256.hex(),
        scan_state=row.scan_state,
        held_back=row.held_back,
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by,
        download_url=f"/api/v1/inquiries/{row.inquiry_id}/attachments/{row.attachment_id}",
        available_actions=allowed_commands("attachment", actor.role, row.inquiry_state),
    )
