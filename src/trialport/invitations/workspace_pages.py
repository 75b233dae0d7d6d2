"""The workspace of one inquiry for the office: what is asked, how it was read, what it lacks, what was done."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get
from litestar.params import QueryParameter

from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.errors import NotFound, Problem
from trialport.core.language import Language
from trialport.core.pages import page_language
from trialport.core.paging import cut_page
from trialport.core.translations import translate
from trialport.inquiries import labels, teamwork_service
from trialport.inquiries.api import InquiryId
from trialport.inquiries.attachment_service import list_attachments
from trialport.inquiries.field_names import field_name
from trialport.inquiries.service import note_read_confidential, read_inquiry
from trialport.inquiries.shown_content import as_json, names_of_units
from trialport.inquiries.sponsor_pages import show_for_sponsor
from trialport.inquiries.triage_service import read_completeness
from trialport.invitations.inquiry_words import describe_inquiry
from trialport.invitations.office_page import DONE_QUERY, faults_of, office_page, seen_at
from trialport.invitations.workspace import Frame, read_frame, read_news, read_timeline
from trialport.invitations.workspace_queries import TimelineEvent
from trialport.matching import service as matching_service
from trialport.matching.duplicates_service import find_similar
from trialport.matching.queries import StoredAssessment
from trialport.matching.service import NotAssessedYet
from trialport.vocabulary.labels import THERAPY_AREAS

MOST_COMMENTS = 50
MOST_SIMILAR = 5
TIMELINE_EVENTS = 100
Before = Annotated[UUID | None, QueryParameter(name="before")]


@get("/inquiries/{inquiry_id:uuid}", opt={**may("inquiry", "read_teaser"), "records_reading": True, **DONE_QUERY})
async def show_inquiry(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show an inquiry with everything that is confidential, which is noted: its own page to a sponsor, else to work."""
    if actor.role == "sponsor_contact":
        row = await read_inquiry(tx, actor, inquiry_id)
        await note_read_confidential(tx, actor, row)
        return await show_for_sponsor(request, tx, actor, row)
    return await overview_page(request, tx, actor, inquiry_id)


@get("/inquiries/{inquiry_id:uuid}/timeline", opt=may("inquiry", "read_disclosure"))
async def show_timeline(
    request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId, of_before: Before = None
) -> Response[str]:
    """Show everything that was done about an inquiry, newest first."""
    frame = await read_frame(tx, actor, inquiry_id)
    events = await read_timeline(tx, actor, inquiry_id, before=of_before, limit=TIMELINE_EVENTS + 1)
    shown, following = cut_page(events, TIMELINE_EVENTS, lambda event: event.audit_event_id)
    values = {"frame": frame, "tab": "timeline", "events": shown, "following": following}
    return office_page(request, "invitations/timeline.html", values, block="timeline")


async def overview_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    *,
    form: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    """Show the first part of the workspace; after a step that failed with what was typed and what is new."""
    language = page_language(request)
    frame = await read_frame(tx, actor, inquiry_id)
    await note_read_confidential(tx, actor, frame.row)
    assessment = await newest_assessment(tx, actor, inquiry_id)
    units = await names_of_units(tx.connection, as_json(frame.content))
    values: dict[str, Any] = {
        "frame": frame,
        "tab": "overview",
        "groups": describe_inquiry(frame.content, frame.row.confidential_fields, language, units),
        "files": await list_attachments(tx, actor, inquiry_id),
        "file_kinds": labels.ATTACHMENT_KINDS,
        "assessment": assessment,
        "reading": None if assessment is None else assessment.reading,
        "completeness": await read_completeness(tx, actor, inquiry_id, language),
        "similar": (await find_similar(tx, actor, inquiry_id)).items[:MOST_SIMILAR],
        "team": await _team(tx, actor, frame),
        "comments": await _comments(tx, actor, frame),
        "field_name": lambda path: field_name(path, language),
        "areas_of": lambda reading: areas_of(reading, language),
        "read_as_of": lambda reading: {one["code"]: f"{one['label']} ({one['code']})" for one in reading["concepts"]},
        "people_of": lambda team: {str(one.person_id): one.name for one in team.office},
        **await failed(tx, actor, frame, form, problem),
    }
    values["form"] = form or _prefilled(frame, values["team"])
    status = 200 if problem is None else problem.status
    return office_page(request, "invitations/overview.html", values, status_code=status)


def _prefilled(frame: Frame, team: Any) -> dict[str, str]:
    """Fill in what is known already."""
    assigned = None if team is None else team.assigned_to
    return {
        "icd10_codes": ", ".join(frame.content.condition.icd10_codes),
        "person_id": "" if assigned is None else str(assigned.person_id),
    }


def areas_of(reading: dict[str, Any], language: Language) -> str:
    """Name the therapy areas of a reading."""
    names = [THERAPY_AREAS[area["code"]] for area in reading["therapy_areas"]]
    return ", ".join(translate(language, name) for name in names)


async def failed(
    tx: Transaction, actor: Actor, frame: Frame, form: dict[str, str] | None, problem: Problem | None
) -> dict[str, Any]:
    """Return what a page says of a step that failed: what was typed, what is wrong, what others did meanwhile."""
    if problem is None:
        return {"form": form or {}, "news": ()}
    news: tuple[TimelineEvent, ...] = ()
    if problem.status in (409, 412):
        news = await read_news(tx, actor, frame.row.inquiry_id, seen_at(form or {}))
    return {"form": form or {}, "faults": faults_of(problem), "problem": problem, "news": news}


async def newest_assessment(tx: Transaction, actor: Actor, inquiry_id: UUID) -> StoredAssessment | None:
    """Return the newest assessment; None while the worker is at it."""
    try:
        return await matching_service.latest_assessment(tx, actor, inquiry_id)
    except NotAssessedYet:
        return None


async def _team(tx: Transaction, actor: Actor, frame: Frame) -> Any:
    try:
        return await teamwork_service.read_assignment(tx, actor, frame.row)
    except NotFound:
        # An admin where several regions are asked: each office works on its own.
        return None


async def _comments(tx: Transaction, actor: Actor, frame: Frame) -> Any:
    if "read_comments" not in frame.actions:
        return ()
    return await teamwork_service.list_comments(tx, actor, frame.row.inquiry_id, before=None, limit=MOST_COMMENTS)


router = Router(path="/", include_in_schema=False, route_handlers=[show_inquiry, show_timeline])
