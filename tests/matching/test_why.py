"""Why a unit stands where it stands: the figures add up, and what would change it is what a new ranking says."""

from collections.abc import Awaitable, Callable
from typing import get_args
from uuid import UUID

import pytest

from tests.cast import Cast
from tests.conftest import Client
from tests.inquiries.factories import submit
from tests.matching.factories import ON, OTHER_REGION, REGION, capacity, columns, question, silent
from trialport.core.language import Language
from trialport.matching import why
from trialport.matching.models import CapacityRow, CriterionName, ExclusionReason
from trialport.matching.ranking import rank
from trialport.matching.weighing import PROGRAM, RegionWeights, Weighing, overridden
from trialport.matching.why_words import WHY_WORDINGS

Drain = Callable[[], Awaitable[int]]
ROWS = (
    capacity(1),
    capacity(2, nurse_hours_free=4.0, participants_per_month=1.0),
    capacity(3, nurse_hours_free=None),
    silent(4),
)
ASKED = question(nurse_hours=8.0)


def explained(number: int, *rows: CapacityRow, weighing: Weighing = PROGRAM) -> why.CandidateWhy:
    found, excluded = why.why_unit(
        ASKED, columns(*(rows or ROWS)), UUID(int=100 + number), on=ON, regions=None, weighing=weighing
    )
    assert excluded == ()
    return found[0]


def test_points_add_up_to_the_score() -> None:
    for number in range(1, 5):
        told = explained(number)
        assert sum(share.points for share in told.shares) == pytest.approx(told.candidate.score, abs=0.01)
        assert sum(share.most for share in told.shares) == pytest.approx(100)
        assert (told.place, told.of) == (told.candidate.rank, 4)


def test_a_score_computed_again_is_the_score() -> None:
    for one in rank(ASKED, columns(*ROWS), on=ON, regions=None, limit=None).candidates:
        assert why.score_with(one.criteria, {}) == one.score


def test_what_is_ahead_has_more_points() -> None:
    first, last = explained(1), explained(4)
    assert first.ahead is None
    assert first.what_if == () or all(one.place == 1 for one in first.what_if)
    ahead = last.ahead
    assert ahead is not None
    assert ahead.candidate.rank == last.candidate.rank - 1
    assert ahead.difference == pytest.approx(ahead.candidate.score - last.candidate.score)
    gained = sum(one.theirs - one.points for one in ahead.more)
    assert gained >= ahead.difference - 0.02


def test_what_if_is_what_a_ranking_of_the_changed_record_says() -> None:
    """A unit that had told its nurse hours: the place foretold is the place it then gets."""
    told = next(one for one in explained(3).what_if if one.criterion.name == "staff_hours")
    changed = rank(
        ASKED, columns(ROWS[0], ROWS[1], capacity(3, nurse_hours_free=8.0), ROWS[3]), on=ON, regions=None, limit=None
    )
    then = next(one for one in changed.candidates if one.unit_id == UUID(int=103))
    assert (told.score, told.place) == (then.score, then.rank)
    assert {one.criterion.state for one in explained(4).what_if} <= {"partly", "unmet", "unknown"}


@pytest.mark.parametrize(
    ("fields", "reason", "also"),
    [
        ({"study_types": ("device",)}, "study_type_not_accepted", ()),
        ({"state": "paused"}, "paused", ()),
        ({"new_trials_possible": False, "age_groups": ("child",)}, "age_group_not_accepted", ("no_new_trials",)),
        ({"therapy_area": "dermatology", "indications": ("psoriasis",)}, "other_therapy_area", ()),
    ],
)
def test_an_excluded_unit_is_told_where_it_would_stand(
    fields: dict[str, object], reason: str, also: tuple[str, ...]
) -> None:
    index = columns(*ROWS[1:], capacity(9, **fields))
    found, (told,) = why.why_unit(ASKED, index, UUID(int=109), on=ON, regions=None, weighing=PROGRAM)
    assert found == ()
    assert (told.exclusion.reason, told.also) == (reason, also)
    assert told.let_in is not None
    assert told.let_in.place == 1


def test_regions_that_weigh_differently_are_compared_apart() -> None:
    other = Weighing({OTHER_REGION: RegionWeights(version=1, weights=overridden({"staff_hours": 60}))})
    rows = [*ROWS, *(capacity(10 + number, region_id=OTHER_REGION) for number in range(3))]
    told = explained(4, *rows, weighing=other)
    assert told.of == 4
    assert explained(12, *rows, weighing=other).of == 3
    assert explained(4, *rows).of == 7
    ranking = rank(ASKED, columns(*rows), on=ON, regions=None, limit=None, weighing=other)
    assert [one.region_id for one in ranking.candidates] == [
        REGION, OTHER_REGION, REGION, OTHER_REGION, REGION, OTHER_REGION, REGION
    ]  # fmt: skip
    short = rank(ASKED, columns(*rows), on=ON, regions=None, limit=3, weighing=other)
    assert short.candidates == ranking.candidates[:3]
    alone = rank(ASKED, columns(*rows), on=ON, regions={OTHER_REGION}, limit=None, weighing=other)
    theirs = [one for one in ranking.candidates if one.region_id == OTHER_REGION]
    assert [(one.capacity_id, one.score) for one in alone.candidates] == [
        (one.capacity_id, one.score) for one in theirs
    ]


def test_every_language_has_every_word() -> None:
    assert set(WHY_WORDINGS) == set(get_args(Language))
    for wording in WHY_WORDINGS.values():
        assert set(wording.criteria) == set(get_args(CriterionName))
        assert set(wording.remedies) == set(get_args(ExclusionReason))


async def test_over_the_api(client: Client, drain: Drain, people: Cast) -> None:
    url = (await submit(client))["status_url"]
    unit = f"{url}/candidates/{people.units['lung']}"
    early = await client("office").get(unit)
    assert early.json()["type"] == "urn:trialport:problem:not-assessed-yet"
    await drain()
    answer = await client("office").get(unit, headers={"Accept-Language": "sv"})
    assert answer.status_code == 200, answer.text
    (told,) = answer.json()["candidates"]
    assert told["place"] == told["rank"]
    assert sum(one["points"] for one in told["criteria"]) == pytest.approx(told["score"], abs=0.1)
    assert all("poäng" in one["sentence"] for one in told["what_if"])
    assert (await client("office").get(f"{url}/candidates/{people.units['foreign']}")).status_code == 404
    assert (await client("other_office").get(unit)).status_code == 404
    assert (await client("sponsor").get(unit)).status_code == 403
