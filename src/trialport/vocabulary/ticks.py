"""What a form has ticked: "[x] asthma [ ] COPD" is about asthma, whatever the words around it sound like."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from trialport.vocabulary.normalise import ENDED
from trialport.vocabulary.triggers import Told

_BOX = re.compile(r"\[(?: ?[xX✓✔] ?| *)\]|\((?: ?[xX✓✔] ?| +)\)|[☐☑☒✓✔✗✘]")
_CROSSES = frozenset("✗✘")
_EMPTY = _CROSSES | {"☐"}
# A crossed box is chosen, but not beside one with a tick.
_CROSSED, _TICKED = "☒", "☑"
# A form leaves a choice of so many conditions at least.
CHOICE = 2


class _Box(NamedTuple):
    start: int
    end: int
    is_ticked: bool


def ticks_of(told: Told) -> dict[int, bool]:
    """Say of the tokens that belong to a box of a form whether it is ticked.

    Only where two or more boxes stand at conditions. Boxes stand before what they belong to, or all behind it. A form
    that nobody has filled in leaves nothing out: it counts as ticked.
    """
    boxes = list(_boxes(told.text))
    if len(boxes) < CHOICE:
        return {}
    is_blank = not any(box.is_ticked for box in boxes) and _CROSSES.isdisjoint(told.text)
    edges = [box.start for box in boxes]
    starts = [token.start for token in told.tokens]
    before = [_clause(told, starts, box.end, end)[0] for box, end in zip(boxes, [*edges[1:], None], strict=True)]
    behind = [_clause(told, starts, start, box.start)[1] for start, box in zip([0, *edges], boxes, strict=False)]
    named, places = max(((_named(some, told), some) for some in (before, behind)), key=itemgetter(0))
    if named < CHOICE:
        return {}
    return {number: box.is_ticked or is_blank for box, some in zip(boxes, places, strict=True) for number in some}


def _boxes(text: str) -> Iterator[_Box]:
    left = _EMPTY | {_CROSSED} if _TICKED in text else _EMPTY
    for found in _BOX.finditer(text):
        mark = found.group()
        is_empty = len(mark) > 1 and not mark[1:-1].strip()
        yield _Box(found.start(), found.end(), mark not in left and not is_empty)


def _clause(told: Told, starts: list[int], first: int, end: int | None) -> tuple[range, range]:
    """Give the tokens up to the first end of a line or sentence in a part of the text, and those behind the last."""
    some = range(bisect_left(starts, first), len(starts) if end is None else bisect_left(starts, end))
    cuts = [number for number in some[1:] if told.tokens[number].gap == ENDED]
    return (range(some.start, cuts[0]), range(cuts[-1], some.stop)) if cuts else (some, some)


def _named(some: list[range], told: Told) -> int:
    """How many boxes stand at a condition."""
    return sum(not told.busy.isdisjoint(places) for places in some)
