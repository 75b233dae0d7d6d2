"""Statements on investigators that object or are erased."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from trialport.core.db import Connection


async def update_investigator_objected(
    connection: Connection, *, investigator_id: UUID, objected_at: datetime | None
) -> datetime | None:
    """Set or withdraw an objection; one that stands keeps its time. Returns the time that stands."""
    stands: datetime | None = await connection.fetchval(
        """
        update investigator
        set objected_at = case when $2::timestamptz is null then null else coalesce(objected_at, $2) end
        where investigator_id = $1
        returning objected_at
        """,
        investigator_id,
        objected_at,
    )
    return stands


async def select_objected_at(connection: Connection, *, investigator_id: UUID) -> datetime | None:
    objected_at: datetime | None = await connection.fetchval(
        "select objected_at from investigator where investigator_id = $1", investigator_id
    )
    return objected_at


async def select_regions_of(connection: Connection, *, investigator_ids: Collection[UUID]) -> list[UUID]:
    """Return the regions of the units where these persons work."""
    records = await connection.fetch(
        """
        select distinct u.region_id
        from position p
        join unit u using (unit_id)
        where p.investigator_id = any ($1::uuid[])
        order by 1
        """,
        investigator_ids,
    )
    return [record["region_id"] for record in records]


async def update_investigators_erased(
    connection: Connection, *, investigator_ids: Collection[UUID], now: datetime
) -> None:
    """Empty the register's entries on a person; the rows stay, for positions in history point at them."""
    await connection.execute(
        """
        update investigator
        set name = 'erased person', email = 'erased-' || investigator_id::text || '@erased.invalid', orcid = null,
            speciality = '', roles_wanted = '{}', gcp_trained_on = null, gcp_expires_on = null,
            school_status = 'none', school_completed_on = null, experience_band = '0', languages = '{}',
            invitations_per_month = null, visibility = 'nobody', objected_at = $2, updated_at = $2
        where investigator_id = any ($1::uuid[])
        """,
        investigator_ids,
        now,
    )


async def delete_positions(connection: Connection, *, investigator_ids: Collection[UUID]) -> None:
    await connection.execute("delete from position where investigator_id = any ($1::uuid[])", investigator_ids)


async def delete_delegates(connection: Connection, *, investigator_ids: Collection[UUID]) -> None:
    await connection.execute(
        """
        delete from investigator_delegate
        where investigator_id = any ($1::uuid[]) or delegate_id = any ($1::uuid[])
        """,
        investigator_ids,
    )


async def delete_absences(connection: Connection, *, investigator_ids: Collection[UUID]) -> None:
    await connection.execute(
        "delete from investigator_absence where investigator_id = any ($1::uuid[])", investigator_ids
    )
