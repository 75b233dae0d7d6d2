"""What a unit gets only after a firm yes: the sponsor's questionnaire, and files of that kind."""

from collections.abc import AsyncIterator
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import OpenTransaction, Transaction, as_system
from trialport.core.errors import NotFound, Refused
from trialport.core.object_store import ObjectStore
from trialport.inquiries.attachment_queries import AttachmentRow, select_attachments
from trialport.inquiries.queries import select_inquiry
from trialport.invitations import answer_queries, fill_queries, rules
from trialport.invitations.queries import InvitationRow
from trialport.invitations.questionnaire_models import UnitFile
from trialport.invitations.reading import PROGRAM, find_invitation
from trialport.sponsors.agreement_queries import select_agreement_facts
from trialport.sponsors.agreement_rules import AskedInquiry, UnitSite, opens_confidential


async def require_yes(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationRow:
    """Return an invitation whose unit has given a firm yes; raises NotFound, and Refused before that."""
    found = await find_invitation(tx, actor, invitation_id)
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    answer = None if stored is None else str(stored.content.get("answer"))
    filled = {one.condition for one in await fill_queries.select_fills(tx.connection, invitation_id=invitation_id)}
    is_filled = stored is not None and set(stored.content.get("conditions", ())) <= filled
    is_firm = (
        stored is not None
        and found.state == "answered"
        and answer in ("yes", "yes_if")
        and rules.is_binding("yes" if answer == "yes" else "yes_if", stored.approval, is_filled=is_filled)
    )
    if not is_firm:
        raise Refused(
            "This is released once the unit has said yes and its head has approved it.",
            extra={"state": found.state, "available_actions": ["read"]},
        )
    return found


async def require_released(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationRow:
    """Return the same, where the inquiry's confidential content is open to the unit too; raises Refused otherwise."""
    found = await require_yes(tx, actor, invitation_id)
    async with as_system(tx.connection):
        inquiry = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=found.inquiry_id)
        if inquiry is None:
            raise NotFound("No invitation of yours here.")
        facts = await select_agreement_facts(tx.connection, sponsor_id=inquiry.sponsor_id, region_id=found.region_id)
    opening = opens_confidential(
        found.confidentiality_mode,
        facts,
        unit_site=UnitSite(site_id=found.site_id, region_id=found.region_id),
        inquiry=AskedInquiry(inquiry_id=inquiry.inquiry_id, sponsor_id=inquiry.sponsor_id),
        on=tx.today,
    )
    if not opening.is_open:
        raise Refused(
            "This is released once the trial office has recorded an agreement with the sponsor.",
            extra={"state": found.state, "available_actions": ["read"]},
        )
    return found


async def list_unit_files(tx: Transaction, actor: Actor, invitation_id: UUID) -> tuple[UnitFile, ...]:
    """Return the questionnaires that the sponsor attached as files."""
    found = await require_released(tx, actor, invitation_id)
    return tuple(
        UnitFile(
            attachment_id=row.attachment_id,
            file_name=row.file_name,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            download_url=f"/api/v1/invitations/{invitation_id}/attachments/{row.attachment_id}",
        )
        for row in await _held_back(tx, found)
    )


async def open_unit_file(
    open_transaction: OpenTransaction, store: ObjectStore, actor: Actor, invitation_id: UUID, attachment_id: UUID
) -> tuple[AttachmentRow, AsyncIterator[bytes]]:
    """Return a questionnaire and its bytes; the trace is written before the first byte leaves."""
    async with open_transaction() as tx:
        found = await require_released(tx, actor, invitation_id)
        rows = await _held_back(tx, found)
        row = next((one for one in rows if one.attachment_id == attachment_id), None)
        if row is None:
            raise NotFound("No such file of yours here.")
        chunks = await store.read(row.object_key)
        await record_audit_event(
            tx,
            actor,
            action="attachment.downloaded",
            object_type="attachment",
            object_id=attachment_id,
            region_id=found.region_id,
            details={"invitation_id": str(invitation_id)},
        )
    return row, chunks


async def _held_back(tx: Transaction, found: InvitationRow) -> list[AttachmentRow]:
    async with as_system(tx.connection):
        rows = await select_attachments(tx.connection, actor=PROGRAM, inquiry_id=found.inquiry_id)
    return [row for row in rows if row.held_back]
