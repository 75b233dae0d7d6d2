"""What the mails about questions get as they leave: their links. No question stands in a mail."""

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.inquiries.queries import select_inquiry
from trialport.invitations import queries
from trialport.invitations.links import link_address, link_for
from trialport.invitations.reading import PROGRAM
from trialport.notifications.mail_models import (
    Filling,
    MailParams,
    QuestionDismissed,
    QuestionForwarded,
    QuestionShared,
)


async def fill_question_forwarded(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give the sponsor's mail the address of the page where she answers."""
    if not isinstance(params, QuestionForwarded):
        raise TypeError(f"these are not the parameters of a question: {type(params).__name__}")
    if await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=params.inquiry_id) is None:
        return None
    return Filling(values={"link": f"{settings.public_url}/inquiries/{params.inquiry_id}/questions"})


async def fill_question_to_unit(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give a unit's mail the link of its own invitation; None where that has been taken back."""
    if not isinstance(params, QuestionShared | QuestionDismissed):
        raise TypeError(f"these are not the parameters of a mail to a unit: {type(params).__name__}")
    facts = await queries.select_link_facts(tx.connection, invitation_id=params.invitation_id)
    if facts is None or facts.state == "withdrawn":
        return None
    link = link_for(params.invitation_id, params.to_id, facts.link_number, facts.due_on)
    return Filling(values={"link": link_address(settings, link)})
