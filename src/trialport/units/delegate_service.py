"""An investigator says who may act for her."""

from collections.abc import Collection, Sequence
from uuid import UUID

from trialport.accounts.audit_service import note_reading
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Contradiction, NotFound
from trialport.units import delegate_queries as queries
from trialport.units.delegate_models import Delegate, DelegateList


async def read_delegates(tx: Transaction, actor: Actor) -> DelegateList:
    """Return who may act for the actor, and note that their names were shown; raises NotFound for no investigator."""
    delegates = await _delegates_of(tx, _own_id(actor))
    if delegates and actor.actor_id is not None:
        await note_reading(
            tx,
            actor,
            action="investigator.listed",
            object_type="reader",
            object_id=actor.actor_id,
            region_id=actor.region_id,
            details={"investigator_ids": [str(one.investigator_id) for one in delegates]},
        )
    return DelegateList(items=tuple(delegates), available_actions=allowed_commands("delegates", actor.role))


async def name_delegates(tx: Transaction, actor: Actor, delegate_ids: Sequence[UUID]) -> DelegateList:
    """Let these colleagues, and nobody else, act for the actor; who is left out can no longer, at once.

    Raises NotFound for no investigator, Contradiction for a name that stands twice or a newcomer who does not work
    at a unit of hers: nobody learns whether such a person exists.
    """
    own_id = _own_id(actor)
    # Two lists sent at the same moment follow each other, so that the last one stands whole.
    if not await queries.lock_investigator(tx.connection, investigator_id=own_id):
        raise NotFound("You are not in the register of investigators.")
    before = await _delegates_of(tx, own_id)
    wanted = set(delegate_ids)
    if len(wanted) < len(delegate_ids):
        raise Contradiction.at("delegate_ids", "Somebody stands twice. Name each once.")
    new = wanted - {one.investigator_id for one in before}
    if new - await queries.select_colleagues_among(tx.connection, investigator_id=own_id, among=new):
        raise Contradiction.at("delegate_ids", "Name colleagues who work at one of your units.")
    ended = await queries.delete_delegates_but(tx.connection, investigator_id=own_id, kept=wanted)
    await queries.insert_delegates(tx.connection, investigator_id=own_id, delegate_ids=new)
    if new or ended:
        await _record(tx, actor, own_id, before, wanted)
    return await read_delegates(tx, actor)


async def _delegates_of(tx: Transaction, own_id: UUID) -> list[Delegate]:
    """Return them all, also those whom she could not see otherwise, because they work at other units by now."""
    async with as_system(tx.connection):
        return await queries.select_delegates(tx.connection, investigator_id=own_id)


async def _record(
    tx: Transaction, actor: Actor, own_id: UUID, before: Sequence[Delegate], after: Collection[UUID]
) -> None:
    await record_audit_event(
        tx,
        actor,
        action="investigator.delegates_named",
        object_type="investigator",
        object_id=own_id,
        region_id=actor.region_id,
        before={"delegate_ids": sorted(str(one.investigator_id) for one in before)},
        after={"delegate_ids": sorted(str(one) for one in after)},
    )


def _own_id(actor: Actor) -> UUID:
    if actor.investigator_id is None:
        raise NotFound("You are not in the register of investigators.")
    return actor.investigator_id
