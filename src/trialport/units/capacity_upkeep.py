"""Short ways to keep capacity true: confirm several at once, pause until a day, open again."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction
from trialport.units.models import CapacityDetail
from trialport.units.rules import as_input
from trialport.units.service import confirm_capacity, read_capacity, record_capacity, take_back_confirmation
from trialport.vocabulary.codes import TherapyArea


class Seen(Struct, frozen=True, kw_only=True):
    """A capacity as somebody saw it."""

    unit_id: UUID
    therapy_area: TherapyArea
    revision: int


async def confirm_capacities(
    tx: Transaction, settings: Settings, actor: Actor, seen: Sequence[Seen]
) -> tuple[list[CapacityDetail], list[Seen]]:
    """Confirm each that still says what was seen; returns those confirmed, and those that say something else now.

    Raises NotFound for one out of scope: nothing of it is the actor's to confirm.
    """
    confirmed: list[CapacityDetail] = []
    moved: list[Seen] = []
    # Always in the same order, so that two who confirm at once wait for each other and never in a circle.
    for one in sorted(seen, key=lambda each: (each.unit_id, each.therapy_area)):
        try:
            confirmed.append(
                await confirm_capacity(tx, settings, actor, one.unit_id, one.therapy_area, expected=one.revision)
            )
        except Changed:
            moved.append(one)
    return confirmed, moved


async def take_back_confirmations(
    tx: Transaction, settings: Settings, actor: Actor, seen: Sequence[Seen]
) -> tuple[list[CapacityDetail], list[Seen]]:
    """Undo one's own confirmations; returns those undone, and those that somebody has changed since."""
    undone: list[CapacityDetail] = []
    moved: list[Seen] = []
    for one in sorted(seen, key=lambda each: (each.unit_id, each.therapy_area)):
        try:
            undone.append(
                await take_back_confirmation(tx, settings, actor, one.unit_id, one.therapy_area, expected=one.revision)
            )
        except Changed:
            moved.append(one)
    return undone, moved


async def pause_capacity(
    tx: Transaction, settings: Settings, actor: Actor, seen: Seen, until: date | None
) -> CapacityDetail:
    """Take no new trials until the end of a day, or until further notice; the rest counts as confirmed.

    Raises Contradiction for a day that has passed, Changed where the record says something else than was seen.
    """
    if until is not None and until < tx.today:
        raise Contradiction.at("state_until", "The day has passed. Give one that is still to come.")
    return await _restate(tx, settings, actor, seen, state="paused", until=until)


async def reopen_capacity(tx: Transaction, settings: Settings, actor: Actor, seen: Seen) -> CapacityDetail:
    """Take new trials again; the rest counts as confirmed."""
    return await _restate(tx, settings, actor, seen, state="open", until=None)


async def _restate(
    tx: Transaction, settings: Settings, actor: Actor, seen: Seen, *, state: str, until: date | None
) -> CapacityDetail:
    stored = await read_capacity(tx, actor, seen.unit_id, seen.therapy_area)
    wanted = replace(as_input(stored), state=state, state_until=until)
    return await record_capacity(
        tx, settings, actor, seen.unit_id, seen.therapy_area, wanted, expected=seen.revision, create=False
    )
