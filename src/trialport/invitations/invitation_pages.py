"""A unit's invitations as pages for who has signed in: the list, and the same answer form as behind a mail's link."""

from collections.abc import Sequence
from typing import Annotated, Any, get_args

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
from trialport.invitations.unit_queries import Part, UnitInvitation, select_unit_invitations

_ANSWERS = may("invitation", "answer")
# At first of each part, and on a page of one part.
_A_PART, _A_PAGE = 25, 50
Flag = Annotated[str | None, QueryParameter(name="change", max_length=1)]


@get("/invitations", opt=_ANSWERS)
async def list_invitations(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    part: Annotated[Part | None, QueryParameter()] = None,
    page: Annotated[int, QueryParameter(ge=1, le=10_000)] = 1,
) -> Response[str]:
    """Show the invitations of the viewer's units: what waits, what is answered, what is over; or one part by pages."""
    a_part, offset = (_A_PART, 0) if part is None else (_A_PAGE, (page - 1) * _A_PAGE)
    async with as_system(tx.connection):
        found = await select_unit_invitations(tx.connection, actor=actor, part=part, offset=offset, limit=a_part)
    values = {
        "parts": {name: _of(found, name) for name in get_args(Part)},
        "today": tx.today,
        "a_part": a_part,
        "part": part,
        "number": page,
        "first": offset + 1,
        "last": offset + len(found),
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
