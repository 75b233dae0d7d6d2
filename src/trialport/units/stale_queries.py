"""Table capacity_ask: when the owner of a capacity was last asked whether it still holds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.units.office_models import OwnerOfCapacity


async def select_owner(
    connection: Connection, *, actor: Actor, unit_id: UUID, therapy_area: str, now: datetime
) -> OwnerOfCapacity | None:
    """Find who answers for a capacity in the actor's scope: the head who is not away, else whoever works there most."""
    record = await connection.fetchrow(
        """
        select c.capacity_id, c.region_id, o.investigator_id, o.email, coalesce(o.language, 'en') as language
        from capacity c
        left join lateral (
            select i.investigator_id, i.email, person.language
            from position p
            join investigator i using (investigator_id)
            left join person on person.email = lower(i.email)
            where p.unit_id = c.unit_id and i.objected_at is null
            order by exists (select from investigator_absence b
                             where b.investigator_id = i.investigator_id
                               and $5::timestamptz::date between b.first_day and b.last_day),
                     p.is_head desc, p.share desc, i.investigator_id
            limit 1) o on true
        where c.unit_id = $3 and c.therapy_area = $4
          and ($1 = 'admin' or ($1 = 'office' and c.region_id = $2))
        """,
        actor.role,
        actor.region_id,
        unit_id,
        therapy_area,
        now,
    )
    return None if record is None else msgspec.convert(record, OwnerOfCapacity)


async def upsert_ask(
    connection: Connection,
    *,
    capacity_id: UUID,
    region_id: UUID,
    investigator_id: UUID,
    actor_id: UUID | None,
    now: datetime,
    not_since: datetime,
) -> bool:
    """Note that the owner is asked now; False when she was asked after `not_since`."""
    status: str = await connection.execute(
        """
        insert into capacity_ask (capacity_id, region_id, investigator_id, asked_at, actor_id)
        values ($1, $2, $3, $4, $5)
        on conflict (capacity_id) do update
            set investigator_id = excluded.investigator_id, asked_at = excluded.asked_at, actor_id = excluded.actor_id
            where capacity_ask.asked_at <= $6
        """,
        capacity_id,
        region_id,
        investigator_id,
        now,
        actor_id,
        not_since,
    )
    return status.endswith(" 1")


async def select_asks(connection: Connection, *, actor: Actor, capacity_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when the owners of these capacities were last asked; those never asked are left out."""
    records = await connection.fetch(
        """
        select capacity_id, asked_at
        from capacity_ask
        where capacity_id = any ($3::uuid[]) and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        """,
        actor.role,
        actor.region_id,
        list(capacity_ids),
    )
    return {record["capacity_id"]: record["asked_at"] for record in records}
