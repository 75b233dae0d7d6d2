"""What follows from a unit's answer besides the answer itself: its question goes to the office, a late one is told."""

from uuid import UUID

from trialport.accounts.models import SYSTEM, Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction
from trialport.inquiries import rules as inquiry_rules
from trialport.inquiries.queries import InquiryRow, select_inquiry
from trialport.inquiries.triage_service import collate_inquiry
from trialport.invitations import queries
from trialport.invitations.models import EoiCreate
from trialport.invitations.queries import InvitationRow
from trialport.invitations.questions_queries import insert_question
from trialport.invitations.reading import PROGRAM
from trialport.invitations.reply import collate_reply
from trialport.notifications.service import open_office_task, settle_office_tasks


def require_aligned_answers(eoi: EoiCreate, inquiry: InquiryRow) -> None:
    """Raise Contradiction where the answers to the sponsor's questions are not as many as the questions."""
    asked = inquiry_rules.join_content(inquiry.content, inquiry.confidential).answer.questions
    given = eoi.answers_to_questions
    if given and len(given) != len(asked):
        raise Contradiction.at(
            "answers_to_questions",
            f"The inquiry has {len(asked)} questions. Send as many answers, in their order, with empty text for none.",
        )


async def note_nobody_awaited(tx: Transaction, inquiry_id: UUID) -> None:
    """Hand an inquiry to its office once no unit is waited for any more: the rest kept silent, or was taken back."""
    async with as_system(tx.connection):
        row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=inquiry_id)
        if row is None or row.state != "inviting":
            return
        if await queries.count_open_invitations(tx.connection, inquiry_id=inquiry_id):
            return
        await open_office_task(
            tx,
            region_id=row.region_id,
            kind="all_answered",
            object_type="inquiry",
            object_id=inquiry_id,
            message=f"No unit asked about {row.reference} is waited for any more. Send the collated reply, or ask "
            "other units.",
        )
        await collate_inquiry(tx, SYSTEM, row)


async def note_target(tx: Transaction, found: InvitationRow, inquiry: InquiryRow) -> None:
    """Tell the office once the units that can offer as many participants as are wanted; take it back when not."""
    wanted = inquiry_rules.join_content(inquiry.content, inquiry.confidential).numbers.participants_wanted
    async with as_system(tx.connection):
        offered = (await collate_reply(tx, inquiry)).participants_sure
        if offered < wanted:
            await settle_office_tasks(tx, kind="target_reached", object_id=found.inquiry_id)
        elif inquiry.state == "inviting":
            await open_office_task(
                tx,
                region_id=found.region_id,
                kind="target_reached",
                object_type="inquiry",
                object_id=found.inquiry_id,
                message=f"The units that can take part in {found.reference} offer {offered} participants; {wanted} are "
                "wanted. You can reply now, or wait for the others.",
            )


async def follow_up_answer(
    tx: Transaction, actor: Actor, found: InvitationRow, inquiry: InquiryRow, eoi_id: UUID, eoi: EoiCreate
) -> None:
    """Take the question that came with an answer, and tell the office of one that came after the reply.

    What the office was to do about the unit's silence, or about a condition that it names no more, is settled.
    """
    await settle_office_tasks(tx, kind="silent_unit", object_id=found.invitation_id)
    if eoi.answer != "yes_if":
        await settle_office_tasks(tx, kind="review_condition", object_id=found.invitation_id)
    if eoi.questions is not None:
        await note_question(tx, actor, found, eoi.questions)
    if inquiry.state == "replied":
        async with as_system(tx.connection):
            await open_office_task(
                tx,
                region_id=found.region_id,
                kind="answer_after_reply",
                object_type="eoi",
                object_id=eoi_id,
                message=f"{found.unit_name} has answered about {found.reference} after the reply. "
                "See whether the sponsor needs a corrected reply.",
            )


async def note_question(tx: Transaction, actor: Actor, found: InvitationRow, text: str) -> None:
    """Store a unit's question, once however often it is said, and give the office its task."""
    async with as_system(tx.connection):
        question_id = await insert_question(
            tx.connection,
            actor=actor,
            inquiry_id=found.inquiry_id,
            region_id=found.region_id,
            invitation_id=found.invitation_id,
            text=text,
            now=tx.now,
        )
        if question_id is None:
            return
        await open_office_task(
            tx,
            region_id=found.region_id,
            kind="question_to_review",
            object_type="question",
            object_id=question_id,
            message=f"{found.unit_name} has a question about {found.reference}. Check its wording and forward it.",
        )
    await record_audit_event(
        tx,
        actor,
        action="question.asked",
        object_type="question",
        object_id=question_id,
        region_id=found.region_id,
    )
