"""Questions of units to the sponsor, through the office: asked, forwarded or dismissed, answered, shared.

The sponsor never learns which unit asked; a unit sees its own questions and the answers that are shared.
"""

from typing import Literal
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, NotFound, Refused
from trialport.inquiries.queries import select_inquiry
from trialport.inquiries.service import read_inquiry
from trialport.inquiries.sponsor_person import read_sponsor_person
from trialport.invitations import questions_queries as queries
from trialport.invitations.answer_follow_up import note_question
from trialport.invitations.questions_models import (
    OfficeQuestions,
    QuestionForOffice,
    QuestionForSponsor,
    QuestionForUnit,
    Share,
    SponsorQuestions,
)
from trialport.invitations.questions_queries import QuestionRow, UnitPerson
from trialport.invitations.reading import PROGRAM, find_invitation
from trialport.notifications.messages import queue_message
from trialport.notifications.service import open_office_task, settle_office_tasks

# More than these one unit does not ask about one inquiry.
MOST_QUESTIONS = 30
_LISTED = 200
_LIVE = ("inviting", "collating", "replied")
_FASTER = "Somebody did this at the same moment. Read the question again."


async def ask_question(tx: Transaction, actor: Actor, invitation_id: UUID, text: str) -> tuple[QuestionForUnit, ...]:
    """Take a unit's question; the office gets a task. Raises Refused where the inquiry is over."""
    found = await find_invitation(tx, actor, invitation_id)
    async with as_system(tx.connection):
        inquiry = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=found.inquiry_id)
    state = "" if inquiry is None else inquiry.state
    if found.state == "withdrawn" or state not in _LIVE:
        raise Refused("The inquiry takes no more questions.", extra={"state": state, "available_actions": ["read"]})
    if await queries.count_questions(tx.connection, invitation_id=invitation_id) >= MOST_QUESTIONS:
        raise Refused("Your unit has asked very much. Call the trial office.", extra={"state": state})
    await note_question(tx, actor, found, text)
    return await read_unit_questions(tx, actor, invitation_id)


async def read_unit_questions(tx: Transaction, actor: Actor, invitation_id: UUID) -> tuple[QuestionForUnit, ...]:
    """Return a unit's own questions and the answers that are shared with all."""
    found = await find_invitation(tx, actor, invitation_id)
    if found.state == "withdrawn":
        return ()
    rows = await queries.select_unit_questions(tx.connection, invitation_id=invitation_id, inquiry_id=found.inquiry_id)
    return tuple(rows)


async def read_sponsor_questions(tx: Transaction, actor: Actor, inquiry_id: UUID) -> SponsorQuestions:
    """Return what has been put to the sponsor of an inquiry, the oldest first."""
    await read_inquiry(tx, actor, inquiry_id)
    rows = await queries.select_questions(
        tx.connection, actor=actor, inquiry_id=inquiry_id, question_id=None, limit=_LISTED
    )
    put = [row for row in reversed(rows) if row.state not in ("asked", "dismissed")]
    return SponsorQuestions(items=tuple(_for_sponsor(actor, row) for row in put))


async def list_questions(tx: Transaction, actor: Actor, inquiry_id: UUID | None) -> OfficeQuestions:
    """Return the questions of the office's units."""
    rows = await queries.select_questions(
        tx.connection, actor=actor, inquiry_id=inquiry_id, question_id=None, limit=_LISTED
    )
    return OfficeQuestions(items=tuple(_for_office(actor, row) for row in rows))


async def forward_question(
    tx: Transaction, settings: Settings, actor: Actor, question_id: UUID, wording: str | None
) -> QuestionForOffice:
    """Put a question to the sponsor, in the office's words if it gives any; the sponsor gets a mail with a link."""
    row = await _require(tx, actor, question_id, "forward")
    moved = await queries.update_question_forwarded(
        tx.connection, actor=actor, question_id=question_id, wording=wording or row.text, now=tx.now
    )
    await _note_moved(tx, actor, row, "question.forwarded", moved=moved)
    await settle_office_tasks(tx, kind="question_to_review", object_id=question_id)
    inquiry = await read_inquiry(tx, actor, row.inquiry_id)
    person = await read_sponsor_person(tx, inquiry)
    await queue_message(
        tx,
        settings,
        kind="question_forwarded",
        to_address=person.email,
        language=person.language,
        params={"inquiry_id": str(row.inquiry_id), "reference": row.reference},
        dedupe_key=f"question:{question_id}:forwarded",
        region_id=row.region_id,
        subject_id=row.inquiry_id,
        thread_id=row.inquiry_id,
    )
    return _for_office(actor, await _find(tx, actor, question_id))


async def answer_question(tx: Transaction, actor: Actor, question_id: UUID, answer: str) -> QuestionForSponsor:
    """Take the sponsor's answer; the office decides who reads it."""
    row = await _require(tx, actor, question_id, "answer")
    moved = await queries.update_question_answered(
        tx.connection, actor=actor, question_id=question_id, answer=answer, now=tx.now
    )
    await _note_moved(tx, actor, row, "question.answered", moved=moved)
    async with as_system(tx.connection):
        await open_office_task(
            tx,
            region_id=row.region_id,
            kind="question_answered",
            object_type="question",
            object_id=question_id,
            message=f"The sponsor has answered a question about {row.reference}. Share the answer.",
        )
    return _for_sponsor(actor, await _find(tx, actor, question_id))


async def share_answer(
    tx: Transaction, settings: Settings, actor: Actor, question_id: UUID, share: Share
) -> QuestionForOffice:
    """Hand an answer to the unit that asked or to every unit asked; each gets a mail with its own link."""
    row = await _require(tx, actor, question_id, "share")
    moved = await queries.update_question_shared(
        tx.connection, actor=actor, question_id=question_id, share=share, now=tx.now
    )
    await _note_moved(tx, actor, row, "question.shared", moved=moved)
    await settle_office_tasks(tx, kind="question_answered", object_id=question_id)
    async with as_system(tx.connection):
        people = await queries.select_people_to_tell(
            tx.connection, inquiry_id=row.inquiry_id, invitation_id=row.invitation_id if share == "asker" else None
        )
    for person in people:
        await _write_to(tx, settings, row, person, "question_shared")
    return _for_office(actor, await _find(tx, actor, question_id))


async def dismiss_question(
    tx: Transaction, settings: Settings, actor: Actor, question_id: UUID, reason: str
) -> QuestionForOffice:
    """Leave a unit's question unasked; the unit gets a mail and reads the reason on its page."""
    row = await _require(tx, actor, question_id, "dismiss")
    moved = await queries.update_question_dismissed(
        tx.connection, actor=actor, question_id=question_id, reason=reason, now=tx.now
    )
    await _note_moved(tx, actor, row, "question.dismissed", moved=moved)
    await settle_office_tasks(tx, kind="question_to_review", object_id=question_id)
    async with as_system(tx.connection):
        people = await queries.select_people_to_tell(
            tx.connection, inquiry_id=row.inquiry_id, invitation_id=row.invitation_id
        )
    for person in people:
        await _write_to(tx, settings, row, person, "question_dismissed")
    return _for_office(actor, await _find(tx, actor, question_id))


async def _write_to(
    tx: Transaction,
    settings: Settings,
    row: QuestionRow,
    person: UnitPerson,
    kind: Literal["question_shared", "question_dismissed"],
) -> None:
    await queue_message(
        tx,
        settings,
        kind=kind,
        to_address=person.email,
        language=person.language,
        params={
            "invitation_id": str(person.invitation_id),
            "to_id": str(person.investigator_id),
            "reference": row.reference,
        },
        dedupe_key=f"question:{row.question_id}:{kind.removeprefix('question_')}:{person.invitation_id}",
        region_id=row.region_id,
        subject_id=person.invitation_id,
        thread_id=person.invitation_id,
    )


async def _find(tx: Transaction, actor: Actor, question_id: UUID) -> QuestionRow:
    rows = await queries.select_questions(tx.connection, actor=actor, inquiry_id=None, question_id=question_id, limit=1)
    if not rows:
        raise NotFound("No question of yours here.")
    return rows[0]


async def _require(tx: Transaction, actor: Actor, question_id: UUID, command: str) -> QuestionRow:
    row = await _find(tx, actor, question_id)
    allowed = _actions(actor, row)
    if command not in allowed:
        raise Refused(
            f"A question in state `{row.state}` about an inquiry in state `{row.inquiry_state}` does not allow "
            f"`{command}` for your role.",
            extra={"state": row.state, "available_actions": list(allowed)},
        )
    return row


def _actions(actor: Actor, row: QuestionRow) -> tuple[str, ...]:
    """Say what may be done: while the inquiry is over, reading only."""
    allowed = allowed_commands("question", actor.role, row.state)
    return allowed if row.inquiry_state in _LIVE else tuple(one for one in allowed if one == "read")


async def _note_moved(tx: Transaction, actor: Actor, row: QuestionRow, action: str, *, moved: bool) -> None:
    if not moved:
        raise Changed(_FASTER)
    await _record(tx, actor, action, row.question_id, row.region_id)


async def _record(tx: Transaction, actor: Actor, action: str, question_id: UUID, region_id: UUID) -> None:
    await record_audit_event(
        tx, actor, action=action, object_type="question", object_id=question_id, region_id=region_id
    )


def _for_office(actor: Actor, row: QuestionRow) -> QuestionForOffice:
    own = {name: getattr(row, name) for name in QuestionForOffice.__struct_fields__ if name != "available_actions"}
    return QuestionForOffice(**own, available_actions=_actions(actor, row))


def _for_sponsor(actor: Actor, row: QuestionRow) -> QuestionForSponsor:
    return QuestionForSponsor(
        question_id=row.question_id,
        state=row.state,
        wording=row.wording or "",
        answer=row.answer,
        forwarded_at=row.forwarded_at or row.asked_at,
        available_actions=_actions(actor, row),
    )
