"""Table bounce_position, and what a mail that came back means for table message. Run as the program."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.notifications.mail_models import MessageKind


class BouncePosition(Struct, frozen=True, kw_only=True):
    """How far a mailbox has been read."""

    uid_validity: int
    last_uid: int


class BouncedMessage(Struct, frozen=True, kw_only=True):
    """A mail that came back: enough to tell an office."""

    message_id: UUID
    kind: MessageKind
    region_id: UUID | None
    subject_id: UUID | None
    to_address: str
    params: dict[str, Any]


async def select_bounce_position(connection: Connection, *, mailbox: str) -> BouncePosition | None:
    record = await connection.fetchrow("select uid_validity, last_uid from bounce_position where mailbox = $1", mailbox)
    return None if record is None else msgspec.convert(record, BouncePosition)


async def upsert_bounce_position(
    connection: Connection,
    *,
    mailbox: str,
    uid_validity: int,
    last_uid: int,
    was: BouncePosition | None,
    now: datetime,
) -> bool:
    """Note how far a mailbox has been read; False when another has read it meanwhile."""
    status: str = await connection.execute(
        """
        insert into bounce_position as p (mailbox, uid_validity, last_uid, read_at) values ($1, $2, $3, $6)
        on conflict (mailbox) do update
        set uid_validity = excluded.uid_validity, last_uid = excluded.last_uid, read_at = excluded.read_at
        where p.uid_validity = $4 and p.last_uid = $5
        """,
        mailbox,
        uid_validity,
        last_uid,
        None if was is None else was.uid_validity,
        None if was is None else was.last_uid,
        now,
    )
    return status.endswith(" 1")


async def update_messages_bounced(
    connection: Connection, *, message_id: UUID, addresses: Sequence[str], status: str
) -> list[BouncedMessage]:
    """Note that a mail came back, and with it those it carried.

    Only one that was sent by us, to one of these addresses, and not noted before.
    """
    records = await connection.fetch(
        """
        update message
        set state = 'bounced', last_error = 'came back: ' || $3
        where (message_id = $1 or carried_by = $1) and lower(to_address) = any ($2::text[])
          and state in ('sending', 'carried', 'sent')
        returning message_id, kind, region_id, subject_id, to_address, params
        """,
        message_id,
        addresses,
        status,
    )
    return msgspec.convert(records, list[BouncedMessage])
