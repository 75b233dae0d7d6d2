"""What an office sets of its own work, as pages: weights, priorities, calendar, words, agreements."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter

from trialport.accounts.audit_service import names_of
from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction, Refused
from trialport.core.pages import render_page
from trialport.inquiries import region_service
from trialport.inquiries.region_models import PrioritiesInput, QuietPeriodsInput
from trialport.invitations import office_labels, settings_form
from trialport.matching import weights_preview, weights_queries, weights_service
from trialport.matching.weights_models import RegionWeightsInput, WeightsRevert
from trialport.matching.weights_preview import WeightsPreview
from trialport.units import promise_service
from trialport.vocabulary import labels as words

RegionId = Annotated[UUID, PathParameter()]
_VERSIONS_SHOWN = 20
READS = may("region_setting", "read")
CHANGES: dict[str, Any] = {**may("region_setting", "change"), "form": True}
HERE = "/settings/{region_id:uuid}"


@get("/settings", opt=READS)
async def show_settings(request: PageRequest, tx: Tx, actor: Caller) -> Response[str]:
    """Show what can be set, for each region that is the viewer's."""
    values = {"regions": await promise_service.list_regions_to_set(tx, actor)}
    return render_page(request, "invitations/settings.html", values)


@get(HERE + "/weights", opt=READS)
async def show_weights(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[str]:
    return await _weights_page(request, tx, actor, region_id)


@post(HERE + "/weights", opt=CHANGES, status_code=303)
async def change_weights(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, region_id: RegionId
) -> Response[Any]:
    """Store other weights as a new version, or take an older one up again."""
    form = await read_form(request)
    now = await weights_service.read_weights(tx, actor, region_id)
    apply, expected = bool(form.get("apply")), _version(form)
    reason = form.get("reason", "")
    wanted, faults = settings_form.read_weights(form, now.weights) if "revert" not in form else ({}, {})
    if not reason:
        faults["reason"] = settings_form.WHY
    elif len(reason) > settings_form.LONGEST_REASON:
        faults["reason"] = settings_form.TOO_LONG
    if "preview" in form:
        faults.pop("reason", None)
    if faults:
        return await _weights_page(request, tx, actor, region_id, form, faults)
    if "preview" in form:
        changes = {name: one.weight for name, one in wanted.items()}
        preview = await weights_preview.preview_weights(tx, actor, region_id, changes)
        return await _weights_page(request, tx, actor, region_id, form, preview=preview)
    try:
        if "revert" in form:
            wish = WeightsRevert(version=_version(form, "revert"), reason=reason)
            await weights_service.revert_weights(tx, settings, actor, region_id, wish, expected=expected, apply=apply)
        else:
            change = RegionWeightsInput(reason=reason, weights=wanted)
            await weights_service.change_weights(tx, settings, actor, region_id, change, expected=expected, apply=apply)
    except Changed:
        return await _weights_page(request, tx, actor, region_id, _kept(form), is_overtaken=True)
    except Contradiction as wrong:
        return await _weights_page(request, tx, actor, region_id, form, {"reason": wrong.detail})
    return go_to(f"/settings/{region_id}/weights")


@get(HERE + "/priorities", opt=READS)
async def show_priorities(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[str]:
    return await _priorities_page(request, tx, actor, region_id)


@post(HERE + "/priorities", opt=CHANGES, status_code=303)
async def change_priorities(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[Any]:
    """Replace the strategic priorities, or take an older version up again."""
    form = await read_form(request)
    found, rows, faults = settings_form.read_priorities(form)
    if "revert" in form:
        versions = await region_service.list_priority_versions(tx, actor, region_id)
        number = _version(form, "revert")
        found = list(_of_version(versions, number).priorities)
        faults = {}
    if not faults:
        try:
            wish = PrioritiesInput(priorities=tuple(found))
            await region_service.change_priorities(tx, actor, region_id, wish, expected=_version(form))
            return go_to(f"/settings/{region_id}/priorities")
        except Changed:
            return await _priorities_page(request, tx, actor, region_id, _kept(form), is_overtaken=True)
        except Contradiction as wrong:
            faults = settings_form.placed(wrong.errors, rows)
    return await _priorities_page(request, tx, actor, region_id, form, faults)


@get(HERE + "/calendar", opt=READS)
async def show_calendar(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[str]:
    return await _calendar_page(request, tx, actor, region_id)


@post(HERE + "/calendar", opt=CHANGES, status_code=303)
async def change_calendar(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[Any]:
    """Replace the quiet periods, or take an older version up again."""
    form = await read_form(request)
    found, rows, faults = settings_form.read_quiet_periods(form)
    if "revert" in form:
        versions = await region_service.list_quiet_versions(tx, actor, region_id)
        number = _version(form, "revert")
        found = list(_of_version(versions, number).periods)
        faults = {}
    if not faults:
        try:
            wish = QuietPeriodsInput(periods=tuple(found))
            await region_service.change_quiet_periods(tx, actor, region_id, wish, expected=_version(form))
            return go_to(f"/settings/{region_id}/calendar")
        except Changed:
            return await _calendar_page(request, tx, actor, region_id, _kept(form), is_overtaken=True)
        except Contradiction as wrong:
            faults = settings_form.placed(wrong.errors, rows)
    return await _calendar_page(request, tx, actor, region_id, form, faults)


@post(HERE + "/promise", opt=CHANGES, status_code=303)
async def change_promise(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[Any]:
    """Promise another answer time."""
    form = await read_form(request)
    days, reason = form.get("promised_working_days", ""), form.get("promise_reason", "")
    faults = {} if reason else {"promise_reason": settings_form.WHY}
    if len(reason) > settings_form.LONGEST_REASON:
        faults = {"promise_reason": settings_form.TOO_LONG}
    number = int(days) if days.isdecimal() and len(days) < 4 else 0  # noqa: PLR2004 - three digits
    try:
        promise_service.check_promise(number)
        if not faults:
            await promise_service.change_promise(
                tx, actor, region_id, number, reason, expected=_version(form, "promise_version")
            )
            return go_to(f"/settings/{region_id}/calendar")
    except Changed:
        return await _calendar_page(request, tx, actor, region_id, _kept(form), is_overtaken=True)
    except Contradiction as wrong:
        faults = {error.path: error.message for error in wrong.errors} | faults
    return await _calendar_page(request, tx, actor, region_id, form, faults)


async def _weights_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    *,
    is_overtaken: bool = False,
    preview: WeightsPreview | None = None,
) -> Response[str]:
    detail = await weights_service.read_weights(tx, actor, region_id)
    versions = await weights_queries.select_weight_sets(
        tx.connection, region_id=region_id, before_version=None, limit=_VERSIONS_SHOWN
    )
    values: dict[str, Any] = {
        "detail": detail,
        "versions": versions,
        "version": detail.version,
        "criteria": office_labels.CRITERIA,
    }
    values |= {"preview": preview, "first": weights_preview.FIRST}
    given = settings_form.weights_form(detail.weights) | dict(form or {})
    return await _page(request, tx, actor, region_id, "weights", values, given, faults, is_overtaken=is_overtaken)


async def _priorities_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    *,
    is_overtaken: bool = False,
) -> Response[str]:
    detail = await region_service.read_priorities(tx, actor, region_id)
    versions = await region_service.list_priority_versions(tx, actor, region_id)
    given = dict(form) if form is not None else settings_form.priorities_form(detail.priorities)
    values = {
        "version": detail.version,
        "current": detail.priorities,
        "versions": versions,
        "names": await _names(tx, versions),
        "rows": settings_form.rows_of(given, "therapy_area"),
    }
    return await _page(request, tx, actor, region_id, "priorities", values, given, faults, is_overtaken=is_overtaken)


async def _calendar_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    *,
    is_overtaken: bool = False,
) -> Response[str]:
    await region_service.require_region(tx, actor, region_id)
    detail = await region_service.read_quiet_periods(tx, actor, region_id)
    promise = await promise_service.read_promise(tx, actor, region_id)
    promises = await promise_service.read_promise_history(tx, actor, region_id)
    versions = await region_service.list_quiet_versions(tx, actor, region_id)
    stored = settings_form.quiet_form(detail.periods) if form is None or "promise_version" in form else {}
    given = stored | {"promised_working_days": str(promise.promised_working_days)} | dict(form or {})
    values = {
        "version": detail.version,
        "current": detail.periods,
        "versions": versions,
        "promise": promise,
        "promises": promises,
        "names": await _names(tx, [*versions, *promises]),
        "rows": settings_form.rows_of(given, "first_day"),
    }
    return await _page(request, tx, actor, region_id, "calendar", values, given, faults, is_overtaken=is_overtaken)


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    name: str,
    values: Mapping[str, Any],
    form: Mapping[str, str],
    faults: Mapping[str, str] | None,
    *,
    is_overtaken: bool,
) -> Response[str]:
    shared = {
        "region": await promise_service.read_promise(tx, actor, region_id),
        "form": form,
        "faults": faults or {},
        "is_overtaken": is_overtaken,
        "words": words,
        # Choosing another language shows the page again, and not what a form was sent to.
        "address": f"/settings/{region_id}/{name}",
    }
    status = 409 if is_overtaken else 422 if faults else 200
    return render_page(request, f"invitations/settings_{name}.html", shared | dict(values), status_code=status)


async def _names(tx: Transaction, versions: Iterable[Any]) -> dict[UUID, str]:
    return await names_of(tx, {one.actor_id for one in versions if one.actor_id is not None})


def _kept(form: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return what was typed; of a button that takes a version up again, nothing was."""
    return None if "revert" in form else form


def _of_version(versions: Sequence[Any], number: int) -> Any:
    """Return an older version to take up again; raises Refused where there is none, for that would empty the list."""
    for one in versions:
        if one.version == number:
            return one
    raise Refused("There is no such version. Load the page again.")


def _version(form: Mapping[str, str], name: str = "version") -> int:
    text = form.get(name, "")
    if not (text.isdecimal() and len(text) < 10):  # noqa: PLR2004 - no more digits than a version
        raise Refused("The form does not say which version it is about. Load the page again.")
    return int(text)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[
        show_settings,
        show_weights,
        change_weights,
        show_priorities,
        change_priorities,
        show_calendar,
        change_calendar,
        change_promise,
    ],
)
