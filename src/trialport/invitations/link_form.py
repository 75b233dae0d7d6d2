"""The answer form: from what a person typed to an answer, and what is wrong with it in her words.

Each box has a name of its own (`reason_budget`), so that a form which has to be sent twice loses none of them. Only
the fields that belong to the chosen answer count: the others may have been filled in before she changed her mind.
"""

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

import msgspec

from trialport.core.errors import Contradiction, FieldError
from trialport.core.translations import to_translate
from trialport.invitations import rules
from trialport.invitations.models import (
    Answer,
    CapacityValues,
    Condition,
    EoiCreate,
    EoiDetail,
    NoReason,
    Prefill,
    SignOffCreate,
)

Form = Mapping[str, str]

# The boxes for the sponsor's questions are numbered from 1.
ANSWER_TO = "answer_to_"
_MOST_QUESTIONS = 10
_TEXTS = ("competing_trials", "conflict_of_interest", "questions")
_YES = ("participants", "participants_basis", "earliest_start", "role", *_TEXTS)
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "yes": _YES,
    "yes_if": _YES,
    "later": ("later_from", "questions"),
    "no": ("competing_trials",),
    "not_me": ("asks_id",),
}
_TICKS = ("head_informed", "mentor_wanted")
# What to do about a field, in the words of the page.
_ADVICE: Mapping[str, str] = {
    "answer": to_translate("Choose one of the answers."),
    "decision": to_translate("Choose one of the answers."),
    "participants": to_translate("Say how many participants are realistic, as a whole number."),
    "participants_basis": to_translate("Say what the number rests on."),
    "earliest_start": to_translate("Give a day that exists, or leave the earliest start out."),
    "later_from": to_translate("Say from which day you could."),
    "conditions": to_translate("Tick what is missing."),
    "reasons": to_translate("Tick at least one reason."),
    "asks_id": to_translate("Choose a colleague of your unit, or nobody."),
    "role": to_translate("Choose a role from the list, or none."),
    "note": to_translate("Say in a few words why not."),
}
_TOO_LONG = to_translate("Write at most 1,000 characters.")


def read_answer(form: Form) -> tuple[EoiCreate | None, dict[str, str]]:
    """Return the answer, or None with what is wrong by field, to be translated."""
    answer = form.get("answer", "")
    if answer not in get_args(Answer):
        return None, {"answer": _ADVICE["answer"]}
    given: dict[str, Any] = {"answer": answer}
    faults: dict[str, str] = {}
    for field in _FIELDS[answer]:
        if text := form.get(field, ""):
            given[field] = _number(text) if field == "participants" else text
    if answer in ("yes", "yes_if"):
        given |= {field: bool(form.get(field)) for field in _TICKS}
        given["answers_to_questions"] = _answers(form)
    if answer == "yes_if":
        given["conditions"] = _ticked(form, "condition", get_args(Condition))
    if answer == "no":
        given["reasons"] = _ticked(form, "reason", get_args(NoReason))
    # Field by field, so that every fault is told at once.
    for field, value in list(given.items()):
        try:
            msgspec.convert({"answer": answer, field: value}, EoiCreate)
        except msgspec.ValidationError:
            faults[field] = _TOO_LONG if field in (*_TEXTS, "answers_to_questions") else _ADVICE[field]
            del given[field]
    eoi = msgspec.convert(given, EoiCreate)
    for error in rules.check_answer(eoi):
        faults.setdefault(error.path, _ADVICE.get(error.path, error.message))
    return (None if faults else eoi), faults


def told(errors: tuple[FieldError, ...]) -> dict[str, str]:
    """Return what a desk found wrong in the words of the page."""
    return {error.path: _ADVICE.get(error.path, error.message) for error in errors}


def form_of(eoi: EoiDetail | None, prefill: Prefill | None) -> dict[str, str]:
    """Return what the form shows at first: the answer to be changed, else what the unit's capacity says."""
    if eoi is None:
        given = {} if prefill is None else msgspec.to_builtins(prefill)
        names = ("participants", "participants_basis", "earliest_start", "role")
        return {name: str(given[name]) for name in names if given.get(name) is not None}
    shown: dict[str, str] = {}
    for name, value in msgspec.to_builtins(eoi).items():
        if name in ("conditions", "reasons"):
            shown |= {f"{name.removesuffix('s')}_{one}": "on" for one in value}
        elif name == "answers_to_questions":
            shown |= {f"{ANSWER_TO}{number}": one for number, one in enumerate(value, start=1)}
        elif value is True:
            shown[name] = "on"
        elif value is not None and value is not False:
            shown[name] = str(value)
    return shown


def read_capacity(form: Form, offered: Mapping[str, float | str]) -> CapacityValues:
    """Return the changes that were ticked, of those that were offered: what is typed elsewhere changes nothing."""
    ticked = {field: value for field, value in offered.items() if form.get(f"change_{field}")}
    return msgspec.convert(ticked, CapacityValues)


def _ticked(form: Form, prefix: str, codes: tuple[str, ...]) -> list[str]:
    return [code for code in codes if form.get(f"{prefix}_{code}")]


def _answers(form: Form) -> list[str]:
    """Return the answers to the sponsor's questions in their order, with empty text for none."""
    count = sum(f"{ANSWER_TO}{number}" in form for number in range(1, _MOST_QUESTIONS + 1))
    answers = [form.get(f"{ANSWER_TO}{number}", "") for number in range(1, count + 1)]
    return answers if any(answers) else []


def _number(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:
        return text


def read_sign_off(form: Form) -> SignOffCreate:
    """Return a head of unit's word; raises Contradiction for one that is neither yes nor no, or says too much."""
    if form.get("decision") not in ("approved", "refused"):
        raise Contradiction.at("decision", "Say whether the yes counts.")
    note = form.get("reason") or form.get("note") or None
    word = {
        "decision": form["decision"],
        "note": note if form["decision"] == "refused" else None,
        "eoi_id": parse_id(form.get("eoi_id", "")),
    }
    try:
        return msgspec.convert(word, SignOffCreate)
    except msgspec.ValidationError as error:
        raise Contradiction.at("note", "Say it in a few words.") from error


def parse_id(text: str) -> UUID | None:
    """Return an identifier; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
