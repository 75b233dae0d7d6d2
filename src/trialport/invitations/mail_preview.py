"""The mail of an invitation as units would get it, in every language, before anything is sent."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import get_args
from uuid import UUID

from msgspec import Struct

from trialport.core.config import Settings
from trialport.core.language import LANGUAGES, Language
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.teaser import make_teaser
from trialport.invitations.mail_words import first_facts, trial_facts
from trialport.notifications.mail_models import Filling, Invitation, Mail
from trialport.notifications.mail_text import compose

_NOBODY = UUID(int=0)


class ShownMail(Struct, frozen=True, kw_only=True):
    """A mail in one language; where its link stands there is only the beginning of the address."""

    language: Language
    language_name: str
    subject: str
    text: str


def preview_mails(
    settings: Settings,
    row: InquiryRow,
    due_on: date,
    now: datetime,
    signatures: Mapping[Language, tuple[str, ...]],
    *,
    primary_care: bool,
) -> tuple[ShownMail, ...]:
    """Word the mail in each language, signed by the region; for primary care with role, time and pay first."""
    return tuple(
        _preview(settings, row, due_on, now, language, signatures.get(language, ()), primary_care=primary_care)
        for language in get_args(Language)
    )


def _preview(
    settings: Settings,
    row: InquiryRow,
    due_on: date,
    now: datetime,
    language: Language,
    signature: tuple[str, ...],
    *,
    primary_care: bool,
) -> ShownMail:
    asked = make_teaser(row).content
    values: Mapping[str, str] = {"link": f"{settings.public_url}/answer/..."}
    message = compose(
        Mail(
            message_id=_NOBODY,
            kind="invitation",
            to_address="unit@example.org",
            language=language,
            params=Invitation(invitation_id=_NOBODY, to_id=_NOBODY, reference=row.reference, due_on=due_on),
            written_at=now,
            signature=signature,
        ),
        mail_from="office@example.org",
        filling=Filling(
            values=values,
            first=first_facts(asked, language) if primary_care else (),
            facts=trial_facts(asked, language),
        ),
    )
    body = message.get_body(("plain",))
    return ShownMail(
        language=language,
        language_name=LANGUAGES[language],
        subject=str(message["Subject"]),
        text="" if body is None else str(body.get_content()).strip(),
    )
