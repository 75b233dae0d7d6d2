"""What is read besides conditions: phase, study type, ages, participants, line, setting, decentralised activities."""

from typing import get_args

import pytest

from trialport.vocabulary.codes import AGE_GROUPS, CARE_SETTINGS, DCT_ACTIVITIES, PHASES, STUDY_TYPES
from trialport.vocabulary.models import StatedKind
from trialport.vocabulary.reading import Reader
from trialport.vocabulary.sources import read_particulars

LINES = {"first", "second", "third_or_later", "maintenance", "adjuvant", "neoadjuvant"}
VALUES: dict[str, set[str]] = {
    "phase": set(PHASES),
    "study_type": set(STUDY_TYPES),
    "age_group": set(AGE_GROUPS),
    "care_setting": set(CARE_SETTINGS),
    "dct_activity": set(DCT_ACTIVITIES),
    "line_of_therapy": LINES,
}


def stated(reader: Reader, text: str) -> list[tuple[str, str | int, str]]:
    return [(one.kind, one.value, text[one.start : one.end]) for one in reader.read_text(text).stated]


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("A Phase II/III trial", "phase", ["2_3"]),
        ("fas 2b-studie", "phase", ["2"]),
        ("et fase 1/2a-fors\u00f8g", "phase", ["1_2"]),
        ("first-in-human study", "phase", ["1"]),
        ("children 6 to <12 years", "age_from", [6]),
        ("children 6 to <12 years", "age_to", [11]),
        ("patienter \u226565 \u00e5r", "age_group", ["older_adult"]),
        ("18 \u00e5r och \u00e4ldre", "age_from", [18]),
        ("b\u00f8rn under 12 \u00e5r", "age_to", [11]),
        ("aged 18-75", "age_group", ["adult", "older_adult"]),
        ("voksne p\u00e5 18-65 \u00e5r", "age_group", ["adult"]),
        ("1,200 subjects", "participants", [1200]),
        ("vi s\u00f6ker 40 patienter", "participants", [40]),
        ("ca. 1.200 deltagere", "participants", [1200]),
        ("N = 120", "participants", [120]),
        ("10 mg for 12 weeks at 20 sites in 2027", "participants", []),
        ("70 percent of patients", "participants", []),
        ("type 2 diabetes patients", "participants", []),
        ("2L NSCLC", "line_of_therapy", ["second"]),
        ("efter mindst to tidligere behandlinger", "line_of_therapy", ["third_or_later"]),
        ("previously untreated CLL", "line_of_therapy", ["first"]),
        ("vid v\u00e5rdcentraler i regionen", "care_setting", ["primary_care"]),
        ("home nursing visits, eConsent", "dct_activity", ["home_nurse_visit", "national_eid_signature"]),
        ("no home visits", "dct_activity", []),
        ("registerstudie av hj\u00e4rtsvikt", "study_type", ["non_interventional"]),
    ],
)
def test_it_is_read(reader: Reader, text: str, kind: str, values: list[str | int]) -> None:
    assert [value for found, value, _ in stated(reader, text) if found == kind] == values


def test_the_place_is_told(reader: Reader) -> None:
    assert stated(reader, "COPD, Phase 3, N=80") == [("phase", "3", "Phase 3"), ("participants", 80, "N=80")]


def test_every_wording_gives_a_known_value_and_every_activity_has_one_in_each_language() -> None:
    rows = read_particulars()
    assert {row.kind for row in rows} <= set(get_args(StatedKind))
    assert [row.place for row in rows if row.value not in VALUES[row.kind]] == []
    activities = [row.value for row in rows if row.kind == "dct_activity"]
    assert {value: activities.count(value) for value in DCT_ACTIVITIES} == dict.fromkeys(DCT_ACTIVITIES, 3)
