"""Who may sign in, as a page of the trial office and of the administrator: roles given, ended, taken back."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import PathParameter, QueryParameter

from trialport.accounts import role_service
from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor, Role
from trialport.accounts.people_models import AccountFilter
from trialport.accounts.permissions import allowed_commands, may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction, attempt
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Contradiction, Refused
from trialport.core.front_pages import own_address
from trialport.core.language import LANGUAGES
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate
from trialport.units import access_service, register_labels
from trialport.units.access_service import AccessOrder, StaffRole
from trialport.units.queries import select_regions

Text = Annotated[str, QueryParameter(max_length=100)]
PageNumber = Annotated[str, QueryParameter(name="page", max_length=6)]
GrantId = Annotated[UUID, PathParameter()]
_READS: dict[str, Any] = {**may("role_grant", "read"), "filters": True, "records_reading": True}
_GIVES: dict[str, Any] = {**may("role_grant", "give"), "form": True}
_ENDS: dict[str, Any] = {**may("role_grant", "end"), "form": True}
_PATH = "/register/roles"
_ADVICE: Mapping[str, str] = {
    "email": to_translate("Write an e-mail address, as name@example.org."),
    "full_name": to_translate("Write the name, with at most 200 letters."),
    "mail_language": to_translate("Choose a language."),
    "new_role": to_translate("Choose a role."),
    "region_id": to_translate("Choose the region."),
}
# The filter of the page has a name and a role of its own.
_FIELDS = {"email": "email", "name": "full_name", "language": "mail_language", "role": "new_role"}
_OWN = to_translate("You cannot end a role of your own. Ask a colleague to do it.")


@get(_PATH, opt=_READS)
async def show_roles(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    name: Text = "",
    unit: Text = "",
    role: Text = "",
    page: PageNumber = "",
    told: Text = "",
    ended_role: Text = "",
) -> Response[str]:
    """Show who may sign in with which roles; the filter stands in the address."""
    wanted = {"name": name.strip(), "unit": unit.strip(), "role": role if role in get_args(Role) else ""}
    return await _page(request, tx, actor, {}, {}, wanted=wanted, page=page, told=told, ended=ended_role)


@post(_PATH, opt=_GIVES, status_code=303)
async def give_role(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[Any]:
    """Give somebody a role in an office, in management or as administrator."""
    form = await read_form(request)
    order, faults = _order(form)
    if order is None:
        return await _page(request, tx, actor, form, faults)
    if order.region_id is not None and order.region_id not in await _regions(tx, actor):
        return await _page(request, tx, actor, form, {"region_id": _ADVICE["region_id"]})
    try:
        async with attempt(tx.connection):
            given = await access_service.give_access(tx, settings, actor, order)
    except Contradiction as wrong:
        return await _page(request, tx, actor, form, {one.path: _ADVICE[one.path] for one in wrong.errors})
    return go_to(f"{_PATH}?{urlencode({'name': order.email, 'told': 'given' if given else 'held'})}")


@post(_PATH + "/{role_grant_id:uuid}/end", opt=_ENDS, status_code=303)
async def end_role(request: PageRequest, tx: Tx, actor: Caller, role_grant_id: GrantId) -> Response[Any]:
    """End a role; the page that follows offers to take it back."""
    form = await read_form(request)
    try:
        await role_service.end(tx, actor, role_grant_id)
    except Refused:
        return await _page(request, tx, actor, {}, {f"role-{role_grant_id}": _OWN}, status_code=409)
    return _return(form, ended_role=str(role_grant_id))


@post(_PATH + "/{role_grant_id:uuid}/restore", opt=_ENDS, status_code=303)
async def restore_role(request: PageRequest, tx: Tx, actor: Caller, role_grant_id: GrantId) -> Response[None]:
    """Take back that a role was ended."""
    form = await read_form(request)
    await role_service.restore(tx, actor, role_grant_id)
    return _return(form, told="given")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    form: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    wanted: Mapping[str, str] | None = None,
    page: str = "",
    told: str = "",
    ended: str = "",
    status_code: int | None = None,
) -> Response[str]:
    chosen = {name: value for name, value in (wanted or {}).items() if value}
    values = {
        "board": await role_service.list_accounts(
            tx, actor, msgspec.convert(chosen, AccountFilter), int(page) if page.isdecimal() else 1
        ),
        "chosen": chosen,
        "filter_query": urlencode(chosen),
        "form": defaultdict(str, {"mail_language": page_language(request), **form}),
        "faults": faults,
        "told": register_labels.ROLE_TOLD.get(told),
        "ended": await role_service.read_ended(tx, actor, ended),
        "regions": await _regions(tx, actor),
        "roles": [one for one in get_args(Role) if allowed_commands("role_grant", actor.role, one)],
        "givable": [one for one in get_args(StaffRole) if "give" in allowed_commands("role_grant", actor.role, one)],
        "languages_of": LANGUAGES,
        "labels": register_labels,
        "address": _PATH + ("?" + urlencode(chosen) if chosen else ""),
    }
    return render_page(request, "units/access.html", values, status_code=status_code or (422 if faults else 200))


async def _regions(tx: Transaction, actor: Actor) -> dict[UUID, str]:
    """Return the regions an administrator can choose from; an office has its own."""
    return {one.region_id: one.name for one in await select_regions(tx.connection)} if actor.role == "admin" else {}


def _order(form: Mapping[str, str]) -> tuple[AccessOrder | None, dict[str, str]]:
    """Return what the form says, or None with what is wrong by field, to be translated."""
    given: dict[str, Any] = {name: form.get(field, "").strip() for name, field in _FIELDS.items()}
    given["region_id"] = form.get("region_id") or None
    right = {"email": "one@example.org", "name": "One", "language": "en", "role": "office"}
    faults = {}
    for name, value in given.items():
        try:
            msgspec.convert({**right, name: value}, AccessOrder)
        except msgspec.ValidationError:
            field = _FIELDS.get(name, name)
            faults[field] = _ADVICE[field]
    return (None if faults else msgspec.convert(given, AccessOrder)), faults


def _return(form: Mapping[str, str], **told: str) -> Response[None]:
    """Go back to where the button stood, with what was done."""
    path, _, query = own_address(form.get("return_to", _PATH)).partition("?")
    kept = [
        part
        for part in query.split("&")
        if part and not part.startswith(("told=", "ended=", "ended_role=", "removed="))
    ]
    return go_to(f"{path}?{'&'.join([*kept, urlencode(told)])}")


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_roles, give_role, end_role, restore_role],
)
