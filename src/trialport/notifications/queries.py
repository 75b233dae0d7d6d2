"""Table office_task: an office sees the tasks of its region, an admin all."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.notifications.models import Colleague, OfficeTaskDetail, PlacedTask, TaskCount, TaskSubject

Hands = Literal["mine", "nobody"]


async def insert_office_task(
    connection: Connection,
    *,
    region_id: UUID,
    kind: str,
    object_type: str,
    object_id: UUID,
    message: str,
    dedupe_key: str,
    now: datetime,
) -> None:
    """Open a task; one with the same dedupe key that was done is opened again, an open one stays."""
    await connection.execute(
        """
        insert into office_task (region_id, kind, object_type, object_id, message, dedupe_key, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (dedupe_key) do update
            set created_at = excluded.created_at, done_at = null, done_by = null
            where office_task.done_at is not null
        """,
        region_id,
        kind,
        object_type,
        object_id,
        message,
        dedupe_key,
        now,
    )


async def insert_office_tasks(
    connection: Connection,
    *,
    kind: str,
    object_type: str,
    objects: Sequence[tuple[UUID, UUID]],
    message: str,
    now: datetime,
) -> None:
    """Open a task for each object, given as its region and its id; as `insert_office_task` does for one."""
    await connection.execute(
        """
        insert into office_task (region_id, kind, object_type, object_id, message, dedupe_key, created_at)
        select region_id, $1, $2, object_id, $5, $1 || ':' || $2 || ':' || object_id || ':' || region_id, $6
        from unnest($3::uuid[], $4::uuid[]) as o (region_id, object_id)
        on conflict (dedupe_key) do update
            set created_at = excluded.created_at, done_at = null, done_by = null
            where office_task.done_at is not null
        """,
        kind,
        object_type,
        [region_id for region_id, _ in objects],
        [object_id for _, object_id in objects],
        message,
        now,
    )


async def select_office_tasks(
    connection: Connection, *, actor: Actor, done: bool, before: UUID | None, limit: int
) -> list[OfficeTaskDetail]:
    records = await connection.fetch(
        """
        select office_task_id, region_id, kind, object_type, object_id, message, created_at, done_at, assigned_to
        from office_task
        where ($1 = 'admin' or ($1 = 'office' and region_id = $2))
          and (done_at is not null) = $3
          and ($4::uuid is null or office_task_id < $4)
        order by office_task_id desc
        limit $5
        """,
        actor.role,
        actor.region_id,
        done,
        before,
        limit,
    )
    return msgspec.convert(records, list[OfficeTaskDetail])


async def select_office_task_counts(connection: Connection, *, actor: Actor, hands: Hands | None) -> list[TaskCount]:
    """Count the open tasks of each kind: all, the actor's own, or those nobody has in hand."""
    records = await connection.fetch(
        """
        select kind, count(*) as open
        from office_task
        where ($1 = 'admin' or ($1 = 'office' and region_id = $2)) and done_at is null
          and ($3::text is null or case $3 when 'mine' then assigned_to = $4 else assigned_to is null end)
        group by kind
        order by kind
        """,
        actor.role,
        actor.region_id,
        hands,
        actor.person_id,
    )
    return msgspec.convert(records, list[TaskCount])


async def select_placed_tasks(
    connection: Connection,
    *,
    actor: Actor,
    kind: str | None,
    hands: Hands | None,
    done: bool,
    of_each: int,
    limit: int,
) -> list[PlacedTask]:
    """List tasks with what they are about, at most `of_each` of a kind: the oldest open ones, or the newest done."""
    records = await connection.fetch(
        """
        with chosen as (
            select office_task_id, region_id, kind, object_type, object_id, message, created_at, done_at, done_by,
                   assigned_to, row_number() over (partition by kind order by office_task_id) as number
            from office_task
            where ($1 = 'admin' or ($1 = 'office' and region_id = $2))
              and (done_at is not null) = $3 and ($4::text is null or kind = $4)
              and ($7::text is null or case $7 when 'mine' then assigned_to = $8 else assigned_to is null end)
        )
        select t.office_task_id, t.region_id, t.kind, t.object_type, t.object_id, t.message, t.created_at, t.done_at,
               t.done_by, t.assigned_to, i.inquiry_id, i.reference, n.working_title as title, u.unit_id,
               u.name as unit_name
        from chosen t
        left join eoi e on t.object_type = 'eoi' and e.eoi_id = t.object_id
        left join question q on t.object_type = 'question' and q.question_id = t.object_id
        left join invitation v
            on v.invitation_id = case when t.object_type = 'invitation' then t.object_id
                                      else coalesce(e.invitation_id, q.invitation_id) end
        left join inquiry i
            on i.inquiry_id = case when t.object_type = 'inquiry' then t.object_id else v.inquiry_id end
        left join inquiry_version n on n.inquiry_id = i.inquiry_id and n.version = i.version
        left join unit u on u.unit_id = v.unit_id
        where $3 or t.number <= $5
        order by t.done_at desc nulls last, t.office_task_id
        limit $6
        """,
        actor.role,
        actor.region_id,
        done,
        kind,
        of_each,
        limit,
        hands,
        actor.person_id,
    )
    return msgspec.convert(records, list[PlacedTask])


async def select_colleagues(connection: Connection, *, region_ids: Collection[UUID]) -> list[Colleague]:
    """Read who works in these regions' offices. Only the program itself reads people, so it has to be the viewer."""
    records = await connection.fetch(
        """
        select distinct g.region_id, p.person_id, p.name
        from role_grant g
        join person p using (person_id)
        where g.region_id = any ($1::uuid[]) and g.role = 'office' and g.revoked_at is null and p.erased_at is null
        order by p.name, p.person_id
        """,
        list(region_ids),
    )
    return msgspec.convert(records, list[Colleague])


async def select_subjects(connection: Connection, *, message_ids: Collection[UUID]) -> list[TaskSubject]:
    """Read what these mails were about. Only the program itself reads mails; who may see the task may see that."""
    records = await connection.fetch(
        """
        select m.message_id, i.inquiry_id, i.reference, u.unit_id, u.name as unit_name, p.investigator_id
        from message m
        left join invitation v on v.invitation_id = m.subject_id
        left join capacity c on c.capacity_id = m.subject_id
        left join inquiry i on i.inquiry_id = coalesce(v.inquiry_id, m.subject_id)
        left join unit u on u.unit_id = coalesce(v.unit_id, c.unit_id)
        left join investigator p on p.email = m.to_address and p.objected_at is null
            and exists (select from position o
                        join unit w using (unit_id)
                        where o.investigator_id = p.investigator_id and w.region_id = m.region_id)
        where m.message_id = any ($1::uuid[])
        """,
        list(message_ids),
    )
    return msgspec.convert(records, list[TaskSubject])


async def lock_office_task(connection: Connection, *, actor: Actor, office_task_id: UUID) -> OfficeTaskDetail | None:
    """Read a task in scope, and hold it until the end of the transaction."""
    record = await connection.fetchrow(
        """
        select office_task_id, region_id, kind, object_type, object_id, message, created_at, done_at, assigned_to
        from office_task
        where office_task_id = $3 and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        for update
        """,
        actor.role,
        actor.region_id,
        office_task_id,
    )
    return None if record is None else msgspec.convert(record, OfficeTaskDetail)


async def update_office_task_assigned(connection: Connection, *, office_task_id: UUID, person_id: UUID | None) -> None:
    """Note who has a task in hand."""
    await connection.execute(
        "update office_task set assigned_to = $2 where office_task_id = $1", office_task_id, person_id
    )


async def update_office_task_reopened(
    connection: Connection, *, actor: Actor, office_task_id: UUID
) -> OfficeTaskDetail | None:
    """Take back that a task in scope was done; an open one stays as it is."""
    record = await connection.fetchrow(
        """
        update office_task
        set done_at = null, done_by = null
        where office_task_id = $3
          and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        returning office_task_id, region_id, kind, object_type, object_id, message, created_at, done_at, assigned_to
        """,
        actor.role,
        actor.region_id,
        office_task_id,
    )
    return None if record is None else msgspec.convert(record, OfficeTaskDetail)


async def update_office_tasks_settled(connection: Connection, *, kind: str, object_id: UUID, now: datetime) -> None:
    """Mark the open tasks of one kind about an object as done, because what they asked for has happened."""
    await connection.execute(
        "update office_task set done_at = $3 where kind = $1 and object_id = $2 and done_at is null",
        kind,
        object_id,
        now,
    )


async def update_office_tasks_over(
    connection: Connection, *, kinds: Sequence[str], object_ids: Sequence[UUID], now: datetime
) -> None:
    """Mark the open tasks of these kinds about any of these objects as done."""
    await connection.execute(
        """
        update office_task set done_at = $3
        where kind = any ($1::text[]) and object_id = any ($2::uuid[]) and done_at is null
        """,
        list(kinds),
        list(object_ids),
        now,
    )


async def update_office_task_done(
    connection: Connection, *, actor: Actor, office_task_id: UUID, now: datetime
) -> OfficeTaskDetail | None:
    """Mark a task in scope as done; one done before stays as it is."""
    record = await connection.fetchrow(
        """
        update office_task
        set done_at = coalesce(done_at, $4), done_by = coalesce(done_by, $5)
        where office_task_id = $3
          and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        returning office_task_id, region_id, kind, object_type, object_id, message, created_at, done_at, assigned_to
        """,
        actor.role,
        actor.region_id,
        office_task_id,
        now,
        actor.actor_id,
    )
    return None if record is None else msgspec.convert(record, OfficeTaskDetail)
