"""The sentences: every state that can come about has one, and what is stored is enough to tell it."""

import re
from itertools import product
from typing import get_args

import pytest

from tests.matching.factories import capacity, only, question, ranked
from trialport.core.language import Language
from trialport.matching.explain import WORDINGS, candidate_detail, exclusion_detail, exclusion_sentence, sentence
from trialport.matching.language_names import IN_ENGLISH
from trialport.matching.models import Criterion, CriterionName, CriterionState, ExclusionReason
from trialport.matching.sentences import ENGLISH
from trialport.matching.weights import WEIGHTS
from trialport.units.models import Basis, CapacityState, PrimaryCareRole
from trialport.vocabulary.codes import (
    AGE_GROUPS,
    CAPABILITIES,
    CARE_SETTINGS,
    DCT_ACTIVITIES,
    RESOURCE_KINDS,
    STUDY_TYPES,
    THERAPY_AREAS,
)

# No criterion can reach these: a resource nobody has listed is unknown, and a sponsor's wish is no secret.
IMPOSSIBLE = {("resources", "unmet"), ("gmo", "partly"), ("freshness", "partly"), ("study_type", "partly")} | {
    ("availability", "unknown"),
    ("unit_wanted", "partly"),
    ("unit_wanted", "unknown"),
}


def test_every_state_of_every_criterion_has_its_sentence() -> None:
    states = set(product(get_args(CriterionName), get_args(CriterionState)))
    assert set(ENGLISH.sentences) == states - IMPOSSIBLE
    assert set(WEIGHTS) == set(get_args(CriterionName))


PLACES = re.compile(r"\{[^}]*\}")
PARTS = re.compile(r"\[[^\]]*\]")


@pytest.mark.parametrize("language", ["sv", "da"])
def test_every_language_tells_the_same(language: Language) -> None:
    other = WORDINGS[language]
    assert other.sentences.keys() == ENGLISH.sentences.keys()
    for key, cases in ENGLISH.sentences.items():
        assert other.sentences[key].keys() == cases.keys(), key
        for case, template in cases.items():
            told = other.sentences[key][case]
            assert sorted(PLACES.findall(told)) == sorted(PLACES.findall(template)), (key, case)
            optional = [sorted(PLACES.findall(part)) for part in PARTS.findall(template)]
            assert [sorted(PLACES.findall(part)) for part in PARTS.findall(told)] == optional, (key, case)
            assert told.endswith(".")
    for table in ("exclusions", "wanted", "offered", "counted", "phases"):
        assert getattr(other, table).keys() == getattr(ENGLISH, table).keys(), table
    codes: set[str] = {*STUDY_TYPES, *THERAPY_AREAS, *AGE_GROUPS, *CARE_SETTINGS, *CAPABILITIES, *RESOURCE_KINDS}
    codes |= {*DCT_ACTIVITIES, *ENGLISH.codes, *get_args(CapacityState), *get_args(Basis)}
    codes |= {*get_args(PrimaryCareRole), *IN_ENGLISH}
    assert codes - other.codes.keys() == set()


def test_a_candidate_is_told_in_swedish_and_danish() -> None:
    candidate = only(question(), capacity(participants_per_month=2.5))
    swedish, danish = (
        {one.name: one.sentence for one in candidate_detail(candidate, WORDINGS[language]).criteria}
        for language in ("sv", "da")
    )
    assert swedish["participants"].startswith("Kan rekrytera omkring 30 deltagare på 12 månader; ")
    assert danish["participants"].startswith("Kan rekruttere omkring 30 deltagere på 12 måneder; ")
    assert not any(re.search(r"_|\[|\{", one) for one in [*swedish.values(), *danish.values()])


def test_every_exclusion_has_its_sentence() -> None:
    assert all(exclusion_sentence(reason).endswith(".") for reason in get_args(ExclusionReason))


def test_a_part_without_its_value_is_left_out() -> None:
    told = {"name": "participants", "state": "met", "fit": 1.0, "weight": 14.0, "wanted": 1, "offered": 1}
    plain = Criterion(**told, facts={"months": 1})  # type: ignore[arg-type]
    assert sentence(plain) == "Can recruit about 1 participant in 1 month; 1 wanted."
    rivals = Criterion(**told, facts={"months": 1, "basis": "register", "competing": 2})  # type: ignore[arg-type]
    assert sentence(rivals).endswith("1 wanted (from a register); lowered for 2 competing trials.")


def test_long_lists_are_counted() -> None:
    words = tuple(f"J{number}" for number in range(40, 48))
    candidate = candidate_detail(only(question(), capacity(indications=words)))
    assert candidate.criteria[0].offered == "J40, J41, J42, J43, J44, J45 and 2 more"


def test_a_units_own_words_are_told_as_it_wrote_them() -> None:
    candidate = candidate_detail(only(question(), capacity(indications=("KOL, stadium_3", "non-CF bronchiectasis"))))
    assert candidate.criteria[0].offered == "KOL, stadium_3 and non-CF bronchiectasis"


def test_a_candidate_is_told_with_its_unit() -> None:
    detail = candidate_detail(only(question(), capacity()))
    assert (detail.unit.name, detail.unit.site, detail.unit.kind) == ("Unit 1", "Site", "hospital_department")
    assert [one.wanted for one in detail.criteria if one.name == "participants"] == ["24 participants"]
    assert [one.offered for one in detail.criteria if one.name == "participants"] == ["about 36 participants"]
    assert not any(re.search(r"_|\[|\{", one.sentence) for one in detail.criteria)


def test_an_exclusion_is_told_with_its_unit_and_reason() -> None:
    (left_out,) = ranked(question(), capacity(state="paused")).excluded
    detail = exclusion_detail(left_out)
    assert (detail.unit.name, detail.reason, detail.therapy_area) == ("Unit 1", "paused", "respiratory")
    assert detail.sentence == "The unit is paused for the whole recruitment period."
