"""Searching the audit trail, and noting what was read."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts import audit_queries as queries
from trialport.accounts.audit_models import AuditEventDetail, AuditFilter
from trialport.accounts.models import Actor
from trialport.core.db import Transaction, as_system

# The same viewer's looks at the same object within this time count as one reading: who follows an inquiry by asking
# every few seconds has read it once, and only the first look costs a write.
ONE_READING = timedelta(minutes=15)


async def note_reading(
    tx: Transaction,
    actor: Actor,
    *,
    action: str,
    object_type: str,
    object_id: UUID,
    region_id: UUID | None,
    details: dict[str, Any] | None = None,
) -> None:
    """Note that an actor was shown a name or a confidential field, before the answer leaves.

    Needs a route with `opt={"records_reading": True}`, whose transaction may write.
    """
    await queries.insert_reading(
        tx.connection,
        actor=actor,
        region_id=region_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        details=details or {},
        since=tx.now - ONE_READING,
        request_id=tx.request_id,
    )


async def list_audit_events(
    tx: Transaction, actor: Actor, wanted: AuditFilter, *, before: UUID | None, limit: int
) -> list[AuditEventDetail]:
    """Return events in the actor's scope, newest first, with the names that persons have today."""
    events = await queries.select_audit_events(tx.connection, actor=actor, wanted=wanted, before=before, limit=limit)
    ids = {one for event in events for one in (event.actor_id, _identifier(event.acting_for)) if one is not None}
    # Row-level security shows a person to herself only; who may see the event may see who did it.
    async with as_system(tx.connection):
        names = await queries.select_person_names(tx.connection, person_ids=ids)
        numbers = await queries.select_chain_numbers(
            tx.connection, audit_event_ids=[event.audit_event_id for event in events]
        )
    return [_named(event, names, numbers) for event in events]


async def list_changes(
    tx: Transaction, actor: Actor, object_id: UUID, actions: Sequence[str], *, limit: int
) -> tuple[AuditEventDetail, ...]:
    """Return what was changed of one object in the actor's scope, newest first, with the names of today."""
    events = await queries.select_changes(tx.connection, actor=actor, object_id=object_id, actions=actions, limit=limit)
    ids = {one for event in events for one in (event.actor_id, _identifier(event.acting_for)) if one is not None}
    async with as_system(tx.connection):
        names = await queries.select_person_names(tx.connection, person_ids=ids)
    return tuple(_named(event, names, {}) for event in events)


async def names_of(tx: Transaction, person_ids: set[UUID]) -> dict[UUID, str]:
    """Return the names that persons have today, for who did what; ids of machines are left out.

    The caller has checked that the actor may see what they did.
    """
    if not person_ids:
        return {}
    async with as_system(tx.connection):
        return await queries.select_person_names(tx.connection, person_ids=person_ids)


def _named(event: AuditEventDetail, names: dict[UUID, str], numbers: dict[UUID, int]) -> AuditEventDetail:
    deputised = _identifier(event.acting_for)
    return msgspec.structs.replace(
        event,
        actor_name=event.actor_name or _name_of(event.actor_id, names),
        acting_for=event.acting_for if deputised is None else _name_of(deputised, names),
        chain_number=numbers.get(event.audit_event_id),
    )


def _name_of(identifier: UUID | None, names: dict[UUID, str]) -> str:
    return "" if identifier is None else names.get(identifier, str(identifier))


def _identifier(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
