"""Taking an invitation back, and what the clock does with those that stay unanswered."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import NotFound, Refused
from trialport.invitations import ledger, queries
from trialport.invitations.answer import read_invitation
from trialport.invitations.deadline_queries import select_recipient
from trialport.invitations.models import InvitationForUnit
from trialport.invitations.queries import DueReminder
from trialport.notifications.messages import queue_message
from trialport.notifications.service import open_office_task

_WAITING = ("planned", "sent", "opened")


async def withdraw_invitation(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID, reason: str
) -> InvitationForUnit:
    """Take an invitation back; raises Refused once the unit has answered."""
    await ledger.take_turn(tx, invitation_id)
    found = await queries.select_invitation(tx.connection, actor=actor, invitation_id=invitation_id)
    if found is None:
        raise NotFound("No invitation of yours here.")
    allowed = allowed_commands("invitation", actor.role, found.state)
    if "withdraw" not in allowed:
        raise Refused(
            f"An invitation in state `{found.state}` does not allow `withdraw`.",
            extra={"state": found.state, "available_actions": list(allowed)},
        )
    await queries.update_invitation_state(
        tx.connection, invitation_id=invitation_id, state="withdrawn", now=tx.now, reason=reason
    )
    await ledger.release_invitation(tx, invitation_id, "withdrawn")
    await record_audit_event(
        tx,
        actor,
        action="invitation.withdrawn",
        object_type="invitation",
        object_id=invitation_id,
        region_id=found.region_id,
    )
    async with as_system(tx.connection):
        asked = await select_recipient(tx.connection, invitation_id=invitation_id)
    if asked is not None:
        await queue_message(
            tx,
            settings,
            kind="invitation_withdrawn",
            to_address=asked.email,
            language=asked.language,
            params={"reference": found.reference},
            dedupe_key=f"withdrawn:{invitation_id}",
            region_id=found.region_id,
            subject_id=invitation_id,
            thread_id=invitation_id,
        )
    return await read_invitation(tx, actor, invitation_id)


async def remind_units(tx: Transaction, settings: Settings, limit: int) -> int:
    """Settle the reminders that are due, each once; returns how many. One overtaken by an answer is not sent.

    After an outage several steps of one invitation can be due together: each is settled, the last one is sent.
    """
    due = await queries.claim_due_reminders(tx.connection, now=tx.now, limit=limit)
    last = {reminder.invitation_id: reminder.step for reminder in due}
    for reminder in due:
        goes_out = reminder.state in _WAITING and last[reminder.invitation_id] == reminder.step
        if goes_out:
            await _remind(tx, settings, reminder)
        if reminder.step == "office" and reminder.state in _WAITING:
            await queries.update_invitation_state(
                tx.connection, invitation_id=reminder.invitation_id, state="no_answer", now=tx.now
            )
            await ledger.release_invitation(tx, reminder.invitation_id, "no_answer")
        await queries.update_reminder_settled(
            tx.connection, invitation_id=reminder.invitation_id, step=reminder.step, sent=goes_out, now=tx.now
        )
    return len(due)


async def _remind(tx: Transaction, settings: Settings, reminder: DueReminder) -> None:
    if reminder.step == "office":
        await open_office_task(
            tx,
            region_id=reminder.region_id,
            kind="silent_unit",
            object_type="invitation",
            object_id=reminder.invitation_id,
            message="A unit has not answered its invitation, nor has its head. Ask another unit, or call them.",
        )
        return
    to_head = reminder.step == "head" and reminder.head_id is not None
    await queue_message(
        tx,
        settings,
        kind="invitation_reminder",
        to_address=(reminder.head_email or reminder.email) if to_head else reminder.email,
        language=reminder.language,
        params={
            "invitation_id": str(reminder.invitation_id),
            "to_id": str(reminder.head_id if to_head else reminder.recipient_id),
            "due_on": reminder.due_on.isoformat(),
            "is_overdue": reminder.step in ("overdue", "head"),
        },
        # A day that moved makes its reminders anew.
        dedupe_key=f"reminder:{reminder.invitation_id}:{reminder.step}:{reminder.due_on}:{reminder.recipient_id}",
        region_id=reminder.region_id,
        subject_id=reminder.invitation_id,
        thread_id=reminder.invitation_id,
    )
