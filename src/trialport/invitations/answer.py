"""A unit reads its invitation and answers it."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, NotFound, Refused
from trialport.inquiries.queries import InquiryRow, select_inquiry
from trialport.inquiries.teaser import make_teaser, open_for_unit
from trialport.inquiries.triage_service import collate_inquiry
from trialport.invitations import answer_queries, queries, rules
from trialport.invitations.models import EoiCreate, EoiDetail, InvitationForUnit
from trialport.invitations.queries import InvitationRow
from trialport.invitations.sign_off import ask_head
from trialport.notifications.service import open_office_task
from trialport.sponsors.agreement_queries import select_agreement_facts
from trialport.sponsors.agreement_rules import AskedInquiry, Opening, UnitSite, opens_confidential

# The program reads the inquiry for a unit that may not; what the unit gets of it is made by teaser.py.
_PROGRAM = Actor(token_id=None, name="trialport", role="admin")
_NOTES = {
    "statute": "The confidential fields are open to you: you are bound to secrecy by law.",
    "master": "The confidential fields are open to you by the sponsor's agreement with the hospital's management.",
    "cda_first": "The confidential fields are open to you by the undertaking that has been signed.",
}
_CLOSED = "The confidential fields open once the trial office has recorded an agreement with the sponsor."


async def read_invitation(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationForUnit:
    """Show an invitation to the unit's people or its office; the first look of the unit marks it as opened."""
    found = await _found(tx, actor, invitation_id)
    if found.state == "sent" and "answer" in allowed_commands("invitation", actor.role, found.state):
        await queries.update_invitation_state(tx.connection, invitation_id=invitation_id, state="opened", now=tx.now)
        found = await _found(tx, actor, invitation_id)
    async with as_system(tx.connection):
        inquiry = await _inquiry(tx, found)
        opening = await _opening(tx, found, inquiry)
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    return InvitationForUnit(
        invitation_id=found.invitation_id,
        unit_id=found.unit_id,
        unit_name=found.unit_name,
        state=found.state,
        revision=found.revision,
        due_on=found.due_on,
        invited_at=found.invited_at,
        teaser=make_teaser(inquiry),
        opened=open_for_unit(inquiry, opening),
        confidentiality_note=_CLOSED if opening.by is None else _NOTES[opening.by],
        answer=None if stored is None else _detail(stored),
        available_actions=allowed_commands("invitation", actor.role, found.state),
    )


async def record_eoi(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID, eoi: EoiCreate
) -> InvitationForUnit:
    """Store a unit's answer; one given before stays beside it. Late answers are accepted and marked.

    Raises Contradiction where the answer lacks something, Refused once the reply has gone to the sponsor.
    """
    await queries.lock_invitation(tx.connection, invitation_id=invitation_id)
    found = await _found(tx, actor, invitation_id)
    allowed = allowed_commands("invitation", actor.role, found.state)
    if "answer" not in allowed:
        raise Refused(
            f"An invitation in state `{found.state}` does not allow `answer` for your role.",
            extra={"state": found.state, "available_actions": list(allowed)},
        )
    if errors := rules.check_answer(eoi):
        raise Contradiction("The answer lacks something. See `errors`.", errors=errors)
    async with as_system(tx.connection):
        inquiry = await _inquiry(tx, found)
    if inquiry.state not in ("inviting", "collating"):
        raise Refused(
            "The inquiry takes no more answers.", extra={"state": inquiry.state, "available_actions": ["read"]}
        )
    eoi_id = await answer_queries.insert_eoi(
        tx.connection,
        actor=actor,
        invitation_id=invitation_id,
        version=inquiry.version,
        answer=eoi.answer,
        content=msgspec.to_builtins(eoi),
        late=rules.is_late(tx.now, found.due_on, found.timezone),
        now=tx.now,
    )
    await queries.update_invitation_state(tx.connection, invitation_id=invitation_id, state="answered", now=tx.now)
    await ask_head(tx, settings, actor, found, eoi_id, eoi.answer)
    await record_audit_event(
        tx,
        actor,
        action="invitation.answered",
        object_type="invitation",
        object_id=invitation_id,
        region_id=found.region_id,
        details={"answer": eoi.answer},
    )
    async with as_system(tx.connection):
        await _tell_office(tx, actor, found, inquiry, eoi)
    return await read_invitation(tx, actor, invitation_id)


async def _tell_office(
    tx: Transaction, actor: Actor, found: InvitationRow, inquiry: InquiryRow, eoi: EoiCreate
) -> None:
    """Give the office what it has to look at: a condition to review, and the end of the answering."""
    if eoi.answer == "yes_if":
        await open_office_task(
            tx,
            region_id=found.region_id,
            kind="review_condition",
            object_type="invitation",
            object_id=found.invitation_id,
            message=f"{found.unit_name} can take part in {found.reference} on a condition. See whether you can help.",
        )
    if not await queries.count_open_invitations(tx.connection, inquiry_id=found.inquiry_id):
        await open_office_task(
            tx,
            region_id=found.region_id,
            kind="all_answered",
            object_type="inquiry",
            object_id=found.inquiry_id,
            message=f"Every unit asked about {found.reference} has answered. Send the collated reply.",
        )
        await collate_inquiry(tx, actor, inquiry)


async def _found(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationRow:
    found = await queries.select_invitation(tx.connection, actor=actor, invitation_id=invitation_id)
    if found is None or "read" not in allowed_commands("invitation", actor.role, found.state):
        raise NotFound("No invitation of yours here.")
    return found


async def _inquiry(tx: Transaction, found: InvitationRow) -> InquiryRow:
    row = await select_inquiry(tx.connection, actor=_PROGRAM, inquiry_id=found.inquiry_id)
    if row is None:
        raise NotFound("No invitation of yours here.")
    return row


async def _opening(tx: Transaction, found: InvitationRow, inquiry: InquiryRow) -> Opening:
    facts = await select_agreement_facts(tx.connection, sponsor_id=inquiry.sponsor_id, region_id=found.region_id)
    return opens_confidential(
        found.confidentiality_mode,
        facts,
        unit_site=UnitSite(site_id=found.site_id, region_id=found.region_id),
        inquiry=AskedInquiry(inquiry_id=inquiry.inquiry_id, sponsor_id=inquiry.sponsor_id),
        on=tx.now.date(),
    )


def _detail(stored: answer_queries.StoredAnswer) -> EoiDetail:
    own = {name: getattr(stored, name) for name in ("eoi_id", "revision", "version", "late", "answered_at", "approval")}
    return EoiDetail(**msgspec.structs.asdict(msgspec.convert(stored.content, EoiCreate)), **own)
