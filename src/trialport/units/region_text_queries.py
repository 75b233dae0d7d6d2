"""Table region_text: an office's own region's words; the newest version counts."""

from datetime import datetime
from uuid import UUID

import msgspec

from trialport.core.db import Connection
from trialport.units.region_text_models import RegionTexts, RegionTextVersion


async def select_text_versions(connection: Connection, *, region_id: UUID, limit: int) -> list[RegionTextVersion]:
    """List a region's words, newest first; the caller has checked that the region is in scope."""
    records = await connection.fetch(
        """
        select version, texts, reverts_to, changed_at, actor_id
        from region_text
        where region_id = $1
        order by version desc
        limit $2
        """,
        region_id,
        limit,
    )
    return msgspec.convert(records, list[RegionTextVersion])


async def select_text_version(connection: Connection, *, region_id: UUID, version: int) -> RegionTexts | None:
    """Read one version; the caller has checked that the region is in scope."""
    texts = await connection.fetchval(
        "select texts from region_text where region_id = $1 and version = $2", region_id, version
    )
    return None if texts is None else msgspec.convert(texts, RegionTexts)


async def insert_text_version(
    connection: Connection,
    *,
    region_id: UUID,
    version: int,
    texts: RegionTexts,
    reverts_to: int | None,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Store a version; the primary key refuses one that somebody else has stored meanwhile."""
    await connection.execute(
        """
        insert into region_text (region_id, version, texts, reverts_to, changed_at, actor_id)
        values ($1, $2, $3, $4, $5, $6)
        """,
        region_id,
        version,
        msgspec.to_builtins(texts),
        reverts_to,
        now,
        actor_id,
    )
