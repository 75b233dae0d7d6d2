"""The collated reply to the sponsor, and how it ended."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.triage_service import move_inquiry
from trialport.invitations import answer_queries, rules
from trialport.invitations.answer_queries import AskedUnit
from trialport.invitations.models import (
    EoiCreate,
    OutcomeCreate,
    OutcomeDetail,
    ReplyContent,
    ReplyCreate,
    ReplyDetail,
    UnitAnswer,
)


async def read_reply(tx: Transaction, actor: Actor, inquiry_id: UUID) -> ReplyDetail:
    """Show the newest reply; an office sees before it is sent what it would say now (version 0)."""
    row = await read_inquiry(tx, actor, inquiry_id)
    stored = await answer_queries.select_newest_reply(tx.connection, inquiry_id=inquiry_id)
    if stored is not None:
        require_command(actor, row, "read_reply")
        return ReplyDetail(
            version=stored.version,
            note=stored.note,
            replied_at=stored.replied_at,
            content=msgspec.convert(stored.content, ReplyContent),
        )
    # A sponsor reads what was sent; the office what it could send.
    require_command(actor, row, "read_reply" if actor.role == "sponsor_contact" else "read_answers")
    return ReplyDetail(version=0, note="", replied_at=None, content=await _collated(tx, row))


async def send_reply(tx: Transaction, actor: Actor, inquiry_id: UUID, reply: ReplyCreate) -> ReplyDetail:
    """Send the collated answer of all units asked; units that have not answered are named as silent."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "reply")
    # First the inquiry moves on, so that of two who reply at once one is told so.
    await move_inquiry(tx, actor, row, "reply")
    content = await _collated(tx, row)
    await answer_queries.insert_reply(
        tx.connection,
        actor=actor,
        inquiry_id=inquiry_id,
        region_id=row.region_id,
        content=msgspec.to_builtins(content),
        note=reply.note,
        now=tx.now,
    )
    return await read_reply(tx, actor, inquiry_id)


async def record_outcome(tx: Transaction, actor: Actor, inquiry_id: UUID, outcome: OutcomeCreate) -> OutcomeDetail:
    """Record what the sponsor decided and close the inquiry; raises Contradiction for units that were not asked."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "close")
    async with as_system(tx.connection):
        asked = {unit.unit_id for unit in await answer_queries.select_asked_units(tx.connection, inquiry_id=inquiry_id)}
    if set(outcome.selected_unit_ids) - asked:
        raise Contradiction.at("selected_unit_ids", "A unit named was not asked. Name units of the reply.")
    if bool(outcome.selected_unit_ids) != (outcome.decision == "selected"):
        raise Contradiction.at("selected_unit_ids", "Name the units selected, and only with the decision `selected`.")
    recorded = await answer_queries.insert_outcome(
        tx.connection,
        actor=actor,
        inquiry_id=inquiry_id,
        decision=outcome.decision,
        selected_unit_ids=outcome.selected_unit_ids,
        note=outcome.note,
        now=tx.now,
    )
    if not recorded:
        raise Changed("Somebody recorded the outcome at the same moment. Read it.")
    await move_inquiry(tx, actor, row, "close")
    await record_audit_event(
        tx,
        actor,
        action="outcome.recorded",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
        details={"decision": outcome.decision},
    )
    return OutcomeDetail(**msgspec.structs.asdict(outcome), recorded_at=tx.now)


async def _collated(tx: Transaction, row: InquiryRow) -> ReplyContent:
    """Put all answers together; an inquiry to several regions is answered by the one that received it."""
    async with as_system(tx.connection):
        units = await answer_queries.select_asked_units(tx.connection, inquiry_id=row.inquiry_id)
    return rules.collate([_shown(unit) for unit in units])


def _shown(unit: AskedUnit) -> UnitAnswer:
    """Say of a unit what a sponsor may know: contact data of a yes only, of a no never a person."""
    eoi = None if unit.content is None else msgspec.convert(unit.content, EoiCreate)
    # Whoever says that somebody else should be asked has not answered for the unit.
    answer = "no_answer" if eoi is None or eoi.answer == "not_me" else eoi.answer
    # Whose head has not approved is no contact yet.
    says_yes = rules.is_binding(answer, unit.approval) if answer == "yes" else False
    return UnitAnswer(
        unit_name=unit.unit_name,
        site_name=unit.site_name,
        answer=answer,
        approval=unit.approval,
        participants=None if eoi is None else eoi.participants,
        participants_basis=None if eoi is None else eoi.participants_basis,
        earliest_start=None if eoi is None else eoi.earliest_start,
        conditions=() if eoi is None else eoi.conditions,
        reasons=() if eoi is None else eoi.reasons,
        questions=None if eoi is None else eoi.questions,
        contact_name=unit.contact_name if says_yes else None,
        contact_email=unit.contact_email if says_yes else None,
    )
