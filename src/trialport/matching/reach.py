"""How far a unit reaches beyond itself: into primary care, into languages, into its region. Only where asked."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np

from trialport.matching.arrays import Codes, summed
from trialport.matching.grading import (
    MET,
    PARTLY,
    UNKNOWN,
    UNMET,
    Comparison,
    Graded,
    Marks,
    Told,
    asked_items,
    graded_items,
    in_range,
    items_of,
    marks,
    mean,
)
from trialport.matching.layout import (
    DCT_CODES,
    ITEM_BITS,
    LANGUAGE_NUMBERS,
    NO_ROLE,
    NOWHERE,
    PART,
    ROLES,
    UNIT_KINDS,
    WHOLE,
    language_number,
    language_of,
)
from trialport.matching.models import Value
from trialport.matching.places import PLACED
from trialport.matching.weights import UNKNOWN_FIT, UNMET_CEILING
from trialport.units.models import PrimaryCareRole
from trialport.vocabulary.codes import DCT_ACTIVITIES, DctActivity

# What a role is worth by the steps it falls short: a hub can do the next step for it, hardly all of them.
ROLE_FITS = (1.0, 0.7, 0.45, UNMET_CEILING / 2)
PART_OF_REGION_FIT = 0.6
REACH_FITS = np.array([UNKNOWN_FIT, 0.0, PART_OF_REGION_FIT, 1.0])
# What a hub does through health centres: it then stands with them as one site.
_THROUGH_OTHERS: dict[DctActivity, PrimaryCareRole] = {"local_lab": "sample", "local_health_centre_visit": "visit"}
_PRIMARY_CARE_CENTRE = UNIT_KINDS.index("primary_care_centre")


def primary_care_role(compared: Comparison) -> Marks:
    """Compare how much of the trial a unit can do in primary care, itself or through health centres, with the need."""
    wanted, columns = compared.question.primary_care_role, compared.columns
    if wanted is None:
        raise ValueError("no role in primary care is asked")
    own = compared.column(columns.primary_care_role)
    answers = compared.column(columns.dct_answers)
    role = own
    for activity, through in _THROUGH_OTHERS.items():
        # Of the two bits of an answer only those of a yes have the higher one.
        can = answers & DCT_CODES["with_partner"] << ITEM_BITS * DCT_ACTIVITIES.index(activity) != 0
        role = np.maximum(role, np.where(can, np.int8(ROLES.index(through)), np.int8(NO_ROLE)))

    def tell() -> Iterator[Told]:
        kinds = columns.units.kind.take(compared.column(columns.unit))
        for code, stated, kind in zip(role.tolist(), own.tolist(), kinds.tolist(), strict=True):
            if code == NO_ROLE:
                yield Told(wanted, None, "" if kind == _PRIMARY_CARE_CENTRE else "elsewhere")
            else:
                yield Told(wanted, ROLES[code], "" if code == stated else "through_others")

    # The code NO_ROLE (-1) reads the last entry.
    return Marks("primary_care_role", *_role_table(wanted), tell, role)


@lru_cache(maxsize=len(ROLES))
def _role_table(wanted: PrimaryCareRole) -> Graded:
    """Grade every role, and last the unit that has stated none."""
    short = [max(ROLES.index(wanted) - number, 0) for number in range(len(ROLES))]
    states = [MET if steps == 0 else UNMET if steps == len(ROLES) - 1 else PARTLY for steps in short]
    return in_range(np.array([*states, UNKNOWN]), np.array([*(ROLE_FITS[steps] for steps in short), UNKNOWN_FIT]))


def languages(compared: Comparison) -> Marks:
    """Count the languages of the material that the unit works in."""
    wanted, columns = compared.question.languages, compared.columns
    asked = np.zeros(LANGUAGE_NUMBERS)
    asked[[language_number(language) for language in wanted]] = 1
    owners, entries = columns.languages.entries(compared.rows)
    share = summed(owners, asked.take(entries), len(compared.rows)) / len(wanted)
    stated = columns.languages.counts(compared.rows) > 0
    known = np.where(share == 1, MET, np.where(share > 0, PARTLY, UNMET))

    def tell() -> Iterable[Told]:
        for numbers in columns.languages.each(compared.rows):
            yield Told(list(wanted), list(map(language_of, numbers)) or None)

    return marks("languages", np.where(stated, known, UNKNOWN), share, tell)


def dct_places(compared: Comparison) -> Marks:
    """Ask whether the activities that people travel for reach the whole region, a part of it, or nobody.

    An activity that the unit cannot do counts here only when all are so: `dct_activities` has counted it already.
    """
    columns, wanted = compared.columns, compared.question.dct_placed
    packed = compared.column(columns.dct_reach)
    codes = asked_items(packed, [PLACED.index(activity) for activity in wanted])

    def tell() -> Iterator[Told]:
        words = columns.words_of(compared.rows, columns.dct_places)
        for stated, of_row, code in zip(words, packed.tolist(), codes.tolist(), strict=True):
            found: tuple[list[str], ...] = ([], [], [], [])
            for activity, known in zip(wanted, items_of(code, len(wanted)), strict=True):
                found[known].append(activity)
            places = dict(zip(_stated(of_row), stated, strict=True))
            offered = list(dict.fromkeys([places[activity] for activity in wanted if activity in places]))
            facts: dict[str, Value] = {
                "whole": found[WHOLE], "part": found[PART], "nowhere": found[NOWHERE], "unsaid": found[0]
            }  # fmt: skip
            yield Told(list(wanted), offered or None, "", facts)

    states, fits, of_code = graded_items(_grade_places, codes, len(wanted))
    return Marks("dct_places", states, fits, tell, of_code)


@lru_cache(maxsize=4096)
def _stated(reaches: int) -> tuple[DctActivity, ...]:
    """List the activities that a row names places for."""
    items = items_of(reaches, len(PLACED))
    return tuple(name for name, reach in zip(PLACED, items, strict=True) if reach >= PART)


def _grade_places(reach: Codes, _: int) -> Graded:
    some = (reach >= PART).any(axis=0)
    known = np.where((reach == WHOLE).all(axis=0), MET, np.where(some, PARTLY, UNKNOWN))
    worth = mean(REACH_FITS.take(reach))
    # Telling a place never costs: beside an activity refused, a part reached is worth no less than silence.
    return np.where((reach == NOWHERE).all(axis=0), UNMET, known), np.where(some, np.maximum(worth, UNKNOWN_FIT), worth)
