"""Whom a mail to an inquiry's sponsor goes to."""

from msgspec import Struct

from trialport.accounts.people_queries import select_person_by_email
from trialport.core.db import Transaction, as_system
from trialport.core.language import DEFAULT, Language
from trialport.inquiries import rules
from trialport.inquiries.queries import InquiryRow


class SponsorPerson(Struct, frozen=True, kw_only=True):
    """Who follows an inquiry for its sponsor, and the language her mails are in."""

    email: str
    language: Language


async def read_sponsor_person(tx: Transaction, row: InquiryRow) -> SponsorPerson:
    """Return the contact that an inquiry names; her account, if she has one, says her language."""
    email = rules.join_content(row.content, row.confidential).who.contact.email
    async with as_system(tx.connection):
        account = await select_person_by_email(tx.connection, email=email.lower())
    return SponsorPerson(email=email, language=DEFAULT if account is None else account.language)
