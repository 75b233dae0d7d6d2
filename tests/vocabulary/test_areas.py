"""Which therapy area comes first, and which lower-case letters are abbreviations."""

import pytest

from trialport.core.language import Language
from trialport.vocabulary.areas import ranked_areas
from trialport.vocabulary.codes import TherapyArea
from trialport.vocabulary.reading import Reader


@pytest.mark.parametrize(
    ("text", "lang", "area"),
    [
        ("multiple myeloma", "en", "oncology"),
        ("multipelt myelom", "sv", "haematology"),
        ("A phase 2 study of a new tablet in older adults with relapsed multiple myeloma", "en", "haematology"),
        ("A study of tablets taken in the evening by young adults with asthma", "en", "respiratory"),
        ("A study of pollen allergens given by injection to young adults with asthma", "en", "immunology-allergy"),
        ("Better sleep by an app among adults with obstructive sleep apnoea at work", "en", "respiratory"),
        (
            "Surgery of the tongue in adults with obstructive sleep apnoea and failed masks over a year of follow-up",
            "en",
            "ear-nose-throat",
        ),
        ("total laryngectomy", "en", "ear-nose-throat"),
        ("A long-acting nerve block against tablets for pain after operations", "en", "anaesthesia-intensive-care"),
        ("emergence agitation", "en", "anaesthesia-intensive-care"),
        ("Less fluid for critically ill adults with sepsis, against usual care", "en", "anaesthesia-intensive-care"),
        ("Shorter courses of tablets at home for adults who have had sepsis", "en", "infectious-diseases"),
        ("A massage device for the skin of the face, tried in healthy people", "en", "dermatology"),
    ],
)
def test_a_text_decides_whose_business_a_condition_is(reader: Reader, text: str, lang: Language, area: str) -> None:
    assert reader.read_text(text, lang).therapy_areas[0].code == area


def test_an_area_that_is_named_by_the_way_leans_back() -> None:
    equal: dict[TherapyArea, float] = {"respiratory": 0.8, "ophthalmology": 0.8}
    leanings: dict[TherapyArea, float] = {"respiratory": -0.2, "dental-oral": 0.2}
    assert [area.score for area in ranked_areas(equal, {}, sure=True)] == [0.8, 0.8]
    shifted = ranked_areas(equal, {}, sure=True, leanings=leanings)
    assert [(area.code, area.score) for area in shifted] == [("ophthalmology", 0.8), ("respiratory", 0.6)]
    far: dict[TherapyArea, float] = {"respiratory": -2.0, "ophthalmology": 2.0}
    assert [area.score for area in ranked_areas(equal, {}, sure=True, leanings=far)] == [1.0, 0.01]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("uc moderate to severe", "K51"),
        ("sle nephritis", "M32"),
        ("hand hygiene in wards", None),
        ("the uc of our hospital asks whether other people want to take part in it", None),
    ],
)
def test_two_letters_are_an_abbreviation_in_a_short_text_only(reader: Reader, text: str, wanted: str | None) -> None:
    found = {match.code for match in reader.read_text(text, "en").concepts}
    assert wanted is None or wanted in found
    assert wanted is not None or not found & {"K51", "F02"}
