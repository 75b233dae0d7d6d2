"""Changing what counts how much in a region, with reasons, and without losing what counted before."""

from collections.abc import Collection
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction
from trialport.core.errors import Changed, Contradiction, NotFound, explain
from trialport.core.jobs.lease import ask_for_job
from trialport.matching import weights_queries as queries
from trialport.matching.models import CriterionName
from trialport.matching.weighing import ALWAYS_COMPARED, PROGRAM_VERSION, Weighing
from trialport.matching.weights import ALGORITHM_VERSION, WEIGHTS
from trialport.matching.weights_models import (
    CriterionWeight,
    RegionWeightsDetail,
    RegionWeightsInput,
    WeightInput,
    WeightSet,
    WeightsRevert,
)

explain("weight_set_pkey", Changed, "", "Somebody changed the weights at the same moment. Read them again.")


async def weighing_of(connection: Connection, region_ids: Collection[UUID]) -> Weighing:
    """Return the weights that count now in these regions."""
    found = await queries.select_newest_weight_sets(connection, region_ids=region_ids)
    return Weighing({one.region_id: one.as_region_weights() for one in found})


async def read_weights(tx: Transaction, actor: Actor, region_id: UUID) -> RegionWeightsDetail:
    """Return the weights that count in a region; raises NotFound outside the actor's scope."""
    await require_region(tx, actor, region_id)
    return _detail(actor, region_id, await _newest(tx, region_id))


async def require_region(tx: Transaction, actor: Actor, region_id: UUID) -> None:
    """Raise NotFound unless the region's weights are the actor's to see."""
    if await queries.select_region_in_scope(tx.connection, actor=actor, region_id=region_id) is None:
        raise NotFound("No region of yours here.")


async def change_weights(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    region_id: UUID,
    wish: RegionWeightsInput,
    *,
    expected: int | None,
    apply: bool,
) -> RegionWeightsDetail:
    """Store a new version of a region's weights, and with `apply` have its open inquiries assessed again.

    Raises Changed when another version counts than the caller has read, Contradiction when nothing would change or
    nothing that every inquiry is compared by would count.
    """
    await require_region(tx, actor, region_id)
    return await _store(
        tx, settings, actor, region_id, wish.weights, wish.reason, expected=expected, apply=apply, reverts_to=None
    )


async def revert_weights(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    region_id: UUID,
    wish: WeightsRevert,
    *,
    expected: int | None,
    apply: bool,
) -> RegionWeightsDetail:
    """Store a new version that equals an older one (0: the program's table)."""
    await require_region(tx, actor, region_id)
    weights: dict[CriterionName, WeightInput] = {}
    if wish.version != PROGRAM_VERSION:
        older = await queries.select_weight_set(tx.connection, region_id=region_id, version=wish.version)
        if older is None:
            raise Contradiction.at("version", "The region has no such version. The history lists them.")
        weights = older.weights
    return await _store(
        tx, settings, actor, region_id, weights, wish.reason, expected=expected, apply=apply, reverts_to=wish.version
    )


async def _store(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    region_id: UUID,
    weights: dict[CriterionName, WeightInput],
    reason: str,
    *,
    expected: int | None,
    apply: bool,
    reverts_to: int | None,
) -> RegionWeightsDetail:
    before = await _newest(tx, region_id)
    version, stored = (PROGRAM_VERSION, {}) if before is None else (before.version, before.weights)
    if expected is not None and expected != version:
        raise Changed("Somebody changed the weights after you read them. Read them again and repeat your change.")
    _check(weights)
    changed = sorted(name for name in WEIGHTS if weights.get(name) != stored.get(name))
    if not changed and not apply:
        raise Contradiction("These weights count already. Change some, or send `apply=true` to assess with them now.")
    await queries.insert_weight_set(
        tx.connection,
        region_id=region_id,
        version=version + 1,
        weights=weights,
        reason=reason,
        reverts_to=reverts_to,
        applies_to_open=apply,
        actor=actor,
        now=tx.now,
    )
    if apply:
        await ask_for_job(tx, settings, kind="refresh_assessments", subject_id=region_id)
    await record_audit_event(
        tx,
        actor,
        action="weights.changed" if reverts_to is None else "weights.reverted",
        object_type="region",
        object_id=region_id,
        region_id=region_id,
        details={"version": version + 1, "criteria": changed, "apply": apply, "reverts_to": reverts_to},
    )
    return _detail(actor, region_id, await _newest(tx, region_id))


def _check(weights: dict[CriterionName, WeightInput]) -> None:
    """Raise Contradiction when an inquiry that asks for nothing special would be ordered by nothing."""
    if all(name in weights and weights[name].weight == 0 for name in ALWAYS_COMPARED):
        raise Contradiction.at("weights", "Nothing that every inquiry is compared by would count. Give one a weight.")


async def _newest(tx: Transaction, region_id: UUID) -> WeightSet | None:
    return next(iter(await queries.select_newest_weight_sets(tx.connection, region_ids=(region_id,))), None)


def _detail(actor: Actor, region_id: UUID, stored: WeightSet | None) -> RegionWeightsDetail:
    own = {} if stored is None else stored.weights
    return RegionWeightsDetail(
        region_id=region_id,
        version=PROGRAM_VERSION if stored is None else stored.version,
        algorithm_version=ALGORITHM_VERSION,
        reason=None if stored is None else stored.reason,
        changed_at=None if stored is None else stored.changed_at,
        changed_by=None if stored is None else stored.changed_by,
        weights=tuple(
            CriterionWeight(
                name=name,
                weight=own[name].weight if name in own else program.weight,
                reason=own[name].reason if name in own else program.reason,
                program_weight=program.weight,
                changed=name in own,
            )
            for name, program in WEIGHTS.items()
        ),
        available_actions=allowed_commands("weight_set", actor.role),
    )
