"""Importing a file of capacity as pages: tried first and shown row by row, written only once it is confirmed."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.params import PathParameter, QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import BadInput, Changed, Contradiction, TooLarge
from trialport.core.pages import page_language, render_page
from trialport.core.translations import to_translate as _
from trialport.units import import_draft_service, register_labels
from trialport.vocabulary import labels as words

# A file of 5,000 rows with every column is about half as large (bytes).
MOST_BYTES = 6_000_000
# Rows that the page lists; those with errors come first.
_ROWS_SHOWN = 500
DraftId = Annotated[UUID, PathParameter()]
Written = Annotated[str, QueryParameter(name="written", max_length=20)]
IMPORTS: dict[str, Any] = may("register", "import")
_NO_FILE = _("Choose a file first.")


@get("/register/import", opt={**IMPORTS, "filters": True})
async def show_import(request: PageRequest, written: Written = "") -> Response[str]:
    """Ask for a file."""
    count = int(written) if written.isdecimal() else None
    return _form_page(request, {}, written=count)


@post("/register/import", opt={**IMPORTS, "form": True}, status_code=303)
async def try_file(request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller) -> Response[Any]:
    """Try the file, and go on to what it would do."""
    await read_form(request)
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _form_page(request, {"file": _NO_FILE})
    try:
        made = await import_draft_service.try_file(
            tx, settings, actor, file.filename, await file.read(), page_language(request)
        )
    except (BadInput, TooLarge) as wrong:
        return _form_page(request, {"file": wrong.detail})
    return go_to(f"/register/import/{made}")


@get("/register/import/{import_draft_id:uuid}", opt=IMPORTS)
async def show_trial(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, import_draft_id: DraftId
) -> Response[str]:
    """Show row by row what the file would do."""
    return await _trial_page(request, tx, settings, actor, import_draft_id)


@post("/register/import/{import_draft_id:uuid}", opt={**IMPORTS, "form": True}, status_code=303)
async def confirm_file(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, import_draft_id: DraftId
) -> Response[Any]:
    """Write the rows of the file that was shown."""
    form = await read_form(request)
    try:
        report = await import_draft_service.confirm_file(
            tx,
            settings,
            actor,
            import_draft_id,
            sha256=form.get("sha256", ""),
            report_sha256=form.get("report_sha256", ""),
            language=page_language(request),
        )
    except (Changed, Contradiction):
        return await _trial_page(request, tx, settings, actor, import_draft_id, is_overtaken=True)
    return go_to(f"/register/import?written={report.created + report.changed}")


def _form_page(request: PageRequest, faults: dict[str, str], *, written: int | None = None) -> Response[str]:
    values = {"form": {}, "faults": faults, "written": written, "labels": register_labels}
    return render_page(request, "units/import.html", values, status_code=422 if faults else 200)


async def _trial_page(
    request: PageRequest,
    tx: Any,
    settings: Any,
    actor: Any,
    import_draft_id: UUID,
    *,
    is_overtaken: bool = False,
) -> Response[str]:
    draft, report = await import_draft_service.read_trial(tx, settings, actor, import_draft_id, page_language(request))
    rows = sorted(report.rows, key=lambda one: (one.outcome != "error", one.row))
    values = {
        "draft": draft,
        "report": report,
        "rows": rows[:_ROWS_SHOWN],
        "hidden": max(0, len(rows) - _ROWS_SHOWN),
        "report_sha256": import_draft_service.hash_of_report(report),
        "is_overtaken": is_overtaken,
        "labels": register_labels,
        "words": words,
    }
    return render_page(request, "units/import_trial.html", values, status_code=409 if is_overtaken else 200)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=MOST_BYTES,
    route_handlers=[show_import, try_file, show_trial, confirm_file],
)
