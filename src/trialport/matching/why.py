"""Why a capacity stands where it stands, and what would move it: figures only, the words are in `explain_why`.

Everything is computed again from the fits and weights that made the order, so that it adds up to the score shown.
"What if" counts one criterion as fully met and leaves the others as they are. Only the opening of a unit bears on
other criteria, the participants it can recruit meanwhile and its lead time: where the register is at hand, these are
compared anew.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import numpy as np
from msgspec import Struct

from trialport.matching.columns import NO_DAY, YES, CapacityColumns
from trialport.matching.columns import STATES as CAPACITY_STATES
from trialport.matching.models import Candidate, Criterion, CriterionName, Exclusion, ExclusionReason, Standing
from trialport.matching.question import MatchQuestion
from trialport.matching.ranking import SCORE_DECIMALS, rank
from trialport.matching.selection import scores_of
from trialport.matching.weighing import Weighing

# What candidates are ordered by: the score, the highest first, then unit and capacity.
Order: TypeAlias = tuple[float, UUID, UUID]
Rated = TypeVar("Rated", Standing, Candidate)

# The criterion that has to be met before a hard rule lets a capacity in; a sponsor's wish has none.
CRITERION_OF: dict[ExclusionReason, CriterionName] = {
    "other_therapy_area": "indication",
    "study_type_not_accepted": "study_type",
    "age_group_not_accepted": "age_group",
    "gmo_not_permitted": "gmo",
    "no_new_trials": "availability",
    "paused": "availability",
}


class Share(Struct, frozen=True):
    """What one criterion brings of the 100 points, and how many it could bring."""

    criterion: Criterion
    points: float
    most: float


class More(Struct, frozen=True):
    """A criterion that brings another unit more points."""

    name: CriterionName
    points: float
    theirs: float


class Ahead(Struct, frozen=True, kw_only=True):
    """The candidate one place ahead: how far, and by what."""

    candidate: Candidate
    difference: float
    more: tuple[More, ...]


class WhatIf(Struct, frozen=True, kw_only=True):
    """Score and place if a criterion were fully met and nothing else changed."""

    criterion: Criterion
    score: float
    place: int


class CandidateWhy(Struct, frozen=True, kw_only=True):
    """Why a candidate has its place among those that are weighed like it."""

    candidate: Candidate
    place: int
    of: int
    shares: tuple[Share, ...]
    ahead: Ahead | None
    what_if: tuple[WhatIf, ...]


class ExclusionWhy(Struct, frozen=True, kw_only=True):
    """Why a capacity was left out, what else stands in its way, and where it would stand without all that."""

    exclusion: Exclusion
    also: tuple[ExclusionReason, ...]
    let_in: WhatIf | None


def shares(candidate: Candidate) -> tuple[Share, ...]:
    """Divide a candidate's score among its criteria."""
    return shares_of(candidate.criteria)


def shares_of(criteria: Sequence[Criterion]) -> tuple[Share, ...]:
    """Divide the score among the criteria."""
    total = sum(criterion.weight for criterion in criteria)
    return tuple(
        Share(criterion, 100 * criterion.weight * criterion.fit / total, 100 * criterion.weight / total)
        for criterion in criteria
    )


def score_with(criteria: Sequence[Criterion], fits: Mapping[CriterionName, float]) -> float:
    """Score the criteria once more, in the way of the ranking, some of them with other fits."""
    total = sum(criterion.weight for criterion in criteria)
    points = 0.0
    for criterion in criteria:
        points += criterion.weight * fits.get(criterion.name, criterion.fit)
    return float(scores_of(np.asarray(points), total))


def why_candidate(
    candidate: Candidate, candidates: Sequence[Candidate], opened: Candidate | None = None
) -> CandidateWhy:
    """Explain the place of a candidate among all candidates; those weighed differently are left aside.

    `opened` is the same capacity compared as if it were open.
    """
    alike = [one for one in candidates if _weights(one) == _weights(candidate)]
    return why_among(candidate, alike, one_before(candidate, alike), opened)


def one_before(candidate: Standing | Candidate, alike: Iterable[Rated]) -> Rated | None:
    """Return which of these stands one place ahead; None for the first."""
    own = _order(candidate)
    return max((one for one in alike if _order(one) < own), key=_order, default=None)


def why_among(
    candidate: Candidate,
    alike: Sequence[Standing | Candidate],
    before: Candidate | None,
    opened: Candidate | None = None,
) -> CandidateWhy:
    """Explain the place of a candidate among those weighed like it, itself too; `before` is one place ahead."""
    own = _order(candidate)
    others = [order for one in alike if (order := _order(one))[2] != candidate.capacity_id]
    return CandidateWhy(
        candidate=candidate,
        place=1 + sum(order < own for order in others),
        of=len(alike),
        shares=shares(candidate),
        ahead=None if before is None else _ahead(candidate, before),
        what_if=tuple(
            _what_if(
                opened if opened and criterion.name == "availability" else candidate,
                criterion,
                (criterion.name,),
                others,
            )
            for criterion in candidate.criteria
            if criterion.state != "met"
        ),
    )


def why_excluded(
    exclusion: Exclusion, compared: Candidate, opened: Candidate, candidates: Sequence[Candidate]
) -> ExclusionWhy:
    """Explain what leaves a capacity out; `compared` is the same capacity scored as if no rule did.

    `opened` is that too, and open.
    """
    reasons = standing_in_the_way(compared)
    culprits = [CRITERION_OF[reason] for reason in {exclusion.reason, *reasons} if reason in CRITERION_OF]
    criterion = next((one for one in compared.criteria if one.name == CRITERION_OF.get(exclusion.reason)), None)
    alike = [one for one in candidates if _weights(one) == _weights(compared)]
    return ExclusionWhy(
        exclusion=exclusion,
        also=tuple(reason for reason in reasons if reason != exclusion.reason),
        let_in=_what_if(
            opened if "availability" in culprits else compared,
            criterion or compared.criteria[0],
            culprits,
            [_order(one) for one in alike],
        ),
    )


def standing_in_the_way(compared: Candidate) -> tuple[ExclusionReason, ...]:
    """Name every rule that leaves this capacity out by what it says of itself, in the order of the rules."""
    unmet = {criterion.name: criterion for criterion in compared.criteria if criterion.state == "unmet"}
    found: list[ExclusionReason] = []
    if "indication" in unmet:
        found.append("other_therapy_area")
    if "study_type" in unmet:
        found.append("study_type_not_accepted")
    if "age_group" in unmet:
        found.append("age_group_not_accepted")
    if "gmo" in unmet:
        found.append("gmo_not_permitted")
    opening = unmet.get("availability")
    if opening is not None and opening.case == "no_new_trials":
        found.append("no_new_trials")
    elif opening is not None and opening.facts.get("state") == "paused":
        found.append("paused")
    return tuple(found)


def why_unit(
    question: MatchQuestion,
    columns: CapacityColumns,
    unit_id: UUID,
    *,
    on: date,
    regions: Collection[UUID] | None,
    weighing: Weighing,
) -> tuple[tuple[CandidateWhy, ...], tuple[ExclusionWhy, ...]]:
    """Rank and explain every capacity of a unit: those among the candidates, and those left out."""
    ranking = rank(question, columns, on=on, regions=regions, limit=None, weighing=weighing)
    own = [one for one in ranking.candidates if one.unit_id == unit_id]
    excluded = [one for one in ranking.excluded if one.unit_id == unit_id]
    if not own and not excluded:
        return (), ()
    region = {one.region_id for one in own} | {one.region_id for one in excluded}

    def lenient(index: CapacityColumns) -> dict[UUID, Candidate]:
        found = rank(question, index, on=on, regions=region, limit=None, exclusions=False, weighing=weighing)
        return {one.capacity_id: one for one in found.candidates if one.unit_id == unit_id}

    compared, opened = lenient(columns), lenient(_opened(columns, unit_id))
    return (
        tuple(why_candidate(one, ranking.candidates, opened[one.capacity_id]) for one in own),
        tuple(
            why_excluded(one, compared[one.capacity_id], opened[one.capacity_id], ranking.candidates)
            for one in excluded
        ),
    )


def _opened(columns: CapacityColumns, unit_id: UUID) -> CapacityColumns:
    """Return the index with this unit open from today on and without conditions on time."""
    rows = columns.units_among(frozenset((unit_id,)))
    changes: dict[str, Any] = {
        "state": CAPACITY_STATES.index("open"),
        "state_until": NO_DAY,
        "new_trials_possible": YES,
        "new_trials_from": NO_DAY,
        # A lead time that is not told stays so.
        "lead_time_days": np.minimum(columns.lead_time_days, 0),
    }
    opened: dict[str, Any] = {
        name: np.where(rows, value, getattr(columns, name)).astype(getattr(columns, name).dtype)
        for name, value in changes.items()
    }
    return replace(columns, **opened)


def _what_if(
    candidate: Candidate, criterion: Criterion, met: Collection[CriterionName], others: Sequence[Order]
) -> WhatIf:
    score = score_with(candidate.criteria, dict.fromkeys(met, 1.0))
    order = (-score, candidate.unit_id, candidate.capacity_id)
    return WhatIf(criterion=criterion, score=score, place=1 + sum(other < order for other in others))


def _ahead(candidate: Candidate, before: Candidate) -> Ahead:
    theirs = {share.criterion.name: share.points for share in shares(before)}
    more = [
        More(share.criterion.name, share.points, theirs[share.criterion.name])
        for share in shares(candidate)
        if theirs[share.criterion.name] > share.points
    ]
    return Ahead(
        candidate=before,
        difference=round(before.score - candidate.score, SCORE_DECIMALS),
        more=tuple(sorted(more, key=lambda one: one.points - one.theirs)),
    )


def _order(candidate: Standing | Candidate) -> Order:
    return -candidate.score, candidate.unit_id, candidate.capacity_id


def _weights(candidate: Candidate) -> list[tuple[CriterionName, float]]:
    return [(criterion.name, criterion.weight) for criterion in candidate.criteria]
