"""What the sponsor changed, in words: the field by its name, and both values as a person reads them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from trialport.core.days import shown_day
from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.inquiries.field_names import field_name
from trialport.invitations.amendment_models import FieldChange
from trialport.vocabulary import labels

_SPONSOR_KINDS: Mapping[str, str] = {
    "company": _("Company"),
    "cro": _("Contract research organisation"),
    "academic": _("Academic group"),
}
_AWARD: Mapping[str, str] = {
    "own_trial": _("The sponsor's own trial"),
    "awarded_to_us": _("Awarded to the organisation asking"),
    "bidding": _("The organisation asking is bidding for it"),
}
_SYNOPSIS: Mapping[str, str] = {
    "concept": _("Concept"),
    "synopsis": _("Synopsis"),
    "draft": _("Draft"),
    "final": _("Final"),
}
_SEXES: Mapping[str, str] = {"all": _("All"), "female": _("Women"), "male": _("Men")}
_WISHES: Mapping[str, str] = {"required": _("required"), "optional": _("optional"), "not_used": _("not used")}
_CODES: Mapping[str, Mapping[str, str]] = {
    "who.sponsor_kind": _SPONSOR_KINDS,
    "who.award_status": _AWARD,
    "identity.synopsis_status": _SYNOPSIS,
    "kind.study_type": labels.STUDY_TYPES,
    "kind.phase": labels.PHASES,
    "population.sex": _SEXES,
    "population.care_settings": labels.CARE_SETTINGS,
    "needs.equipment": labels.CAPABILITIES,
    "needs.resources": labels.RESOURCE_KINDS,
    "needs.primary_care_role": labels.PRIMARY_CARE_ROLES,
}
_DAYS = ("numbers.planned_start", "answer.wanted_by", "answer.outcome_promised_by")
_YES, _NO, _NOTHING = _("Yes"), _("No"), _("not stated")


def in_words(changes: Sequence[FieldChange], language: Language) -> list[tuple[str, str, str]]:
    """Return for each change the name of the field, what it was and what it is."""
    return [
        (
            field_name(one.field, language),
            _value(one.field, one.before, language),
            _value(one.field, one.after, language),
        )
        for one in changes
    ]


def _value(field: str, value: Any, language: Language) -> str:
    if isinstance(value, dict) and value:
        wishes = [(labels.DCT_ACTIVITIES.get(name, name), _WISHES.get(one, one)) for name, one in value.items()]
        return ", ".join(f"{translate(language, name)}: {translate(language, wish)}" for name, wish in wishes)
    if isinstance(value, list | tuple) and value:
        between = "\n" if field == "answer.questions" else ", "
        return between.join(_value(field, one["name"] if isinstance(one, dict) else one, language) for one in value)
    return _single(field, value, language)


def _single(field: str, value: Any, language: Language) -> str:
    if value is None or value in ("", [], (), {}):
        return translate(language, _NOTHING)
    if isinstance(value, bool):
        return translate(language, _YES if value else _NO)
    if isinstance(value, float):
        return f"{value:g}"
    if field in _DAYS:
        return shown_day(date.fromisoformat(str(value)), language)
    return translate(language, _CODES[field].get(str(value), str(value))) if field in _CODES else str(value)
