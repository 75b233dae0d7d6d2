"""What waits for a unit's person, for the start page."""

from typing import Any

from trialport.accounts.models import Actor
from trialport.core.db import Transaction, as_system
from trialport.invitations.unit_queries import count_waiting_for_unit


async def read_unit_start(tx: Transaction, actor: Actor) -> dict[str, Any]:
    """Count what waits: invitations to answer, capacities to confirm, and for a head the yeses to sign off."""
    async with as_system(tx.connection):
        found = await count_waiting_for_unit(tx.connection, actor=actor, today=tx.today)
    return {"counts": found}
