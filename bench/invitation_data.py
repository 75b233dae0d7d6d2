"""Open invitations in bulk, written by SQL: many units with a head each, many inquiries, every pair of them invited."""

from datetime import date
from uuid import UUID

import asyncpg

from trialport.invitations.ladder_rules import ladder

# Any content that the table takes: nothing here reads it.
CONTENT = {
    "identity": {"working_title": "Made in bulk"},
    "kind": {"study_type": "drug", "phase": "2"},
    "condition": {"indication": "COPD"},
    "numbers": {"participants_wanted": 20},
}


async def add_units(connection: asyncpg.Connection, region_id: UUID, units: int) -> list[UUID]:
    """Write units of a region, each with a head whose address is `many-NUMBER@example.org`; returns their ids."""
    await connection.execute(
        """
        with made as (
            insert into unit (region_id, site_id, registry_id, name, kind, care_settings)
            select $1, (select site_id from site where region_id = $1 order by site_id limit 1), 'many-' || number,
                   'Unit many ' || number, 'hospital_department', '{outpatient}'
            from generate_series(0, $2::integer - 1) number
            returning unit_id, registry_id),
        heads as (
            insert into investigator (name, email)
            select 'Demo ' || registry_id || ' (demonstration)', registry_id || '@example.org' from made
            returning investigator_id, email)
        insert into position (investigator_id, unit_id, share, is_head)
        select investigator_id, unit_id, 1, true from made join heads on email = registry_id || '@example.org'
        """,
        region_id,
        units,
    )
    records = await connection.fetch(
        "select unit_id from unit where region_id = $1 and registry_id like 'many-%' order by unit_id", region_id
    )
    return [record["unit_id"] for record in records]


async def add_open_invitations(
    connection: asyncpg.Connection, region_id: UUID, *, units: int, inquiries: int, due_on: date
) -> None:
    """Write `units` times `inquiries` open invitations, each with its ladder."""
    await add_units(connection, region_id, units)
    now = await connection.fetchval("select now()")
    await connection.execute(
        """
        with made as (
            insert into inquiry (region_id, sponsor_id, reference, state, submitted_at, promised_on, updated_at)
            select $1, (select sponsor_id from sponsor order by sponsor_id limit 1), 'MANY-2026-' || number, 'inviting',
                   now(), current_date + 14, now()
            from generate_series(1, $2::integer) number
            returning inquiry_id),
        regions as (insert into inquiry_region select inquiry_id, $1 from made)
        insert into inquiry_version (inquiry_id, version, content, confidential_fields, created_at)
        select inquiry_id, 1, $3, '{}', now() from made
        """,
        region_id,
        inquiries,
        CONTENT,
    )
    await connection.execute(
        """
        insert into invitation
            (inquiry_id, region_id, unit_id, reference, version, recipient_id, state, due_on, invited_at, invited_by)
        select q.inquiry_id, $1, u.unit_id, q.reference, 1, p.investigator_id, 'sent', $2, now(), 'Test'
        from inquiry q cross join unit u join position p using (unit_id)
        where q.reference like 'MANY-%' and u.registry_id like 'many-%'
        """,
        region_id,
        due_on,
    )
    steps = ladder(now, due_on, "Europe/Stockholm", "SE")
    await connection.execute(
        """
        insert into reminder (invitation_id, step, due_at)
        select invitation_id, step, due_at
        from invitation cross join unnest($1::text[], $2::timestamptz[]) as s (step, due_at)
        where reference like 'MANY-%'
        """,
        list(steps),
        list(steps.values()),
    )
    await connection.execute("analyze invitation, reminder, investigator, position")
