"""The page behind the link of a mail about capacity: still right in one tap, or changed, or paused. No sign-in."""

from typing import Any

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

from trialport.accounts.csrf import read_form
from trialport.accounts.signin_pages import PageRequest
from trialport.core import http
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.error_pages import wants_page
from trialport.core.errors import Changed, Contradiction
from trialport.core.limits import Limit, Limits
from trialport.core.pages import page_language, render_page
from trialport.units import capacity_upkeep
from trialport.units.api import AreaCode, UnitId
from trialport.units.capacity_edit_pages import Place, find_place, show_form, take_form
from trialport.units.capacity_pages import FORM_BYTES, Done, day_of, seen_of, seen_one, words_of
from trialport.units.capacity_upkeep import Seen
from trialport.units.confirmation_queries import select_own_confirmations
from trialport.units.own_unit_queries import Held, select_held, select_own_units
from trialport.units.question_access import Asked, QuestionClosed, open_question
from trialport.units.service import TAKE_BACK
from trialport.units.stale_service import ASK_BEFORE

AppLimits = NamedDependency[SkipValidation[Limits]]
# No GET confirms anything, for programs open links too.
OPEN_PAGE: dict[str, Any] = {"open": True}
OPEN_FORM: dict[str, Any] = {"open": True, "form": True}
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
PER_LINK = Limit("capacity-link", 60, 900)
PER_PEER = Limit("capacity-peer", 600, 900)
WRONG_LINKS = Limit("wrong-link", 60, 900)
_PATH = "/still-right/{signed:str}"


@get(_PATH, opt=OPEN_PAGE)
async def show_question(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    limits: AppLimits,
    signed: FromPath[str],
    done: Done = 0,
    undone: Done = 0,
) -> Response[Any]:
    """Show what the mail asks about; `done` were confirmed just now, `undone` are no longer (counts)."""
    try:
        asked = await _open(request, tx, settings, limits, signed)
    except QuestionClosed as closed:
        return _closed_page(request, closed)
    return await _page(request, tx, asked, signed, done=done, undone=undone)


@post(_PATH, opt=OPEN_FORM, status_code=303)
async def confirm_asked(
    request: PageRequest, tx: Tx, settings: AppSettings, limits: AppLimits, signed: FromPath[str]
) -> Response[Any]:
    """Confirm what was seen, one or all of it, or take that back."""
    try:
        asked = await _open(request, tx, settings, limits, signed)
    except QuestionClosed as closed:
        return _closed_page(request, closed)
    form = await read_form(request)
    seen = seen_of(form)
    for one in seen:
        asked.one(one.unit_id, one.therapy_area)
    takes_back = form.get("what") == "take_back"
    step = capacity_upkeep.take_back_confirmations if takes_back else capacity_upkeep.confirm_capacities
    settled, moved = await step(tx, settings, asked.actor, seen)
    if moved:
        again = await open_question(tx, settings, signed)
        return await _page(request, tx, again, signed, moved=moved, status_code=409)
    return _to(f"{_home(signed)}?{'undone' if takes_back else 'done'}={len(settled)}")


@get(_PATH + "/{unit_id:uuid}/{therapy_area:str}", opt=OPEN_PAGE)
async def show_asked(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    limits: AppLimits,
    signed: FromPath[str],
    unit_id: UnitId,
    therapy_area: AreaCode,
) -> Response[Any]:
    """Show the form of one capacity that the mail asks about."""
    try:
        asked = await _open(request, tx, settings, limits, signed)
    except QuestionClosed as closed:
        return _closed_page(request, closed)
    return _shut(await show_form(request, tx, await _place(tx, asked, signed, unit_id, therapy_area)))


@post(_PATH + "/{unit_id:uuid}/{therapy_area:str}", opt=OPEN_FORM, status_code=303)
async def change_asked(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    limits: AppLimits,
    signed: FromPath[str],
    unit_id: UnitId,
    therapy_area: AreaCode,
) -> Response[Any]:
    """Store what was typed about it."""
    try:
        asked = await _open(request, tx, settings, limits, signed)
    except QuestionClosed as closed:
        return _closed_page(request, closed)
    place = await _place(tx, asked, signed, unit_id, therapy_area)
    return _shut(await take_form(request, tx, settings, asked.actor, place, await read_form(request)))


@post(_PATH + "/{unit_id:uuid}/{therapy_area:str}/pause", opt=OPEN_FORM, status_code=303)
async def pause_asked(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    limits: AppLimits,
    signed: FromPath[str],
    unit_id: UnitId,
    therapy_area: AreaCode,
) -> Response[Any]:
    """Take no new trials until a day, or until further notice."""
    try:
        asked = await _open(request, tx, settings, limits, signed)
    except QuestionClosed as closed:
        return _closed_page(request, closed)
    asked.one(unit_id, therapy_area)
    form = await read_form(request)
    seen = seen_one(form, unit_id, therapy_area)
    typed = form.get("until", "")
    try:
        await capacity_upkeep.pause_capacity(tx, settings, asked.actor, seen, day_of(typed))
    except (Contradiction, ValueError):
        return await _page(request, tx, asked, signed, wrong=seen, typed=typed, status_code=422)
    except Changed:
        return await _page(request, tx, asked, signed, moved=[seen], status_code=409)
    return _to(f"{_home(signed)}?done=1")


async def _open(request: PageRequest, tx: Transaction, settings: Settings, limits: Limits, signed: str) -> Asked:
    """Let the holder of a link in; raises QuestionClosed, and TooMany for who tries too often."""
    peer = limits.peer(request.scope)
    if request.method == "POST":
        await limits.count(PER_LINK, signed)
        await limits.count(PER_PEER, peer)
    try:
        asked = await open_question(tx, settings, signed)
    except QuestionClosed as closed:
        request.scope["state"]["account_language"] = closed.language
        if closed.why == "unknown":
            await limits.count(WRONG_LINKS, peer)
        raise
    request.scope["state"]["account_language"] = asked.language
    return asked


async def _place(tx: Transaction, asked: Asked, signed: str, unit_id: UnitId, therapy_area: AreaCode) -> Place:
    asked.one(unit_id, therapy_area)
    return await find_place(tx, asked.actor, unit_id, therapy_area, _home(signed))


async def _page(
    request: PageRequest,
    tx: Transaction,
    asked: Asked,
    signed: str,
    *,
    done: int = 0,
    undone: int = 0,
    moved: list[Seen] | None = None,
    wrong: Seen | None = None,
    typed: str = "",
    status_code: int = 200,
) -> Response[Any]:
    today = tx.today
    found_ids = [one.capacity_id for one in asked.capacities]
    units = await select_own_units(tx.connection, actor=asked.actor, unit_id=None)
    values = {
        "cards": asked.capacities,
        "due": [one for one in asked.capacities if one.valid_until is None or one.valid_until < today + ASK_BEFORE],
        "units": {one.unit_id: one for one in units},
        "held": await select_held(tx.connection, capacity_ids=found_ids),
        "nothing_held": Held(),
        "own": await select_own_confirmations(
            tx.connection, capacity_ids=found_ids, actor_id=asked.actor.actor_id, since=tx.now - TAKE_BACK
        ),
        "today": today,
        "done": done,
        "undone": undone,
        "moved": [(one.unit_id, one.therapy_area) for one in moved or ()],
        "wrong": None if wrong is None else (wrong.unit_id, wrong.therapy_area),
        "typed": typed,
        "home": _home(signed),
        "address": _home(signed),
        **words_of(page_language(request)),
    }
    return render_page(request, "units/question.html", values, status_code=status_code, headers=HEADERS)


def _closed_page(request: PageRequest, closed: QuestionClosed) -> Response[Any]:
    if not wants_page(request):
        return http.answer_problem(request, closed)
    return render_page(
        request, "units/question_closed.html", {"why": closed.why}, status_code=closed.status, headers=HEADERS
    )


def _home(signed: str) -> str:
    return f"/still-right/{signed}"


def _to(path: str) -> Response[None]:
    return Response(None, status_code=303, headers={"Location": path, **HEADERS})


def _shut(answer: Response[Any]) -> Response[Any]:
    """Keep the address of a page, which is a secret, out of other pages' logs."""
    answer.headers.update(HEADERS)
    return answer


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_question, confirm_asked, show_asked, change_asked, pause_asked],
)
