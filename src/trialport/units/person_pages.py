"""The people of the register as pages of the trial office: found, and each kept on a page of her own."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import PathParameter, QueryParameter

from trialport.accounts import role_service
from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction, attempt
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction
from trialport.core.language import LANGUAGES
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate
from trialport.units import access_service, labels, office_service, person_service, register_labels
from trialport.units.access_service import UnitAccessOrder, UnitRole
from trialport.units.delegate_models import MOST_DELEGATES
from trialport.units.office_models import RosterFilter
from trialport.units.person_models import AskingInput, PersonFile
from trialport.units.profile_models import Absence

Text = Annotated[str, QueryParameter(max_length=100)]
PageNumber = Annotated[str, QueryParameter(name="page", max_length=6)]
InvestigatorId = Annotated[UUID, PathParameter()]
_READS: dict[str, Any] = {**may("register", "read"), "filters": True, "records_reading": True}
_KEEPS: dict[str, Any] = {**may("register", "edit_person"), "form": True}
_GIVES: dict[str, Any] = {**may("role_grant", "give"), "form": True}
_PERSON = "/register/people/{investigator_id:uuid}"
_NOTHING_UNDONE = {"first_day": None, "last_day": None, "delegate_id": None, "role": None}
# A training that ends within this time is worth a word.
_SOON = timedelta(days=60)
# No number of invitations has so many digits.
_DIGITS = 10
_ADVICE: Mapping[str, str] = {
    "invitations_per_month": to_translate("Write a whole number from 0 to 100, or leave it empty."),
    "school_status": to_translate("Choose one of the answers."),
    "school_completed_on": to_translate("Give a day up to today, and only with “completed”; or leave it empty."),
    "first_day": to_translate("These days overlap another absence. Change that one."),
    "last_day": to_translate("Give two days that exist, the first before the last, and the last still to come."),
    "delegate_id": to_translate("Choose a colleague of the same unit; at most five stand in for one person."),
    "mail_language": to_translate("Choose a language."),
    "new_role": to_translate("Choose a role; head of unit only for whom the register names as head."),
}
_CHANGED = to_translate("Somebody changed this meanwhile. Look at it, and send the form again if yours shall stand.")
# What a form has done, told on the page that follows; each of them can be taken back there.
TOLD: Mapping[str, str] = {
    "asking": to_translate("Saved."),
    "absence": to_translate("The absence is noted."),
    "delegate": to_translate("The delegate may act from now on."),
}


@get("/register/people", opt=_READS)
async def show_people(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    name: Text = "",
    unit: Text = "",
    role: Text = "",
    page: PageNumber = "",
) -> Response[str]:
    """Show the people of all units; the filter stands in the address."""
    given = {"name": name.strip(), "unit": unit.strip(), "role": role if role in register_labels.SIGNS_IN else ""}
    form = {field: value for field, value in given.items() if value}
    values = {
        "roster": await office_service.read_roster(
            tx, actor, msgspec.convert(form, RosterFilter), int(page) if page.isdecimal() else 1
        ),
        "form": form,
        "faults": {},
        "filter_query": urlencode(form),
        "labels": register_labels,
        "today": tx.today,
        "soon": tx.today + _SOON,
    }
    return render_page(request, "units/people.html", values)


@get(_PERSON, opt=_READS)
async def show_person(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    investigator_id: InvestigatorId,
    absence: Text = "",
    told: Text = "",
    removed: Text = "",
    ended: Text = "",
    ended_role: Text = "",
) -> Response[str]:
    """Show one person; `absence` names the one to change by its first day, the rest what was done just now."""
    file = await person_service.read_person(tx, actor, investigator_id)
    first, _, last = removed.partition("_")
    undo: dict[str, Any] = {"first_day": _day(first), "last_day": _day(last), "delegate_id": _identifier(ended)}
    undo |= {"role": await role_service.read_ended(tx, actor, ended_role)}
    chosen = next((one for one in file.absences if one.first_day.isoformat() == absence), None)
    return await _page(request, tx, actor, file, _absence_form(chosen), {}, told=told, undo=undo)


@post(_PERSON + "/asking", opt=_KEEPS, status_code=303)
async def change_asking(request: PageRequest, tx: Tx, actor: Caller, investigator_id: InvestigatorId) -> Response[Any]:
    """Store how often the person is asked, and her investigator school."""
    form = await read_form(request)
    asking, faults = _asking(form)
    file = await person_service.read_person(tx, actor, investigator_id)
    if asking is None:
        return await _page(request, tx, actor, file, form, faults)
    try:
        seen = datetime.fromisoformat(form.get("seen", ""))
        await person_service.change_asking(tx, actor, investigator_id, asking, seen=seen)
    except Contradiction as wrong:
        return await _page(request, tx, actor, file, form, _told(wrong))
    except (Changed, ValueError, TypeError):
        return await _page(request, tx, actor, file, form, {"invitations_per_month": _CHANGED}, status_code=409)
    return _back(investigator_id, "asking", told="asking")


@post(_PERSON + "/absences", opt=_KEEPS, status_code=303)
async def change_absence(request: PageRequest, tx: Tx, actor: Caller, investigator_id: InvestigatorId) -> Response[Any]:
    """Note when the person is away, move that, or remove it."""
    form = await read_form(request)
    if form.get("remove"):
        first, _, last = form["remove"].partition("_")
        if (first_day := _day(first)) is None or (last_day := _day(last)) is None:
            file = await person_service.read_person(tx, actor, investigator_id)
            return await _page(request, tx, actor, file, {}, {"last_day": _ADVICE["last_day"]})
        await person_service.remove_absence(tx, actor, investigator_id, first_day)
        return _back(investigator_id, "away", removed=f"{first_day}_{last_day}")
    file = await person_service.read_person(tx, actor, investigator_id)
    days, was = _absence(form, ""), _absence(form, "was_")
    if days is None:
        return await _page(request, tx, actor, file, form, {"last_day": _ADVICE["last_day"]})
    try:
        async with attempt(tx.connection):
            if was is None:
                await person_service.add_absence(tx, actor, investigator_id, days)
            else:
                await person_service.move_absence(tx, actor, investigator_id, days, was=was)
    except Contradiction as wrong:
        return await _page(request, tx, actor, file, form, _told(wrong))
    except Changed:
        return await _page(request, tx, actor, file, form, {"first_day": _CHANGED}, status_code=409)
    return _back(investigator_id, "away", told="absence")


@post(_PERSON + "/delegates", opt=_KEEPS, status_code=303)
async def change_delegates(
    request: PageRequest, tx: Tx, actor: Caller, investigator_id: InvestigatorId
) -> Response[Any]:
    """Let a colleague act for the person, or no longer."""
    form = await read_form(request)
    if form.get("remove"):
        if (delegate_id := _identifier(form["remove"])) is None:
            file = await person_service.read_person(tx, actor, investigator_id)
            return await _page(request, tx, actor, file, {}, {"delegate_id": _ADVICE["delegate_id"]})
        await person_service.end_delegate(tx, actor, investigator_id, delegate_id)
        return _back(investigator_id, "delegates", ended=str(delegate_id))
    try:
        async with attempt(tx.connection):
            await person_service.name_delegate(tx, actor, investigator_id, UUID(form.get("delegate_id", "")))
    except (Contradiction, ValueError):
        file = await person_service.read_person(tx, actor, investigator_id)
        return await _page(request, tx, actor, file, form, {"delegate_id": _ADVICE["delegate_id"]})
    return _back(investigator_id, "delegates", told="delegate")


@post(_PERSON + "/roles", opt=_GIVES, status_code=303)
async def give_role(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, investigator_id: InvestigatorId
) -> Response[Any]:
    """Let the person sign in as what she is at her units."""
    form = await read_form(request)
    file = await person_service.read_person(tx, actor, investigator_id)
    try:
        order = msgspec.convert(
            {"role": form.get("new_role", ""), "language": form.get("mail_language", "")}, UnitAccessOrder
        )
        given = await access_service.give_unit_access(tx, settings, actor, file.entry, order)
    except (Contradiction, msgspec.ValidationError):
        field = "new_role" if form.get("mail_language") in LANGUAGES else "mail_language"
        return await _page(request, tx, actor, file, form, {field: _ADVICE[field]})
    return _back(investigator_id, "roles", told="given" if given else "held")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    file: PersonFile,
    form: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    told: str = "",
    undo: Mapping[str, Any] | None = None,
    status_code: int | None = None,
) -> Response[str]:
    """Show the person with what was typed into one of her forms; the others hold what is stored."""
    stored = _asking_form(file) | {"mail_language": page_language(request)}
    delegate_id = (undo or _NOTHING_UNDONE)["delegate_id"]
    values = {
        "file": file,
        "form": defaultdict(str, {**stored, **form}),
        "faults": faults,
        "told": register_labels.ROLE_TOLD.get(told) or TOLD.get(told),
        "undo": undo or _NOTHING_UNDONE,
        "former": next((one.name for one in file.colleagues if one.investigator_id == delegate_id), None),
        "put_back": person_service.asking_to_put_back(file),
        "labels": register_labels,
        "school": labels.SCHOOL,
        "languages_of": LANGUAGES,
        "most_delegates": MOST_DELEGATES,
        "givable": [
            one
            for one in get_args(UnitRole)
            if "give" in allowed_commands("role_grant", actor.role, one) and one not in {r.role for r in file.roles}
        ],
        "is_head": any(one.is_head for one in file.entry.positions),
        "today": tx.today,
        "address": f"/register/people/{file.entry.investigator_id}",
    }
    return render_page(request, "units/person.html", values, status_code=status_code or (422 if faults else 200))


def _back(investigator_id: UUID, section: str, **told: str) -> Response[None]:
    query = urlencode({name: value for name, value in told.items() if value})
    return go_to(f"/register/people/{investigator_id}{'?' if query else ''}{query}#{section}")


def _asking_form(file: PersonFile) -> dict[str, str]:
    most, day = file.entry.invitations_per_month, file.entry.school_completed_on
    return {
        "seen": file.entry.updated_at.isoformat(),
        "invitations_per_month": "" if most is None else str(most),
        "school_status": file.entry.school_status,
        "school_completed_on": "" if day is None else day.isoformat(),
    }


def _absence_form(chosen: Absence | None) -> dict[str, str]:
    if chosen is None:
        return {}
    days = {"first_day": chosen.first_day.isoformat(), "last_day": chosen.last_day.isoformat()}
    return days | {f"was_{name}": day for name, day in days.items()}


def _asking(form: Mapping[str, str]) -> tuple[AskingInput | None, dict[str, str]]:
    """Return what the form says, or None with what is wrong by field, to be translated."""
    most = form.get("invitations_per_month", "").strip()
    given: dict[str, Any] = {
        "invitations_per_month": int(most)
        if most.isascii() and most.isdecimal() and len(most) < _DIGITS
        else most or None,
        "school_status": form.get("school_status", ""),
        "school_completed_on": form.get("school_completed_on", "").strip() or None,
    }
    faults = {}
    for name, value in given.items():
        try:
            msgspec.convert({"school_status": "none", name: value}, AskingInput)
        except msgspec.ValidationError:
            faults[name] = _ADVICE[name]
    return (None if faults else msgspec.convert(given, AskingInput)), faults


def _absence(form: Mapping[str, str], prefix: str) -> Absence | None:
    first, last = (_day(form.get(prefix + name, "")) for name in ("first_day", "last_day"))
    return None if first is None or last is None else Absence(first_day=first, last_day=last)


def _day(text: str) -> date | None:
    try:
        return msgspec.convert(text.strip(), date)
    except msgspec.ValidationError:
        return None


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _told(wrong: Contradiction) -> dict[str, str]:
    return {one.path: _ADVICE[one.path] for one in wrong.errors}


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_people, show_person, change_asking, change_absence, change_delegates, give_role],
)
