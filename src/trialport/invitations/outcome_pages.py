"""The outcome as a page: told by sponsor or office, promised for another day, and how the trial went on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Contradiction
from trialport.core.pages import render_page
from trialport.core.translations import to_translate as _
from trialport.inquiries.api import InquiryId
from trialport.inquiries.service import read_inquiry
from trialport.invitations import outcome
from trialport.invitations.models import OutcomeCreate
from trialport.invitations.office_page import office_page
from trialport.invitations.outcome_models import MilestoneCreate, PromiseOutcome
from trialport.invitations.workspace import read_frame

DECISIONS: Mapping[str, str] = {
    "selected": _("We chose one or more units"),
    "not_selected": _("We chose other places"),
    "trial_cancelled": _("The trial is cancelled"),
    "no_decision": _("There will be no decision"),
}
MILESTONES: Mapping[str, str] = {
    "started": _("The trial has started"),
    "first_participant": _("The first participant is in"),
    "recruited": _("Recruitment is over"),
}
_FAULTS: Mapping[str, str] = {
    "decision": _("Choose what you decided."),
    "units": _("Choose the units, and only with “We chose one or more units”."),
    "promised_on": _("Give a day from tomorrow on, at most a year ahead."),
    "unit_id": _("Choose the unit."),
    "kind": _("Choose what happened."),
    "happened_on": _("Give the day it happened: not one to come, and in the order start, first participant, end."),
    "participants": _("Give the number of participants, with the end of recruitment and only there."),
    "note": _("This is too long. Shorten it to 200 characters."),
}
# The field of the page for each field of the desk that is named otherwise.
_NAMES = {"selected_unit_ids": "units"}


@get("/inquiries/{inquiry_id:uuid}/outcome", opt=may("inquiry", "read_reply"))
async def show_outcome(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show the dates of an inquiry, and the forms for what can be told now."""
    return await _page(request, tx, actor, inquiry_id)


@post("/inquiries/{inquiry_id:uuid}/outcome", opt={**may("inquiry", "close"), "form": True}, status_code=303)
async def tell_outcome(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Take what the sponsor decided, and tell every unit asked."""
    form = await read_form(request)
    units = [name.removeprefix("unit_") for name in form if name.startswith("unit_")]
    given = {"decision": form.get("decision"), "selected_unit_ids": units, "note": form.get("note") or None}

    async def tell() -> None:
        told = msgspec.convert(given, OutcomeCreate, strict=False)
        await outcome.record_outcome(tx, settings, actor, inquiry_id, told)

    return await _take(request, tx, actor, inquiry_id, form, tell, fallback="decision")


@post(
    "/inquiries/{inquiry_id:uuid}/outcome-promise",
    opt={**may("inquiry", "promise_outcome"), "form": True},
    status_code=303,
)
async def promise_outcome(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Take another day by which the sponsor will tell."""
    form = await read_form(request)

    async def promise() -> None:
        promised = msgspec.convert({"promised_on": form.get("promised_on")}, PromiseOutcome, strict=False)
        await outcome.promise_outcome(tx, actor, inquiry_id, promised)

    return await _take(request, tx, actor, inquiry_id, form, promise, fallback="promised_on")


@post(
    "/inquiries/{inquiry_id:uuid}/milestones",
    opt={**may("inquiry", "record_milestone"), "form": True},
    status_code=303,
)
async def tell_milestone(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Take what became of the trial at a unit that was selected."""
    form = await read_form(request)
    names = ("unit_id", "kind", "happened_on", "participants")
    given = {name: form[name] for name in names if form.get(name)}

    async def tell() -> None:
        told = msgspec.convert(given, MilestoneCreate, strict=False)
        await outcome.record_milestone(tx, actor, inquiry_id, told)

    return await _take(request, tx, actor, inquiry_id, form, tell, fallback="happened_on")


async def _take(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    form: Mapping[str, str],
    step: Any,
    *,
    fallback: str,
) -> Response[Any]:
    """Do a step and lead back to the page; show the form again, with all that was typed, where it does not fit."""
    try:
        await step()
    except msgspec.ValidationError as error:
        # The message ends with the path of the field: `... - at `$.happened_on``; a field left out stands in its text.
        named = [name for name in _FAULTS if f"`$.{name}" in str(error) or f"field `{name}`" in str(error)]
        wrong = [named[0] if named else fallback]
    except Contradiction as problem:
        named = [_NAMES.get(one.path, one.path) for one in problem.errors]
        wrong = [name for name in named if name in _FAULTS] or [fallback]
    else:
        return go_to(f"/inquiries/{inquiry_id}/outcome")
    faults = {name: _FAULTS[name] for name in wrong}
    return await _page(request, tx, actor, inquiry_id, form=form, faults=faults)


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response[str]:
    row = await read_inquiry(tx, actor, inquiry_id)
    values = {
        "chain": await outcome.read_chain(tx, actor, inquiry_id),
        "units": await outcome.read_choices(tx, actor, inquiry_id),
        "actions": allowed_commands("inquiry", actor.role, row.state),
        "decisions": DECISIONS,
        "milestones": MILESTONES,
        "form": form or {},
        "faults": faults or {},
    }
    status = 422 if faults else 200
    if actor.role == "sponsor_contact":
        return render_page(request, "invitations/outcome.html", values, status_code=status)
    # The office sees it as a part of the inquiry's workspace.
    frame = await read_frame(tx, actor, inquiry_id)
    return office_page(
        request, "invitations/outcome_office.html", {"frame": frame, "tab": "outcome", **values}, status_code=status
    )


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[show_outcome, tell_outcome, promise_outcome, tell_milestone],
)
