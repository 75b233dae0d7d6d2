"""Keeping capacity true."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from trialport.accounts.audit_service import note_reading
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, NotFound, explain
from trialport.core.jobs.lease import ask_for_job
from trialport.units import capacity_queries as queries
from trialport.units import rules
from trialport.units.confirmation_queries import select_own_confirmations, update_capacity_taken_back
from trialport.units.delegate_models import Delegate
from trialport.units.models import (
    CapacityChange,
    CapacityDetail,
    CapacityInput,
    InvestigatorDetail,
    InvestigatorSummary,
)
from trialport.units.office_models import RosterPerson
from trialport.units.person_models import PersonEntry
from trialport.units.profile_models import Colleague
from trialport.vocabulary.codes import TherapyArea

# How long a confirmation made by mistake can be taken back by whoever made it.
TAKE_BACK = timedelta(hours=1)

explain("capacity_unit_id_therapy_area_key", Changed, "therapy_area", "The unit already has this record. Read it.")


async def note_read_name(tx: Transaction, actor: Actor, person: InvestigatorDetail) -> None:
    """Note that somebody else was shown this person's name."""
    if not actor.is_herself(person.investigator_id):
        await note_reading(
            tx,
            actor,
            action="investigator.read",
            object_type="investigator",
            object_id=person.investigator_id,
            region_id=actor.region_id,
        )


async def note_listed_names(
    tx: Transaction,
    actor: Actor,
    people: Sequence[InvestigatorSummary | RosterPerson | PersonEntry | Delegate | Colleague],
) -> None:
    """Note whose names somebody else was shown in one page of a list: one event, about the reader."""
    shown = [str(one.investigator_id) for one in people if not actor.is_herself(one.investigator_id)]
    if shown and actor.actor_id is not None:
        await note_reading(
            tx,
            actor,
            action="investigator.listed",
            object_type="reader",
            object_id=actor.actor_id,
            region_id=actor.region_id,
            details={"investigator_ids": shown},
        )


async def read_capacity(tx: Transaction, actor: Actor, unit_id: UUID, therapy_area: TherapyArea) -> CapacityDetail:
    """Return a unit's capacity in one area; raises NotFound when there is none in the actor's scope."""
    capacity = await queries.select_capacity(
        tx.connection, actor=actor, unit_id=unit_id, therapy_area=therapy_area, today=tx.today
    )
    if capacity is None:
        raise NotFound("No capacity record of yours here. Check the unit and the therapy area.")
    return with_actions(actor, capacity)


def with_actions(actor: Actor, capacity: CapacityDetail) -> CapacityDetail:
    """Say in a record what the actor may do with it."""
    return replace(capacity, available_actions=allowed_commands("capacity", actor.role))


async def record_capacity(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    unit_id: UUID,
    therapy_area: TherapyArea,
    capacity: CapacityInput,
    *,
    expected: int | None,
    create: bool,
    action: str = "changed",
) -> CapacityDetail:
    """Write a unit's capacity in one area, whole; what is written counts as confirmed today.

    `create` writes a new record; otherwise the present one must have the revision `expected` (None: any).
    Raises NotFound out of scope, Contradiction where its values do not fit together, Changed when another state
    is stored.
    """
    region_id = await queries.select_unit_in_scope(tx.connection, actor=actor, unit_id=unit_id)
    if region_id is None:
        raise NotFound("No unit of yours here. Check the unit.")
    if errors := rules.check_capacity(capacity, tx.today):
        raise Contradiction("The capacity contradicts itself. See `errors`.", errors=errors)
    if create:
        return await _create(tx, settings, actor, region_id, unit_id, therapy_area, capacity, action)
    before = await read_capacity_or_changed(tx, actor, unit_id, therapy_area)
    if expected is not None and before.revision != expected:
        raise Changed("Somebody changed this record after you read it. Read it again and repeat your change.")
    return await _replace(tx, settings, actor, region_id, before, capacity, action)


async def read_capacity_or_changed(
    tx: Transaction, actor: Actor, unit_id: UUID, therapy_area: TherapyArea
) -> CapacityDetail:
    """Return the record; raises Changed when there is none, because the caller named a state of it."""
    capacity = await queries.select_capacity(
        tx.connection, actor=actor, unit_id=unit_id, therapy_area=therapy_area, today=tx.today
    )
    if capacity is None:
        raise Changed("There is no such record yet. Create it with `If-None-Match: *`.")
    return capacity


async def _create(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    region_id: UUID,
    unit_id: UUID,
    therapy_area: TherapyArea,
    capacity: CapacityInput,
    action: str,
) -> CapacityDetail:
    capacity_id = await queries.insert_capacity(
        tx.connection,
        region_id=region_id,
        unit_id=unit_id,
        therapy_area=therapy_area,
        capacity=capacity,
        confirmed_at=tx.now,
        confirmed_by=actor.name,
        valid_until=rules.valid_until(tx.today),
        now=tx.now,
    )
    if capacity_id is None:
        raise Changed("The unit already has a record in this area. Read it and send its ETag in If-Match.")
    await _remember(
        tx,
        settings,
        actor,
        region_id,
        capacity_id,
        1,
        None,
        capacity,
        "created" if action == "changed" else action,
    )
    return await read_capacity(tx, actor, unit_id, therapy_area)


async def _replace(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    region_id: UUID,
    before: CapacityDetail,
    capacity: CapacityInput,
    action: str,
) -> CapacityDetail:
    revision = await queries.update_capacity(
        tx.connection,
        capacity_id=before.capacity_id,
        revision=before.revision,
        capacity=capacity,
        confirmed_at=tx.now,
        confirmed_by=actor.name,
        valid_until=rules.valid_until(tx.today),
        now=tx.now,
    )
    if revision is None:
        raise Changed("Somebody changed this record at the same moment. Read it again and repeat your change.")
    await _remember(
        tx,
        settings,
        actor,
        region_id,
        before.capacity_id,
        revision,
        rules.as_input(before),
        capacity,
        action,
        replaced=before if action == "confirmed" else None,
    )
    return await read_capacity(tx, actor, before.unit_id, before.therapy_area)


async def confirm_capacity(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    unit_id: UUID,
    therapy_area: TherapyArea,
    *,
    expected: int | None,
) -> CapacityDetail:
    """Confirm the record unchanged, which renews `valid_until`; with `expected` only if it still has that state."""
    before = await read_capacity(tx, actor, unit_id, therapy_area)
    if expected is not None and before.revision != expected:
        raise Changed("Somebody changed this record after you read it. Read it again before you confirm it.")
    region_id = await queries.select_unit_in_scope(tx.connection, actor=actor, unit_id=unit_id)
    if region_id is None:
        raise NotFound("No unit of yours here. Check the unit.")
    return await _replace(tx, settings, actor, region_id, before, rules.as_input(before), "confirmed")


async def take_back_confirmation(
    tx: Transaction, settings: Settings, actor: Actor, unit_id: UUID, therapy_area: TherapyArea, *, expected: int
) -> CapacityDetail:
    """Undo one's own confirmation while nothing has happened since, within `TAKE_BACK`.

    Raises NotFound out of scope, Changed where the record says something else or the time is up.
    """
    stored = await read_capacity(tx, actor, unit_id, therapy_area)
    region_id = await queries.select_unit_in_scope(tx.connection, actor=actor, unit_id=unit_id)
    if region_id is None:
        raise NotFound("No unit of yours here. Check the unit.")
    found = await select_own_confirmations(
        tx.connection, capacity_ids=[stored.capacity_id], actor_id=actor.actor_id, since=tx.now - TAKE_BACK
    )
    replaced = found.get(stored.capacity_id)
    revision = None
    if replaced is not None and stored.revision == expected:
        revision = await update_capacity_taken_back(
            tx.connection, capacity_id=stored.capacity_id, revision=expected, replaced=replaced, now=tx.now
        )
    if revision is None:
        raise Changed("This confirmation cannot be taken back any more. Read the record and change what is wrong.")
    said = rules.as_input(stored)
    await _remember(tx, settings, actor, region_id, stored.capacity_id, revision, said, said, "taken_back")
    return await read_capacity(tx, actor, unit_id, therapy_area)


async def list_capacity_history(
    tx: Transaction,
    actor: Actor,
    unit_id: UUID,
    therapy_area: TherapyArea,
    *,
    before_revision: int | None,
    limit: int,
) -> list[CapacityChange]:
    """Return what was changed, when and by whom, newest first."""
    capacity = await read_capacity(tx, actor, unit_id, therapy_area)
    return await queries.select_capacity_history(
        tx.connection, capacity_id=capacity.capacity_id, before_revision=before_revision, limit=limit
    )


async def _remember(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    region_id: UUID,
    capacity_id: UUID,
    revision: int,
    before: CapacityInput | None,
    after: CapacityInput,
    action: str,
    *,
    replaced: CapacityDetail | None = None,
) -> None:
    await queries.insert_capacity_history(
        tx.connection,
        capacity_id=capacity_id,
        revision=revision,
        action=action,
        changed_at=tx.now,
        actor=actor,
        before=before,
        after=after,
        replaced=replaced,
    )
    await record_audit_event(
        tx,
        actor,
        action=f"capacity.{action}",
        object_type="capacity",
        object_id=capacity_id,
        region_id=region_id,
        details={"revision": revision},
    )
    await ask_for_refresh(tx, settings, region_id)


async def ask_for_refresh(tx: Transaction, settings: Settings, region_id: UUID) -> None:
    """Have a worker find the assessments that a change touches; one job a region gathers a burst of changes."""
    await ask_for_job(tx, settings, kind="refresh_assessments", subject_id=region_id)
