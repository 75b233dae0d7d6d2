"""What mails about invitations get as they leave, and lies in no table: the link, and a first word on the trial."""

from typing import Any
from uuid import UUID

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.signing import Purpose
from trialport.inquiries.queries import select_inquiry
from trialport.inquiries.teaser import make_teaser
from trialport.invitations import queries, sign_off_queries
from trialport.invitations.link_queries import select_contact
from trialport.invitations.links import link_address, link_for
from trialport.invitations.mail_words import first_facts, trial_facts
from trialport.invitations.reading import PROGRAM
from trialport.invitations.rules import TAKES_ANSWERS
from trialport.notifications.mail_models import (
    Filling,
    Invitation,
    InvitationAmended,
    InvitationMoved,
    InvitationOver,
    InvitationReminder,
    MailParams,
    SignOffWanted,
)

_WAITING = ("planned", "sent", "opened", "no_answer")


async def fill_invitation(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give an invitation its link; None once it has been answered or taken back, or the inquiry is over."""
    if not isinstance(params, Invitation | InvitationReminder | InvitationMoved | InvitationAmended):
        raise TypeError(f"these are not the parameters of an invitation: {type(params).__name__}")
    facts = await queries.select_link_facts(tx.connection, invitation_id=params.invitation_id)
    if facts is None or facts.state not in _WAITING or facts.inquiry_state not in TAKES_ANSWERS:
        return None
    if _is_overtaken(params, facts):
        return None
    # A day that has moved since the mail was written counts.
    values = _values(settings, params.invitation_id, params.to_id, facts) | {"due_on": facts.due_on}
    if not isinstance(params, Invitation):
        return Filling(values=values)
    row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=facts.inquiry_id)
    contact = await select_contact(tx.connection, investigator_id=params.to_id)
    if row is None or contact is None:
        return None
    asked = make_teaser(row).content
    return Filling(
        values=values,
        first=first_facts(asked, contact.language) if facts.unit_kind == "primary_care_centre" else (),
        facts=trial_facts(asked, contact.language),
    )


async def fill_sign_off(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give a head of unit the link to the page where she signs off; None once that is settled."""
    if not isinstance(params, SignOffWanted):
        raise TypeError(f"these are not the parameters of a sign-off: {type(params).__name__}")
    facts = await queries.select_link_facts(tx.connection, invitation_id=params.invitation_id)
    asked = await sign_off_queries.select_newest_sign_off(tx.connection, invitation_id=params.invitation_id)
    if facts is None or asked is None or asked.approval != "awaiting_head" or asked.investigator_id != params.to_id:
        return None
    if facts.inquiry_state not in TAKES_ANSWERS:
        return None
    return Filling(values=_values(settings, params.invitation_id, params.to_id, facts, "sign_off"))


async def fill_ending(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give the mail about the end of an inquiry the link to what the unit was asked."""
    if not isinstance(params, InvitationOver):
        raise TypeError(f"these are not the parameters of an ending: {type(params).__name__}")
    facts = await queries.select_link_facts(tx.connection, invitation_id=params.invitation_id)
    if facts is None:
        return None
    return Filling(values=_values(settings, params.invitation_id, params.to_id, facts))


def _is_overtaken(
    params: Invitation | InvitationReminder | InvitationMoved | InvitationAmended, facts: queries.LinkFacts
) -> bool:
    """Tell whether the office has asked somebody else since, or a reminder is about a day that has moved."""
    if isinstance(params, InvitationReminder):
        # Once overdue a reminder goes to the head of unit too, whoever was asked.
        is_hers = params.to_id == facts.recipient_id or (params.is_overdue and params.to_id == facts.head_id)
        return not is_hers or params.due_on != facts.due_on
    return params.to_id != facts.recipient_id


def _values(
    settings: Settings, invitation_id: UUID, to_id: UUID, facts: queries.LinkFacts, purpose: Purpose = "invitation"
) -> dict[str, Any]:
    """Return the link, and what a line of a digest says of the invitation beside it."""
    link = link_for(invitation_id, to_id, facts.link_number, facts.due_on)
    return {"link": link_address(settings, link, purpose), "reference": facts.reference, "unit": facts.unit_name}
