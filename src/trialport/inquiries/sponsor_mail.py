"""Mails by which an office tells a sponsor what became of its inquiry before units are asked."""

from typing import Any

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.inquiries.field_names import field_name
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.sponsor_person import SponsorPerson, read_sponsor_person
from trialport.inquiries.triage_models import DeclineInquiry
from trialport.notifications.mail_models import MessageKind
from trialport.notifications.messages import queue_message


async def tell_information_wanted(
    tx: Transaction, settings: Settings, row: InquiryRow, fields: tuple[str, ...], revision: int
) -> None:
    """Write to the sponsor which fields the office waits for, by their names; what they hold stays out."""
    to = await read_sponsor_person(tx, row)
    names = ", ".join(field_name(path, to.language) for path in fields)
    await _tell(tx, settings, row, to, "information_wanted", revision, {"fields": names})


async def tell_declined(
    tx: Transaction, settings: Settings, row: InquiryRow, declined: DeclineInquiry, revision: int
) -> None:
    """Write to the sponsor that the inquiry was declined, with the coded reason; the note stands on the page."""
    to = await read_sponsor_person(tx, row)
    await _tell(tx, settings, row, to, "inquiry_declined", revision, {"reason": declined.reason})


async def _tell(
    tx: Transaction,
    settings: Settings,
    row: InquiryRow,
    to: SponsorPerson,
    kind: MessageKind,
    revision: int,
    said: dict[str, Any],
) -> None:
    await queue_message(
        tx,
        settings,
        kind=kind,
        to_address=to.email,
        language=to.language,
        params={"reference": row.reference, "link": f"{settings.public_url}/inquiries/{row.inquiry_id}", **said},
        dedupe_key=f"{kind}:{row.inquiry_id}:{revision}",
        region_id=row.region_id,
        subject_id=row.inquiry_id,
        thread_id=row.inquiry_id,
    )
