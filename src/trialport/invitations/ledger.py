"""The ledger: what an invitation sets aside of a unit's capacity, and when it is free again.

An invitation asks softly for one trial slot and the nurse hours that the inquiry names; a binding yes takes them
firmly, and the database refuses what is not there. Whoever changes what is held holds the inquiry first, then the
invitation, then resources, then the capacity, so that nobody waits in a circle; an inquiry that ends holds it too, and
then nothing can be set aside behind its back.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg

from trialport.accounts.models import Actor
from trialport.core.db import Transaction, as_system, attempt
from trialport.core.errors import Refused, explain
from trialport.invitations import fill_queries, queries
from trialport.invitations import ledger_queries as shelf
from trialport.invitations.ledger_models import ReleaseReason, Standing, Strength
from trialport.invitations.ledger_rules import SLOTS_ASKED, own_hours, reason_to_release, strength_of

explain(
    "reservation_trial_slots_check",
    Refused,
    "",
    "{detail} Answer `later` or `yes_if`, or first correct the number of trials in the unit's capacity.",
)
explain(
    "reservation_nurse_hours_check",
    Refused,
    "",
    "{detail} Answer `yes_if` with `nurse_hours`, or first correct the nurse hours in the unit's capacity.",
)
explain(
    "reservation_lent_hours_check",
    Refused,
    "",
    "{detail} Lend fewer hours, or choose another resource.",
)
explain(
    "reservation_invitation_id_capacity_id_key",
    Refused,
    "",
    "Somebody answered for this unit at the same moment. Read the invitation again.",
)


async def take_turn(tx: Transaction, invitation_id: UUID) -> None:
    """Hold an invitation and, before it, its inquiry until the end of the transaction."""
    async with as_system(tx.connection):
        await shelf.lock_inquiry_of_invitation(tx.connection, invitation_id=invitation_id)
    await queries.lock_invitation(tx.connection, invitation_id=invitation_id)


async def take_turn_at_inquiry(tx: Transaction, inquiry_id: UUID) -> None:
    """Hold an inquiry until the end of the transaction: what it has invited and what it holds change by turns."""
    async with as_system(tx.connection):
        await shelf.lock_asked_inquiry(tx.connection, inquiry_id=inquiry_id)


async def hold_softly(tx: Transaction, actor: Actor, invitation_id: UUID) -> None:
    """Note at the unit's capacity that it has been asked; this limits nobody."""
    async with as_system(tx.connection):
        standing = await shelf.select_standing(tx.connection, invitation_id=invitation_id)
        if standing is not None:
            await _insert(tx, actor, standing, "soft", standing.hours_asked)


async def ask_again(tx: Transaction, actor: Actor, invitation_id: UUID) -> None:
    """Ask softly once more for what was let go when the unit counted as silent."""
    async with as_system(tx.connection):
        standing = await shelf.select_standing(tx.connection, invitation_id=invitation_id)
        if standing is not None and not await shelf.update_reservation_of_unit(
            tx.connection, invitation_id=invitation_id, strength="soft", nurse_hours=standing.hours_asked
        ):
            await _insert(tx, actor, standing, "soft", standing.hours_asked)


async def settle_answer(tx: Transaction, actor: Actor, invitation_id: UUID) -> None:
    """Make what is held follow the newest answer, the head's word on it and what the office has filled.

    Call it after each of the three has been stored, in the same transaction. A yes that binds is firm, and the database
    refuses it (Refused) where it needs what is not free. `not_me` is no answer yet.
    """
    async with as_system(tx.connection):
        standing = await shelf.select_standing(tx.connection, invitation_id=invitation_id)
        if standing is None or standing.answer in (None, "not_me"):
            return
        if (reason := reason_to_release(standing)) is not None:
            await release_invitation(tx, invitation_id, reason)
            return
        hours = own_hours(standing.hours_asked, standing.hours_lent)
        strength = strength_of(standing)
        held = await shelf.update_reservation_of_unit(
            tx.connection, invitation_id=invitation_id, strength=strength, nurse_hours=hours
        )
        if not held:
            await _insert(tx, actor, standing, strength, hours)


async def release_invitation(tx: Transaction, invitation_id: UUID, reason: ReleaseReason) -> None:
    """Let go of everything held for one invitation, as `release_invitations` does for many."""
    await release_invitations(tx, [invitation_id], reason)


async def release_invitations(tx: Transaction, invitation_ids: Sequence[UUID], reason: ReleaseReason) -> None:
    """Let go of everything held for these invitations; what the office had lent for them is taken back.

    When a trial has started (`trial_started`), capacity and resources themselves tell what is left, and what was lent
    stays lent.
    """
    async with as_system(tx.connection):
        await shelf.update_reservations_released(
            tx.connection, invitation_ids=invitation_ids, reason=reason, now=tx.now
        )
        if reason != "trial_started":
            await fill_queries.update_fills_taken_back(tx.connection, invitation_ids=invitation_ids, now=tx.now)


async def release_inquiry(tx: Transaction, inquiry_id: UUID, reason: ReleaseReason, keep: Collection[UUID] = ()) -> int:
    """Let go of everything held for an inquiry that has ended, but for the units in `keep` (unit ids).

    Returns how many reservations were released. Call it in the transaction that ends the inquiry, or after it: an
    answer that comes at the same moment is either released with the rest or refused. Safe to repeat.
    """
    async with as_system(tx.connection):
        await shelf.lock_asked_inquiry(tx.connection, inquiry_id=inquiry_id)
        await fill_queries.update_inquiry_fills_taken_back(
            tx.connection, inquiry_id=inquiry_id, keep_unit_ids=list(keep), now=tx.now
        )
        return await shelf.update_inquiry_reservations_released(
            tx.connection, inquiry_id=inquiry_id, keep_unit_ids=list(keep), reason=reason, now=tx.now
        )


async def hold_again(tx: Transaction, actor: Actor, inquiry_id: UUID, unit_id: UUID) -> UUID | None:
    """Hold what a selected unit offered, which may have been let go while its sponsor was silent.

    Returns the invitation for which there is no room any more, else None; then nothing is held and nothing undone.
    """
    async with as_system(tx.connection):
        invitation_id = await shelf.select_invitation_of_unit(tx.connection, inquiry_id=inquiry_id, unit_id=unit_id)
    if invitation_id is None:
        return None
    try:
        async with attempt(tx.connection):
            await settle_answer(tx, actor, invitation_id)
    except asyncpg.IntegrityConstraintViolationError:
        return invitation_id
    return None


async def release_started(tx: Transaction, inquiry_id: UUID, unit_id: UUID) -> None:
    """Let go of what a selected unit holds once its trial runs: from now on its own capacity tells what is left."""
    async with as_system(tx.connection):
        invitation_id = await shelf.select_invitation_of_unit(tx.connection, inquiry_id=inquiry_id, unit_id=unit_id)
        if invitation_id is not None:
            await release_invitation(tx, invitation_id, "trial_started")


async def _insert(
    tx: Transaction, actor: Actor, standing: Standing, strength: Strength, nurse_hours: float | None
) -> None:
    """Set aside a part of the unit's capacity; a unit without one that fits has said nothing to set aside."""
    capacity_id = await shelf.select_capacity_asked(
        tx.connection, inquiry_id=standing.inquiry_id, unit_id=standing.unit_id
    )
    if capacity_id is None:
        return
    await shelf.insert_reservation(
        tx.connection,
        actor=actor,
        inquiry_id=standing.inquiry_id,
        invitation_id=standing.invitation_id,
        region_id=standing.region_id,
        capacity_id=capacity_id,
        resource_id=None,
        strength=strength,
        trial_slots=SLOTS_ASKED,
        nurse_hours=nurse_hours,
        now=tx.now,
    )
