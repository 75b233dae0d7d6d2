"""While a sponsor types the indication: how it is read, and in bands how many units may fit. Nothing is stored."""

from collections.abc import Iterable, Mapping
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
from trialport.inquiries.draft_fields import CODES, NOT_MEANT
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
    """A reading as the form shows it; `fitting_units` is a band, None where no region can be looked at.

    `set_aside` is what the text seems to exclude, `outcomes` what it seems only to measure or watch for, `by_code` what
    of both the sponsor took back in by its ICD-10 code.
    """

    concepts: tuple[ShownConcept, ...]
    not_meant: tuple[ShownConcept, ...]
    set_aside: tuple[ShownConcept, ...]
    outcomes: tuple[ShownConcept, ...]
    by_code: tuple[ShownConcept, ...]
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
    if "meant" in form:
        typed[CODES] = _with_code(typed.get(CODES, ""), form["meant"], reader)
    typed[NOT_MEANT] = " ".join(_not_meant(typed.get(NOT_MEANT, ""), form, reading))
    if {"drop", "only", "restore"} & form.keys():
        reading = await _read(tx, actor, register, reader, typed)
    shown = None if reading is None else _shown(reading, typed, reader, page_language(request))
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


def _with_code(typed: str, concept: str, reader: Reader) -> str:
    """Return the ICD-10 codes typed, with that of a concept that is meant after all."""
    codes = draft_content.typed_words(typed)
    if concept in reader.vocabulary.concept_ids:
        codes.append(concept.partition("/")[0])
    return ", ".join(dict.fromkeys(codes))


def _shown(
    found: tuple[Reading, str | None], typed: Mapping[str, str], reader: Reader, language: Language
) -> ShownReading:
    reading, band = found
    given = {code.upper().replace(".", "")[:3] for code in draft_content.typed_words(typed.get(CODES, ""))}

    def named(concepts: Iterable[str]) -> tuple[ShownConcept, ...]:
        known = (one for one in concepts if one in reader.vocabulary.concept_ids)
        return tuple(ShownConcept(concept=one, label=reader.vocabulary.label(one, language)) for one in known)

    left_out = [one for one in reading.set_aside if one.code not in given]
    return ShownReading(
        concepts=named(one.concept for one in reading.concepts),
        not_meant=named(typed[NOT_MEANT].split()),
        set_aside=named(one.concept for one in left_out if one.assertion != "outcome"),
        outcomes=named(one.concept for one in left_out if one.assertion == "outcome"),
        by_code=named(one.concept for one in reading.set_aside if one.code in given),
        areas=tuple(translate(language, labels.THERAPY_AREAS[one.code]) for one in reading.therapy_areas),
        is_ambiguous=reading.ambiguous and len(reading.concepts) > 1,
        fitting_units=band,
    )


router = Router(path="/", include_in_schema=False, request_max_body_size=FORM_BYTES, route_handlers=[read_indication])
