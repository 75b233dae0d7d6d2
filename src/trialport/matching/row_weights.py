"""The weights of the rows being ranked, and one order for rows that are weighed differently.

Scores that came about by different weights are not compared. Regions that weigh alike share one list by score;
of several such lists the first ones are taken, then the second ones, and so on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trialport.matching.arrays import Floats, Rows
from trialport.matching.columns import CapacityColumns
from trialport.matching.models import CriterionName
from trialport.matching.weighing import Weighing, Weights

BestFirst = Callable[[Floats, int | None], Rows]


@dataclass(frozen=True, slots=True, eq=False)
class RowWeights:
    """The different weights among some rows, and the number of those that each row has."""

    kinds: tuple[Weights, ...]
    kind: Rows

    @classmethod
    def of_rows(cls, weighing: Weighing, columns: CapacityColumns, rows: Rows) -> "RowWeights":
        """Find the weights of these rows by their regions; kinds are in the order of their lowest region id."""
        kinds: list[Weights] = []
        numbers = np.zeros(len(columns.region_ids), dtype=np.intp)
        for region_id in sorted(columns.region_ids):
            weights = weighing.of(region_id)
            if weights not in kinds:
                kinds.append(weights)
            numbers[columns.region_ids.index(region_id)] = kinds.index(weights)
        return cls(tuple(kinds), numbers[columns.region[rows]])

    def of(self, name: CriterionName) -> Floats | float:
        """Return the weight of a criterion: one for all rows, or one a row where they differ."""
        values = [weights[name] for weights in self.kinds]
        if len(set(values)) <= 1:
            return values[0] if values else 0.0
        return np.array(values)[self.kind]

    def at(self, position: int, name: CriterionName) -> float:
        """Return the weight of a criterion for the row at this position."""
        return self.kinds[int(self.kind[position])][name]

    def order(self, scores: Floats, limit: int | None, best_first: BestFirst) -> Rows:
        """Order the rows, best first, taking the lists of those that are weighed alike in turn."""
        if len(self.kinds) <= 1:
            return best_first(scores, limit)
        lists = [np.flatnonzero(self.kind == number) for number in range(len(self.kinds))]
        ordered = [rows[best_first(scores[rows], limit)] for rows in lists]
        places = np.concatenate([np.arange(len(rows)) for rows in ordered])
        merged: Rows = np.concatenate(ordered)[np.argsort(places, kind="stable")]
        return merged if limit is None else merged[: max(limit, 0)]
