"""What differs between two states of a capacity, in words: for its history and for two people at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from trialport.core.language import Language
from trialport.core.translations import to_translate, translate
from trialport.units import labels
from trialport.units.models import CapacityInput
from trialport.vocabulary import labels as shared

ShownDay = Callable[[date], str]

_NOT_STATED = to_translate("not stated")
_CODES: Mapping[str, Mapping[str, str]] = {
    "state": labels.STATES,
    "participants_basis": labels.BASES,
    "primary_care_role": shared.PRIMARY_CARE_ROLES,
    "study_types": shared.STUDY_TYPES,
    "phases": shared.PHASES,
    "age_groups": shared.AGE_GROUPS,
    "care_settings": shared.CARE_SETTINGS,
    "equipment": shared.CAPABILITIES,
    "resources": shared.RESOURCE_KINDS,
}


class Difference(NamedTuple):
    """One field of which two states say different things, in words."""

    field: str
    before: str
    after: str


def differences(
    before: CapacityInput, after: CapacityInput, language: Language, shown_day: ShownDay
) -> Sequence[Difference]:
    """Return where two states differ, in the order in which pages ask; of long lists only what differs."""
    found = []
    for name, label in labels.FIELDS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old == new:
            continue
        if isinstance(old, dict):
            keys = [one for one in shared.DCT_ACTIVITIES if old.get(one) != new.get(one)]
            old, new = ({one: given[one] for one in keys if one in given} for given in (old, new))
        shown = [_words(name, value, language, shown_day) for value in (old, new)]
        found.append(Difference(translate(language, label), *shown))
    return found


def _words(name: str, value: Any, language: Language, shown_day: ShownDay) -> str:
    if value is None or value in ((), {}):
        return translate(language, _NOT_STATED)
    if isinstance(value, bool):
        said = "yes" if value else "no"
        return translate(language, labels.YES_NO[said])
    if isinstance(value, date):
        return shown_day(value)
    if isinstance(value, dict | tuple):
        return ", ".join(_parts(name, value, language))
    return f"{value:g}" if isinstance(value, float) else _code(name, str(value), language)


def _parts(name: str, value: Any, language: Language) -> Iterator[str]:
    """Word each of several things."""
    for one in value:
        if name == "dct_activities":
            offer = value[one]
            how = translate(language, labels.DCT_ANSWERS[offer.answer])
            partner = f" ({offer.partner})" if offer.partner else ""
            yield f"{translate(language, shared.DCT_ACTIVITIES[one])}: {how}{partner}"
        elif name == "experience":
            yield f"{translate(language, shared.PHASES[one.phase])}: {one.trials}"
        else:
            yield _code(name, one, language)


def _code(name: str, value: str, language: Language) -> str:
    known = _CODES.get(name, {}).get(value)
    return value if known is None else translate(language, known)
