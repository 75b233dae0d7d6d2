"""What an investigator says of herself in the register: tables investigator and investigator_absence, her own rows."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from trialport.core.db import Connection
from trialport.units.profile_models import Absence, Colleague, ProfileDetail, ProfileInput


async def select_profile(connection: Connection, *, investigator_id: UUID) -> ProfileDetail | None:
    """Read an investigator's own entry."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.name, i.email, i.speciality, i.roles_wanted, i.languages, i.gcp_trained_on,
               i.gcp_expires_on, i.school_status, i.school_completed_on, i.invitations_per_month, i.visibility,
               i.objected_at, i.updated_at
        from investigator i
        where i.investigator_id = $1
        """,
        investigator_id,
    )
    return None if record is None else msgspec.convert(record, ProfileDetail)


async def update_profile(
    connection: Connection, *, investigator_id: UUID, profile: ProfileInput, seen: datetime, now: datetime
) -> bool:
    """Replace what an investigator says of herself; False when her entry has changed since `seen`."""
    status: str = await connection.execute(
        """
        update investigator
        set roles_wanted = $2, languages = $3, gcp_trained_on = $4, gcp_expires_on = $5, school_status = $6,
            school_completed_on = $7, invitations_per_month = $8, visibility = $9, updated_at = $11
        where investigator_id = $1 and updated_at = $10
        """,
        investigator_id,
        profile.roles_wanted,
        profile.languages,
        profile.gcp_trained_on,
        profile.gcp_expires_on,
        profile.school_status,
        profile.school_completed_on,
        profile.invitations_per_month,
        profile.visibility,
        seen,
        now,
    )
    return status.endswith(" 1")


async def select_absences(connection: Connection, *, investigator_id: UUID, from_day: date) -> Sequence[Absence]:
    """Read the absences that are not over on `from_day`, the next first."""
    records = await connection.fetch(
        """
        select first_day, last_day from investigator_absence
        where investigator_id = $1 and last_day >= $2
        order by first_day
        """,
        investigator_id,
        from_day,
    )
    return msgspec.convert(records, list[Absence])


async def insert_absence(connection: Connection, *, investigator_id: UUID, absence: Absence) -> bool:
    """Note an absence; False where it would overlap another."""
    status: str = await connection.execute(
        """
        insert into investigator_absence (investigator_id, first_day, last_day)
        select $1, $2, $3
        where not exists (select from investigator_absence a
                          where a.investigator_id = $1 and a.first_day <= $3 and a.last_day >= $2)
        """,
        investigator_id,
        absence.first_day,
        absence.last_day,
    )
    return status.endswith(" 1")


async def delete_absence(connection: Connection, *, investigator_id: UUID, first_day: date) -> bool:
    """Remove an absence; False when there is none."""
    status: str = await connection.execute(
        "delete from investigator_absence where investigator_id = $1 and first_day = $2", investigator_id, first_day
    )
    return status.endswith(" 1")


async def select_colleagues(connection: Connection, *, investigator_id: UUID) -> Sequence[Colleague]:
    """Read who works at a unit of hers and has not objected, by name."""
    records = await connection.fetch(
        """
        select distinct i.investigator_id, i.name
        from position mine
        join position theirs using (unit_id)
        join investigator i on i.investigator_id = theirs.investigator_id
        where mine.investigator_id = $1 and theirs.investigator_id <> $1 and i.objected_at is null
        order by i.name, i.investigator_id
        limit 200
        """,
        investigator_id,
    )
    return msgspec.convert(records, list[Colleague])
