"""What a decision about a shortlist makes of its order, and what it says against the ranking."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from trialport.core.errors import Contradiction
from trialport.matching.judgement_models import CapacityReference, OverrideCreate, OverrideKind
from trialport.matching.judgement_rules import SHORTLIST
from trialport.matching.shortlist_models import MOST_UNITS, ShortlistChange, Standing

Order = tuple[UUID, ...]


def changed_order(order: Sequence[UUID], wish: ShortlistChange) -> Order:
    """Return the units listed after a decision; raises Contradiction for one that does not fit."""
    named = tuple(dict.fromkeys(wish.unit_ids))
    _check(order, named, wish)
    if wish.command == "drop":
        return tuple(unit_id for unit_id in order if unit_id not in named)
    rest = [unit_id for unit_id in order if unit_id not in named]
    at = len(rest) if wish.position is None else min(wish.position - 1, len(rest))
    return (*rest[:at], *named, *rest[at:])


def _check(order: Sequence[UUID], named: Order, wish: ShortlistChange) -> None:
    if wish.command == "drop" and wish.position is not None:
        raise Contradiction.at("position", "What is dropped has no place. Leave it out.")
    if wish.command == "add":
        if twice := [unit_id for unit_id in named if unit_id in order]:
            raise Contradiction.at("unit_ids", f"Unit {twice[0]} is on the shortlist already. It can be moved.")
        if len(order) + len(named) > MOST_UNITS:
            raise Contradiction.at("unit_ids", f"A shortlist holds at most {MOST_UNITS} units. Drop some first.")
    if wish.command == "move":
        if wish.position is None:
            raise Contradiction.at("position", "Say where it is to stand.")
        if len(named) != 1 or named[0] not in order:
            raise Contradiction.at("unit_ids", "Name one unit that is on the shortlist.")


def overrides(
    order: Sequence[UUID], after: Sequence[UUID], wish: ShortlistChange, standings: Mapping[UUID, Standing]
) -> list[OverrideCreate]:
    """Return what a decision says against the ranking; what agrees with it, or concerns no capacity, says nothing."""
    if wish.command == "move":
        return _moved(order, after, wish, standings)
    found = []
    kind: OverrideKind = "added" if wish.command == "add" else "dropped"
    for unit_id in dict.fromkeys(wish.unit_ids):
        standing = standings.get(unit_id)
        if standing is None:
            continue
        tells = standing.rank is None or standing.rank > SHORTLIST if kind == "added" else standing.rank is not None
        if tells:
            found.append(OverrideCreate(kind=kind, capacity=_reference(standing), reason=wish.reason))
    return found


def _moved(
    order: Sequence[UUID], after: Sequence[UUID], wish: ShortlistChange, standings: Mapping[UUID, Standing]
) -> list[OverrideCreate]:
    """Say whom the unit moved up now precedes, or which unit now precedes the one moved down.

    Only the neighbour counts: whoever moves one unit has not compared all the others.
    """
    (moved,) = wish.unit_ids[:1]
    at = after.index(moved)
    up = at < order.index(moved)
    pair = (moved, after[at + 1]) if up else (after[at - 1], moved)
    if at == order.index(moved):
        return []
    preferred, other = (standings.get(unit_id) for unit_id in pair)
    if preferred is None or other is None or preferred.rank is None or other.rank is None:
        return []
    if preferred.rank < other.rank:
        return []
    return [OverrideCreate(kind="moved", capacity=_reference(preferred), above=_reference(other), reason=wish.reason)]


def _reference(standing: Standing) -> CapacityReference:
    return CapacityReference(unit_id=standing.unit_id, therapy_area=standing.therapy_area)
