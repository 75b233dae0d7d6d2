"""What a sponsor rules out is not what the sponsor looks for, however it is said."""

from pathlib import Path

import pytest

from trialport.core.language import Language
from trialport.vocabulary.reading import read_text

TABLE = Path(__file__).with_name("exclusions.tsv")
ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.mark.parametrize(("text", "stated", "excluded"), ROWS)
def test_what_is_ruled_out_does_not_lead(text: str, stated: str, excluded: str) -> None:
    reading = read_text(text)
    found = [concept.code for concept in reading.concepts]
    assert set(stated.split()) & set(found[:5]), [one.concept for one in reading.set_aside]
    assert not set(excluded.split()) & set(found[:3])


def test_letters_that_the_text_explains_are_no_condition() -> None:
    assert not read_text("Individual Early Warning Score (I-EWS) on wards").concepts
    assert read_text("Ewing sarcoma (EWS)").concepts[0].code == "C41"


def test_two_conditions_in_a_list_stay_two() -> None:
    assert {one.code for one in read_text("rheumatoid arthritis, psoriasis").concepts} >= {"M06", "L40"}


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("sv", "Gikt, inte patienter med artros"),
        ("da", "Urinsyregigt, ikke personer med slidgigt"),
        ("en", "Gout, not people with osteoarthritis"),
    ],
)
def test_people_with_something_are_not_taken_along(lang: Language, text: str) -> None:
    """Swedish and Danish "med" is "with" here, not the one of "is not taken along"."""
    reading = read_text(text, lang)
    assert [one.code for one in reading.concepts] == ["M10"]
    assert {one.assertion for one in reading.set_aside} <= {"excluded", "denied"}
    assert reading.set_aside
