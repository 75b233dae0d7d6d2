"""An inquiry in the making: begun, typed step by step, sent or discarded; and the same for a change of one."""

from datetime import timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, NotFound, Refused
from trialport.core.translations import to_translate as _
from trialport.inquiries import (
    attachment_service,
    draft_content,
    draft_file_queries,
    draft_queries,
    queries,
    rules,
    service,
)
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.draft_fields import FILES, STEPS
from trialport.inquiries.draft_queries import DraftRow
from trialport.inquiries.queries import InquiryRow
from trialport.inquiries.service import IsIcd10

# A draft that nobody has written in for so long is deleted.
KEEP_DRAFTS = timedelta(days=180)
_SAY_IT = _("The trial office asked for this. Say it here; a document alone does not answer it.")
_NONE = "No draft of yours here. It may have been sent or discarded."


class Faulty(Contradiction):
    """What was typed is no inquiry yet; `faults` says what to do, by the names of the form's fields."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("Some fields are missing or do not fit.")
        self.faults = faults


class Overtaken(Changed):
    """Somebody changed the inquiry meanwhile; the draft holds both changes now, hers where both changed one field."""

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("Somebody changed this inquiry meanwhile. Look at what is new, and send again.")
        self.fields = fields


class Sent(Struct, frozen=True, kw_only=True):
    """What became of a draft."""

    inquiry_id: UUID
    is_new: bool


async def start_draft(tx: Transaction, actor: Actor, typed: dict[str, str]) -> UUID:
    """Begin an inquiry with what is known already; returns the draft's id."""
    _require_sponsor(actor)
    draft_id = await draft_queries.insert_draft(
        tx.connection,
        actor=actor,
        inquiry_id=None,
        inquiry_version=None,
        content={name: text for name, text in typed.items() if text},
        step=STEPS[0].name,
        now=tx.now,
    )
    return _made(draft_id)


async def start_amendment(tx: Transaction, actor: Actor, inquiry_id: UUID) -> UUID:
    """Begin to change an inquiry, or go on where she or a colleague began."""
    _require_sponsor(actor)
    row = await service.read_inquiry(tx, actor, inquiry_id)
    service.require_command(actor, row, "amend")
    draft_id = await draft_queries.insert_draft(
        tx.connection,
        actor=actor,
        inquiry_id=inquiry_id,
        inquiry_version=row.version,
        content=draft_content.typed_of(rules.join_content(row.content, row.confidential)),
        step=STEPS[0].name,
        now=tx.now,
    )
    return draft_id or _made(
        await draft_queries.select_draft_of_inquiry(tx.connection, actor=actor, inquiry_id=inquiry_id)
    )


async def read_draft(tx: Transaction, actor: Actor, draft_id: UUID, *, to_write: bool = False) -> DraftRow:
    """Return a draft of the actor's sponsor; raises NotFound otherwise. To write in it keeps others away meanwhile."""
    read = draft_queries.lock_draft if to_write else draft_queries.select_draft
    draft = await read(tx.connection, actor=actor, draft_id=draft_id)
    if draft is None:
        raise NotFound(_NONE)
    return draft


async def save_step(
    tx: Transaction, draft: DraftRow, step: str, given: dict[str, str], *, seen: int
) -> tuple[DraftRow, bool]:
    """Keep what was typed on one step, whatever it is; returns the draft and whether it was kept.

    It is not kept when somebody has written in the draft since the form was loaded (`seen`) and differs in this step.
    """
    names = draft_content.step_names(step, {*draft.content, *given})
    own = {name: text.replace("\0", "") for name, text in given.items() if name in names and text.strip()}
    stored = {name: text for name, text in draft.content.items() if name in names}
    if draft.revision != seen and stored != own:
        return draft, False
    others = {name: text for name, text in draft.content.items() if name not in names}
    return await _keep(tx, draft, others | own, step, draft.inquiry_version), True


async def read_content(tx: Transaction, actor: Actor, draft: DraftRow) -> tuple[draft_content.Draft, InquiryRow | None]:
    """Return what was typed as far as it is an inquiry, with what is wrong; and the inquiry it changes."""
    if draft.inquiry_id is None:
        return draft_content.read_typed(draft.content), None
    row = await service.read_inquiry(tx, actor, draft.inquiry_id)
    base = msgspec.to_builtins(rules.join_content(row.content, row.confidential))
    return draft_content.read_typed(draft.content, base), row


async def send_draft(tx: Transaction, settings: Settings, actor: Actor, draft_id: UUID, is_icd10: IsIcd10) -> Sent:
    """Send an inquiry or a change of one; the draft is deleted.

    Raises Faulty where something is missing or does not fit, Overtaken where the inquiry was changed meanwhile.
    """
    draft = await read_draft(tx, actor, draft_id, to_write=True)
    read, row = await read_content(tx, actor, draft)
    if read.faults:
        raise Faulty(read.faults)
    content = msgspec.convert(read.content, InquiryContent)
    try:
        if row is None:
            receipt = await service.submit_inquiry(tx, settings, actor, content, is_icd10)
            inquiry_id = receipt.inquiry_id
        else:
            await _require_current(tx, draft, row)
            await _amend(tx, settings, actor, draft, row, content, is_icd10)
            inquiry_id = row.inquiry_id
    except Contradiction as wrong:
        raise Faulty(draft_content.faults_of(wrong.errors, draft.content)) from wrong
    await attachment_service.take_over(tx, actor, draft_id, inquiry_id)
    await draft_queries.delete_draft(tx.connection, actor=actor, draft_id=draft_id)
    return Sent(inquiry_id=inquiry_id, is_new=row is None)


async def _amend(
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    draft: DraftRow,
    row: InquiryRow,
    content: InquiryContent,
    is_icd10: IsIcd10,
) -> None:
    """Change an inquiry; where only files are new there is nothing to change, unless the office waits for words."""
    before = rules.join_content(row.content, row.confidential)
    if not rules.changed_groups(before, content):
        files = await draft_file_queries.select_draft_files(tx.connection, actor=actor, draft_id=draft.draft_id)
        if any(not (one.is_sent or one.is_removed) for one in files):
            if row.state == "needs_information":
                raise Faulty(dict.fromkeys(row.information_wanted or (FILES,), _SAY_IT))
            return
    update = draft_content.changes_of(before, content)
    await service.amend_inquiry(tx, settings, actor, row.inquiry_id, update, is_icd10, expected=row.revision)


async def discard_draft(tx: Transaction, actor: Actor, draft_id: UUID) -> None:
    """Delete a draft with all that was typed."""
    await read_draft(tx, actor, draft_id)
    await draft_queries.delete_draft(tx.connection, actor=actor, draft_id=draft_id)
    await record_audit_event(
        tx, actor, action="inquiry_draft.discarded", object_type="inquiry_draft", object_id=draft_id, region_id=None
    )


async def tidy_drafts(tx: Transaction) -> None:
    """Forget drafts that nobody has written in for half a year."""
    await draft_queries.delete_old_drafts(tx.connection, before=tx.now - KEEP_DRAFTS)


async def forget_erased_people(tx: Transaction) -> int:
    """Take who has been erased out of the drafts that she began; her colleagues keep the rest. Safe to repeat."""
    return await draft_queries.update_drafts_forgotten(tx.connection)


async def _require_current(tx: Transaction, draft: DraftRow, row: InquiryRow) -> None:
    """Bring a draft to the inquiry's newest version; raises Overtaken where that changed anything."""
    if row.version == draft.inquiry_version or draft.inquiry_version is None:
        return
    version = draft.inquiry_version
    found = await queries.select_version(tx.connection, inquiry_id=row.inquiry_id, version=version)
    if found is None:
        raise LookupError(f"no version {version} of inquiry {row.inquiry_id}")
    before = draft_content.typed_of(rules.join_content(found[0], found[1]))
    theirs = draft_content.typed_of(rules.join_content(row.content, row.confidential))
    names = {*before, *theirs, *draft.content}
    news = {name for name in names if theirs.get(name) != before.get(name)}
    own = {name for name in names if draft.content.get(name) != before.get(name)}
    merged = {name: draft.content.get(name, "") if name in own else theirs.get(name, "") for name in names}
    await _keep(tx, draft, {name: text for name, text in merged.items() if text}, draft.step, row.version)
    raise Overtaken(tuple(sorted(news)))


async def _keep(
    tx: Transaction, draft: DraftRow, content: dict[str, str], step: str, inquiry_version: int | None
) -> DraftRow:
    revision = await draft_queries.update_draft(
        tx.connection,
        draft_id=draft.draft_id,
        revision=draft.revision,
        content=content,
        step=step,
        inquiry_version=inquiry_version,
        now=tx.now,
    )
    if revision is None:
        raise Changed("Somebody wrote in this draft at the same moment. Send your form again.")
    return msgspec.structs.replace(
        draft, content=content, step=step, revision=revision, inquiry_version=inquiry_version, updated_at=tx.now
    )


def _require_sponsor(actor: Actor) -> None:
    if actor.sponsor_id is None:
        raise Refused("Your account belongs to no sponsor yet. Ask the trial office to set it up.")


def _made(draft_id: UUID | None) -> UUID:
    if draft_id is None:
        raise Changed("The draft was sent or discarded at the same moment. Begin again.")
    return draft_id
