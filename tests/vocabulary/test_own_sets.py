"""Inquiries written for this project keep being read as well as they are: a change that costs some of them is seen."""

import re
from collections.abc import Iterator

import pytest

from bench.reading.scores import Answer, category, verdicts
from bench.reading.sets import ROOT, Row, read_sets
from trialport.vocabulary.reading import shared_reader
from trialport.vocabulary.sources import LANGUAGES

# Long texts take long to hear. Of the first writers' every third row is read, of later ones' (two letters of the id)
# every fifth: harder ones, and many; of synopses, the longest, every tenth; of adverse ones, much alike, every
# twentieth. Single terms are all read; `bench.reading` reads everything.
AGES = (
    ("last", re.compile(r"n[a-d]|v[ab]|wd|z[a-c]|ff|tt")),
    ("newest", re.compile(r"u[a-z]|y[i-n]")),
    ("later", re.compile(r"x[f-z]|y[a-h]")),
    ("many", re.compile(r"w[e-o]")),
)
EVERY = {"confusable": 1, "conditions": 1, "synopses": 10, "adverse": 20, "alone": 4}
# Per cent of the conditions of the part that rules were changed on. What is not read yet is known: docs/matching.md.
LEAST = {
    "confusable": {"icd1": 99.0, "not_confused": 99.5},
    "conditions": {"ta1": 96.0, "ta3": 98.3, "icd1": 93.3},
    "inquiries": {"found5": 98.8, "absent3": 99.0, "ta1": 96.5},
    "later inquiries": {"found5": 97.8, "absent3": 99.0, "ta1": 93.5},
    "newest inquiries": {"found5": 98.4, "absent3": 99.0, "ta1": 94.5},
    "last inquiries": {"found5": 97.2, "absent3": 99.0, "ta1": 96.0},
    "last mails": {"found5": 95.0, "absent3": 98.5, "ta1": 95.5, "ta3": 99.5},
    "mails": {"found5": 96.0, "absent3": 97.0, "ta1": 89.0, "ta3": 99.0},
    "many mails": {"found5": 96.0, "absent3": 97.0, "ta1": 89.0, "ta3": 99.0},
    "later mails": {"found5": 97.8, "absent3": 99.0, "ta1": 95.5, "ta3": 99.5},
    "newest mails": {"found5": 96.0, "absent3": 98.5, "ta1": 95.5, "ta3": 99.5},
    "idioms": {"found5": 98.0, "absent3": 97.0, "ta1": 96.0, "ta3": 99.0},
    "newest idioms": {"found5": 96.3, "absent3": 96.8, "ta1": 94.0, "ta3": 99.0},
    "synopses": {"found5": 96.5, "absent3": 95.5, "outcome3": 93.5, "ta1": 87.0, "ta3": 97.0},
    "alone": {"found5": 70.0, "absent3": 90.0},
    "adverse": {"found5": 80.0, "absent3": 80.0, "outcome3": 64.0},
}


SETS = sorted({name.split()[-1] for name in LEAST})


def rows(name: str) -> Iterator[tuple[str, Row]]:
    """Give the tuned rows of a set that are read, each with the name its figures stand under."""
    of_age: dict[str, list[Row]] = {}
    for row in (one for one in read_sets((ROOT / "bench" / "sets",))[name] if one.part == "tuned"):
        age = next((f"{age} {name}" for age, writers in AGES if writers.match(row.known["id"])), name)
        of_age.setdefault(age if age in LEAST else name, []).append(row)
    for age, some in of_age.items():
        yield from ((age, row) for row in some[:: EVERY.get(name, 3 if age == name else 5)])


@pytest.mark.parametrize("name", SETS)
def test_own_inquiries_and_terms_are_read_as_well_as_before(name: str) -> None:
    held: dict[tuple[str, str], list[bool]] = {}
    reader = shared_reader()
    for age, row in rows(name):
        reading = reader.read_text(row.text, next(lang for lang in LANGUAGES if lang == row.lang))
        found = Answer([category(one.code) for one in reading.concepts], [area.code for area in reading.therapy_areas])
        for measure, held_up in verdicts(row.name, row.known, found):
            held.setdefault((age, measure), []).append(held_up)
    measured = {key: 100 * sum(each) / len(each) for key, each in held.items()}
    assert set(measured) == {(age, one) for age, least in LEAST.items() for one in least if age.endswith(name)}
    assert {key: share for key, share in measured.items() if share < LEAST[key[0]][key[1]]} == {}
