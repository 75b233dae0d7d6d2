"""An inquiry in words, group by group, for those who may read all of it; what is confidential is marked."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from trialport.core.days import shown_day
from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.inquiries.content import InquiryContent
from trialport.inquiries.field_names import field_name
from trialport.invitations import labels
from trialport.matching.explain import WORDINGS

_CODES: Mapping[str, str] = {
    "company": _("Company"),
    "cro": _("Contract research organisation"),
    "academic": _("Academic group"),
    "own_trial": _("Own trial"),
    "awarded_to_us": _("Awarded to the asker"),
    "bidding": _("Still bidding"),
    "concept": _("Concept"),
    "synopsis": _("Synopsis"),
    "draft": _("Draft"),
    "final": _("Final"),
    "all": _("All"),
    "female": _("Women"),
    "male": _("Men"),
    "required": _("required"),
    "optional": _("optional"),
    "not_used": _("not used"),
    "protocol": _("Protocol"),
    "sponsor_questionnaire": _("Sponsor's questionnaire"),
}
_YES, _NO = _("Yes"), _("No")
# Fields whose values are codes of the field; everything else is the sponsor's own words.
_CODED = {
    "who.sponsor_kind",
    "who.award_status",
    "identity.synopsis_status",
    "population.sex",
    "population.care_settings",
    "needs.equipment",
    "needs.resources",
    "needs.primary_care_role",
    "needs.material_languages",
}
_TABLES: Mapping[str, Mapping[str, str]] = {"kind.study_type": labels.STUDY_TYPES, "kind.phase": labels.PHASES}
_LEFT_OUT = {"confidentiality.fields", "confidentiality.mode"}
_UNITS = {"placement.units_wanted", "placement.units_excluded"}


class ShownField(Struct, frozen=True, kw_only=True):
    """A field that was filled in."""

    name: str
    values: tuple[str, ...]
    is_confidential: bool


class ShownGroup(Struct, frozen=True, kw_only=True):
    """A group with the fields that were filled in."""

    code: str
    name: str
    fields: tuple[ShownField, ...]


def describe_inquiry(
    content: InquiryContent,
    confidential: tuple[str, ...],
    language: Language,
    unit_names: Mapping[str, str],
) -> tuple[ShownGroup, ...]:
    """Tell everything that was filled in, in the order of the form; `unit_names` names the units by id."""
    groups = (
        _group(name, getattr(content, name), confidential, language, unit_names) for name in content.__struct_fields__
    )
    return tuple(group for group in groups if group.fields)


def _group(
    code: str, value: Any, confidential: tuple[str, ...], language: Language, unit_names: Mapping[str, str]
) -> ShownGroup:
    found = tuple(_fields(code, value, confidential, language, unit_names))
    return ShownGroup(code=code, name=field_name(code, language), fields=found)


def _fields(
    code: str, value: Any, confidential: tuple[str, ...], language: Language, unit_names: Mapping[str, str]
) -> Iterator[ShownField]:
    if code == "dct_activities":
        words = tuple(f"{_word(one, language)}: {_word(wish, language)}" for one, wish in value.items())
        if words:
            yield ShownField(name=field_name(code, language), values=words, is_confidential=False)
        return
    if code == "attachments":
        words = tuple(f"{one.name} ({_word(one.kind, language)})" for one in value)
        if words:
            yield ShownField(name=field_name(code, language), values=words, is_confidential=False)
        return
    for field in fields(value):
        path = f"{code}.{field.name}"
        found = getattr(value, field.name)
        if path in _LEFT_OUT or found is None or found == ():
            continue
        values = tuple(unit_names.get(str(one), str(one)) for one in found) if path in _UNITS else None
        yield ShownField(
            name=field_name(path, language),
            values=values or _texts(path, found, language),
            is_confidential=path in confidential,
        )


def _texts(path: str, found: Any, language: Language) -> tuple[str, ...]:
    if path in _TABLES:
        return (translate(language, _TABLES[path][found]),)
    if path == "who.contact":
        return tuple(one for one in (found.name, found.email, found.phone) if one)
    if path == "placement.already_contacted":
        return tuple(", ".join(part for part in (one.unit_name, one.person_name) if part) for one in found)
    several = found if isinstance(found, tuple) else (found,)
    return tuple(_word(one, language) if path in _CODED else _plain(one, language) for one in several)


def _plain(value: Any, language: Language) -> str:
    if isinstance(value, bool):
        return translate(language, _YES if value else _NO)
    if isinstance(value, date):
        return shown_day(value, language)
    return f"{value:g}".replace(".", WORDINGS[language].decimal_mark) if isinstance(value, float) else str(value)


def _word(code: str, language: Language) -> str:
    if code in _CODES:
        return translate(language, _CODES[code])
    text = WORDINGS[language].codes.get(code, code.replace("_", " "))
    return text[:1].upper() + text[1:]
