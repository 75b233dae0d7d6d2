"""A file of capacity in two steps: tried first, then confirmed exactly as it was tried."""

import asyncio
import hashlib
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, NotFound
from trialport.core.language import Language
from trialport.units import import_draft_queries as queries
from trialport.units.import_excel import is_workbook, workbook_as_csv
from trialport.units.import_models import ImportReport
from trialport.units.import_service import import_capacities
from trialport.units.office_models import ImportDraft

_LONGEST_NAME = 200


async def try_file(
    tx: Transaction, settings: Settings, actor: Actor, file_name: str, body: bytes, language: Language
) -> UUID:
    """Keep a file and what it would do; nothing else is written. Earlier files of the same person are forgotten.

    What it would do is told in `language`. Raises BadInput and TooLarge for a file that cannot be read.
    """
    if actor.actor_id is None:
        raise Contradiction("Whoever imports a file has to be known.")
    content = await asyncio.to_thread(workbook_as_csv, body, language) if is_workbook(body) else body
    report = await import_capacities(tx, settings, actor, content, dry_run=True, language=language)
    await queries.delete_drafts(tx.connection, actor_id=actor.actor_id)
    return await queries.insert_draft(
        tx.connection,
        actor_id=actor.actor_id,
        file_name=file_name[:_LONGEST_NAME] or "-",
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        report=msgspec.to_builtins(report),
        report_sha256=hash_of_report(report),
        now=tx.now,
    )


async def read_trial(
    tx: Transaction, settings: Settings, actor: Actor, import_draft_id: UUID, language: Language
) -> tuple[ImportDraft, ImportReport]:
    """Return a file tried before with what it would do now; raises NotFound for another person's, or one forgotten."""
    draft = await queries.select_draft(tx.connection, actor_id=actor.actor_id, import_draft_id=import_draft_id)
    if draft is None:
        raise NotFound("This file was imported already, or another one was tried after it. Choose it again.")
    return draft, await import_capacities(tx, settings, actor, draft.content, dry_run=True, language=language)


async def confirm_file(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    import_draft_id: UUID,
    *,
    sha256: str,
    report_sha256: str,
    language: Language,
) -> ImportReport:
    """Import a file exactly as it was tried.

    Raises Changed when it is another file than the one shown, or would do something else by now.
    """
    draft, report = await read_trial(tx, settings, actor, import_draft_id, language)
    if draft.sha256 != sha256 or hash_of_report(report) != report_sha256:
        raise Changed("Somebody changed a record after the file was tried. Look at what it would do now.")
    written = await import_capacities(tx, settings, actor, draft.content, dry_run=False, language=language)
    if actor.actor_id is not None:
        await queries.delete_drafts(tx.connection, actor_id=actor.actor_id)
    return written


def hash_of_report(report: ImportReport) -> str:
    """Return what a confirmation has to name, so that what was shown is what is written."""
    return hashlib.sha256(msgspec.json.encode(report)).hexdigest()
