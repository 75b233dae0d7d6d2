"""Statements of the capacity import: each takes the whole file at once (tables capacity and capacity_history)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.import_rows import UnitInScope, Write
from trialport.units.models import CapacityDetail, CapacityInput


async def select_units_named(
    connection: Connection, *, actor: Actor, registry_ids: list[str], unit_ids: list[UUID]
) -> list[UnitInScope]:
    """Find the units with these registry or unit ids whose capacity the actor may write."""
    records = await connection.fetch(
        """
        select u.unit_id, u.region_id, u.registry_id
        from unit u
        where (u.registry_id = any ($4::text[]) or u.unit_id = any ($5::uuid[]))
          and ($1 = 'admin'
               or ($1 in ('office', 'service') and u.region_id = $2)
               or ($1 in ('investigator', 'unit_head')
                   and exists (select from position p where p.unit_id = u.unit_id and p.investigator_id = $3)))
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        registry_ids,
        unit_ids,
    )
    return msgspec.convert(records, list[UnitInScope])


async def lock_capacities(connection: Connection, *, unit_ids: list[UUID], therapy_areas: list[str]) -> None:
    """Hold the records named, in the order of their ids, so that two imports never wait for each other."""
    await connection.execute(
        """
        select c.capacity_id
        from capacity c
        join unnest($1::uuid[], $2::text[]) as named (unit_id, therapy_area) using (unit_id, therapy_area)
        order by c.capacity_id
        for update of c
        """,
        unit_ids,
        therapy_areas,
    )


async def select_capacities_named(
    connection: Connection, *, unit_ids: list[UUID], therapy_areas: list[str], today: date
) -> list[CapacityDetail]:
    """Read the records named; the caller has checked that their units are in scope."""
    records = await connection.fetch(
        """
        select c.capacity_id, c.unit_id, c.therapy_area, c.indications, c.study_types, c.phases, c.age_groups,
               c.care_settings, c.state, c.state_until, c.new_trials_possible, c.new_trials_from,
               c.participants_per_month, c.participants_basis, c.participants_counted_on, c.nurse_hours_free,
               c.physician_hours_free, c.protected_hours_planned, c.protected_hours_taken, c.running_trials,
               c.competing_trials, c.lead_time_days, c.conditions, c.dct_activities, c.equipment, c.resources,
               c.experience, c.primary_care_role, c.trial_slots, c.revision, c.confirmed_at, c.confirmed_by,
               c.valid_until,
               coalesce(c.valid_until < $3, false) as stale, c.updated_at
        from capacity c
        join unnest($1::uuid[], $2::text[]) as named (unit_id, therapy_area) using (unit_id, therapy_area)
        """,
        unit_ids,
        therapy_areas,
        today,
    )
    return msgspec.convert(records, list[CapacityDetail])


async def insert_capacities(
    connection: Connection,
    *,
    writes: list[Write],
    confirmed_at: datetime,
    confirmed_by: str,
    valid_until: date,
) -> dict[tuple[UUID, str], UUID]:
    """Create records: their ids by unit and therapy area; one that exists by now is left out.

    The stable order keeps two imports that create the same records from waiting for each other.
    """
    records = await connection.fetch(
        """
        insert into capacity
            (region_id, unit_id, therapy_area, confirmed_at, confirmed_by, valid_until, updated_at,
             indications, study_types, phases, age_groups, care_settings, state, state_until,
             new_trials_possible, new_trials_from, participants_per_month, participants_basis,
             participants_counted_on, nurse_hours_free, physician_hours_free, protected_hours_planned,
             protected_hours_taken, running_trials, competing_trials, lead_time_days, conditions,
             dct_activities, equipment, resources, experience, primary_care_role, trial_slots)
        select r.region_id, r.unit_id, r.therapy_area, $2, $3, $4, $2,
               r.indications, r.study_types, r.phases, r.age_groups, r.care_settings, r.state, r.state_until,
               r.new_trials_possible, r.new_trials_from, r.participants_per_month, r.participants_basis,
               r.participants_counted_on, r.nurse_hours_free, r.physician_hours_free, r.protected_hours_planned,
               r.protected_hours_taken, r.running_trials, r.competing_trials, r.lead_time_days, r.conditions,
               r.dct_activities, r.equipment, r.resources, r.experience, r.primary_care_role, r.trial_slots
        from jsonb_populate_recordset(null::capacity, $1) r
        order by r.unit_id, r.therapy_area
        on conflict on constraint capacity_unit_id_therapy_area_key do nothing
        returning unit_id, therapy_area, capacity_id
        """,
        [
            {
                "region_id": write.unit.region_id,
                "unit_id": write.unit.unit_id,
                "therapy_area": write.therapy_area,
                **_values(write.after),
            }
            for write in writes
        ],
        confirmed_at,
        confirmed_by,
        valid_until,
    )
    return {(unit_id, therapy_area): capacity_id for unit_id, therapy_area, capacity_id in records}


async def update_capacities(
    connection: Connection,
    *,
    changes: list[tuple[CapacityDetail, CapacityInput]],
    confirmed_at: datetime,
    confirmed_by: str,
    valid_until: date,
) -> int:
    """Replace records that still have the revision read; returns how many."""
    status: str = await connection.execute(
        """
        update capacity c set
            revision = c.revision + 1, confirmed_at = $2, confirmed_by = $3, valid_until = $4, updated_at = $2,
            indications = r.indications, study_types = r.study_types, phases = r.phases,
            age_groups = r.age_groups, care_settings = r.care_settings, state = r.state,
            state_until = r.state_until, new_trials_possible = r.new_trials_possible,
            new_trials_from = r.new_trials_from, participants_per_month = r.participants_per_month,
            participants_basis = r.participants_basis, participants_counted_on = r.participants_counted_on,
            nurse_hours_free = r.nurse_hours_free, physician_hours_free = r.physician_hours_free,
            protected_hours_planned = r.protected_hours_planned,
            protected_hours_taken = r.protected_hours_taken, running_trials = r.running_trials,
            competing_trials = r.competing_trials, lead_time_days = r.lead_time_days,
            conditions = r.conditions, dct_activities = r.dct_activities, equipment = r.equipment,
            resources = r.resources, experience = r.experience, primary_care_role = r.primary_care_role,
            trial_slots = r.trial_slots
        from jsonb_populate_recordset(null::capacity, $1) r
        where c.capacity_id = r.capacity_id and c.revision = r.revision
        """,
        [
            {"capacity_id": before.capacity_id, "revision": before.revision, **_values(after)}
            for before, after in changes
        ],
        confirmed_at,
        confirmed_by,
        valid_until,
    )
    return int(status.rpartition(" ")[2])


async def insert_capacity_histories(
    connection: Connection,
    *,
    entries: list[tuple[UUID, int, CapacityInput | None, CapacityInput]],
    changed_at: datetime,
    actor: Actor,
) -> None:
    """Keep what an import wrote: for each record its id, the revision it came to, the record before and after."""
    await connection.execute(
        """
        insert into capacity_history
            (capacity_id, revision, action, changed_at, changed_by, actor_id, acting_for_id, before, after)
        select r.capacity_id, r.revision, 'imported', $2, $3, $4, $5, r.before, r.after
        from jsonb_populate_recordset(null::capacity_history, $1) r
        """,
        [
            {"capacity_id": capacity_id, "revision": revision, "before": before, "after": after}
            for capacity_id, revision, before, after in entries
        ],
        changed_at,
        actor.name,
        actor.actor_id,
        actor.acting_for_id,
    )


def _values(capacity: CapacityInput) -> dict[str, Any]:
    return {name: getattr(capacity, name) for name in CapacityInput.__struct_fields__}
