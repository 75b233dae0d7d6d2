"""What an office does with an inquiry: takes it up, asks for more, declines it; and every move from state to state."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction
from trialport.core.language import Language
from trialport.inquiries import rules, triage_queries
from trialport.inquiries.completeness import missing_fields, missing_rules
from trialport.inquiries.field_names import named_paths
from trialport.inquiries.models import InquiryState
from trialport.inquiries.queries import InquiryRow, select_asked_regions
from trialport.inquiries.service import clock_after_pause, read_inquiry, require_command
from trialport.inquiries.sponsor_mail import tell_declined, tell_information_wanted
from trialport.inquiries.triage_models import Completeness, DeclineInquiry, InformationRequest
from trialport.units.models import ConfidentialityMode

_MOVED_ON = "Somebody changed this inquiry at the same moment. Read it again."


async def move_inquiry(tx: Transaction, actor: Actor, row: InquiryRow, command: str) -> InquiryState:
    """Do what moves an inquiry to its next state; raises Refused where the state does not allow it.

    A command that leaves the state as it is (inviting more units) changes nothing here.
    """
    require_command(actor, row, command)
    state = rules.MOVES[command]
    if row.state != state:
        promised, waited = await clock_after_pause(tx, row)
        moved = await triage_queries.update_inquiry_state(
            tx.connection,
            inquiry_id=row.inquiry_id,
            revision=row.revision,
            state=state,
            now=tx.now,
            promised_on=promised,
            waited=waited,
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
    tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID, wanted: InformationRequest
) -> InquiryRow:
    """Ask the sponsor for what is missing and stop the clock; by default for all that is needed.

    Raises Contradiction for what is no field of an inquiry, and when nothing is missing that could be asked for.
    """
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "request_information")
    fields = tuple(dict.fromkeys(await _needed(tx, row) if wanted.fields is None else wanted.fields))
    if not fields:
        raise Contradiction.at("fields", "Nothing that is needed is missing. Name the fields you ask for.")
    if unknown := [field for field in fields if field not in named_paths()]:
        raise Contradiction.at("fields", f"{unknown[0]} is no field of an inquiry. Name it as `group.field`.")
    moved = await triage_queries.update_inquiry_information_wanted(
        tx.connection,
        inquiry_id=inquiry_id,
        revision=row.revision,
        fields=fields,
        note=wanted.note,
        now=tx.now,
    )
    revision = _require_moved(moved)
    await _record(tx, actor, row, "inquiry.needs_information", {"fields": list(fields)})
    await tell_information_wanted(tx, settings, row, fields, revision)
    return await read_inquiry(tx, actor, inquiry_id)


async def read_completeness(tx: Transaction, actor: Actor, inquiry_id: UUID, language: Language) -> Completeness:
    """Return what an inquiry lacks, and why it matters."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "read_completeness")
    missing = missing_fields(rules.join_content(row.content, row.confidential), await _mode_of(tx, row), language)
    return Completeness(
        inquiry_id=inquiry_id,
        version=row.version,
        is_complete=all(one.level != "needed" for one in missing),
        missing=missing,
    )


async def decline_inquiry(
    tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID, declined: DeclineInquiry
) -> InquiryRow:
    """Decline an inquiry with a coded reason, and tell the sponsor."""
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
    revision = _require_moved(moved)
    await _record(tx, actor, row, "inquiry.declined", {"reason": declined.reason})
    await tell_declined(tx, settings, row, declined, revision)
    return await read_inquiry(tx, actor, inquiry_id)


async def _needed(tx: Transaction, row: InquiryRow) -> list[str]:
    content = rules.join_content(row.content, row.confidential)
    return [rule.path for rule in missing_rules(content, await _mode_of(tx, row)) if rule.level == "needed"]


async def _mode_of(tx: Transaction, row: InquiryRow) -> ConfidentialityMode:
    (lead,) = await select_asked_regions(tx.connection, codes=(), region_id=row.region_id)
    return lead.confidentiality_mode


def _require_moved(revision: int | None) -> int:
    if revision is None:
        raise Changed(_MOVED_ON)
    return revision


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
