"""From what was typed into the form to an inquiry, and back; whatever does not fit is told by field and kept as it is.

Typed is a mapping from the name of a field to its text. A box is a name of its own (`needs.equipment_mri`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from trialport.core.errors import FieldError
from trialport.core.translations import to_translate as _
from trialport.core.wording import all_faults
from trialport.inquiries import rules
from trialport.inquiries.content import DctWish, InquiryContent
from trialport.inquiries.draft_fields import BOXED, HARM, MARK, NOT_MEANT, STEPS, Field, FieldKind, fields_by_path
from trialport.inquiries.models import InquiryUpdate

Typed = Mapping[str, str]
Json = dict[str, Any]

_FILL_IN = _("Fill this in: it is needed to send the inquiry.")
_CHOOSE = _("Choose one of the list.")
_ADVICE: Mapping[FieldKind, str] = {
    "text": _("This is too long, or not of the form that it should have. Correct it."),
    "area": _("This is too long or too short. Correct it."),
    "whole": _("Write a whole number that makes sense here, in digits."),
    "number": _("Write a number, in digits."),
    "date": _("Give a day that exists, as 2027-03-01."),
    "choice": _CHOOSE,
    "yes_no": _CHOOSE,
    "boxes": _CHOOSE,
    "lines": _("At most ten lines, each of at most 1,000 characters. Shorten it."),
    "words": _("Correct the codes, and separate them by commas."),
    "units": _("Choose units of the list, at most a hundred."),
    "people": _("One unit and person a line, not too long. Correct it."),
}
_OWN_ADVICE: Mapping[str, str] = {
    "who.contact.email": _("Write an address such as name@example.org."),
    "numbers.planned_start": _("Give a day to come, as 2027-03-01."),
    "answer.outcome_promised_by": _("Give a day to come, as 2027-03-01."),
    "answer.wanted_by": _("Give a day to come, or leave it out."),
    "population.age_to": _("Give an age that is not below the lowest one."),
    "kind.paediatric": _("Children take part, but the lowest age is 18 or more. Correct one of the two."),
    "condition.icd10_codes": _("One of the codes is no ICD-10 code. Correct it or leave it out."),
    "placement.regions_wanted": _("Choose at least one region; a sent inquiry keeps its regions."),
    "placement.units_wanted": _("A unit that you want is not in the regions asked."),
    "placement.units_excluded": _("A unit here is wanted too, or is not in the regions asked. Choose one of the two."),
}
_SAY_HARM = _("Say what harm it would do if this were known.")
_ANSWERS = {"yes": True, "no": False}
_INDEX = re.compile(r"\[\d+\].*$")


class Draft(Struct, frozen=True, kw_only=True):
    """What was typed, read: the content as JSON values as far as it fits, and what does not fit by field."""

    content: Json
    faults: dict[str, str]


def read_typed(typed: Typed, base: Json | None = None) -> Draft:
    """Read everything that was typed; what `base` says beyond the form is kept."""
    content: Json = deepcopy(base or {})
    faults: dict[str, str] = {}
    for field in fields_by_path().values():
        value = _value_of(field, typed)
        _drop(content, field.path)
        if value is None:
            if field.is_needed:
                faults[field.path] = _CHOOSE if field.kind == "choice" else _FILL_IN
        elif any(all_faults(value, _type_of(field.path))):
            faults[field.path] = _OWN_ADVICE.get(field.path, _ADVICE[field.kind])
        else:
            _put(content, field.path, value)
    _read_marks(typed, content, faults)
    _drop(content, NOT_MEANT)
    if codes := [code for code in typed.get(NOT_MEANT, "").split() if not any(all_faults([code], _type_of(NOT_MEANT)))]:
        _put(content, NOT_MEANT, codes)
    content = {group: said for group, said in content.items() if said not in ({}, [], None)}
    return Draft(content=content, faults=faults)


def faults_of(errors: Iterable[FieldError], typed: Typed) -> dict[str, str]:
    """Return what a desk found wrong, by the names of the form's fields and in its words."""
    marked = [name.removeprefix(MARK) for name in _marks(typed)]
    found: dict[str, str] = {}
    for error in errors:
        path = _INDEX.sub("", error.path)
        if path == "confidentiality.fields":
            at = int(error.path.partition("[")[2].partition("]")[0])
            found[HARM + marked[at]] = _SAY_HARM
        elif path.startswith("dct_activities"):
            found["dct_activities"] = _CHOOSE
        else:
            field = fields_by_path().get(path)
            found[path] = _OWN_ADVICE.get(path, error.message if field is None else _ADVICE[field.kind])
    return found


def typed_of(content: InquiryContent) -> dict[str, str]:
    """Write an inquiry into the form, field by field."""
    said: Json = msgspec.to_builtins(content)
    typed: dict[str, str] = {}
    for field in fields_by_path().values():
        value = _find(said, field.path)
        if value is None:
            continue
        if field.kind in BOXED:
            typed |= {f"{field.path}_{code}": "on" for code in value}
        else:
            typed[field.path] = _text_of(field, value)
    for marked in said.get("confidentiality", {}).get("fields", []):
        typed[MARK + marked["field"]], typed[HARM + marked["field"]] = "on", marked["harm"]
    if not_meant := _find(said, NOT_MEANT):
        typed[NOT_MEANT] = " ".join(not_meant)
    return typed


def step_names(step: str, names: Iterable[str]) -> set[str]:
    """Return those of the names of typed fields that belong to a step."""
    paths = {field.path: field.kind for one in STEPS if one.name == step for field in one.fields}
    boxes = tuple(path + "_" for path, kind in paths.items() if kind in BOXED)
    own = {name for name in names if name in paths or (boxes and name.startswith(boxes))}
    if step == "condition":
        own |= {NOT_MEANT} & set(names)
    if step == "confidentiality":
        own |= {name for name in names if name.startswith((MARK, HARM))}
    return own


def changes_of(before: InquiryContent, after: InquiryContent) -> InquiryUpdate:
    """Return an amendment of the groups that differ, and of no other."""
    names = rules.changed_groups(before, after)
    return InquiryUpdate(
        **{name: getattr(after, name) if name in names else UNSET for name in before.__struct_fields__}
    )


def _marks(typed: Typed) -> list[str]:
    known = {MARK + path for path in rules.markable_fields()}
    return sorted(name for name in typed if name in known)


def _read_marks(typed: Typed, content: Json, faults: dict[str, str]) -> None:
    content.get("confidentiality", {}).pop("fields", None)
    marked = []
    for name in _marks(typed):
        path = name.removeprefix(MARK)
        one = {"field": path, "harm": typed.get(HARM + path, "")}
        if any(all_faults([one], _type_of("confidentiality.fields"))):
            faults[HARM + path] = _SAY_HARM
        else:
            marked.append(one)
    if marked:
        _put(content, "confidentiality.fields", marked)


def _value_of(field: Field, typed: Typed) -> Any:
    """Return a field's value as JSON has it; text that is no such value stays text, which then does not fit."""
    text = typed.get(field.path, "").strip()
    if field.kind == "boxes":
        ticked = _ticked(field, typed)
        return sorted(ticked, key=list(field.options).index) if set(ticked) <= set(field.options) else ticked or None
    if field.kind == "units":
        return sorted(_ticked(field, typed)) or None
    if not text:
        return None
    return _READ[field.kind](text) if field.kind in _READ else text


def _ticked(field: Field, typed: Typed) -> list[str]:
    return [name.removeprefix(field.path + "_") for name in typed if name.startswith(field.path + "_")]


def _whole(text: str) -> int | str:
    compact = re.sub(r"[\s\u00a0.,](?=\d{3}\b)", "", text)
    return int(compact) if re.fullmatch(r"[+-]?\d{1,12}", compact) else text


def _number(text: str) -> float | str:
    compact = re.sub(r"[\s\u00a0]", "", text).replace(",", ".")
    return float(compact) if re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,6})?", compact) else text


def _person(line: str) -> Json:
    unit, _separator, person = (part.strip() for part in line.partition(";"))
    return {name: text for name, text in (("unit_name", unit), ("person_name", person)) if text}


def typed_words(text: str) -> list[str]:
    """Give the words of a field that holds several, as codes: apart by commas, semicolons or spaces."""
    return [word for word in re.split(r"[\s,;]+", text) if word]


_READ: Mapping[FieldKind, Callable[[str], Any]] = {
    "whole": _whole,
    "number": _number,
    "yes_no": lambda text: _ANSWERS.get(text, text),
    "lines": lambda text: [line.strip() for line in text.splitlines() if line.strip()],
    "words": typed_words,
    "people": lambda text: [_person(line) for line in text.splitlines() if line.strip(" ;")],
}


def _text_of(field: Field, value: Any) -> str:
    if field.kind == "yes_no":
        return "yes" if value else "no"
    if field.kind == "lines":
        return "\n".join(value)
    if field.kind == "words":
        return ", ".join(value)
    if field.kind == "people":
        return "\n".join(f"{one.get('unit_name', '')}; {one.get('person_name', '')}".rstrip("; ") for one in value)
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)  # noqa: PLR2004 - written out


@cache
def _type_of(path: str) -> Any:
    """Return the type that content.py gives a field."""
    group, *inner = path.split(".")
    if group == "dct_activities":
        return DctWish
    kind: Any = InquiryContent
    for name in (group, *inner):
        kind = next(one.type for one in msgspec.structs.fields(_struct(kind)) if one.name == name)
    return kind


def _struct(kind: Any) -> Any:
    return getattr(kind, "__origin__", kind)


def _find(said: Json, path: str) -> Any:
    value: Any = said
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _put(content: Json, path: str, value: Any) -> None:
    *groups, name = path.split(".")
    for group in groups:
        content = content.setdefault(group, {})
    content[name] = value


def _drop(content: Json, path: str) -> None:
    *groups, name = path.split(".")
    for group in groups:
        content = content.get(group, {})
    content.pop(name, None)


def group_faults(group: str, said: Any) -> list[FieldError]:
    """Find what keeps a group from being whole, as a preview needs it."""
    kind = next(one.type for one in msgspec.structs.fields(InquiryContent) if one.name == group)
    return list(all_faults(said, kind))
