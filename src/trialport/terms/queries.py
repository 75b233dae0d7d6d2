"""Tables local_term and local_term_history.

An office reaches the terms of its region, an admin all; other roles none. What is out of scope does not exist.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.terms.models import LocalTermChange, LocalTermCreate, LocalTermState
from trialport.vocabulary.local import LocalTerm


class LocalTermRow(Struct, frozen=True, kw_only=True):
    """A local term as stored."""

    local_term_id: UUID
    region_id: UUID
    region: str
    term: str
    language: Language
    concept: str
    read_as: str | None
    inquiry_id: UUID | None
    note: str | None
    state: LocalTermState
    revision: int
    proposed_at: datetime
    proposed_by: str
    proposer_id: UUID | None
    agreed_at: datetime | None
    agreed_by: str | None
    reason: str | None


async def select_inquiry_in_region(connection: Connection, *, inquiry_id: UUID, region_id: UUID) -> bool:
    """Say whether an inquiry asks this region."""
    asked: bool = await connection.fetchval(
        "select exists (select from inquiry_region where inquiry_id = $1 and region_id = $2)", inquiry_id, region_id
    )
    return asked


async def select_region_exists(connection: Connection, *, region_id: UUID) -> bool:
    found: bool = await connection.fetchval("select exists (select from region where region_id = $1)", region_id)
    return found


async def insert_local_term(
    connection: Connection, *, actor: Actor, region_id: UUID, data: LocalTermCreate, term_key: str, now: datetime
) -> UUID | None:
    """Store a proposed term with its history; None when the region has one open for the same words."""
    local_term_id: UUID | None = await connection.fetchval(
        """
        with made as (
            insert into local_term
                (region_id, term, language, concept, read_as, inquiry_id, note, term_key, state, proposed_at,
                 proposed_by, proposer_id, updated_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9, $10, $11, $9)
            on conflict (region_id, language, term_key) where state in ('proposed', 'agreed') do nothing
            returning local_term_id
        ), noted as (
            insert into local_term_history (local_term_id, revision, action, changed_at, changed_by, actor_id)
            select local_term_id, 1, 'proposed', $9, $10, $11 from made
        )
        select local_term_id from made
        """,
        region_id,
        data.term,
        data.language,
        data.concept,
        data.read_as,
        data.inquiry_id,
        data.note,
        term_key,
        now,
        actor.name,
        actor.actor_id,
    )
    return local_term_id


async def select_local_term(connection: Connection, *, actor: Actor, local_term_id: UUID) -> LocalTermRow | None:
    record = await connection.fetchrow(
        """
        select t.local_term_id, t.region_id, r.code as region, t.term, t.language, t.concept, t.read_as,
               t.inquiry_id, t.note, t.state, t.revision, t.proposed_at, t.proposed_by, t.proposer_id, t.agreed_at,
               t.agreed_by, t.reason
        from local_term t
        join region r using (region_id)
        where t.local_term_id = $3
          and ($1 = 'admin' or ($1 = 'office' and t.region_id = $2))
        """,
        actor.role,
        actor.region_id,
        local_term_id,
    )
    return None if record is None else msgspec.convert(record, LocalTermRow)


async def select_open_term(
    connection: Connection, *, actor: Actor, language: Language, term_key: str
) -> LocalTermRow | None:
    """Find the proposed or agreed term that the actor's region has for these words."""
    record = await connection.fetchrow(
        """
        select t.local_term_id, t.region_id, r.code as region, t.term, t.language, t.concept, t.read_as,
               t.inquiry_id, t.note, t.state, t.revision, t.proposed_at, t.proposed_by, t.proposer_id, t.agreed_at,
               t.agreed_by, t.reason
        from local_term t
        join region r using (region_id)
        where t.region_id = $1 and t.language = $2 and t.term_key = $3 and t.state in ('proposed', 'agreed')
        """,
        actor.region_id,
        language,
        term_key,
    )
    return None if record is None else msgspec.convert(record, LocalTermRow)


async def select_local_terms(
    connection: Connection, *, actor: Actor, state: str | None, before: UUID | None, limit: int
) -> list[LocalTermRow]:
    records = await connection.fetch(
        """
        select t.local_term_id, t.region_id, r.code as region, t.term, t.language, t.concept, t.read_as,
               t.inquiry_id, t.note, t.state, t.revision, t.proposed_at, t.proposed_by, t.proposer_id, t.agreed_at,
               t.agreed_by, t.reason
        from local_term t
        join region r using (region_id)
        where ($1 = 'admin' or ($1 = 'office' and t.region_id = $2))
          and ($3::text is null or t.state = $3)
          and ($4::uuid is null or t.local_term_id < $4)
        order by t.local_term_id desc
        limit $5
        """,
        actor.role,
        actor.region_id,
        state,
        before,
        limit,
    )
    return msgspec.convert(records, list[LocalTermRow])


async def update_local_term_state(
    connection: Connection,
    *,
    actor: Actor,
    local_term_id: UUID,
    revision: int,
    state: LocalTermState,
    reason: str | None,
    now: datetime,
) -> int | None:
    """Move a term on and write its history; returns its new revision, None when another change came first."""
    changed: int | None = await connection.fetchval(
        """
        with moved as (
            update local_term
            set state = $3, revision = revision + 1, reason = $4, updated_at = $5,
                agreed_at = case when $3 = 'agreed' then $5 else agreed_at end,
                agreed_by = case when $3 = 'agreed' then $6 else agreed_by end
            where local_term_id = $1 and revision = $2
            returning local_term_id, revision
        ), noted as (
            insert into local_term_history
                (local_term_id, revision, action, reason, changed_at, changed_by, actor_id)
            select local_term_id, revision, $3, $4, $5, $6, $7 from moved
        )
        select revision from moved
        """,
        local_term_id,
        revision,
        state,
        reason,
        now,
        actor.name,
        actor.actor_id,
    )
    return changed


async def select_local_term_history(
    connection: Connection, *, local_term_id: UUID, before_revision: int | None, limit: int
) -> list[LocalTermChange]:
    """Read a term's history, newest first; the caller has checked that the term is in scope."""
    records = await connection.fetch(
        """
        select revision, action, reason, changed_at, changed_by
        from local_term_history
        where local_term_id = $1 and ($2::integer is null or revision < $2)
        order by revision desc
        limit $3
        """,
        local_term_id,
        before_revision,
        limit,
    )
    return msgspec.convert(records, list[LocalTermChange])


async def select_terms_stamp(connection: Connection, *, region_ids: Sequence[UUID]) -> str:
    """Return a text that changes whenever the agreed terms of these regions do. Unscoped."""
    stamp: str = await connection.fetchval(
        """
        select concat_ws(',', count(*), max(updated_at), sum(hashtext(local_term_id::text)))
        from local_term
        where region_id = any ($1::uuid[]) and state = 'agreed'
        """,
        region_ids,
    )
    return stamp


async def select_agreed_terms(connection: Connection, *, region_ids: Sequence[UUID]) -> list[LocalTerm]:
    """Read the agreed terms of these regions. Unscoped: only for reading texts by them."""
    records = await connection.fetch(
        """
        select term, language, concept
        from local_term
        where region_id = any ($1::uuid[]) and state = 'agreed'
        order by local_term_id
        """,
        region_ids,
    )
    return [LocalTerm(*record) for record in records]
