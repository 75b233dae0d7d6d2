"""Ranking the capacities of some regions for one inquiry: who is left out, who comes first, and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import get_args
from uuid import UUID

import numpy as np

from trialport.matching.arrays import Bools, Codes, Floats, Rows
from trialport.matching.columns import NO_DAY, CapacityColumns
from trialport.matching.grading import UNMET, Comparison, Marks
from trialport.matching.models import Candidate, Exclusion, ExclusionReason
from trialport.matching.needs import WHERE_ASKED, gmo
from trialport.matching.question import MatchQuestion
from trialport.matching.relation import Relation, relate
from trialport.matching.row_weights import RowWeights
from trialport.matching.scoring import ALWAYS, age_group, study_type
from trialport.matching.weighing import PROGRAM, Weighing
from trialport.matching.window import Window, opening

REASONS: tuple[ExclusionReason, ...] = get_args(ExclusionReason)
NOT_EXCLUDED = -1
# Scores are ordered as they are shown: no ranking by a digit that nobody sees.
SCORE_DECIMALS = 2


@dataclass(frozen=True, eq=False)
class Ranking:
    """The candidates explained, best first, and how many capacities there are on either side.

    `excluded` is made when it is first read: a country has far more capacities that do not fit than do.
    """

    candidates: tuple[Candidate, ...]
    candidate_count: int
    excluded_count: int
    _columns: CapacityColumns
    _excluded_rows: Rows
    _reasons: Codes

    @cached_property
    def excluded(self) -> tuple[Exclusion, ...]:
        """Return every capacity left out, by unit and capacity, each with the first reason that holds."""
        pairs = zip(self._excluded_rows.tolist(), self._reasons.tolist(), strict=True)
        return tuple(_exclusion(self._columns, row, REASONS[reason]) for row, reason in pairs)


def rank(
    question: MatchQuestion,
    columns: CapacityColumns,
    *,
    on: date,
    regions: Collection[UUID] | None,
    limit: int | None,
    exclusions: bool = True,
    weighing: Weighing = PROGRAM,
) -> Ranking:
    """Score every capacity of the regions asked (None: all), and explain the best `limit` (None: all).

    Candidates and exclusions together are the capacities of those regions, each once. The order is by score,
    then by unit and capacity id, whatever order the index was built in. With `exclusions=False` nothing is
    left out, and what would exclude counts as unmet. Each region's capacities are weighed by its own weights
    (see `row_weights` for the order where they differ).
    """
    rows = columns.rows_in(regions)
    relation = relate(question, columns, rows)
    reasons = np.full(len(rows), NOT_EXCLUDED, dtype=np.int8)
    if exclusions:
        _exclude(reasons, _plain_exclusions(question, columns, rows, relation))
    left = np.flatnonzero(reasons == NOT_EXCLUDED)
    compared = _compare(question, columns, rows[left], relation.kept(left), on)
    if exclusions:
        later = np.full(len(left), NOT_EXCLUDED, dtype=np.int8)
        _exclude(later, _stated_exclusions(compared))
        reasons[left] = later
        compared = compared.kept(np.flatnonzero(later == NOT_EXCLUDED))
    criteria = [criterion(compared) for criterion in ALWAYS]
    criteria += [criterion(compared) for asks, criterion in WHERE_ASKED if asks(question)]
    weights = RowWeights.of_rows(weighing, columns, compared.rows)
    scores = _scores(criteria, weights, len(compared.rows))
    order = weights.order(scores, limit, _best_first)
    out = np.flatnonzero(reasons != NOT_EXCLUDED)
    return Ranking(
        candidates=tuple(_candidates(compared, criteria, weights, scores, order)),
        candidate_count=len(scores),
        excluded_count=len(out),
        _columns=columns,
        _excluded_rows=rows[out],
        _reasons=reasons[out],
    )


def _compare(question: MatchQuestion, columns: CapacityColumns, rows: Rows, relation: Relation, on: date) -> Comparison:
    window = Window.of(question, on)
    return Comparison(
        question=question,
        columns=columns,
        rows=rows,
        on=on,
        window=window,
        relation=relation,
        opening=opening(columns, rows, window, on),
    )


def _plain_exclusions(
    question: MatchQuestion, columns: CapacityColumns, rows: Rows, relation: Relation
) -> Iterable[tuple[ExclusionReason, Bools]]:
    yield "unit_excluded_by_sponsor", columns.units_among(frozenset(question.units_excluded))[rows]
    yield "other_therapy_area", relation.unrelated


def _stated_exclusions(compared: Comparison) -> Iterable[tuple[ExclusionReason, Bools]]:
    """Find what a unit has said of itself that shuts it out; read from the criteria's own marks."""
    yield "study_type_not_accepted", study_type(compared).states == UNMET
    yield "age_group_not_accepted", age_group(compared).states == UNMET
    if compared.question.gmo:
        yield "gmo_not_permitted", gmo(compared).states == UNMET
    yield "no_new_trials", compared.opening.closed
    yield "paused", compared.opening.paused


def _exclude(reasons: Codes, exclusions: Iterable[tuple[ExclusionReason, Bools]]) -> None:
    """Write into `reasons` the first reason that holds for each row."""
    for reason, holds in exclusions:
        reasons[holds & (reasons == NOT_EXCLUDED)] = REASONS.index(reason)


def _scores(criteria: Sequence[Marks], weights: RowWeights, count: int) -> Floats:
    """Weigh the fits (0 to 100); every row is scored by the same criteria."""
    total = sum(weights.of(marks.name) for marks in criteria)
    scores = np.zeros(count)
    for marks in criteria:
        scores += weights.of(marks.name) * marks.fits
    return np.round(100 * scores / total, SCORE_DECIMALS)


def _best_first(scores: Floats, limit: int | None) -> Rows:
    """Order the best scores, best first; equal scores in the order of the rows, which is stable."""
    if limit is None or limit >= len(scores):
        return np.argsort(-scores, kind="stable")
    if limit <= 0:
        return np.zeros(0, dtype=np.intp)
    last = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    contenders = np.flatnonzero(scores >= last)
    return contenders[np.argsort(-scores[contenders], kind="stable")[:limit]]


def _candidates(
    compared: Comparison, criteria: Sequence[Marks], weights: RowWeights, scores: Floats, order: Rows
) -> Iterable[Candidate]:
    columns, on = compared.columns, compared.on.toordinal()
    for place, position in enumerate(order.tolist(), start=1):
        row = int(compared.rows[position])
        unit = columns.unit_of(row)
        yield Candidate(
            rank=place,
            score=float(scores[position]),
            capacity_id=columns.capacity_id[row],
            unit_id=unit.unit_id,
            region_id=unit.region_id,
            site_name=unit.site_name,
            unit_name=unit.unit_name,
            unit_kind=unit.unit_kind,
            therapy_area=columns.therapy_area_of(row),
            revision=int(columns.revision[row]),
            stale=NO_DAY < int(columns.valid_until[row]) < on,
            criteria=tuple(marks.criterion(position, weights.at(position, marks.name)) for marks in criteria),
        )


def _exclusion(columns: CapacityColumns, row: int, reason: ExclusionReason) -> Exclusion:
    unit = columns.unit_of(row)
    return Exclusion(
        capacity_id=columns.capacity_id[row],
        unit_id=unit.unit_id,
        region_id=unit.region_id,
        site_name=unit.site_name,
        unit_name=unit.unit_name,
        unit_kind=unit.unit_kind,
        therapy_area=columns.therapy_area_of(row),
        revision=int(columns.revision[row]),
        reason=reason,
    )
