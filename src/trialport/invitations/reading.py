"""What every step about an invitation reads first: the invitation in scope, its inquiry, and what of it is open."""

from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.core.db import Transaction
from trialport.core.errors import NotFound
from trialport.inquiries.queries import InquiryRow, select_inquiry
from trialport.invitations import queries
from trialport.invitations.queries import InvitationRow
from trialport.sponsors.agreement_queries import select_agreement_facts
from trialport.sponsors.agreement_rules import AskedInquiry, Opening, UnitSite, opens_confidential

# The program reads the inquiry for a unit that may not; what the unit gets of it is made by teaser.py.
PROGRAM = Actor(token_id=None, name="trialport", role="admin")


async def find_invitation(tx: Transaction, actor: Actor, invitation_id: UUID) -> InvitationRow:
    """Return an invitation in the actor's scope; raises NotFound otherwise."""
    found = await queries.select_invitation(tx.connection, actor=actor, invitation_id=invitation_id)
    if found is None or "read" not in allowed_commands("invitation", actor.role, found.state):
        raise NotFound("No invitation of yours here.")
    return found


async def inquiry_of(tx: Transaction, found: InvitationRow) -> InquiryRow:
    """Return the inquiry of an invitation, in its newest version; run as the program."""
    row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=found.inquiry_id)
    if row is None:
        raise NotFound("No invitation of yours here.")
    return row


async def opening_for(tx: Transaction, found: InvitationRow, inquiry: InquiryRow) -> Opening:
    """Say whether, and by what, the confidential fields of an inquiry are open to the unit; run as the program."""
    facts = await select_agreement_facts(tx.connection, sponsor_id=inquiry.sponsor_id, region_id=found.region_id)
    return opens_confidential(
        found.confidentiality_mode,
        facts,
        unit_site=UnitSite(site_id=found.site_id, region_id=found.region_id),
        inquiry=AskedInquiry(inquiry_id=inquiry.inquiry_id, sponsor_id=inquiry.sponsor_id),
        on=tx.today,
    )
