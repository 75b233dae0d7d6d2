"""The clock of sign-offs: a head of unit who has not said her word is reminded once, then the office gets a task.

Each step is a row that is settled once; what her word, a newer answer or the end of the inquiry has overtaken is
settled without being sent. After an outage only the last step that is due goes out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.inquiries.region_models import QuietPeriod
from trialport.inquiries.region_queries import select_quiet_periods
from trialport.inquiries.rules import promised_on
from trialport.invitations import sign_off_clock_queries as queries
from trialport.invitations.queries import InvitationRow
from trialport.invitations.sign_off_clock_queries import DueSignOffStep, SignOffStep
from trialport.notifications.messages import queue_message
from trialport.notifications.service import open_office_task

# Working days after the head was asked; reminders go out when people are at work.
WORKING_DAYS: Mapping[SignOffStep, int] = {"reminder": 2, "office": 4}
_MORNING = time(8)


def sign_off_steps(
    asked_at: datetime, country: str, timezone: str, quiet: Sequence[QuietPeriod] = ()
) -> dict[SignOffStep, datetime]:
    """Return when each step is due (UTC) for a head who was asked at this moment."""
    zone = ZoneInfo(timezone)
    asked_on = asked_at.astimezone(zone).date()
    return {
        step: datetime.combine(promised_on(asked_on, days, country, quiet), _MORNING, zone).astimezone(UTC)
        for step, days in WORKING_DAYS.items()
    }


async def start_clock(tx: Transaction, eoi_id: UUID, found: InvitationRow) -> None:
    """Begin to count the days that a head takes to sign off an answer; run as the program."""
    stored = await select_quiet_periods(tx.connection, region_ids=[found.region_id])
    quiet = stored[0].periods if stored else ()
    await queries.insert_sign_off_steps(
        tx.connection, eoi_id=eoi_id, steps=sign_off_steps(tx.now, found.country, found.timezone, quiet)
    )


async def remind_heads(tx: Transaction, settings: Settings, limit: int) -> int:
    """Settle up to `limit` steps that are due, each once; returns how many. Run as the program."""
    due = await queries.claim_due_sign_off_steps(tx.connection, now=tx.now, limit=limit)
    last = {one.eoi_id: one.step for one in due}
    for one in due:
        goes_out = one.is_waiting and last[one.eoi_id] == one.step
        if goes_out and one.step == "office":
            await _give_to_office(tx, one)
        elif goes_out:
            await _remind(tx, settings, one)
        await queries.update_sign_off_step_settled(
            tx.connection, eoi_id=one.eoi_id, step=one.step, sent=goes_out, now=tx.now
        )
    return len(due)


async def _remind(tx: Transaction, settings: Settings, due: DueSignOffStep) -> None:
    await queue_message(
        tx,
        settings,
        kind="sign_off_wanted",
        to_address=due.email,
        language=due.language,
        params={
            "invitation_id": str(due.invitation_id),
            "to_id": str(due.head_id),
            "reference": due.reference,
            "is_reminder": True,
        },
        dedupe_key=f"sign_off:{due.eoi_id}:{due.step}",
        region_id=due.region_id,
        subject_id=due.invitation_id,
        thread_id=due.invitation_id,
    )


async def _give_to_office(tx: Transaction, due: DueSignOffStep) -> None:
    await open_office_task(
        tx,
        region_id=due.region_id,
        kind="sign_off_overdue",
        object_type="invitation",
        object_id=due.invitation_id,
        message=f"The head of {due.unit_name} has not signed off the unit's yes to {due.reference}, after a reminder. "
        "Call the unit; until then the yes counts as conditional.",
    )
