"""Tables capacity and capacity_history.

Reading and writing share one scope: an admin reaches every record, an office and a service those of their
region, an investigator and a head of unit those of the units where they hold a position. Other roles reach
none. What is out of scope does not exist.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.models import CapacityChange, CapacityDetail, CapacityInput


async def select_capacity(
    connection: Connection, *, actor: Actor, unit_id: UUID, therapy_area: str, today: date
) -> CapacityDetail | None:
    record = await connection.fetchrow(
        """
        select c.capacity_id, c.unit_id, c.therapy_area, c.indications, c.study_types, c.phases, c.age_groups,
               c.care_settings, c.state, c.state_until, c.new_trials_possible, c.new_trials_from,
               c.participants_per_month, c.participants_basis, c.participants_counted_on, c.nurse_hours_free,
               c.physician_hours_free, c.protected_hours_planned, c.protected_hours_taken, c.running_trials,
               c.competing_trials, c.lead_time_days, c.conditions, c.dct_activities, c.equipment, c.resources,
               c.experience, c.primary_care_role, c.trial_slots, c.revision, c.confirmed_at, c.confirmed_by,
               c.valid_until,
               (select coalesce(i.name, 'somebody no longer here')
                from capacity_history h
                left join investigator i on i.investigator_id = h.acting_for_id
                where h.capacity_id = c.capacity_id and h.revision = c.revision
                  and h.acting_for_id is not null) as confirmed_for,
               coalesce(c.valid_until < $6, false) as stale, c.updated_at
        from capacity c
        where c.unit_id = $4 and c.therapy_area = $5
          and ($1 = 'admin'
               or ($1 in ('office', 'service') and c.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = c.unit_id and p.investigator_id = $3)))
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        unit_id,
        therapy_area,
        today,
    )
    return None if record is None else msgspec.convert(record, CapacityDetail)


async def select_capacities(
    connection: Connection,
    *,
    actor: Actor,
    unit_id: UUID | None,
    therapy_area: str | None,
    state: str | None,
    stale: bool | None,
    today: date,
    after: UUID | None,
    limit: int,
) -> list[CapacityDetail]:
    records = await connection.fetch(
        """
        select c.capacity_id, c.unit_id, c.therapy_area, c.indications, c.study_types, c.phases, c.age_groups,
               c.care_settings, c.state, c.state_until, c.new_trials_possible, c.new_trials_from,
               c.participants_per_month, c.participants_basis, c.participants_counted_on, c.nurse_hours_free,
               c.physician_hours_free, c.protected_hours_planned, c.protected_hours_taken, c.running_trials,
               c.competing_trials, c.lead_time_days, c.conditions, c.dct_activities, c.equipment, c.resources,
               c.experience, c.primary_care_role, c.trial_slots, c.revision, c.confirmed_at, c.confirmed_by,
               c.valid_until,
               (select coalesce(i.name, 'somebody no longer here')
                from capacity_history h
                left join investigator i on i.investigator_id = h.acting_for_id
                where h.capacity_id = c.capacity_id and h.revision = c.revision
                  and h.acting_for_id is not null) as confirmed_for,
               coalesce(c.valid_until < $4, false) as stale, c.updated_at
        from capacity c
        where ($1 = 'admin'
               or ($1 in ('office', 'service') and c.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = c.unit_id and p.investigator_id = $3)))
          and ($5::uuid is null or c.unit_id = $5)
          and ($6::text is null or c.therapy_area = $6)
          and ($7::text is null or c.state = $7)
          and ($8::boolean is null or coalesce(c.valid_until < $4, false) = $8)
          and ($9::uuid is null or c.capacity_id > $9)
        order by c.capacity_id
        limit $10
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        today,
        unit_id,
        therapy_area,
        state,
        stale,
        after,
        limit,
    )
    return msgspec.convert(records, list[CapacityDetail])


async def select_unit_in_scope(connection: Connection, *, actor: Actor, unit_id: UUID) -> UUID | None:
    """Return the region of a unit whose capacity the actor may write, else None."""
    region_id: UUID | None = await connection.fetchval(
        """
        select u.region_id
        from unit u
        where u.unit_id = $4
          and ($1 = 'admin'
               or ($1 in ('office', 'service') and u.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = u.unit_id and p.investigator_id = $3)))
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        unit_id,
    )
    return region_id


async def insert_capacity(
    connection: Connection,
    *,
    region_id: UUID,
    unit_id: UUID,
    therapy_area: str,
    capacity: CapacityInput,
    confirmed_at: datetime | None,
    confirmed_by: str | None,
    valid_until: date | None,
    now: datetime,
) -> UUID | None:
    """Create a record; None when the unit already has one in this area."""
    capacity_id: UUID | None = await connection.fetchval(
        """
        insert into capacity
            (region_id, unit_id, therapy_area, confirmed_at, confirmed_by, valid_until, updated_at,
             indications, study_types, phases, age_groups, care_settings, state, state_until,
             new_trials_possible, new_trials_from, participants_per_month, participants_basis,
             participants_counted_on, nurse_hours_free, physician_hours_free, protected_hours_planned,
             protected_hours_taken, running_trials, competing_trials, lead_time_days, conditions,
             dct_activities, equipment, resources, experience, primary_care_role, trial_slots)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
                $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33)
        on conflict on constraint capacity_unit_id_therapy_area_key do nothing
        returning capacity_id
        """,
        region_id,
        unit_id,
        therapy_area,
        confirmed_at,
        confirmed_by,
        valid_until,
        now,
        *_values(capacity),
    )
    return capacity_id


async def update_capacity(
    connection: Connection,
    *,
    capacity_id: UUID,
    revision: int,
    capacity: CapacityInput,
    confirmed_at: datetime,
    confirmed_by: str,
    valid_until: date,
    now: datetime,
) -> int | None:
    """Replace a record that still has the revision named; returns the new one, None when it has moved on."""
    changed: int | None = await connection.fetchval(
        """
        update capacity set
            revision = revision + 1, confirmed_at = $3, confirmed_by = $4, valid_until = $5, updated_at = $6,
            indications = $7, study_types = $8, phases = $9, age_groups = $10, care_settings = $11, state = $12,
            state_until = $13, new_trials_possible = $14, new_trials_from = $15, participants_per_month = $16,
            participants_basis = $17, participants_counted_on = $18, nurse_hours_free = $19,
            physician_hours_free = $20, protected_hours_planned = $21, protected_hours_taken = $22,
            running_trials = $23, competing_trials = $24, lead_time_days = $25, conditions = $26,
            dct_activities = $27, equipment = $28, resources = $29, experience = $30, primary_care_role = $31,
            trial_slots = $32
        where capacity_id = $1 and revision = $2
        returning revision
        """,
        capacity_id,
        revision,
        confirmed_at,
        confirmed_by,
        valid_until,
        now,
        *_values(capacity),
    )
    return changed


def _values(capacity: CapacityInput) -> tuple[Any, ...]:
    """Return the fields of the input in the order both statements above name them."""
    return (
        capacity.indications,
        capacity.study_types,
        capacity.phases,
        capacity.age_groups,
        capacity.care_settings,
        capacity.state,
        capacity.state_until,
        capacity.new_trials_possible,
        capacity.new_trials_from,
        capacity.participants_per_month,
        capacity.participants_basis,
        capacity.participants_counted_on,
        capacity.nurse_hours_free,
        capacity.physician_hours_free,
        capacity.protected_hours_planned,
        capacity.protected_hours_taken,
        capacity.running_trials,
        capacity.competing_trials,
        capacity.lead_time_days,
        capacity.conditions,
        capacity.dct_activities,
        capacity.equipment,
        capacity.resources,
        capacity.experience,
        capacity.primary_care_role,
        capacity.trial_slots,
    )


async def insert_capacity_history(
    connection: Connection,
    *,
    capacity_id: UUID,
    revision: int,
    action: str,
    changed_at: datetime,
    actor: Actor,
    before: CapacityInput | None,
    after: CapacityInput,
    replaced: CapacityDetail | None = None,
) -> None:
    """Add to a record's history; `replaced` is the record whose confirmation may be taken back to."""
    await connection.execute(
        """
        insert into capacity_history
            (capacity_id, revision, action, changed_at, changed_by, actor_id, acting_for_id, before, after,
             confirmed_at_before, valid_until_before)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        capacity_id,
        revision,
        action,
        changed_at,
        actor.name,
        actor.actor_id,
        actor.acting_for_id,
        before,
        after,
        None if replaced is None else replaced.confirmed_at,
        None if replaced is None else replaced.valid_until,
    )


async def select_capacity_history(
    connection: Connection, *, capacity_id: UUID, before_revision: int | None, limit: int
) -> list[CapacityChange]:
    """Read a record's history, newest first; the caller has checked that the record is in scope."""
    records = await connection.fetch(
        """
        select h.revision, h.action, h.changed_at, h.changed_by, h.before, h.after,
               case when h.acting_for_id is not null
                    then coalesce(i.name, 'somebody no longer here') end as acting_for
        from capacity_history h
        left join investigator i on i.investigator_id = h.acting_for_id
        where h.capacity_id = $1 and ($2::integer is null or h.revision < $2)
        order by h.revision desc
        limit $3
        """,
        capacity_id,
        before_revision,
        limit,
    )
    return msgspec.convert(records, list[CapacityChange])
