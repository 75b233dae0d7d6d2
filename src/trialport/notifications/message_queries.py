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
    region_id: UUID | None
    subject_id: UUID | None
    thread_id: UUID | None
    # What the region that it comes from says below its mails in this language.
    signature: str | None


class WaitingMessage(Struct, frozen=True, kw_only=True):
    """A mail that has not begun to leave."""

    kind: MessageKind
    to_address: str


class FailedMessage(Struct, frozen=True, kw_only=True):
    """A mail that was given up: enough to tell an office."""

    message_id: UUID
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
        returning message_id, kind, to_address, language, params, created_at, region_id, subject_id, thread_id,
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


async def select_waiting_message(connection: Connection, *, message_id: UUID) -> WaitingMessage | None:
    """Read whom a mail waits to go to; None once it has begun to leave, or goes with another."""
    record = await connection.fetchrow(
        "select kind, to_address from message where message_id = $1 and state = 'queued'", message_id
    )
    return None if record is None else msgspec.convert(record, WaitingMessage)


async def lock_address(connection: Connection, *, address: str) -> None:
    """Let the mails to one address take turns at gathering until the end of the transaction."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('mail:' || lower($1), 0))", address)


async def select_last_mail_at(connection: Connection, *, address: str, kinds: Sequence[str]) -> datetime | None:
    """Return when a mail of these kinds last left, or began to, for an address."""
    last: datetime | None = await connection.fetchval(
        """
        select max(sending_at) from message
        where lower(to_address) = lower($1) and kind = any ($2::text[]) and state in ('sending', 'sent', 'bounced')
        """,
        address,
        kinds,
    )
    return last


async def update_messages_carried(
    connection: Connection, *, message_id: UUID, address: str, kinds: Sequence[str], limit: int
) -> None:
    """Let a mail carry those of these kinds that wait for the same address, the oldest first."""
    await connection.execute(
        """
        update message
        set state = 'carried', carried_by = $1
        where message_id in (
            select message_id from message
            where lower(to_address) = lower($2) and kind = any ($3::text[]) and state = 'queued' and message_id <> $1
            order by message_id
            limit $4)
        """,
        message_id,
        address,
        kinds,
        limit,
    )


async def select_carried(connection: Connection, *, message_id: UUID) -> list[MessageRow]:
    """Read the mails that go out within this one."""
    records = await connection.fetch(
        """
        select message_id, kind, to_address, language, params, created_at, region_id, subject_id, thread_id,
               (select t.texts -> 'signature' ->> message.language
                from region_text t
                where t.region_id = message.region_id
                order by t.version desc
                limit 1) as signature
        from message
        where carried_by = $1 and state = 'carried'
        order by message_id
        """,
        message_id,
    )
    return msgspec.convert(records, list[MessageRow])


async def update_messages_overtaken(connection: Connection, *, message_ids: Sequence[UUID]) -> None:
    """Note that mails do not go out, neither alone nor within another: there is nothing left to tell."""
    await connection.execute(
        """
        update message set state = 'suppressed', last_error = 'overtaken'
        where message_id = any ($1::uuid[]) and state = 'carried'
        """,
        message_ids,
    )


async def update_message_settled(
    connection: Connection, *, message_id: UUID, state: str, error: str | None, now: datetime
) -> list[FailedMessage]:
    """Note what became of a mail and of those it carries; one that has left stays `sent` or `bounced`.

    Returns those whose state was noted, the mail itself first.
    """
    records = await connection.fetch(
        """
        with settled as (
            update message
            set state = $2, last_error = $3, sent_at = case when $2 = 'sent' then $4::timestamptz end
            where (message_id = $1 and state not in ('sent', 'bounced')) or (carried_by = $1 and state = 'carried')
            returning message_id, kind, region_id, to_address)
        select message_id, kind, region_id, to_address from settled order by message_id <> $1, message_id
        """,
        message_id,
        state,
        error,
        now,
    )
    return msgspec.convert(records, list[FailedMessage])


async def update_lost_messages(connection: Connection, *, before: datetime) -> int:
    """Mark mails as failed whose sending began before `before` and that nobody is sending any more."""
    status: str = await connection.execute(
        """
        with lost as (
            select message_id from message
            where state = 'sending' and sending_at < $1
              and not exists (select from job
                              where job.kind = 'send_message' and job.subject_id = message.message_id
                                and job.state in ('queued', 'running')))
        update message
        set state = 'failed', last_error = coalesce(last_error, 'the process that sent it ended')
        where message_id in (select message_id from lost)
           or (state = 'carried' and carried_by in (select message_id from lost))
        """,
        before,
    )
    return int(status.rpartition(" ")[2])


async def delete_old_messages(connection: Connection, *, before: datetime) -> None:
    """Forget mails that are over: they hold addresses."""
    await connection.execute(
        "delete from message where created_at < $1 and state in ('sent', 'suppressed', 'failed', 'bounced')", before
    )
