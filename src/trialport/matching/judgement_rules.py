"""What a judgement says of pairs of candidates.

A pair is (preferred, other), both of the same assessment and region. Only what the decision itself implies is taken:
who decides about one unit has not compared all the others.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from trialport.matching.judgement_models import Judged

# As many as an office usually takes in without looking further; a unit added has been preferred over those that
# follow, and one dropped has been passed over for them.
SHORTLIST = 10
# The most pairs of one override: what stands further off was hardly looked at.
MOST_PAIRS = 20

Pairs = tuple[tuple[UUID, UUID], ...]


def pairs_of_moved(moved: Judged, above: Judged, ranked: Sequence[Judged]) -> Pairs:
    """Prefer the one moved over the one it was put above, and over those in between."""
    if moved.rank is None or above.rank is None:
        return ()
    between = [one for one in ranked if one.rank is not None and above.rank <= one.rank < moved.rank]
    return tuple((moved.capacity_id, one.capacity_id) for one in between[:MOST_PAIRS])


def pairs_of_added(added: Judged, ranked: Sequence[Judged]) -> Pairs:
    """Prefer the one added over those behind the shortlist that stand ahead of it; one left out, over the next few."""
    last = added.rank if added.rank is not None else SHORTLIST + SHORTLIST + 1
    passed = [one for one in ranked if one.rank is not None and SHORTLIST < one.rank < last]
    return tuple((added.capacity_id, one.capacity_id) for one in passed[:MOST_PAIRS])


def pairs_of_dropped(dropped: Judged, ranked: Sequence[Judged]) -> Pairs:
    """Prefer those that follow, up to the end of the shortlist or the next one, over the one dropped."""
    if dropped.rank is None:
        return ()
    last = max(SHORTLIST, dropped.rank) + 1
    following = [one for one in ranked if one.rank is not None and dropped.rank < one.rank <= last]
    return tuple((one.capacity_id, dropped.capacity_id) for one in following[:MOST_PAIRS])


def pairs_of_selected(selected: Judged, not_selected: Sequence[Judged]) -> Pairs:
    """Prefer what the sponsor chose over each of those offered with it and not chosen."""
    return tuple((selected.capacity_id, one.capacity_id) for one in not_selected)


def doubled(judged: Sequence[Judged]) -> Iterator[Judged]:
    """Yield those that are named more than once."""
    seen: set[UUID] = set()
    for one in judged:
        if one.capacity_id in seen:
            yield one
        seen.add(one.capacity_id)
