"""Telling the office what needs a person."""

from collections.abc import Sequence
from uuid import UUID

from trialport.accounts.audit_service import names_of
from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import NotFound
from trialport.notifications import queries
from trialport.notifications.models import OfficeTaskDetail, OfficeTaskKind, TaskBoard

# Open tasks that the page shows of one kind, and of all kinds at most; done ones shown below them.
_OF_EACH_KIND = 25
_MOST_SHOWN = 300
_DONE_SHOWN = 20


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


async def settle_tasks_over(tx: Transaction, *, kinds: Sequence[OfficeTaskKind], object_ids: Sequence[UUID]) -> None:
    """Close the open tasks of these kinds about any of these objects: what they are about is over."""
    await queries.update_office_tasks_over(tx.connection, kinds=kinds, object_ids=object_ids, now=tx.now)


async def settle_office_tasks(tx: Transaction, *, kind: OfficeTaskKind, object_id: UUID) -> None:
    """Close the open tasks of one kind about an object: what they asked for has happened by itself."""
    await queries.update_office_tasks_settled(tx.connection, kind=kind, object_id=object_id, now=tx.now)


async def read_board(tx: Transaction, actor: Actor, kind: str | None) -> TaskBoard:
    """Return the tasks in the actor's scope, of one kind or of all."""
    counts = await queries.select_office_task_counts(tx.connection, actor=actor)
    opened = await queries.select_placed_tasks(
        tx.connection,
        actor=actor,
        kind=kind,
        done=False,
        of_each=_OF_EACH_KIND if kind is None else _MOST_SHOWN,
        limit=_MOST_SHOWN,
    )
    done = await queries.select_placed_tasks(
        tx.connection, actor=actor, kind=kind, done=True, of_each=_DONE_SHOWN, limit=_DONE_SHOWN
    )
    names = await names_of(tx, {one.done_by for one in done if one.done_by is not None})
    return TaskBoard(counts={one.kind: one.open for one in counts}, open=tuple(opened), done=tuple(done), names=names)


async def finish_task(tx: Transaction, actor: Actor, office_task_id: UUID) -> OfficeTaskDetail:
    """Mark a task as done, once; raises NotFound out of scope."""
    task = await queries.update_office_task_done(tx.connection, actor=actor, office_task_id=office_task_id, now=tx.now)
    return await _recorded(tx, actor, task, "office_task.done")


async def reopen_task(tx: Transaction, actor: Actor, office_task_id: UUID) -> OfficeTaskDetail:
    """Take back that a task was done; raises NotFound out of scope."""
    task = await queries.update_office_task_reopened(tx.connection, actor=actor, office_task_id=office_task_id)
    return await _recorded(tx, actor, task, "office_task.reopened")


async def _recorded(tx: Transaction, actor: Actor, task: OfficeTaskDetail | None, action: str) -> OfficeTaskDetail:
    if task is None:
        raise NotFound("No task of yours here.")
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="office_task",
        object_id=task.office_task_id,
        region_id=task.region_id,
    )
    return task
