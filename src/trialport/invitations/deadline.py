"""Moving the last day to answer, for one unit or for all that still wait; the reminders move with it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, NotFound, Refused
from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.region_service import quiet_periods_of
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.triage_service import move_inquiry
from trialport.invitations import deadline_queries, ledger, queries, rules
from trialport.invitations.answer import read_invitation
from trialport.invitations.deadline_models import MovedDeadlines
from trialport.invitations.ladder_rules import ladder
from trialport.invitations.models import InvitationForUnit
from trialport.invitations.queries import InvitationRow
from trialport.notifications.messages import queue_message
from trialport.notifications.service import settle_office_tasks

_SENT_ONCE = ("half", "nearly")


class Calendar(NamedTuple):
    """By which days and hours a region reckons."""

    timezone: str
    country: str
    quiet: Sequence[QuietPeriod]


async def move_deadline(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID, due_on: date
) -> InvitationForUnit:
    """Give one unit another last day; an invitation that counted as unanswered waits again.

    Raises Refused once the unit has answered, Contradiction for a day that does not fit.
    """
    await ledger.take_turn(tx, invitation_id)
    found = await queries.select_invitation(tx.connection, actor=actor, invitation_id=invitation_id)
    if found is None:
        raise NotFound("No invitation of yours here.")
    allowed = allowed_commands("invitation", actor.role, found.state)
    if "move_deadline" not in allowed:
        raise Refused(
            f"An invitation in state `{found.state}` does not allow `move_deadline`.",
            extra={"state": found.state, "available_actions": list(allowed)},
        )
    row = await read_inquiry(tx, actor, found.inquiry_id)
    require_command(actor, row, "invite")
    _check(tx, found, due_on)
    await _move(tx, settings, actor, found, due_on)
    await move_inquiry(tx, actor, row, "invite")
    return await read_invitation(tx, actor, invitation_id)


async def move_deadlines(
    tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID, due_on: date
) -> MovedDeadlines:
    """Give every unit that still owes an answer another last day; raises Contradiction when none does."""
    await ledger.take_turn_at_inquiry(tx, inquiry_id)
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "invite")
    waiting = await deadline_queries.lock_unanswered(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if not waiting:
        raise Contradiction("No unit asked still owes an answer. There is no day to move.")
    moved = []
    for invitation_id in waiting:
        found = await queries.select_invitation(tx.connection, actor=actor, invitation_id=invitation_id)
        if found is None or found.due_on == due_on:
            continue
        _check(tx, found, due_on)
        await _move(tx, settings, actor, found, due_on)
        moved.append(invitation_id)
    await move_inquiry(tx, actor, row, "invite")
    return MovedDeadlines(due_on=due_on, invitation_ids=tuple(moved))


async def start_ladder(
    tx: Transaction, invitation_id: UUID, due_on: date, calendar: Calendar, *, sent: tuple[str, ...] = ()
) -> None:
    """Reckon the reminders anew from now to another last day.

    A reminder before the day that has gone out (`sent`) does not go out again; those after the day belong to it.
    """
    steps = ladder(tx.now, due_on, calendar.timezone, calendar.country, calendar.quiet)
    await queries.upsert_reminders(
        tx.connection,
        invitation_id=invitation_id,
        steps={step: due_at for step, due_at in steps.items() if not (step in sent and step in _SENT_ONCE)},
    )


def _check(tx: Transaction, found: InvitationRow, due_on: date) -> None:
    if found.due_on == due_on:
        raise Contradiction.at("due_on", "This is the last day already. Give another one.")
    if errors := rules.check_due_on(due_on, tx.now.astimezone(ZoneInfo(found.timezone)).date()):
        raise Contradiction("The last day to answer does not fit. See `errors`.", errors=errors)


async def _move(tx: Transaction, settings: Settings, actor: Actor, found: InvitationRow, due_on: date) -> None:
    invitation_id = found.invitation_id
    await deadline_queries.update_invitation_due_on(tx.connection, invitation_id=invitation_id, due_on=due_on)
    if found.state == "no_answer":
        # What was let go with its silence is asked for again.
        await ledger.ask_again(tx, actor, invitation_id)
    sent = await deadline_queries.select_sent_steps(tx.connection, invitation_id=invitation_id)
    quiet = await quiet_periods_of(tx, found.region_id)
    calendar = Calendar(timezone=found.timezone, country=found.country, quiet=quiet)
    await start_ladder(tx, invitation_id, due_on, calendar, sent=tuple(sent))
    await settle_office_tasks(tx, kind="silent_unit", object_id=invitation_id)
    async with as_system(tx.connection):
        asked = await deadline_queries.select_recipient(tx.connection, invitation_id=invitation_id)
    if asked is not None:
        await queue_message(
            tx,
            settings,
            kind="invitation_moved",
            to_address=asked.email,
            language=asked.language,
            params={"invitation_id": str(invitation_id), "to_id": str(asked.investigator_id), "due_on": str(due_on)},
            dedupe_key=f"moved:{invitation_id}:{found.revision}:{due_on}",
            region_id=found.region_id,
            subject_id=invitation_id,
            thread_id=invitation_id,
        )
    await record_audit_event(
        tx,
        actor,
        action="invitation.deadline_moved",
        object_type="invitation",
        object_id=invitation_id,
        region_id=found.region_id,
        details={"from": str(found.due_on), "to": str(due_on)},
    )
