"""The page of the inquiry form for documents: chosen, taken in, taken out and put back, without any script."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx, TxOpener
from trialport.core.errors import Busy, Contradiction, NotFound, Problem, TooLarge, WrongMediaType
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.inquiries import attachment_rules, draft_file_service, draft_service, labels
from trialport.inquiries.attachment_api import Files
from trialport.inquiries.attachment_intake import Empty, Infected, Upload
from trialport.inquiries.attachment_models import AttachmentKind
from trialport.inquiries.draft_fields import FILES
from trialport.inquiries.draft_pages import READS, DraftId, place_after, place_of, shared_values

# What surrounds a file in a form, with room for one that is a little too large: it is told at the field (bytes).
_FORM_BYTES = 2 * draft_file_service.MOST_BYTES
_PIECE_BYTES = 256 * 1024
_PAGE = "/inquiries/drafts/{draft_id:uuid}/files"
# What is wrong with a file, by what the desk raises; of several that fit, the first.
_FAULTS: tuple[tuple[type[Problem], str], ...] = (
    (Infected, _("The file contains a virus and was not taken.")),
    (Empty, _("The file is empty. Choose another.")),
    (TooLarge, _("The file is too large. Choose a smaller one.")),
    (
        WrongMediaType,
        _("The content is not what the file's name says, or it holds macros. Save it anew and choose that."),
    ),
    (draft_file_service.TooMany, _("There is no place for another document. Take one out first.")),
    (Busy, _("The file could not be taken just now. Choose it again in a moment.")),
    (Contradiction, _("Files of this kind are not taken. Choose one of the kinds named above.")),
)


@get(_PAGE, opt={**READS, "query": ("check",)})
async def show_files(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, draft_id: DraftId
) -> Response[Any]:
    """Show the documents of a draft, and what may be added."""
    return await _files_page(request, tx, settings, actor, draft_id)


@post(_PAGE, opt={**may("inquiry_draft", "change"), "form": True}, request_max_body_size=_FORM_BYTES, status_code=303)
async def save_files(
    request: PageRequest,
    open_transaction: TxOpener,
    settings: AppSettings,
    actor: Caller,
    files: Files,
    draft_id: DraftId,
) -> Response[Any]:
    """Take in the file that was chosen, whichever button was pressed, or take one out; then go where she wants."""
    form = await read_form(request)
    file = (await request.form()).get("file")
    async with open_transaction() as tx:
        await draft_service.read_draft(tx, actor, draft_id)
        for name in {"remove", "restore"} & form.keys():
            file_id = _as_id(form[name])
            await draft_file_service.remove_file(tx, actor, draft_id, file_id, is_removed=name == "remove")
    fault = ""
    if isinstance(file, UploadFile) and file.filename:
        fault = await _add(open_transaction, settings, actor, files, draft_id, form.get("kind", ""), file)
    elif form.get("to") == FILES and not {"remove", "restore"} & form.keys():
        fault = _("Choose a file first.")
    if fault:
        async with open_transaction() as tx:
            return await _files_page(request, tx, settings, actor, draft_id, form=form, faults={"file": fault})
    if form.get("to") == "leave":
        return go_to("/inquiries?kept=1")
    return go_to(f"/inquiries/drafts/{draft_id}/{place_after(FILES, form.get('to', ''))}")


async def _add(
    open_transaction: Any,
    settings: Settings,
    actor: Actor,
    files: Any,
    draft_id: UUID,
    kind: str,
    file: UploadFile,
) -> str:
    """Take in a file; returns what is wrong with it."""
    if kind not in labels.ATTACHMENT_KINDS:
        return _("Say what the document is.")
    known = msgspec.convert(kind, AttachmentKind)
    upload = Upload(kind=known, file_name=file.filename, chunks=_pieces(file))
    try:
        await draft_file_service.add_file(open_transaction, files, settings, actor, draft_id, upload)
    except tuple(kind for kind, _text in _FAULTS) as wrong:
        return next(text for kind, text in _FAULTS if isinstance(wrong, kind))
    return ""


async def _files_page(
    request: PageRequest,
    tx: Transaction,
    settings: Settings,
    actor: Actor,
    draft_id: UUID,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> Response[Any]:
    draft = await draft_service.read_draft(tx, actor, draft_id)
    language = page_language(request)
    values = {
        **shared_values(request, draft),
        **place_of(FILES),
        "form": form or {},
        "faults": faults or {},
        "files": await draft_file_service.list_files(tx, actor, draft_id),
        "most": attachment_rules.MOST_FILES,
        "kinds": {code: translate(language, text) for code, text in labels.ATTACHMENT_KINDS.items()},
        "endings": ", ".join(sorted(ending.upper() for ending in attachment_rules.MEDIA_TYPES if ending != "jpeg")),
        "accepted": ",".join(f".{ending}" for ending in attachment_rules.MEDIA_TYPES),
        "limit": _megabytes(draft_file_service.size_limit("synopsis", settings)),
        "questionnaire_limit": _megabytes(draft_file_service.size_limit("sponsor_questionnaire", settings)),
    }
    return render_page(request, "inquiries/files.html", values, status_code=422 if faults else 200)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE_BYTES):
        yield piece


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("No such file of this draft.") from None


def _megabytes(count: int) -> str:
    return f"{count / 1_000_000:.3g}"


router = Router(path="/", include_in_schema=False, route_handlers=[show_files, save_files])
