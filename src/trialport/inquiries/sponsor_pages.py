"""A sponsor's own inquiries: the list with what waits for her, one with its course, taking one back."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands, may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction, as_system
from trialport.core.edge import Tx
from trialport.core.errors import Changed, NotFound
from trialport.core.pages import page_language, render_page
from trialport.core.paging import cut_page
from trialport.core.translations import to_translate as _
from trialport.inquiries import (
    attachment_service,
    draft_fields,
    draft_queries,
    labels,
    rules,
    service,
    shown_content,
    sponsor_queries,
)
from trialport.inquiries.api import InquiryId
from trialport.inquiries.field_names import field_name
from trialport.inquiries.queries import InquiryRow
from trialport.vocabulary import labels as shared_labels

_A_PAGE = 25
_MOST_DRAFTS = 50
_LONGEST_REASON = 1000
# What a sponsor is told of an inquiry's course, and how.
COURSE: Mapping[str, str] = {
    "inquiry.submitted": _("You sent the inquiry"),
    "inquiry.in_triage": _("The trial office began to read it"),
    "inquiry.needs_information": _("The trial office asked you for more"),
    "inquiry.amended": _("The inquiry was changed"),
    "inquiry.inviting": _("Units were asked"),
    "inquiry.collating": _("All units had answered"),
    "inquiry.replied": _("The reply was sent to you"),
    "outcome.promised": _("Another day for the outcome was promised"),
    "inquiry.closed": _("The outcome was told"),
    "inquiry.declined": _("The trial office declined the inquiry"),
    "inquiry.withdrawn": _("The inquiry was withdrawn"),
}


@get("/inquiries", opt=may("inquiry_draft", "read"))
async def list_inquiries(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    before: Annotated[UUID | None, QueryParameter()] = None,
    kept: Annotated[str, QueryParameter(max_length=1)] = "",
) -> Response[str]:
    """Show drafts and inquiries of the sponsor, and what waits for her."""
    rows = await sponsor_queries.select_my_inquiries(tx.connection, actor=actor, before=before, limit=_A_PAGE + 1)
    items, following = cut_page(rows, _A_PAGE, lambda one: one.inquiry_id)
    drafts = await draft_queries.select_drafts(tx.connection, actor=actor, limit=_MOST_DRAFTS) if before is None else ()
    values = {
        "inquiries": items,
        "following": following,
        "drafts": drafts,
        "is_kept": bool(kept),
        "labels": labels,
        "today": tx.today,
    }
    return render_page(request, "inquiries/mine.html", values)


async def show_for_sponsor(request: PageRequest, tx: Transaction, actor: Actor, row: InquiryRow) -> Response[Any]:
    """Show an inquiry to its sponsor: how it stands, what waits for her, what happened, what she asked."""
    mine = await sponsor_queries.select_my_inquiry(tx.connection, actor=actor, inquiry_id=row.inquiry_id)
    if mine is None:
        raise NotFound("No inquiry of yours here.")
    async with as_system(tx.connection):
        course = await sponsor_queries.select_course(
            tx.connection, actor=actor, inquiry_id=row.inquiry_id, actions=tuple(COURSE)
        )
    language = page_language(request)
    content = shown_content.as_json(rules.join_content(row.content, row.confidential))
    values = {
        "inquiry": mine,
        "row": row,
        "shown": shown_content.shown_steps(content),
        "unit_names": await shown_content.names_of_units(tx.connection, content),
        "files": await attachment_service.list_attachments(tx, actor, row.inquiry_id),
        "always_confidential": rules.ALWAYS_CONFIDENTIAL,
        "deeper": draft_fields.DEEPER_NAMES,
        "as_day": shown_content.as_day,
        "actions": allowed_commands("inquiry", actor.role, row.state),
        "course": course,
        "words": COURSE,
        "labels": labels,
        "shared_labels": shared_labels,
        "draft_id": await draft_queries.select_draft_of_inquiry(tx.connection, actor=actor, inquiry_id=row.inquiry_id),
        "field_name": lambda path: field_name(path, language),
        "step_of": draft_fields.step_of,
        "is_changed": bool(request.query_params.get("done")),
    }
    return render_page(request, "inquiries/mine_one.html", values)


@get("/inquiries/{inquiry_id:uuid}/receipt", opt=may("inquiry_draft", "read"))
async def show_receipt(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Show what a sponsor holds in hand after sending."""
    row = await service.read_inquiry(tx, actor, inquiry_id)
    return render_page(request, "inquiries/sent.html", {"row": row})


@get("/inquiries/{inquiry_id:uuid}/withdraw", opt=may("inquiry", "withdraw"))
async def ask_to_withdraw(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[str]:
    """Ask before an inquiry ends for good."""
    row = await service.read_inquiry(tx, actor, inquiry_id)
    service.require_command(actor, row, "withdraw")
    return _withdraw_page(request, row, {})


@post("/inquiries/{inquiry_id:uuid}/withdraw", opt={**may("inquiry", "withdraw"), "form": True}, status_code=303)
async def withdraw(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: InquiryId) -> Response[Any]:
    """Withdraw an inquiry as she saw it; a change that came first is shown before she decides again."""
    form = await read_form(request)
    row = await service.read_inquiry(tx, actor, inquiry_id)
    if len(form.get("reason", "")) > _LONGEST_REASON:
        faults = {"reason": _("This is too long, or not of the form that it should have. Correct it.")}
        return _withdraw_page(request, row, form, faults=faults, status_code=422)
    seen = form.get("seen", "")
    expected = int(seen) if seen.isdecimal() and len(seen) < 10 else 0  # noqa: PLR2004 - no more digits than a revision
    try:
        await service.withdraw_inquiry(tx, actor, inquiry_id, form.get("reason") or None, expected=expected)
    except Changed:
        return _withdraw_page(request, row, form, is_overtaken=True, status_code=409)
    return go_to(f"/inquiries/{inquiry_id}")


def _withdraw_page(
    request: PageRequest,
    row: InquiryRow,
    form: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    is_overtaken: bool = False,
    status_code: int = 200,
) -> Response[Any]:
    values = {"row": row, "form": form, "faults": faults or {}, "is_overtaken": is_overtaken, "labels": labels}
    return render_page(request, "inquiries/withdraw.html", values, status_code=status_code)


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[list_inquiries, show_receipt, ask_to_withdraw, withdraw],
)
