"""The words that a region reads in its own way, as a page: proposed, agreed to by a second person, taken back."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter, QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Refused
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate as _
from trialport.terms import queries, service
from trialport.terms.api import AppReader, LocalTermId

RegionId = Annotated[UUID, PathParameter()]
_HERE = "/settings/{region_id:uuid}/terms"
_SHOWN = 200
_LONGEST_REASON = 1000
STATES: Mapping[str, str] = {
    "proposed": _("Waits for a colleague"),
    "agreed": _("Read so in every inquiry"),
    "rejected": _("Rejected"),
    "withdrawn": _("Taken back"),
}
DONE: Mapping[str, str] = {
    "agree": _("Agreed. Open inquiries are being read and compared anew."),
    "reject": _("The proposal is rejected."),
    "withdraw": _("Taken back. Open inquiries are being read and compared anew."),
}
COLOURS: Mapping[str, str] = {"proposed": "warning", "agreed": "success", "rejected": "neutral", "withdrawn": "neutral"}
_WHY = _("Say why, at most 1,000 characters.")


@get(_HERE, opt=may("local_term", "read"))
async def show_terms(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    reader: AppReader,
    region_id: RegionId,
    done: Annotated[str, QueryParameter(max_length=20)] = "",
) -> Response[str]:
    """Show the words of a region, what waits for a decision first."""
    return await _page(request, tx, actor, reader, region_id, messages=(DONE[done],) if done in DONE else ())


@post(
    _HERE + "/{local_term_id:uuid}",
    opt={**may("local_term", "withdraw"), "form": True},
    status_code=303,
)
async def decide_term(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    reader: AppReader,
    region_id: RegionId,
    local_term_id: LocalTermId,
) -> Response[Any]:
    """Agree to a proposal, reject it, or take a term back."""
    form = await read_form(request)
    reason = form.get("reason", "")
    revision = form.get("revision", "")
    expected = int(revision) if revision.isdecimal() and len(revision) < 10 else None  # noqa: PLR2004 - digits of a revision
    given: Any = form.get("what")
    if given not in DONE:
        raise Refused("The form does not say what is to be done. Load the page again.")
    if len(reason) > _LONGEST_REASON or (given == "reject" and not reason):
        await service.read_term(tx, actor, local_term_id)
        faults = {f"reason-{local_term_id}": _WHY}
        return await _page(
            request, tx, actor, reader, region_id, faults=faults, form={f"reason-{local_term_id}": reason}
        )
    try:
        await service.decide_term(tx, settings, actor, local_term_id, given, reason=reason or None, expected=expected)
    except (Changed, Refused):
        return await _page(request, tx, actor, reader, region_id, is_overtaken=True)
    return go_to(f"/settings/{region_id}/terms?done={given}")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    reader: Any,
    region_id: UUID,
    *,
    messages: tuple[str, ...] = (),
    faults: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    is_overtaken: bool = False,
) -> Response[str]:
    await service.require_region(tx, actor, region_id)
    rows = await queries.select_local_terms(tx.connection, actor=actor, state=None, before=None, limit=_SHOWN)
    rows = [row for row in rows if row.region_id == region_id]
    language = page_language(request)
    values = {
        "region_id": region_id,
        "parts": [(state, [row for row in rows if row.state == state]) for state in STATES],
        "states": STATES,
        "colours": COLOURS,
        "can": {row.local_term_id: service.allowed_commands(actor, row) for row in rows},
        "label": lambda concept: reader.vocabulary.label(concept, language),
        "said": messages,
        "faults": faults or {},
        "form": form or {},
        "is_overtaken": is_overtaken,
        "address": f"/settings/{region_id}/terms",
    }
    status = 409 if is_overtaken else 422 if faults else 200
    return render_page(request, "terms/terms.html", values, status_code=status)


router = Router(
    path="/", include_in_schema=False, request_max_body_size=FORM_BYTES, route_handlers=[show_terms, decide_term]
)
