"""What a region sets for its triage: the areas it wants more of, and the days that do not count."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, FieldError, NotFound, explain
from trialport.inquiries import region_queries as queries
from trialport.inquiries import region_rules as rules
from trialport.inquiries.region_models import (
    PrioritiesDetail,
    PrioritiesInput,
    QuietPeriod,
    QuietPeriodsDetail,
    QuietPeriodsInput,
)

_VERSIONS_SHOWN = 20
_CHANGED = "Somebody changed this at the same moment. Read it again and repeat your change."
explain("region_priority_pkey", Changed, "", _CHANGED)
explain("region_quiet_period_pkey", Changed, "", _CHANGED)


async def read_priorities(tx: Transaction, actor: Actor, region_id: UUID) -> PrioritiesDetail:
    """Return a region's strategic priorities; raises NotFound outside the actor's scope."""
    await require_region(tx, actor, region_id)
    stored = next(iter(await queries.select_priorities(tx.connection, region_ids=(region_id,))), None)
    return PrioritiesDetail(
        region_id=region_id,
        version=0 if stored is None else stored.version,
        priorities=() if stored is None else stored.priorities,
        changed_at=None if stored is None else stored.changed_at,
        available_actions=allowed_commands("region_priority", actor.role),
    )


async def change_priorities(
    tx: Transaction, actor: Actor, region_id: UUID, wish: PrioritiesInput, *, expected: int | None
) -> PrioritiesDetail:
    """Replace a region's priorities; raises Changed when another version counts than the caller has read."""
    before = await read_priorities(tx, actor, region_id)
    _require_fitting(rules.check_priorities(wish.priorities), before.version, expected)
    await queries.insert_priorities(
        tx.connection,
        region_id=region_id,
        version=before.version + 1,
        priorities=wish.priorities,
        actor_id=actor.actor_id,
        now=tx.now,
    )
    await record_audit_event(
        tx,
        actor,
        action="priorities.changed",
        object_type="region",
        object_id=region_id,
        region_id=region_id,
        before={"version": before.version, "priorities": msgspec.to_builtins(before.priorities)},
        after={"version": before.version + 1, "priorities": msgspec.to_builtins(wish.priorities)},
    )
    return await read_priorities(tx, actor, region_id)


async def read_quiet_periods(tx: Transaction, actor: Actor, region_id: UUID) -> QuietPeriodsDetail:
    """Return a region's quiet periods, which are public; raises NotFound where there is no such region."""
    await require_region(tx, actor, region_id, is_public=True)
    stored = next(iter(await queries.select_quiet_periods(tx.connection, region_ids=(region_id,))), None)
    return QuietPeriodsDetail(
        region_id=region_id,
        version=0 if stored is None else stored.version,
        periods=() if stored is None else stored.periods,
        changed_at=None if stored is None else stored.changed_at,
        available_actions=allowed_commands("quiet_period", actor.role),
    )


async def change_quiet_periods(
    tx: Transaction, actor: Actor, region_id: UUID, wish: QuietPeriodsInput, *, expected: int | None
) -> QuietPeriodsDetail:
    """Replace a region's quiet periods; what has been promised and asked before keeps its days."""
    await require_region(tx, actor, region_id)
    before = await read_quiet_periods(tx, actor, region_id)
    _require_fitting(rules.check_quiet_periods(wish.periods), before.version, expected)
    await queries.insert_quiet_periods(
        tx.connection,
        region_id=region_id,
        version=before.version + 1,
        periods=wish.periods,
        actor_id=actor.actor_id,
        now=tx.now,
    )
    await record_audit_event(
        tx,
        actor,
        action="quiet_periods.changed",
        object_type="region",
        object_id=region_id,
        region_id=region_id,
        before={"version": before.version, "periods": msgspec.to_builtins(before.periods)},
        after={"version": before.version + 1, "periods": msgspec.to_builtins(wish.periods)},
    )
    return await read_quiet_periods(tx, actor, region_id)


async def list_priority_versions(tx: Transaction, actor: Actor, region_id: UUID) -> list[queries.StoredPriorities]:
    """Return the newest versions of a region's priorities, newest first."""
    await require_region(tx, actor, region_id)
    return await queries.select_priority_versions(tx.connection, region_id=region_id, limit=_VERSIONS_SHOWN)


async def list_quiet_versions(tx: Transaction, actor: Actor, region_id: UUID) -> list[queries.StoredQuietPeriods]:
    """Return the newest versions of a region's quiet periods, newest first."""
    await require_region(tx, actor, region_id)
    return await queries.select_quiet_versions(tx.connection, region_id=region_id, limit=_VERSIONS_SHOWN)


async def require_region(tx: Transaction, actor: Actor, region_id: UUID, *, is_public: bool = False) -> None:
    """Raise NotFound unless what the region has set is the actor's to see."""
    found = await queries.select_region_to_set(tx.connection, actor=actor, region_id=region_id, is_public=is_public)
    if found is None:
        raise NotFound("No region of yours here.")


async def quiet_periods_of(tx: Transaction, region_id: UUID) -> tuple[QuietPeriod, ...]:
    """Return the days that do not count as working days in a region though they are no holidays."""
    stored = await queries.select_quiet_periods(tx.connection, region_ids=(region_id,))
    return stored[0].periods if stored else ()


def _require_fitting(errors: list[FieldError], version: int, expected: int | None) -> None:
    if expected is not None and expected != version:
        raise Changed("Somebody changed this after you read it. Read it again and repeat your change.")
    if errors:
        raise Contradiction("Some values do not fit together. See `errors`.", errors=errors)
