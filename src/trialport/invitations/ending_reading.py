"""How an inquiry ended for one unit, as the unit itself reads it."""

from trialport.core.db import Transaction
from trialport.invitations import ending_queries
from trialport.invitations.ending import ending_for
from trialport.invitations.models import EndingDetail
from trialport.invitations.queries import InvitationRow


async def read_ending(tx: Transaction, found: InvitationRow) -> EndingDetail | None:
    """Say how it ended for a unit; None while it is open, and where its office had taken the invitation back.

    While the sponsor keeps silent past its day, that is what is told, until it promises another one. Run as the
    program.
    """
    ended = await ending_queries.select_ending(tx.connection, invitation_id=found.invitation_id)
    if ended is None:
        return None
    return EndingDetail(
        ending=ending_for(ended.inquiry, found.unit_id),
        note=ended.note,
        over=ended.inquiry.state != "no_word",
        ended_at=ended.ended_at,
    )
