"""Reading the ledger: what is set aside of one capacity or resource, and what is left."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.core.errors import NotFound
from trialport.invitations import ledger_queries, ledger_rules
from trialport.invitations.ledger_models import ReservationSheet

# More than one capacity or resource holds at a time.
_MOST = 500


async def read_sheet(
    tx: Transaction, actor: Actor, *, capacity_id: UUID | None = None, resource_id: UUID | None = None
) -> ReservationSheet:
    """Return what is held of a capacity or of a resource; raises NotFound out of scope."""
    balance = await ledger_queries.select_balance(
        tx.connection, actor=actor, capacity_id=capacity_id, resource_id=resource_id
    )
    if balance is None:
        raise NotFound("No capacity or resource of yours here.")
    items = await ledger_queries.select_reservations(
        tx.connection, capacity_id=capacity_id, resource_id=resource_id, limit=_MOST
    )
    return ReservationSheet(
        slots_said=balance.slots_said,
        slots_firm=balance.slots_firm,
        slots_soft=balance.slots_soft,
        hours_said=balance.hours_said,
        hours_firm=balance.hours_firm,
        hours_soft=balance.hours_soft,
        overbooked=ledger_rules.is_overbooked(balance),
        notes=ledger_rules.notes_on(balance),
        items=tuple(items),
    )
