"""Table inquiry: the moves from state to state. Each names the revision it builds on."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from trialport.core.db import Connection


async def update_inquiry_state(
    connection: Connection,
    *,
    inquiry_id: UUID,
    revision: int,
    state: str,
    now: datetime,
    promised_on: date | None = None,
    waited: int = 0,
) -> int | None:
    """Move an inquiry to a state; returns its new revision, None when another change came first.

    After a pause `promised_on` is the day promised now, and `waited` how long the clock stood still (working days).
    """
    moved: int | None = await connection.fetchval(
        """
        update inquiry
        set state = $3, revision = revision + 1, updated_at = $4,
            replied_at = case when $3 = 'replied' then coalesce(replied_at, $4) else replied_at end,
            closed_at = case when $3 = 'closed' then $4 else closed_at end,
            promised_on = coalesce($5, promised_on), paused_working_days = paused_working_days + $6, paused_at = null
        where inquiry_id = $1 and revision = $2
        returning revision
        """,
        inquiry_id,
        revision,
        state,
        now,
        promised_on,
        waited,
    )
    return moved


async def update_inquiry_information_wanted(
    connection: Connection, *, inquiry_id: UUID, revision: int, fields: Sequence[str], note: str | None, now: datetime
) -> int | None:
    """Ask for information; returns the new revision, None when another change came first."""
    moved: int | None = await connection.fetchval(
        """
        update inquiry
        set state = 'needs_information', revision = revision + 1, information_wanted = $3, information_note = $4,
            updated_at = $5, paused_at = coalesce(paused_at, $5)
        where inquiry_id = $1 and revision = $2
        returning revision
        """,
        inquiry_id,
        revision,
        list(fields),
        note,
        now,
    )
    return moved


async def update_inquiry_declined(
    connection: Connection, *, inquiry_id: UUID, revision: int, reason: str, note: str | None, now: datetime
) -> int | None:
    """Decline an inquiry; returns the new revision, None when another change came first."""
    moved: int | None = await connection.fetchval(
        """
        update inquiry
        set state = 'declined', revision = revision + 1, declined_reason = $3, declined_note = $4, updated_at = $5,
            paused_at = null
        where inquiry_id = $1 and revision = $2
        returning revision
        """,
        inquiry_id,
        revision,
        reason,
        note,
        now,
    )
    return moved
