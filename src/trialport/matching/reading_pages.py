"""While a sponsor types the indication: how it is read, and in bands how many units may fit. Nothing is stored."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, Router, post
from msgspec import Struct, convert

from trialport.accounts.csrf import read_form
from trialport.accounts.guards import Caller
from trialport.accounts.models import Actor
from trialport.accounts.permissions import may
from trialport.accounts.signin_pages import PageRequest
from trialport.core.db import Transaction
from trialport.core.edge import Tx
from trialport.core.errors import Contradiction
from trialport.core.language import Language
from trialport.core.pages import page_language
from trialport.core.translations import translate
from trialport.inquiries import draft_content, draft_service
from trialport.inquiries.draft_fields import NOT_MEANT
from trialport.inquiries.draft_pages import FORM_BYTES, DraftId, step_page
from trialport.matching import service
from trialport.matching.api import AppReader, AppRegister
from trialport.matching.assessment_models import MatchCreate, unit_band
from trialport.matching.condition_reading import read_condition
from trialport.matching.register import Register
from trialport.terms.api import AppPace
from trialport.vocabulary import labels
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader

_STEP = "condition"
# More candidates than these no band tells apart.
_COUNTED = 50
# What a preview goes by, where it is said whole.
_GROUPS = ("kind", "product", "population", "numbers", "burden", "needs", "dct_activities", "placement")


class ShownConcept(Struct, frozen=True, kw_only=True):
    """A concept and its name in the viewer's language."""

    concept: str
    label: str


class ShownReading(Struct, frozen=True, kw_only=True):
    """A reading as the form shows it; `fitting_units` is a band, None where no region can be looked at."""

    concepts: tuple[ShownConcept, ...]
    not_meant: tuple[ShownConcept, ...]
    set_aside: tuple[str, ...]
    areas: tuple[str, ...]
    is_ambiguous: bool
    fitting_units: str | None


@post(
    "/inquiries/drafts/{draft_id:uuid}/reading",
    opt={**may("inquiry_draft", "change"), "form": True, "readonly": True},
    status_code=200,
)
async def read_indication(
    request: PageRequest,
    tx: Tx,
    actor: Caller,
    register: AppRegister,
    reader: AppReader,
    pace: AppPace,
    draft_id: DraftId,
) -> Response[Any]:
    """Read what is typed just now; without script as the whole step, with all that was typed."""
    form = await read_form(request)
    draft = await draft_service.read_draft(tx, actor, draft_id)
    pace.take(actor.actor_id, tx.now)
    own = draft_content.step_names(_STEP, form)
    typed = {name: text for name, text in draft.content.items() if name not in draft_content.step_names(_STEP, {name})}
    typed |= {name: form[name] for name in own}
    reading = await _read(tx, actor, register, reader, typed)
    typed[NOT_MEANT] = " ".join(_not_meant(typed.get(NOT_MEANT, ""), form, reading))
    if {"drop", "only", "restore"} & form.keys():
        reading = await _read(tx, actor, register, reader, typed)
    shown = None if reading is None else _shown(reading, typed[NOT_MEANT].split(), reader, page_language(request))
    return await step_page(request, tx, actor, draft, _STEP, form=typed, reading=shown)


async def _read(
    tx: Transaction, actor: Actor, register: Register, reader: Reader, typed: Mapping[str, str]
) -> tuple[Reading, str | None] | None:
    """Return the reading and the band of units that may fit; None while there is nothing to read."""
    content = draft_content.read_typed(typed).content
    if "indication" not in content.get("condition", {}):
        return None
    groups = {name: content[name] for name in _GROUPS if name in content and _is_whole(name, content[name])}
    asked = convert({"condition": content["condition"], **groups}, MatchCreate)
    try:
        region_ids = await service.regions_to_match(tx, actor, asked.regions_wanted)
    except Contradiction:
        return read_condition(reader, asked.condition), None
    reading, ranking = await service.match_preview(tx, register, reader, asked, region_ids, _COUNTED)
    return reading, unit_band(service.count_fitting_units(ranking))


def _is_whole(group: str, said: Any) -> bool:
    return not any(draft_content.group_faults(group, said))


def _not_meant(typed: str, form: Mapping[str, str], reading: tuple[Reading, str | None] | None) -> tuple[str, ...]:
    """Return the concepts that are not meant, after what was pressed."""
    found = typed.split()
    if "drop" in form:
        found.append(form["drop"])
    if "only" in form and reading is not None:
        found += [one.concept for one in reading[0].concepts if one.concept != form["only"]]
    return tuple(dict.fromkeys(one for one in found if one != form.get("restore")))


def _shown(found: tuple[Reading, str | None], not_meant: list[str], reader: Reader, language: Language) -> ShownReading:
    reading, band = found
    vocabulary = reader.vocabulary
    return ShownReading(
        concepts=tuple(
            ShownConcept(concept=one.concept, label=vocabulary.label(one.concept, language)) for one in reading.concepts
        ),
        not_meant=tuple(
            ShownConcept(concept=one, label=vocabulary.label(one, language))
            for one in not_meant
            if one in vocabulary.concept_ids
        ),
        set_aside=tuple(vocabulary.label(one.concept, language) for one in reading.set_aside),
        areas=tuple(translate(language, labels.THERAPY_AREAS[one.code]) for one in reading.therapy_areas),
        is_ambiguous=reading.ambiguous and len(reading.concepts) > 1,
        fitting_units=band,
    )


router = Router(path="/", include_in_schema=False, request_max_body_size=FORM_BYTES, route_handlers=[read_indication])
