"""Table message: mails to send, and what became of them.

Written for whoever caused the mail and read by the worker: every statement here needs the system's view.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.notifications.mail_models import MessageKind, NewMessage


class MessageRow(Struct, frozen=True, kw_only=True):
    """A stored mail, as it is needed to send it."""

    message_id: UUID
    kind: MessageKind
    to_address: str
    language: Language
    params: dict[str, Any]
    created_at: datetime
    thread_id: UUID | None
    # What the region that it comes from says below its mails in this language.
    signature: str | None


class FailedMessage(Struct, frozen=True, kw_only=True):
    """A mail that was given up: enough to tell an office."""

    kind: MessageKind
    region_id: UUID | None
    to_address: str


async def insert_message(
    connection: Connection,
    *,
    kind: str,
    to_address: str,
    language: str,
    params: dict[str, Any],
    dedupe_key: str,
    person_id: UUID | None,
    region_id: UUID | None,
    subject_id: UUID | None,
    thread_id: UUID | None,
    state: str,
    now: datetime,
) -> UUID | None:
    """Store a mail; None when one with the same dedupe key is there."""
    message_id: UUID | None = await connection.fetchval(
        """
        insert into message
            (kind, to_address, language, params, dedupe_key, person_id, region_id, subject_id, thread_id,
             state, created_at, sending_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                case when $10 = 'sending' then $11::timestamptz end)
        on conflict (dedupe_key) do nothing
        returning message_id
        """,
        kind,
        to_address,
        language,
        params,
        dedupe_key,
        person_id,
        region_id,
        subject_id,
        thread_id,
        state,
        now,
    )
    return message_id


async def insert_messages(
    connection: Connection, *, messages: Sequence[NewMessage], now: datetime
) -> list[tuple[UUID, str]]:
    """Store many mails in one statement; returns id and dedupe key of those that are new."""
    records = await connection.fetch(
        """
        insert into message
            (kind, to_address, language, params, dedupe_key, region_id, subject_id, thread_id, state, created_at)
        select r.kind, r.to_address, r.language, r.params, r.dedupe_key, r.region_id, r.subject_id, r.thread_id,
               'queued', $2
        from jsonb_populate_recordset(null::message, $1) r
        on conflict (dedupe_key) do nothing
        returning message_id, dedupe_key
        """,
        msgspec.to_builtins(messages),
        now,
    )
    return [(record["message_id"], record["dedupe_key"]) for record in records]


async def update_message_sending(connection: Connection, *, message_id: UUID, now: datetime) -> MessageRow | None:
    """Note that a mail is about to leave; None when it has left, or was suppressed, before."""
    record = await connection.fetchrow(
        """
        update message
        set state = 'sending', sending_at = $2
        where message_id = $1 and state in ('queued', 'sending', 'failed')
        returning message_id, kind, to_address, language, params, created_at, thread_id,
                  (select t.texts -> 'signature' ->> message.language
                   from region_text t
                   where t.region_id = message.region_id
                   order by t.version desc
                   limit 1) as signature
        """,
        message_id,
        now,
    )
    return None if record is None else msgspec.convert(record, MessageRow)


async def update_message_settled(
    connection: Connection, *, message_id: UUID, state: str, error: str | None, now: datetime
) -> FailedMessage | None:
    """Note what became of a mail; a mail that has left stays `sent` or `bounced`, and None is returned."""
    record = await connection.fetchrow(
        """
        update message
        set state = $2, last_error = $3, sent_at = case when $2 = 'sent' then $4::timestamptz end
        where message_id = $1 and state not in ('sent', 'bounced')
        returning kind, region_id, to_address
        """,
        message_id,
        state,
        error,
        now,
    )
    return None if record is None else msgspec.convert(record, FailedMessage)


async def update_lost_messages(connection: Connection, *, before: datetime) -> int:
    """Mark mails as failed whose sending began before `before` and that nobody is sending any more."""
    status: str = await connection.execute(
        """
        update message
        set state = 'failed', last_error = coalesce(last_error, 'the process that sent it ended')
        where state = 'sending' and sending_at < $1
          and not exists (select from job
                          where job.kind = 'send_message' and job.subject_id = message.message_id
                            and job.state in ('queued', 'running'))
        """,
        before,
    )
    return int(status.rpartition(" ")[2])


async def delete_old_messages(connection: Connection, *, before: datetime) -> None:
    """Forget mails that are over: they hold addresses."""
    await connection.execute(
        "delete from message where created_at < $1 and state in ('sent', 'suppressed', 'failed', 'bounced')", before
    )
