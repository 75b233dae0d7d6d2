"""Table fill: what a unit missed and the office got for it. Written as the program, read in the viewer's scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.invitations.models import Condition
from trialport.vocabulary.codes import ResourceKind


class FillRow(Struct, frozen=True, kw_only=True):
    """A condition that has been filled."""

    invitation_id: UUID
    unit_id: UUID
    condition: Condition
    resource_id: UUID | None
    resource_name: str | None
    resource_kind: ResourceKind | None
    reservation_id: UUID | None
    # Hours a week.
    nurse_hours: float | None
    note: str | None
    filled_at: datetime


class LendingResource(Struct, frozen=True, kw_only=True):
    """A resource as something to fill a condition from."""

    resource_id: UUID
    kind: ResourceKind
    name: str
    nurse_hours_free: float | None


async def select_fills(connection: Connection, *, invitation_id: UUID) -> list[FillRow]:
    """Read which conditions of an invitation are filled now."""
    records = await connection.fetch(
        """
        select f.invitation_id, v.unit_id, f.condition, f.resource_id, o.name as resource_name, o.kind as resource_kind,
               f.reservation_id, r.nurse_hours::double precision as nurse_hours, f.note, f.filled_at
        from fill f
        join invitation v using (invitation_id)
        left join resource o using (resource_id)
        left join reservation r on r.reservation_id = f.reservation_id
        where f.invitation_id = $1 and f.taken_back_at is null
        order by f.condition
        """,
        invitation_id,
    )
    return msgspec.convert(records, list[FillRow])


async def select_fills_of_inquiry(connection: Connection, *, inquiry_id: UUID) -> list[FillRow]:
    """Read which conditions of all units asked are filled now."""
    records = await connection.fetch(
        """
        select f.invitation_id, v.unit_id, f.condition, f.resource_id, o.name as resource_name, o.kind as resource_kind,
               f.reservation_id, r.nurse_hours::double precision as nurse_hours, f.note, f.filled_at
        from fill f
        join invitation v using (invitation_id)
        left join resource o using (resource_id)
        left join reservation r on r.reservation_id = f.reservation_id
        where v.inquiry_id = $1 and f.taken_back_at is null
        order by f.invitation_id, f.condition
        """,
        inquiry_id,
    )
    return msgspec.convert(records, list[FillRow])


async def select_lending_resource(
    connection: Connection, *, resource_id: UUID, region_id: UUID
) -> LendingResource | None:
    """Read a resource of a region."""
    record = await connection.fetchrow(
        """
        select resource_id, kind, name, nurse_hours_free::double precision as nurse_hours_free
        from resource
        where resource_id = $1 and region_id = $2
        """,
        resource_id,
        region_id,
    )
    return None if record is None else msgspec.convert(record, LendingResource)


async def insert_fill(
    connection: Connection,
    *,
    actor: Actor,
    invitation_id: UUID,
    condition: Condition,
    resource_id: UUID | None,
    note: str | None,
    reservation_id: UUID | None,
    now: datetime,
) -> None:
    await connection.execute(
        """
        insert into fill (invitation_id, condition, resource_id, note, reservation_id, filled_at, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        invitation_id,
        condition,
        resource_id,
        note,
        reservation_id,
        now,
        actor.actor_id,
    )


async def update_fills_taken_back(connection: Connection, *, invitation_ids: Sequence[UUID], now: datetime) -> None:
    """Note that everything filled for these invitations has been taken back."""
    await connection.execute(
        "update fill set taken_back_at = $2 where invitation_id = any ($1::uuid[]) and taken_back_at is null",
        invitation_ids,
        now,
    )


async def update_inquiry_fills_taken_back(
    connection: Connection, *, inquiry_id: UUID, keep_unit_ids: Sequence[UUID], now: datetime
) -> None:
    """Note that everything filled for an inquiry has been taken back, but for the units kept."""
    await connection.execute(
        """
        update fill f
        set taken_back_at = $3
        from invitation v
        where v.invitation_id = f.invitation_id and v.inquiry_id = $1 and v.unit_id <> all ($2::uuid[])
          and f.taken_back_at is null
        """,
        inquiry_id,
        keep_unit_ids,
        now,
    )


async def update_fill_taken_back(
    connection: Connection, *, invitation_id: UUID, condition: Condition, now: datetime
) -> None:
    """Note that one condition is open again."""
    await connection.execute(
        """
        update fill
        set taken_back_at = $3
        where invitation_id = $1 and condition = $2 and taken_back_at is null
        """,
        invitation_id,
        condition,
        now,
    )
