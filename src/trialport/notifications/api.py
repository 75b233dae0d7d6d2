"""The office's tasks over JSON."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import UNSET
from msgspec.structs import replace

from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.core.edge import Tx
from trialport.core.fields import EXAMPLE_UUID
from trialport.core.paging import Cursor, Limit, cut_page
from trialport.notifications import queries, service
from trialport.notifications.models import OfficeTaskDetail, OfficeTaskPage, TaskAssignmentInput

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
    return _with_actions(actor, await service.finish_task(tx, actor, office_task_id))


@post(
    "/tasks/{office_task_id:uuid}/assignment",
    opt={**may("office_task", "assign"), "errors": (404, 409, 422)},
    status_code=200,
    summary="Say who has a task in hand",
)
async def assign_task(
    tx: Tx, actor: Caller, office_task_id: OfficeTaskId, data: JSONBody[TaskAssignmentInput]
) -> OfficeTaskDetail:
    return _with_actions(actor, await service.assign_task(tx, actor, office_task_id, data.person_id, seen=UNSET))


def _with_actions(actor: Actor, task: OfficeTaskDetail) -> OfficeTaskDetail:
    state = "open" if task.done_at is None else "done"
    return replace(task, available_actions=allowed_commands("office_task", actor.role, state))


router = Router(path="/", tags=["tasks"], route_handlers=[list_tasks, finish_task, assign_task])
