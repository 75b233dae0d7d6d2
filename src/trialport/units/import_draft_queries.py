"""Table import_draft: files of capacity as they were tried; everybody reaches her own only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from trialport.core.db import Connection
from trialport.units.office_models import ImportDraft


async def insert_draft(
    connection: Connection,
    *,
    actor_id: UUID,
    file_name: str,
    content: bytes,
    sha256: str,
    report: Any,
    report_sha256: str,
    now: datetime,
) -> UUID:
    made: UUID = await connection.fetchval(
        """
        insert into import_draft (actor_id, file_name, content, sha256, report, report_sha256, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        returning import_draft_id
        """,
        actor_id,
        file_name,
        content,
        sha256,
        report,
        report_sha256,
        now,
    )
    return made


async def select_draft(connection: Connection, *, actor_id: UUID | None, import_draft_id: UUID) -> ImportDraft | None:
    record = await connection.fetchrow(
        """
        select import_draft_id, file_name, content, sha256, report_sha256, created_at
        from import_draft
        where import_draft_id = $2 and actor_id = $1
        """,
        actor_id,
        import_draft_id,
    )
    # Bytes are taken as they are; msgspec would read them as base64.
    return None if record is None else ImportDraft(**dict(record))


async def delete_drafts(connection: Connection, *, actor_id: UUID) -> None:
    """Forget every file that somebody has tried."""
    await connection.execute("delete from import_draft where actor_id = $1", actor_id)
