"""Mails to one person that wait together leave as one, which lists them, each with its own link.

The first one to leave takes the others along before it goes; which ones is committed, so that another attempt carries
the same. Who has just had a mail is left in peace for a while, and what is written meanwhile is gathered.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.notifications import message_queries as queries
from trialport.notifications.mail_models import (
    PARAMS,
    Digest,
    DigestItem,
    FilledItem,
    Filling,
    Mail,
    MailParams,
    MessageKind,
)
from trialport.notifications.message_queries import MessageRow

# Says what a stored mail gets as it leaves, from its parameters; None when it has been overtaken and shall not leave.
Filler = Callable[[Transaction, Settings, MailParams], Awaitable[Filling | None]]

# What waits for the person, the weightiest first: of one invitation only that is told.
_WAITING: tuple[MessageKind, ...] = (
    "invitation",
    "invitation_amended",
    "invitation_moved",
    "invitation_reminder",
)
# A head's sign-off and what the sponsor answers are mails of their own: each is about one thing to do at once.
GATHERED: frozenset[MessageKind] = frozenset({*_WAITING, "digest", "invitation_withdrawn", "invitation_over"})
# A longer list than this is read by nobody (mails in one).
_AT_MOST = 50


class Taken(Struct, frozen=True, kw_only=True):
    """A mail that is about to leave and those it carries; or how long it waits first (seconds)."""

    rows: tuple[MessageRow, ...] = ()
    wait_seconds: float = 0


class ToSend(Struct, frozen=True, kw_only=True):
    """A mail ready to be worded. Those of `overtaken` are not in it, though it would have carried them."""

    mail: Mail
    filling: Filling
    overtaken: tuple[UUID, ...] = ()


async def take_mail(tx: Transaction, settings: Settings, message_id: UUID) -> Taken:
    """Note that a mail is about to leave, with what else waits for the same person; no rows where it has left.

    Nothing is added to a mail that may have left once: a mail program that has it would not show another of its id.
    """
    waiting = await queries.select_waiting_message(tx.connection, message_id=message_id)
    gathers = waiting is not None and waiting.kind in GATHERED
    if waiting is not None and gathers:
        await queries.lock_address(tx.connection, address=waiting.to_address)
        last = await queries.select_last_mail_at(tx.connection, address=waiting.to_address, kinds=sorted(GATHERED))
        if last is not None and (free_at := last + timedelta(seconds=settings.gather_seconds)) > tx.now:
            return Taken(wait_seconds=(free_at - tx.now).total_seconds())
    first = await queries.update_message_sending(tx.connection, message_id=message_id, now=tx.now)
    if first is None:
        return Taken()
    if gathers:
        await queries.update_messages_carried(
            tx.connection, message_id=message_id, address=first.to_address, kinds=sorted(GATHERED), limit=_AT_MOST
        )
    carried = await queries.select_carried(tx.connection, message_id=message_id)
    return Taken(rows=(first, *carried))


async def fill_mail(
    tx: Transaction, settings: Settings, rows: Sequence[MessageRow], fillers: Mapping[MessageKind, Filler]
) -> ToSend | None:
    """Give a mail, and those it carries, what they get as they leave; None where all of it has been overtaken."""
    first = rows[0]
    if first.kind not in GATHERED:
        params = msgspec.convert(first.params, PARAMS[first.kind])
        filling = await _filled(tx, settings, first.kind, params, fillers)
        return (
            None if filling is None else ToSend(mail=_mail(first, first.kind, params, first.thread_id), filling=filling)
        )
    told = []
    for message_id, item in _items(rows):
        params = msgspec.convert(item.params, PARAMS[item.kind])
        filling = await _filled(tx, settings, item.kind, params, fillers)
        if filling is not None:
            told.append((message_id, item, params, filling))
    told = [one for one in told if not _is_said_better(one[1], [item for _, item, _, _ in told])]
    if not told:
        return None
    left = {message_id for message_id, _, _, _ in told}
    overtaken = tuple(row.message_id for row in rows[1:] if row.message_id not in left)
    subjects = {item.subject_id for _, item, _, _ in told}
    thread_id = subjects.pop() if len(subjects) == 1 else None
    if len(told) == 1:
        _, item, params, filling = told[0]
        return ToSend(mail=_mail(first, item.kind, params, thread_id), filling=filling, overtaken=overtaken)
    items = tuple(
        FilledItem(
            kind=item.kind,
            values=msgspec.structs.asdict(params) | dict(filling.values),
            first=filling.first,
            facts=filling.facts,
        )
        for _, item, params, filling in told
    )
    kind: MessageKind = "digest" if all(item.kind in _WAITING for item in items) else "news_digest"
    mail = _mail(first, kind, Digest(items=tuple(item for _, item, _, _ in told)), thread_id)
    if len({row.signature for row in rows}) > 1:
        # Several offices write: none of them signs for the others.
        mail = msgspec.structs.replace(mail, signature=())
    return ToSend(mail=mail, filling=Filling(items=items), overtaken=overtaken)


async def _filled(
    tx: Transaction, settings: Settings, kind: MessageKind, params: MailParams, fillers: Mapping[MessageKind, Filler]
) -> Filling | None:
    filler = fillers.get(kind)
    return Filling() if filler is None else await filler(tx, settings, params)


def _items(rows: Sequence[MessageRow]) -> Iterator[tuple[UUID, DigestItem]]:
    """Yield all that the mails say, each with the mail that it was written in, in the order they were written."""
    for row in sorted(rows, key=lambda one: one.message_id):
        if row.kind == "digest":
            for item in msgspec.convert(row.params, Digest).items:
                yield row.message_id, item
        else:
            yield (
                row.message_id,
                DigestItem(kind=row.kind, params=row.params, region_id=row.region_id, subject_id=row.subject_id),
            )


def _is_said_better(item: DigestItem, items: Sequence[DigestItem]) -> bool:
    """Tell whether another line says more of the same invitation: it is new, it has changed, its day has moved."""
    if item.kind not in _WAITING or item.subject_id is None:
        return False
    rivals = [one for one in items if one.subject_id == item.subject_id and one.kind in _WAITING]
    return item is not min(reversed(rivals), key=lambda one: _WAITING.index(one.kind))


def _mail(row: MessageRow, kind: MessageKind, params: MailParams, thread_id: UUID | None) -> Mail:
    return Mail(
        message_id=row.message_id,
        kind=kind,
        to_address=row.to_address,
        language=row.language,
        params=params,
        written_at=row.created_at,
        thread_id=thread_id,
        signature=tuple((row.signature or "").splitlines()),
    )
