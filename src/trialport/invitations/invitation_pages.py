"""A unit's invitations as pages for who has signed in: the list, and the same answer form as behind a mail's link."""

from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.params import QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.db import as_system
from trialport.core.edge import AppSettings, Tx
from trialport.core.pages import render_page
from trialport.invitations import labels, link_pages
from trialport.invitations.api import InvitationId
from trialport.invitations.link_access import Visitor
from trialport.invitations.unit_queries import UnitInvitation, select_unit_invitations

_ANSWERS = may("invitation", "answer")
_CLOCK = ZoneInfo("Europe/Stockholm")
_A_PART = 50
Flag = Annotated[str | None, QueryParameter(name="change", max_length=1)]


@get("/invitations", opt=_ANSWERS)
async def list_invitations(request: PageRequest, tx: Tx, actor: Caller) -> Response[str]:
    """Show the invitations of the viewer's units: what waits, what is answered, what is over."""
    async with as_system(tx.connection):
        found = await select_unit_invitations(tx.connection, actor=actor, a_part=_A_PART)
    values = {
        "parts": {part: _of(found, part) for part in ("waiting", "answered", "over")},
        "today": tx.now.astimezone(_CLOCK).date(),
        "a_part": _A_PART,
        "labels": labels,
    }
    return render_page(request, "invitations/list.html", values, headers=link_pages.HEADERS)


@get("/invitations/{invitation_id:uuid}", opt={**_ANSWERS, "records_reading": True})
async def show_invitation(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    invitation_id: InvitationId,
    _change: Flag = None,
    _capacity: Annotated[str | None, QueryParameter(name="capacity", max_length=1)] = None,
) -> Response[Any]:
    """Show the answer form, or what has become of the invitation; the page itself reads what the address says."""
    return await link_pages.answer_page(request, tx, _visitor(actor, invitation_id))


@post("/invitations/{invitation_id:uuid}", opt={**_ANSWERS, "form": True}, status_code=303)
async def answer_invitation(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId
) -> Response[Any]:
    """Record the unit's answer."""
    return await link_pages.take_answer_of(request, tx, settings, _visitor(actor, invitation_id))


@post(
    "/invitations/{invitation_id:uuid}/capacity",
    opt={**may("invitation", "update_capacity"), "form": True},
    status_code=303,
)
async def update_capacity(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, invitation_id: InvitationId
) -> Response[Any]:
    """Take over into the capacity what the answer says."""
    return await link_pages.take_capacity_of(request, tx, settings, _visitor(actor, invitation_id))


def _of(found: Sequence[UnitInvitation], part: str) -> list[UnitInvitation]:
    return [one for one in found if one.part == part]


def _visitor(actor: Actor, invitation_id: InvitationId) -> Visitor:
    return Visitor(actor=actor, invitation_id=invitation_id, language=None)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=link_pages.FORM_BYTES,
    route_handlers=[list_invitations, show_invitation, answer_invitation, update_capacity],
)
