"""Ranking the capacities of some regions for one inquiry: who is left out, who comes first, and why."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import get_args
from uuid import UUID

import numpy as np
from msgspec import structs

from trialport.matching.arrays import Bools, Codes, Rows
from trialport.matching.columns import CapacityColumns
from trialport.matching.grading import UNMET, Comparison
from trialport.matching.layout import NO_DAY
from trialport.matching.models import Candidate, Exclusion, ExclusionReason
from trialport.matching.needs import gmo
from trialport.matching.question import MatchQuestion
from trialport.matching.relation import Relation, relate
from trialport.matching.row_weights import in_turn, weighed_alike
from trialport.matching.scoring import age_group, study_type
from trialport.matching.selection import SCORE_DECIMALS, Scored, best_first
from trialport.matching.weighing import PROGRAM, Weighing
from trialport.matching.window import Window, opening
from trialport.vocabulary.codes import THERAPY_AREAS

__all__ = ["SCORE_DECIMALS", "Ranking", "rank"]

REASONS: tuple[ExclusionReason, ...] = get_args(ExclusionReason)
NOT_EXCLUDED = -1


@dataclass(frozen=True, eq=False)
class Ranking:
    """The candidates explained, best first, and how many capacities there are on either side.

    `excluded` is made when it is first read: a country has far more capacities that do not fit than do.
    """

    candidates: tuple[Candidate, ...]
    candidate_count: int
    excluded_count: int
    _left_out: Callable[[], Iterable[Exclusion]]

    @cached_property
    def excluded(self) -> tuple[Exclusion, ...]:
        """Return every capacity left out, by unit and capacity, each with the first reason that holds."""
        return tuple(self._left_out())


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
    relation = relate(question, columns)
    alive = columns.live & relation.related if exclusions else columns.live
    rows = columns.only_in(regions, np.flatnonzero(alive))
    compared = _compare(question, columns, rows, relation.kept(rows), on)
    reasons = np.full(len(rows), NOT_EXCLUDED, dtype=np.int8)
    if exclusions:
        _exclude(reasons, _stated_exclusions(compared))
        compared = compared.kept(np.flatnonzero(reasons == NOT_EXCLUDED))
    lists = [
        list(_told(best_first(alike, weights, limit))) for weights, alike in weighed_alike(compared, weighing, regions)
    ]
    return Ranking(
        candidates=tuple(_numbered(in_turn(lists, limit))),
        candidate_count=len(compared.rows),
        excluded_count=columns.count_in(regions) - len(compared.rows) if exclusions else 0,
        _left_out=lambda: _left_out(question, columns, regions, rows, reasons) if exclusions else (),
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


def _stated_exclusions(compared: Comparison) -> Iterable[tuple[ExclusionReason, Bools]]:
    """Find what shuts related rows out: the sponsor's word, or what the units have said of themselves."""
    question = compared.question
    if question.units_excluded:
        excluded = frozenset(question.units_excluded)
        yield "unit_excluded_by_sponsor", compared.columns.units_among(excluded, compared.rows)
    yield "study_type_not_accepted", study_type(compared).state_of_rows() == UNMET
    yield "age_group_not_accepted", age_group(compared).state_of_rows() == UNMET
    if question.gmo:
        yield "gmo_not_permitted", gmo(compared).state_of_rows() == UNMET
    yield "no_new_trials", compared.opening.closed
    yield "paused", compared.opening.paused


def _exclude(reasons: Codes, exclusions: Iterable[tuple[ExclusionReason, Bools]]) -> None:
    """Write into `reasons` the first reason that holds for each row, over the later ones."""
    for reason, holds in reversed(list(exclusions)):
        reasons[holds] = REASONS.index(reason)


def _left_out(
    question: MatchQuestion, columns: CapacityColumns, regions: Collection[UUID] | None, related: Rows, reasons: Codes
) -> Iterable[Exclusion]:
    """Tell every capacity left out: the unrelated ones, and the related ones that have one of these reasons."""
    reason_of = np.full(columns.rows, REASONS.index("other_therapy_area"), dtype=np.int8)
    unwanted = columns.units_among(frozenset(question.units_excluded))
    reason_of[unwanted] = REASONS.index("unit_excluded_by_sponsor")
    reason_of[related] = reasons
    rows = columns.rows_in(regions)
    rows = rows[reason_of.take(rows) != NOT_EXCLUDED]
    for row in rows.take(columns.in_order(rows)).tolist():
        yield _exclusion(columns, row, REASONS[reason_of[row]])


def _told(best: Scored) -> Iterable[Candidate]:
    """Explain the rows, which stand in the order of the ranking."""
    compared = best.compared
    columns, rows, valid_until = compared.columns, compared.rows, compared.column(compared.columns.valid_until)
    told = zip(
        best.scores.tolist(),
        columns.capacity_id.each(rows),
        columns.units_of(rows),
        compared.column(columns.therapy_area).tolist(),
        compared.column(columns.revision).tolist(),
        ((valid_until > NO_DAY) & (valid_until < compared.on.toordinal())).tolist(),
        zip(*(marks.criteria(best.weights) for marks in best.marks), strict=True),
        strict=True,
    )
    for position, (score, capacity_id, unit, area, revision, stale, criteria) in enumerate(told, start=1):
        yield Candidate(
            rank=position,
            score=score,
            capacity_id=capacity_id,
            unit_id=unit.unit_id,
            region_id=unit.region_id,
            site_name=unit.site_name,
            unit_name=unit.unit_name,
            unit_kind=unit.unit_kind,
            therapy_area=THERAPY_AREAS[area],
            revision=revision,
            stale=stale,
            criteria=criteria,
        )


def _numbered(candidates: Iterable[Candidate]) -> Iterable[Candidate]:
    """Give each candidate its place; in a list of its own it has it already."""
    for place, one in enumerate(candidates, start=1):
        yield one if one.rank == place else structs.replace(one, rank=place)


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
