"""How confidentiality is settled, as a page of a region's settings: its mode, and agreements with sponsors."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.params import PathParameter

from trialport.accounts.audit_models import AuditFilter
from trialport.accounts.audit_service import list_audit_events, names_of
from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.errors import Changed, Contradiction, Refused
from trialport.core.pages import render_page
from trialport.core.translations import to_translate as _
from trialport.sponsors import agreement_queries as queries
from trialport.sponsors import agreement_service as service
from trialport.sponsors.agreement_models import AgreementInput
from trialport.sponsors.service import register_sponsor
from trialport.units import office_queries, promise_service
from trialport.units.models import ConfidentialityMode
from trialport.units.promise_queries import PromiseVersion, RegionPromise

RegionId = Annotated[UUID, PathParameter()]
AgreementId = Annotated[UUID, PathParameter()]
_HERE = "/settings/{region_id:uuid}"
_CHANGES_SHOWN, _AGREEMENTS_SHOWN = 20, 200
_WHY = _("Say why, so that a colleague understands it later.")
_DAY = _("Choose a day.")
_NEEDED = _("This is needed.")
_OVERTAKEN = _("Somebody changed this before you. This is how it stands now.")
MODES: Mapping[str, str] = {
    "statutory": _("The law binds everybody who works for the region; nothing is signed."),
    "master": _("One agreement for each sponsor and hospital management."),
    "cda_first": _("A named person signs before confidential fields open."),
}
SPONSOR_KINDS: Mapping[str, str] = {
    "company": _("Company"),
    "cro": _("Contract research organisation (CRO)"),
    "academic": _("Academic group"),
}
CHANGES: Mapping[str, str] = {
    "agreement.recorded": _("Recorded"),
    "agreement.extended": _("Last day changed"),
    "agreement.ended": _("Ended"),
    "agreement.resumed": _("End taken back"),
}
# What the desks find, so that the catalogues have it.
FOUND = (
    _("In Sweden the law binds and nothing is signed; in other countries something is signed."),
    _("Say who signed: in this region a named signatory signs first."),
    _("The last day lies before the day of signing."),
    _("This day lies in the future. Record an agreement once it is signed."),
    _("There is no such attachment of this sponsor and region."),
)


@get(_HERE + "/confidentiality", opt=may("agreement", "end"))
async def show_confidentiality(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[str]:
    """Show how confidentiality is settled in a region, with which sponsors, and what changed lately."""
    return await _page(request, tx, actor, region_id)


@post(_HERE + "/confidentiality", opt={**may("region_setting", "change"), "form": True}, status_code=303)
async def change_mode(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[Any]:
    """Settle confidentiality in another way, or again as before."""
    form = await read_form(request)
    await promise_service.read_promise(tx, actor, region_id)
    version = form.get("version", "")
    if form.get("confidentiality_mode") not in MODES or not (version.isdecimal() and len(version) < 10):  # noqa: PLR2004 - digits of a version
        raise Refused("The form does not say what is to be done. Load the page again.")
    if not form.get("mode_reason"):
        return await _page(request, tx, actor, region_id, form, {"mode_reason": _WHY})
    mode = msgspec.convert(form["confidentiality_mode"], ConfidentialityMode)
    try:
        await promise_service.change_mode(tx, actor, region_id, mode, form["mode_reason"], expected=int(version))
    except Changed:
        return await _page(request, tx, actor, region_id, form, is_overtaken=True)
    except Contradiction as wrong:
        return await _page(request, tx, actor, region_id, form, {one.path: one.message for one in wrong.errors})
    return go_to(f"/settings/{region_id}/confidentiality")


@post(_HERE + "/agreements", opt={**may("agreement", "record"), "form": True}, status_code=303)
async def record_agreement(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[Any]:
    """Record an agreement that was signed, with a sponsor that is known or a new one."""
    form = await read_form(request)
    region = await promise_service.read_promise(tx, actor, region_id)
    faults = {name: _NEEDED for name in ("region_party", "sponsor_party") if not form.get(name)}
    faults |= {"signed_on": _DAY} if not _is_day(form.get("signed_on", "")) else {}
    faults |= {"valid_until": _DAY} if form.get("valid_until") and not _is_day(form["valid_until"]) else {}
    if not form.get("sponsor_id") and (not form.get("sponsor_name") or form.get("sponsor_kind") not in SPONSOR_KINDS):
        faults["sponsor_id"] = _("Choose a sponsor, or write the name and kind of a new one.")
    if faults:
        return await _page(request, tx, actor, region_id, form, faults)
    try:
        await service.record_agreement(tx, actor, await _read(tx, form, region))
    except (Contradiction, msgspec.ValidationError) as wrong:
        errors = wrong.errors if isinstance(wrong, Contradiction) else ()
        faults = {one.path: one.message for one in errors} or {"sponsor_id": _NEEDED}
        return await _page(request, tx, actor, region_id, form, faults)
    return go_to(f"/settings/{region_id}/confidentiality#agreements")


@post(_HERE + "/agreements/{agreement_id:uuid}", opt={**may("agreement", "extend"), "form": True}, status_code=303)
async def change_agreement(
    request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId, agreement_id: AgreementId
) -> Response[Any]:
    """Extend an agreement, end it, or take that back."""
    form = await read_form(request)
    what, until, seen = form.get("what"), form.get("valid_until", ""), form.get("seen", "")
    await service.read_agreement(tx, actor, agreement_id)
    faults = {}
    if what == "end" and not form.get("reason"):
        faults[f"reason-{agreement_id}"] = _WHY
    if (until and not _is_day(until)) or (seen and not _is_day(seen)):
        faults[f"until-{agreement_id}"] = _DAY
    if faults:
        return await _page(request, tx, actor, region_id, _marked(form, agreement_id), faults)
    try:
        if what == "end":
            await service.end_agreement(tx, actor, agreement_id, form["reason"][:1000])
        elif what == "resume":
            await service.resume_agreement(tx, actor, agreement_id)
        else:
            await service.extend_agreement(tx, actor, agreement_id, _day(until), seen=_day(seen))
    except (Changed, Refused):
        return await _page(request, tx, actor, region_id, is_overtaken=True)
    except Contradiction as wrong:
        faults = {f"until-{agreement_id}": one.message for one in wrong.errors}
        return await _page(request, tx, actor, region_id, _marked(form, agreement_id), faults)
    return go_to(f"/settings/{region_id}/confidentiality#agreement-{agreement_id}")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    *,
    is_overtaken: bool = False,
) -> Response[str]:
    region = await promise_service.read_promise(tx, actor, region_id)
    rows = await service.list_agreements(tx, actor, sponsor_id=None, before=None, limit=_AGREEMENTS_SHOWN)
    wanted = AuditFilter(object_type="agreement")
    events = await list_audit_events(tx, actor, wanted, before=None, limit=_CHANGES_SHOWN)
    versions = _of_mode(await promise_service.read_promise_history(tx, actor, region_id))
    files = await queries.select_agreement_files(tx.connection, region_id=region_id)
    sites = await office_queries.select_site_choices(tx.connection, actor=actor)
    values = {
        "region": region,
        "agreements": [one for one in rows if one.region_id == region_id],
        "by_id": {one.agreement_id: one for one in rows},
        "events": [one for one in events if one.region_id == region_id and one.action in CHANGES],
        "versions": versions,
        "names": await names_of(tx, {one.actor_id for one in versions if one.actor_id is not None}),
        "sponsors": dict(await queries.select_sponsor_names(tx.connection)),
        "sites": {one.site_id: one.name for one in sites},
        "files": {one.attachment_id: one for one in files},
        "modes": MODES,
        "kinds": SPONSOR_KINDS,
        "changes": CHANGES,
        "today": tx.today,
        "form": {"confidentiality_mode": region.confidentiality_mode, **(form or {})},
        "faults": faults or {},
        "said": (_OVERTAKEN,) if is_overtaken else (),
        "address": f"/settings/{region_id}/confidentiality",
    }
    status = 409 if is_overtaken else 422 if faults else 200
    return render_page(request, "sponsors/confidentiality.html", values, status_code=status)


def _of_mode(versions: list[PromiseVersion]) -> list[PromiseVersion]:
    """Leave out versions that changed something else than the mode."""
    older: list[PromiseVersion | None] = [*versions, None]
    return [
        one
        for one, before in zip(versions, older[1:], strict=True)
        if before is None or one.confidentiality_mode != before.confidentiality_mode
    ]


async def _read(tx: Transaction, form: Mapping[str, str], region: RegionPromise) -> AgreementInput:
    sponsor = form.get("sponsor_id") or await register_sponsor(
        tx.connection, name=form["sponsor_name"], kind=form["sponsor_kind"]
    )
    names = ("region_party", "sponsor_party", "signatory", "signed_on", "valid_until", "site_id", "attachment_id")
    given = {name: form[name] for name in names if form.get(name)}
    given |= {"sponsor_id": str(sponsor), "region": region.code, "mode": region.confidentiality_mode}
    return msgspec.convert(given, AgreementInput)


def _marked(form: Mapping[str, str], agreement_id: UUID) -> dict[str, str]:
    """Return what was typed under the names that the fields of this agreement have on the page."""
    return {f"until-{agreement_id}": form.get("valid_until", ""), f"reason-{agreement_id}": form.get("reason", "")}


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_confidentiality, change_mode, record_agreement, change_agreement],
)
