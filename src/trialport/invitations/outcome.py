"""What the sponsor decided, the clock that asks for it, and how the trial went on."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction
from trialport.inquiries.queries import InquiryRow, select_inquiry
from trialport.inquiries.region_service import quiet_periods_of
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.sponsor_person import read_sponsor_person
from trialport.inquiries.triage_service import move_inquiry
from trialport.invitations import answer_queries, ledger, outcome_queries, outcome_rules
from trialport.invitations.answer_queries import AskedUnit
from trialport.invitations.ending import tell_units
from trialport.invitations.ending_queries import EndedInquiry
from trialport.invitations.models import OutcomeCreate
from trialport.invitations.outcome_models import MilestoneCreate, OutcomeChain, OutcomeDetail, PromiseOutcome
from trialport.invitations.outcome_queries import ChainFacts, DueOutcomeStep
from trialport.invitations.reading import PROGRAM
from trialport.notifications.messages import queue_message
from trialport.notifications.service import open_office_task, settle_office_tasks


async def record_outcome(
    tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID, outcome: OutcomeCreate
) -> OutcomeDetail:
    """Record what the sponsor decided, close the inquiry and tell every unit asked.

    Raises Contradiction for units that were not asked, Changed when somebody recorded an outcome before.
    """
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "close")
    async with as_system(tx.connection):
        asked = {unit.unit_id for unit in await answer_queries.select_asked_units(tx.connection, inquiry_id=inquiry_id)}
    if set(outcome.selected_unit_ids) - asked:
        raise Contradiction.at("selected_unit_ids", "A unit named was not asked. Name units of the reply.")
    if bool(outcome.selected_unit_ids) != (outcome.decision == "selected"):
        raise Contradiction.at("selected_unit_ids", "Name the units selected, and only with the decision `selected`.")
    recorded = await outcome_queries.insert_outcome(
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
    ended = EndedInquiry(
        inquiry_id=inquiry_id,
        reference=row.reference,
        state="closed",
        decision=outcome.decision,
        selected_unit_ids=outcome.selected_unit_ids,
    )
    async with as_system(tx.connection):
        await tell_units(tx, settings, ended)
    await _hold_selected(tx, actor, row, outcome.selected_unit_ids)
    return OutcomeDetail(**msgspec.structs.asdict(outcome), recorded_at=tx.now)


async def _hold_selected(tx: Transaction, actor: Actor, row: InquiryRow, unit_ids: Sequence[UUID]) -> None:
    """Hold what the selected units offered; the office hears of each that has no room left."""
    # Always in the same order, so that two outcomes at once wait for each other and never in a circle.
    for unit_id in sorted(unit_ids):
        invitation_id = await ledger.hold_again(tx, actor, row.inquiry_id, unit_id)
        if invitation_id is None:
            continue
        async with as_system(tx.connection):
            await open_office_task(
                tx,
                region_id=row.region_id,
                kind="selected_without_room",
                object_type="invitation",
                object_id=invitation_id,
                message=f"The sponsor of {row.reference} has selected a unit whose capacity was let go and is taken "
                "by now. Ask the unit whether it can make room, or lend it what is missing.",
            )


async def start_outcome_clock(tx: Transaction, row: InquiryRow) -> None:
    """Begin to count the days to the outcome that the sponsor promised; called when the reply goes out."""
    async with as_system(tx.connection):
        facts = await _facts(tx, row.inquiry_id)
        today = tx.now.astimezone(ZoneInfo(facts.timezone)).date()
        quiet = await quiet_periods_of(tx, facts.region_id)
        promised = outcome_rules.day_to_hold(facts.first_promised_on, today, facts.country, quiet)
        await outcome_queries.upsert_outcome_steps(
            tx.connection,
            inquiry_id=row.inquiry_id,
            promised_on=promised,
            steps=outcome_rules.outcome_steps(tx.now, promised, facts.country, facts.timezone, quiet),
        )


async def promise_outcome(tx: Transaction, actor: Actor, inquiry_id: UUID, promise: PromiseOutcome) -> OutcomeChain:
    """Take another day by which the sponsor will tell; the clock starts anew."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "promise_outcome")
    async with as_system(tx.connection):
        facts = await _facts(tx, inquiry_id)
        today = tx.now.astimezone(ZoneInfo(facts.timezone)).date()
        if errors := outcome_rules.check_promise(promise.promised_on, today):
            raise Contradiction("The day does not fit. See `errors`.", errors=errors)
        quiet = await quiet_periods_of(tx, facts.region_id)
        await outcome_queries.upsert_outcome_steps(
            tx.connection,
            inquiry_id=inquiry_id,
            promised_on=promise.promised_on,
            steps=outcome_rules.outcome_steps(tx.now, promise.promised_on, facts.country, facts.timezone, quiet),
        )
        await settle_office_tasks(tx, kind="sponsor_overdue", object_id=inquiry_id)
    await record_audit_event(
        tx,
        actor,
        action="outcome.promised",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
        details={"promised_on": promise.promised_on.isoformat()},
    )
    return await read_chain(tx, actor, inquiry_id)


async def read_chain(tx: Transaction, actor: Actor, inquiry_id: UUID) -> OutcomeChain:
    """Return the dates of an inquiry from submission to the last participant."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "read_reply")
    async with as_system(tx.connection):
        facts = await _facts(tx, inquiry_id)
        milestones = await outcome_queries.select_milestones(tx.connection, inquiry_id=inquiry_id)
    today = tx.now.astimezone(ZoneInfo(facts.timezone)).date()
    promised = facts.outcome_promised_on
    return OutcomeChain(
        inquiry_id=inquiry_id,
        reference=row.reference,
        submitted_at=row.submitted_at,
        reply_promised_on=row.promised_on,
        replied_at=facts.replied_at,
        outcome_promised_on=promised,
        outcome_overdue=facts.decision is None and promised is not None and promised < today,
        decision=facts.decision,
        decided_at=facts.decided_at,
        selected_unit_ids=facts.selected_unit_ids,
        milestones=tuple(milestones),
    )


async def read_choices(tx: Transaction, actor: Actor, inquiry_id: UUID) -> list[AskedUnit]:
    """Return the units that the sponsor can choose among: those that said they can, or can on a condition."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "read_reply")
    async with as_system(tx.connection):
        asked = await answer_queries.select_asked_units(tx.connection, inquiry_id=inquiry_id)
    return [unit for unit in asked if unit.answer in ("yes", "yes_if") and unit.approval != "refused"]


async def record_milestone(tx: Transaction, actor: Actor, inquiry_id: UUID, told: MilestoneCreate) -> OutcomeChain:
    """Note what became of the trial at a unit selected; raises Contradiction for another unit or a day out of order."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "record_milestone")
    async with as_system(tx.connection):
        facts = await _facts(tx, inquiry_id)
        before = await outcome_queries.select_milestones(tx.connection, inquiry_id=inquiry_id)
    if told.unit_id not in facts.selected_unit_ids or facts.decided_at is None:
        raise Contradiction.at("unit_id", "This unit was not selected. Name one that was.")
    zone = ZoneInfo(facts.timezone)
    decided_on, today = facts.decided_at.astimezone(zone).date(), tx.now.astimezone(zone).date()
    if errors := outcome_rules.check_milestone(told, before, decided_on, today):
        raise Contradiction("What you tell does not fit. See `errors`.", errors=errors)
    await outcome_queries.insert_milestone(tx.connection, actor=actor, inquiry_id=inquiry_id, told=told, now=tx.now)
    if told.kind == "started":
        await ledger.release_started(tx, inquiry_id, told.unit_id)
    await record_audit_event(
        tx,
        actor,
        action=f"milestone.{told.kind}",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
        details={"unit_id": str(told.unit_id), "happened_on": told.happened_on.isoformat()},
    )
    return await read_chain(tx, actor, inquiry_id)


async def remind_sponsors(tx: Transaction, settings: Settings, limit: int) -> int:
    """Settle the steps of outcomes' clocks that are due, each once; returns how many. Run by the worker.

    After an outage several steps of one inquiry can be due together: each is settled, the last one counts.
    """
    due = await outcome_queries.claim_due_outcome_steps(tx.connection, now=tx.now, limit=limit)
    last = {step.inquiry_id: step.step for step in due}
    for step in due:
        goes_out = step.is_waiting and last[step.inquiry_id] == step.step
        if goes_out and step.step == "office":
            await _give_to_office(tx, settings, step)
        elif goes_out:
            await _remind(tx, settings, step)
        await outcome_queries.update_outcome_step_settled(
            tx.connection, inquiry_id=step.inquiry_id, step=step.step, sent=goes_out, now=tx.now
        )
    return len(due)


async def _remind(tx: Transaction, settings: Settings, step: DueOutcomeStep) -> None:
    row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=step.inquiry_id)
    if row is None:
        return
    person = await read_sponsor_person(tx, row)
    await queue_message(
        tx,
        settings,
        kind="outcome_reminder",
        to_address=person.email,
        language=person.language,
        params={
            "link": f"{settings.public_url}/inquiries/{step.inquiry_id}",
            "reference": step.reference,
            "promised_on": step.promised_on.isoformat(),
            "is_overdue": step.step != "ahead",
        },
        dedupe_key=f"outcome:{step.inquiry_id}:{step.step}:{step.promised_on}",
        region_id=step.region_id,
        subject_id=step.inquiry_id,
        thread_id=step.inquiry_id,
    )


async def _give_to_office(tx: Transaction, settings: Settings, step: DueOutcomeStep) -> None:
    """Tell office and units that the sponsor keeps silent; what was kept free for it is let go."""
    await open_office_task(
        tx,
        region_id=step.region_id,
        kind="sponsor_overdue",
        object_type="inquiry",
        object_id=step.inquiry_id,
        message=f"The sponsor of {step.reference} promised to tell the outcome by {step.promised_on} and has not, "
        "after two reminders. The units have been told so. Call the sponsor, and record what it decided.",
    )
    silent = EndedInquiry(
        inquiry_id=step.inquiry_id, reference=step.reference, state="no_word", decision=None, selected_unit_ids=()
    )
    await tell_units(tx, settings, silent)


async def _facts(tx: Transaction, inquiry_id: UUID) -> ChainFacts:
    facts = await outcome_queries.select_chain_facts(tx.connection, inquiry_id=inquiry_id)
    if facts is None:
        raise LookupError(f"no inquiry {inquiry_id}")
    return facts
