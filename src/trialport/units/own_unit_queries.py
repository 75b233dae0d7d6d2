"""The units of one person, and what is set aside of their capacities, for her pages."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.models import Basis, CapacityState, UnitKind
from trialport.vocabulary.codes import PrimaryCareRole, TherapyArea


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


class CapacityCard(Struct, frozen=True, kw_only=True):
    """What a card says of one capacity; the field names are those of `CapacityDetail`."""

    capacity_id: UUID
    unit_id: UUID
    therapy_area: TherapyArea
    state: CapacityState
    state_until: date | None
    new_trials_from: date | None
    participants_per_month: float | None
    participants_basis: Basis | None
    # Hours a week.
    nurse_hours_free: float | None
    physician_hours_free: float | None
    primary_care_role: PrimaryCareRole | None
    revision: int
    confirmed_at: datetime | None
    confirmed_by: str | None
    stale: bool
    # How many capacities the actor has in all, and how many of them are stale.
    total: int
    total_stale: int


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


async def select_cards(
    connection: Connection,
    *,
    actor: Actor,
    marked: Sequence[tuple[UUID, str]],
    recent: datetime,
    today: date,
    offset: int,
    limit: int,
) -> list[CapacityCard]:
    """Read capacities that the actor may write: those marked (unit, area) first, then the stale ones.

    After them come those confirmed since `recent`, so that this can be taken back where it was done, then what will
    be stale the soonest.
    """
    records = await connection.fetch(
        """
        select c.capacity_id, c.unit_id, c.therapy_area, c.state, c.state_until, c.new_trials_from,
               c.participants_per_month, c.participants_basis, c.nurse_hours_free, c.physician_hours_free,
               c.primary_care_role, c.revision, c.confirmed_at, c.confirmed_by,
               coalesce(c.valid_until < $4, false) as stale, count(*) over () as total,
               count(*) filter (where c.valid_until < $4) over () as total_stale
        from capacity c
        where $1 = 'admin'
           or ($1 in ('office', 'service') and c.region_id = $2)
           or ($1 in ('investigator', 'unit_head')
               and c.unit_id in (select p.unit_id from position p where p.investigator_id = $3))
        order by exists (select from unnest($5::uuid[], $6::text[]) as m (unit_id, therapy_area)
                         where m.unit_id = c.unit_id and m.therapy_area = c.therapy_area) desc,
                 coalesce(c.valid_until < $4, false) desc, coalesce(c.confirmed_at >= $7, false) desc,
                 c.valid_until nulls first, c.therapy_area, c.capacity_id
        offset $8
        limit $9
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        today,
        [unit_id for unit_id, _ in marked],
        [area for _, area in marked],
        recent,
        offset,
        limit,
    )
    return msgspec.convert(records, list[CapacityCard])
