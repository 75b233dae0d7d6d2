"""The head of unit's word on a yes that somebody else of the unit gave (domain, section 6)."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, NotAllowed, Refused
from trialport.invitations import sign_off_clock_queries
from trialport.invitations import sign_off_queries as queries
from trialport.invitations.models import Answer, SignOffCreate
from trialport.invitations.queries import InvitationRow
from trialport.invitations.sign_off_clock import start_clock
from trialport.invitations.sign_off_queries import HeadOfUnit, SignOffRow
from trialport.notifications.messages import queue_message
from trialport.notifications.service import open_office_task, settle_office_tasks


async def ask_head(
    tx: Transaction, settings: Settings, actor: Actor, found: InvitationRow, eoi_id: UUID, answer: Answer
) -> None:
    """Ask the head of unit to sign off a yes; her own is signed off as she gives it, other answers need no word.

    Whatever was asked of her about an earlier answer is overtaken.
    """
    await _settle(tx, found.invitation_id)
    await settle_office_tasks(tx, kind="sign_off_refused", object_id=found.invitation_id)
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
        async with as_system(tx.connection):
            await start_clock(tx, eoi_id, found)
        await _write_to(tx, settings, head, found, eoi_id)


def may_sign_off(actor: Actor, asked: SignOffRow | None) -> bool:
    """Tell whether this is the head who was asked and who has not said her word yet; nobody says it for her."""
    return (
        asked is not None
        and asked.approval == "awaiting_head"
        and asked.investigator_id is not None
        and actor.is_herself(asked.investigator_id)
    )


async def decide(tx: Transaction, actor: Actor, found: InvitationRow, word: SignOffCreate) -> None:
    """Store the head's word on the newest answer; the caller holds the invitation.

    Raises NotAllowed for anybody else, Refused where none is wanted, Changed where the unit has answered anew since
    she read it, Contradiction for a refusal without a reason.
    """
    asked = await queries.select_newest_sign_off(tx.connection, invitation_id=found.invitation_id)
    if asked is None or asked.approval != "awaiting_head":
        raise Refused(
            "No sign-off is wanted: the answer is no yes, or it has been signed off.",
            extra={"state": found.state, "available_actions": ["read"]},
        )
    if not may_sign_off(actor, asked):
        raise NotAllowed("The head of unit signs off, herself. Ask her.")
    if word.eoi_id is not None and word.eoi_id != asked.eoi_id:
        raise Changed("The unit has answered anew since you read it. Read the answer again.")
    if word.decision == "refused" and not (word.note or "").strip():
        raise Contradiction.at("note", "Say in a few words why not.")
    await queries.update_sign_off_decided(
        tx.connection, actor=actor, eoi_id=asked.eoi_id, decision=word.decision, note=word.note, now=tx.now
    )
    await _settle(tx, found.invitation_id)
    await record_audit_event(
        tx,
        actor,
        action="invitation.signed_off",
        object_type="invitation",
        object_id=found.invitation_id,
        region_id=found.region_id,
        details={"decision": word.decision},
    )
    if word.decision == "refused":
        async with as_system(tx.connection):
            await open_office_task(
                tx,
                region_id=found.region_id,
                kind="sign_off_refused",
                object_type="invitation",
                object_id=found.invitation_id,
                message=f"The head of {found.unit_name} does not approve the unit's yes to {found.reference}. "
                "It counts as no.",
            )


async def _settle(tx: Transaction, invitation_id: UUID) -> None:
    """Let the clock of a sign-off rest; nobody has to call the unit about it any more."""
    async with as_system(tx.connection):
        await sign_off_clock_queries.update_sign_off_steps_overtaken(
            tx.connection, invitation_id=invitation_id, now=tx.now
        )
        await settle_office_tasks(tx, kind="sign_off_overdue", object_id=invitation_id)


async def take_back(tx: Transaction, actor: Actor, found: InvitationRow, eoi_id: UUID) -> None:
    """Let a head change her word: it waits again; the caller holds the invitation and knows that no reply is out.

    Raises NotAllowed for anybody else, Refused where she has said nothing, Changed where the unit has answered anew.
    """
    asked = await queries.select_newest_sign_off(tx.connection, invitation_id=found.invitation_id)
    if asked is None or asked.approval not in ("approved", "refused"):
        raise Refused("There is no word of yours to take back.", extra={"state": found.state})
    if asked.investigator_id is None or not actor.is_herself(asked.investigator_id):
        raise NotAllowed("The head of unit signs off, herself. Ask her.")
    if asked.eoi_id != eoi_id:
        raise Changed("The unit has answered anew since you read it. Read the answer again.")
    await queries.update_sign_off_taken_back(tx.connection, eoi_id=eoi_id)
    await settle_office_tasks(tx, kind="sign_off_refused", object_id=found.invitation_id)
    await record_audit_event(
        tx,
        actor,
        action="invitation.sign_off_taken_back",
        object_type="invitation",
        object_id=found.invitation_id,
        region_id=found.region_id,
    )


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
