"""Links in mails that open one invitation for one person, without a password.

A link names the invitation, whom it was sent to, the number that the invitation's links have now (raising it takes all
back) and the day it lapses; the signature keeps it so. What it opens is decided again each time it is used.
"""

from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.config import Settings
from trialport.core.signing import Purpose, read_signed, sign_value

# Late answers are welcome, so a link outlives the last day to answer (days).
OPEN_AFTER_DUE_DAYS = 60
_PATHS: dict[Purpose, str] = {"invitation": "/answer/", "sign_off": "/sign-off/"}


class InvitationLink(Struct, frozen=True, kw_only=True):
    """What a link in a mail says; the names are short because they stand in an address."""

    invitation_id: UUID = msgspec.field(name="i")
    investigator_id: UUID = msgspec.field(name="p")
    number: int = msgspec.field(name="n")
    last_day: date = msgspec.field(name="d")


def link_for(invitation_id: UUID, investigator_id: UUID, number: int, due_on: date) -> InvitationLink:
    """Return what the link of a mail says that goes to this person."""
    return InvitationLink(
        invitation_id=invitation_id,
        investigator_id=investigator_id,
        number=number,
        last_day=due_on + timedelta(days=OPEN_AFTER_DUE_DAYS),
    )


def link_address(settings: Settings, link: InvitationLink, purpose: Purpose = "invitation") -> str:
    """Write the address of a link: a secret, because whoever has it may answer."""
    return f"{settings.public_url}{_PATHS[purpose]}{sign_value(settings, purpose, msgspec.to_builtins(link))}"


def read_invitation_link(settings: Settings, signed: str, purpose: Purpose = "invitation") -> InvitationLink | None:
    """Return what a link says; None when it was not made here. Whether it has lapsed is the caller's to ask."""
    value = read_signed(settings, purpose, signed)
    try:
        return None if value is None else msgspec.convert(value, InvitationLink)
    except msgspec.ValidationError:
        return None
