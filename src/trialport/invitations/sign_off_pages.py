"""The yeses that wait for a head of unit, on one page: each approved or refused with one press, and taken back."""

from typing import Any

from litestar import Response, Router, get, post

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import ONESELF, Caller, roles
from trialport.accounts.models import Actor
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.db import Transaction, as_system
from trialport.core.edge import Tx
from trialport.core.errors import Changed, Contradiction, NotAllowed, Refused
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate, translate
from trialport.invitations import answer, labels, link_form, link_pages
from trialport.invitations.api import InvitationId
from trialport.invitations.unit_queries import select_sign_offs

# A head signs off herself: nobody stands in for her.
_HEAD = {**roles("unit_head"), **ONESELF}
_MOST = 25
# Why not, with one press; another reason can be written.
REASONS = (
    to_translate("No staff for it"),
    to_translate("Other trials come first"),
    to_translate("No money for it"),
)


@get("/sign-offs", opt=_HEAD)
async def list_sign_offs(request: PageRequest, tx: Tx, actor: Caller) -> Response[str]:
    """Show the yeses of the viewer's units that wait for her word, and those she can still change."""
    return await _list_page(request, tx, actor)


@post("/sign-offs/{invitation_id:uuid}", opt={**_HEAD, "form": True}, status_code=303)
async def decide(request: PageRequest, tx: Tx, actor: Caller, invitation_id: InvitationId) -> Response[Any]:
    """Take her word on one, or take it back."""
    form = await read_form(request)
    eoi_id = link_form.parse_id(form.get("eoi_id", ""))
    try:
        if form.get("decision") == "taken_back" and eoi_id is not None:
            await answer.take_back_sign_off(tx, actor, invitation_id, eoi_id)
        else:
            await answer.record_sign_off(tx, actor, invitation_id, link_form.read_sign_off(form))
    except Contradiction:
        return await _list_page(
            request, tx, actor, faulty=str(invitation_id), typed=form.get("note", ""), status_code=422
        )
    except (Changed, Refused, NotAllowed):
        return await _list_page(request, tx, actor, is_overtaken=True, status_code=409)
    return go_to("/sign-offs")


async def _list_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    *,
    faulty: str = "",
    typed: str = "",
    is_overtaken: bool = False,
    status_code: int = 200,
) -> Response[str]:
    async with as_system(tx.connection):
        found = await select_sign_offs(tx.connection, actor=actor, limit=_MOST + 1)
    language = page_language(request)
    has_more, found = len(found) > _MOST, found[:_MOST]
    values = {
        "has_more": has_more,
        "waiting": [one for one in found if one.approval == "awaiting_head"],
        "decided": [one for one in found if one.approval != "awaiting_head"],
        "reasons": [translate(language, one) for one in REASONS],
        "faulty": faulty,
        "typed": typed,
        "is_overtaken": is_overtaken,
        "today": tx.today,
        "labels": labels,
        "address": "/sign-offs",
    }
    return render_page(
        request, "invitations/sign_offs.html", values, status_code=status_code, headers=link_pages.HEADERS
    )


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=link_pages.FORM_BYTES,
    route_handlers=[list_sign_offs, decide],
)
