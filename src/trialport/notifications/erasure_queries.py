"""Forgetting to whom mails went."""

from uuid import UUID

from trialport.core.db import Connection


async def update_messages_erased(connection: Connection, *, person_id: UUID, email: str) -> None:
    """Empty the mails to an erased person; that one of this kind was sent stays known."""
    await connection.execute(
        """
        update message
        set to_address = 'erased@erased.invalid', params = '{}',
            state = case when state in ('queued', 'carried') then 'suppressed' else state end
        where person_id = $1 or lower(to_address) = lower($2)
        """,
        person_id,
        email,
    )
