"""Table reservation: what is set aside of capacities and resources.

It is written as the program, and read in the viewer's scope.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.invitations.ledger_models import Balance, FreeResource, Overbooking, ReservationSummary, Standing


async def lock_asked_inquiry(connection: Connection, *, inquiry_id: UUID) -> None:
    """Hold an inquiry until the end of the transaction, so that its end and an answer take turns."""
    await connection.execute("select from inquiry where inquiry_id = $1 for no key update", inquiry_id)


async def lock_inquiry_of_invitation(connection: Connection, *, invitation_id: UUID) -> None:
    """Hold the inquiry that an invitation is about (see lock_asked_inquiry)."""
    await connection.execute(
        """
        select from inquiry
        where inquiry_id = (select inquiry_id from invitation where invitation_id = $1)
        for no key update
        """,
        invitation_id,
    )


async def select_capacity_asked(connection: Connection, *, inquiry_id: UUID, unit_id: UUID) -> UUID | None:
    """Return the unit's capacity that the inquiry is about: its best candidate, else the only one it has."""
    capacity_id: UUID | None = await connection.fetchval(
        """
        select c.capacity_id
        from capacity c
        left join candidate k on k.capacity_id = c.capacity_id
            and k.assessment_id = (select assessment_id from assessment
                                   where inquiry_id = $1
                                   order by version desc, run desc
                                   limit 1)
        where c.unit_id = $2
          and (k.rank is not null
               or not exists (select from capacity o where o.unit_id = $2 and o.capacity_id <> c.capacity_id))
        order by k.rank
        limit 1
        """,
        inquiry_id,
        unit_id,
    )
    return capacity_id


async def insert_reservation(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    invitation_id: UUID,
    region_id: UUID,
    capacity_id: UUID | None,
    resource_id: UUID | None,
    strength: str,
    trial_slots: int,
    nurse_hours: float | None,
    now: datetime,
) -> UUID:
    """Set something aside; the database refuses a firm reservation of more than is free."""
    reservation_id: UUID = await connection.fetchval(
        """
        insert into reservation
            (inquiry_id, invitation_id, region_id, capacity_id, resource_id, strength, trial_slots, nurse_hours,
             reserved_at, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8::double precision, $9, $10)
        returning reservation_id
        """,
        inquiry_id,
        invitation_id,
        region_id,
        capacity_id,
        resource_id,
        strength,
        trial_slots,
        nurse_hours,
        now,
        actor.actor_id,
    )
    return reservation_id


async def update_reservation_of_unit(
    connection: Connection, *, invitation_id: UUID, strength: str, nurse_hours: float | None
) -> bool:
    """Change what an invitation holds of the unit's own capacity; False when it holds nothing."""
    status: str = await connection.execute(
        """
        update reservation
        set strength = $2, nurse_hours = $3::double precision
        where invitation_id = $1 and capacity_id is not null and state = 'held'
        """,
        invitation_id,
        strength,
        nurse_hours,
    )
    return not status.endswith(" 0")


async def update_reservations_released(
    connection: Connection, *, invitation_ids: Sequence[UUID], reason: str, now: datetime
) -> None:
    """Let go of everything that is held for these invitations."""
    await connection.execute(
        """
        update reservation
        set state = 'released', released_at = $3, release_reason = $2
        where invitation_id = any ($1::uuid[]) and state = 'held'
        """,
        invitation_ids,
        reason,
        now,
    )


async def update_reservation_released(
    connection: Connection, *, reservation_id: UUID, reason: str, now: datetime
) -> None:
    """Let go of one reservation."""
    await connection.execute(
        """
        update reservation
        set state = 'released', released_at = $3, release_reason = $2
        where reservation_id = $1 and state = 'held'
        """,
        reservation_id,
        reason,
        now,
    )


async def update_inquiry_reservations_released(
    connection: Connection, *, inquiry_id: UUID, keep_unit_ids: Sequence[UUID], reason: str, now: datetime
) -> int:
    """Let go of everything that is held for an inquiry, but for the units kept; returns how many reservations."""
    status: str = await connection.execute(
        """
        update reservation r
        set state = 'released', released_at = $4, release_reason = $3
        from invitation v
        where r.inquiry_id = $1 and r.state = 'held' and v.invitation_id = r.invitation_id
          and v.unit_id <> all ($2::uuid[])
        """,
        inquiry_id,
        keep_unit_ids,
        reason,
        now,
    )
    return int(status.rpartition(" ")[2])


async def select_standing(connection: Connection, *, invitation_id: UUID) -> Standing | None:
    """Read how it stands with an invitation; run as the program.

    The nurse hours are those of the part of the inquiry that is not confidential: what a sponsor keeps to herself is
    not copied into the ledger, where a unit could read it.
    """
    record = await connection.fetchrow(
        """
        select v.inquiry_id, v.invitation_id, v.region_id, v.unit_id, e.answer,
               coalesce(e.content -> 'conditions', '[]') as conditions,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval,
               (iv.content #>> '{needs,nurse_hours}')::double precision as hours_asked,
               (select coalesce(sum(r.nurse_hours), 0)::double precision from reservation r
                where r.invitation_id = v.invitation_id and r.resource_id is not null and r.state = 'held')
                   as hours_lent,
               array(select f.condition from fill f
                     where f.invitation_id = v.invitation_id and f.taken_back_at is null) as filled
        from invitation v
        join inquiry i using (inquiry_id)
        join inquiry_version iv on iv.inquiry_id = i.inquiry_id and iv.version = i.version
        left join lateral (
            select eoi_id, answer, content from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1) e on true
        left join sign_off o using (eoi_id)
        where v.invitation_id = $1
        """,
        invitation_id,
    )
    return None if record is None else msgspec.convert(record, Standing)


async def select_invitation_of_unit(connection: Connection, *, inquiry_id: UUID, unit_id: UUID) -> UUID | None:
    """Return a unit's invitation to an inquiry; run as the program."""
    invitation_id: UUID | None = await connection.fetchval(
        "select invitation_id from invitation where inquiry_id = $1 and unit_id = $2", inquiry_id, unit_id
    )
    return invitation_id


async def select_balance(
    connection: Connection, *, actor: Actor, capacity_id: UUID | None, resource_id: UUID | None
) -> Balance | None:
    """Add up what is said and what is held of a capacity (office, own units) or of a resource (office)."""
    record = await connection.fetchrow(
        """
        with of as (
            select case when c.new_trials_possible is false then 0 else c.trial_slots end as slots_said,
                   c.nurse_hours_free as hours_said
            from capacity c
            where c.capacity_id = $4
              and ($1 = 'admin'
                   or ($1 = 'office' and c.region_id = $2)
                   or ($1 in ('investigator', 'unit_head')
                       and exists (select from position p where p.unit_id = c.unit_id and p.investigator_id = $3)))
            union all
            select null, o.nurse_hours_free::double precision
            from resource o
            where o.resource_id = $5 and ($1 = 'admin' or ($1 = 'office' and o.region_id = $2))
        ), held as (
            select strength, trial_slots, nurse_hours from reservation
            where state = 'held' and (capacity_id = $4 or resource_id = $5)
        )
        select slots_said, hours_said,
               coalesce((select sum(trial_slots) from held where strength = 'firm'), 0) as slots_firm,
               coalesce((select sum(trial_slots) from held where strength = 'soft'), 0) as slots_soft,
               coalesce((select sum(nurse_hours) from held where strength = 'firm'), 0)::double precision as hours_firm,
               coalesce((select sum(nurse_hours) from held where strength = 'soft'), 0)::double precision as hours_soft,
               (select count(*) from held where strength = 'soft' and nurse_hours > 0) as asking_for_hours
        from of
        """,
        actor.role,
        actor.region_id,
        actor.investigator_id,
        capacity_id,
        resource_id,
    )
    return None if record is None else msgspec.convert(record, Balance)


async def select_reservations(
    connection: Connection, *, capacity_id: UUID | None, resource_id: UUID | None, limit: int
) -> list[ReservationSummary]:
    """List what is held of a capacity or resource, the oldest first; the caller has checked that it is in scope."""
    records = await connection.fetch(
        """
        select r.reservation_id, r.invitation_id, v.reference, u.name as unit_name, r.strength, r.trial_slots,
               r.nurse_hours::double precision as nurse_hours, r.reserved_at
        from reservation r
        join invitation v using (invitation_id)
        join unit u using (unit_id)
        where r.state = 'held' and (r.capacity_id = $1 or r.resource_id = $2)
        order by r.reservation_id
        limit $3
        """,
        capacity_id,
        resource_id,
        limit,
    )
    return msgspec.convert(records, list[ReservationSummary])


async def select_overbookings(connection: Connection, *, actor: Actor, limit: int) -> list[Overbooking]:
    """List capacities and resources of an office's region of which more is firmly held than there is."""
    records = await connection.fetch(
        """
        with held as (
            select capacity_id, resource_id, sum(trial_slots) as slots, coalesce(sum(nurse_hours), 0) as hours
            from reservation
            where state = 'held' and strength = 'firm'
            group by capacity_id, resource_id
        )
        select h.capacity_id, h.resource_id, u.unit_id, coalesce(u.name, o.name) as name, c.therapy_area,
               case when c.new_trials_possible is false then 0 else c.trial_slots end as slots_said,
               h.slots as slots_firm,
               coalesce(c.nurse_hours_free, o.nurse_hours_free)::double precision as hours_said,
               h.hours::double precision as hours_firm
        from held h
        left join capacity c on c.capacity_id = h.capacity_id
        left join unit u on u.unit_id = c.unit_id
        left join resource o on o.resource_id = h.resource_id
        where ($1 = 'admin' or ($1 = 'office' and coalesce(c.region_id, o.region_id) = $2))
          and (h.slots > case when c.new_trials_possible is false then 0 else c.trial_slots end
               or h.hours > coalesce(c.nurse_hours_free, o.nurse_hours_free))
        order by name, h.capacity_id, h.resource_id
        limit $3
        """,
        actor.role,
        actor.region_id,
        limit,
    )
    return msgspec.convert(records, list[Overbooking])


async def select_resources_with_hours(
    connection: Connection, *, region_id: UUID, hours: float, limit: int
) -> list[FreeResource]:
    """Find a region's resources that can lend as many nurse hours a week, the freest first; run as the program."""
    records = await connection.fetch(
        """
        select o.resource_id, o.name, (o.nurse_hours_free - coalesce(h.hours, 0))::double precision as hours_free
        from resource o
        left join lateral (
            select sum(nurse_hours) as hours from reservation r
            where r.resource_id = o.resource_id and r.state = 'held' and r.strength = 'firm') h on true
        where o.region_id = $1 and o.nurse_hours_free - coalesce(h.hours, 0) >= greatest($2::double precision, 0.01)
        order by hours_free desc, o.name
        limit $3
        """,
        region_id,
        hours,
        limit,
    )
    return msgspec.convert(records, list[FreeResource])
