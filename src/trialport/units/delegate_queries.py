"""Table investigator_delegate, as an investigator writes her own rows of it."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from trialport.core.db import Connection
from trialport.units.delegate_models import Delegate


async def lock_investigator(connection: Connection, *, investigator_id: UUID) -> bool:
    """Hold an investigator's entry until the end of the transaction; False when there is none to be seen."""
    found: bool | None = await connection.fetchval(
        "select true from investigator where investigator_id = $1 for update", investigator_id
    )
    return found is not None


async def select_delegates(connection: Connection, *, investigator_id: UUID) -> list[Delegate]:
    """Read who may act for an investigator."""
    records = await connection.fetch(
        """
        select i.investigator_id, i.name
        from investigator_delegate d
        join investigator i on i.investigator_id = d.delegate_id
        where d.investigator_id = $1
        order by i.name, i.investigator_id
        """,
        investigator_id,
    )
    return msgspec.convert(records, list[Delegate])


async def select_colleagues_among(
    connection: Connection, *, investigator_id: UUID, among: Collection[UUID]
) -> set[UUID]:
    """Return which of these people work at a unit where the investigator does; she herself is none of them."""
    records = await connection.fetch(
        """
        select distinct theirs.investigator_id
        from position mine
        join position theirs using (unit_id)
        where mine.investigator_id = $1 and theirs.investigator_id <> $1 and theirs.investigator_id = any ($2::uuid[])
        """,
        investigator_id,
        among,
    )
    return {record["investigator_id"] for record in records}


async def delete_delegates_but(connection: Connection, *, investigator_id: UUID, kept: Collection[UUID]) -> list[UUID]:
    """End what others than these could do for an investigator; returns whom it ended for."""
    records = await connection.fetch(
        """
        delete from investigator_delegate
        where investigator_id = $1 and not delegate_id = any ($2::uuid[])
        returning delegate_id
        """,
        investigator_id,
        kept,
    )
    return [record["delegate_id"] for record in records]


async def insert_delegates(connection: Connection, *, investigator_id: UUID, delegate_ids: Collection[UUID]) -> None:
    await connection.execute(
        "insert into investigator_delegate (investigator_id, delegate_id) select $1, unnest($2::uuid[])",
        investigator_id,
        delegate_ids,
    )
