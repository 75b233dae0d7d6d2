"""Who acts when a link of a mail is opened: whom it was sent to, on this one invitation and nothing else."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system, set_viewer
from trialport.core.errors import Gone
from trialport.core.language import Language
from trialport.core.signing import Purpose
from trialport.invitations.link_queries import LinkHolder, select_link_holder
from trialport.invitations.links import InvitationLink, read_invitation_link

# Why a link does not open; the page says what to do.
WhyNot = Literal["unknown", "lapsed", "taken_back", "not_there", "objected"]
# The regions are on this time, or an hour ahead of it at most.
_NAME = "investigator, by the link of a mail"


class LinkClosed(Gone):
    """A link that does not open."""

    def __init__(self, why: WhyNot, language: Language | None = None) -> None:
        super().__init__("The link cannot be used any more. Sign in, or ask the trial office for a new one.")
        self.why = why
        self.language = language


class Visitor(Struct, frozen=True, kw_only=True):
    """Who came by a link, and what she reads in; `language` is None for who has no account."""

    actor: Actor
    invitation_id: UUID
    language: Language | None


async def open_link(tx: Transaction, settings: Settings, signed: str, purpose: Purpose = "invitation") -> Visitor:
    """Check a link and let its holder be the one who looks from here on; raises LinkClosed.

    Checked at each use: signature, last day, the invitation's number of links, that she works at the unit or stands
    in for somebody who does, and that she has not objected.
    """
    link = read_invitation_link(settings, signed, purpose)
    if link is None:
        raise LinkClosed("unknown")
    async with as_system(tx.connection):
        holder = await select_link_holder(
            tx.connection, invitation_id=link.invitation_id, investigator_id=link.investigator_id
        )
    if holder is None:
        raise LinkClosed("unknown")
    if why := _why_not(link, holder, tx):
        raise LinkClosed(why, holder.language)
    actor = _actor_of(link, holder)
    await set_viewer(tx.connection, actor.viewer)
    return Visitor(actor=actor, invitation_id=link.invitation_id, language=holder.language)


def _why_not(link: InvitationLink, holder: LinkHolder, tx: Transaction) -> WhyNot | None:
    if tx.today > link.last_day:
        return "lapsed"
    if link.number != holder.link_number:
        return "taken_back"
    if holder.objected:
        return "objected"
    return None if holder.works_there or holder.stands_for is not None else "not_there"


def _actor_of(link: InvitationLink, holder: LinkHolder) -> Actor:
    """Return who acts; a delegate from elsewhere reaches what is her principal's, and no more."""
    principal = None if holder.works_there else holder.stands_for
    return Actor(
        token_id=None,
        # Where she has an account her name can be erased by it; without one no text here could be.
        name=_NAME if holder.person_id is None else holder.name,
        role="investigator",
        investigator_id=principal or link.investigator_id,
        person_id=holder.person_id,
        acting_for=None if principal is None else str(principal),
        invitation_id=link.invitation_id,
    )
