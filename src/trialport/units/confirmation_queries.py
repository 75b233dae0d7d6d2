"""Confirmations of capacity that can still be taken back: tables capacity and capacity_history."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection


class Replaced(Struct, frozen=True, kw_only=True):
    """What a confirmation replaced; the name is None where nobody's is kept."""

    confirmed_at: datetime | None
    confirmed_by: str | None
    valid_until: date | None


async def select_own_confirmations(
    connection: Connection, *, capacity_ids: Collection[UUID], actor_id: UUID | None, since: datetime
) -> dict[UUID, Replaced]:
    """Read which of these records stand as the actor confirmed them since then, and what that replaced.

    The caller has found the records in scope. Who came by a link and has no account is None, like others who did.
    """
    records = await connection.fetch(
        """
        select h.capacity_id, h.confirmed_at_before as confirmed_at, h.valid_until_before as valid_until,
               (select e.changed_by
                from capacity_history e
                where e.capacity_id = h.capacity_id and e.revision < h.revision
                  and e.changed_at = h.confirmed_at_before and e.action <> 'taken_back'
                order by e.revision desc
                limit 1) as confirmed_by
        from capacity_history h
        join capacity c on c.capacity_id = h.capacity_id and c.revision = h.revision
        where h.capacity_id = any ($1::uuid[]) and h.action = 'confirmed'
          and h.actor_id is not distinct from $2 and h.changed_at >= $3
        """,
        capacity_ids,
        actor_id,
        since,
    )
    return {record["capacity_id"]: msgspec.convert(record, Replaced) for record in records}


async def update_capacity_taken_back(
    connection: Connection, *, capacity_id: UUID, revision: int, replaced: Replaced, now: datetime
) -> int | None:
    """Give a record the confirmation that it had before; returns the new revision, None when it has moved on."""
    changed: int | None = await connection.fetchval(
        """
        update capacity
        set revision = revision + 1, confirmed_at = $3, confirmed_by = $4, valid_until = $5, updated_at = $6
        where capacity_id = $1 and revision = $2
        returning revision
        """,
        capacity_id,
        revision,
        replaced.confirmed_at,
        replaced.confirmed_by,
        replaced.valid_until,
        now,
    )
    return changed
