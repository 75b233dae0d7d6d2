"""The units' answers as they come in, what the office does with each invitation, and the reply made of them."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter
from msgspec import ValidationError, convert, structs

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import Changed, Contradiction, Problem, Refused
from trialport.core.pages import page_language, wants_block
from trialport.core.translations import translate
from trialport.inquiries.api import InquiryId
from trialport.inquiries.service import require_command
from trialport.inquiries.teamwork_service import region_at_work
from trialport.invitations import (
    deadline,
    fill,
    labels,
    office_labels,
    questions,
    recipient,
    withdraw,
    workspace_queries,
)
from trialport.invitations.ledger_models import FillCreate
from trialport.invitations.office_page import OFFICE_FORM_BYTES, done, office_page, revision_of, try_step
from trialport.invitations.reading import find_invitation
from trialport.invitations.reply import read_reply, send_reply
from trialport.invitations.reply_models import ReplyCreate, ReplyDetail
from trialport.invitations.reply_words import describe_reply
from trialport.invitations.workspace import read_frame, require_seen
from trialport.invitations.workspace_pages import failed

MOST_ASKED = 500
Form = dict[str, str]
_LONGEST_TEXT = 1000
_LONGEST_NOTE = 4000


@get(
    "/inquiries/{inquiry_id:uuid}/answers",
    opt={**may("inquiry", "read_answers"), "filters": True, "query": ("done", "seen_sum")},
)
async def show_answers(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show every unit asked with its answer; the list alone is what htmx asks for."""
    return await _answers_page(request, tx, actor, inquiry_id)


@post(
    "/inquiries/{inquiry_id:uuid}/office/invitations/{invitation_id:uuid}",
    opt={**may("invitation", "redirect"), "form": True},
    status_code=303,
)
async def change_invitation(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    inquiry_id: InquiryId,
    invitation_id: Annotated[UUID, PathParameter()],
) -> Response[Any]:
    """Move a last day, send a mail anew, ask somebody else, take an invitation or its links back, fill a condition."""
    form = await read_form(request)
    what = form.get("what", "")

    async def step() -> None:
        await _require_same(tx, actor, invitation_id, revision_of(form))
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "deadline": lambda: deadline.move_deadline(tx, settings, actor, invitation_id, _day(form, "due_on")),
            "resend": lambda: recipient.resend_invitation(tx, settings, actor, invitation_id),
            "withdraw": lambda: withdraw.withdraw_invitation(tx, settings, actor, invitation_id, _text(form, "reason")),
            "revoke": lambda: recipient.revoke_links(tx, actor, invitation_id),
            "redirect": lambda: recipient.redirect_invitation(
                tx, settings, actor, invitation_id, _converted(form.get("investigator_id"), UUID, "investigator_id")
            ),
            "fill": lambda: fill.fill_condition(tx, actor, invitation_id, _filling(form)),
        }
        if what not in steps:
            raise Contradiction.at("kind", "Choose what is to be done.")
        await steps[what]()

    return await _taken(request, tx, actor, inquiry_id, form, step, what, of=str(invitation_id))


@post("/inquiries/{inquiry_id:uuid}/office/deadline", opt={**may("inquiry", "invite"), "form": True}, status_code=303)
async def move_deadlines(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Give every unit that still owes an answer another last day."""
    form = await read_form(request)

    async def step() -> None:
        await require_seen(tx, actor, inquiry_id, revision_of(form))
        await deadline.move_deadlines(tx, settings, actor, inquiry_id, _day(form, "due_on"))

    return await _taken(request, tx, actor, inquiry_id, form, step, "deadlines")


@post(
    "/inquiries/{inquiry_id:uuid}/office/questions/{question_id:uuid}",
    opt={**may("question", "forward"), "form": True},
    status_code=303,
)
async def change_question(
    request: PageRequest,
    tx: Tx,
    settings: AppSettings,
    actor: Caller,
    inquiry_id: InquiryId,
    question_id: Annotated[UUID, PathParameter()],
) -> Response[Any]:
    """Put a unit's question to the sponsor, share the answer, or leave the question unasked."""
    form = await read_form(request)
    what = form.get("what", "")

    async def step() -> None:
        if what not in ("forward", "dismiss", "share"):
            raise Contradiction.at("kind", "Choose what is to be done.")
        if what == "forward":
            if len(form.get("wording", "")) > _LONGEST_TEXT:
                raise Contradiction.at("wording", "Write less.")
            await questions.forward_question(tx, settings, actor, question_id, form.get("wording") or None)
        elif what == "dismiss":
            await questions.dismiss_question(tx, settings, actor, question_id, _text(form, "reason"))
        else:
            await questions.share_answer(
                tx, settings, actor, question_id, "asker" if form.get("share") == "asker" else "all"
            )

    done_with = what if what in ("forward", "dismiss") else "share"
    return await _taken(request, tx, actor, inquiry_id, form, step, done_with, of=str(question_id))


@get("/inquiries/{inquiry_id:uuid}/reply/edit", opt={**may("inquiry", "reply"), "query": ("done",)})
async def show_reply_form(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show what the reply would say now, with the form for what the office adds."""
    return await _reply_page(request, tx, actor, inquiry_id)


@post("/inquiries/{inquiry_id:uuid}/office/reply", opt={**may("inquiry", "reply"), "form": True}, status_code=303)
async def take_reply(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, inquiry_id: InquiryId
) -> Response[Any]:
    """Show the reply with what was typed, or send it: only what was seen, which its content's hash tells."""
    form = await read_form(request)
    if "send" not in form:
        return await _reply_page(request, tx, actor, inquiry_id, form=form)

    async def step() -> None:
        wanted = _reply(form)
        newest = str((await read_reply(tx, actor, inquiry_id, 0)).newest_version)
        if form.get("newest_version", newest) != newest:
            raise Changed("Somebody else has sent a reply since you opened this page. Read it first.")
        await send_reply(tx, settings, actor, inquiry_id, wanted)

    problem = await try_step(request, tx, step())
    if problem is not None:
        return await _reply_page(request, tx, actor, inquiry_id, form=form, problem=problem)
    return done(f"/inquiries/{inquiry_id}", "reply")


async def _answers_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    *,
    form: Form | None = None,
    problem: Problem | None = None,
    of: str = "",
) -> Response[str]:
    frame = await read_frame(tx, actor, inquiry_id)
    require_command(actor, frame.row, "read_answers")
    asked = await workspace_queries.select_asked(tx.connection, actor=actor, inquiry_id=inquiry_id, limit=MOST_ASKED)
    reply = await read_reply(tx, actor, inquiry_id, 0)
    wanted = frame.content.numbers.participants_wanted
    resources = await workspace_queries.select_resource_choices(
        tx.connection, region_id=region_at_work(actor, frame.row)
    )
    people = await workspace_queries.select_unit_people(
        tx.connection, actor=actor, unit_ids=[one.unit_id for one in asked]
    )
    language = page_language(request)
    values: dict[str, Any] = {
        "frame": frame,
        "tab": "answers",
        "asked": asked,
        "people_at": lambda unit_id: [(one.investigator_id, one.name) for one in people if one.unit_id == unit_id],
        "resources": [(one.resource_id, one.name) for one in resources],
        "condition_words": lambda codes: [(code, translate(language, labels.CONDITIONS[code])) for code in codes],
        "content": reply.content,
        "wanted": wanted,
        "questions": (await questions.list_questions(tx, actor, inquiry_id)).items,
        "allowed": {one.invitation_id: allowed_commands("invitation", actor.role, one.state) for one in asked},
        "failed_step": (of, (form or {}).get("what", "")),
        **_placed(await failed(tx, actor, frame, form, problem), problem, of),
    }
    values |= {"seen_sum": reply.content_hash, "is_part": wants_block(request)}
    if wants_block(request) and request.query_params.get("seen_sum") == reply.content_hash:
        # Nothing was answered since: what is on the page stays, and nothing is announced.
        return Response("", status_code=204)
    status = 200 if problem is None else problem.status
    return office_page(request, "invitations/answers.html", values, block="answers_sum", status_code=status)


def _placed(said: dict[str, Any], problem: Problem | None, of: str) -> dict[str, Any]:
    """Give what was typed, and what is wrong with it, back to the one invitation or question that it was about."""
    form, faults = said["form"], dict(said.get("faults", {}))
    if isinstance(problem, Refused) and not faults and form.get("what") == "fill" and "state" not in problem.extra:
        # The database refused it: filled already, or more hours than the resource has free.
        name = "nurse_hours" if form.get("nurse_hours") else "condition"
        faults[name] = office_labels.FAULTS[name]
    if not of:
        return said | {"faults": faults}
    return said | {
        "form": {f"{name}-{of}": value for name, value in form.items()},
        "faults": {f"{name}-{of}": text for name, text in faults.items()},
    }


async def _reply_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    *,
    form: Form | None = None,
    problem: Problem | None = None,
) -> Response[str]:
    frame = await read_frame(tx, actor, inquiry_id)
    now = await read_reply(tx, actor, inquiry_id, 0)
    sent = None if now.newest_version == 0 else await read_reply(tx, actor, inquiry_id)
    known = {} if sent is None else {"note": sent.note, "next_step": sent.next_step or ""}
    typed = form if form is not None else known
    shown = _shown_with(now, typed)
    values: dict[str, Any] = {
        "frame": frame,
        "tab": "reply",
        "reply": now,
        "document": describe_reply(shown, frame.row.reference, page_language(request)),
        **await failed(tx, actor, frame, form, problem),
    }
    values["form"] = typed
    status = 200 if problem is None else problem.status
    return office_page(request, "invitations/reply_edit.html", values, status_code=status)


async def _taken(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    inquiry_id: UUID,
    form: Form,
    step: Callable[[], Awaitable[object]],
    what: str,
    *,
    of: str = "",
) -> Response[Any]:
    async def whole() -> None:
        await read_frame(tx, actor, inquiry_id)
        await step()

    problem = await try_step(request, tx, whole())
    if problem is not None:
        return await _answers_page(request, tx, actor, inquiry_id, form=form, problem=problem, of=of)
    return done(f"/inquiries/{inquiry_id}/answers", what)


async def _require_same(tx: Transaction, actor: Actor, invitation_id: UUID, revision: int | None) -> None:
    """Raise Changed when an invitation has moved on since the state that a form was made from."""
    if revision is not None and (await find_invitation(tx, actor, invitation_id)).revision != revision:
        raise Changed("This invitation was changed after you read it. Read it again.")


def _shown_with(now: ReplyDetail, typed: Form) -> ReplyDetail:
    """Put what was typed into the preview, as far as it fits."""
    day = None
    if typed.get("next_step"):
        try:
            day = date.fromisoformat(typed.get("next_step_on", ""))
        except ValueError:
            day = None
    return structs.replace(now, note=typed.get("note", ""), next_step=typed.get("next_step") or None, next_step_on=day)


def _reply(form: Form) -> ReplyCreate:
    if len(form.get("note", "")) > _LONGEST_NOTE:
        raise Contradiction.at("note", "Write less.")
    if len(form.get("next_step", "")) > _LONGEST_TEXT:
        raise Contradiction.at("next_step", "Write less.")
    return ReplyCreate(
        note=form.get("note", ""),
        next_step=form.get("next_step") or None,
        next_step_on=_day(form, "next_step_on") if form.get("next_step_on") else None,
        expected_content_hash=form.get("content_hash") or None,
    )


def _filling(form: Form) -> FillCreate:
    values = {name: form.get(name) or None for name in ("condition", "resource_id", "nurse_hours", "note")}
    made: FillCreate = _converted(values, FillCreate, "nurse_hours")
    return made


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise Contradiction.at(name, "Send a day.") from error


def _text(form: Form, name: str) -> str:
    if not 0 < len(form.get(name, "")) <= _LONGEST_TEXT:
        raise Contradiction.at(name, "Write something.")
    return form[name]


def _converted(value: Any, shape: Any, name: str) -> Any:
    try:
        return convert(value, shape, strict=False)
    except ValidationError as error:
        raise Contradiction.at(name, str(error)) from error


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=OFFICE_FORM_BYTES,
    route_handlers=[
        show_answers,
        change_invitation,
        move_deadlines,
        change_question,
        show_reply_form,
        take_reply,
    ],
)
