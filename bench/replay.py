"""Judged inquiries played again with other weights: how often the order agrees with what people decided.

Only fits are needed: a ranking is their weighted mean, so no text, name or date of an inquiry or unit takes part.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from msgspec import Struct

from trialport.matching.models import CriterionName
from trialport.matching.ranking import SCORE_DECIMALS

Weights = Mapping[CriterionName, float]


class Fits(Struct, frozen=True):
    """A candidate: its number, by which ties are broken, and how well each criterion fits (0 to 1)."""

    number: int
    fits: dict[CriterionName, float]


class Case(Struct, frozen=True, kw_only=True):
    """One region's candidates for one inquiry, and what was decided about them, by their numbers.

    A number without a candidate was left out by a rule, and so stands behind everything. `weights` are those that
    count in the region now.
    """

    inquiry: str
    region: str
    synthetic: bool = False
    weights: dict[CriterionName, float]
    candidates: tuple[Fits, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    selected: tuple[int, ...] = ()


class Played(Struct, frozen=True, kw_only=True):
    """One case in one order."""

    case: Case
    places: dict[int, int]
    right: int
    best_selected: int | None
    in_first_5: int
    in_first_10: int


class Measures(Struct, frozen=True, kw_only=True):
    """How one order agrees with all judgements; None where nothing of the kind was judged."""

    pairs: int
    pairs_right: float | None
    selected: int
    reciprocal_rank: float | None
    selected_in_first_5: float | None
    selected_in_first_10: float | None


def play(case: Case, weights: Weights) -> Played:
    """Order a case by these weights, in the way of the ranking."""
    scores = {one.number: _score(one, weights) for one in case.candidates}
    order = sorted(scores, key=lambda number: (-scores[number], number))
    places = {number: place for place, number in enumerate(order, start=1)}
    behind = len(places) + 1
    found = sorted(places[number] for number in case.selected if number in places)
    return Played(
        case=case,
        places=places,
        # Two that were both left out are in no order.
        right=sum(places.get(a, behind) < places.get(b, behind) for a, b in case.pairs),
        best_selected=found[0] if found else None,
        in_first_5=sum(place <= 5 for place in found),
        in_first_10=sum(place <= 10 for place in found),
    )


def _score(one: Fits, weights: Weights) -> float:
    total = sum(weights[name] for name in one.fits)
    return round(100 * sum(weights[name] * fit for name, fit in one.fits.items()) / total, SCORE_DECIMALS)


def measure(played: Iterable[Played]) -> Measures:
    """Sum up: pairs and selected units count one each, reciprocal ranks are a mean over inquiries."""
    all_played = list(played)
    pairs = sum(len(one.case.pairs) for one in all_played)
    chosen = [one for one in all_played if one.case.selected]
    selected = sum(len(one.case.selected) for one in chosen)
    return Measures(
        pairs=pairs,
        pairs_right=sum(one.right for one in all_played) / pairs if pairs else None,
        selected=selected,
        reciprocal_rank=fmean(1 / one.best_selected if one.best_selected else 0.0 for one in chosen)
        if chosen
        else None,
        selected_in_first_5=sum(one.in_first_5 for one in chosen) / selected if selected else None,
        selected_in_first_10=sum(one.in_first_10 for one in chosen) / selected if selected else None,
    )


def play_all(cases: Sequence[Case], changes: Weights) -> list[Played]:
    """Play every case with its region's weights, changed by these."""
    return [play(case, {**case.weights, **changes}) for case in cases]


def ablation(cases: Sequence[Case], changes: Weights) -> dict[CriterionName, Measures]:
    """Leave out one criterion after the other; those that no case asks for, or that weigh nothing, stay away."""
    weighing: dict[CriterionName, None] = {}
    for case in cases:
        asked = {name for one in case.candidates for name in one.fits}
        weighing |= dict.fromkeys(
            name for name, weight in {**case.weights, **changes}.items() if weight and name in asked
        )
    return {
        name: measure(play_all(usable, {**changes, name: 0.0}))
        for name in weighing
        if (usable := [case for case in cases if _weighs_without(case, changes, name)])
    }


def _weighs_without(case: Case, changes: Weights, name: CriterionName) -> bool:
    weights: dict[CriterionName, float] = {**case.weights, **changes, name: 0.0}
    return bool(case.candidates) and all(sum(weights[one] for one in found.fits) > 0 for found in case.candidates)


class Change(Struct, frozen=True, kw_only=True):
    """What other weights do to one case."""

    inquiry: str
    region: str
    pairs_gained: int
    best_selected_before: int | None
    best_selected_after: int | None
    moved_in_first_10: int


def changes_of(before: Sequence[Played], after: Sequence[Played]) -> list[Change]:
    """List the cases by how much the first ten change, most first."""
    found = [
        Change(
            inquiry=old.case.inquiry,
            region=old.case.region,
            pairs_gained=new.right - old.right,
            best_selected_before=old.best_selected,
            best_selected_after=new.best_selected,
            moved_in_first_10=len(_first_10(new) - _first_10(old)),
        )
        for old, new in zip(before, after, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.moved_in_first_10, -abs(one.pairs_gained), one.inquiry))


def _first_10(played: Played) -> set[int]:
    return {number for number, place in played.places.items() if place <= 10}
