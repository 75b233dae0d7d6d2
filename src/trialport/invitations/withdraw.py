"""Taking an invitation back."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import NotFound, Refused
from trialport.invitations import ledger, queries
from trialport.invitations.answer import read_invitation
from trialport.invitations.answer_follow_up import note_nobody_awaited
from trialport.invitations.deadline_queries import select_recipient
from trialport.invitations.models import InvitationForUnit
from trialport.notifications.messages import queue_message


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
    await note_nobody_awaited(tx, found.inquiry_id)
    return await read_invitation(tx, actor, invitation_id)
