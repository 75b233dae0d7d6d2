"""The units of one person, and what is set aside of their capacities, for her pages."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.models import UnitKind


class OwnUnit(Struct, frozen=True, kw_only=True):
    """A unit in the actor's scope, as her pages name it."""

    unit_id: UUID
    name: str
    site_name: str
    kind: UnitKind
    catchment_population: int | None


class Held(Struct, frozen=True, kw_only=True):
    """What invitations hold of one capacity: firmly after a yes, softly while they are open."""

    trials_firm: int = 0
    trials_soft: int = 0
    # Nurse hours a week.
    hours_firm: float = 0.0


class _HeldRow(Held, frozen=True, kw_only=True):
    capacity_id: UUID


async def select_own_units(
    connection: Connection, *, actor: Actor, unit_id: UUID | None, needed: Collection[UUID] = ()
) -> list[OwnUnit]:
    """Read units whose capacity the actor may write, at most 200, those `needed` first; one of them with `unit_id`."""
    records = await connection.fetch(
        """
        select u.unit_id, u.name, s.name as site_name, u.kind, u.catchment_population
        from unit u
        join site s using (site_id)
        where ($4::uuid is null or u.unit_id = $4)
          and ($1 = 'admin'
               or ($1 in ('office', 'service') and u.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = u.unit_id and p.investigator_id = $3)))
        order by u.unit_id = any ($5::uuid[]) desc, u.name, u.unit_id
        limit 200
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        unit_id,
        needed,
    )
    return msgspec.convert(records, list[OwnUnit])


async def select_held(connection: Connection, *, capacity_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Add up what is held of capacities that the caller has found in scope, in the viewer's own sight."""
    records = await connection.fetch(
        """
        select capacity_id,
               coalesce(sum(trial_slots) filter (where strength = 'firm'), 0) as trials_firm,
               coalesce(sum(trial_slots) filter (where strength = 'soft'), 0) as trials_soft,
               coalesce(sum(nurse_hours) filter (where strength = 'firm'), 0)::double precision as hours_firm
        from reservation
        where state = 'held' and capacity_id = any ($1::uuid[])
        group by capacity_id
        """,
        capacity_ids,
    )
    return {row.capacity_id: row for row in msgspec.convert(records, list[_HeldRow])}
