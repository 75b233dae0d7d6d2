"""What a sponsor's contact finds on her start page."""

from typing import Any

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.inquiries.sponsor_queries import count_my_inquiries


async def read_sponsor_start(tx: Transaction, actor: Actor) -> dict[str, Any]:
    """Count the drafts of the actor's sponsor, its inquiries under way, and what in them waits for her."""
    return msgspec.structs.asdict(await count_my_inquiries(tx.connection, actor=actor))
