"""Tables capacity_ask and capacity_question: when who was asked whether a capacity still holds, and by which mail."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.units.office_models import OwnerOfCapacity


class StaleCapacity(Struct, frozen=True, kw_only=True):
    """A capacity that is past its last day or soon will be, and who answers for it."""

    capacity_id: UUID
    region_id: UUID
    valid_until: date | None
    investigator_id: UUID
    email: str
    language: Language


class QuestionHolder(Struct, frozen=True, kw_only=True):
    """The person whom a mail asked, and what it goes by whether its link opens."""

    investigator_id: UUID
    name: str
    objected: bool
    person_id: UUID | None
    language: Language | None


async def select_owner(
    connection: Connection, *, actor: Actor, unit_id: UUID, therapy_area: str, today: date
) -> OwnerOfCapacity | None:
    """Find who answers for a capacity in the actor's scope: the head who is not away, else whoever works there most."""
    record = await connection.fetchrow(
        """
        select c.capacity_id, c.region_id, c.valid_until, o.investigator_id, o.email,
               coalesce(o.language, 'en') as language
        from capacity c
        left join lateral (
            select i.investigator_id, i.email, person.language
            from position p
            join investigator i using (investigator_id)
            left join person on person.email = lower(i.email)
            where p.unit_id = c.unit_id and i.objected_at is null
            order by exists (select from investigator_absence b
                             where b.investigator_id = i.investigator_id
                               and $5::date between b.first_day and b.last_day),
                     p.is_head desc, p.share desc, i.investigator_id
            limit 1) o on true
        where c.unit_id = $3 and c.therapy_area = $4
          and ($1 = 'admin' or ($1 = 'office' and c.region_id = $2))
        """,
        actor.role,
        actor.region_id,
        unit_id,
        therapy_area,
        today,
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


async def claim_stale_capacities(
    connection: Connection, *, today: date, due_by: date, asked_since: datetime, limit: int
) -> list[StaleCapacity]:
    """Take capacities whose last day is before `due_by` and not asked about yet, of people not asked `asked_since`.

    Run as the program; what another process has in hand is passed over.
    """
    records = await connection.fetch(
        """
        select c.capacity_id, c.region_id, c.valid_until, o.investigator_id, o.email,
               coalesce(o.language, 'en') as language
        from capacity c
        join lateral (
            select i.investigator_id, i.email, person.language
            from position p
            join investigator i using (investigator_id)
            left join person on person.email = lower(i.email)
            where p.unit_id = c.unit_id and i.objected_at is null
            order by exists (select from investigator_absence b
                             where b.investigator_id = i.investigator_id and $1 between b.first_day and b.last_day),
                     p.is_head desc, p.share desc, i.investigator_id
            limit 1) o on true
        where c.valid_until < $2
          and not exists (select from capacity_question q
                          where q.capacity_id = c.capacity_id and q.valid_until = c.valid_until)
          and not exists (select from capacity_question q
                          where q.investigator_id = o.investigator_id and q.asked_at > $3)
        order by o.investigator_id, c.capacity_id
        limit $4
        for no key update of c skip locked
        """,
        today,
        due_by,
        asked_since,
        limit,
    )
    return msgspec.convert(records, list[StaleCapacity])


async def select_unasked_stale(
    connection: Connection, *, actor: Actor, today: date, asked_since: datetime, limit: int
) -> list[StaleCapacity]:
    """List stale capacities in the actor's scope about which nobody was asked since, with who answers for each."""
    records = await connection.fetch(
        """
        select c.capacity_id, c.region_id, c.valid_until, o.investigator_id, o.email,
               coalesce(o.language, 'en') as language
        from capacity c
        left join capacity_ask a using (capacity_id)
        join lateral (
            select i.investigator_id, i.email, person.language
            from position p
            join investigator i using (investigator_id)
            left join person on person.email = lower(i.email)
            where p.unit_id = c.unit_id and i.objected_at is null
            order by exists (select from investigator_absence b
                             where b.investigator_id = i.investigator_id and $3 between b.first_day and b.last_day),
                     p.is_head desc, p.share desc, i.investigator_id
            limit 1) o on true
        where c.valid_until < $3 and (a.asked_at is null or a.asked_at <= $4)
          and ($1 = 'admin' or ($1 = 'office' and c.region_id = $2))
        order by c.valid_until, c.capacity_id
        limit $5
        """,
        actor.role,
        actor.region_id,
        today,
        asked_since,
        limit,
    )
    return msgspec.convert(records, list[StaleCapacity])


async def upsert_asks(
    connection: Connection, *, asked: Sequence[StaleCapacity], actor_id: UUID | None, now: datetime
) -> None:
    """Note that the owners of many capacities are asked now."""
    await connection.execute(
        """
        insert into capacity_ask (capacity_id, region_id, investigator_id, asked_at, actor_id)
        select capacity_id, region_id, investigator_id, $4, $5
        from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as a (capacity_id, region_id, investigator_id)
        on conflict (capacity_id) do update
            set investigator_id = excluded.investigator_id, asked_at = excluded.asked_at, actor_id = excluded.actor_id
        """,
        [one.capacity_id for one in asked],
        [one.region_id for one in asked],
        [one.investigator_id for one in asked],
        now,
        actor_id,
    )


async def insert_questions(
    connection: Connection,
    *,
    asked: Sequence[tuple[UUID, StaleCapacity]],
    cause: Literal["clock", "office"],
    now: datetime,
) -> set[UUID]:
    """Note which question asks about each capacity; returns the questions that are new."""
    records = await connection.fetch(
        """
        insert into capacity_question
            (capacity_question_id, capacity_id, investigator_id, region_id, valid_until, asked_at, cause)
        select question_id, capacity_id, investigator_id, region_id, valid_until, $6, $7
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::date[])
            as q (question_id, capacity_id, investigator_id, region_id, valid_until)
        on conflict do nothing
        returning capacity_question_id
        """,
        [question_id for question_id, _ in asked],
        [one.capacity_id for _, one in asked],
        [one.investigator_id for _, one in asked],
        [one.region_id for _, one in asked],
        [one.valid_until for _, one in asked],
        now,
        cause,
    )
    return {record["capacity_question_id"] for record in records}


async def select_question_holder(connection: Connection, *, capacity_question_id: UUID) -> QuestionHolder | None:
    """Read whom a mail asked; run as the program, which has checked the signature."""
    record = await connection.fetchrow(
        """
        select i.investigator_id, i.name, i.objected_at is not null as objected, person.person_id, person.language
        from capacity_question q
        join investigator i using (investigator_id)
        left join person on person.email = lower(i.email) and person.erased_at is null
        where q.capacity_question_id = $1
        limit 1
        """,
        capacity_question_id,
    )
    return None if record is None else msgspec.convert(record, QuestionHolder)


async def select_asked_capacity_ids(connection: Connection, *, capacity_question_id: UUID) -> set[UUID]:
    """Read what a mail asked about, of the units where who was asked still works."""
    records = await connection.fetch(
        """
        select c.capacity_id
        from capacity_question q
        join capacity c using (capacity_id)
        join position p on p.unit_id = c.unit_id and p.investigator_id = q.investigator_id
        where q.capacity_question_id = $1
        """,
        capacity_question_id,
    )
    return {record["capacity_id"] for record in records}


async def count_due_capacities(connection: Connection, *, capacity_question_id: UUID) -> int:
    """Count what a mail asked about and nobody has confirmed or changed since."""
    count: int = await connection.fetchval(
        """
        select count(*)
        from capacity_question q
        join capacity c using (capacity_id)
        join position p on p.unit_id = c.unit_id and p.investigator_id = q.investigator_id
        where q.capacity_question_id = $1 and (c.confirmed_at is null or c.confirmed_at < q.asked_at)
        """,
        capacity_question_id,
    )
    return count
