"""The sponsor changes its inquiry while units are asked: each is asked about what changed, and nothing else."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from trialport.accounts.models import SYSTEM, Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction
from trialport.inquiries.queries import InquiryRow, select_inquiry
from trialport.inquiries.region_service import quiet_periods_of
from trialport.inquiries.triage_service import reopen_inquiry
from trialport.invitations import amendment_queries, answer_queries, ledger, rules
from trialport.invitations.amendment_models import FieldChange
from trialport.invitations.amendment_queries import AskedBefore
from trialport.invitations.answer import record_eoi
from trialport.invitations.changes import changed_since
from trialport.invitations.deadline import Calendar, start_ladder
from trialport.invitations.models import EoiCreate, InvitationForUnit
from trialport.invitations.reading import PROGRAM, find_invitation, inquiry_of, opening_for
from trialport.notifications.messages import queue_message
from trialport.notifications.service import open_office_task, settle_office_tasks

# An answer that has to be looked at again is asked for within so many working days, at least.
WORKING_DAYS_TO_LOOK_AGAIN = 3


async def ask_about_amendment(tx: Transaction, settings: Settings, inquiry_id: UUID, version: int) -> None:
    """Bring every unit asked to a new version of the inquiry.

    A unit that has answered is asked whether its answer still stands, where it can see what changed; one that has
    not answered is told that the inquiry is another now. What a unit may not see does not bother it.
    """
    await ledger.take_turn_at_inquiry(tx, inquiry_id)
    row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=inquiry_id)
    if row is None or row.version != version or row.state not in ("inviting", "collating"):
        return
    reopened = False
    for asked in await amendment_queries.lock_asked_before(tx.connection, inquiry_id=inquiry_id, version=version):
        changes = await _changes(tx, row, asked)
        asks_again = bool(changes) and asked.state == "answered" and asked.answer != "not_me"
        await amendment_queries.update_invitation_version(
            tx.connection, invitation_id=asked.invitation_id, version=version, asks_again=asks_again
        )
        if changes and asked.state in ("sent", "opened", "answered") and asked.answer != "not_me":
            await _ask(tx, settings, asked, has_answered=asks_again)
            reopened = reopened or asks_again
    if reopened:
        await reopen_inquiry(tx, SYSTEM, row)
        await settle_office_tasks(tx, kind="all_answered", object_id=inquiry_id)


async def report_dead_amendment(tx: Transaction, inquiry_id: UUID) -> None:
    """Tell the office that units could not be asked about a change."""
    row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=inquiry_id)
    if row is not None:
        await open_office_task(
            tx,
            region_id=row.region_id,
            kind="dead_job",
            object_type="inquiry",
            object_id=inquiry_id,
            message=f"The units asked about {row.reference} could not be told that it has changed. "
            "Tell them yourself, and tell the system's administrator.",
        )


async def confirm_answer(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID, *, version: int | None = None
) -> InvitationForUnit:
    """Let a unit's answer stand after a change of the inquiry.

    Raises Contradiction when nothing waits for that, and what `record_eoi` raises: Changed where the inquiry is not in
    the `version` that was read any more.
    """
    found = await find_invitation(tx, actor, invitation_id)
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    waits = stored is not None and stored.version < found.version and found.state != "answered"
    if stored is None or not waits or "answer" not in allowed_commands("invitation", actor.role, found.state):
        raise Contradiction("Nothing has changed since your unit answered. Answer anew if you want to change it.")
    eoi = msgspec.convert(stored.content, EoiCreate)
    return await record_eoi(tx, settings, actor, invitation_id, eoi, seen=stored.revision, version=version)


async def read_changes_since(
    tx: Transaction, actor: Actor, invitation_id: UUID, version: int
) -> tuple[FieldChange, ...]:
    """Return what changed in the inquiry after a version, as far as the unit may see it."""
    found = await find_invitation(tx, actor, invitation_id)
    async with as_system(tx.connection):
        row = await inquiry_of(tx, found)
        return await changed_since(tx, row, version, await opening_for(tx, found, row))


async def read_changes(tx: Transaction, actor: Actor, invitation_id: UUID) -> tuple[FieldChange, ...]:
    """Return what changed in the inquiry since the unit answered, as far as the unit may see it."""
    found = await find_invitation(tx, actor, invitation_id)
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    if stored is None or stored.version >= found.version:
        return ()
    return await read_changes_since(tx, actor, invitation_id, stored.version)


async def _changes(tx: Transaction, row: InquiryRow, asked: AskedBefore) -> tuple[FieldChange, ...]:
    found = await find_invitation(tx, PROGRAM, asked.invitation_id)
    return await changed_since(tx, row, asked.answered_version or asked.version, await opening_for(tx, found, row))


async def _ask(tx: Transaction, settings: Settings, asked: AskedBefore, *, has_answered: bool) -> None:
    today = tx.now.astimezone(ZoneInfo(asked.timezone)).date()
    quiet = await quiet_periods_of(tx, asked.region_id)
    due_on: date = max(asked.due_on, rules.due_by_default(today, asked.country, WORKING_DAYS_TO_LOOK_AGAIN, quiet))
    await amendment_queries.update_invitation_due(tx.connection, invitation_id=asked.invitation_id, due_on=due_on)
    # Asked anew, a unit is reminded anew.
    calendar = Calendar(timezone=asked.timezone, country=asked.country, quiet=quiet)
    await start_ladder(tx, asked.invitation_id, due_on, calendar)
    await queue_message(
        tx,
        settings,
        kind="invitation_amended",
        to_address=asked.email,
        language=asked.language,
        params={
            "invitation_id": str(asked.invitation_id),
            "to_id": str(asked.recipient_id),
            "due_on": due_on.isoformat(),
            "has_answered": has_answered,
        },
        dedupe_key=f"amended:{asked.invitation_id}:{asked.inquiry_version}",
        region_id=asked.region_id,
        subject_id=asked.invitation_id,
        thread_id=asked.invitation_id,
    )
    await record_audit_event(
        tx,
        SYSTEM,
        action="invitation.asked_again" if has_answered else "invitation.amended",
        object_type="invitation",
        object_id=asked.invitation_id,
        region_id=asked.region_id,
        details={"version": asked.inquiry_version},
    )
