"""What waits for an office, for its start page."""

from typing import Any

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.inquiries import over_queries
from trialport.inquiries.queue_service import QueueFilter, read_queue

MOST_COUNTED = 1000


async def read_office_start(tx: Transaction, actor: Actor) -> dict[str, Any]:
    """Count what is overdue, what waits for the office, open tasks and the decisions that sponsors owe."""
    queue = await read_queue(tx, actor, QueueFilter(), cursor=None, limit=MOST_COUNTED)
    counts = await over_queries.select_office_counts(tx.connection, actor=actor, now=tx.now)
    return {
        "open": len(queue.items),
        "overdue": sum(one.overdue for one in queue.items),
        "office": sum(one.waiting_for == "office" for one in queue.items),
        "tasks": counts.tasks,
        "outcomes": counts.outcomes_overdue,
    }
