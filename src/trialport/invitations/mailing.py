"""What the mails about invitations get as they leave: the link that opens the answer form, which lies in no table."""

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.invitations import queries
from trialport.invitations.links import link_address, link_for
from trialport.notifications.mail_models import Filling, Invitation, InvitationReminder, MailParams

_WAITING = ("planned", "sent", "opened", "no_answer")


async def fill_invitation(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give an invitation its link; None once it has been answered or taken back."""
    if not isinstance(params, Invitation | InvitationReminder):
        raise TypeError(f"these are not the parameters of an invitation: {type(params).__name__}")
    facts = await queries.select_link_facts(tx.connection, invitation_id=params.invitation_id)
    if facts is None or facts.state not in _WAITING:
        return None
    link = link_for(params.invitation_id, params.to_id, facts.link_number, facts.due_on)
    return Filling(values={"link": link_address(settings, link)})
