"""Links in mails that open one invitation: what they say, and that nobody else can make one."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from trialport.core.config import Settings
from trialport.core.signing import SigningOffError
from trialport.invitations.links import InvitationLink, link_address, link_for, read_invitation_link

OLD, NEW = "an-old-key-of-thirty-two-letters", "a-newer-key-of-thirty-two-letters"
SETTINGS = Settings(database_url="postgresql://a/b", valkey_url="redis://a", secret_key=OLD)
LINK = link_for(UUID(int=1), UUID(int=2), 3, date(2026, 12, 1))


def signed(settings: Settings = SETTINGS) -> str:
    return link_address(settings, LINK).rpartition("/")[2]


def test_a_link_says_what_it_opens_and_for_whom() -> None:
    assert link_address(SETTINGS, LINK).startswith("http://127.0.0.1:8000/answer/")
    assert read_invitation_link(SETTINGS, signed()) == LINK
    assert (
        InvitationLink(invitation_id=UUID(int=1), investigator_id=UUID(int=2), number=3, last_day=date(2027, 1, 30))
        == LINK
    )


def test_nobody_else_makes_one() -> None:
    good = signed()
    assert read_invitation_link(SETTINGS, good[:-1] + ("A" if good[-1] != "A" else "B")) is None
    assert read_invitation_link(replace(SETTINGS, secret_key=NEW), good) is None
    assert read_invitation_link(SETTINGS, good, "sign_off") is None, "a link is good for one purpose"
    for nonsense in ("", ".", "a.b.c", "\x00", "ä" * 100):
        assert read_invitation_link(SETTINGS, nonsense) is None


def test_links_outlive_a_change_of_the_key_while_the_old_one_is_named() -> None:
    both = replace(SETTINGS, secret_key=f"{OLD},{NEW}")
    assert read_invitation_link(both, signed()) == LINK
    assert read_invitation_link(replace(SETTINGS, secret_key=NEW), signed(both)) == LINK


def test_without_a_key_no_link_is_made() -> None:
    with pytest.raises(SigningOffError):
        signed(replace(SETTINGS, secret_key=""))
