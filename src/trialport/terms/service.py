"""Reading texts by a region's words, and agreeing on those: proposed by one person, agreed to by a second."""

import asyncio
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, NotFound, Refused, explain
from trialport.core.jobs.lease import ask_for_job
from trialport.core.language import Language
from trialport.terms import queries, rules
from trialport.terms.book import TermBook
from trialport.terms.models import LocalTermChange, LocalTermCreate, LocalTermState
from trialport.terms.queries import LocalTermRow
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.local import key_of_words
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader

# A text longer than this (characters) is read in a thread, so that other requests do not wait for it.
_LONG_TEXT = 500

explain("local_term_inquiry_id_fkey", Contradiction, "inquiry_id", "There is no such inquiry.")

_STATES: dict[rules.Command, LocalTermState] = {"agree": "agreed", "reject": "rejected", "withdraw": "withdrawn"}


async def read_text(
    tx: Transaction, actor: Actor, reader: Reader, book: TermBook, text: str, lang: Language | None
) -> Reading:
    """Read a text as the actor's region reads it; nothing of the text is kept."""
    own = await book.read(tx, () if actor.region_id is None else (actor.region_id,))
    if len(text) > _LONG_TEXT:
        return await asyncio.to_thread(reader.read_text, text, lang, own.terms)
    return reader.read_text(text, lang, own.terms)


async def require_region(tx: Transaction, actor: Actor, region_id: UUID) -> None:
    """Raise NotFound unless the terms of the region are the actor's to see."""
    if actor.role != "admin" and actor.region_id != region_id:
        raise NotFound("No region of yours here.")
    if not await queries.select_region_exists(tx.connection, region_id=region_id):
        raise NotFound("No region of yours here.")


def allowed_commands(actor: Actor, row: LocalTermRow) -> tuple[str, ...]:
    """Return what the actor may do with a term now."""
    return rules.allowed_commands(actor, row.state, proposer_id=row.proposer_id, proposed_by=row.proposed_by)


async def read_term(tx: Transaction, actor: Actor, local_term_id: UUID) -> LocalTermRow:
    """Return a local term in the actor's scope; raises NotFound otherwise."""
    row = await queries.select_local_term(tx.connection, actor=actor, local_term_id=local_term_id)
    if row is None:
        raise NotFound("No local term of yours here.")
    return row


async def propose_term(tx: Transaction, actor: Actor, vocabulary: Vocabulary, data: LocalTermCreate) -> LocalTermRow:
    """Take in a term or a correction; it is read once a second person agrees.

    Raises Contradiction naming every field that does not fit, Refused while the words have another term.
    """
    if errors := rules.check_term(data, vocabulary.concept_ids):
        raise Contradiction("This cannot be a local term. See `errors`.", errors=errors)
    region_id = actor.region_id
    if region_id is None:
        raise Contradiction("Your token has no region, and a local term belongs to one.")
    if data.inquiry_id is not None and not await queries.select_inquiry_in_region(
        tx.connection, inquiry_id=data.inquiry_id, region_id=region_id
    ):
        raise Contradiction.at("inquiry_id", "No inquiry of yours has this id. Correct it or leave it out.")
    key = key_of_words(data.term)
    local_term_id = await queries.insert_local_term(
        tx.connection, actor=actor, region_id=region_id, data=data, term_key=key, now=tx.now
    )
    if local_term_id is None:
        raise await _taken(tx, actor, data, key)
    row = await read_term(tx, actor, local_term_id)
    await _audit(tx, actor, row, "proposed")
    return row


async def decide_term(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    local_term_id: UUID,
    command: rules.Command,
    *,
    reason: str | None = None,
    expected: int | None,
) -> LocalTermRow:
    """Agree to a term, reject or withdraw it; what is read by it from now on is assessed anew.

    Raises Changed when another state is stored than expected, Refused where the state does not allow it.
    """
    before = await read_term(tx, actor, local_term_id)
    if expected is not None and before.revision != expected:
        raise Changed("Somebody changed this term after you read it. Read it again and decide then.")
    _require_command(actor, before, command)
    changed = await queries.update_local_term_state(
        tx.connection,
        actor=actor,
        local_term_id=local_term_id,
        revision=before.revision,
        state=_STATES[command],
        reason=reason,
        now=tx.now,
    )
    if changed is None:
        raise Changed("Somebody changed this term at the same moment. Read it again.")
    row = await read_term(tx, actor, local_term_id)
    await _audit(tx, actor, row, row.state)
    if "agreed" in (before.state, row.state):
        await ask_for_job(tx, settings, kind="refresh_assessments", subject_id=row.region_id)
    return row


async def list_term_history(
    tx: Transaction, actor: Actor, local_term_id: UUID, *, before_revision: int | None, limit: int
) -> list[LocalTermChange]:
    """Return what was done with a term, when and by whom, newest first."""
    await read_term(tx, actor, local_term_id)
    return await queries.select_local_term_history(
        tx.connection, local_term_id=local_term_id, before_revision=before_revision, limit=limit
    )


def _require_command(actor: Actor, row: LocalTermRow, command: rules.Command) -> None:
    allowed = allowed_commands(actor, row)
    if command not in allowed:
        why = f"A local term in state `{row.state}` does not allow `{command}` for you."
        if command in ("agree", "reject") and row.state == "proposed":
            why = f"Who proposed a term cannot `{command}` it. Ask a colleague of your office."
        raise Refused(why, extra={"state": row.state, "available_actions": list(allowed)})


async def _taken(tx: Transaction, actor: Actor, data: LocalTermCreate, key: str) -> Refused:
    """Say which term has these words, and what can be done with it."""
    other = await queries.select_open_term(tx.connection, actor=actor, language=data.language, term_key=key)
    if other is None:
        return Refused("Another term for these words was changed at the same moment. Send yours again.")
    allowed = allowed_commands(actor, other)
    way = "It stands already" if other.concept == data.concept else "End that one first"
    return Refused(
        f"Your region has these words as {other.concept} ({other.state}, local term {other.local_term_id}). {way}.",
        extra={"state": other.state, "available_actions": list(allowed)},
    )


async def _audit(tx: Transaction, actor: Actor, row: LocalTermRow, action: str) -> None:
    await record_audit_event(
        tx,
        actor,
        action=f"local_term.{action}",
        object_type="local_term",
        object_id=row.local_term_id,
        region_id=row.region_id,
        details={"revision": row.revision},
    )
