"""Tables assignment and inquiry_comment: an office reaches its own region's; names are joined when read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.teamwork_models import OfficePerson


class CommentRow(Struct, frozen=True, kw_only=True):
    """A comment as stored."""

    inquiry_comment_id: UUID
    body: str
    written_at: datetime
    actor_id: UUID | None


async def select_office_people(connection: Connection, *, region_id: UUID) -> list[OfficePerson]:
    """Read who works in a region's office. Only the program itself reads people, so it has to be the viewer."""
    records = await connection.fetch(
        """
        select distinct p.name, p.person_id
        from person p
        join role_grant g using (person_id)
        where g.region_id = $1 and g.role = 'office' and g.revoked_at is null and p.erased_at is null
        order by p.name, p.person_id
        """,
        region_id,
    )
    return msgspec.convert(records, list[OfficePerson])


async def select_names(connection: Connection, *, actor_ids: Collection[UUID]) -> dict[UUID, str]:
    """Read the names of people and machines that acted. Only the program itself reads them."""
    records = await connection.fetch(
        """
        select person_id as actor_id, name from person
        where person_id = any ($1::uuid[]) and erased_at is null
        union all
        select token_id, name from access_token where token_id = any ($1::uuid[])
        """,
        list(actor_ids),
    )
    return {record["actor_id"]: record["name"] for record in records}


async def select_assignment(connection: Connection, *, actor: Actor, inquiry_id: UUID, region_id: UUID) -> UUID | None:
    """Return who has an inquiry in hand in a region."""
    found: UUID | None = await connection.fetchval(
        """
        select person_id from assignment
        where inquiry_id = $3 and region_id = $4 and ($1 = 'admin' or ($1 = 'office' and region_id = $2))
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        region_id,
    )
    return found


async def upsert_assignment(
    connection: Connection, *, inquiry_id: UUID, region_id: UUID, person_id: UUID, actor_id: UUID | None, now: datetime
) -> None:
    await connection.execute(
        """
        insert into assignment (inquiry_id, region_id, person_id, assigned_at, actor_id)
        values ($1, $2, $3, $4, $5)
        on conflict (inquiry_id, region_id) do update set
            person_id = excluded.person_id, assigned_at = excluded.assigned_at, actor_id = excluded.actor_id
        """,
        inquiry_id,
        region_id,
        person_id,
        now,
        actor_id,
    )


async def delete_assignment(connection: Connection, *, inquiry_id: UUID, region_id: UUID) -> None:
    await connection.execute("delete from assignment where inquiry_id = $1 and region_id = $2", inquiry_id, region_id)


async def insert_comment(
    connection: Connection, *, inquiry_id: UUID, region_id: UUID, body: str, actor_id: UUID | None, now: datetime
) -> CommentRow:
    record = await connection.fetchrow(
        """
        insert into inquiry_comment (inquiry_id, region_id, body, written_at, actor_id)
        values ($1, $2, $3, $4, $5)
        returning inquiry_comment_id, body, written_at, actor_id
        """,
        inquiry_id,
        region_id,
        body,
        now,
        actor_id,
    )
    return msgspec.convert(record, CommentRow)


async def select_comments(
    connection: Connection, *, actor: Actor, inquiry_id: UUID, before: UUID | None, limit: int
) -> list[CommentRow]:
    """Read an office's own comments about an inquiry, newest first."""
    records = await connection.fetch(
        """
        select inquiry_comment_id, body, written_at, actor_id
        from inquiry_comment
        where inquiry_id = $3
          and $1 = 'office' and region_id = $2
          and ($4::uuid is null or inquiry_comment_id < $4)
        order by inquiry_comment_id desc
        limit $5
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        before,
        limit,
    )
    return msgspec.convert(records, list[CommentRow])
