"""Telling the office what needs a person."""

from collections.abc import Sequence
from uuid import UUID

from trialport.core.db import Transaction
from trialport.notifications import queries
from trialport.notifications.models import OfficeTaskKind


async def open_office_task(
    tx: Transaction,
    *,
    region_id: UUID,
    kind: OfficeTaskKind,
    object_type: str,
    object_id: UUID,
    message: str,
) -> None:
    """Open a task for a region's office; one a kind and object."""
    await queries.insert_office_task(
        tx.connection,
        region_id=region_id,
        kind=kind,
        object_type=object_type,
        object_id=object_id,
        message=message,
        dedupe_key=f"{kind}:{object_type}:{object_id}:{region_id}",
        now=tx.now,
    )


async def open_office_tasks(
    tx: Transaction,
    *,
    kind: OfficeTaskKind,
    object_type: str,
    objects: Sequence[tuple[UUID, UUID]],
    message: str,
) -> None:
    """Open the same task about many objects in one statement; an object is its region and its id."""
    await queries.insert_office_tasks(
        tx.connection, kind=kind, object_type=object_type, objects=objects, message=message, now=tx.now
    )


async def settle_office_tasks(tx: Transaction, *, kind: OfficeTaskKind, object_id: UUID) -> None:
    """Close the open tasks of one kind about an object: what they asked for has happened by itself."""
    await queries.update_office_tasks_settled(tx.connection, kind=kind, object_id=object_id, now=tx.now)
