"""The collated reply to the sponsor."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, NotFound, explain
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.sponsor_person import read_sponsor_person
from trialport.inquiries.triage_service import move_inquiry
from trialport.invitations import answer_queries, fill_queries, reply_queries, rules
from trialport.invitations.answer_queries import AskedUnit
from trialport.invitations.fill_queries import FillRow
from trialport.invitations.models import EoiCreate
from trialport.invitations.outcome import start_outcome_clock
from trialport.invitations.reply_changes import changed_units
from trialport.invitations.reply_models import (
    AnsweredQuestion,
    FilledCondition,
    ReplyContent,
    ReplyCreate,
    ReplyDetail,
    UnitAnswer,
    UnitChange,
)
from trialport.invitations.reply_queries import StoredReply
from trialport.notifications.messages import queue_message
from trialport.notifications.service import settle_office_tasks

explain("reply_inquiry_id_version_key", Changed, "", "Somebody sent a reply at the same moment. Read it.")


async def read_reply(tx: Transaction, actor: Actor, inquiry_id: UUID, version: int | None = None) -> ReplyDetail:
    """Show a version of the reply, by default the newest one sent.

    An office sees with version 0, and while nothing was sent, what it would say now. Raises NotFound for a version
    that was never sent.
    """
    row = await read_inquiry(tx, actor, inquiry_id)
    stored = await reply_queries.select_reply(tx.connection, inquiry_id=inquiry_id, version=version or None)
    if version != 0 and stored is not None:
        require_command(actor, row, "read_reply")
        before = None
        if stored.version > 1:
            before = await reply_queries.select_reply(tx.connection, inquiry_id=inquiry_id, version=stored.version - 1)
        return _sent(actor, row, stored, before)
    # A sponsor reads what was sent; the office what it could send.
    require_command(actor, row, "read_reply" if actor.role == "sponsor_contact" else "read_answers")
    if version or actor.role == "sponsor_contact":
        raise NotFound("No such version of the reply was sent.")
    content = await collate_reply(tx, row)
    return ReplyDetail(
        version=0,
        newest_version=0 if stored is None else stored.newest_version,
        note="",
        next_step=None,
        next_step_on=None,
        replied_at=None,
        content=content,
        changes=_changes(stored, content),
        content_hash=content_hash(content),
        available_actions=allowed_commands("inquiry", actor.role, row.state),
    )


async def send_reply(
    tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID, reply: ReplyCreate
) -> ReplyDetail:
    """Send the collated answer of all units asked; units that have not answered are named as silent.

    Once it was sent, the same sends a correction: the next version, which replaces the one before. Raises Changed
    when an answer has come in since the preview that the caller read.
    """
    if reply.next_step_on is not None and reply.next_step is None:
        raise Contradiction.at("next_step_on", "Say what happens on that day in `next_step`.")
    row = await read_inquiry(tx, actor, inquiry_id)
    if row.state == "replied":
        require_command(actor, row, "revise_reply")
    else:
        require_command(actor, row, "reply")
        # First the inquiry moves on, so that of two who reply at once one is told so.
        await move_inquiry(tx, actor, row, "reply")
        await start_outcome_clock(tx, row)
    content = await collate_reply(tx, row)
    if reply.expected_content_hash not in (None, content_hash(content)):
        raise Changed("An answer has come in or changed since you read the preview. Read it again, then send it.")
    version = await reply_queries.insert_reply(
        tx.connection,
        actor=actor,
        inquiry_id=inquiry_id,
        region_id=row.region_id,
        content=msgspec.to_builtins(content),
        note=reply.note,
        next_step=reply.next_step,
        next_step_on=reply.next_step_on,
        now=tx.now,
    )
    await _note_sent(tx, actor, row, version, content_hash(content))
    await _mail_sponsor(tx, settings, row, version)
    return await read_reply(tx, actor, inquiry_id)


async def _note_sent(tx: Transaction, actor: Actor, row: InquiryRow, version: int, sent_hash: str) -> None:
    """Write down that a version was sent; with it nothing more asks for a reply, and no answer for a corrected one."""
    async with as_system(tx.connection):
        await settle_office_tasks(tx, kind="all_answered", object_id=row.inquiry_id)
        await settle_office_tasks(tx, kind="target_reached", object_id=row.inquiry_id)
        for eoi_id in await reply_queries.select_answers_after_reply(tx.connection, inquiry_id=row.inquiry_id):
            await settle_office_tasks(tx, kind="answer_after_reply", object_id=eoi_id)
    await record_audit_event(
        tx,
        actor,
        action="reply.sent",
        object_type="inquiry",
        object_id=row.inquiry_id,
        region_id=row.region_id,
        details={"version": version, "content_hash": sent_hash},
    )


async def _mail_sponsor(tx: Transaction, settings: Settings, row: InquiryRow, version: int) -> None:
    person = await read_sponsor_person(tx, row)
    await queue_message(
        tx,
        settings,
        kind="reply_sent",
        to_address=person.email,
        language=person.language,
        params={"inquiry_id": str(row.inquiry_id), "version": version, "language": person.language},
        dedupe_key=f"reply:{row.inquiry_id}:{version}",
        region_id=row.region_id,
        subject_id=row.inquiry_id,
        thread_id=row.inquiry_id,
    )


def content_hash(content: ReplyContent) -> str:
    """Return what tells one content from another: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _changes(before: StoredReply | None, content: ReplyContent) -> tuple[UnitChange, ...]:
    return () if before is None else changed_units(msgspec.convert(before.content, ReplyContent), content)


def _sent(actor: Actor, row: InquiryRow, stored: StoredReply, before: StoredReply | None) -> ReplyDetail:
    content = msgspec.convert(stored.content, ReplyContent)
    return ReplyDetail(
        version=stored.version,
        newest_version=stored.newest_version,
        note=stored.note,
        next_step=stored.next_step,
        next_step_on=stored.next_step_on,
        replied_at=stored.replied_at,
        content=content,
        changes=_changes(before, content),
        content_hash=content_hash(content),
        available_actions=allowed_commands("inquiry", actor.role, row.state),
    )


async def collate_reply(tx: Transaction, row: InquiryRow) -> ReplyContent:
    """Put all answers together; an inquiry to several regions is answered by the one that received it."""
    async with as_system(tx.connection):
        units = await answer_queries.select_asked_units(tx.connection, inquiry_id=row.inquiry_id)
        questions = await reply_queries.select_sponsor_questions(tx.connection, inquiry_id=row.inquiry_id)
        fills = await fill_queries.select_fills_of_inquiry(tx.connection, inquiry_id=row.inquiry_id)
    filled = {unit.unit_id: [one for one in fills if one.unit_id == unit.unit_id] for unit in units}
    return rules.collate(
        [_shown(unit, questions.get(unit.answered_version or 0, ()), filled[unit.unit_id]) for unit in units]
    )


def _shown(unit: AskedUnit, questions: Sequence[str], fills: Sequence[FillRow]) -> UnitAnswer:
    """Say of a unit what a sponsor may know: contact data of a yes only, of a no never a person."""
    eoi = None if unit.content is None else msgspec.convert(unit.content, EoiCreate)
    # Whoever says that somebody else should be asked has not answered for the unit.
    answer = "no_answer" if eoi is None or eoi.answer == "not_me" else eoi.answer
    missed = () if eoi is None else eoi.conditions
    filled = [one for one in fills if one.condition in missed]
    missing = tuple(one for one in missed if one not in {fill.condition for fill in filled})
    if answer == "yes_if" and not missing:
        # What the unit missed the region provides, so it can.
        answer = "yes"
    # Whose head has not approved is no contact yet.
    says_yes = rules.is_binding(answer, unit.approval) if answer == "yes" else False
    return UnitAnswer(
        unit_name=unit.unit_name,
        site_name=unit.site_name,
        answer=answer,
        approval=unit.approval,
        before_change=unit.before_change,
        participants=None if eoi is None else eoi.participants,
        participants_basis=None if eoi is None else eoi.participants_basis,
        earliest_start=None if eoi is None else eoi.earliest_start,
        conditions=missing,
        filled=tuple(FilledCondition(condition=one.condition, provided_by=one.resource_name) for one in filled),
        reasons=() if eoi is None else eoi.reasons,
        answers_to_questions=() if eoi is None or answer not in ("yes", "yes_if") else _answered(eoi, questions),
        contact_name=unit.contact_name if says_yes else None,
        contact_email=unit.contact_email if says_yes else None,
    )


def _answered(eoi: EoiCreate, questions: Sequence[str]) -> tuple[AnsweredQuestion, ...]:
    """Put the sponsor's questions beside a unit's answers; a question that was left open is left out."""
    both = zip(questions, eoi.answers_to_questions, strict=False)
    return tuple(AnsweredQuestion(question=asked, answer=given) for asked, given in both if given.strip())
