"""The office's tasks as a page: what waits by kind, where it is done, and done with one press."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter, QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.errors import Changed, Contradiction
from trialport.core.pages import render_page
from trialport.core.translations import to_translate
from trialport.notifications import labels, queries, service

Kind = Annotated[str, QueryParameter(name="kind", max_length=40)]
HandsText = Annotated[str, QueryParameter(name="hands", max_length=10)]
Give = Annotated[UUID | None, QueryParameter(name="give")]
Finished = Annotated[UUID | None, QueryParameter(name="finished")]
TaskId = Annotated[UUID, PathParameter()]
_NOBODY = to_translate("Choose somebody of the region's trial office.")
_CHANGED = to_translate("Somebody else has given this task away meanwhile. Look who has it now.")


@get("/tasks", opt={**may("office_task", "read"), "filters": True})
async def show_tasks(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    kind: Kind = "",
    hands: HandsText = "",
    finished: Finished = None,
    give: Give = None,
) -> Response[str]:
    """Show what waits for the office, and what was done lately; `give` is the task that a colleague is to get."""
    return await _page(request, tx, actor, kind=kind, hands=hands, finished=finished, give=give)


@post("/tasks/{office_task_id:uuid}/assignment", opt={**may("office_task", "assign"), "form": True}, status_code=303)
async def assign_task(request: PageRequest, tx: Tx, actor: Caller, office_task_id: TaskId) -> Response[Any]:
    """Take a task in hand, give it to a colleague, or let it go."""
    form = await read_form(request)
    again: dict[str, Any] = {"kind": form.get("kind", ""), "hands": form.get("hands", ""), "give": office_task_id}
    try:
        person_id, seen = (UUID(form[name]) if form.get(name) else None for name in ("person_id", "assigned_before"))
        await service.assign_task(tx, actor, office_task_id, person_id, seen=seen)
    except (Contradiction, ValueError):
        # Out of reach it does not exist, whatever was chosen.
        await service.read_task(tx, actor, office_task_id)
        return await _page(request, tx, actor, **again, faults={"person_id": _NOBODY})
    except Changed:
        return await _page(request, tx, actor, **again, faults={"person_id": _CHANGED}, status_code=409)
    return go_to(f"/tasks?{_filter(form)}".rstrip("?&") + f"#task-{office_task_id}")


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
    return _filter(await read_form(request))


def _filter(form: Mapping[str, str]) -> str:
    kind, hands = form.get("kind", ""), form.get("hands", "")
    kept = {
        "kind": kind if kind in labels.TASK_KINDS else "",
        "hands": hands if hands in get_args(queries.Hands) else "",
    }
    return "".join(f"{name}={value}&" for name, value in kept.items() if value)


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    *,
    kind: str,
    hands: str,
    finished: UUID | None = None,
    give: UUID | None = None,
    faults: Mapping[str, str] | None = None,
    status_code: int | None = None,
) -> Response[str]:
    chosen = kind if kind in labels.TASK_KINDS else None
    in_hands = next((one for one in get_args(queries.Hands) if one == hands), None)
    board = await service.read_board(tx, actor, chosen, in_hands)
    values = {
        "board": board,
        "kinds": [one for one in labels.TASK_ORDER if one in board.counts],
        "chosen": chosen,
        "hands": in_hands,
        "give": give,
        "faults": faults or {},
        "form": {},
        "labels": labels,
        "finished": next((one for one in board.done if one.office_task_id == finished), None),
    }
    status = status_code or (422 if faults else 200)
    return render_page(
        request, "notifications/tasks.html", values, block=None if faults else "tasks", status_code=status
    )


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_tasks, assign_task, finish_task, reopen_task],
)
