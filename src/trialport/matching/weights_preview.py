"""Trying other weights before they count: how the first places of open inquiries and judged pairs would change."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.matching import judgement_queries, weights_service
from trialport.matching import weights_preview_queries as queries
from trialport.matching.models import CriterionName
from trialport.matching.selection import scores_of
from trialport.matching.weighing import Weights
from trialport.matching.weights_preview_queries import OpenRanking, PlacedFits

FIRST = 5
# Open inquiries looked at, and candidates of each; who stands behind these does not come to the front.
_MOST_INQUIRIES = 20
_MOST_CANDIDATES = 100


class MovedUnit(Struct, frozen=True, kw_only=True):
    """A unit among the first, with its place before and after; None for a place behind the first ones."""

    unit_name: str
    before: int | None
    after: int | None


class MovedRanking(Struct, frozen=True, kw_only=True):
    """One open inquiry whose first places would change."""

    inquiry_id: UUID
    reference: str
    working_title: str
    units: tuple[MovedUnit, ...]


class WeightsPreview(Struct, frozen=True, kw_only=True):
    """What other weights would change: looked at, changed, and pairs that people judged put in their order."""

    inquiries: int
    moved: tuple[MovedRanking, ...]
    pairs: int
    right_before: int
    right_after: int


async def preview_weights(
    tx: Transaction, actor: Actor, region_id: UUID, changes: Mapping[CriterionName, float]
) -> WeightsPreview:
    """Order what is stored by the weights that count now and by changed ones; nothing is kept.

    Criteria that are not among the changes have the program's weight. Raises NotFound outside the actor's scope.
    """
    detail = await weights_service.read_weights(tx, actor, region_id)
    now: Weights = {one.name: one.weight for one in detail.weights}
    then: Weights = {one.name: changes.get(one.name, one.program_weight) for one in detail.weights}
    rankings = await queries.select_open_rankings(tx.connection, region_id=region_id, limit=_MOST_INQUIRIES)
    judged = [one for one in await judgement_queries.select_judged_assessments(tx.connection) if one.pairs]
    judged = [one for one in judged if one.region_id == region_id]
    wanted = {one.assessment_id for one in rankings} | {one.assessment_id for one in judged}
    by_assessment: dict[UUID, list[PlacedFits]] = defaultdict(list)
    for one in await queries.select_placed_fits(
        tx.connection, assessment_ids=wanted, region_id=region_id, limit=_MOST_CANDIDATES
    ):
        by_assessment[one.assessment_id].append(one)
    moved = [_moved(one, by_assessment[one.assessment_id], now, then) for one in rankings]
    orders = [
        (one.pairs, _places(by_assessment[one.assessment_id], now), _places(by_assessment[one.assessment_id], then))
        for one in judged
    ]
    return WeightsPreview(
        inquiries=len(rankings),
        moved=tuple(one for one in moved if one is not None),
        pairs=sum(len(pairs) for pairs, _, _ in orders),
        right_before=sum(_right(pairs, places) for pairs, places, _ in orders),
        right_after=sum(_right(pairs, places) for pairs, _, places in orders),
    )


def _moved(ranking: OpenRanking, found: Sequence[PlacedFits], now: Weights, then: Weights) -> MovedRanking | None:
    before, after = _places(found, now), _places(found, then)
    first = [one for one in found if min(before[one.capacity_id], after[one.capacity_id]) <= FIRST]
    if all(before[one.capacity_id] == after[one.capacity_id] for one in first):
        return None
    units = [
        MovedUnit(
            unit_name=one.unit_name,
            before=_among_first(before[one.capacity_id]),
            after=_among_first(after[one.capacity_id]),
        )
        for one in sorted(first, key=lambda one: after[one.capacity_id])
    ]
    return MovedRanking(
        inquiry_id=ranking.inquiry_id,
        reference=ranking.reference,
        working_title=ranking.working_title,
        units=tuple(units),
    )


def _among_first(place: int) -> int | None:
    return place if place <= FIRST else None


def _places(found: Sequence[PlacedFits], weights: Weights) -> dict[UUID, int]:
    """Place candidates by these weights, in the way of the ranking; of equals the one that stood ahead."""
    order = sorted(found, key=lambda one: (-_score(one, weights), one.rank))
    return {one.capacity_id: place for place, one in enumerate(order, start=1)}


def _score(one: PlacedFits, weights: Weights) -> float:
    total = sum(weights[name] for name in one.fits)
    points = sum(weights[name] * fit for name, fit in one.fits.items())
    return float(scores_of(np.asarray(points), total)) if total else 0.0


def _right(pairs: Sequence[tuple[UUID, UUID]], places: Mapping[UUID, int]) -> int:
    """Count the pairs in the order that people wanted; what was left out stands behind everything."""
    behind = len(places) + 1
    return sum(places.get(one, behind) < places.get(other, behind) for one, other in pairs)
