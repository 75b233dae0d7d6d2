"""Conditions that a trial only measures, watches for or tells of are told apart from those participants have."""

import pytest

from trialport.vocabulary.reading import Reader

# A text, its conditions, and its outcomes, risks and background, by ICD-10 category.
SYNOPSES = {
    "stroke": (
        """A randomised, double-blind phase 3 trial of a new anticoagulant in adults with atrial fibrillation. The
        primary endpoint is time to first stroke or systemic embolism; major bleeding and pneumonia are recorded
        as safety events.""",
        ["I48"],
        ["I64", "J18"],
    ),
    "psoriasis": (
        """We look for people with severe psoriasis who have not been helped by ultraviolet light. They receive
        injections every fourth week for a year. Known side effects such as headache, depression and urinary
        tract infection are monitored at every visit.""",
        ["L40"],
        ["F32", "N39"],
    ),
    "artrit": (
        """Vuxna med reumatoid artrit som inte svarat på metotrexat lottas till ett nytt läkemedel eller placebo i
        ett halvår. Primär endpoint är ACR50 vid vecka 24. Lunginflammation, bältros och hjärtinfarkt följs som
        säkerhetshändelser.""",
        ["M06"],
        ["J18", "B02", "I21"],
    ),
    "diabetes": (
        """Forsøget undersøger en ny tablet til voksne med type 2-diabetes og nyresygdom gennem to år. Det primære
        endepunkt er fald i nyrefunktionen. Bivirkninger som urinvejsinfektion, svimmelhed og knoglebrud
        registreres ved hvert besøg.""",
        ["E11"],
        ["N39", "R42"],
    ),
}


@pytest.mark.parametrize("name", SYNOPSES)
def test_outcomes_do_not_lead(reader: Reader, name: str) -> None:
    text, stated, outcomes = SYNOPSES[name]
    reading = reader.read_text(" ".join(text.split()))
    assert set(stated) <= {one.code for one in reading.concepts}
    assert not set(outcomes) & {one.code for one in reading.concepts}
    assert set(outcomes) <= {one.code for one in reading.set_aside if one.assertion == "outcome"}


def test_what_is_excluded_and_an_outcome_is_excluded(reader: Reader) -> None:
    text = (
        "Adults with type 2 diabetes and chronic kidney disease take one tablet a day for three years or placebo. "
        "People who already have heart failure are excluded. "
        "Secondary endpoints are hospitalisation for heart failure and cardiovascular death."
    )
    reading = reader.read_text(text)
    assert [one.assertion for one in reading.set_aside if one.code == "I50"] == ["excluded"]
    assert reading.concepts[0].code in {"E11", "N18"}


def test_a_condition_that_participants_have_stays_whatever_is_measured_of_it(reader: Reader) -> None:
    text = (
        "Patients with asthma inhale the new steroid twice a day for half a year. The primary endpoint is the number "
        "of severe asthma attacks, and the secondary endpoint is how well asthma is controlled."
    )
    assert reader.read_text(text).concepts[0].code == "J45"
