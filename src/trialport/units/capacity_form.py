"""The form of a capacity: from what a person typed to a record, and back; what is wrong with it in her words.

A form holds each name once, so boxes are named `<group>_<value>` and the rows of the matrix `dct_<activity>`. What
the form does not ask of this kind of unit stays as it is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec

from trialport.core.errors import FieldError
from trialport.core.translations import to_translate
from trialport.units.models import CapacityInput, DctOffer, Experience, UnitKind
from trialport.vocabulary import codes

Form = Mapping[str, str]

_TEXTS = (
    "state",
    "state_until",
    "participants_basis",
    "participants_counted_on",
    "new_trials_from",
)
_NUMBERS = ("participants_per_month", "nurse_hours_free", "physician_hours_free", "running_trials", "lead_time_days")
_PROTECTED = ("protected_hours_planned", "protected_hours_taken")
_LINES = ("indications", "competing_trials", "conditions")
# Of primary care no more is asked than applies to it.
BOXES: Mapping[str, Sequence[str]] = {
    "study_types": codes.STUDY_TYPES,
    "age_groups": codes.AGE_GROUPS,
}
HOSPITAL_BOXES: Mapping[str, Sequence[str]] = {
    **BOXES,
    "phases": codes.PHASES,
    "care_settings": codes.CARE_SETTINGS,
    "equipment": codes.CAPABILITIES,
    "resources": codes.RESOURCE_KINDS,
}
# A health centre counts in minutes; the register in hours.
_MINUTES: Mapping[str, str] = {"nurse_minutes": "nurse_hours_free", "physician_minutes": "physician_hours_free"}
_MINUTES_AN_HOUR = 60

_NUMBER = to_translate("Write a number of 0 or more, or leave it empty.")
_DAY = to_translate("Give a day that exists, or leave it empty.")
_ADVICE: Mapping[str, str] = {
    "state": to_translate("Say whether you can take new trials."),
    "state_until": to_translate("An open unit has no end date. Leave the day out, or choose another answer."),
    "participants_basis": to_translate("Choose what the number rests on."),
    "participants_counted_on": to_translate("Give the day of the count; it cannot lie in the future."),
    "protected_hours_planned": to_translate("Protected hours are part of the physician hours, and cannot be more."),
    "indications": to_translate("At most 50 lines of at most 200 characters."),
    "competing_trials": to_translate("At most 50 lines of at most 200 characters."),
    "conditions": to_translate("At most 20 lines of at most 200 characters."),
}
_PARTNER = to_translate("Say with which partner.")
_OTHER = to_translate("Look at this again: it cannot be stored as it is.")


def is_primary_care(kind: UnitKind) -> bool:
    """Say whether the shorter form is the right one."""
    return kind == "primary_care_centre"


def read_form(
    form: Form, stored: CapacityInput | None, kind: UnitKind, therapy_area: codes.TherapyArea
) -> tuple[CapacityInput | None, dict[str, str]]:
    """Return the record that the form describes, or None with what is wrong by field, to be translated."""
    given: dict[str, Any] = {} if stored is None else msgspec.to_builtins(stored)
    asked = _asked(form, kind)
    asked["dct_activities"] = _activities(form, given.get("dct_activities", {}))
    if not is_primary_care(kind):
        asked["experience"] = _experience(form, given.get("experience", ()), therapy_area)
    faults: dict[str, str] = {}
    for name, value in asked.items():
        given[name] = value
        if fault := _fault(name, value):
            faults[_field_of(name, kind)] = fault
            del given[name]
    for activity, offer in asked["dct_activities"].items():
        if offer["answer"] == "with_partner" and not offer["partner"]:
            faults[f"dct_{activity}_partner"] = _PARTNER
    if faults or "state" not in given:
        return None, faults
    return msgspec.convert(given, CapacityInput), faults


def told(errors: tuple[FieldError, ...], kind: UnitKind) -> dict[str, str]:
    """Return what the desk found wrong in the words of the page."""
    return {_field_of(error.path, kind): _ADVICE.get(error.path, _OTHER) for error in errors}


def form_of(capacity: CapacityInput, kind: UnitKind, therapy_area: codes.TherapyArea) -> dict[str, str]:
    """Return what the form shows of a record."""
    shown: dict[str, str] = {}
    given = msgspec.to_builtins(capacity)
    for name in (*_TEXTS, *_NUMBERS, *_PROTECTED, "primary_care_role"):
        value = given[name]
        if value is not None:
            shown[name] = f"{value:g}" if isinstance(value, float) else str(value)
    for name, field in _MINUTES.items():
        if is_primary_care(kind) and given[field] is not None:
            shown[name] = f"{given[field] * _MINUTES_AN_HOUR:.0f}"
    if given["new_trials_possible"] is not None:
        shown["new_trials_possible"] = "yes" if given["new_trials_possible"] else "no"
    shown |= {name: "\n".join(given[name]) for name in _LINES}
    shown |= {f"{name}_{one}": "on" for name in HOSPITAL_BOXES for one in given[name]}
    for activity, offer in given["dct_activities"].items():
        shown[f"dct_{activity}"] = offer["answer"]
        shown[f"dct_{activity}_partner"] = offer["partner"] or ""
    for one in given["experience"]:
        if one["therapy_area"] == therapy_area:
            shown[f"experience_{one['phase']}"] = str(one["trials"])
    return shown


def _asked(form: Form, kind: UnitKind) -> dict[str, Any]:
    """Take the simple fields that this kind of unit is asked."""
    asked: dict[str, Any] = {name: form.get(name) or None for name in _TEXTS}
    asked["new_trials_possible"] = {"yes": True, "no": False}.get(form.get("new_trials_possible", ""))
    asked |= {name: _number(form.get(name, "")) for name in _NUMBERS}
    asked |= {name: _lines(form.get(name, "")) for name in _LINES}
    boxes = BOXES if is_primary_care(kind) else HOSPITAL_BOXES
    asked |= {name: [one for one in values if form.get(f"{name}_{one}")] for name, values in boxes.items()}
    if is_primary_care(kind):
        asked["primary_care_role"] = form.get("primary_care_role") or None
        for name, field in _MINUTES.items():
            minutes = _number(form.get(name, ""))
            asked[field] = round(minutes / _MINUTES_AN_HOUR, 4) if isinstance(minutes, int | float) else minutes
    else:
        asked |= {name: _number(form.get(name, "")) for name in _PROTECTED}
    return asked


def _activities(form: Form, stored: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """Read the matrix; where an activity is possible is kept as it is stored."""
    found: dict[str, dict[str, str | None]] = {}
    for activity in codes.DCT_ACTIVITIES:
        answer = form.get(f"dct_{activity}", "unknown")
        partner = form.get(f"dct_{activity}_partner") or None
        before = stored.get(activity)
        if answer not in get_args(codes.DctAnswer) or (answer == "unknown" and before is None):
            continue
        found[activity] = {
            "answer": answer,
            "partner": partner if answer == "with_partner" else None,
            "geography": None if before is None else before["geography"],
        }
    return found


def _experience(form: Form, stored: Sequence[Mapping[str, Any]], therapy_area: str) -> list[dict[str, Any]]:
    """Read the trials of this area; what is known of others stays."""
    kept = [dict(one) for one in stored if one["therapy_area"] != therapy_area]
    own = [(phase, _number(form.get(f"experience_{phase}", ""))) for phase in codes.PHASES]
    return kept + [
        {"therapy_area": therapy_area, "phase": phase, "trials": trials} for phase, trials in own if trials is not None
    ]


def _fault(name: str, value: Any) -> str | None:
    """Say what is wrong with one field by itself."""
    kinds: Mapping[str, Any] = {"dct_activities": dict[codes.DctActivity, DctOffer], "experience": list[Experience]}
    try:
        if name in kinds:
            msgspec.convert(value, kinds[name])
        else:
            msgspec.convert({"state": "open", name: value}, CapacityInput)
    except msgspec.ValidationError:
        if name in (*_NUMBERS, *_PROTECTED, "experience"):
            return _NUMBER
        return _DAY if name.endswith(("_until", "_from", "_on")) else _ADVICE.get(name, _OTHER)
    return None


def _field_of(path: str, kind: UnitKind) -> str:
    """Return the form's field for a path of the record."""
    if path.startswith("dct_activities."):
        return f"dct_{path.split('.')[1]}_partner"
    if path == "experience":
        return f"experience_{codes.PHASES[0]}"
    if is_primary_care(kind):
        return next((name for name, field in _MINUTES.items() if field == path), path)
    return path


def _lines(text: str) -> list[str]:
    """Return what stands on each line that is not empty."""
    return [stripped for line in text.split("\n") if (stripped := line.strip())]


def _number(text: str) -> float | int | str | None:
    """Read a number with a comma or a point; what is none stays text, so that it is told as wrong."""
    if not text:
        return None
    try:
        number = float(text.replace(",", ".").replace(" ", ""))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
