"""How alike two inquiries are: the same trial may be asked by several CROs that bid for it.

Points out of 100: condition 35, mechanism 30, study type, phase and planned start 10 each, size 5. Without a common
condition and a like mechanism they are two trials, whatever else agrees; with the same number of a register they are
one, and with different ones two.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz, utils

from trialport.matching.duplicates_models import Fingerprint

# From here on a pair is shown; tests/matching/same_and_different_trials.csv is what it was set by.
THRESHOLD = 78
MOST_SHOWN = 20
_START_WITHIN = timedelta(days=120)
_SAME_SIZE = 0.5
_LIKE_MECHANISM = 70.0
_LIKE_INDICATION = 80.0
_NEIGHBOURS = ("early_1", "1", "1_2", "2", "2_3", "3", "4")
# Words that many mechanisms share and that tell none apart.
_GENERIC = frozenset(
    {
        "inhibitor",
        "inhibitors",
        "agonist",
        "agonists",
        "antagonist",
        "antagonists",
        "antibody",
        "antibodies",
        "monoclonal",
        "blocker",
        "receptor",
        "selective",
        "oral",
        "once",
        "daily",
        "weekly",
        "therapy",
        "treatment",
        "drug",
        "product",
        "novel",
        "new",
        "long",
        "short",
        "acting",
        "human",
        "humanised",
        "recombinant",
        "of",
        "and",
        "the",
        "with",
        "for",
        "against",
        "anti",
        "a",
        "an",
        "class",
        "small",
        "molecule",
        "hämmare",
        "agonister",
        "antikropp",
        "hæmmer",
        "antistof",
    }
)
_NUMBERS: tuple[tuple[Literal["eu_ct_number", "nct_number", "civ_id"], str], ...] = (
    ("eu_ct_number", "EU CT number"),
    ("nct_number", "NCT number"),
    ("civ_id", "CIV-ID"),
)


class Likeness(Struct, frozen=True, kw_only=True):
    """How alike two inquiries are (0 to 100), and by what."""

    points: int
    is_certain: bool
    reasons: tuple[str, ...]


def likeness(one: Fingerprint, other: Fingerprint) -> Likeness:
    """Compare two inquiries; 0 points where they cannot be the same trial."""
    same = [name for field, name in _NUMBERS if _number(one, field) and _number(one, field) == _number(other, field)]
    if same:
        reasons = tuple(f"The same {name}." for name in same)
        return Likeness(points=100, is_certain=True, reasons=reasons)
    if (
        _have_other_numbers(one, other)
        or (condition := _condition(one, other)) is None
        or (mechanism := _mechanism(one, other)) is None
    ):
        return Likeness(points=0, is_certain=False, reasons=())
    found = [condition, mechanism, *_plain_points(one, other)]
    return Likeness(
        points=round(sum(points for points, _ in found)),
        is_certain=False,
        reasons=tuple(reason for _, reason in found),
    )


def similar(one: Fingerprint, others: Sequence[Fingerprint]) -> list[tuple[Fingerprint, Likeness]]:
    """Return the inquiries that may be about the same trial, most alike first."""
    compared = [(other, likeness(one, other)) for other in others]
    alike = [pair for pair in compared if pair[1].points >= THRESHOLD]
    alike.sort(key=lambda pair: (-pair[1].points, not pair[1].is_certain, -pair[0].submitted_at.timestamp()))
    return alike[:MOST_SHOWN]


def _number(of: Fingerprint, field: Literal["eu_ct_number", "nct_number", "civ_id"]) -> str | None:
    number: str | None = getattr(of, field)
    # The last two digits of an EU CT number count the times that an application was sent in again.
    return number[:-3] if number is not None and field == "eu_ct_number" else number


def _have_other_numbers(one: Fingerprint, other: Fingerprint) -> bool:
    return any(_number(one, field) and _number(other, field) for field, _ in _NUMBERS)


def _condition(one: Fingerprint, other: Fingerprint) -> tuple[float, str] | None:
    if one.concepts and other.concepts:
        shared = one.concepts & other.concepts
        least = min(len(one.concepts), len(other.concepts))
        if shared:
            return 35 * min(1.0, 0.6 + 0.4 * len(shared) / least), f"A common condition: {', '.join(sorted(shared))}."
        groups = {concept.split("/")[0] for concept in one.concepts} & {
            concept.split("/")[0] for concept in other.concepts
        }
        return (21.0, f"Conditions of the same group: {', '.join(sorted(groups))}.") if groups else None
    alike = fuzz.token_set_ratio(one.indication, other.indication, processor=utils.default_process)
    return (35 * alike / 100, "Nearly the same words for the condition.") if alike >= _LIKE_INDICATION else None


def _mechanism(one: Fingerprint, other: Fingerprint) -> tuple[float, str] | None:
    words = [_telling(of.mechanism) for of in (one, other)]
    if not all(words):
        # One says no more than that it is an inhibitor: that neither speaks for the same trial nor against it.
        return 8.0, "A mechanism that is told in general words only."
    alike = fuzz.token_set_ratio(words[0], words[1])
    return (30 * alike / 100, f"A like mechanism ({round(alike)} of 100).") if alike >= _LIKE_MECHANISM else None


# One inquiry is compared with all others, so its words are asked for again and again, and theirs by each.
@lru_cache(4096)
def _telling(mechanism: str) -> str:
    return " ".join(word for word in utils.default_process(mechanism).split() if word not in _GENERIC)


def _plain_points(one: Fingerprint, other: Fingerprint) -> Iterator[tuple[float, str]]:
    if one.study_type == other.study_type:
        yield 10, f"The same study type: {one.study_type}."
    if one.phase == other.phase:
        yield 10, f"The same phase: {one.phase}."
    elif _are_neighbours(one.phase, other.phase):
        yield 5, f"Phases next to each other: {one.phase}, {other.phase}."
    small, large = sorted((one.participants_wanted, other.participants_wanted))
    if small / large >= _SAME_SIZE:
        yield 5, f"A like size: {one.participants_wanted} and {other.participants_wanted} participants."
    if abs(one.planned_start - other.planned_start) <= _START_WITHIN:
        yield 10, f"Planned starts at most {_START_WITHIN.days} days apart."


def _are_neighbours(one: str, other: str) -> bool:
    if one not in _NEIGHBOURS or other not in _NEIGHBOURS:
        return False
    return abs(_NEIGHBOURS.index(one) - _NEIGHBOURS.index(other)) == 1
