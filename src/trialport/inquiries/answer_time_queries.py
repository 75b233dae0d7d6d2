"""Table inquiry: how long replies took."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection


class RepliedInquiry(Struct, frozen=True, kw_only=True):
    """When an inquiry came and when its first reply went out."""

    submitted_at: datetime
    replied_at: datetime


async def select_replied(connection: Connection, *, region_id: UUID, since: datetime) -> list[RepliedInquiry]:
    """List the inquiries to a region that were replied to since a time. Unscoped: the caller shows percentiles only."""
    records = await connection.fetch(
        """
        select submitted_at, replied_at
        from inquiry
        where region_id = $1 and replied_at >= $2
        """,
        region_id,
        since,
    )
    return msgspec.convert(records, list[RepliedInquiry])
