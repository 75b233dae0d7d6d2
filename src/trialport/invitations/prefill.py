"""What the unit's capacity already says to what is asked, and what an answer says otherwise (domain, section 6)."""

from datetime import date, timedelta
from uuid import UUID

from msgspec.structs import asdict, replace

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction
from trialport.inquiries.teaser_models import OpenedContent, TeaserContent
from trialport.invitations.models import (
    CapacityDifference,
    CapacityField,
    CapacityUpdate,
    EoiCreate,
    Prefill,
)
from trialport.invitations.prefill_queries import select_matching_area
from trialport.units.capacity_queries import select_capacity
from trialport.units.models import CapacityDetail
from trialport.units.rules import as_input
from trialport.units.service import confirm_capacity, record_capacity

# A month's number is kept with one decimal: what differs by less is the same.
_SAME = 0.05


async def find_capacity(tx: Transaction, actor: Actor, inquiry_id: UUID, unit_id: UUID) -> CapacityDetail | None:
    """Read the unit's capacity that an inquiry is about, in the actor's scope; None where there is none."""
    async with as_system(tx.connection):
        area = await select_matching_area(tx.connection, inquiry_id=inquiry_id, unit_id=unit_id)
    if area is None:
        return None
    return await select_capacity(tx.connection, actor=actor, unit_id=unit_id, therapy_area=area, today=tx.today)


def prefill_from(capacity: CapacityDetail, asked: TeaserContent | OpenedContent, today: date) -> Prefill:
    """Say what a capacity answers, with no more of the inquiry than the unit is shown."""
    months = asked.numbers.recruitment_months
    per_month = capacity.participants_per_month
    return Prefill(
        therapy_area=capacity.therapy_area,
        revision=capacity.revision,
        stale=capacity.stale,
        participants_per_month=per_month,
        recruitment_months=months,
        participants=None if per_month is None or months is None else round(per_month * months),
        participants_basis=capacity.participants_basis,
        earliest_start=earliest_start(capacity, today),
        nurse_hours_free=capacity.nurse_hours_free,
        role=capacity.primary_care_role,
    )


def earliest_start(capacity: CapacityDetail, today: date) -> date | None:
    """Return when a new trial could start: the day the capacity names, else after its lead time."""
    if capacity.new_trials_from is not None:
        return max(capacity.new_trials_from, today)
    return None if capacity.lead_time_days is None else today + timedelta(days=capacity.lead_time_days)


def differences(capacity: CapacityDetail, prefill: Prefill, eoi: EoiCreate) -> tuple[CapacityDifference, ...]:
    """Find where an answer says something else than the capacity it was filled in from."""
    found: list[CapacityDifference] = []

    def note(field: CapacityField, in_capacity: float | str | None, answered: float | str) -> None:
        found.append(CapacityDifference(field=field, in_capacity=in_capacity, answered=answered))

    if eoi.answer in ("yes", "yes_if"):
        if eoi.participants is not None and prefill.recruitment_months and eoi.participants != prefill.participants:
            a_month = round(eoi.participants / prefill.recruitment_months, 1)
            if abs(a_month - (capacity.participants_per_month or -1)) > _SAME:
                note("participants_per_month", capacity.participants_per_month, a_month)
        if eoi.participants_basis and eoi.participants_basis != capacity.participants_basis:
            note("participants_basis", capacity.participants_basis, eoi.participants_basis)
        if eoi.role and eoi.role != capacity.primary_care_role:
            note("primary_care_role", capacity.primary_care_role, eoi.role)
    start = eoi.later_from if eoi.answer == "later" else eoi.earliest_start
    if start is not None and eoi.answer in ("yes", "yes_if", "later") and start != prefill.earliest_start:
        named = capacity.new_trials_from
        if start != named:
            note("new_trials_from", None if named is None else named.isoformat(), start.isoformat())
    return tuple(found)


async def update_capacity(
    tx: Transaction, settings: Settings, actor: Actor, capacity: CapacityDetail | None, update: CapacityUpdate
) -> None:
    """Confirm the capacity behind an answer, or write what has changed; history says who.

    Raises Contradiction where the unit has no capacity in the area or where nothing is said.
    """
    if capacity is None:
        raise Contradiction.at("confirm", "The unit has no capacity in this area yet. Record it first.")
    changed = {name: value for name, value in asdict(update.values).items() if value is not None}
    if not changed and not update.confirm:
        raise Contradiction.at("confirm", "Confirm the capacity, or say what has changed.")
    where = {"unit_id": capacity.unit_id, "therapy_area": capacity.therapy_area}
    if not changed:
        await confirm_capacity(tx, settings, actor, **where, expected=None)  # type: ignore[arg-type]
        return
    written = replace(as_input(capacity), **changed)
    if written.participants_basis == "ehr_count" and written.participants_counted_on is None:
        written = replace(written, participants_counted_on=tx.today)
    await record_capacity(
        tx, settings, actor, capacity.unit_id, capacity.therapy_area, written, expected=capacity.revision, create=False
    )
