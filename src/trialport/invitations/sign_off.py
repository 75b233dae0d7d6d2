"""The head of unit's word on a yes that somebody else of the unit gave (domain, section 6)."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.invitations import sign_off_queries as queries
from trialport.invitations.models import Answer
from trialport.invitations.queries import InvitationRow
from trialport.invitations.sign_off_queries import HeadOfUnit
from trialport.notifications.messages import queue_message


async def ask_head(
    tx: Transaction, settings: Settings, actor: Actor, found: InvitationRow, eoi_id: UUID, answer: Answer
) -> None:
    """Ask the head of unit to sign off a yes; her own is signed off as she gives it, other answers need no word."""
    if answer not in ("yes", "yes_if"):
        return
    async with as_system(tx.connection):
        head = await queries.select_head(tx.connection, unit_id=found.unit_id)
    is_hers = head is not None and actor.is_herself(head.investigator_id)
    await queries.insert_sign_off(
        tx.connection,
        actor=actor,
        eoi_id=eoi_id,
        invitation_id=found.invitation_id,
        investigator_id=None if head is None else head.investigator_id,
        decision="approved" if is_hers else None,
        now=tx.now,
    )
    if head is not None and not is_hers:
        await _write_to(tx, settings, head, found, eoi_id)


async def _write_to(tx: Transaction, settings: Settings, head: HeadOfUnit, found: InvitationRow, eoi_id: UUID) -> None:
    await queue_message(
        tx,
        settings,
        kind="sign_off_wanted",
        to_address=head.email,
        language=head.language,
        params={
            "invitation_id": str(found.invitation_id),
            "to_id": str(head.investigator_id),
            "reference": found.reference,
        },
        dedupe_key=f"sign_off:{eoi_id}",
        region_id=found.region_id,
        subject_id=found.invitation_id,
        thread_id=found.invitation_id,
    )
