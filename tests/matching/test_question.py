"""What an inquiry asks of a unit."""

from typing import Any

import msgspec
import pytest

from trialport.inquiries.content import InquiryContent, Population
from trialport.matching.question import age_groups, from_content, primary_care_role
from trialport.vocabulary.codes import AGE_GROUPS
from trialport.vocabulary.models import AreaMatch, ConceptMatch, Reading

CHILDREN = ("newborn", "infant", "child", "adolescent")


@pytest.mark.parametrize(
    ("age_from", "age_to", "paediatric", "expected"),
    [
        (None, None, False, ()),
        (None, None, True, CHILDREN),
        (18, None, False, ("adult", "older_adult")),
        (18, 64, True, ("adult",)),
        (18, 65, False, ("adult",)),
        (18, 66, False, ("adult", "older_adult")),
        (65, None, False, ("older_adult",)),
        (65, 65, False, ("older_adult",)),
        (12, 17, False, ("adolescent",)),
        (12, 18, False, ("adolescent",)),
        (None, 17, False, CHILDREN),
        (None, 70, False, ("adult", "older_adult")),
        (None, 70, True, AGE_GROUPS),
        (0, 0, False, ("newborn", "infant")),
        (0, 2, False, ("newborn", "infant")),
        (1, 5, False, ("infant", "child")),
        (40, 80, False, ("adult", "older_adult")),
        (120, 120, False, ("older_adult",)),
        (70, 20, False, ("older_adult",)),
    ],
)
def test_ages_are_read_as_groups(
    age_from: int | None, age_to: int | None, *, paediatric: bool, expected: tuple[str, ...]
) -> None:
    population = Population(age_from=age_from, age_to=age_to)
    assert age_groups(population, paediatric=paediatric) == expected


def content(**groups: Any) -> InquiryContent:
    contact = {"name": "Kim Exempel", "email": "kim.exempel@example.org"}
    asked = {
        "who": {
            "sponsor_name": "Exempel Pharma AB",
            "sponsor_kind": "company",
            "award_status": "own_trial",
            "contact": contact,
        },
        "identity": {"working_title": "Title"},
        "kind": {"study_type": "drug", "phase": "3"},
        "product": {"mechanism": "not told"},
        "condition": {"indication": "COPD"},
        "numbers": {"participants_wanted": 25, "planned_start": "2027-03-01"},
        "answer": {"outcome_promised_by": "2027-01-31"},
    }
    return msgspec.convert(asked | groups, InquiryContent)


def read(concept: str, score: float) -> ConceptMatch:
    return ConceptMatch(
        concept=concept,
        code=concept[:3],
        label=f"label of {concept}",
        score=score,
        start=0,
        end=1,
        method="exact",
    )


def test_concepts_set_aside_and_weak_guesses_do_not_count() -> None:
    reading = Reading(concepts=(read("J44", 0.9), read("J42", 0.5)), set_aside=(read("J45", 1.0),))
    assert [one.concept for one in from_content(content(), reading).concepts] == ["J44"]


def test_codes_given_count_as_concepts_by_their_category() -> None:
    condition = {"indication": "lung disease", "icd10_codes": ["C34.1", "J44", "J44.0"]}
    reading = Reading(concepts=(read("J44", 0.9),), therapy_areas=(AreaMatch(code="respiratory", score=0.9),))
    question = from_content(content(condition=condition), reading)
    assert [(one.concept, one.label) for one in question.concepts] == [
        ("J44", "label of J44"),
        ("C34", "C34.1"),
    ]
    assert question.therapy_areas == ("respiratory",)


def test_participants_are_shared_by_the_sites_wanted() -> None:
    assert from_content(content(), Reading()).participants_per_unit == 25
    numbers = {"participants_wanted": 25, "sites_wanted": 2, "planned_start": "2027-03-01"}
    assert from_content(content(numbers=numbers), Reading()).participants_per_unit == 13


def test_what_is_not_said_is_not_asked() -> None:
    question = from_content(content(), Reading())
    assert question.recruitment_months == 12
    assert not question.atmp
    assert not question.gmo
    assert question.dct_activities == ()
    assert question.nurse_hours is None


def test_wishes_are_split_by_how_much_they_matter() -> None:
    wishes = {"video_visit": "optional", "wearable": "not_used", "home_nurse_visit": "required"}
    question = from_content(content(dct_activities=wishes), Reading())
    assert (question.dct_required, question.dct_optional) == (("home_nurse_visit",), ("video_visit",))
    assert question.dct_activities == ("home_nurse_visit", "video_visit")


def test_an_advanced_therapy_is_told_by_its_study_type() -> None:
    kind = {"study_type": "atmp", "phase": "1_2", "first_in_human": True}
    question = from_content(content(kind=kind, product={"mechanism": "CAR-T", "gmo": True}), Reading())
    assert (question.atmp, question.gmo, question.first_in_human) == (True, True, True)


@pytest.mark.parametrize(
    ("settings", "wishes", "visits", "expected"),
    [
        ((), {}, 5, None),
        (("outpatient",), {"home_nurse_visit": "required"}, None, None),
        (("primary_care",), {}, 0, "full_site"),
        (("primary_care", "primary_care"), {}, None, "full_site"),
        (("outpatient", "primary_care"), {}, None, "visit"),
        (("outpatient", "primary_care"), {}, 4, "visit"),
        (("outpatient", "primary_care"), {}, 0, "identify_only"),
        (("outpatient", "primary_care"), {"local_health_centre_visit": "optional"}, 0, "visit"),
        (("outpatient",), {"local_health_centre_visit": "optional"}, None, "visit"),
        (("outpatient",), {"local_health_centre_visit": "not_used", "local_lab": "required"}, None, "sample"),
        (("outpatient",), {"local_lab": "optional"}, None, None),
    ],
)
def test_what_is_asked_of_primary_care(settings: Any, wishes: Any, visits: int | None, expected: str | None) -> None:
    assert primary_care_role(settings, wishes, visits) == expected


def test_an_overnight_stay_asks_for_beds_and_nothing_is_asked_twice() -> None:
    needs = {"equipment": ["overnight_beds", "cytotoxic_preparation"], "pharmacy": "cytotoxic, aseptic"}
    asked = content(needs=needs, burden={"overnight_stay": True}, product={"mechanism": "-", "cytotoxic": True})
    question = from_content(asked, Reading())
    assert question.equipment == ("overnight_beds", "cytotoxic_preparation")
    assert question.pharmacy == ("trial_pharmacy", "aseptic_preparation")
    assert from_content(content(burden={"overnight_stay": True}), Reading()).equipment == ("overnight_beds",)


def test_languages_are_asked_once_and_competition_is_kept() -> None:
    numbers = {"participants_wanted": 25, "planned_start": "2027-03-01", "competitive_recruitment": True}
    question = from_content(
        content(needs={"material_languages": ["sv", "en", "sv", "en\n"]}, numbers=numbers), Reading()
    )
    assert question.languages == ("sv", "en")
    assert question.competitive


def test_only_activities_that_somebody_travels_for_have_a_place() -> None:
    wishes = {"video_visit": "required", "home_venous": "optional", "local_lab": "required"}
    assert from_content(content(dct_activities=wishes), Reading()).dct_placed == ("local_lab", "home_venous")
