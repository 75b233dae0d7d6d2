"""What waits for an office, for its start page."""

from typing import Any

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.inquiries import over_queries
from trialport.inquiries.queue_service import count_queue


async def read_office_start(tx: Transaction, actor: Actor) -> dict[str, Any]:
    """Count what is overdue, what waits for the office, open tasks and the decisions that sponsors owe."""
    queue = await count_queue(tx, actor)
    counts = await over_queries.select_office_counts(tx.connection, actor=actor, now=tx.now)
    return {
        "open": queue.open,
        "overdue": queue.overdue,
        "office": queue.office,
        "tasks": counts.tasks,
        "outcomes": counts.outcomes_overdue,
    }
