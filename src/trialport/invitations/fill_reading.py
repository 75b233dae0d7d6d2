"""What the office has filled of what units miss, as units and sponsors are told."""

from uuid import UUID

from trialport.core.db import Transaction
from trialport.invitations import fill_queries, ledger_queries
from trialport.invitations.fill_rules import in_words
from trialport.invitations.models import EoiCreate, FillDetail
from trialport.invitations.queries import InvitationRow

# As many as a person compares at a glance.
_LENDERS_NAMED = 5


async def read_fills(tx: Transaction, invitation_id: UUID) -> tuple[FillDetail, ...]:
    """Return what is filled of one invitation; the caller has checked that it is in scope."""
    return tuple(
        FillDetail(
            condition=row.condition,
            resource_id=row.resource_id,
            resource_name=row.resource_name,
            nurse_hours=row.nurse_hours,
            note=row.note,
            text=in_words(row.condition, row.resource_name, row.nurse_hours),
            filled_at=row.filled_at,
        )
        for row in await fill_queries.select_fills(tx.connection, invitation_id=invitation_id)
    )


async def name_lenders(tx: Transaction, found: InvitationRow, eoi: EoiCreate) -> str:
    """Name to the office the resources that have enough nurse hours for a unit that misses them; run as the program."""
    if "nurse_hours" not in eoi.conditions:
        return ""
    standing = await ledger_queries.select_standing(tx.connection, invitation_id=found.invitation_id)
    lenders = await ledger_queries.select_resources_with_hours(
        tx.connection,
        region_id=found.region_id,
        hours=0.0 if standing is None else standing.hours_asked or 0.0,
        limit=_LENDERS_NAMED,
    )
    if not lenders:
        return " No resource has enough nurse hours free now."
    return (
        " Nurse hours are free at: "
        + ", ".join(f"{one.name} ({one.hours_free:g} hours a week)" for one in lenders)
        + "."
    )
