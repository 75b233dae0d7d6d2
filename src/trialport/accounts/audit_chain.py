"""The chain over the audit trail: a changed, removed or added event shows.

Link n of a chain holds SHA-256 over the hash of link n - 1 and over the event, its number and its chain in one
fixed form. Links are added after the events' commit (docs/audit.md, docs/decisions/0014-audit-chain.md).
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from trialport.accounts import audit_queries as queries
from trialport.accounts.audit_models import (
    NO_REGION,
    ChainFault,
    ChainHead,
    ChainReport,
    FaultKind,
    StoredEvent,
    StoredLink,
)
from trialport.core.db import Transaction

_LINKED_AT_ONCE = 500
_CHECKED_AT_ONCE = 1000
_FAULTS_TOLD = 1000
# A transaction ends within minutes (core/db.py), so an event is at most that much older than its commit.
_LOOKED_BACK = timedelta(hours=1)
# The sweep links every few seconds; an event without a link after so long was added past it, or nothing sweeps.
LINKED_WITHIN = timedelta(minutes=10)


def link_hash(before: bytes, chain_id: UUID, number: int, event: StoredEvent) -> bytes:
    """Return the hash of a link: over the link before it, its own place, and every column of its event."""
    body = msgspec.json.encode([chain_id, number, event], order="deterministic")
    return hashlib.sha256(before + body).digest()


def first_id_of(moment: datetime) -> UUID:
    """Return the lowest version-7 identifier of a moment; what was made before it has a lower one."""
    milliseconds = int(moment.astimezone(UTC).timestamp() * 1000)
    return UUID(int=milliseconds << 80)


def moment_of(identifier: UUID) -> datetime:
    """Return when a version-7 identifier was made."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


async def chains_to_extend(tx: Transaction, *, everything: bool = False) -> tuple[list[UUID], UUID | None]:
    """Return the chains with events that wait for a link, and the event after which to look for them.

    Looks from an hour before the newest linked event on, which keeps it quick; `everything` looks at the whole
    trail.
    """
    newest = None if everything else await queries.select_newest_link_event(tx.connection)
    after = None if newest is None else first_id_of(moment_of(newest) - _LOOKED_BACK)
    return await queries.select_chains_waiting(tx.connection, after=after), after


async def extend_chain(tx: Transaction, chain_id: UUID, after: UUID | None) -> int:
    """Link events of one chain that have none yet, oldest first; returns how many, 0 when another process does it."""
    if not await queries.lock_chain(tx.connection, chain_id=chain_id):
        return 0
    # Read only now, when nobody else can add to the chain.
    head = await queries.select_chain_head(tx.connection, chain_id=chain_id)
    events = await queries.select_events_to_link(tx.connection, chain_id=chain_id, after=after, limit=_LINKED_AT_ONCE)
    links = list(_links_of(chain_id, head, events))
    if links:
        await queries.insert_links(tx.connection, chain_id=chain_id, links=links, now=tx.now)
    return len(links)


def _links_of(chain_id: UUID, head: ChainHead, events: Sequence[StoredEvent]) -> Iterator[tuple[int, UUID, bytes]]:
    number, before = head.number, head.link_hash
    for event in events:
        number += 1
        before = link_hash(before, chain_id, number, event)
        yield number, event.audit_event_id, before


async def check_chain(
    tx: Transaction, chain_id: UUID, *, expected: Sequence[ChainHead] = (), linked_within: timedelta = LINKED_WITHIN
) -> ChainReport:
    """Compute a chain anew and name everything that is not as it was written.

    `expected` are heads noted down earlier: where the chain has another hash there now, something before was
    rewritten, however consistently.
    """
    faults: list[ChainFault] = []
    wanted = {head.number: head.link_hash for head in expected}
    head, count = ChainHead(), 0
    while links := await queries.select_links(
        tx.connection, chain_id=chain_id, after=head.number, limit=_CHECKED_AT_ONCE
    ):
        for link in links:
            faults += _faults_of(chain_id, head, link)
            if link.number in wanted and wanted.pop(link.number) != link.link_hash:
                faults.append(_fault("not_as_expected", link))
            head, count = ChainHead(number=link.number, link_hash=link.link_hash), count + 1
    faults += [ChainFault(kind="not_as_expected", number=number, audit_event_id=None) for number in wanted]
    faults += await queries.select_events_never_linked(
        tx.connection, chain_id=chain_id, before=tx.now - linked_within, limit=_FAULTS_TOLD
    )
    return ChainReport(chain_id=chain_id, head=head, links=count, faults=tuple(faults))


def _faults_of(chain_id: UUID, head: ChainHead, link: StoredLink) -> Iterator[ChainFault]:
    for number in range(head.number + 1, min(link.number, head.number + 1 + _FAULTS_TOLD)):
        yield ChainFault(kind="link_missing", number=number, audit_event_id=None)
    is_next = link.number == head.number + 1
    if link.event is None:
        yield _fault("event_missing", link)
    elif (link.event.region_id or NO_REGION) != chain_id:
        yield _fault("wrong_chain", link)
    elif is_next and link_hash(head.link_hash, chain_id, link.number, link.event) != link.link_hash:
        yield _fault("changed", link)


def _fault(kind: FaultKind, link: StoredLink) -> ChainFault:
    return ChainFault(kind=kind, number=link.number, audit_event_id=link.audit_event_id)
