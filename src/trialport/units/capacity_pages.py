"""A unit's capacity as pages: one card per therapy area, confirmed with one press, or paused until a day."""

import contextlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, get_args
from uuid import UUID

from babel.numbers import format_decimal
from litestar import Response, Router, get, post
from litestar.params import QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.days import shown_day
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction
from trialport.core.language import Language
from trialport.core.pages import page_language, render_page
from trialport.units import capacity_upkeep, labels
from trialport.units.api import AreaCode, UnitId
from trialport.units.capacity_upkeep import Seen
from trialport.units.confirmation_queries import select_own_confirmations
from trialport.units.own_unit_queries import Held, select_cards, select_held, select_own_units
from trialport.units.service import TAKE_BACK
from trialport.vocabulary import labels as shared
from trialport.vocabulary.codes import TherapyArea

CONFIRMS = may("capacity", "confirm")
CHANGES = may("capacity", "change")
# Every box of the form, the matrix and five long texts, as a form encodes them (bytes).
FORM_BYTES = 100_000
_A_PAGE = 25
_MOST_CONFIRMED = 200
Done = Annotated[int, QueryParameter(ge=0, le=_MOST_CONFIRMED)]
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


@get("/capacity", opt=CONFIRMS)
async def list_capacity(
    request: PageRequest, tx: Tx, actor: Caller, done: Done = 0, undone: Done = 0, page: PageNumber = 1
) -> Response[str]:
    """Show what the viewer's units can take on, what needs a look first.

    `done` were confirmed just now, `undone` are no longer (counts).
    """
    return await cards_page(request, tx, actor, done=done, undone=undone, page=page)


@post("/capacity/confirm-all", opt={**CONFIRMS, "form": True}, status_code=303)
async def confirm_all(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[Any]:
    """Confirm every capacity that was on the page and says the same still."""
    seen = seen_of(await read_form(request))
    confirmed, moved = await capacity_upkeep.confirm_capacities(tx, settings, actor, seen)
    if moved:
        return await cards_page(request, tx, actor, done=len(confirmed), moved=moved, status_code=409)
    return go_to(f"/capacity?done={len(confirmed)}")


@post("/capacity/take-back", opt={**CONFIRMS, "form": True}, status_code=303)
async def take_back(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[Any]:
    """Undo what was confirmed by mistake."""
    seen = seen_of(await read_form(request))
    undone, moved = await capacity_upkeep.take_back_confirmations(tx, settings, actor, seen)
    if moved:
        return await cards_page(request, tx, actor, undone=len(undone), moved=moved, status_code=409)
    return go_to(f"/capacity?undone={len(undone)}")


@post("/capacity/{unit_id:uuid}/{therapy_area:str}/confirm", opt={**CONFIRMS, "form": True}, status_code=303)
async def confirm_one(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, unit_id: UnitId, therapy_area: AreaCode
) -> Response[Any]:
    """Confirm one capacity unchanged."""
    seen = seen_one(await read_form(request), unit_id, therapy_area)
    _, moved = await capacity_upkeep.confirm_capacities(tx, settings, actor, [seen])
    return await cards_page(request, tx, actor, moved=moved, status_code=409) if moved else go_to("/capacity?done=1")


@post("/capacity/{unit_id:uuid}/{therapy_area:str}/state", opt={**CHANGES, "form": True}, status_code=303)
async def restate_one(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, unit_id: UnitId, therapy_area: AreaCode
) -> Response[Any]:
    """Pause until a day, or open again."""
    form = await read_form(request)
    seen = seen_one(form, unit_id, therapy_area)
    try:
        if form.get("state") == "open":
            await capacity_upkeep.reopen_capacity(tx, settings, actor, seen)
        elif form.get("state") != "paused":
            raise Contradiction.at("state", "Pause, or open again.")
        else:
            await capacity_upkeep.pause_capacity(tx, settings, actor, seen, day_of(form.get("until", "")))
    except (Contradiction, ValueError):
        return await cards_page(request, tx, actor, wrong=seen, typed=form.get("until", ""), status_code=422)
    except Changed:
        typed = form.get("until", "")
        return await cards_page(request, tx, actor, moved=[seen], typed=typed, status_code=409)
    return go_to("/capacity?done=1")


async def cards_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    *,
    done: int = 0,
    undone: int = 0,
    moved: list[Seen] | None = None,
    wrong: Seen | None = None,
    typed: str = "",
    page: int = 1,
    status_code: int = 200,
) -> Response[str]:
    """Show the cards; `moved` are those that somebody changed meanwhile, `wrong` the one whose day cannot be."""
    today = tx.today
    marked = [(one.unit_id, one.therapy_area) for one in (*(moved or ()), *([wrong] if wrong else ()))]
    found = await select_cards(
        tx.connection,
        actor=actor,
        marked=marked,
        recent=tx.now - TAKE_BACK,
        today=tx.today,
        offset=(page - 1) * _A_PAGE,
        limit=_A_PAGE,
    )
    if not found and page > 1:  # There are fewer pages than when the address was made.
        return await cards_page(request, tx, actor, done=done, undone=undone)
    units = await select_own_units(tx.connection, actor=actor, unit_id=None, needed={one.unit_id for one in found})
    ids = [one.capacity_id for one in found]
    held = await select_held(tx.connection, capacity_ids=ids)
    since = tx.now - TAKE_BACK
    own = await select_own_confirmations(tx.connection, capacity_ids=ids, actor_id=actor.actor_id, since=since)
    values = {
        "cards": found,
        "total": found[0].total if found else 0,
        "total_stale": found[0].total_stale if found else 0,
        "number": page,
        "a_page": _A_PAGE,
        "has_more": bool(found) and page * _A_PAGE < found[0].total,
        "units": {one.unit_id: one for one in sorted(units, key=lambda one: one.name)},
        "held": held,
        "nothing_held": Held(),
        "today": today,
        "done": done,
        "undone": undone,
        "own": own,
        "moved": [(one.unit_id, one.therapy_area) for one in moved or ()],
        "wrong": None if wrong is None else (wrong.unit_id, wrong.therapy_area),
        "typed": typed,
        "address": "/capacity",
        **words_of(page_language(request)),
    }
    return render_page(request, "units/capacity.html", values, status_code=status_code)


def words_of(language: Language) -> Mapping[str, Any]:
    """Return what the templates of units write codes, days and numbers with."""
    return {
        "labels": labels,
        "shared": shared,
        "shown_day": lambda day: shown_day(day, language),
        "shown_number": lambda number: _shown_number(number, language),
    }


@lru_cache(4096)
def _shown_number(number: float, language: Language) -> str:
    return format_decimal(number, "#,##0.##", locale=language)


def seen_of(form: Mapping[str, str]) -> list[Seen]:
    """Return the capacities that a form names, each as `seen_<unit>_<area>` with its revision."""
    found = []
    for name, value in form.items():
        _, _, rest = name.partition("seen_")
        unit_id, _, area = rest.partition("_")
        if not rest or area not in get_args(TherapyArea):
            continue
        with contextlib.suppress(ValueError):
            found.append(Seen(unit_id=UUID(unit_id), therapy_area=area, revision=int(value)))  # type: ignore[arg-type]
    return found


def seen_one(form: Mapping[str, str], unit_id: UUID, therapy_area: TherapyArea) -> Seen:
    revision = form.get("revision", "")
    return Seen(unit_id=unit_id, therapy_area=therapy_area, revision=int(revision) if _is_small(revision) else 0)


def _is_small(text: str) -> bool:
    """Say whether a text is a whole number that the database can hold."""
    return text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 - digits of an integer


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[list_capacity, confirm_all, take_back, confirm_one, restate_one],
)
