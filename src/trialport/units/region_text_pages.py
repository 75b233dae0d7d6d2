"""A region's own words as a page of its settings: in three languages, tried before they are stored, taken back."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import PathParameter

from trialport.accounts.audit_service import names_of
from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import FORM_BYTES, PageRequest, go_to
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.errors import Changed, Contradiction, Refused
from trialport.core.language import Language
from trialport.core.pages import render_page
from trialport.core.translations import to_translate as _
from trialport.notifications import mail_text
from trialport.units import promise_service
from trialport.units import region_text_service as service
from trialport.units.region_text_models import LONGEST, RegionTexts

RegionId = Annotated[UUID, PathParameter()]
_HERE = "/settings/{region_id:uuid}/texts"
# What the desk finds, so that the catalogues have it.
FOUND = (_("This is too long. Shorten it."),)


@get(_HERE, opt=may("region_setting", "read"))
async def show_texts(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[str]:
    """Show a region's words, and how they came to be."""
    return await _page(request, tx, actor, region_id)


@post(_HERE, opt={**may("region_setting", "change"), "form": True}, status_code=303)
async def change_texts(request: PageRequest, tx: Tx, actor: Caller, region_id: RegionId) -> Response[Any]:
    """Store other words, show how they would look, or take older ones up again."""
    form = await read_form(request)
    expected, texts = _number(form, "version"), _read(form)
    if "preview" in form:
        return await _page(request, tx, actor, region_id, form, preview=texts)
    try:
        if "revert" in form:
            await service.revert_texts(tx, actor, region_id, _number(form, "revert"), expected=expected)
        else:
            await service.change_texts(tx, actor, region_id, texts, expected=expected)
    except Changed:
        typed = None if "revert" in form else form
        return await _page(request, tx, actor, region_id, typed, is_overtaken=True)
    except Contradiction as wrong:
        faults = {error.path: error.message for error in wrong.errors}
        return await _page(request, tx, actor, region_id, form, faults=faults)
    return go_to(f"/settings/{region_id}/texts")


async def _page(
    request: PageRequest,
    tx: Transaction,
    actor: Actor,
    region_id: UUID,
    form: Mapping[str, str] | None = None,
    *,
    faults: Mapping[str, str] | None = None,
    preview: RegionTexts | None = None,
    is_overtaken: bool = False,
) -> Response[str]:
    versions = await service.list_text_versions(tx, actor, region_id)
    stored = versions[0].texts if versions else RegionTexts()
    values = {
        "region": await promise_service.read_promise(tx, actor, region_id),
        "versions": versions,
        "version": versions[0].version if versions else 0,
        "names": await names_of(tx, {one.actor_id for one in versions if one.actor_id is not None}),
        "form": _form_of(stored) if form is None else form,
        "faults": faults or {},
        "preview": preview,
        "own_lines": {language: mail_text.own_signature(language) for language in get_args(Language)},
        "longest": LONGEST,
        "is_overtaken": is_overtaken,
        # Choosing another language shows the page again, and not what a form was sent to.
        "address": f"/settings/{region_id}/texts",
    }
    status = 409 if is_overtaken else 422 if faults else 200
    return render_page(request, "units/settings_texts.html", values, status_code=status)


def _form_of(texts: RegionTexts) -> dict[str, str]:
    return {f"{place}_{language}": text for place in LONGEST for language, text in getattr(texts, place).items()}


def _read(form: Mapping[str, str]) -> RegionTexts:
    """Return what was typed: lines without spaces at their ends, paragraphs one empty line apart."""
    typed = {
        place: {language: _tidy(form.get(f"{place}_{language}", "")) for language in get_args(Language)}
        for place in LONGEST
    }
    front, signature = ({lang: text for lang, text in typed[place].items() if text} for place in LONGEST)
    # Below a mail stands no empty line.
    return RegionTexts(front=front, signature={lang: text.replace("\n\n", "\n") for lang, text in signature.items()})


def _tidy(text: str) -> str:
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    while "\n\n\n" in lines:
        lines = lines.replace("\n\n\n", "\n\n")
    return lines


def _number(form: Mapping[str, str], name: str) -> int:
    text = form.get(name, "")
    if not (text.isdecimal() and len(text) < 10):  # noqa: PLR2004 - no more digits than a version
        raise Refused("The form does not say which version it is about. Load the page again.")
    return int(text)


router = Router(
    path="/", include_in_schema=False, request_max_body_size=FORM_BYTES, route_handlers=[show_texts, change_texts]
)
