"""What the office does with the mail of an invitation: send it anew, take its links back, ask somebody else."""

from datetime import UTC, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, Refused
from trialport.inquiries.region_service import quiet_periods_of
from trialport.invitations import answer_queries, ledger, link_queries, queries, rules
from trialport.invitations.answer import read_invitation, require_invitation_command
from trialport.invitations.invite import EXPLANATIONS, pick_recipient, write_invitation
from trialport.invitations.ladder_rules import ladder
from trialport.invitations.models import InvitationForUnit
from trialport.invitations.queries import InvitationRow, Reachable
from trialport.invitations.reading import find_invitation
from trialport.notifications.service import settle_office_tasks


async def revoke_links(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationForUnit:
    """Make every link sent so far worthless; nothing is sent."""
    found = await _held(tx, actor, invitation_id, "revoke_links")
    await link_queries.update_links_revoked(tx.connection, invitation_id=invitation_id)
    await _record(tx, actor, found, "invitation.links_revoked")
    return await read_invitation(tx, actor, invitation_id)


async def resend_invitation(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID
) -> InvitationForUnit:
    """Send the mail of an invitation anew, once a minute at most; it is no new invitation to the person's budget.

    Raises Refused once the unit has answered, and where the person asked has objected.
    """
    found = await _held(tx, actor, invitation_id, "resend")
    async with as_system(tx.connection):
        contact = await link_queries.select_contact(tx.connection, investigator_id=found.recipient_id)
    if contact is None:
        raise Refused(
            "The person asked has objected to being proposed. Redirect the invitation instead.",
            extra={"state": found.state, "available_actions": ["read", "redirect"]},
        )
    await write_invitation(
        tx,
        settings,
        invitation_id=invitation_id,
        region_id=found.region_id,
        reference=found.reference,
        due_on=found.due_on.isoformat(),
        to_id=contact.investigator_id,
        email=contact.email,
        language=contact.language,
        dedupe_key=f"invitation:{invitation_id}:{tx.now:%Y%m%d%H%M}",
    )
    await _record(tx, actor, found, "invitation.resent")
    return await read_invitation(tx, actor, invitation_id)


async def redirect_invitation(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID, investigator_id: UUID
) -> InvitationForUnit:
    """Ask somebody else of the unit: links sent before open nothing any more, answers given before are kept.

    Whose last day has passed already gets the time that a new invitation would. Raises Contradiction for somebody who
    does not work there, is away or has been asked often enough this month; Refused once the unit has answered.
    """
    found = await _held(tx, actor, invitation_id, "redirect")
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    if found.state == "answered" and stored is not None and stored.content["answer"] != "not_me":
        raise Refused(
            "The unit has answered. Ask it to change its answer, or leave it.",
            extra={"state": found.state, "available_actions": ["read"]},
        )
    person = await _reachable(tx, found, investigator_id)
    today = tx.now.astimezone(ZoneInfo(found.timezone)).date()
    quiet = await quiet_periods_of(tx, found.region_id)
    due_on = found.due_on if found.due_on > today else rules.due_by_default(today, found.country, quiet=quiet)
    await link_queries.update_recipient(
        tx.connection, invitation_id=invitation_id, recipient_id=person.investigator_id, due_on=due_on
    )
    if found.state == "no_answer":
        await ledger.ask_again(tx, actor, invitation_id)
    await queries.upsert_addressees(
        tx.connection, invitation_ids=[invitation_id], investigator_ids=[person.investigator_id], now=tx.now
    )
    steps = ladder(tx.now, due_on, found.timezone, found.country, quiet)
    await queries.upsert_reminders(tx.connection, invitation_id=invitation_id, steps=steps)
    await write_invitation(
        tx,
        settings,
        invitation_id=invitation_id,
        region_id=found.region_id,
        reference=found.reference,
        due_on=due_on.isoformat(),
        to_id=person.investigator_id,
        email=person.email,
        language=person.language,
        dedupe_key=f"invitation:{invitation_id}:{person.investigator_id}:{tx.now:%Y%m%d%H%M}",
    )
    await settle_office_tasks(tx, kind="person_proposed", object_id=invitation_id)
    await _record(tx, actor, found, "invitation.redirected", {"investigator_id": str(person.investigator_id)})
    return await read_invitation(tx, actor, invitation_id)


async def _reachable(tx: Transaction, found: InvitationRow, investigator_id: UUID) -> Reachable:
    """Return the person who shall be asked; raises Contradiction where she cannot be."""
    local = tx.now.astimezone(ZoneInfo(found.timezone))
    month_start = datetime.combine(local.date().replace(day=1), time(), ZoneInfo(found.timezone)).astimezone(UTC)
    async with as_system(tx.connection):
        await queries.lock_people(tx.connection, unit_ids=[found.unit_id])
        people = await queries.select_reachable(
            tx.connection, unit_ids=[found.unit_id], month_start=month_start, today=local.date()
        )
    there = [one for one in people if one.investigator_id == investigator_id]
    if not there:
        raise Contradiction.at("investigator_id", "Name somebody who works at the unit and has not objected.")
    if investigator_id == found.recipient_id:
        raise Contradiction.at("investigator_id", "The invitation is hers already. Send it anew, or name another.")
    person, reason = pick_recipient(there, {})
    if person is None:
        raise Contradiction.at("investigator_id", EXPLANATIONS[reason or "everybody_absent"])
    return person


async def _held(tx: Transaction, actor: Actor, invitation_id: UUID, command: str) -> InvitationRow:
    await ledger.take_turn(tx, invitation_id)
    found = await find_invitation(tx, actor, invitation_id)
    require_invitation_command(actor, found, command)
    return found


async def _record(
    tx: Transaction, actor: Actor, found: InvitationRow, action: str, details: dict[str, str] | None = None
) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="invitation",
        object_id=found.invitation_id,
        region_id=found.region_id,
        details=details,
    )
