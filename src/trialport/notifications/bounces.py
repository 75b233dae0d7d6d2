"""Mails that come back: read from the mailbox of the return path, matched with what was sent, told to the office."""

import asyncio
import logging
from collections.abc import Iterator
from uuid import UUID

import msgspec

from trialport.core.config import Settings
from trialport.core.db import OpenTransaction, Transaction
from trialport.notifications import bounce_queries as queries
from trialport.notifications.bounce_queries import BouncedMessage
from trialport.notifications.bounce_reports import BounceReport, read_report
from trialport.notifications.imap import Fetched, MailboxError, fetch_new, read_mailbox_address
from trialport.notifications.mail_models import Digest
from trialport.notifications.service import open_office_task

log = logging.getLogger(__name__)

_AT_ONCE = 100
# Their parameters name an invitation and a reference, those of a digest several.
_ABOUT_INVITATIONS = ("invitation", "invitation_reminder", "sign_off_wanted", "digest")


async def read_bounces(open_transaction: OpenTransaction, settings: Settings) -> int:
    """Read the next mails of the mailbox; returns how many were looked at, 0 when there is none or nothing is set.

    How far was read is noted together with what was found, so each mail counts once, whatever dies in between.
    """
    if not settings.bounce_url:
        return 0
    address = read_mailbox_address(settings.bounce_url)
    async with open_transaction() as tx:
        was = await queries.select_bounce_position(tx.connection, mailbox=address.name)
    try:
        fetched = await asyncio.to_thread(
            fetch_new,
            address,
            uid_validity=None if was is None else was.uid_validity,
            after_uid=0 if was is None else was.last_uid,
            at_most=_AT_ONCE,
            seconds=settings.smtp_seconds,
        )
    except MailboxError as error:
        log.warning("%s", error)
        return 0
    if not fetched.mails:
        return 0
    reports = await asyncio.to_thread(_read_all, fetched)
    async with open_transaction() as tx:
        ours = await queries.upsert_bounce_position(
            tx.connection,
            mailbox=address.name,
            uid_validity=fetched.uid_validity,
            last_uid=fetched.mails[-1][0],
            was=was,
            now=tx.now,
        )
        if ours:
            for report in reports:
                await _record(tx, settings, report)
    return len(fetched.mails)


def _read_all(fetched: Fetched) -> list[BounceReport]:
    reports = [read_report(raw) for _, raw in fetched.mails]
    return [report for report in reports if report is not None]


async def _record(tx: Transaction, settings: Settings, report: BounceReport) -> None:
    """Believe a report only of mails that we sent, to the addresses that it names."""
    for message_id in _our_ids(settings, report):
        for failure in report.failures:
            came_back = await queries.update_messages_bounced(
                tx.connection, message_id=message_id, addresses=list(failure.addresses), status=failure.status
            )
            for bounced in came_back:
                log.warning("message %s (%s) came back: %s", message_id, bounced.kind, failure.status)
                await _tell(tx, bounced, failure.status)


def _our_ids(settings: Settings, report: BounceReport) -> Iterator[UUID]:
    domain = settings.mail_from.rpartition("@")[2].lower()
    for text in report.message_ids:
        name, _, at = text.rpartition("@")
        if at.lower() == domain:
            try:
                yield UUID(name)
            except ValueError:
                continue


async def _tell(tx: Transaction, bounced: BouncedMessage, status: str) -> None:
    # The address is personal data, and tasks are kept: its domain tells the office enough to ask.
    domain = bounced.to_address.rpartition("@")[2]
    for region_id, invitation_id, reference in _invitations(bounced):
        await open_office_task(
            tx,
            region_id=region_id,
            kind="bounced_message",
            object_type="invitation",
            object_id=invitation_id,
            message=f"A mail about the invitation to {reference} came back from an address at {domain} ({status}). "
            "Ask another person of the unit, or have the address corrected and send the invitation again.",
        )
    if bounced.region_id is not None and bounced.kind not in _ABOUT_INVITATIONS:
        await open_office_task(
            tx,
            region_id=bounced.region_id,
            kind="bounced_message",
            object_type="message",
            object_id=bounced.message_id,
            message=f"A mail ({bounced.kind.replace('_', ' ')}) to an address at {domain} came back ({status}). "
            "Tell the person concerned another way and have the address corrected.",
        )


def _invitations(bounced: BouncedMessage) -> Iterator[tuple[UUID, UUID, str]]:
    """Yield the invitations that a mail is about, each with its region and the inquiry's reference."""
    if bounced.kind == "digest":
        for item in msgspec.convert(bounced.params, Digest).items:
            if item.region_id is not None and item.subject_id is not None:
                yield item.region_id, item.subject_id, str(item.params["reference"])
    elif bounced.kind in _ABOUT_INVITATIONS and bounced.region_id is not None:
        yield bounced.region_id, UUID(bounced.params["invitation_id"]), str(bounced.params["reference"])
