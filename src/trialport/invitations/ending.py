"""Every unit asked hears how it ended, and what was kept free for the trial is free again."""

from uuid import UUID

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.invitations import ending_queries, ledger
from trialport.invitations.ending_queries import EndedInquiry, Told, UnitToTell
from trialport.invitations.ledger_rules import release_reason
from trialport.notifications.mail_models import Ending
from trialport.notifications.messages import queue_message
from trialport.notifications.models import OfficeTaskKind
from trialport.notifications.service import settle_tasks_over

# Tasks about an inquiry, its units, answers and questions that nobody need, or can, do once it is over.
_TASKS: tuple[OfficeTaskKind, ...] = (
    "all_answered",
    "target_reached",
    "sponsor_overdue",
    "silent_unit",
    "review_condition",
    "person_proposed",
    "sign_off_refused",
    "sign_off_overdue",
    "question_to_review",
    "question_answered",
    "answer_after_reply",
)
_ENDINGS: dict[Told, Ending] = {
    "withdrawn": "inquiry_withdrawn",
    "declined": "inquiry_declined",
    "no_word": "no_word",
    "closed": "no_decision",
}


async def end_inquiries(tx: Transaction, settings: Settings, limit: int) -> int:
    """Tell the units of inquiries that are over, each once; returns how many inquiries.

    Run by the clock, because a sponsor withdraws, and an office declines, without knowing of invitations.
    """
    ended = await ending_queries.claim_ended(tx.connection, limit=limit)
    for inquiry in ended:
        await tell_units(tx, settings, inquiry)
    return len(ended)


async def tell_units(tx: Transaction, settings: Settings, ended: EndedInquiry) -> None:
    """Tell every unit asked how an inquiry ended, or that the sponsor keeps silent; run as the program."""
    told = await ending_queries.insert_units_told(
        tx.connection, inquiry_id=ended.inquiry_id, ending=ended.state, now=tx.now
    )
    if not told:
        return
    for unit in await ending_queries.select_units_to_tell(tx.connection, inquiry_id=ended.inquiry_id):
        if not unit.objected:
            await _tell(tx, settings, ended, unit)
    await ledger.release_inquiry(
        tx, ended.inquiry_id, release_reason(ended.state, ended.decision), keep=ended.selected_unit_ids
    )
    if ended.state == "no_word":
        return
    # After a reply whoever has not answered was silent; before it the question itself is taken back.
    silent = ended.state == "closed"
    await ending_queries.update_invitations_over(
        tx.connection,
        inquiry_id=ended.inquiry_id,
        state="no_answer" if silent else "withdrawn",
        reason=None if silent else f"inquiry_{ended.state}",
    )
    await ending_queries.update_clocks_over(tx.connection, inquiry_id=ended.inquiry_id, now=tx.now)
    objects = await ending_queries.select_objects_of_inquiry(tx.connection, inquiry_id=ended.inquiry_id)
    await settle_tasks_over(tx, kinds=_TASKS, object_ids=objects)


def ending_for(ended: EndedInquiry, unit_id: UUID) -> Ending:
    """Say how an inquiry ended for one unit."""
    if ended.state != "closed" or ended.decision is None:
        return _ENDINGS[ended.state]
    if ended.decision == "selected" and unit_id not in ended.selected_unit_ids:
        return "not_selected"
    return ended.decision


async def _tell(tx: Transaction, settings: Settings, ended: EndedInquiry, unit: UnitToTell) -> None:
    await queue_message(
        tx,
        settings,
        kind="invitation_over",
        to_address=unit.email,
        language=unit.language,
        params={
            "invitation_id": str(unit.invitation_id),
            "to_id": str(unit.investigator_id),
            "reference": ended.reference,
            "ending": ending_for(ended, unit.unit_id),
        },
        dedupe_key=f"over:{unit.invitation_id}:{ended.state}",
        region_id=unit.region_id,
        subject_id=unit.invitation_id,
        thread_id=unit.invitation_id,
    )
