"""The candidates of an inquiry as a table, side by side, with what was left out; choosing and inviting units."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from msgspec import ValidationError, convert

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction, FieldError, Problem, Refused
from trialport.core.language import Language
from trialport.core.pages import page_language
from trialport.core.translations import translate
from trialport.inquiries.api import InquiryId
from trialport.invitations import invite, office_labels, queries, workspace_queries
from trialport.invitations.candidate_words import LeftOut, left_out, told_criteria
from trialport.invitations.mail_preview import preview_mails
from trialport.invitations.models import InviteResult, InviteUnits
from trialport.invitations.office_page import OFFICE_FORM_BYTES, office_page, revision_of, try_step
from trialport.invitations.workspace import Frame, read_frame, require_seen
from trialport.invitations.workspace_pages import failed, newest_assessment
from trialport.matching import explain, explain_why, shortlist_service, why_service
from trialport.matching import queries as matching_queries
from trialport.matching.models import CriterionName, CriterionState, ExclusionReason
from trialport.matching.queries import StoredAssessment
from trialport.matching.shortlist_models import ShortlistChange, ShortlistEntry
from trialport.units import region_text_service
from trialport.units.api import UnitId

PAGE_ITEMS = 15
MOST_COMPARED = 4
MOST_EXCLUDED = 200
_QUERY = (
    "criterion",
    "criterion_state",
    "sort",
    "fresh",
    "page",
    "compare",
    "done",
    *(f"compare{at}" for at in range(4)),
)
_LOOKED_BACK = timedelta(days=365)
_OTHER_AREA: ExclusionReason = "other_therapy_area"
_NEAR = tuple(reason for reason in get_args(ExclusionReason) if reason != _OTHER_AREA)
_LONGEST_REASON = 1000


@get(
    "/inquiries/{inquiry_id:uuid}/candidates",
    opt={**may("inquiry", "read_disclosure"), "filters": True, "query": _QUERY},
)
async def show_candidates(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show the first candidates by rank, or by one criterion; order and filter stand in the address."""
    return await _candidates_page(request, tx, actor, inquiry_id)


@get("/inquiries/{inquiry_id:uuid}/candidates/{unit_id:uuid}", opt=may("inquiry", "read_disclosure"))
async def show_why(
    request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId, unit_id: UnitId
) -> Response[str]:
    """Say why a unit stands where it stands, or why it was left out and what would let it in."""
    frame = await read_frame(tx, actor, inquiry_id)
    candidates, excluded = await why_service.explain_candidate(tx, actor, inquiry_id, unit_id)
    language = page_language(request)
    left_out = [explain_why.stored_exclusion_explanation(one, language) for one in excluded]
    why = explain_why.unit_explanation(candidates, left_out, language)
    names = await queries.select_unit_names(tx.connection, unit_ids=[unit_id])
    values = {"frame": frame, "tab": "candidates", "why": why, "unit_name": names[unit_id][0]}
    return office_page(request, "invitations/why.html", values)


@post(
    "/inquiries/{inquiry_id:uuid}/office/shortlist",
    opt={**may("inquiry", "shortlist"), "form": True},
    status_code=303,
)
async def change_shortlist(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Add, drop or move a unit on the shortlist, with a reason; the ranking is measured by it."""
    form = await read_form(request)

    async def step() -> None:
        await read_frame(tx, actor, inquiry_id)
        await require_seen(tx, actor, inquiry_id, revision_of(form))
        now = await shortlist_service.read_shortlist(tx, actor, inquiry_id, page_language(request))
        if form.get("shortlist_seen", _state_of(now.entries)) != _state_of(now.entries):
            raise Changed("Somebody else changed the shortlist meanwhile. Look at how it is now.")
        await shortlist_service.change_shortlist(tx, actor, inquiry_id, _change(form), page_language(request))

    problem = await try_step(request, tx, step())
    if problem is not None:
        return await _candidates_page(request, tx, actor, inquiry_id, form=form, problem=problem)
    return Response(None, status_code=303, headers={"Location": f"/inquiries/{inquiry_id}/candidates?done=shortlist"})


@post(
    "/inquiries/{inquiry_id:uuid}/office/invite",
    opt={**may("inquiry", "invite"), "form": True},
    status_code=200,
)
async def invite_units(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Show who would be asked and the mail in each language, and only when that was confirmed send it."""
    form = await read_form(request)
    unit_ids = [UUID(name.removeprefix("unit_")) for name in form if _is_unit(name)]
    if "beside" in form:
        return _beside(inquiry_id, unit_ids)
    due_on = _day(form.get("due_on", ""))
    problem: Problem | None = None
    if "send" in form:
        made: list[InviteResult] = []

        async def step() -> None:
            await require_seen(tx, actor, inquiry_id, revision_of(form))
            if not unit_ids:
                raise Contradiction.at("unit", "Choose at least one unit.")
            if form.get("due_on") and due_on is None:
                raise Contradiction.at("due_on", "Send a day.")
            wanted = InviteUnits(unit_ids=tuple(unit_ids), due_on=due_on)
            made.append(await invite.invite_units(tx, settings, actor, inquiry_id, wanted))

        problem = await try_step(request, tx, step())
        if problem is None:
            return await _sent_page(request, tx, actor, inquiry_id, made[0])
    return await _preview_page(request, tx, settings, actor, inquiry_id, unit_ids, form, due_on, problem)


def _beside(inquiry_id: UUID, unit_ids: list[UUID]) -> Response[None]:
    """Go to the comparison of the first units chosen."""
    chosen = {f"compare{at}": str(one) for at, one in enumerate(unit_ids[:MOST_COMPARED])}
    return go_to(f"/inquiries/{inquiry_id}/candidates?{urlencode(chosen)}#compare")


async def _candidates_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    *,
    form: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    language = page_language(request)
    frame = await read_frame(tx, actor, inquiry_id)
    assessment = await newest_assessment(tx, actor, inquiry_id)
    asked = dict(request.query_params) if form is None else form
    chosen = {name: asked[name] for name in ("criterion", "criterion_state", "sort", "fresh") if asked.get(name)}
    values: dict[str, Any] = {
        "frame": frame,
        "tab": "candidates",
        "assessment": assessment,
        "chosen": chosen,
        "here": f"{frame.path}/candidates?{urlencode(chosen)}",
        "candidates": (),
        "compared": (),
        "excluded": (),
        "columns": (),
        "elsewhere": 0,
        "shortlist": (entries := (await shortlist_service.read_shortlist(tx, actor, inquiry_id, language)).entries),
        "shortlist_state": _state_of(entries),
        **await failed(tx, actor, frame, form, problem),
    }
    compared = {name: one for name, one in asked.items() if name.startswith("compare")}
    values["form"] = {**chosen, **compared, **(form or {})}
    values |= _words(language)
    if assessment is not None:
        values |= await _ranked(tx, actor, frame, assessment, chosen, asked, language)
    return office_page(
        request, "invitations/candidates.html", values, status_code=200 if problem is None else problem.status
    )


async def _ranked(
    tx: Transaction,
    actor: Actor,
    frame: Frame,
    assessment: StoredAssessment,
    chosen: dict[str, str],
    asked: dict[str, str],
    language: Language,
) -> dict[str, Any]:
    number = asked.get("page", "")
    page = int(number) if number.isdecimal() and len(number) < 5 else 0  # noqa: PLR2004 - pages are few
    criterion, state = chosen.get("criterion"), chosen.get("criterion_state")

    async def read(unit_ids: Sequence[UUID] | None, offset: int, limit: int) -> list[dict[str, Any]]:
        found = await workspace_queries.select_worked_candidates(
            tx.connection,
            actor=actor,
            assessment_id=assessment.assessment_id,
            inquiry_id=frame.row.inquiry_id,
            unit_ids=unit_ids,
            criterion=criterion if unit_ids is None and criterion in get_args(CriterionName) else None,
            states=[state] if state and state in get_args(CriterionState) else ["met", "partly"],
            sort=chosen.get("sort") if unit_ids is None else None,
            fresh=bool(chosen.get("fresh")) and unit_ids is None,
            since=tx.now - _LOOKED_BACK,
            offset=offset,
            limit=limit,
        )
        return [
            {"work": one, "told": explain.candidate_detail(one.candidate, explain.WORDINGS[language])} for one in found
        ]

    rows = await read(None, page * PAGE_ITEMS, PAGE_ITEMS)
    columns = _columns(rows)
    for row in rows:
        row["criteria"] = told_criteria(row["told"], columns, criterion, language)
    compared = [UUID(one) for name, one in asked.items() if name.startswith("compare") and _is_uuid(one)]
    total = rows[0]["work"].total if rows else 0
    return {
        "candidates": rows,
        "total": total,
        "first": page * PAGE_ITEMS,
        "columns": columns,
        "following": _address(frame, chosen, page + 1) if (page + 1) * PAGE_ITEMS < total else None,
        "previous": _address(frame, chosen, page - 1) if page else None,
        "compared": (await read(compared[:MOST_COMPARED], 0, MOST_COMPARED)) if compared else (),
        **await _left_out(tx, actor, assessment, language),
    }


async def _left_out(tx: Transaction, actor: Actor, assessment: StoredAssessment, language: Language) -> dict[str, Any]:
    assessment_id = assessment.assessment_id
    found = await matching_queries.select_exclusions(
        tx.connection, actor=actor, assessment_id=assessment_id, reasons=_NEAR, limit=MOST_EXCLUDED
    )
    elsewhere = await matching_queries.count_exclusions(
        tx.connection, actor=actor, assessment_id=assessment_id, reason=_OTHER_AREA
    )
    wording = explain.WORDINGS[language]
    return {
        "excluded": [left_out(explain.exclusion_detail(one, wording), language) for one in found],
        "elsewhere": elsewhere,
    }


def _words(language: Language) -> dict[str, Any]:
    """Return what the template puts into its choices."""

    def unit_words(rows: Sequence[dict[str, Any]], excluded: Sequence[LeftOut] = ()) -> dict[str, str]:
        told = {str(row["told"].unit.unit_id): row["told"].unit.name for row in rows}
        return told | {one.unit_id: one.unit for one in excluded}

    def criteria_words(names: Sequence[str]) -> dict[str, str]:
        words = {name: office_labels.CRITERIA[name] for name in names}
        return {name: translate(language, text) for name, text in words.items()}

    shortlist = {code: translate(language, text) for code, text in office_labels.SHORTLIST.items()}
    return {
        "unit_words": unit_words,
        "criteria_words": criteria_words,
        "shortlist_words": lambda: shortlist,
    }


def _columns(rows: Sequence[dict[str, Any]]) -> list[CriterionName]:
    """Return the criteria that were compared, the weightiest first: each is a column."""
    weights = {one.name: one.weight for row in rows for one in row["told"].criteria}
    return sorted((name for name in weights if weights[name] > 0), key=lambda name: -weights[name])


def _address(frame: Frame, chosen: dict[str, str], page: int) -> str:
    return f"{frame.path}/candidates?{urlencode({**chosen, 'page': page})}"


async def _preview_page(
    request: PageRequest,
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    inquiry_id: UUID,
    unit_ids: list[UUID],
    form: dict[str, str],
    due_on: date | None,
    problem: Problem | None,
) -> Response[str]:
    if not unit_ids and problem is None:
        problem = Contradiction.at("unit", "Choose at least one unit.")
        return await _candidates_page(request, tx, actor, inquiry_id, form=form, problem=problem)
    try:
        chosen, skipped, by_default = await invite.preview_units(tx, actor, inquiry_id, unit_ids)
    except Refused as refused:
        return await _candidates_page(request, tx, actor, inquiry_id, form=form, problem=refused)
    frame = await read_frame(tx, actor, inquiry_id)
    names = await queries.select_unit_names(tx.connection, unit_ids=unit_ids)
    kinds = {names[one.unit_id][1] for one in chosen if one.unit_id in names}
    values = {
        "frame": frame,
        "tab": "candidates",
        "chosen": chosen,
        "skipped": skipped,
        "names": {unit_id: name for unit_id, (name, _) in names.items()},
        "mails": preview_mails(
            settings,
            frame.row,
            due_on or by_default,
            tx.now,
            await region_text_service.read_signatures(tx, actor.region_id or frame.row.region_id),
            primary_care="primary_care_centre" in kinds,
        ),
        **await failed(tx, actor, frame, form, problem),
    }
    values["form"] = {"due_on": by_default.isoformat(), **form}
    return office_page(
        request, "invitations/invite.html", values, status_code=200 if problem is None else problem.status
    )


async def _sent_page(
    request: PageRequest, tx: Transaction, actor: Actor, inquiry_id: UUID, made: InviteResult
) -> Response[Any]:
    """Go to the answers; where units were left out, say which and why first."""
    if not made.skipped:
        return Response(None, status_code=303, headers={"Location": f"/inquiries/{inquiry_id}/answers?done=invited"})
    names = await queries.select_unit_names(tx.connection, unit_ids=[one.unit_id for one in made.skipped])
    values = {
        "frame": await read_frame(tx, actor, inquiry_id),
        "tab": "candidates",
        "made": made,
        "names": {unit_id: name for unit_id, (name, _) in names.items()},
    }
    return office_page(request, "invitations/invited.html", values)


def _state_of(entries: Sequence[ShortlistEntry]) -> str:
    """Return what tells a shortlist from what it was before: the moment of its newest change."""
    return max((one.changed_at.isoformat() for one in entries), default="")


def _change(form: dict[str, str]) -> ShortlistChange:
    """Read what is to be done with which unit; raises Contradiction where it does not say."""
    reason, unit_id, position = form.get("reason", ""), form.get("shortlist_unit", ""), form.get("position", "")
    wrong = {
        "kind": form.get("kind", "") not in office_labels.SHORTLIST,
        "shortlist_unit": not _is_uuid(unit_id),
        "position": bool(position) and not (position.isdecimal() and len(position) < 5),  # noqa: PLR2004 - few places
        "reason": not 0 < len(reason) <= _LONGEST_REASON,
    }
    # All at once, in the order of the form.
    if errors := [FieldError(name, office_labels.FAULTS[name]) for name, is_wrong in wrong.items() if is_wrong]:
        raise Contradiction("The form is not filled in.", errors=errors)
    wanted = {
        "command": form.get("kind", ""),
        "unit_ids": [unit_id],
        "position": int(position) if position else None,
        "reason": reason,
    }
    try:
        return convert(wanted, ShortlistChange, strict=False)
    except ValidationError as error:
        raise Contradiction.at("kind", str(error)) from error


def _is_unit(name: str) -> bool:
    return name.startswith("unit_") and _is_uuid(name.removeprefix("unit_"))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=OFFICE_FORM_BYTES,
    route_handlers=[show_candidates, show_why, change_shortlist, invite_units],
)
