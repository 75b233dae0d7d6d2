"""The inquiry form: seven short steps and a review, each kept as typed, for a new inquiry and for a change of one."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath, PathParameter, QueryParameter

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.sessions_models import SignedIn
from trialport.accounts.signin_pages import PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import AppSettings, Tx
from trialport.core.errors import NotFound
from trialport.core.pages import page_language, render_page
from trialport.core.translations import translate
from trialport.inquiries import (
    draft_content,
    draft_fields,
    draft_file_queries,
    draft_service,
    labels,
    rules,
    shown_content,
)
from trialport.inquiries.api import Icd10Check
from trialport.inquiries.draft_fields import REVIEW, STEPS
from trialport.inquiries.draft_queries import DraftRow
from trialport.inquiries.field_names import field_name
from trialport.inquiries.shown_content import as_day
from trialport.units.queries import select_regions
from trialport.units.unit_choice_queries import select_units_to_choose
from trialport.vocabulary import labels as shared_labels

# A synopsis and two long criteria, as a form encodes them (bytes).
FORM_BYTES = 400_000
# Units that one search shows beside those that are chosen.
_MOST_UNITS = 30
READS = may("inquiry_draft", "read")
DraftId = Annotated[UUID, PathParameter()]


@get("/inquiries/new", opt=may("inquiry_draft", "start"))
async def show_new(request: PageRequest, region: Annotated[str, QueryParameter(max_length=6)] = "") -> Response[str]:
    """Say what is needed before a draft is begun."""
    return render_page(request, "inquiries/new.html", {"region": region, "steps": STEPS})


@post("/inquiries/new", opt={**may("inquiry_draft", "start"), "form": True}, status_code=303)
async def start_draft(request: PageRequest, tx: Tx, actor: Caller) -> Response[None]:
    """Begin a draft with what is known of who asks."""
    region = (await read_form(request)).get("region", "").upper()
    known = {one.code for one in await select_regions(tx.connection)}
    typed = {f"placement.regions_wanted_{region}": "on"} if region in known else {}
    if isinstance(request.auth, SignedIn):
        typed |= {
            "who.sponsor_name": request.auth.sponsor or "",
            "who.contact.name": request.auth.name,
            "who.contact.email": request.auth.email,
        }
    draft_id = await draft_service.start_draft(tx, actor, typed)
    return go_to(f"/inquiries/drafts/{draft_id}/{STEPS[0].name}")


@post("/inquiries/{inquiry_id:uuid}/amend", opt={**may("inquiry_draft", "start"), "form": True}, status_code=303)
async def start_amendment(request: PageRequest, tx: Tx, actor: Caller, inquiry_id: DraftId) -> Response[None]:
    """Begin to change an inquiry on the step asked for, or go on with the change begun."""
    form = await read_form(request)
    draft_id = await draft_service.start_amendment(tx, actor, inquiry_id)
    path = form.get("field", "")
    step = draft_fields.step_of(path) if path else STEPS[0].name
    return go_to(f"/inquiries/drafts/{draft_id}/{step}" + (f"#{path}" if path in draft_fields.fields_by_path() else ""))


@get("/inquiries/drafts/{draft_id:uuid}/{step_name:str}", opt={**READS, "query": ("check", "find"), "filters": True})
async def show_step(
    request: PageRequest, tx: Tx, actor: Caller, draft_id: DraftId, step_name: FromPath[str]
) -> Response[str]:
    """Show one step as it was typed; `?check=1` with what is wrong with it."""
    draft = await draft_service.read_draft(tx, actor, draft_id)
    if step_name == REVIEW:
        return await review_page(request, tx, actor, draft)
    faults = {}
    if request.query_params.get("check"):
        faults = _of_step(step_name, (await draft_service.read_content(tx, actor, draft))[0].faults)
    return await step_page(request, tx, actor, draft, step_name, faults=faults)


@post("/inquiries/drafts/{draft_id:uuid}/{step_name:str}", opt={**may("inquiry_draft", "change"), "form": True})
async def save_step(
    request: PageRequest, tx: Tx, actor: Caller, draft_id: DraftId, step_name: FromPath[str]
) -> Response[Any]:
    """Keep what was typed, then go where she wants; only going on asks that the step is in order."""
    form = await read_form(request)
    draft = await draft_service.read_draft(tx, actor, draft_id, to_write=True)
    if draft_fields.find_step(step_name) is None:
        raise NotFound("The form has no such step.")
    draft, is_kept = await draft_service.save_step(tx, draft, step_name, form, seen=_number(form.get("seen", "")))
    if not is_kept:
        return await step_page(request, tx, actor, draft, step_name, form=form, is_overtaken=True, status_code=409)
    wanted = form.get("to", "")
    if wanted == "leave":
        return go_to("/inquiries?kept=1")
    if wanted == "find" or (not wanted and _is_searching(form)):
        return go_to(f"/inquiries/drafts/{draft_id}/{step_name}?" + urlencode({"find": form.get("find", "")}) + "#find")
    if draft_fields.find_step(wanted) or wanted == REVIEW:
        return go_to(f"/inquiries/drafts/{draft_id}/{wanted}")
    faults = _of_step(step_name, (await draft_service.read_content(tx, actor, draft))[0].faults)
    if faults:
        return await step_page(request, tx, actor, draft, step_name, faults=faults, status_code=422)
    return go_to(f"/inquiries/drafts/{draft_id}/{place_after(step_name)}")


@post(
    "/inquiries/drafts/{draft_id:uuid}/send",
    opt={**may("inquiry_draft", "send"), "form": True},
)
async def send_draft(
    request: PageRequest, tx: Tx, settings: AppSettings, actor: Caller, is_icd10: Icd10Check, draft_id: DraftId
) -> Response[Any]:
    """Send the inquiry, or the change; what is missing is told with the way to it."""
    try:
        sent = await draft_service.send_draft(tx, settings, actor, draft_id, is_icd10)
    except NotFound:
        # Pressed twice: the first time sent it, and it stands in the list.
        return go_to("/inquiries")
    except draft_service.Faulty as wrong:
        draft = await draft_service.read_draft(tx, actor, draft_id)
        return await review_page(request, tx, actor, draft, faults=wrong.faults, status_code=422)
    except draft_service.Overtaken as news:
        draft = await draft_service.read_draft(tx, actor, draft_id)
        return await review_page(request, tx, actor, draft, news=news.fields, status_code=409)
    return go_to(f"/inquiries/{sent.inquiry_id}/receipt" if sent.is_new else f"/inquiries/{sent.inquiry_id}?done=1")


@get("/inquiries/drafts/{draft_id:uuid}/discard", opt=may("inquiry_draft", "discard"))
async def ask_to_discard(request: PageRequest, tx: Tx, actor: Caller, draft_id: DraftId) -> Response[str]:
    """Ask before what was typed is lost."""
    draft = await draft_service.read_draft(tx, actor, draft_id)
    return render_page(request, "inquiries/discard.html", {"draft": draft})


@post(
    "/inquiries/drafts/{draft_id:uuid}/discard",
    opt={**may("inquiry_draft", "discard"), "form": True},
    status_code=303,
)
async def discard_draft(tx: Tx, actor: Caller, draft_id: DraftId) -> Response[None]:
    await draft_service.discard_draft(tx, actor, draft_id)
    return go_to("/inquiries")


async def step_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    draft: DraftRow,
    step_name: str,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    reading: Any = None,
    is_overtaken: bool = False,
    status_code: int = 200,
) -> Response[Any]:
    """Show a step with what was typed, what is wrong, and how the indication is read where somebody read it."""
    step = draft_fields.find_step(step_name)
    if step is None:
        raise NotFound("The form has no such step.")
    read = draft_content.read_typed(draft.content)
    values = {
        **shared_values(request, draft),
        **place_of(step_name),
        "form": draft.content if form is None else form,
        "faults": faults or {},
        "stored": draft.content,
        "is_overtaken": is_overtaken,
        "regions": {one.code: one.name for one in await select_regions(tx.connection)},
        "markable": _markable(read.content, draft.content) if step_name == "confidentiality" else (),
        "reading": reading,
        **(await _units(request, tx, actor, draft) if step_name == "numbers" else {}),
    }
    return render_page(request, "inquiries/step.html", values, block="reading", status_code=status_code)


async def review_page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    draft: DraftRow,
    *,
    faults: Mapping[str, str] | None = None,
    news: tuple[str, ...] = (),
    status_code: int = 200,
) -> Response[Any]:
    """Show all that would be sent, what is still missing, and what somebody else changed meanwhile."""
    read, row = await draft_service.read_content(tx, actor, draft)
    before = None if row is None else shown_content.as_json(rules.join_content(row.content, row.confidential))
    values = {
        **shared_values(request, draft),
        "shown": shown_content.shown_steps(read.content),
        "files": await draft_file_queries.select_draft_files(tx.connection, actor=actor, draft_id=draft.draft_id),
        "unit_names": await shown_content.names_of_units(tx.connection, read.content, before or {}),
        "faults": faults or read.faults,
        "is_refused": faults is not None,
        "step_of": draft_fields.step_of,
        "news": news,
        "marks": [] if before is None else shown_content.marks(before, read.content),
        "changes": [] if before is None else shown_content.differences(before, read.content),
        "reference": row.reference if row else "",
    }
    return render_page(request, "inquiries/review.html", values, status_code=status_code)


def shared_values(request: PageRequest, draft: DraftRow) -> dict[str, Any]:
    """Return what every page of the form needs."""
    language = page_language(request)
    return {
        "draft": draft,
        "steps": STEPS,
        "always_confidential": rules.ALWAYS_CONFIDENTIAL,
        "labels": labels,
        "deeper": draft_fields.DEEPER_NAMES,
        "shared_labels": shared_labels,
        "field_name": lambda path: field_name(path, language),
        "as_day": as_day,
        "translated": lambda options: {code: translate(language, text) for code, text in options.items()},
    }


async def _units(request: PageRequest, tx: Transaction, actor: Actor, draft: DraftRow) -> dict[str, Any]:
    """Return the units that are chosen and, once they were looked for, those found in the regions asked."""
    text = request.query_params.get("find")
    mark = "placement.regions_wanted_"
    codes = [name.removeprefix(mark) for name in draft.content if name.startswith(mark)]
    content = draft_content.read_typed(draft.content).content
    found = await select_units_to_choose(
        tx.connection,
        codes=codes,
        own_region_id=actor.region_id,
        text=(text or "")[:100],
        chosen=shown_content.unit_ids_of(content),
        limit=0 if text is None else _MOST_UNITS,
    )
    return {"units": found, "find": text, "most_units": _MOST_UNITS}


def _of_step(step_name: str, faults: Mapping[str, str]) -> dict[str, str]:
    return {name: fault for name, fault in faults.items() if draft_fields.step_of(name) == step_name}


def place_of(step_name: str) -> dict[str, Any]:
    """Say which of the steps this is."""
    step = next(one for one in STEPS if one.name == step_name)
    return {"step": step, "number": STEPS.index(step) + 1}


def place_after(step_name: str, wanted: str = "") -> str:
    """Return the page that follows a step: the one wanted, where there is such a page, or the next."""
    names = [*(step.name for step in STEPS), REVIEW]
    return wanted if wanted in names else names[names.index(step_name) + 1]


def _is_searching(form: Mapping[str, str]) -> bool:
    """Tell whether the key Enter was pressed in the field to find units, and not to go on."""
    return form.get("find", "") not in ("", form.get("found", ""))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004 - no more digits than a revision


def _markable(content: dict[str, Any], typed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that say something and may be kept confidential on top of the fixed ones."""
    filled = {f"{group}.{name}" for group, said in content.items() if isinstance(said, dict) for name in said}
    marked = {name.removeprefix(draft_fields.MARK) for name in typed if name.startswith(draft_fields.MARK)}
    asked = [*draft_fields.fields_by_path()]
    found = rules.markable_fields() & (filled | marked) & set(asked)
    return tuple(sorted((path for path in found if not path.startswith("confidentiality.")), key=asked.index))


router = Router(
    path="/",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
    route_handlers=[
        show_new,
        start_draft,
        start_amendment,
        show_step,
        save_step,
        send_draft,
        ask_to_discard,
        discard_draft,
    ],
)
