"""What must hold of every ranking, whatever the units have said."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matching.factories import ON, OTHER_REGION, REGION, capacity, columns, question, ranked
from tests.matching.improvements import IMPROVEMENTS
from trialport.matching.explain import candidate_detail, exclusion_detail
from trialport.matching.models import Candidate, CapacityRow, Criterion, CriterionName, Exclusion
from trialport.matching.question import AskedConcept, MatchQuestion
from trialport.matching.ranking import Ranking, rank
from trialport.matching.weights import PARTLY_CEILING, PARTLY_FLOOR, UNKNOWN_FIT, UNMET_CEILING
from trialport.units.models import Basis, CapabilityOffer, CapacityState, DctOffer, Experience, PrimaryCareRole
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    DCT_ANSWERS,
    PHASES,
    RESOURCE_KINDS,
    STUDY_TYPES,
)

WORDS = (
    "COPD",
    "J44",
    "asthma",
    "J45",
    "lung cancer",
    "C34/nsclc",
    "heart failure",
    "zzblorb",
    "KOL",
    "cancer",
)
AREAS = (
    "respiratory",
    "oncology",
    "cardiovascular",
    "general-practice-prevention",
    "paediatrics-neonatology",
)
CONCEPTS = ("J44", "J45", "C34", "C34/nsclc", "I50")


def some(values: tuple[Any, ...], most: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


days = st.integers(-200, 900).map(lambda days: ON + timedelta(days=days))
amounts = st.sampled_from((0.0, 0.1, 0.5, 1.0, 2.0, 3.3, 10.0, 1000.0))
LANGUAGES = ("sv", "da", "en", "zu")
# Some that people travel for, and some that they do not.
ACTIVITIES = (*DCT_ACTIVITIES[:5], "local_health_centre_visit", "home_venous", "local_lab")
dct_offers = st.builds(
    DctOffer,
    answer=st.sampled_from(DCT_ANSWERS),
    geography=maybe(st.sampled_from(("Uppsala county", "Knivsta municipality", "the north"))),
)
offers = st.builds(CapabilityOffer, available=st.booleans(), expires_on=maybe(days))
experience = st.builds(
    Experience,
    therapy_area=st.sampled_from(AREAS),
    phase=st.sampled_from(PHASES),
    trials=st.sampled_from((0, 1, 2, 9, 500)),
)
PHARMACY = ("trial_pharmacy", "aseptic_preparation", "cytotoxic_preparation")
capacity_fields = st.fixed_dictionaries(
    {
        "region_id": st.sampled_from((REGION, OTHER_REGION)),
        "therapy_area": st.sampled_from(AREAS),
        "indications": some(WORDS),
        "study_types": some(STUDY_TYPES),
        "phases": some(PHASES, 5),
        "age_groups": some(AGE_GROUPS),
        "care_settings": some(CARE_SETTINGS),
        "state": st.sampled_from(get_args(CapacityState)),
        "state_until": maybe(days),
        "new_trials_possible": maybe(st.booleans()),
        "new_trials_from": maybe(days),
        "participants_per_month": maybe(amounts),
        "participants_basis": maybe(st.sampled_from(get_args(Basis))),
        "nurse_hours_free": maybe(amounts),
        "physician_hours_free": maybe(amounts),
        "competing_trials": some(WORDS),
        "lead_time_days": maybe(st.sampled_from((0, 1, 30, 120, 1500))),
        "running_trials": maybe(st.sampled_from((0, 1, 5, 6, 40))),
        "primary_care_role": maybe(st.sampled_from(get_args(PrimaryCareRole))),
        "languages": some(LANGUAGES, 3),
        "unit_kind": st.sampled_from(("hospital_department", "primary_care_centre")),
        "dct_activities": st.dictionaries(st.sampled_from(ACTIVITIES), dct_offers),
        "equipment": some(CAPABILITIES[:12]),
        "resources": some(RESOURCE_KINDS),
        "experience": st.lists(experience, max_size=3).map(tuple),
        "capabilities": st.dictionaries(st.sampled_from((*CAPABILITIES[:12], *PHARMACY)), offers, max_size=6),
        "confirmed_at": maybe(days.map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))),
        "valid_until": maybe(days),
        "gcp_investigators": maybe(st.integers(0, 3)),
    }
)
question_fields = st.fixed_dictionaries(
    {
        "concepts": some(CONCEPTS, 2).map(
            lambda found: tuple(AskedConcept(concept=concept, label=concept) for concept in found)
        ),
        "therapy_areas": some(AREAS, 2),
        "study_type": st.sampled_from(("drug", "atmp", "device")),
        "phase": st.sampled_from(PHASES),
        "first_in_human": st.booleans(),
        "rare_disease": st.booleans(),
        "age_groups": some(AGE_GROUPS, 3),
        "care_settings": some(CARE_SETTINGS, 2),
        "planned_start": days,
        "recruitment_months": st.sampled_from((1, 6, 12, 36)),
        "participants_wanted": st.sampled_from((1, 10, 24, 1000)),
        "sites_wanted": maybe(st.integers(1, 4)),
        "nurse_hours": maybe(amounts),
        "physician_hours": maybe(amounts),
        "gcp_experience": st.booleans(),
        "equipment": some(CAPABILITIES[:12], 3),
        "resources": some(RESOURCE_KINDS, 3),
        "gmo": st.booleans(),
        "competitive": st.booleans(),
        "primary_care_role": maybe(st.sampled_from(get_args(PrimaryCareRole))),
        "languages": some(LANGUAGES, 2),
        "pharmacy": some(PHARMACY, 3),
        "units_wanted": some((UUID(int=101), UUID(int=999)), 2),
        "units_excluded": some((UUID(int=102), UUID(int=999)), 2),
    }
)


@st.composite
def questions(draw: st.DrawFn) -> MatchQuestion:
    activities = draw(some(ACTIVITIES, 4))
    required = draw(st.integers(0, len(activities)))
    return question(**draw(question_fields), dct_required=activities[:required], dct_optional=activities[required:])


registers = st.lists(capacity_fields, min_size=1, max_size=4).map(
    lambda many: [capacity(number, **fields) for number, fields in enumerate(many, start=1)]
)
whole = settings(max_examples=60, deadline=None)


def facts(result: Ranking) -> tuple[tuple[Candidate, ...], tuple[Exclusion, ...]]:
    return result.candidates, result.excluded


def of_unit(result: Ranking, row: CapacityRow) -> Candidate | None:
    return next((one for one in result.candidates if one.capacity_id == row.capacity_id), None)


@whole
@given(asked=questions(), rows=registers, exclusions=st.booleans())
def test_scores_and_fits_lie_where_their_states_allow(
    asked: MatchQuestion, rows: list[CapacityRow], *, exclusions: bool
) -> None:
    result = ranked(asked, *rows, exclusions=exclusions)
    names = {tuple(one.name for one in candidate.criteria) for candidate in result.candidates}
    assert len(names) <= 1
    for candidate in result.candidates:
        assert 0 <= candidate.score <= 100
        for one in candidate.criteria:
            allowed = {
                "unmet": one.fit <= UNMET_CEILING,
                "unknown": one.fit == UNKNOWN_FIT,
                "partly": PARTLY_FLOOR <= one.fit <= PARTLY_CEILING,
                "met": UNKNOWN_FIT < one.fit <= 1,
            }
            assert allowed[one.state], one


@whole
@given(questions(), registers)
def test_a_score_is_the_weighted_mean_of_the_criteria_shown(asked: MatchQuestion, rows: list[CapacityRow]) -> None:
    for candidate in ranked(asked, *rows).candidates:
        total = sum(one.weight for one in candidate.criteria)
        mean = 100 * sum(one.weight * one.fit for one in candidate.criteria) / total
        assert abs(candidate.score - mean) < 0.0051


@whole
@given(questions(), registers, st.randoms(use_true_random=False))
def test_the_order_of_the_register_does_not_matter(asked: MatchQuestion, rows: list[CapacityRow], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert facts(ranked(asked, *rows)) == facts(ranked(asked, *shuffled))


@whole
@given(questions(), registers, st.integers(0, 7))
def test_a_limit_shows_the_first_of_the_same_ranking(asked: MatchQuestion, rows: list[CapacityRow], limit: int) -> None:
    everything, some_only = ranked(asked, *rows), ranked(asked, *rows, limit=limit)
    assert some_only.candidates == everything.candidates[:limit]
    assert some_only.candidate_count == len(everything.candidates)
    assert some_only.excluded == everything.excluded


@whole
@given(questions(), registers)
def test_equal_scores_are_ordered_by_unit_and_capacity(asked: MatchQuestion, rows: list[CapacityRow]) -> None:
    found = ranked(asked, *rows).candidates
    keys = [(-one.score, one.unit_id.bytes, one.capacity_id.bytes) for one in found]
    assert keys == sorted(keys)
    assert [one.rank for one in found] == list(range(1, len(found) + 1))


@whole
@given(questions(), registers, st.sampled_from(((REGION,), (OTHER_REGION,), (REGION, OTHER_REGION), ())))
def test_candidates_and_exclusions_are_the_capacities_of_the_regions(
    asked: MatchQuestion, rows: list[CapacityRow], regions: tuple[UUID, ...]
) -> None:
    result = rank(asked, columns(*rows), on=ON, regions=regions, limit=None)
    found = [one.capacity_id for one in result.candidates] + [one.capacity_id for one in result.excluded]
    assert sorted(found) == sorted(row.capacity_id for row in rows if row.region_id in regions)
    assert result.candidate_count + result.excluded_count == len(found)


@whole
@given(questions(), registers)
def test_without_exclusions_everybody_is_ranked(asked: MatchQuestion, rows: list[CapacityRow]) -> None:
    result = ranked(asked, *rows, exclusions=False)
    assert len(result.candidates) == len(rows)
    assert result.excluded == ()


@whole
@given(asked=questions(), rows=registers, exclusions=st.booleans())
def test_every_candidate_can_be_told_also_from_its_stored_form(
    asked: MatchQuestion, rows: list[CapacityRow], *, exclusions: bool
) -> None:
    result = ranked(asked, *rows, exclusions=exclusions)
    for candidate in result.candidates:
        stored = msgspec.json.decode(msgspec.json.encode(candidate), type=Candidate)
        assert stored == candidate
        for one in candidate_detail(stored).criteria:
            assert one.sentence.endswith(".")
            assert one.sentence[0].isupper() or not one.sentence[0].isalpha()
            assert not re.search(r"[{}\[\]]|  | [.;:,]|\bNone\b|\bnan\b|\(\)|: *[;.]", one.sentence), one
    for left_out in result.excluded:
        assert exclusion_detail(left_out).sentence.endswith(".")


@settings(max_examples=250, deadline=None)
@given(asked=questions(), rows=registers, name=st.sampled_from(sorted(IMPROVEMENTS)), exclusions=st.booleans())
def test_an_improvement_never_lowers_score_or_rank(
    asked: MatchQuestion, rows: list[CapacityRow], name: str, *, exclusions: bool
) -> None:
    first, *others = rows
    better = msgspec.structs.replace(first, **IMPROVEMENTS[name](first, asked))
    before = of_unit(ranked(asked, first, *others, exclusions=exclusions), first)
    after = of_unit(ranked(asked, better, *others, exclusions=exclusions), better)
    if before is None:
        return
    assert after is not None
    assert after.score >= before.score
    assert after.rank <= before.rank


UNKNOWNS: dict[CriterionName, tuple[dict[str, Any], dict[str, Any]]] = {
    "study_type": ({"study_types": ()}, {"study_types": ("other",)}),
    "phase": ({"phases": ()}, {"phases": ("device_post_market",)}),
    "age_group": ({"age_groups": ()}, {"age_groups": ("newborn",)}),
    "care_setting": ({"care_settings": ()}, {"care_settings": ("home",)}),
    "participants": ({"participants_per_month": None}, {"participants_per_month": 0.0}),
    "staff_hours": (
        {"nurse_hours_free": None, "physician_hours_free": None},
        {"nurse_hours_free": 0.0, "physician_hours_free": 0.0},
    ),
    "freshness": ({"valid_until": None}, {"valid_until": date(2026, 11, 20)}),
    "experience": ({"gcp_investigators": None}, {"gcp_investigators": 0}),
    "equipment": (
        {"capabilities": {}, "equipment": ()},
        {
            "capabilities": {one: CapabilityOffer(available=False) for one in CAPABILITIES},
            "equipment": (),
        },
    ),
    "dct_activities": (
        {"dct_activities": {}},
        {"dct_activities": {one: DctOffer(answer="cannot") for one in DCT_ACTIVITIES}},
    ),
    "load": (
        {"running_trials": None, "competing_trials": ()},
        {"running_trials": 40, "competing_trials": ("COPD", "asthma", "lung cancer", "heart failure") * 3},
    ),
    "lead_time": ({"lead_time_days": None}, {"lead_time_days": 30_000}),
    "primary_care_role": (
        {"primary_care_role": None, "dct_activities": {}},
        {"primary_care_role": "identify_only", "dct_activities": {}},
    ),
    "languages": ({"languages": ()}, {"languages": ("qq",)}),
    "pharmacy": (
        {"capabilities": {}, "equipment": (), "resources": ()},
        {"capabilities": {one: CapabilityOffer(available=False) for one in CAPABILITIES}, "equipment": ()},
    ),
    "dct_places": (
        {"dct_activities": {}},
        {"dct_activities": {one: DctOffer(answer="cannot") for one in DCT_ACTIVITIES}},
    ),
}


@whole
@given(asked=questions(), fields=capacity_fields, name=st.sampled_from(sorted(UNKNOWNS)))
def test_unknown_never_scores_below_a_no(asked: MatchQuestion, fields: dict[str, Any], name: CriterionName) -> None:
    unsaid, refused = (criteria_of(asked, fields | said_or_not) for said_or_not in UNKNOWNS[name])
    if name in refused and refused[name].state == "unmet":
        assert unsaid[name].fit >= refused[name].fit


def criteria_of(asked: MatchQuestion, fields: dict[str, Any]) -> dict[CriterionName, Criterion]:
    (candidate,) = ranked(asked, capacity(1, **fields), exclusions=False).candidates
    return {one.name: one for one in candidate.criteria}
