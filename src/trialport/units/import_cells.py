"""How one field of a capacity stands in a cell of a CSV file, read and written.

A backslash before `|`, `@`, `:`, `=`, `-`, a backslash or a space takes away that character's meaning, so that
any text a record can hold survives the way out and back.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Struct

from trialport.core.language import Language
from trialport.core.translations import to_translate as _
from trialport.core.translations import translate
from trialport.units.models import Basis, CapacityInput, CapacityState, DctOffer, Experience, PrimaryCareRole
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    DCT_ANSWERS,
    PHASES,
    RESOURCE_KINDS,
    STUDY_TYPES,
    THERAPY_AREAS,
)

# Clears a field; an empty cell leaves it as it is.
CLEAR = "-"

# Longer words are not compared with the codes, longer lists of codes not quoted.
_LONGEST_CODE = 40
_FEW_CODES = 12

_PART = {mark: re.compile(rf"(?:\\.|[^{mark}])*", re.DOTALL) for mark in "|@:="}
_ESCAPED = re.compile(r"\\([\\|@:=\-\s])")
_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What a yes and a no are called by hand and by English, Swedish and Danish spreadsheets.
_FLAGS = {
    **dict.fromkeys(("true", "yes", "ja", "sant", "sand"), True),
    **dict.fromkeys(("false", "no", "nej", "falskt", "falsk"), False),
}


class Sentence(Struct, frozen=True):
    """What to say about a file: an English text of the catalogues, and what is filled in there (codes, numbers)."""

    text: str
    values: Mapping[str, object] = {}

    def said(self, language: Language) -> str:
        """Return it in the reader's language."""
        return translate(language, self.text, **self.values)


class CellError(Exception):
    """A cell cannot be read; the sentence says what to write instead."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.said("en"))
        self.sentence = sentence


class Column(Struct, frozen=True):
    """One column: how its cells are read and written, what to write there, and whether it has decimals."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    hint: Sentence
    decimal: bool = False


def read_cell(name: str, cell: str, *, decimal_comma: bool) -> Any:
    """Read a cell that is neither empty nor `-` into the value of the field; raises CellError."""
    column = COLUMNS[name]
    if column.decimal and decimal_comma and cell.count(",") == 1 and "." not in cell:
        cell = cell.replace(",", ".")
    value = column.read(cell)
    try:
        return msgspec.convert({"value": value}, _BOXES[name]).value
    except msgspec.ValidationError:
        raise CellError(column.hint) from None


def write_cell(name: str, value: Any) -> str:
    """Write the value of a field so that read_cell gives it back; an empty value is `-`."""
    return CLEAR if value is None or value in ((), {}) else COLUMNS[name].write(value)


def suggest(given: str, codes: Iterable[str]) -> Sentence:
    """Say that a code is unknown, and which was probably meant, or which there are."""
    known = tuple(codes)
    shown = shorten(given)
    near = get_close_matches(given.lower(), known, n=1, cutoff=0.7) if len(given) <= _LONGEST_CODE else []
    if near:
        return Sentence(_("`%(given)s` is unknown. Did you mean `%(meant)s`?"), {"given": shown, "meant": near[0]})
    if len(known) <= _FEW_CODES:
        codes_but_one = ", ".join(known[:-1])
        values = {"given": shown, "codes": codes_but_one, "last_code": known[-1]}
        return Sentence(_("`%(given)s` is unknown. Use %(codes)s or %(last_code)s."), values)
    return Sentence(
        _("`%(given)s` is unknown. Use a code of the list, such as `%(code)s`."), {"given": shown, "code": known[0]}
    )


def shorten(text: str, most: int = 60) -> str:
    """Cut a text that is quoted in a message."""
    return text if len(text) <= most else text[: most - 1] + "…"


def _split(text: str, mark: str) -> list[str]:
    """Cut at every mark without a backslash before it; the parts keep their backslashes."""
    parts, start = [], 0
    while True:
        found = _PART[mark].match(text, start)
        end = len(text) if found is None else found.end()
        parts.append(text[start:end])
        if end >= len(text):
            return parts
        start = end + 1


def _cut(text: str, mark: str) -> tuple[str, str | None]:
    """Cut at the first mark without a backslash before it; None where there is no mark."""
    found = _PART[mark].match(text)
    end = len(text) if found is None else found.end()
    return text[:end], text[end + 1 :] if end < len(text) else None


def _plain(text: str) -> str:
    """Take white space from both ends, and the backslashes out."""
    left = text.lstrip()
    kept = left.rstrip()
    backslashes = len(kept) - len(kept.rstrip("\\"))
    if backslashes % 2 and len(kept) < len(left):
        kept = left[: len(kept) + 1]
    return _ESCAPED.sub(r"\1", kept)


def _escape(text: str, marks: str) -> str:
    """Undo `_plain` and the cuts at these marks."""
    text = text.replace("\\", "\\\\")
    for mark in marks:
        text = text.replace(mark, "\\" + mark)
    if text[-1:].isspace():
        text = f"{text[:-1]}\\{text[-1]}"
    return "\\" + text if text[:1].isspace() or text == CLEAR else text


def _read_texts(cell: str) -> list[str]:
    items = [_plain(part) for part in _split(cell, "|")]
    if not all(items):
        raise CellError(Sentence(_("There is nothing before, between or after a `|`. Take it out.")))
    return items


def _write_texts(items: tuple[str, ...]) -> str:
    return "|".join(_escape(item, "|") for item in items)


def _code(codes: tuple[str, ...]) -> Column:
    def read(cell: str) -> str:
        code = cell.strip()
        if code not in codes:
            raise CellError(suggest(code, codes))
        return code

    return Column(read, str, Sentence(_("One of: %(codes)s."), {"codes": ", ".join(codes)}))


def _codes(codes: tuple[str, ...]) -> Column:
    def read(cell: str) -> list[str]:
        items = cell.replace("|", " ").split()
        for item in items:
            if item not in codes:
                raise CellError(suggest(item, codes))
        return items

    return Column(read, " ".join, Sentence(_("Codes with a space or `|` between them, each once.")))


def _read_date(cell: str) -> date:
    try:
        if _DAY.fullmatch(cell.strip()):
            return date.fromisoformat(cell.strip())
    except ValueError:
        raise CellError(Sentence(_("There is no day %(day)s. Correct it."), {"day": shorten(cell.strip())})) from None
    raise CellError(Sentence(_("Write the day as YYYY-MM-DD, such as 2026-10-01.")))


def _read_flag(cell: str) -> bool:
    flag = _FLAGS.get(cell.strip().lower())
    if flag is None:
        raise CellError(Sentence(_("Write yes or no.")))
    return flag


def _number(most: int) -> Column:
    hint = Sentence(
        _("Write a number from 0 to %(most)s, such as 3.5 (3,5 in a file with `;`), without unit or spaces."),
        {"most": most},
    )

    def read(cell: str) -> float:
        text = cell.strip()
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            raise CellError(hint)
        return float(text)

    return Column(read, _write_number, hint, decimal=True)


def _write_number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _integer(most: int) -> Column:
    hint = Sentence(_("Write a whole number from 0 to %(most)s."), {"most": most})

    def read(cell: str) -> int:
        if not _INTEGER.fullmatch(cell.strip()):
            raise CellError(hint)
        return int(cell)

    return Column(read, str, hint)


_DCT_HINT = Sentence(
    _(
        "Write activity=answer, then `:` and the partner, `@` and the place where they matter, with `|` between "
        "activities: video_visit=own|home_venous=with_partner:Hemsjukvården@Uppsala. Texts have at most 200 characters."
    )
)
_EXPERIENCE_HINT = Sentence(_("Write therapy_area/phase=trials with `|` between: respiratory/3=4|oncology/2=1."))


def _read_dct(cell: str) -> dict[str, dict[str, str | None]]:
    offers: dict[str, dict[str, str | None]] = {}
    for part in _split(cell, "|"):
        head, rest = _cut(part, "=")
        activity = _plain(head)
        if rest is None:
            raise CellError(_DCT_HINT)
        if activity not in DCT_ACTIVITIES:
            raise CellError(suggest(activity, DCT_ACTIVITIES))
        if activity in offers:
            raise CellError(
                Sentence(_("`%(activity)s` stands twice. Name each activity once."), {"activity": activity})
            )
        offers[activity] = _read_offer(rest)
    return offers


def _read_offer(text: str) -> dict[str, str | None]:
    before, geography = _cut(text, "@")
    head, partner = _cut(before, ":")
    answer = _plain(head)
    if answer not in DCT_ANSWERS:
        raise CellError(suggest(answer, DCT_ANSWERS))
    return {
        "answer": answer,
        "partner": None if partner is None else _plain(partner),
        "geography": None if geography is None else _plain(geography),
    }


def _write_dct(offers: dict[str, DctOffer]) -> str:
    return "|".join(f"{activity}={_write_offer(offer)}" for activity, offer in offers.items())


def _write_offer(offer: DctOffer) -> str:
    partner = "" if offer.partner is None else ":" + _escape(offer.partner, "|@")
    geography = "" if offer.geography is None else "@" + _escape(offer.geography, "|@")
    return f"{offer.answer}{partner}{geography}"


def _read_experience(cell: str) -> list[dict[str, Any]]:
    entries = []
    for part in cell.split("|"):
        found = re.fullmatch(r"\s*([^\s/=]+)\s*/\s*([^\s/=]+)\s*=\s*([0-9]{1,7})\s*", part)
        if found is None:
            raise CellError(_EXPERIENCE_HINT)
        area, phase, trials = found.groups()
        for given, codes in ((area, THERAPY_AREAS), (phase, PHASES)):
            if given not in codes:
                raise CellError(suggest(given, codes))
        entries.append({"therapy_area": area, "phase": phase, "trials": int(trials)})
    return entries


def _write_experience(entries: tuple[Experience, ...]) -> str:
    return "|".join(f"{entry.therapy_area}/{entry.phase}={entry.trials}" for entry in entries)


def _texts(most: int) -> Column:
    hint = Sentence(_("At most %(most)s texts of at most 200 characters, with `|` between them."), {"most": most})
    return Column(_read_texts, _write_texts, hint)


_DATE = Column(_read_date, str, Sentence(_("A day as YYYY-MM-DD.")))
_FLAG = Column(_read_flag, lambda flag: "yes" if flag else "no", Sentence(_("Write yes or no.")))

# The columns after `unit` and `therapy_area`, in the order an export writes them.
COLUMNS: dict[str, Column] = {
    "indications": _texts(50),
    "study_types": _codes(STUDY_TYPES),
    "phases": _codes(PHASES),
    "age_groups": _codes(AGE_GROUPS),
    "care_settings": _codes(CARE_SETTINGS),
    "state": _code(get_args(CapacityState)),
    "state_until": _DATE,
    "new_trials_possible": _FLAG,
    "new_trials_from": _DATE,
    "participants_per_month": _number(100_000),
    "participants_basis": _code(get_args(Basis)),
    "participants_counted_on": _DATE,
    "nurse_hours_free": _number(2000),
    "physician_hours_free": _number(2000),
    "protected_hours_planned": _number(2000),
    "protected_hours_taken": _number(2000),
    "running_trials": _integer(1_000_000),
    "competing_trials": _texts(50),
    "lead_time_days": _integer(1500),
    "conditions": _texts(20),
    "dct_activities": Column(_read_dct, _write_dct, _DCT_HINT),
    "equipment": _codes(CAPABILITIES),
    "resources": _codes(RESOURCE_KINDS),
    "experience": Column(_read_experience, _write_experience, _EXPERIENCE_HINT),
    "primary_care_role": _code(get_args(PrimaryCareRole)),
    "trial_slots": _integer(1000),
}
# msgspec looks a struct up by its identity, but a bare annotation by hashing all its parts: for 5,000 rows that
# would take longer than everything else together.
_BOXES: dict[str, Any] = {
    name: msgspec.defstruct(f"Cell_{name}", [("value", kind)])
    for name, kind in get_type_hints(CapacityInput, include_extras=True).items()
}
