"""Rows that are weighed differently, and one order for them.

Scores that came about by different weights are not compared. Regions that weigh alike share one list by score;
of several such lists the first ones are taken, then the second ones, and so on.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TypeVar
from uuid import UUID

import numpy as np

from trialport.matching.grading import Comparison
from trialport.matching.weighing import Weighing, Weights

T = TypeVar("T")


def weighed_alike(
    compared: Comparison, weighing: Weighing, regions: Collection[UUID] | None
) -> Iterator[tuple[Weights, Comparison]]:
    """Part the rows by their weights; the parts are in the order of the lowest id among the regions asked (None: all).

    A region without capacities counts for nothing.
    """
    columns = compared.columns
    filled = zip(columns.region_ids, columns.region_counts.tolist(), strict=True)
    asked = sorted(region for region, count in filled if count and (regions is None or region in regions))
    kinds: list[Weights] = []
    for region in asked:
        if (weights := weighing.of(region)) not in kinds:
            kinds.append(weights)
    if len(kinds) <= 1:
        yield kinds[0] if kinds else weighing.of(UUID(int=0)), compared
        return
    kind_of = np.array([kinds.index(weighing.of(region)) if region in asked else -1 for region in columns.region_ids])
    kind = kind_of.take(compared.column(columns.region))
    for number, weights in enumerate(kinds):
        yield weights, compared.kept(np.flatnonzero(kind == number))


def in_turn(lists: Sequence[Sequence[T]], limit: int | None) -> Iterator[T]:
    """Take the first ones of all lists, then the second ones, and so on, until there are enough (None: all)."""
    places = range(max(map(len, lists), default=0))
    return islice((one[place] for place in places for one in lists if place < len(one)), limit)
