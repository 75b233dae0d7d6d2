"""The ranking beside a slow one that looks at one capacity after the other and knows no array, no index, no bar."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.factories import ON, OTHER_REGION, REGION, REGION_RESOURCES, capacity, vocabulary
from tests.matching.test_properties import capacity_fields, questions
from tests.matching.test_register_slow import Slow
from trialport.matching.columns import CapacityColumns, ColumnStore
from trialport.matching.encoding import record_of
from trialport.matching.models import CapacityRow
from trialport.matching.question import MatchQuestion
from trialport.matching.ranking import Ranking, rank
from trialport.matching.weighing import PROGRAM, RegionWeights, Weighing, overridden
from trialport.matching.weights import WEIGHTS
from trialport.matching.words import word_book_of


def slowly(
    asked: MatchQuestion,
    rows: Sequence[CapacityRow],
    regions: Sequence[UUID] | None,
    *,
    exclusions: bool = True,
    weighing: Weighing = PROGRAM,
) -> tuple[list[Any], list[Any]]:
    slow = Slow(asked, ON, weighing)
    there = [row for row in rows if regions is None or row.region_id in regions]
    reasons = {row.capacity_id: slow.reason(row) if exclusions else None for row in there}
    found = [(row, slow.score(row)) for row in there if reasons[row.capacity_id] is None]
    found.sort(key=lambda pair: (-pair[1], pair[0].unit_id.int, pair[0].capacity_id.int))
    # Those that are weighed alike make one list; the first ones of all lists come first.
    kinds: list[Any] = []
    for region in sorted({row.region_id for row in there}):
        if weighing.of(region) not in kinds:
            kinds.append(weighing.of(region))
    lists = [[pair for pair in found if weighing.of(pair[0].region_id) == kind] for kind in kinds]
    turns = [pair for turn in zip_longest(*lists) for pair in turn if pair is not None]
    candidates = [(row.capacity_id, score, slow.marks(row)) for row, score in turns]
    out = sorted((row for row in there if reasons[row.capacity_id]), key=lambda r: (r.unit_id.int, r.capacity_id.int))
    return candidates, [(row.capacity_id, reasons[row.capacity_id]) for row in out]


def quickly(ranking: Ranking) -> tuple[list[Any], list[Any]]:
    candidates = [
        (one.capacity_id, one.score, {each.name: (each.state, each.fit) for each in one.criteria})
        for one in ranking.candidates
    ]
    return candidates, [(one.capacity_id, one.reason) for one in ranking.excluded]


# Two capacities in three share a unit, and identifiers do not follow the order in which they were written.
registers = st.lists(capacity_fields, min_size=1, max_size=30).flatmap(
    lambda many: st.permutations(range(len(many))).map(
        lambda order: [
            capacity(number, **fields, unit_id=UUID(int=100 + number // 3), revision=place)
            for place, (number, fields) in enumerate(zip(order, many, strict=True))
        ]
    )
)
regions = st.sampled_from((None, (REGION,), (REGION, OTHER_REGION), ()))
weighings = st.dictionaries(
    st.sampled_from((REGION, OTHER_REGION)),
    st.dictionaries(st.sampled_from(sorted(WEIGHTS)), st.sampled_from((0.0, 1.5, 40.0))).map(
        lambda changes: RegionWeights(version=1, weights=overridden({**changes, "freshness": 26.0}))
    ),
).map(Weighing)


@settings(max_examples=150, deadline=None)
@given(
    asked=questions(),
    rows=registers,
    where=regions,
    limit=st.sampled_from((None, 1, 2, 5)),
    exclusions=st.booleans(),
    weighing=weighings,
)
def test_the_ranking_is_that_of_the_slow_one(
    *,
    asked: MatchQuestion,
    rows: list[CapacityRow],
    where: Sequence[UUID] | None,
    limit: int | None,
    exclusions: bool,
    weighing: Weighing,
) -> None:
    columns = CapacityColumns.build(rows, vocabulary(), REGION_RESOURCES)
    ranking = rank(asked, columns, on=ON, regions=where, limit=limit, exclusions=exclusions, weighing=weighing)
    candidates, excluded = slowly(asked, rows, where, exclusions=exclusions, weighing=weighing)
    assert quickly(ranking) == (candidates[:limit], excluded)
    assert [one.rank for one in ranking.candidates] == list(range(1, len(ranking.candidates) + 1))
    assert (ranking.candidate_count, ranking.excluded_count) == (len(candidates), len(excluded))


@settings(max_examples=100, deadline=None)
@given(questions(), registers, registers, st.data())
def test_it_does_not_matter_how_the_register_came_about(
    asked: MatchQuestion, before: list[CapacityRow], after: list[CapacityRow], data: st.DataObject
) -> None:
    """Rows changed, added and struck out one after the other, tidied or not, rank as if built at once."""
    store = ColumnStore(word_book_of(vocabulary()))
    store.set_resources(REGION_RESOURCES)
    store.add([record_of(row) for row in before])
    now = {row.capacity_id: row for row in before}
    states = [(store.columns(), dict(now))]
    for row in after:
        if data.draw(st.booleans()):
            store = store.tidied(store.columns())
        gone = data.draw(st.sampled_from(sorted(now) or [row.capacity_id]))
        store.strike_out([row.capacity_id, gone])
        now.pop(gone, None)
        now[row.capacity_id] = row
        store.add([record_of(row)])
        states.append((store.columns(), dict(now)))
    # Also the states handed out earlier are still what they were.
    for columns, then in states[:: max(len(states) // 3, 1)]:
        ranking = rank(asked, columns, on=ON, regions=None, limit=3)
        candidates, excluded = slowly(asked, list(then.values()), None)
        assert quickly(ranking) == (candidates[:3], excluded)
        assert len(columns) == len(then)
