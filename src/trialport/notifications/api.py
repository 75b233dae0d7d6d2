"""The office's tasks over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter
from msgspec.structs import replace

from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.accounts.service import record_audit_event
from trialport.core.edge import Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.http import found
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.notifications import queries
from trialport.notifications.models import OfficeTaskDetail, OfficeTaskPage

Done = Annotated[
    bool, QueryParameter(description="Whether to list tasks that are done.", examples=[Example(value=False)])
]
OfficeTaskId = Annotated[
    UUID, PathParameter(description="Identifier of the task.", examples=[Example(value=EXAMPLE_UUID)])
]


@get("/tasks", opt=may("office_task", "read"), summary="List the office's tasks, newest first")
async def list_tasks(
    tx: Tx,
    actor: Caller,
    done: Done = False,  # noqa: FBT002
    cursor: Cursor = None,
    limit: Limit = 50,
) -> OfficeTaskPage:
    rows = await queries.select_office_tasks(tx.connection, actor=actor, done=done, before=cursor, limit=limit + 1)
    items, following = cut_page(rows, limit, lambda task: task.office_task_id)
    return OfficeTaskPage(items=tuple(_with_actions(actor, one) for one in items), next_cursor=following)


@post(
    "/tasks/{office_task_id:uuid}/done",
    opt=may("office_task", "finish"),
    status_code=200,
    summary="Mark a task as done",
)
async def finish_task(tx: Tx, actor: Caller, office_task_id: OfficeTaskId) -> OfficeTaskDetail:
    task = found(
        await queries.update_office_task_done(tx.connection, actor=actor, office_task_id=office_task_id, now=tx.now)
    )
    await record_audit_event(
        tx,
        actor,
        action="office_task.done",
        object_type="office_task",
        object_id=office_task_id,
        region_id=task.region_id,
    )
    return _with_actions(actor, task)


def _with_actions(actor: Actor, task: OfficeTaskDetail) -> OfficeTaskDetail:
    state = "open" if task.done_at is None else "done"
    return replace(task, available_actions=allowed_commands("office_task", actor.role, state))


router = Router(path="/", tags=["tasks"], route_handlers=[list_tasks, finish_task])
