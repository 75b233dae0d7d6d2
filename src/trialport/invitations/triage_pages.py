"""What the office does with an inquiry before units are asked, as forms of its workspace."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from msgspec import ValidationError, convert

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import BadInput, Changed, Contradiction
from trialport.core.pages import page_language
from trialport.inquiries import teamwork_service, triage_service
from trialport.inquiries.api import Icd10Check, InquiryId
from trialport.inquiries.models import InquiryUpdate
from trialport.inquiries.rules import join_content
from trialport.inquiries.service import amend_inquiry, read_inquiry, require_command
from trialport.inquiries.triage_models import DeclineInquiry, InformationRequest
from trialport.invitations.office_page import OFFICE_FORM_BYTES, done, revision_of, try_step
from trialport.invitations.workspace import require_seen
from trialport.invitations.workspace_pages import overview_page
from trialport.matching import service as matching_service
from trialport.terms import service as terms_service
from trialport.terms.models import LocalTermCreate
from trialport.vocabulary.reading import Reader

AppReader = NamedDependency[SkipValidation[Reader]]
Form = dict[str, str]
Step = Callable[[Form], Awaitable[object]]
_OFFICE = "/inquiries/{inquiry_id:uuid}/office/"
_LONGEST_NOTE = 1000
_LONGEST_COMMENT = 4000


@post(_OFFICE + "triage", opt={**may("inquiry", "triage"), "form": True}, status_code=303)
async def take_up(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Begin the triage, or take it up again without the sponsor's answer."""

    async def step(_: Form) -> None:
        await triage_service.take_up_inquiry(tx, actor, inquiry_id)

    return await _taken(request, tx, actor, inquiry_id, step, "triage")


@post(_OFFICE + "information-request", opt={**may("inquiry", "request_information"), "form": True}, status_code=303)
async def ask_sponsor(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Ask the sponsor for the fields ticked."""

    async def step(form: Form) -> None:
        fields = tuple(name.removeprefix("ask_") for name in form if name.startswith("ask_"))
        note = _text(form, "note", _LONGEST_NOTE)
        await _allowed(tx, actor, inquiry_id, "request_information")
        if not fields:
            raise Contradiction.at("fields", "Name at least one field.")
        await triage_service.ask_for_information(
            tx, settings, actor, inquiry_id, InformationRequest(fields=fields, note=note)
        )

    return await _taken(request, tx, actor, inquiry_id, step, "information")


@post(_OFFICE + "decline", opt={**may("inquiry", "decline"), "form": True}, status_code=303)
async def decline(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Decline the inquiry with a reason, which the sponsor is told."""

    async def step(form: Form) -> None:
        await _allowed(tx, actor, inquiry_id, "decline")
        wanted = _converted(
            {"reason": form.get("decline_reason", ""), "note": _text(form, "decline_note", _LONGEST_NOTE)},
            DeclineInquiry,
            "decline_reason",
        )
        await triage_service.decline_inquiry(tx, settings, actor, inquiry_id, wanted)

    return await _taken(request, tx, actor, inquiry_id, step, "declined")


@post(_OFFICE + "assignment", opt={**may("inquiry", "assign"), "form": True}, status_code=303)
async def assign(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Give the inquiry to somebody of the office, or take it back."""

    async def step(form: Form) -> None:
        chosen = form.get("person_id") or None
        person_id = None if chosen is None else _converted(chosen, UUID, "person_id")
        row = await read_inquiry(tx, actor, inquiry_id)
        now = (await teamwork_service.read_assignment(tx, actor, row)).assigned_to
        if form.get("assigned_before", "") != ("" if now is None else str(now.person_id)) and "seen" in form:
            raise Changed("Somebody else was given the inquiry after you read it. Read it again.")
        await teamwork_service.assign_inquiry(tx, actor, inquiry_id, person_id)

    return await _taken(request, tx, actor, inquiry_id, step, "assigned", "team")


@post(_OFFICE + "comments", opt={**may("inquiry", "comment"), "form": True}, status_code=303)
async def comment(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Note something for the office."""

    async def step(form: Form) -> None:
        await read_inquiry(tx, actor, inquiry_id)
        body = _text(form, "body", _LONGEST_COMMENT)
        if body is None:
            raise Contradiction.at("body", "Write something first.")
        await teamwork_service.add_comment(tx, actor, inquiry_id, body)

    return await _taken(request, tx, actor, inquiry_id, step, "comment", "comments")


@post(_OFFICE + "reading", opt={**may("inquiry", "override"), "form": True}, status_code=303)
async def correct_reading(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    inquiry_id: InquiryId,
    is_icd10: Icd10Check,
) -> Response[Any]:
    """Say which conditions are meant, by ICD-10 code; the units are compared by them at once."""

    async def step(form: Form) -> None:
        await _allowed(tx, actor, inquiry_id, "amend")
        row = await read_inquiry(tx, actor, inquiry_id)
        given = join_content(row.content, row.confidential).condition
        codes = [code for code in form.get("icd10_codes", "").upper().replace(",", " ").split() if code]
        values = {name: getattr(given, name) for name in given.__struct_fields__} | {"icd10_codes": codes}
        condition = _converted({"condition": values}, InquiryUpdate, "icd10_codes")
        expected = revision_of(form)
        await amend_inquiry(tx, settings, actor, inquiry_id, condition, is_icd10, expected=expected)

    return await _taken(request, tx, actor, inquiry_id, step, "reading", "reading")


@post(_OFFICE + "term", opt={**may("local_term", "propose"), "form": True}, status_code=303)
async def propose_term(
    request: PageRequest, tx: Tx, actor: Caller, reader: AppReader, inquiry_id: InquiryId
) -> Response[Any]:
    """Propose that words of the inquiry be read otherwise in the region from now on; a colleague agrees."""

    async def step(form: Form) -> None:
        await read_inquiry(tx, actor, inquiry_id)
        wanted = _converted(
            {
                "term": form.get("term", ""),
                "language": form.get("term_language") or page_language(request),
                "concept": form.get("concept", "").upper() if len(form.get("concept", "")) <= 4 else form["concept"],  # noqa: PLR2004 - a code has at most four characters
                "read_as": form.get("read_as") or None,
                "inquiry_id": str(inquiry_id),
                "note": None,
            },
            LocalTermCreate,
            "term",
        )
        await terms_service.propose_term(tx, actor, reader.vocabulary, wanted)

    return await _taken(request, tx, actor, inquiry_id, step, "term", "reading")


@post(_OFFICE + "assessment", opt={**may("inquiry", "assign"), "form": True}, status_code=303)
async def reassess(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Ask for a new comparison with the units."""

    async def step(_: Form) -> None:
        await matching_service.request_reassessment(tx, settings, actor, inquiry_id)

    return await _taken(request, tx, actor, inquiry_id, step, "reassess")


async def _taken(
    request: PageRequest, tx: Transaction, actor: Actor, inquiry_id: UUID, step: Step, what: str, anchor: str = ""
) -> Response[Any]:
    """Take a step and go back to the page, or show it again with all that was typed."""
    form = await read_form(request)

    async def whole() -> None:
        await require_seen(tx, actor, inquiry_id, revision_of(form))
        await step(form)

    problem = await try_step(request, tx, whole())
    if problem is not None:
        return await overview_page(request, tx, actor, inquiry_id, form=form, problem=problem)
    return done(f"/inquiries/{inquiry_id}", what, anchor)


async def _allowed(tx: Transaction, actor: Actor, inquiry_id: UUID, command: str) -> None:
    """Raise NotFound or Refused before what was typed is looked at."""
    require_command(actor, await read_inquiry(tx, actor, inquiry_id), command)


def _text(form: Form, name: str, longest: int) -> str | None:
    """Return what was typed, None for nothing; raises Contradiction for too much."""
    text = form.get(name, "")
    if len(text) > longest:
        raise Contradiction.at(name, f"Write at most {longest} characters.")
    return text or None


def _converted(value: Any, shape: Any, name: str) -> Any:
    """Read what a form says as a desk wants it; raises BadInput at the field."""
    try:
        return convert(value, shape, strict=False)
    except ValidationError as error:
        raise BadInput.at(name, str(error)) from error


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=OFFICE_FORM_BYTES,
    route_handlers=[
        take_up,
        ask_sponsor,
        decline,
        assign,
        comment,
        correct_reading,
        propose_term,
        reassess,
    ],
)
