"""Finding the best rows without scoring all of them: exact, because what is skipped cannot be among the best.

A row's score is the sum of its weighted fits. Once the cheap criteria are known for all rows, the rest can add no
more than their weights, and a row that cannot reach the bar even so is left. The bar is the score that as many rows
as asked are known to reach.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trialport.matching.arrays import Floats
from trialport.matching.grading import Comparison, Marks
from trialport.matching.models import CriterionName
from trialport.matching.needs import (
    WHERE_ASKED,
    atmp,
    care_setting,
    dct_activities,
    equipment,
    gmo,
    pharmacy,
    resources,
    unit_wanted,
)
from trialport.matching.reach import dct_places, languages, primary_care_role
from trialport.matching.readiness import lead_time, load
from trialport.matching.scoring import (
    ALWAYS,
    age_group,
    availability,
    experience,
    freshness,
    indication,
    participants,
    phase,
    staff_hours,
    study_type,
)
from trialport.matching.weighing import Weights

Grade = Callable[[Comparison], Marks]

# Scores are ordered as they are shown: no ranking by a digit that nobody sees.
SCORE_DECIMALS = 2
_EXACT_DECIMALS = 9
# What rounding a score, and adding the fits in another order, can make of it.
_ROUNDING = 0.6 / 10.0**SCORE_DECIMALS
# Criteria in the order in which they part the best rows from the others at least cost: these for all rows,
_FOR_ALL: dict[CriterionName, Grade] = {
    "indication": indication,
    "freshness": freshness,
    "availability": availability,
    "phase": phase,
    "age_group": age_group,
    "study_type": study_type,
    "care_setting": care_setting,
    "unit_wanted": unit_wanted,
    "lead_time": lead_time,
    "primary_care_role": primary_care_role,
}
# and these one after the other, each for the rows that are still left.
_FOR_SOME: dict[CriterionName, Grade] = {
    "dct_activities": dct_activities,
    "participants": participants,
    "equipment": equipment,
    "pharmacy": pharmacy,
    "atmp": atmp,
    "staff_hours": staff_hours,
    "gmo": gmo,
    "load": load,
    "resources": resources,
    "experience": experience,
    "languages": languages,
    "dct_places": dct_places,
}
# The bar is found among this many times the rows asked; with fewer rows than this, all are scored.
_SAMPLE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Rows in the order of the ranking with their scores (0 to 100), and the marks these are made of."""

    compared: Comparison
    scores: Floats
    marks: tuple[Marks, ...]
    weights: Weights


def best_first(compared: Comparison, weights: Weights, limit: int | None) -> Scored:
    """Return the best `limit` rows (None: all), best first; equal scores by unit and capacity id."""
    wanted = len(compared.rows) if limit is None else max(limit, 0)
    if len(compared.rows) > _SAMPLE * wanted:
        compared, scores = _contenders(compared, weights, wanted)
    else:
        scores = _score(compared, weights).scores
    order = compared.columns.in_order(compared.rows, -scores)[:wanted]
    return _score(compared.kept(order), weights)


def _score(compared: Comparison, weights: Weights) -> Scored:
    """Weigh the fits; every row is scored by the same criteria, in the same order."""
    marks = tuple(grade(compared) for grade in _asked(compared))
    total = np.zeros(len(compared.rows))
    for each in marks:
        total += each.weighted(weights)
    whole = sum(weights[each.name] for each in marks)
    return Scored(compared, scores_of(total, whole), marks, weights)


def scores_of(points: Floats, whole: float) -> Floats:
    """Scores (0 to 100) from points held, out of `whole` that could be held.

    Sums of the same numbers in another order differ in their last digits, which must not decide how a half is rounded.
    """
    return np.round(np.round(100 * points / whole, _EXACT_DECIMALS), SCORE_DECIMALS)


def _asked(compared: Comparison) -> list[Grade]:
    return [*ALWAYS, *(grade for asks, grade in WHERE_ASKED if asks(compared.question))]


def _contenders(compared: Comparison, weights: Weights, wanted: int) -> tuple[Comparison, Floats]:
    """Find rows that the best are among, and their scores."""
    if wanted == 0:
        return compared.kept(np.zeros(0, dtype=np.intp)), np.zeros(0)
    asked = _asked(compared)
    first, later = ([one for one in grades.items() if one[1] in asked] for grades in (_FOR_ALL, _FOR_SOME))
    whole = sum(weights[name] for name, _ in (*first, *later))
    sums = np.zeros(len(compared.rows))
    for _, grade in first:
        sums += grade(compared).weighted(weights)
    open_weight = sum(weights[name] for name, _ in later)
    bar = _bar(compared, weights, sums, wanted, whole, [grade for _, grade in later]) * whole / 100
    compared, sums = _reaching(compared, sums, bar - open_weight)
    for name, grade in later:
        sums += grade(compared).weighted(weights)
        open_weight -= weights[name]
        compared, sums = _reaching(compared, sums, bar - open_weight)
    return compared, scores_of(sums, whole)


def _reaching(compared: Comparison, sums: Floats, least: float) -> tuple[Comparison, Floats]:
    """Keep the rows that hold so much at least."""
    held = np.flatnonzero(sums >= least)
    return (compared.kept(held), sums.take(held)) if len(held) < len(sums) else (compared, sums)


def _bar(compared: Comparison, weights: Weights, sums: Floats, wanted: int, whole: float, later: list[Grade]) -> float:
    """Return a score that as many rows as wanted are known to reach: those that promise most are scored."""
    promising = np.argpartition(sums, len(sums) - _SAMPLE * wanted)[len(sums) - _SAMPLE * wanted :]
    sample, points = compared.kept(promising), sums.take(promising)
    for grade in later:
        points += grade(sample).weighted(weights)
    scores = np.sort(scores_of(points, whole))
    bar: float = scores.tolist()[-wanted]
    return bar - _ROUNDING
