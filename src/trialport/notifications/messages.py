"""Mails: written in the transaction that causes them, sent by a worker, with one Message-ID however often tried.

`queue_message` is for everything that may lie in the database; `send_direct` for mails that carry a secret.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace

from trialport.core.config import Settings
from trialport.core.db import OpenTransaction, Transaction, as_system
from trialport.core.jobs.lease import ask_for_job, ask_for_jobs, finish_job
from trialport.core.jobs.models import ClaimedJob
from trialport.core.language import Language
from trialport.notifications import message_queries as queries
from trialport.notifications.gathering import Filler, fill_mail, take_mail
from trialport.notifications.mail_models import (
    PARAMS,
    SECRET_KINDS,
    Delivery,
    Filling,
    Mail,
    MailParams,
    MessageKind,
    NewMessage,
)
from trialport.notifications.mail_text import compose
from trialport.notifications.service import open_office_task
from trialport.notifications.smtp import RefusedError, deliver, may_leave

log = logging.getLogger(__name__)

JOB_KIND = "send_message"
# One address and nothing else: no line end, no list, no display name.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_LOST_AFTER = timedelta(days=1)
_KEPT_FOR = timedelta(days=365)
# What became of a mail, as its row says it.
_STATES: dict[Delivery, str] = {"sent": "sent", "suppressed": "suppressed", "refused": "failed"}


async def queue_message(
    tx: Transaction,
    settings: Settings,
    *,
    kind: MessageKind,
    to_address: str,
    language: Language,
    params: dict[str, Any],
    dedupe_key: str,
    person_id: UUID | None = None,
    region_id: UUID | None = None,
    subject_id: UUID | None = None,
    thread_id: UUID | None = None,
) -> None:
    """Write a mail into the caller's transaction and ask for its sending; nothing happens for a key that is there.

    Mails with the same `thread_id` are shown together.

    Raises ValueError for parameters that are not those of the kind, for a kind that carries a secret, and for
    an address that is none: the door has checked what people type.
    """
    if kind in SECRET_KINDS:
        raise ValueError(f"a mail of kind {kind} carries a secret: send_direct sends it")
    checked = _check(kind, to_address, params)
    # Who causes a mail need not see the mails of whom it goes to.
    async with as_system(tx.connection):
        message_id = await queries.insert_message(
            tx.connection,
            kind=kind,
            to_address=to_address,
            language=language,
            params=msgspec.to_builtins(checked),
            dedupe_key=dedupe_key,
            person_id=person_id,
            region_id=region_id,
            subject_id=subject_id,
            thread_id=thread_id,
            state="queued",
            now=tx.now,
        )
    if message_id is not None:
        await ask_for_job(tx, _patient(settings), kind=JOB_KIND, subject_id=message_id)


async def queue_messages(tx: Transaction, settings: Settings, messages: Sequence[NewMessage]) -> dict[str, UUID]:
    """Write many mails and ask for their sending, in a few statements however many they are.

    Returns the ids of the new ones by dedupe key. Raises as `queue_message` does, before anything is written.
    """
    for message in messages:
        if message.kind in SECRET_KINDS:
            raise ValueError(f"a mail of kind {message.kind} carries a secret: send_direct sends it")
        _check(message.kind, message.to_address, message.params)
    if not messages:
        return {}
    async with as_system(tx.connection):
        made = await queries.insert_messages(tx.connection, messages=messages, now=tx.now)
    await ask_for_jobs(tx, _patient(settings), kind=JOB_KIND, subject_ids=[message_id for message_id, _ in made])
    return {key: message_id for message_id, key in made}


async def send_queued(
    open_transaction: OpenTransaction, settings: Settings, job: ClaimedJob, fillers: Mapping[MessageKind, Filler]
) -> None:
    """Send a queued mail and finish its job; raises whatever may go better another time.

    `sending` is committed before the mail leaves and `sent` after. Who dies in between leaves it to the next
    attempt, which carries the same Message-ID, so that a mail program shows it once. What else waits for the same
    person goes along; who has just had a mail gets the next one later (`gathering`).
    """
    async with open_transaction() as tx:
        taken = await take_mail(tx, settings, job.subject_id)
        if taken.wait_seconds > 0:
            await ask_for_job(
                tx, _patient(settings), kind=JOB_KIND, subject_id=job.subject_id, delay_seconds=taken.wait_seconds
            )
            return
        if not taken.rows:
            await finish_job(tx, job)
            return
    async with open_transaction() as tx:
        ready = await fill_mail(tx, settings, taken.rows, fillers)
    delivery: Delivery = "suppressed"
    reason: str | None = "overtaken"
    if ready is not None:
        delivery, reason = await _deliver(settings, ready.mail, ready.filling)
    async with open_transaction() as tx:
        if ready is not None and ready.overtaken:
            await queries.update_messages_overtaken(tx.connection, message_ids=ready.overtaken)
        await _settle(tx, job.subject_id, delivery, reason)
        await finish_job(tx, job)


async def send_direct(
    open_transaction: OpenTransaction,
    settings: Settings,
    *,
    kind: MessageKind,
    to_address: str,
    language: Language,
    params: dict[str, Any],
    person_id: UUID | None = None,
    region_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> Delivery:
    """Send a mail at once whose parameters are secrets; its row holds none of them.

    `open_transaction` opens a transaction of its own each time, as `partial(transaction, pool,
    viewer=SYSTEM_VIEWER)` does. Every call is a mail of its own with a new Message-ID, because every attempt
    carries another secret. Returns what became of it; raises (OSError, TimeoutError, SMTPException, MailOffError)
    when another attempt may go better.
    """
    checked = _check(kind, to_address, params)
    async with open_transaction() as tx:
        message_id = await queries.insert_message(
            tx.connection,
            kind=kind,
            to_address=to_address,
            language=language,
            params={},
            dedupe_key=f"direct:{uuid4()}",
            person_id=person_id,
            region_id=region_id,
            subject_id=subject_id,
            thread_id=None,
            state="sending",
            now=tx.now,
        )
    if message_id is None:
        raise LookupError("the mail was not stored")
    mail = Mail(
        message_id=message_id,
        kind=kind,
        to_address=to_address,
        language=language,
        params=checked,
        written_at=tx.now,
    )
    try:
        delivery, reason = await _deliver(settings, mail)
    except BaseException as error:
        async with open_transaction() as tx:
            await queries.update_message_settled(
                tx.connection, message_id=message_id, state="failed", error=type(error).__name__, now=tx.now
            )
        raise
    async with open_transaction() as tx:
        await _settle(tx, message_id, delivery, reason)
    return delivery


async def report_dead_message(tx: Transaction, message_id: UUID) -> None:
    """Note that a mail was given up after its last attempt, and tell the region's office."""
    await _settle(tx, message_id, "refused", "given up after the last attempt")


async def tidy_messages(tx: Transaction) -> None:
    """Close mails whose sender died without a word, and forget those older than a year."""
    await queries.update_lost_messages(tx.connection, before=tx.now - _LOST_AFTER)
    await queries.delete_old_messages(tx.connection, before=tx.now - _KEPT_FOR)


async def _deliver(settings: Settings, mail: Mail, filling: Filling | None = None) -> tuple[Delivery, str | None]:
    if not may_leave(settings, mail.to_address):
        return "suppressed", None
    try:
        await deliver(settings, compose(mail, mail_from=settings.mail_from, filling=filling))
    except RefusedError as error:
        return "refused", str(error)
    return "sent", None


async def _settle(tx: Transaction, message_id: UUID, delivery: Delivery, reason: str | None) -> None:
    """Note what became of a mail, and with it of those it carries; each office hears of one that did not arrive."""
    settled = await queries.update_message_settled(
        tx.connection, message_id=message_id, state=_STATES[delivery], error=reason, now=tx.now
    )
    if delivery != "refused":
        return
    for region_id, failed in {one.region_id: one for one in reversed(settled)}.items():
        log.warning("message %s (%s) was not delivered: %s", message_id, failed.kind, reason)
        if region_id is None:
            continue
        # The address is personal data, and tasks are kept: its domain tells the office enough to ask.
        domain = failed.to_address.rpartition("@")[2]
        await open_office_task(
            tx,
            region_id=region_id,
            kind="dead_message",
            object_type="message",
            object_id=failed.message_id,
            message=f"A mail ({failed.kind.replace('_', ' ')}) to an address at {domain} could not be delivered. "
            "Tell the person concerned another way and have the address corrected.",
        )


def _patient(settings: Settings) -> Settings:
    """Return settings for jobs that send: a mail server may be away for a night, so they are tried for longer."""
    return replace(settings, job_attempts=settings.mail_attempts)


def is_address(text: str) -> bool:
    """Tell whether a text is one mail address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None


def _check(kind: MessageKind, to_address: str, params: dict[str, Any]) -> MailParams:
    if not is_address(to_address):
        raise ValueError("this is no single mail address")
    return msgspec.convert(params, PARAMS[kind])
