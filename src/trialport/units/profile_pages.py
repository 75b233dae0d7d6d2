"""An investigator's own entry as a page: absence, delegates, how she wants to be asked, and her data."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import ONESELF, Caller
from trialport.accounts.models import Actor
from trialport.accounts.own_data_service import list_name_readings
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction, FieldError
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate
from trialport.units import delegate_service, labels, objection_service, profile_queries, profile_service
from trialport.units.capacity_pages import words_of
from trialport.units.delegate_models import MOST_DELEGATES
from trialport.units.models import RoleWanted
from trialport.units.profile_models import Absence, ProfileDetail, ProfileInput

# What is about her as a person stays hers: nobody stands in for her here.
_OWN = {**may("delegates", "change"), **ONESELF}
_FORM = {**_OWN, "form": True}
_NEWEST_READINGS = 20
# No number of invitations has so many digits.
_DIGITS = 10
_DAY = to_translate("Give a day that exists, or leave it empty.")
_ADVICE: Mapping[str, str] = {
    "gcp_trained_on": to_translate("Give the day of the training; it cannot lie in the future."),
    "gcp_expires_on": to_translate("The training expires after the day it was given; give both days."),
    "school_completed_on": to_translate("Leave the day out, or say that you have completed it."),
    "invitations_per_month": to_translate("Write a whole number from 0 to 100, or leave it empty."),
    "first_day": to_translate("These days overlap another absence. Remove that one first."),
    "last_day": to_translate("Give two days that exist, the first before the last, and the last still to come."),
    "delegate_ids": to_translate("Choose at most five colleagues who work at one of your units."),
}
_CHANGED = to_translate("Your entry was changed meanwhile. Look at it, and send the form again if yours shall stand.")


@get("/profile", opt={**_OWN, "records_reading": True})
async def show_profile(request: PageRequest, tx: Tx, actor: Caller) -> Response[str]:
    """Show the viewer's own entry."""
    profile = await profile_service.read_profile(tx, actor)
    return await _page(request, tx, actor, _form_of(profile), {})


@post("/profile", opt=_FORM, status_code=303)
async def change_profile(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[Any]:
    """Store what she says of herself."""
    form = await read_form(request)
    profile, faults = _read(form)
    if profile is None:
        return await _page(request, tx, actor, form, faults)
    try:
        seen = datetime.fromisoformat(form.get("seen", ""))
        await profile_service.write_profile(tx, settings, actor, profile, seen=seen)
    except Contradiction as wrong:
        return await _page(request, tx, actor, form, _told(wrong.errors))
    except (Changed, ValueError):
        return await _page(request, tx, actor, form, {"gcp_trained_on": _CHANGED}, status_code=409)
    return go_to("/profile")


@post("/profile/absences", opt=_FORM, status_code=303)
async def change_absence(request: PageRequest, tx: Tx, actor: Caller) -> Response[Any]:
    """Note when she is away, or remove it."""
    form = await read_form(request)
    try:
        if form.get("remove"):
            await profile_service.remove_absence(tx, actor, date.fromisoformat(form["remove"]))
        else:
            first, last = (date.fromisoformat(form.get(name, "")) for name in ("first_day", "last_day"))
            await profile_service.add_absence(tx, actor, Absence(first_day=first, last_day=last))
    except ValueError:
        return await _page(request, tx, actor, form, {"last_day": _ADVICE["last_day"]}, keeps_profile=True)
    except Contradiction as wrong:
        return await _page(request, tx, actor, form, _told(wrong.errors), keeps_profile=True)
    return go_to("/profile#away")


@post("/profile/delegates", opt=_FORM, status_code=303)
async def change_delegates(request: PageRequest, tx: Tx, actor: Caller) -> Response[Any]:
    """Let a colleague act for her, or no longer."""
    form = await read_form(request)
    named = [one.investigator_id for one in (await delegate_service.read_delegates(tx, actor)).items]
    try:
        if form.get("remove"):
            named = [one for one in named if one != UUID(form["remove"])]
        else:
            named.append(UUID(form.get("delegate_ids", "")))
        if len(named) > MOST_DELEGATES:
            raise Contradiction.at("delegate_ids", "These are too many.")
        await delegate_service.name_delegates(tx, actor, named)
    except (Contradiction, ValueError):
        faults = {"delegate_ids": _ADVICE["delegate_ids"]}
        return await _page(request, tx, actor, form, faults, keeps_profile=True)
    return go_to("/profile#delegates")


@post("/profile/objection", opt=_FORM, status_code=303)
async def change_objection(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[None]:
    """Object to being proposed, or withdraw that."""
    form = await read_form(request)
    await objection_service.set_objection(tx, settings, actor, objects=form.get("objects") == "yes")
    return go_to("/profile#data")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    form: Mapping[str, str],
    faults: Mapping[str, str],
    *,
    keeps_profile: bool = False,
    status_code: int | None = None,
) -> Response[str]:
    """Show the page; with `keeps_profile` the form sent was one of the small ones beside the entry."""
    profile = await profile_service.read_profile(tx, actor)
    delegates = await delegate_service.read_delegates(tx, actor)
    colleagues = await profile_queries.select_colleagues(tx.connection, investigator_id=profile.investigator_id)
    named = {one.investigator_id for one in delegates.items}
    values = {
        "profile": profile,
        "form": defaultdict(str, {**(_form_of(profile) if keeps_profile else {}), **form}),
        "faults": faults,
        "absences": await profile_queries.select_absences(
            tx.connection,
            investigator_id=profile.investigator_id,
            from_day=tx.today,
        ),
        "delegates": delegates.items,
        "colleagues": [one for one in colleagues if one.investigator_id not in named],
        "readings": await list_name_readings(tx, profile.investigator_id, before=None, limit=_NEWEST_READINGS),
        "address": "/profile",
        **words_of(page_language(request)),
    }
    return render_page(request, "units/profile.html", values, status_code=status_code or (422 if faults else 200))


def _form_of(profile: ProfileDetail) -> dict[str, str]:
    given = msgspec.to_builtins(profile)
    shown = {
        name: str(given[name])
        for name in ("gcp_trained_on", "gcp_expires_on", "school_status", "school_completed_on", "visibility")
        if given[name] is not None
    }
    if profile.invitations_per_month is not None:
        shown["invitations_per_month"] = str(profile.invitations_per_month)
    shown |= {f"roles_wanted_{one}": "on" for one in profile.roles_wanted}
    shown |= {f"languages_{one}": "on" for one in profile.languages}
    shown["more_languages"] = " ".join(one for one in profile.languages if one not in labels.LANGUAGES)
    return shown | {"seen": profile.updated_at.isoformat()}


def _read(form: Mapping[str, str]) -> tuple[ProfileInput | None, dict[str, str]]:
    """Return what the form says, or None with what is wrong by field, to be translated."""
    days = ("gcp_trained_on", "gcp_expires_on", "school_completed_on")
    most = form.get("invitations_per_month", "")
    given: dict[str, Any] = {name: form.get(name) or None for name in days}
    given["invitations_per_month"] = (
        int(most) if most.isascii() and most.isdecimal() and len(most) < _DIGITS else most or None
    )
    given |= {"school_status": form.get("school_status") or "none", "visibility": form.get("visibility") or "office"}
    given["roles_wanted"] = [one for one in get_args(RoleWanted) if form.get(f"roles_wanted_{one}")]
    more = [one for one in form.get("more_languages", "").lower().split() if one not in labels.LANGUAGES]
    given["languages"] = [one for one in labels.LANGUAGES if form.get(f"languages_{one}")] + more
    faults = {}
    for name, value in list(given.items()):
        try:
            msgspec.convert({"school_status": "none", "visibility": "office", name: value}, ProfileInput)
        except msgspec.ValidationError:
            faults[name] = _DAY if name in days else _ADVICE.get(name, _DAY)
    return (None if faults else msgspec.convert(given, ProfileInput)), faults


def _told(errors: tuple[FieldError, ...]) -> dict[str, str]:
    return {one.path: _ADVICE[one.path] for one in errors}


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_profile, change_profile, change_absence, change_delegates, change_objection],
)
