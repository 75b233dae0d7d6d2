"""The pages behind the links in mails: the answer form of a unit, and the sign-off of its head. No sign-in needed."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from trialport.accounts.csrf import read_form
from trialport.core import http
from trialport.core.config import Settings
from trialport.core.days import TIME_ZONE
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.error_pages import wants_page
from trialport.core.errors import Changed, Contradiction, Problem, Refused
from trialport.core.limits import Limit, Limits
from trialport.core.pages import page_language, render_page
from trialport.core.signing import Purpose
from trialport.invitations import amendment, answer, change_words, labels, link_form, rules
from trialport.invitations.amendment_models import FieldChange
from trialport.invitations.link_access import LinkClosed, Visitor, open_link
from trialport.invitations.models import CapacityUpdate, EoiCreate, InvitationForUnit
from trialport.units.models import InvestigatorSummary
from trialport.units.queries import select_investigators
from trialport.units.service import note_listed_names

AppLimits = NamedDependency[SkipValidation[Limits]]
PageRequest = Request[Any, Any, State]

# Who reads a name leaves a trace, so the pages may write; no GET answers anything, for programs open links too.
OPEN_PAGE: dict[str, Any] = {"open": True, "records_reading": True}
OPEN_FORM: dict[str, Any] = {"open": True, "form": True}
# Thirteen texts of a thousand characters, as a form encodes them (bytes).
FORM_BYTES = 200_000
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}

# A hospital shares one address, so a peer may send more than the holder of one link.
PER_LINK = Limit("answer-link", 30, 900)
PER_PEER = Limit("answer-peer", 300, 900)
WRONG_LINKS = Limit("wrong-link", 60, 900)
_MOST_COLLEAGUES = 100


@get("/answer/{signed:str}", opt=OPEN_PAGE)
async def show_answer(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, signed: FromPath[str]
) -> Response[Any]:
    """Show the form, or what has become of the invitation; nothing is answered by looking."""
    try:
        visitor = await _open(request, tx, settings, limits, signed)
    except LinkClosed as closed:
        return _closed_page(request, closed)
    return await answer_page(request, tx, visitor)


@post("/answer/{signed:str}", opt=OPEN_FORM, status_code=303)
async def take_answer(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, signed: FromPath[str]
) -> Response[Any]:
    """Record an answer; whatever is wrong is said in the form, with all that was typed."""
    try:
        visitor = await _open(request, tx, settings, limits, signed)
    except LinkClosed as closed:
        return _closed_page(request, closed)
    return await take_answer_of(request, tx, settings, visitor)


@post("/answer/{signed:str}/capacity", opt=OPEN_FORM, status_code=303)
async def take_capacity(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, signed: FromPath[str]
) -> Response[Any]:
    """Take over into the capacity what was ticked, and confirm the rest."""
    try:
        visitor = await _open(request, tx, settings, limits, signed)
    except LinkClosed as closed:
        return _closed_page(request, closed)
    return await take_capacity_of(request, tx, settings, visitor)


@get("/sign-off/{signed:str}", opt=OPEN_PAGE)
async def show_sign_off(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, signed: FromPath[str]
) -> Response[Any]:
    """Show a head of unit the yes that somebody gave for her unit."""
    try:
        visitor = await _open(request, tx, settings, limits, signed, "sign_off")
    except LinkClosed as closed:
        return _closed_page(request, closed)
    shown = await answer.read_invitation(tx, visitor.actor, visitor.invitation_id)
    return _page(request, "invitations/sign_off.html", {"invitation": shown, "form": {}, "faults": {}})


@post("/sign-off/{signed:str}", opt=OPEN_FORM, status_code=303)
async def take_sign_off(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, signed: FromPath[str]
) -> Response[Any]:
    """Take the head of unit's word."""
    try:
        visitor = await _open(request, tx, settings, limits, signed, "sign_off")
    except LinkClosed as closed:
        return _closed_page(request, closed)
    form = await read_form(request)
    try:
        await answer.record_sign_off(tx, visitor.actor, visitor.invitation_id, link_form.read_sign_off(form))
    except Contradiction as wrong:
        shown = await answer.read_invitation(tx, visitor.actor, visitor.invitation_id)
        context = {"invitation": shown, "form": form, "faults": link_form.told(wrong.errors)}
        return _page(request, "invitations/sign_off.html", context, status_code=422)
    except Problem:
        # Signed off already, answered anew, or not hers to say: the page shows how it stands.
        return _to(f"/sign-off/{signed}")
    return _to(f"/sign-off/{signed}")


async def answer_page(request: PageRequest, tx: Transaction, visitor: Visitor) -> Response[Any]:
    """Show a unit's person the form, or what has become of the invitation, by whichever door she came."""
    shown = await answer.read_invitation(tx, visitor.actor, visitor.invitation_id)
    wants_change = shown.answer is not None and request.query_params.get("change") == "1"
    # Who said that somebody else should be asked has not answered for whom the office asks then.
    given = shown.answer
    is_passed_on = given is not None and given.answer == "not_me" and not _is_own(visitor, shown)
    is_asked = given is None or wants_change or is_passed_on or looks_again(shown)
    if "answer" not in shown.available_actions or not is_asked:
        return _receipt_page(request, tx, visitor, shown)
    return await _form_page(request, tx, visitor, shown, link_form.form_of(shown.answer, shown.prefill), {})


def looks_again(shown: InvitationForUnit) -> bool:
    """Tell whether a unit that has answered is asked about what the sponsor changed since."""
    return bool(shown.changes) and shown.answer is not None and shown.state in ("sent", "opened", "no_answer")


async def take_answer_of(request: PageRequest, tx: Transaction, settings: Settings, visitor: Visitor) -> Response[Any]:
    """Record the answer that was sent; the faults of one that is not right are said in its form."""
    form = await read_form(request)
    if "stands" in form:
        return await _let_stand(request, tx, settings, visitor, form)
    eoi, faults = link_form.read_answer(form)
    if eoi is None:
        return await _form_again(request, tx, visitor, form, faults)
    try:
        shown = await answer.record_eoi(
            tx,
            settings,
            visitor.actor,
            visitor.invitation_id,
            eoi,
            seen=_revision(form.get("seen", "")),
            version=_revision(form.get("version", "")) or None,
        )
    except Contradiction as wrong:
        return await _form_again(request, tx, visitor, form, link_form.told(wrong.errors))
    except Changed:
        return await _overtaken(request, tx, visitor, form, eoi)
    except Refused:
        # The page says what has become of it.
        return _to(_link_path(request))
    if form.get("capacity_right") and shown.prefill is not None and not shown.capacity_difference:
        update = CapacityUpdate(confirm=True)
        await answer.update_capacity(tx, settings, visitor.actor, visitor.invitation_id, update)
    return _to(_link_path(request))


async def _let_stand(
    request: PageRequest, tx: Transaction, settings: Settings, visitor: Visitor, form: Mapping[str, str]
) -> Response[Any]:
    """Give the same answer to what the inquiry is now; the page says so where there is nothing to confirm any more."""
    try:
        version = _revision(form["stands"])
        await amendment.confirm_answer(tx, settings, visitor.actor, visitor.invitation_id, version=version)
    except (Contradiction, Refused, Changed):
        # Who read an earlier change has not seen the newest one: the page shows what is new.
        return _to(_link_path(request))
    return _to(_link_path(request))


async def take_capacity_of(
    request: PageRequest, tx: Transaction, settings: Settings, visitor: Visitor
) -> Response[Any]:
    """Take over into the capacity what was ticked after an answer."""
    form = await read_form(request)
    shown = await answer.read_invitation(tx, visitor.actor, visitor.invitation_id)
    offered: dict[str, float | str] = {one.field: one.answered for one in shown.capacity_difference}
    update = CapacityUpdate(confirm=bool(form.get("rest_right")), values=link_form.read_capacity(form, offered))
    try:
        await answer.update_capacity(tx, settings, visitor.actor, visitor.invitation_id, update)
    except (Contradiction, Refused, Changed):
        return _receipt_page(request, tx, visitor, shown, capacity_fault=True, status_code=422)
    return _to(f"{_link_path(request)}?capacity=1")


async def _open(
    request: PageRequest,
    tx: Transaction,
    settings: Settings,
    limits: Limits,
    signed: str,
    purpose: Purpose = "invitation",
) -> Visitor:
    """Let the holder of a link in; raises LinkClosed, and TooMany for who tries too often."""
    peer = limits.peer(request.scope)
    if request.method == "POST":
        await limits.count(PER_LINK, signed)
        await limits.count(PER_PEER, peer)
    try:
        visitor = await open_link(tx, settings, signed, purpose)
    except LinkClosed as closed:
        request.scope["state"]["account_language"] = closed.language
        if closed.why == "unknown":
            await limits.count(WRONG_LINKS, peer)
        raise
    request.scope["state"]["account_language"] = visitor.language
    return visitor


async def _form_page(
    request: PageRequest,
    tx: Transaction,
    visitor: Visitor,
    shown: InvitationForUnit,
    form: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    is_overtaken: bool = False,
    changed: tuple[FieldChange, ...] = (),
    status_code: int = 200,
) -> Response[Any]:
    context = {
        "changed": change_words.in_words(changed, page_language(request)),
        "invitation": shown,
        "form": form,
        "faults": faults,
        "is_overtaken": is_overtaken,
        "looks_again": looks_again(shown),
        "changes": change_words.in_words(shown.changes, page_language(request)),
        "is_late": rules.is_late(tx.now, shown.due_on, TIME_ZONE),
        "colleagues": await _colleagues(tx, visitor, shown),
    }
    return _page(request, "invitations/answer.html", context, status_code=status_code)


async def _form_again(
    request: PageRequest, tx: Transaction, visitor: Visitor, form: Mapping[str, str], faults: Mapping[str, str]
) -> Response[Any]:
    shown = await answer.read_invitation(tx, visitor.actor, visitor.invitation_id)
    if "answer" not in shown.available_actions:
        return _receipt_page(request, tx, visitor, shown)
    return await _form_page(request, tx, visitor, shown, form, faults, status_code=422)


async def _overtaken(
    request: PageRequest, tx: Transaction, visitor: Visitor, form: Mapping[str, str], eoi: EoiCreate
) -> Response[Any]:
    """Say what a colleague has answered, or the sponsor changed meanwhile; who only pressed twice has her receipt."""
    shown = await answer.read_invitation(tx, visitor.actor, visitor.invitation_id)
    given = shown.answer
    version = _revision(form.get("version", ""))
    changed: tuple[FieldChange, ...] = ()
    if version and version != shown.teaser.version:
        changed = await amendment.read_changes_since(tx, visitor.actor, visitor.invitation_id, version)
    is_overtaken = _revision(form.get("seen", "")) != (0 if given is None else given.revision)
    is_same = given is not None and all(getattr(given, one) == getattr(eoi, one) for one in eoi.__struct_fields__)
    if is_same or "answer" not in shown.available_actions:
        return _to(request.scope["path"])
    return await _form_page(
        request, tx, visitor, shown, form, {}, is_overtaken=is_overtaken, changed=changed, status_code=409
    )


def _is_own(visitor: Visitor, shown: InvitationForUnit) -> bool:
    return shown.answer is not None and shown.answer.investigator_id == visitor.actor.investigator_id


def _receipt_page(
    request: PageRequest,
    tx: Transaction,
    visitor: Visitor,
    shown: InvitationForUnit,
    *,
    capacity_fault: bool = False,
    status_code: int = 200,
) -> Response[Any]:
    context = {
        "invitation": shown,
        "is_own": _is_own(visitor, shown),
        "is_late": rules.is_late(tx.now, shown.due_on, TIME_ZONE),
        "is_capacity_done": request.query_params.get("capacity") == "1",
        "capacity_fault": capacity_fault,
        "change_address": f"{_link_path(request)}?change=1",
        "capacity_address": f"{_link_path(request)}/capacity",
    }
    return _page(request, "invitations/receipt.html", context, status_code=status_code)


async def _colleagues(tx: Transaction, visitor: Visitor, shown: InvitationForUnit) -> list[InvestigatorSummary]:
    """Return who else works at the unit; that their names were shown is noted."""
    people = await select_investigators(
        tx.connection, actor=visitor.actor, unit_id=shown.unit_id, after=None, limit=_MOST_COLLEAGUES
    )
    others = [one for one in people if one.investigator_id != visitor.actor.investigator_id]
    await note_listed_names(tx, visitor.actor, others)
    return sorted(others, key=lambda one: one.name)


def _closed_page(request: PageRequest, closed: LinkClosed) -> Response[Any]:
    if not wants_page(request):
        return http.answer_problem(request, closed)
    return _page(request, "invitations/link_closed.html", {"why": closed.why}, status_code=closed.status)


def _page(request: PageRequest, template: str, context: Mapping[str, Any], *, status_code: int = 200) -> Response[Any]:
    if "form" in context:
        # What nobody has filled in yet is empty.
        context = {**context, "form": defaultdict(str, context["form"])}
    shared = {
        "labels": labels,
        "link_path": _link_path(request),
        # Choosing another language shows the page again, and not what a form was sent to.
        "address": _link_path(request),
    }
    return render_page(request, template, shared | dict(context), status_code=status_code, headers=HEADERS)


def _link_path(request: PageRequest) -> str:
    return str(request.scope["path"]).removesuffix("/capacity")


def _revision(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no more digits than a revision


def _to(path: str) -> Response[None]:
    return Response(None, status_code=303, headers={"Location": path, **HEADERS})


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_answer, take_answer, take_capacity, show_sign_off, take_sign_off],
)
