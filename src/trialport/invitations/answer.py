"""A unit reads its invitation and answers it."""

from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, FieldError, Refused
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.teaser import make_teaser, open_for_unit
from trialport.inquiries.teaser_models import OpenedContent, TeaserContent
from trialport.inquiries.triage_service import collate_inquiry
from trialport.invitations import answer_queries, ledger, prefill, queries, rules
from trialport.invitations.answer_follow_up import follow_up_answer, note_target, require_aligned_answers
from trialport.invitations.changes import changed_since
from trialport.invitations.fill_reading import name_lenders, read_fills
from trialport.invitations.link_queries import count_colleagues
from trialport.invitations.models import (
    CapacityDifference,
    CapacityUpdate,
    EoiCreate,
    EoiDetail,
    InvitationForUnit,
    Prefill,
    SignOffCreate,
    SignOffDetail,
)
from trialport.invitations.queries import InvitationRow
from trialport.invitations.reading import find_invitation, inquiry_of, opening_for
from trialport.invitations.sign_off import ask_head, decide, may_sign_off, take_back
from trialport.invitations.sign_off_queries import SignOffRow, select_newest_sign_off
from trialport.invitations.unit_reading import read_course
from trialport.notifications.service import open_office_task, settle_office_tasks

_NOTES = {
    "statute": "The confidential fields are open to you: you are bound to secrecy by law.",
    "master": "The confidential fields are open to you by the sponsor's agreement with the hospital's management.",
    "cda_first": "The confidential fields are open to you by the undertaking that has been signed.",
}
_CLOSED = "The confidential fields open once the trial office has recorded an agreement with the sponsor."


async def read_invitation(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationForUnit:
    """Show an invitation to the unit's people or its office; the first look of the unit marks it as opened.

    The link of a mail does not: programs that check mails for harm open it before any person does.
    """
    found = await find_invitation(tx, actor, invitation_id)
    is_first = found.state == "sent" and "answer" in allowed_commands("invitation", actor.role, found.state)
    if is_first and actor.invitation_id is None:
        await queries.update_invitation_state(tx.connection, invitation_id=invitation_id, state="opened", now=tx.now)
        found = await find_invitation(tx, actor, invitation_id)
    async with as_system(tx.connection):
        inquiry = await inquiry_of(tx, found)
        opening = await opening_for(tx, found, inquiry)
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    signed = await select_newest_sign_off(tx.connection, invitation_id=invitation_id)
    teaser, opened = make_teaser(inquiry), open_for_unit(inquiry, opening)
    answer = None if stored is None else _detail(stored)
    shown, differences = await _compared(tx, actor, found, (opened or teaser).content, answer)
    return InvitationForUnit(
        invitation_id=found.invitation_id,
        unit_id=found.unit_id,
        unit_name=found.unit_name,
        unit_kind=found.unit_kind,
        state=found.state,
        revision=found.revision,
        due_on=found.due_on,
        invited_at=found.invited_at,
        teaser=teaser,
        opened=opened,
        confidentiality_note=_CLOSED if opening.by is None else _NOTES[opening.by],
        answer=answer,
        sign_off=_word(signed),
        prefill=shown,
        capacity_difference=differences,
        **await read_course(tx, found, inquiry, opening, stored),
        fills=await read_fills(tx, invitation_id),
        available_actions=tuple(
            one
            for one in allowed_commands("invitation", actor.role, found.state)
            if (one != "sign_off" or may_sign_off(actor, signed))
            and (one not in ("answer", "sign_off") or inquiry.state in rules.TAKES_ANSWERS)
        ),
    )


async def record_eoi(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    invitation_id: UUID,
    eoi: EoiCreate,
    *,
    seen: int | None = None,
    version: int | None = None,
) -> InvitationForUnit:
    """Store a unit's answer; one given before stays beside it. Late answers are accepted and marked.

    Raises Contradiction where the answer lacks something, Refused once the inquiry is over, Changed where the unit's
    newest answer is not the one `seen` (its revision, 0 for none; None for any), or the inquiry not in the `version`
    that was read. Without one it counts for the version that the unit was asked about, so that what the sponsor
    changed after that is asked about. One that comes after the reply is for a corrected reply, and the office is told.
    """
    await ledger.take_turn(tx, invitation_id)
    found = await find_invitation(tx, actor, invitation_id)
    require_invitation_command(actor, found, "answer")
    stored = await answer_queries.select_newest_eoi(tx.connection, invitation_id=invitation_id)
    errors = (
        rules.check_answer(eoi) or await _check_proposed(tx, actor, found, eoi) or _check_day(tx, found, eoi, stored)
    )
    if errors:
        raise Contradiction("The answer lacks something. See `errors`.", errors=errors)
    if seen is not None and seen != (0 if stored is None else stored.revision):
        raise Changed("A colleague has answered since you read it. Read the answer.")
    async with as_system(tx.connection):
        inquiry = await inquiry_of(tx, found)
    _require_open(inquiry)
    if version is not None:
        await _require_version(tx, found, inquiry, version)
    require_aligned_answers(eoi, inquiry)
    eoi_id = await answer_queries.insert_eoi(
        tx.connection,
        actor=actor,
        invitation_id=invitation_id,
        version=found.version if version is None else inquiry.version,
        answer=eoi.answer,
        content=msgspec.to_builtins(eoi),
        late=rules.is_late(tx.now, found.due_on, found.timezone),
        now=tx.now,
    )
    await queries.update_invitation_state(tx.connection, invitation_id=invitation_id, state="answered", now=tx.now)
    await ask_head(tx, settings, actor, found, eoi_id, eoi.answer)
    await ledger.settle_answer(tx, actor, invitation_id)
    await _note_answered(tx, actor, found, eoi)
    async with as_system(tx.connection):
        await _tell_office(tx, actor, found, inquiry, eoi)
    await follow_up_answer(tx, actor, found, inquiry, eoi_id, eoi)
    await note_target(tx, found, inquiry)
    return await read_invitation(tx, actor, invitation_id)


async def record_sign_off(tx: Transaction, actor: Actor, invitation_id: UUID, word: SignOffCreate) -> InvitationForUnit:
    """Store the head of unit's word on a yes (see sign_off.decide); raises Refused once the inquiry is over."""
    await ledger.take_turn(tx, invitation_id)
    found = await find_invitation(tx, actor, invitation_id)
    require_invitation_command(actor, found, "sign_off")
    async with as_system(tx.connection):
        inquiry = await inquiry_of(tx, found)
    _require_open(inquiry)
    await decide(tx, actor, found, word)
    await ledger.settle_answer(tx, actor, invitation_id)
    await note_target(tx, found, inquiry)
    return await read_invitation(tx, actor, invitation_id)


def _require_open(inquiry: InquiryRow) -> None:
    if inquiry.state not in rules.TAKES_ANSWERS:
        raise Refused(
            "The inquiry takes no more answers.", extra={"state": inquiry.state, "available_actions": ["read"]}
        )


async def take_back_sign_off(tx: Transaction, actor: Actor, invitation_id: UUID, eoi_id: UUID) -> None:
    """Let a head change her word on a yes, until the reply has gone to the sponsor (see sign_off.take_back)."""
    await ledger.take_turn(tx, invitation_id)
    found = await find_invitation(tx, actor, invitation_id)
    require_invitation_command(actor, found, "sign_off")
    async with as_system(tx.connection):
        inquiry = await inquiry_of(tx, found)
    if inquiry.state not in ("inviting", "collating"):
        raise Refused(
            "The reply has gone to the sponsor. Tell the trial office what has changed.",
            extra={"state": inquiry.state, "available_actions": ["read"]},
        )
    await take_back(tx, actor, found, eoi_id)
    await ledger.settle_answer(tx, actor, invitation_id)
    await note_target(tx, found, inquiry)


async def update_capacity(
    tx: Transaction, settings: Settings, actor: Actor, invitation_id: UUID, update: CapacityUpdate
) -> InvitationForUnit:
    """Confirm the capacity behind an answer, or write what has changed (see prefill.update_capacity)."""
    found = await find_invitation(tx, actor, invitation_id)
    require_invitation_command(actor, found, "update_capacity")
    capacity = await prefill.find_capacity(tx, actor, found.inquiry_id, found.unit_id)
    await prefill.update_capacity(tx, settings, actor, capacity, update)
    return await read_invitation(tx, actor, invitation_id)


def require_invitation_command(actor: Actor, found: InvitationRow, command: str) -> None:
    """Raise Refused where the invitation's state does not allow a command to this role."""
    allowed = allowed_commands("invitation", actor.role, found.state)
    if command not in allowed:
        raise Refused(
            f"An invitation in state `{found.state}` does not allow `{command}` for your role.",
            extra={"state": found.state, "available_actions": list(allowed)},
        )


async def _require_version(tx: Transaction, found: InvitationRow, inquiry: InquiryRow, version: int) -> None:
    """Raise Changed where the unit read another version, unless nothing that it may see has changed since."""
    async with as_system(tx.connection):
        opening = await opening_for(tx, found, inquiry)
        is_other = version != inquiry.version and (
            not 0 < version < inquiry.version or bool(await changed_since(tx, inquiry, version, opening))
        )
    if is_other:
        raise Changed("The sponsor has changed the inquiry since you read it. Read what is new, and answer that.")


async def _check_proposed(tx: Transaction, actor: Actor, found: InvitationRow, eoi: EoiCreate) -> list[FieldError]:
    """Find out whether the colleague named works at the unit; who is asked herself is none."""
    if eoi.asks_id is None:
        return []
    async with as_system(tx.connection):
        works_there = await count_colleagues(tx.connection, unit_id=found.unit_id, investigator_id=eoi.asks_id)
    if works_there and eoi.asks_id != actor.investigator_id:
        return []
    return [FieldError("asks_id", "Name a colleague who works at your unit, or leave it out.")]


def _check_day(
    tx: Transaction, found: InvitationRow, eoi: EoiCreate, stored: answer_queries.StoredAnswer | None
) -> list[FieldError]:
    """Find out whether the unit can only later than today; an answer that stands keeps the day it gave."""
    today = tx.now.astimezone(ZoneInfo(found.timezone)).date()
    is_kept = stored is not None and stored.content.get("later_from") == str(eoi.later_from)
    if eoi.later_from is None or eoi.later_from > today or is_kept:
        return []
    return [FieldError("later_from", "This day is not to come. Give a later one, or answer `yes`.")]


async def _note_answered(tx: Transaction, actor: Actor, found: InvitationRow, eoi: EoiCreate) -> None:
    await record_audit_event(
        tx,
        actor,
        action="invitation.answered",
        object_type="invitation",
        object_id=found.invitation_id,
        region_id=found.region_id,
        details={"answer": eoi.answer},
    )


async def _tell_office(
    tx: Transaction, actor: Actor, found: InvitationRow, inquiry: InquiryRow, eoi: EoiCreate
) -> None:
    """Give the office what it has to look at: a condition, another person to ask, the end of the answering."""
    if eoi.answer == "not_me":
        await open_office_task(
            tx,
            region_id=found.region_id,
            kind="person_proposed",
            object_type="invitation",
            object_id=found.invitation_id,
            message=f"{found.unit_name} says that somebody else should be asked about {found.reference}. "
            "See whom the answer proposes, and redirect the invitation.",
        )
    else:
        await settle_office_tasks(tx, kind="person_proposed", object_id=found.invitation_id)
    if eoi.answer == "yes_if":
        await open_office_task(
            tx,
            region_id=found.region_id,
            kind="review_condition",
            object_type="invitation",
            object_id=found.invitation_id,
            message=f"{found.unit_name} can take part in {found.reference} on a condition. See whether you can help."
            f"{await name_lenders(tx, found, eoi)}",
        )
    is_sent = inquiry.state == "replied"
    if not is_sent and not await queries.count_open_invitations(tx.connection, inquiry_id=found.inquiry_id):
        await open_office_task(
            tx,
            region_id=found.region_id,
            kind="all_answered",
            object_type="inquiry",
            object_id=found.inquiry_id,
            message=f"Every unit asked about {found.reference} has answered. Send the collated reply.",
        )
        await collate_inquiry(tx, actor, inquiry)


async def _compared(
    tx: Transaction,
    actor: Actor,
    found: InvitationRow,
    asked: TeaserContent | OpenedContent,
    answer: EoiDetail | None,
) -> tuple[Prefill | None, tuple[CapacityDifference, ...]]:
    """Return what the unit's capacity says, and where its answer says something else."""
    capacity = await prefill.find_capacity(tx, actor, found.inquiry_id, found.unit_id)
    if capacity is None:
        return None, ()
    shown = prefill.prefill_from(capacity, asked, tx.today)
    return shown, () if answer is None else prefill.differences(capacity, shown, answer)


def _word(signed: SignOffRow | None) -> SignOffDetail | None:
    if signed is None:
        return None
    return SignOffDetail(approval=signed.approval, decided_at=signed.decided_at, note=signed.note)


def _detail(stored: answer_queries.StoredAnswer) -> EoiDetail:
    own = {
        name: getattr(stored, name)
        for name in ("eoi_id", "revision", "version", "late", "answered_at", "investigator_id", "approval")
    }
    return EoiDetail(**msgspec.structs.asdict(msgspec.convert(stored.content, EoiCreate)), **own)
