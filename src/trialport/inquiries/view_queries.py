"""Table saved_view: each person's own."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection


class SavedView(Struct, frozen=True, kw_only=True):
    """A filter of the queue under a name; `query` is the query part of its address."""

    saved_view_id: UUID
    name: str
    query: str


async def select_saved_views(connection: Connection, *, person_id: UUID) -> list[SavedView]:
    records = await connection.fetch(
        "select saved_view_id, name, query from saved_view where person_id = $1 order by lower(name), saved_view_id",
        person_id,
    )
    return msgspec.convert(records, list[SavedView])


async def upsert_saved_view(connection: Connection, *, person_id: UUID, name: str, query: str, now: datetime) -> None:
    """Keep a view; one of the same name is replaced."""
    await connection.execute(
        """
        insert into saved_view (person_id, name, query, saved_at) values ($1, $2, $3, $4)
        on conflict (person_id, name) do update set query = excluded.query, saved_at = excluded.saved_at
        """,
        person_id,
        name,
        query,
        now,
    )


async def delete_saved_view(connection: Connection, *, person_id: UUID, saved_view_id: UUID) -> bool:
    """Forget a view; False where there is none of hers."""
    done: str = await connection.execute(
        "delete from saved_view where person_id = $1 and saved_view_id = $2", person_id, saved_view_id
    )
    return done.endswith(" 1")
