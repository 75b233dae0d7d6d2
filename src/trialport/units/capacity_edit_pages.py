"""One capacity as a page: changed in under a minute, with its history; two people never overwrite each other."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction, NotFound
from trialport.core.pages import page_language, render_page
from trialport.units import capacity_form, capacity_queries, service
from trialport.units.api import AreaCode, UnitId
from trialport.units.capacity_pages import CHANGES, FORM_BYTES, words_of
from trialport.units.capacity_words import Difference, differences
from trialport.units.models import CapacityChange, CapacityDetail, CapacityInput
from trialport.units.own_unit_queries import Held, OwnUnit, select_held, select_own_units
from trialport.units.rules import as_input
from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea

HOME = "/capacity"
_NEWEST_CHANGES = 20


class Place(NamedTuple):
    """What a form is about: a unit, an area, the record as it is stored, if there is one, and the door to it."""

    unit: OwnUnit
    therapy_area: TherapyArea
    stored: CapacityDetail | None
    # The page that leads here; the form lies one unit and one area below it.
    home: str = HOME

    @property
    def address(self) -> str:
        """Where the form is, and what it is sent to."""
        return f"{self.home}/{self.unit.unit_id}/{self.therapy_area}"


@get("/capacity/add", opt=CHANGES)
async def add_area(
    tx: Tx,
    actor: Caller,
    unit_id: Annotated[UUID, QueryParameter()],
    area: Annotated[str, QueryParameter(name="therapy_area", max_length=100)],
) -> Response[None]:
    """Lead to the form of the unit and the area that were chosen."""
    if area not in THERAPY_AREAS or not await select_own_units(tx.connection, actor=actor, unit_id=unit_id):
        raise NotFound("No unit of yours here. Check the unit and the therapy area.")
    return go_to(f"/capacity/{unit_id}/{area}")


@get("/capacity/{unit_id:uuid}/{therapy_area:str}", opt=CHANGES)
async def show_capacity(
    request: PageRequest, tx: Tx, actor: Caller, unit_id: UnitId, therapy_area: AreaCode
) -> Response[str]:
    """Show the form of one capacity, empty where there is none yet."""
    return await show_form(request, tx, await find_place(tx, actor, unit_id, therapy_area))


async def show_form(request: PageRequest, tx: Transaction, place: Place) -> Response[str]:
    """Show the form as the record stands."""
    therapy_area = place.therapy_area
    kind = place.unit.kind
    form = {} if place.stored is None else capacity_form.form_of(as_input(place.stored), kind, therapy_area)
    return await _form_page(request, tx, place, form, {})


@post("/capacity/{unit_id:uuid}/{therapy_area:str}", opt={**CHANGES, "form": True}, status_code=303)
async def change_capacity(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, unit_id: UnitId, therapy_area: AreaCode
) -> Response[Any]:
    """Store what was typed; whatever is wrong, or was changed by somebody else meanwhile, is said in the form."""
    form = await read_form(request)
    return await take_form(request, tx, settings, actor, await find_place(tx, actor, unit_id, therapy_area), form)


async def take_form(
    request: PageRequest, tx: Transaction, settings: Settings, actor: Actor, place: Place, form: Mapping[str, str]
) -> Response[Any]:
    """Store what was typed into the form of a place, by whichever door it came."""
    unit_id, therapy_area = place.unit.unit_id, place.therapy_area
    stored = None if place.stored is None else as_input(place.stored)
    wanted, faults = capacity_form.read_form(form, stored, place.unit.kind, therapy_area)
    if wanted is None:
        return await _form_page(request, tx, place, form, faults, status_code=422)
    if str(0 if place.stored is None else place.stored.revision) != form.get("revision", ""):
        return await _overtaken(request, tx, place, form, wanted)
    try:
        await service.record_capacity(
            tx,
            settings,
            actor,
            unit_id,
            therapy_area,
            wanted,
            expected=None if place.stored is None else place.stored.revision,
            create=place.stored is None,
        )
    except Contradiction as wrong:
        told = capacity_form.told(wrong.errors, place.unit.kind)
        return await _form_page(request, tx, place, form, told, status_code=422)
    except Changed:
        now = await find_place(tx, actor, unit_id, therapy_area, place.home)
        return await _overtaken(request, tx, now, form, wanted)
    return go_to(f"{place.home}?done=1")


async def find_place(
    tx: Transaction, actor: Actor, unit_id: UUID, therapy_area: TherapyArea, home: str = HOME
) -> Place:
    """Return what a form is about; raises NotFound for a unit out of scope."""
    units = await select_own_units(tx.connection, actor=actor, unit_id=unit_id)
    if not units:
        raise NotFound("No unit of yours here. Check the unit.")
    stored = await capacity_queries.select_capacity(
        tx.connection, actor=actor, unit_id=unit_id, therapy_area=therapy_area, today=tx.today
    )
    return Place(units[0], therapy_area, stored, home)


async def _overtaken(
    request: PageRequest, tx: Transaction, place: Place, form: Mapping[str, str], wanted: CapacityInput
) -> Response[str]:
    """Show what somebody else stored beside what was typed; sent again, what was typed stands."""
    words = words_of(page_language(request))
    newer: Sequence[Difference] = ()
    if place.stored is not None:
        newer = differences(as_input(place.stored), wanted, page_language(request), words["shown_day"])
    return await _form_page(request, tx, place, form, {}, newer=newer, is_overtaken=True, status_code=409)


async def _form_page(
    request: PageRequest,
    tx: Transaction,
    place: Place,
    form: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    newer: Sequence[Difference] = (),
    is_overtaken: bool = False,
    status_code: int = 200,
) -> Response[str]:
    language = page_language(request)
    words = words_of(language)
    stored = place.stored
    changes: list[CapacityChange] = []
    held = Held()
    if stored is not None and place.home == HOME:
        changes = await capacity_queries.select_capacity_history(
            tx.connection, capacity_id=stored.capacity_id, before_revision=None, limit=_NEWEST_CHANGES
        )
    if stored is not None:
        held = (await select_held(tx.connection, capacity_ids=[stored.capacity_id])).get(stored.capacity_id, held)
    values = {
        "unit": place.unit,
        "home": place.home,
        "form_address": place.address,
        "area": place.therapy_area,
        "stored": stored,
        "is_primary_care": capacity_form.is_primary_care(place.unit.kind),
        "form": defaultdict(str, form),
        "faults": faults,
        "dct_faults": [name for name in faults if name.startswith("dct_")],
        "newer": newer,
        "is_overtaken": is_overtaken,
        "held": held,
        "history": [
            (one, () if one.before is None else differences(one.before, one.after, language, words["shown_day"]))
            for one in changes
        ],
        **words,
    }
    return render_page(request, "units/capacity_edit.html", values, status_code=status_code)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[add_area, show_capacity, change_capacity],
)
