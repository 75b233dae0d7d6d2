"""What the clock does with invitations that stay unanswered: many at a time, each reminder once."""

from collections.abc import Sequence

from trialport.accounts.models import SYSTEM
from trialport.accounts.service import record_audit_events
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.invitations import ledger
from trialport.invitations import reminder_queries as queries
from trialport.invitations.answer_follow_up import note_nobody_awaited
from trialport.invitations.reminder_queries import DueReminder, SettledReminder
from trialport.notifications.digests import queue_reminders
from trialport.notifications.mail_models import NewMessage
from trialport.notifications.service import open_office_tasks

_WAITING = ("planned", "sent", "opened")


async def remind_units(tx: Transaction, settings: Settings, limit: int) -> int:
    """Settle about `limit` reminders that are due, each once; returns how many, less than `limit` once all are done.

    What falls due for one person together goes out as one mail, so a few more may be taken. One overtaken by an
    answer is not sent. After an outage several steps of one invitation can be due together: each is settled, the
    last one is sent.
    """
    due = await _claim(tx, limit)
    if not due:
        return 0
    last = {one.invitation_id: one.step for one in due}
    leaving = [one for one in due if one.state in _WAITING and last[one.invitation_id] == one.step]
    mails = {_key(one): _mail(one) for one in leaving if one.step != "office"}
    made = await queue_reminders(tx, settings, list(mails.values()))
    await _give_up(tx, [one for one in leaving if one.step == "office"])
    handed_on = {_key(one) for one in leaving if one.step == "office"} | made.keys()
    settled = [
        SettledReminder(
            invitation_id=one.invitation_id, step=one.step, sent=_key(one) in handed_on, message_id=made.get(_key(one))
        )
        for one in due
    ]
    await queries.update_reminders_settled(tx.connection, settled=settled, now=tx.now)
    return len(due)


async def _claim(tx: Transaction, limit: int) -> list[DueReminder]:
    """Take reminders, and with them whatever else is due for the same people; the oldest first."""
    found = await queries.claim_due_reminders(tx.connection, now=tx.now, limit=limit)
    if len(found) == limit:
        addressees = list({one.to_id for one in found})
        more = await queries.claim_due_reminders_to(tx.connection, now=tx.now, addressees=addressees)
        by_row = {(one.invitation_id, one.step): one for one in (*found, *more)}
        found = list(by_row.values())
    return sorted(found, key=lambda one: (one.due_at, one.invitation_id))


def _key(reminder: DueReminder) -> str:
    # A day that moved, or another person who is asked, makes an invitation's reminders anew.
    return f"reminder:{reminder.invitation_id}:{reminder.step}:{reminder.due_at.isoformat()}:{reminder.to_id}"


def _mail(reminder: DueReminder) -> NewMessage:
    return NewMessage(
        kind="invitation_reminder",
        to_address=reminder.email,
        language=reminder.language,
        params={
            "invitation_id": str(reminder.invitation_id),
            "to_id": str(reminder.to_id),
            "reference": reminder.reference,
            "due_on": reminder.due_on.isoformat(),
            "is_overdue": reminder.step in ("overdue", "head"),
        },
        dedupe_key=_key(reminder),
        region_id=reminder.region_id,
        subject_id=reminder.invitation_id,
        thread_id=reminder.invitation_id,
    )


async def _give_up(tx: Transaction, silent: Sequence[DueReminder]) -> None:
    """Hand the units that stayed silent to their offices."""
    if not silent:
        return
    given_up = set(
        await queries.update_invitations_unanswered(tx.connection, invitation_ids=[one.invitation_id for one in silent])
    )
    await ledger.release_invitations(tx, list(given_up), "no_answer")
    regions = {one.invitation_id: one.region_id for one in silent if one.invitation_id in given_up}
    await open_office_tasks(
        tx,
        kind="silent_unit",
        object_type="invitation",
        objects=[(region_id, invitation_id) for invitation_id, region_id in regions.items()],
        message="A unit has not answered its invitation, nor has its head. Ask another unit, or call them.",
    )
    await record_audit_events(
        tx,
        SYSTEM,
        action="invitation.unanswered",
        object_type="invitation",
        events=[(invitation_id, region_id, {}) for invitation_id, region_id in regions.items()],
    )
    for inquiry_id in sorted({one.inquiry_id for one in silent if one.invitation_id in given_up}):
        await note_nobody_awaited(tx, inquiry_id)
