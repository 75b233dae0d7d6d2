"""Statements that replace what belongs to persons: positions, delegates and absences.

Each pair deletes what is not as given and then inserts what is missing; both say whom they touched. In this
order a headship can pass from one person to another in one import.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection


class GivenPosition(Struct, frozen=True, kw_only=True):
    """A position as it is to be."""

    investigator_id: UUID
    unit_id: UUID
    share: float
    is_head: bool


class GivenDelegate(Struct, frozen=True, kw_only=True):
    """Who is to stand in for whom."""

    investigator_id: UUID
    delegate_id: UUID


class GivenAbsence(Struct, frozen=True, kw_only=True):
    """An absence as it is to be."""

    investigator_id: UUID
    first_day: date
    last_day: date


async def delete_other_positions(
    connection: Connection, *, investigator_ids: Collection[UUID], positions: Sequence[GivenPosition]
) -> list[tuple[UUID, UUID]]:
    """Remove these persons' positions that are not as given; returns (investigator_id, unit_id) of each."""
    records = await connection.fetch(
        """
        delete from position p
        where p.investigator_id = any ($1::uuid[])
          and not exists (
            select from jsonb_populate_recordset(null::"position", $2) given
            where (given.investigator_id, given.unit_id, given.share, given.is_head)
                = (p.investigator_id, p.unit_id, p.share, p.is_head))
        returning p.investigator_id, p.unit_id
        """,
        investigator_ids,
        positions,
    )
    return msgspec.convert([tuple(record) for record in records], list[tuple[UUID, UUID]])


async def insert_missing_positions(
    connection: Connection, positions: Sequence[GivenPosition]
) -> list[tuple[UUID, UUID]]:
    """Write the positions that are not there; returns (investigator_id, unit_id) of each."""
    records = await connection.fetch(
        """
        insert into position (investigator_id, unit_id, share, is_head)
        select investigator_id, unit_id, share, is_head
        from jsonb_populate_recordset(null::"position", $1)
        on conflict on constraint position_pkey do nothing
        returning investigator_id, unit_id
        """,
        positions,
    )
    return msgspec.convert([tuple(record) for record in records], list[tuple[UUID, UUID]])


async def delete_other_delegates(
    connection: Connection, *, investigator_ids: Collection[UUID], delegates: Sequence[GivenDelegate]
) -> list[UUID]:
    """Remove who is not to stand in for these persons; returns for whom."""
    records = await connection.fetch(
        """
        delete from investigator_delegate d
        where d.investigator_id = any ($1::uuid[])
          and not exists (
            select from jsonb_populate_recordset(null::investigator_delegate, $2) given
            where (given.investigator_id, given.delegate_id) = (d.investigator_id, d.delegate_id))
        returning d.investigator_id
        """,
        investigator_ids,
        delegates,
    )
    return [record["investigator_id"] for record in records]


async def insert_missing_delegates(connection: Connection, delegates: Sequence[GivenDelegate]) -> list[UUID]:
    """Write who is to stand in and does not yet; returns for whom."""
    records = await connection.fetch(
        """
        insert into investigator_delegate (investigator_id, delegate_id)
        select investigator_id, delegate_id
        from jsonb_populate_recordset(null::investigator_delegate, $1)
        on conflict on constraint investigator_delegate_pkey do nothing
        returning investigator_id
        """,
        delegates,
    )
    return [record["investigator_id"] for record in records]


async def delete_other_absences(
    connection: Connection, *, investigator_ids: Collection[UUID], absences: Sequence[GivenAbsence]
) -> list[UUID]:
    """Remove these persons' absences that are not as given; returns whose."""
    records = await connection.fetch(
        """
        delete from investigator_absence a
        where a.investigator_id = any ($1::uuid[])
          and not exists (
            select from jsonb_populate_recordset(null::investigator_absence, $2) given
            where (given.investigator_id, given.first_day, given.last_day)
                = (a.investigator_id, a.first_day, a.last_day))
        returning a.investigator_id
        """,
        investigator_ids,
        absences,
    )
    return [record["investigator_id"] for record in records]


async def insert_missing_absences(connection: Connection, absences: Sequence[GivenAbsence]) -> list[UUID]:
    """Write the absences that are not there; returns whose."""
    records = await connection.fetch(
        """
        insert into investigator_absence (investigator_id, first_day, last_day)
        select investigator_id, first_day, last_day
        from jsonb_populate_recordset(null::investigator_absence, $1)
        on conflict on constraint investigator_absence_pkey do nothing
        returning investigator_id
        """,
        absences,
    )
    return [record["investigator_id"] for record in records]


async def update_investigators_touched(
    connection: Connection, *, investigator_ids: Collection[UUID], now: datetime
) -> None:
    """Mark persons as changed whose positions, delegates or absences did."""
    await connection.execute(
        "update investigator set updated_at = $2 where investigator_id = any ($1::uuid[])", investigator_ids, now
    )


async def update_units_touched(
    connection: Connection, *, unit_ids: Collection[UUID], investigator_ids: Collection[UUID], now: datetime
) -> list[UUID]:
    """Mark these units and those of these persons as changed, because who works there did; returns their regions."""
    records = await connection.fetch(
        """
        update unit u set updated_at = $3
        where u.unit_id = any ($1::uuid[])
           or exists (select from position p where p.unit_id = u.unit_id and p.investigator_id = any ($2::uuid[]))
        returning u.region_id
        """,
        unit_ids,
        investigator_ids,
        now,
    )
    return [record["region_id"] for record in records]
