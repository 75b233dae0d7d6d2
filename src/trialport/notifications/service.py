"""Telling the office what needs a person."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from trialport.accounts.audit_service import names_of
from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, NotFound, Refused
from trialport.notifications import queries
from trialport.notifications.models import Colleague, OfficeTaskDetail, OfficeTaskKind, TaskBoard

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


async def read_board(tx: Transaction, actor: Actor, kind: str | None, hands: queries.Hands | None = None) -> TaskBoard:
    """Return the tasks in the actor's scope, of one kind or of all: the actor's own, nobody's, or all."""
    counts = await queries.select_office_task_counts(tx.connection, actor=actor, hands=hands)
    opened = await queries.select_placed_tasks(
        tx.connection,
        actor=actor,
        kind=kind,
        hands=hands,
        done=False,
        of_each=_OF_EACH_KIND if kind is None else _MOST_SHOWN,
        limit=_MOST_SHOWN,
    )
    done = await queries.select_placed_tasks(
        tx.connection, actor=actor, kind=kind, hands=None, done=True, of_each=_DONE_SHOWN, limit=_DONE_SHOWN
    )
    people = {one.done_by for one in done} | {one.assigned_to for one in opened}
    shown = (*opened, *done)
    async with as_system(tx.connection):
        office = await queries.select_colleagues(tx.connection, region_ids={one.region_id for one in opened})
        subjects = await queries.select_subjects(
            tx.connection, message_ids={one.object_id for one in shown if one.object_type == "message"}
        )
    by_region: dict[UUID, tuple[Colleague, ...]] = {}
    for one in office:
        by_region[one.region_id] = (*by_region.get(one.region_id, ()), one)
    return TaskBoard(
        counts={one.kind: one.open for one in counts},
        open=tuple(opened),
        done=tuple(done),
        names=await names_of(tx, {one for one in people if one is not None}),
        office=by_region,
        subjects={one.message_id: one for one in subjects},
    )


async def read_task(tx: Transaction, actor: Actor, office_task_id: UUID) -> OfficeTaskDetail:
    """Return a task, held until the end of the transaction; raises NotFound out of scope."""
    task = await queries.lock_office_task(tx.connection, actor=actor, office_task_id=office_task_id)
    if task is None:
        raise NotFound("No task of yours here.")
    return task


async def assign_task(
    tx: Transaction, actor: Actor, office_task_id: UUID, person_id: UUID | None, *, seen: UUID | UnsetType | None
) -> OfficeTaskDetail:
    """Give an open task to somebody of the region's office or to the actor herself, or take it back (None).

    Raises NotFound out of scope, Contradiction for who is not of that office, Refused for a task that is done, and
    Changed when somebody else than `seen` has it in hand by now.
    """
    task = await read_task(tx, actor, office_task_id)
    if task.done_at is not None:
        raise Refused("This task is done. Open it again to give it to somebody.")
    async with as_system(tx.connection):
        office = await queries.select_colleagues(tx.connection, region_ids=[task.region_id])
    if person_id not in {None, actor.person_id, *(one.person_id for one in office)}:
        raise Contradiction.at("person_id", "Nobody of the region's office has this id. Choose one of its people.")
    if seen is not UNSET and task.assigned_to != seen:
        raise Changed("Somebody else has given this task away meanwhile. Look at it again.")
    if task.assigned_to != person_id:
        await queries.update_office_task_assigned(tx.connection, office_task_id=office_task_id, person_id=person_id)
        before, after = (None if one is None else str(one) for one in (task.assigned_to, person_id))
        await record_audit_event(
            tx,
            actor,
            action="office_task.assigned",
            object_type="office_task",
            object_id=office_task_id,
            region_id=task.region_id,
            before={"assigned_to": before},
            after={"assigned_to": after},
        )
    return replace(task, assigned_to=person_id)


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
