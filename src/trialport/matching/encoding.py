"""From what the register holds of a capacity to numbers, many rows at a time.

A record is one row of the view `register_row`, in the order of `FIELDS`. Lists of codes come as PostgreSQL writes
them (`{drug,device}`) and structures as JSON: one text is looked up faster than its parts, and most are alike.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from trialport.matching.layout import (
    AREA_BITS,
    BASES,
    CAPABILITY_ALWAYS,
    CAPABILITY_DATED,
    CAPABILITY_NO,
    DCT_CODES,
    ITEM_BITS,
    LICENCE_BITS,
    LICENCE_MASK,
    NO,
    NO_BASIS,
    NO_DAY,
    NO_ROLE,
    NOWHERE,
    NUMBERS,
    PHASE_BITS,
    ROLES,
    STATES,
    UNSAID,
    YES,
    language_number,
)
from trialport.matching.models import CapacityRow
from trialport.matching.places import PLACED, reach_of
from trialport.matching.words import WordBook
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    PHASES,
    RESOURCE_KINDS,
    STUDY_TYPES,
    THERAPY_AREAS,
)

FIELDS = (
    "capacity",
    "unit",
    "region",
    "unit_name",
    "site_name",
    "unit_kind",
    "therapy_area",
    "indications",
    "study_types",
    "phases",
    "age_groups",
    "care_settings",
    "resources",
    "state",
    "state_until",
    "new_trials_possible",
    "new_trials_from",
    "lead_time_days",
    "participants_per_month",
    "participants_basis",
    "nurse_hours_free",
    "physician_hours_free",
    "confirmed_on",
    "valid_until",
    "revision",
    "dct_activities",
    "capabilities",
    "equipment",
    "competing_trials",
    "conditions",
    "experience",
    "running_trials",
    "primary_care_role",
    "languages",
    "gcp_until",
)
Record = Sequence[Any]
# Values remembered of each field; far above what differs in codes, and a bound on memory.
_MOST_REMEMBERED = 20_000
_FLOATS = ("participants_per_month", "nurse_hours_free", "physician_hours_free")


class _Answer(Struct, frozen=True):
    answer: str
    geography: str | None = None


class _Held(Struct, frozen=True):
    available: bool
    expires_on: date | None = None


class _Done(Struct, frozen=True):
    therapy_area: str
    phase: str
    trials: int


_ANSWERS = msgspec.json.Decoder(dict[str, _Answer])
_HELD = msgspec.json.Decoder(dict[str, _Held])
_DONE = msgspec.json.Decoder(list[_Done])
_AREA_NUMBERS: dict[str, int] = {area: number for number, area in enumerate(THERAPY_AREAS)}
_PHASE_NUMBERS: dict[str, int] = {phase: number for number, phase in enumerate(PHASES)}
_PLACED_NUMBERS: dict[str, int] = {activity: number for number, activity in enumerate(PLACED)}


class Lookup(dict[Any, Any]):
    """What each value stands for, worked out once; it starts afresh when it has grown too large."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, key: Hashable) -> Any:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        value = self[key] = self._read(key)
        return value


class Word(NamedTuple):
    """What one string in a capacity is: its number, its concepts, its areas as a mask, whether it says nothing."""

    number: int
    concepts: tuple[int, ...]
    areas: int
    unread: bool


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Some capacities as columns; `units` tells units apart by all that is shown of them."""

    capacity_ids: Sequence[bytes]
    region_ids: Sequence[bytes]
    units: Sequence[tuple[bytes, bytes, str, str, str]]
    numbers: dict[str, npt.NDArray[Any]]
    lists: dict[str, Sequence[Sequence[int]]]


class Encoder:
    """Turns records into numbers; `string` numbers words, the same words always alike."""

    def __init__(self, word_book: WordBook, string: Callable[[str], int]) -> None:
        self._word_book = word_book
        self._string = string
        self._words = Lookup(self._word)
        self._readers = _readers()
        self._held = Lookup(_held)
        self._equipment = Lookup(partial(_mask, places=_EQUIPMENT))
        self._gcp = Lookup(_gcp_until)
        self._languages = Lookup(_languages)
        self._reach = Lookup(reach_of)

    def encode(self, records: Sequence[Record]) -> Page:
        """Return the capacities of these records as columns, in their order."""
        column: dict[str, Sequence[Any]] = dict(zip(FIELDS, zip(*records, strict=True), strict=True))
        numbers: dict[str, npt.NDArray[Any]] = {
            name: np.fromiter(map(reader.__getitem__, column[name]), NUMBERS[name], len(records))
            for name, reader in self._readers.items()
        }
        numbers |= {name: np.array(column[name], dtype=np.float32) for name in _FLOATS}
        numbers["revision"] = np.array(column["revision"], dtype=np.int32)
        lists = self._words_of(column, numbers)
        numbers["dct_answers"], numbers["dct_reach"], lists["dct_places"] = self._dct(column["dct_activities"])
        lists["languages"] = list(map(self._languages.__getitem__, column["languages"]))
        numbers["capabilities"], lists["licences"] = self._capabilities(column["capabilities"], column["equipment"])
        lists["experience"] = list(map(_experience, column["experience"]))
        lists["gcp_until"] = list(map(self._gcp.__getitem__, column["gcp_until"]))
        shown = ("unit", "region", "unit_name", "site_name", "unit_kind")
        return Page(
            capacity_ids=column["capacity"],
            region_ids=column["region"],
            units=list(zip(*(column[name] for name in shown), strict=True)),
            numbers=numbers,
            lists=lists,
        )

    def _words_of(
        self, column: dict[str, Sequence[Any]], numbers: dict[str, npt.NDArray[Any]]
    ) -> dict[str, Sequence[Sequence[int]]]:
        """Read what the units' words mean; words that only name the therapy area stand for all of it."""
        word = self._words.__getitem__
        rows: list[list[Word]] = [list(map(word, words)) for words in column["indications"]]
        named = [any(one.areas >> area & 1 for one in words) for words, area in _with_area(rows, numbers)]
        numbers["whole_area"] = np.array([not words or one for words, one in zip(rows, named, strict=True)], np.bool_)
        competing = ([word(words) for words in row] for row in column["competing_trials"])
        return {
            "indications": [[one.number for one in words] for words in rows],
            "concepts": [list(dict.fromkeys(chain.from_iterable(one.concepts for one in words))) for words in rows],
            "unread": [[one.number for one in words if one.unread] for words in rows],
            "competing": [[one.concepts[0] for one in words if one.concepts] for words in competing],
            "conditions": [list(map(self._string, words)) for words in column["conditions"]],
        }

    def _word(self, words: str) -> Word:
        meaning = self._word_book.meaning(words)
        areas = sum(1 << _AREA_NUMBERS[area] for area in set(meaning.areas))
        return Word(self._string(words), meaning.concepts, areas, not meaning.concepts and not areas)

    def _dct(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], list[Sequence[int]]]:
        """Return the answers of each row, how far its activities reach, and the places it states, in their order."""
        answers, reach = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int32)
        places: list[Sequence[int]] = []
        for row, text in enumerate(texts):
            packed, reached, stated = 0, 0, {}
            for activity, offer in _ANSWERS.decode(text).items():
                packed |= _ANSWERS_OF[activity][offer.answer]
                number = _PLACED_NUMBERS.get(activity)
                if number is None or offer.answer == "unknown":
                    continue
                if offer.answer == "cannot":
                    reached |= NOWHERE << ITEM_BITS * number
                elif offer.geography is not None:
                    reached |= self._reach[offer.geography] << ITEM_BITS * number
                    stated[number] = self._string(offer.geography)
            answers[row], reach[row] = packed, reached
            places.append([stated[number] for number in sorted(stated)])
        return answers, reach, places

    def _capabilities(
        self, held: Sequence[str], equipment: Sequence[str]
    ) -> tuple[npt.NDArray[np.int64], list[Sequence[int]]]:
        """Join the unit's capabilities with what the capacity has at hand, which needs no licence."""
        pairs = [(*self._held[text], self._equipment[own]) for text, own in zip(held, equipment, strict=True)]
        licences = [
            [entry for entry in dated if not own >> ITEM_BITS * (entry & LICENCE_MASK) & 1] if dated and own else dated
            for _, dated, own in pairs
        ]
        return np.array([packed | own for packed, _, own in pairs], dtype=np.int64), licences


def _with_area(rows: list[list[Word]], numbers: dict[str, npt.NDArray[Any]]) -> "zip[tuple[list[Word], int]]":
    return zip(rows, numbers["therapy_area"].tolist(), strict=True)


def _readers() -> dict[str, Lookup]:
    """Say of each column that is one code, a list of codes or a day how it is read."""
    lists: dict[str, tuple[str, ...]] = {
        "study_types": STUDY_TYPES,
        "phases": PHASES,
        "age_groups": AGE_GROUPS,
        "care_settings": CARE_SETTINGS,
        "resources": RESOURCE_KINDS,
    }
    days = ("state_until", "new_trials_from", "confirmed_on", "valid_until")
    return {
        "therapy_area": Lookup(THERAPY_AREAS.index),
        "state": Lookup(STATES.index),
        "new_trials_possible": Lookup(lambda said: UNSAID if said is None else (YES if said else NO)),
        "participants_basis": Lookup(lambda basis: NO_BASIS if basis is None else BASES.index(basis)),
        "lead_time_days": Lookup(lambda days: UNSAID if days is None else days),
        "running_trials": Lookup(lambda trials: UNSAID if trials is None else trials),
        "primary_care_role": Lookup(lambda role: NO_ROLE if role is None else ROLES.index(role)),
        **{name: Lookup(lambda day: NO_DAY if day is None else day.toordinal()) for name in days},
        **{name: Lookup(partial(_mask, places=_places(known))) for name, known in lists.items()},
    }


def _codes(text: str) -> list[str]:
    """Return the items of a list as PostgreSQL writes it; neither codes nor days need quotes."""
    return text[1:-1].split(",") if text != "{}" else []


def _places(known: Sequence[str], bits: int = 1, item: int = 1) -> dict[str, int]:
    """Say what each code is in a packed number: `item`, in `bits` bits of its own."""
    return {code: item << bits * number for number, code in enumerate(known)}


_EQUIPMENT = _places(CAPABILITIES, ITEM_BITS, CAPABILITY_ALWAYS)
_ANSWERS_OF: dict[str, dict[str, int]] = {
    activity: {answer: code << ITEM_BITS * number for answer, code in DCT_CODES.items()}
    for number, activity in enumerate(DCT_ACTIVITIES)
}


def _mask(text: str, places: dict[str, int]) -> int:
    mask = 0
    for code in _codes(text):
        mask |= places[code]
    return mask


def _held(text: str) -> tuple[int, list[int]]:
    """Return a unit's capabilities, packed, and the last days of those that have one."""
    packed, dated = 0, []
    for capability, offer in _HELD.decode(text).items():
        number = CAPABILITIES.index(capability)
        code = CAPABILITY_ALWAYS if offer.available else CAPABILITY_NO
        if offer.available and offer.expires_on is not None:
            code = CAPABILITY_DATED
            dated.append(offer.expires_on.toordinal() << LICENCE_BITS | number)
        packed |= code << ITEM_BITS * number
    return packed, dated


def _experience(text: str) -> list[int]:
    return [
        (done.trials << AREA_BITS | _AREA_NUMBERS[done.therapy_area]) << PHASE_BITS | _PHASE_NUMBERS[done.phase]
        for done in _DONE.decode(text)
    ]


def _languages(text: str) -> list[int]:
    """Return the languages of a unit, each once; the register lets in two letters only."""
    return [language_number(code) for code in dict.fromkeys(_codes(text))]


def _gcp_until(text: str | None) -> list[int]:
    """Return the last days of the investigators' GCP training; none while nobody is known at the unit."""
    return [_gcp_day(day) for day in _codes(text or "{}")]


def _gcp_day(text: str) -> int:
    if text == "NULL":
        return NO_DAY
    return date.max.toordinal() if text == "infinity" else date.fromisoformat(text).toordinal()


def record_of(row: CapacityRow) -> Record:
    """Return the record of a capacity given as a struct; its investigators' GCP training lasts for ever."""
    told: dict[str, Any] = {name: getattr(row, name) for name in row.__struct_fields__}
    for name in ("study_types", "phases", "age_groups", "care_settings", "resources", "equipment", "languages"):
        told[name] = f"{{{','.join(told[name])}}}"
    for name in ("dct_activities", "capabilities", "experience"):
        told[name] = msgspec.json.encode(told[name]).decode()
    for name in ("capacity", "unit", "region"):
        told[name] = told[f"{name}_id"].bytes
    trained = row.gcp_investigators
    days = [] if trained is None else [date.max.isoformat()] * trained or ["NULL"]
    told["gcp_until"] = f"{{{','.join(days)}}}"
    told["confirmed_on"] = None if row.confirmed_at is None else row.confirmed_at.date()
    return [told[name] for name in FIELDS]
