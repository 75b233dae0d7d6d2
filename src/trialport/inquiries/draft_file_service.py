"""Files of an inquiry in the making: taken in, taken out, put back; on sending they become those of the inquiry."""

import asyncio
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import OpenTransaction, Transaction
from trialport.core.errors import NotFound, Problem, Refused
from trialport.core.object_store import ObjectStore
from trialport.inquiries import attachment_rules, draft_queries, draft_service
from trialport.inquiries import draft_file_queries as queries
from trialport.inquiries.attachment_intake import Arrived, Infected, Upload, new_key, take_in
from trialport.inquiries.attachment_models import AttachmentKind
from trialport.inquiries.draft_fields import FILES
from trialport.inquiries.draft_file_queries import DraftFile

# A form is spooled before it is looked at: larger files go by the API, which counts while they come (bytes).
MOST_BYTES = 50_000_000


class TooMany(Refused):
    """There is no place for another file."""


def size_limit(kind: AttachmentKind, settings: Settings) -> int:
    """Return the largest file of a kind that a form takes (bytes)."""
    return attachment_rules.size_limit(kind, min(settings.attachment_bytes, MOST_BYTES))


async def list_files(tx: Transaction, actor: Actor, draft_id: UUID) -> list[DraftFile]:
    """Return the files of a draft, those first that the inquiry has already."""
    return await queries.select_draft_files(tx.connection, actor=actor, draft_id=draft_id)


async def add_file(
    open_transaction: OpenTransaction,
    store: ObjectStore,
    settings: Settings,
    actor: Actor,
    draft_id: UUID,
    upload: Upload,
) -> None:
    """Take in a file for a draft. Nothing is left of one that is refused; one that is there already stays one.

    Raises NotFound, Contradiction for a name, Empty, WrongMediaType, TooLarge, Infected, TooMany, Busy.
    """
    file_name = attachment_rules.clean_file_name(upload.file_name)
    async with open_transaction() as tx:
        await draft_service.read_draft(tx, actor, draft_id)
    object_key = new_key()
    try:
        arrived = await _take_in(open_transaction, store, settings, actor, draft_id, upload, file_name, object_key)
        async with open_transaction() as tx:
            kept = await _write_down(tx, actor, draft_id, arrived)
    except (Problem, OSError, asyncio.CancelledError):
        # After any other failure the row may stand or not: the sweep finds out.
        await asyncio.shield(store.remove(object_key))
        raise
    if kept != object_key:
        await store.remove(object_key)


async def remove_file(tx: Transaction, actor: Actor, draft_id: UUID, file_id: UUID, *, is_removed: bool) -> None:
    """Take a file out of a draft, or put it back; raises NotFound."""
    await draft_service.read_draft(tx, actor, draft_id, to_write=True)
    removed_at = tx.now if is_removed else None
    sha256 = await queries.update_draft_file_removed(
        tx.connection, actor=actor, draft_id=draft_id, file_id=file_id, removed_at=removed_at
    )
    if sha256 is None:
        raise NotFound("No such file of this draft. It may have been sent.")
    await _record(tx, actor, draft_id, "file_removed" if is_removed else "file_added", sha256)


async def _take_in(
    open_transaction: OpenTransaction,
    store: ObjectStore,
    settings: Settings,
    actor: Actor,
    draft_id: UUID,
    upload: Upload,
    file_name: str,
    object_key: str,
) -> Arrived:
    limit = size_limit(upload.kind, settings)
    try:
        return await take_in(store, settings, upload, file_name, object_key, limit=limit)
    except Infected as found:
        async with open_transaction() as tx:
            await _record(tx, actor, draft_id, "file_infected", found.sha256)
        raise


async def _write_down(tx: Transaction, actor: Actor, draft_id: UUID, arrived: Arrived) -> str:
    # Looked at again: it may have been sent or discarded while the bytes came.
    await draft_service.read_draft(tx, actor, draft_id, to_write=True)
    object_key = await queries.insert_draft_file(
        tx.connection,
        actor=actor,
        draft_id=draft_id,
        arrived=arrived,
        media_type=attachment_rules.MEDIA_TYPES[attachment_rules.ending_of(arrived.file_name)],
        held_back=attachment_rules.is_held_back(arrived.kind),
        most=attachment_rules.MOST_FILES,
        now=tx.now,
    )
    if object_key is None:
        raise TooMany(f"An inquiry has at most {attachment_rules.MOST_FILES} files. Take one out first.")
    await draft_queries.update_draft_touched(tx.connection, draft_id=draft_id, step=FILES, now=tx.now)
    await _record(tx, actor, draft_id, "file_added", arrived.sha256)
    return object_key


async def _record(tx: Transaction, actor: Actor, draft_id: UUID, what: str, sha256: bytes) -> None:
    # The name of a file may say what is confidential; its hash says which file it was.
    await record_audit_event(
        tx,
        actor,
        action=f"inquiry_draft.{what}",
        object_type="inquiry_draft",
        object_id=draft_id,
        region_id=None,
        details={"sha256": sha256.hex()},
    )
