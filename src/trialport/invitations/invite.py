"""Inviting units: whom to ask there, until when, and what is left out and why."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, NotFound
from trialport.core.language import Language
from trialport.inquiries.queries import AskedRegion, InquiryRow, select_asked_regions
from trialport.inquiries.service import read_inquiry, require_command
from trialport.inquiries.triage_service import move_inquiry
from trialport.invitations import ledger, queries, rules
from trialport.invitations.ladder_rules import ladder
from trialport.invitations.models import InviteResult, InviteUnits, Skipped, SkipReason
from trialport.invitations.queries import Reachable
from trialport.matching.shortlist_service import listed_units
from trialport.notifications.messages import queue_message

EXPLANATIONS: Mapping[SkipReason, str] = {
    "already_invited": "The unit has been invited to this inquiry. It is asked once.",
    "not_in_region": "The unit is not in your region. Its own office invites it.",
    "nobody_there": "Nobody is registered at the unit. Add a person to the register.",
    "everybody_absent": "Everybody there is away until after today. Invite the unit later.",
    "over_budget": "Everybody there has had as many invitations this month as they allow. Invite the unit next month.",
}


async def invite_units(
    tx: Transaction, settings: Settings, actor: Actor, inquiry_id: UUID, wanted: InviteUnits
) -> InviteResult:
    """Invite units of the office's region to an inquiry; each one left out is explained.

    Raises Refused where the inquiry's state does not allow it, Contradiction for a last day that does not fit.
    """
    await ledger.take_turn_at_inquiry(tx, inquiry_id)
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "invite")
    region = await _region_of(tx, actor, row)
    today = tx.now.astimezone(ZoneInfo(region.timezone)).date()
    due_on = wanted.due_on or rules.due_by_default(today, region.country, quiet=region.quiet_periods)
    if errors := rules.check_due_on(due_on, today):
        raise Contradiction("The last day to answer does not fit. See `errors`.", errors=errors)
    unit_ids = wanted.unit_ids or await listed_units(tx, actor, row, region.region_id)
    chosen, skipped = await _choose(tx, region, row, list(dict.fromkeys(unit_ids)), is_for_real=True)
    asked = await _ask(tx, settings, actor, row, region, chosen, due_on)
    new = {person.unit_id for person in asked.values()}
    # Another of the office may have invited a unit at this moment.
    skipped += [_skipped(person.unit_id, "already_invited") for person in chosen if person.unit_id not in new]
    if chosen:
        await move_inquiry(tx, actor, row, "invite")
    made = await queries.select_invitations(
        tx.connection, actor=actor, inquiry_id=inquiry_id, state=None, before=None, limit=1000
    )
    return InviteResult(invited=tuple(one for one in made if one.unit_id in new), skipped=tuple(skipped))


async def _ask(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    row: InquiryRow,
    region: AskedRegion,
    chosen: Sequence[Reachable],
    due_on: date,
) -> dict[UUID, Reachable]:
    """Invite the units of these people, each once ever; returns whom each new invitation went to."""
    steps = ladder(tx.now, due_on, region.timezone, region.country, region.quiet_periods)
    asked: dict[UUID, Reachable] = {}
    for person in chosen:
        invitation_id = await queries.insert_invitation(
            tx.connection,
            actor=actor,
            inquiry_id=row.inquiry_id,
            region_id=region.region_id,
            unit_id=person.unit_id,
            reference=row.reference,
            version=row.version,
            recipient_id=person.investigator_id,
            due_on=due_on,
            now=tx.now,
        )
        if invitation_id is None:
            continue
        asked[invitation_id] = person
        await queries.upsert_reminders(tx.connection, invitation_id=invitation_id, steps=steps)
        await ledger.hold_softly(tx, actor, invitation_id)
        await _send(tx, settings, region, row, person, invitation_id, due_on.isoformat())
        await _record(tx, actor, region, invitation_id, person.unit_id)
    await queries.upsert_addressees(
        tx.connection,
        invitation_ids=list(asked),
        investigator_ids=[person.investigator_id for person in asked.values()],
        now=tx.now,
    )
    return asked


async def preview_units(
    tx: Transaction, actor: Actor, inquiry_id: UUID, unit_ids: Sequence[UUID]
) -> tuple[list[Reachable], list[Skipped], date]:
    """Say who would be asked at each unit, which would be left out and why, and until when they had; sends nothing."""
    row = await read_inquiry(tx, actor, inquiry_id)
    require_command(actor, row, "invite")
    region = await _region_of(tx, actor, row)
    today = tx.now.astimezone(ZoneInfo(region.timezone)).date()
    chosen, skipped = await _choose(tx, region, row, list(dict.fromkeys(unit_ids)), is_for_real=False)
    return chosen, skipped, rules.due_by_default(today, region.country, quiet=region.quiet_periods)


async def _region_of(tx: Transaction, actor: Actor, row: InquiryRow) -> AskedRegion:
    """Return the region whose units the actor may invite: an office's own; an admin's only where one is asked."""
    wanted = actor.region_id or (row.region_ids[0] if len(row.region_ids) == 1 else None)
    asked = await select_asked_regions(tx.connection, codes=row.regions, region_id=None)
    found = next((region for region in asked if region.region_id == wanted), None)
    if found is None:
        raise NotFound("No region of yours is asked by this inquiry.")
    return found


async def _choose(
    tx: Transaction, region: AskedRegion, row: InquiryRow, unit_ids: Sequence[UUID], *, is_for_real: bool
) -> tuple[list[Reachable], list[Skipped]]:
    """Choose for each unit whom the invitation goes to; returns them and the units left out."""
    # How often a person was asked this month is counted over all regions, by one office at a time.
    async with as_system(tx.connection):
        if is_for_real:
            await queries.lock_people(tx.connection, unit_ids=unit_ids)
        ours = set(await queries.select_units_of_region(tx.connection, unit_ids=unit_ids, region_id=region.region_id))
        invited = set(await queries.select_invited_units(tx.connection, inquiry_id=row.inquiry_id))
        local = tx.now.astimezone(ZoneInfo(region.timezone))
        month_start = datetime.combine(local.date().replace(day=1), time(), ZoneInfo(region.timezone)).astimezone(UTC)
        people = await queries.select_reachable(
            tx.connection, unit_ids=list(ours - invited), month_start=month_start, today=local.date()
        )
    chosen: list[Reachable] = []
    skipped: list[Skipped] = []
    asked_now: dict[UUID, int] = {}
    for unit_id in unit_ids:
        reason: SkipReason | None = None
        if unit_id not in ours:
            reason = "not_in_region"
        elif unit_id in invited:
            reason = "already_invited"
        else:
            there = [person for person in people if person.unit_id == unit_id]
            person, reason = pick_recipient(there, asked_now)
            if person is not None:
                asked_now[person.investigator_id] = asked_now.get(person.investigator_id, 0) + 1
                chosen.append(person)
        if reason is not None:
            skipped.append(_skipped(unit_id, reason))
    return chosen, skipped


def pick_recipient(
    there: Sequence[Reachable], asked_now: Mapping[UUID, int]
) -> tuple[Reachable | None, SkipReason | None]:
    """Pick the first of a unit's people who is at work and within her budget, or say why there is none.

    In the place of somebody who is away stands the delegate she named.
    """
    present = [person for person in there if not person.absent]
    for person in present:
        asked = person.asked_this_month + asked_now.get(person.investigator_id, 0)
        if person.allowed_a_month is None or asked < person.allowed_a_month:
            return person, None
    if not there:
        return None, "nobody_there"
    return None, "over_budget" if present else "everybody_absent"


def _skipped(unit_id: UUID, reason: SkipReason) -> Skipped:
    return Skipped(unit_id=unit_id, reason=reason, explanation=EXPLANATIONS[reason])


async def _send(
    tx: Transaction,
    settings: Settings,
    region: AskedRegion,
    row: InquiryRow,
    person: Reachable,
    invitation_id: UUID,
    due_on: str,
) -> None:
    await write_invitation(
        tx,
        settings,
        invitation_id=invitation_id,
        region_id=region.region_id,
        reference=row.reference,
        due_on=due_on,
        to_id=person.investigator_id,
        email=person.email,
        language=person.language,
        dedupe_key=f"invitation:{invitation_id}",
    )


async def write_invitation(
    tx: Transaction,
    settings: Settings,
    *,
    invitation_id: UUID,
    region_id: UUID,
    reference: str,
    due_on: str,
    to_id: UUID,
    email: str,
    language: Language,
    dedupe_key: str,
) -> None:
    """Queue the mail of an invitation; what it says of the inquiry, and its link, it gets as it leaves."""
    await queue_message(
        tx,
        settings,
        kind="invitation",
        to_address=email,
        language=language,
        params={
            "invitation_id": str(invitation_id),
            "to_id": str(to_id),
            "reference": reference,
            "due_on": due_on,
        },
        dedupe_key=dedupe_key,
        region_id=region_id,
        subject_id=invitation_id,
        thread_id=invitation_id,
    )


async def _record(tx: Transaction, actor: Actor, region: AskedRegion, invitation_id: UUID, unit_id: UUID) -> None:
    await record_audit_event(
        tx,
        actor,
        action="invitation.sent",
        object_type="invitation",
        object_id=invitation_id,
        region_id=region.region_id,
        details={"unit_id": str(unit_id)},
    )
