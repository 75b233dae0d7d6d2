"""One person of the register as an office keeps her: tables investigator and investigator_absence."""

from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.person_models import AskingInput, PersonEntry
from trialport.units.profile_models import Absence


async def select_person_entry(
    connection: Connection, *, actor: Actor, investigator_id: UUID, month_start: datetime
) -> PersonEntry | None:
    """Read a person who works at a unit in the actor's reach; one who objects to being proposed is left out."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.name, i.email, i.speciality, i.gcp_expires_on, i.invitations_per_month,
               i.school_status, i.school_completed_on, i.updated_at,
               (select count(*) from invitation v
                where v.recipient_id = i.investigator_id and v.invited_at >= $4) as asked_this_month,
               (select jsonb_agg(jsonb_build_object(
                    'unit_id', u.unit_id, 'unit_name', u.name, 'region_id', u.region_id, 'share', p.share,
                    'is_head', p.is_head)
                    order by p.is_head desc, u.name)
                from position p
                join unit u using (unit_id)
                where p.investigator_id = i.investigator_id
                  and ($1 = 'admin' or ($1 = 'office' and u.region_id = $2))) as positions
        from investigator i
        where i.investigator_id = $3 and i.objected_at is null
          and exists (select from position p
                      join unit u using (unit_id)
                      where p.investigator_id = i.investigator_id
                        and ($1 = 'admin' or ($1 = 'office' and u.region_id = $2)))
        """,
        actor.role,
        actor.region_id,
        investigator_id,
        month_start,
    )
    return None if record is None else msgspec.convert(record, PersonEntry)


async def update_asking(
    connection: Connection, *, investigator_id: UUID, asking: AskingInput, seen: datetime, now: datetime
) -> bool:
    """Store how often she is asked and her school; False when her entry has changed since `seen`."""
    status: str = await connection.execute(
        """
        update investigator
        set invitations_per_month = $2, school_status = $3, school_completed_on = $4, updated_at = $6
        where investigator_id = $1 and updated_at = $5
        """,
        investigator_id,
        asking.invitations_per_month,
        asking.school_status,
        asking.school_completed_on,
        seen,
        now,
    )
    return status.endswith(" 1")


async def update_absence(connection: Connection, *, investigator_id: UUID, was: Absence, absence: Absence) -> bool:
    """Move an absence to other days; False when it is not there as it was, or the days overlap another."""
    status: str = await connection.execute(
        """
        update investigator_absence set first_day = $4, last_day = $5
        where investigator_id = $1 and first_day = $2 and last_day = $3
          and not exists (select from investigator_absence a
                          where a.investigator_id = $1 and a.first_day <> $2
                            and a.first_day <= $5 and a.last_day >= $4)
        """,
        investigator_id,
        was.first_day,
        was.last_day,
        absence.first_day,
        absence.last_day,
    )
    return status.endswith(" 1")


async def insert_delegate(connection: Connection, *, investigator_id: UUID, delegate_id: UUID, most: int) -> bool:
    """Let a colleague at a unit of hers act for her; False for no colleague, or when there are `most` already."""
    status: str = await connection.execute(
        """
        insert into investigator_delegate (investigator_id, delegate_id)
        select $1, $2
        where (select count(*) from investigator_delegate where investigator_id = $1 and delegate_id <> $2) < $3
          and exists (select from position mine
                      join position theirs using (unit_id)
                      where mine.investigator_id = $1 and theirs.investigator_id = $2)
          and $1 <> $2
        on conflict do nothing
        """,
        investigator_id,
        delegate_id,
        most,
    )
    return status.endswith(" 1")


async def delete_delegate(connection: Connection, *, investigator_id: UUID, delegate_id: UUID) -> bool:
    """End what a colleague could do for her; False when she could nothing."""
    status: str = await connection.execute(
        "delete from investigator_delegate where investigator_id = $1 and delegate_id = $2",
        investigator_id,
        delegate_id,
    )
    return status.endswith(" 1")
