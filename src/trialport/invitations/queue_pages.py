"""The office's queue as a page: open inquiries by what needs doing, then those replied to and those that are over."""

from hashlib import sha256
from typing import Any, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import FromPath

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.error_pages import wants_page
from trialport.core.errors import BadInput, Contradiction
from trialport.core.pages import wants_block
from trialport.inquiries import over_queries, view_service
from trialport.inquiries.models import InquiryState
from trialport.inquiries.queue_models import WaitingFor
from trialport.inquiries.queue_service import QueueFilter, read_queue
from trialport.invitations import office_labels
from trialport.invitations.office_page import address_without_done, faults_of, office_page
from trialport.vocabulary.codes import TherapyArea

PAGE_ITEMS = 30
_FILTERS = ("state", "waiting_for", "therapy_area", "overdue", "mine")
_QUERY = (*_FILTERS, "tab", "cursor", "page", "done", "seen")


@get("/queue", opt={**may("inquiry", "read_triage"), "filters": True, "query": _QUERY})
async def show_queue(request: PageRequest, tx: Tx, actor: Caller) -> Response[str]:
    """Show the queue; its filter stands in the address, and the list alone is what htmx asks for."""
    return await _queue_page(request, tx, actor)


@post("/queue/views", opt={**may("inquiry", "read_triage"), "form": True}, status_code=303)
async def save_view(request: PageRequest, tx: Tx, actor: Caller) -> Response[Any]:
    """Keep the filter at hand under a name."""
    form = await read_form(request)
    chosen = {name: form[name] for name in _FILTERS if form.get(name)}
    try:
        await view_service.save_view(tx, actor, form.get("name", ""), urlencode(chosen))
    except Contradiction as problem:
        if not wants_page(request):
            raise
        return await _queue_page(request, tx, actor, form=form, faults=faults_of(problem), status_code=422)
    return go_to(f"/queue?{urlencode({**chosen, 'done': 'saved'})}")


@post("/queue/views/{saved_view_id:uuid}/delete", opt={**may("inquiry", "read_triage"), "form": True}, status_code=303)
async def delete_view(tx: Tx, actor: Caller, saved_view_id: FromPath[UUID]) -> Response[None]:
    """Forget a view of one's own."""
    await view_service.delete_view(tx, actor, saved_view_id)
    return go_to("/queue?done=deleted")


async def _queue_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    *,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status_code: int = 200,
) -> Response[str]:
    asked = {**request.query_params} if form is None else form
    tab = asked.get("tab", "open")
    chosen = {name: asked[name] for name in _FILTERS if asked.get(name)}
    values: dict[str, Any] = {
        "tab": tab if tab in ("replied", "over") else "open",
        "form": {**chosen, **(form or {})},
        "faults": faults or {},
        "chosen": chosen,
        "views": await view_service.list_views(tx, actor),
        "counts": await over_queries.select_office_counts(tx.connection, actor=actor, now=tx.now),
        "query": urlencode(chosen),
        "here": _here(request) if form is None else f"/queue?{urlencode(chosen)}",
        "following": None,
    }
    if values["tab"] == "open":
        values |= await _open(tx, actor, chosen, asked.get("cursor"))
    else:
        values |= await _over(tx, actor, asked.get("page", ""), replied=tab == "replied")
    # Whoever asks again with what stands on the page already gets nothing, so that nothing moves and nothing is said.
    seen = sha256(msgspec.json.encode(values["items"])).hexdigest()[:32]
    values |= {"seen": seen, "is_part": wants_block(request)}
    if wants_block(request) and asked.get("seen") == seen:
        return Response("", status_code=204)
    return office_page(request, "invitations/queue.html", values, block="queue_list", status_code=status_code)


def _here(request: PageRequest) -> str:
    """Return the address of the list, without what was just done and what was seen."""
    path, _, query = address_without_done(request).partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("seen="))
    return f"{path}?{kept}" if kept else path


async def _open(tx: Transaction, actor: Actor, chosen: dict[str, str], cursor: str | None) -> dict[str, Any]:
    """Read a page of the queue; a filter that is none lets everything in."""
    state, waiting, area = chosen.get("state"), chosen.get("waiting_for"), chosen.get("therapy_area")
    wanted = QueueFilter(
        state=_one_of(InquiryState, state),
        waiting_for=_one_of(WaitingFor, waiting),
        therapy_area=_one_of(TherapyArea, area),
        overdue=True if chosen.get("overdue") else None,
        is_mine=bool(chosen.get("mine")),
    )
    try:
        found = await read_queue(tx, actor, wanted, cursor=cursor or None, limit=PAGE_ITEMS)
    except BadInput:
        found = await read_queue(tx, actor, wanted, cursor=None, limit=PAGE_ITEMS)
    following = None
    if found.next_cursor is not None:
        following = f"/queue?{urlencode({**chosen, 'cursor': found.next_cursor})}"
    return {"items": found.items, "following": following, "states": _named(office_labels.OPEN_STATES)}


async def _over(tx: Transaction, actor: Actor, page: str, *, replied: bool) -> dict[str, Any]:
    number = int(page) if page.isdecimal() and len(page) < 5 else 0  # noqa: PLR2004 - pages are few
    items = await over_queries.select_over(
        tx.connection, actor=actor, replied=replied, now=tx.now, offset=number * PAGE_ITEMS, limit=PAGE_ITEMS + 1
    )
    tab = "replied" if replied else "over"
    following = f"/queue?tab={tab}&page={number + 1}" if len(items) > PAGE_ITEMS else None
    return {"items": items[:PAGE_ITEMS], "following": following, "states": {}}


def _one_of(codes: Any, text: str | None) -> Any:
    return text if text in get_args(codes) else None


def _named(states: tuple[str, ...]) -> dict[str, str]:
    return {state: office_labels.STATES[state] for state in states}


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_queue, save_view, delete_view],
)
