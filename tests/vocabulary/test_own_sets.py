"""Inquiries written for this project keep being read as well as they are: a change that costs some of them is seen."""

import re
from collections.abc import Iterator
from functools import cache

from bench.reading.scores import Answer, category, verdicts
from bench.reading.sets import ROOT, Row, read_sets
from trialport.vocabulary.reading import shared_reader
from trialport.vocabulary.sources import LANGUAGES

# Rows of later writers (two letters of the id) are read in part, every fifth one: harder ones, and many.
AGES = (
    ("newest", re.compile(r"n[a-d]|u[a-z]|v[ab]|wd|y[i-n]|z[a-c]|ff|tt")),
    ("later", re.compile(r"x[f-z]|y[a-h]")),
    ("many", re.compile(r"w[e-o]")),
)
EVERY = 5
# Per cent of the conditions of the part that rules were changed on. What is not read yet is known: docs/matching.md.
LEAST = {
    "confusable": {"icd1": 99.0, "not_confused": 99.5},
    "conditions": {"ta1": 96.0, "ta3": 98.3, "icd1": 93.3},
    "inquiries": {"found5": 98.8, "absent3": 99.0, "ta1": 96.5},
    "later inquiries": {"found5": 97.8, "absent3": 99.0, "ta1": 93.5},
    "newest inquiries": {"found5": 98.4, "absent3": 99.0, "ta1": 94.5},
    "mails": {"found5": 96.0, "absent3": 97.0, "ta1": 89.0, "ta3": 99.0},
    "many mails": {"found5": 96.0, "absent3": 97.0, "ta1": 89.0, "ta3": 99.0},
    "later mails": {"found5": 97.8, "absent3": 99.0, "ta1": 95.5, "ta3": 99.5},
    "newest mails": {"found5": 96.0, "absent3": 98.5, "ta1": 95.5, "ta3": 99.5},
    "idioms": {"found5": 98.0, "absent3": 97.0, "ta1": 96.0, "ta3": 99.0},
    "newest idioms": {"found5": 96.3, "absent3": 96.8, "ta1": 94.0, "ta3": 99.0},
}


def rows(sets: dict[str, list[Row]]) -> Iterator[tuple[str, Row]]:
    """Give the tuned rows that are read, each with the name its figures stand under."""
    for name in (one for one in sets if one in LEAST):
        of_age: dict[str, list[Row]] = {}
        for row in (one for one in sets[name] if one.part == "tuned"):
            age = next((f"{age} {name}" for age, writers in AGES if writers.match(row.known["id"])), name)
            of_age.setdefault(age if age in LEAST else name, []).append(row)
        for age, some in of_age.items():
            yield from ((age, row) for row in some[:: 1 if age == name else EVERY])


@cache
def shares() -> dict[tuple[str, str], float]:
    held: dict[tuple[str, str], list[bool]] = {}
    reader = shared_reader()
    for name, row in rows(read_sets((ROOT / "bench" / "sets",))):
        reading = reader.read_text(row.text, next(lang for lang in LANGUAGES if lang == row.lang))
        found = Answer([category(one.code) for one in reading.concepts], [area.code for area in reading.therapy_areas])
        for measure, held_up in verdicts(row.name, row.known, found):
            held.setdefault((name, measure), []).append(held_up)
    return {key: 100 * sum(each) / len(each) for key, each in held.items()}


def test_own_inquiries_and_terms_are_read_as_well_as_before() -> None:
    measured = shares()
    assert set(measured) == {(name, measure) for name, least in LEAST.items() for measure in least}
    assert {key: share for key, share in measured.items() if share < LEAST[key[0]][key[1]]} == {}
