"""What an office does with an inquiry: takes it up, asks for more, declines it; and every move from state to state."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction
from trialport.inquiries import rules, triage_queries
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.models import InquiryState
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.teaser import content_paths
from trialport.inquiries.triage_models import DeclineInquiry, InformationRequest

_MOVED_ON = "Somebody changed this inquiry at the same moment. Read it again."


async def move_inquiry(tx: Transaction, actor: Actor, row: InquiryRow, command: str) -> InquiryState:
    """Do what moves an inquiry to its next state; raises Refused where the state does not allow it.

    A command that leaves the state as it is (inviting more units) changes nothing here.
    """
    require_command(actor, row, command)
    state = rules.MOVES[command]
    if row.state != state:
        moved = await triage_queries.update_inquiry_state(
            tx.connection, inquiry_id=row.inquiry_id, revision=row.revision, state=state, now=tx.now
        )
        _require_moved(moved)
        await _record(tx, actor, row, f"inquiry.{state}", {"from": row.state})
    return state


async def collate_inquiry(tx: Transaction, actor: Actor, row: InquiryRow) -> None:
    """Move an inquiry on when the last unit asked has answered, whoever that was; a state further on stays."""
    if row.state == "inviting":
        moved = await triage_queries.update_inquiry_state(
            tx.connection, inquiry_id=row.inquiry_id, revision=row.revision, state=rules.MOVES["collate"], now=tx.now
        )
        # Another unit's answer may have moved it at the same moment; this unit's answer stands all the same.
        if moved is not None:
            await _record(tx, actor, row, "inquiry.collating", {"from": row.state})


async def reopen_inquiry(tx: Transaction, actor: Actor, row: InquiryRow) -> None:
    """Move an inquiry whose units had all answered back to inviting: some are asked again."""
    if row.state == "collating":
        moved = await triage_queries.update_inquiry_state(
            tx.connection, inquiry_id=row.inquiry_id, revision=row.revision, state=rules.MOVES["invite"], now=tx.now
        )
        _require_moved(moved)
        await _record(tx, actor, row, "inquiry.inviting", {"from": row.state})


async def take_up_inquiry(tx: Transaction, actor: Actor, inquiry_id: UUID) -> InquiryRow:
    """Begin the triage of an inquiry."""
    row = await read_inquiry(tx, actor, inquiry_id)
    await move_inquiry(tx, actor, row, "triage")
    return await read_inquiry(tx, actor, inquiry_id)


async def ask_for_information(
    tx: Transaction, actor: Actor, inquiry_id: UUID, wanted: InformationRequest
) -> InquiryRow:
    """Ask the sponsor for what is missing; raises Contradiction for what is no field of an inquiry."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "request_information")
    known = content_paths() | set(InquiryContent.__struct_fields__)
    if unknown := [field for field in wanted.fields if field not in known]:
        raise Contradiction.at("fields", f"{unknown[0]} is no field of an inquiry. Name it as `group.field`.")
    moved = await triage_queries.update_inquiry_information_wanted(
        tx.connection,
        inquiry_id=inquiry_id,
        revision=row.revision,
        fields=wanted.fields,
        note=wanted.note,
        now=tx.now,
    )
    _require_moved(moved)
    await _record(tx, actor, row, "inquiry.needs_information", {"fields": list(wanted.fields)})
    return await read_inquiry(tx, actor, inquiry_id)


async def decline_inquiry(tx: Transaction, actor: Actor, inquiry_id: UUID, declined: DeclineInquiry) -> InquiryRow:
    """Decline an inquiry with a coded reason."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "decline")
    moved = await triage_queries.update_inquiry_declined(
        tx.connection,
        inquiry_id=inquiry_id,
        revision=row.revision,
        reason=declined.reason,
        note=declined.note,
        now=tx.now,
    )
    _require_moved(moved)
    await _record(tx, actor, row, "inquiry.declined", {"reason": declined.reason})
    return await read_inquiry(tx, actor, inquiry_id)


def _require_moved(revision: int | None) -> None:
    if revision is None:
        raise Changed(_MOVED_ON)


async def _record(tx: Transaction, actor: Actor, row: InquiryRow, action: str, details: dict[str, object]) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="inquiry",
        object_id=row.inquiry_id,
        region_id=row.region_id,
        details=details,
    )
