"""Registering an inquiry as a public record and handing it out on request."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import NotFound, Refused, explain
from trialport.inquiries import disclosure_queries as queries
from trialport.inquiries.disclosure_models import DiaryNumberDetail, DisclosureDetail, DisclosureExport, RecordRow
from trialport.inquiries.disclosure_rules import as_text, make_disclosure

explain(
    "inquiry_region_id_diary_number_key",
    Refused,
    "diary_number",
    "Another inquiry of your region has this diary number. Check it.",
)


async def set_diary_number(tx: Transaction, actor: Actor, inquiry_id: UUID, diary_number: str) -> DiaryNumberDetail:
    """Note the number under which the receiving region registered the inquiry; Refused when another one has it."""
    record = await _read_record(tx, actor, inquiry_id, "register")
    if record.diary_number != diary_number:
        await queries.update_diary_number(tx.connection, inquiry_id=inquiry_id, diary_number=diary_number)
        await record_audit_event(
            tx,
            actor,
            action="inquiry.diary_number_set",
            object_type="inquiry",
            object_id=inquiry_id,
            region_id=record.region_id,
            before={"diary_number": record.diary_number},
            after={"diary_number": diary_number},
        )
    return DiaryNumberDetail(inquiry_id=inquiry_id, reference=record.reference, diary_number=diary_number)


async def read_disclosure(tx: Transaction, actor: Actor, inquiry_id: UUID) -> DisclosureDetail:
    """Return what may be handed out of an inquiry that the actor's region received."""
    return make_disclosure(await _read_record(tx, actor, inquiry_id, "read_disclosure"))


async def record_disclosure(tx: Transaction, actor: Actor, inquiry_id: UUID, note: str) -> DisclosureExport:
    """Note that the record was handed out and return what was; Refused while it has no diary number."""
    record = await _read_record(tx, actor, inquiry_id, "disclose")
    if record.diary_number is None:
        raise Refused(
            "The inquiry has no diary number yet. Set it with PUT /api/v1/inquiries/{inquiry_id}/diary-number.",
            extra={"state": "not_registered"},
        )
    disclosure = make_disclosure(record)
    withheld = tuple(one.field for one in disclosure.withheld)
    disclosure_id = await queries.insert_disclosure(
        tx.connection,
        actor=actor,
        region_id=record.region_id,
        inquiry_id=inquiry_id,
        diary_number=record.diary_number,
        withheld_fields=withheld,
        note=note,
        now=tx.now,
    )
    await record_audit_event(
        tx,
        actor,
        action="inquiry.disclosed",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=record.region_id,
        details={"disclosure_id": str(disclosure_id), "diary_number": record.diary_number, "withheld": withheld},
    )
    return DisclosureExport(
        **msgspec.structs.asdict(disclosure),
        disclosure_id=disclosure_id,
        disclosed_at=tx.now,
        text=as_text(disclosure),
    )


async def _read_record(tx: Transaction, actor: Actor, inquiry_id: UUID, command: str) -> RecordRow:
    """Return the record, if its state allows the command; raises NotFound, Refused."""
    record = await queries.select_record(tx.connection, actor=actor, inquiry_id=inquiry_id)
    if record is None:
        raise NotFound("No inquiry that your region received here.")
    allowed = allowed_commands("inquiry", actor.role, record.state)
    if command not in allowed:
        raise Refused(
            f"An inquiry in state `{record.state}` does not allow `{command}`.",
            extra={"state": record.state, "available_actions": list(allowed)},
        )
    return record
