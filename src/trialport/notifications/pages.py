"""The office's tasks as a page: what waits by kind, where it is done, and done with one press."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter, QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.edge import Tx
from trialport.core.pages import render_page
from trialport.notifications import labels, service

Kind = Annotated[str, QueryParameter(name="kind", max_length=40)]
Finished = Annotated[UUID | None, QueryParameter(name="finished")]
TaskId = Annotated[UUID, PathParameter()]


@get("/tasks", opt={**may("office_task", "read"), "filters": True})
async def show_tasks(
    request: PageRequest, tx: Tx, actor: Caller, kind: Kind = "", finished: Finished = None
) -> Response[str]:
    """Show what waits for the office, and what was done lately."""
    chosen = kind if kind in labels.TASK_KINDS else None
    board = await service.read_board(tx, actor, chosen)
    values = {
        "board": board,
        "kinds": [one for one in labels.TASK_ORDER if one in board.counts],
        "chosen": chosen,
        "labels": labels,
        "finished": next((one for one in board.done if one.office_task_id == finished), None),
    }
    return render_page(request, "notifications/tasks.html", values, block="tasks")


@post("/tasks/{office_task_id:uuid}/done", opt={**may("office_task", "finish"), "form": True}, status_code=303)
async def finish_task(request: PageRequest, tx: Tx, actor: Caller, office_task_id: TaskId) -> Response[None]:
    """Mark a task as done; the page that follows offers to take it back."""
    kept = await _kept(request)
    await service.finish_task(tx, actor, office_task_id)
    return go_to(f"/tasks?{kept}finished={office_task_id}")


@post("/tasks/{office_task_id:uuid}/reopen", opt={**may("office_task", "reopen"), "form": True}, status_code=303)
async def reopen_task(request: PageRequest, tx: Tx, actor: Caller, office_task_id: TaskId) -> Response[None]:
    """Take back that a task was done."""
    kept = await _kept(request)
    await service.reopen_task(tx, actor, office_task_id)
    return go_to(f"/tasks?{kept}".rstrip("?&") + f"#task-{office_task_id}")


async def _kept(request: PageRequest) -> str:
    """Return the filter that the page had, for the address of the next one."""
    kind = (await read_form(request)).get("kind", "")
    return f"kind={kind}&" if kind in labels.TASK_KINDS else ""


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_tasks, finish_task, reopen_task],
)
