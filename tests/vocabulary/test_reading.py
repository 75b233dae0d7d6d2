"""What texts are read as: phrases, look-alikes, abbreviations, codes, exclusions, compounds, areas."""

import pytest

from trialport.core.language import Language
from trialport.vocabulary.models import ConceptMatch
from trialport.vocabulary.reading import Reader


def included(reader: Reader, text: str, lang: Language | None = None) -> list[ConceptMatch]:
    return list(reader.read_text(text, lang).concepts)


def excluded(reader: Reader, text: str, lang: Language | None = None) -> set[str]:
    return {match.code for match in reader.read_text(text, lang).set_aside}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Type 1 diabetes", "E10"),
        ("Type 2 diabetes", "E11"),
        ("diabetes mellitus type II", "E11"),
        ("typ 1-diabetes", "E10"),
        ("type 2-diabetes hos voksne", "E11"),
        ("hypothyroidism", "E03"),
        ("hyperthyroidism", "E05"),
        ("small cell lung cancer", "C34/sclc"),
        ("non-small cell lung cancer", "C34/nsclc"),
        ("non small-cell carcinoma of the lung", "C34/nsclc"),
        ("icke-småcellig lungcancer", "C34/nsclc"),
        ("småcellig lungcancer", "C34/sclc"),
        ("ikke-småcellet lungekræft", "C34/nsclc"),
        ("HER2-positive breast cancer", "C50/her2-positive"),
        ("HER2+ breast cancer", "C50/her2-positive"),
        ("HER2-negative breast cancer", "C50/her2-negative"),
        ("HER2- breast cancer", "C50/her2-negative"),
        ("COPD", "J44"),
        ("KOL", "J44"),
        ("kronisk obstruktiv lungsjukdom", "J44"),
        ("heart failure", "I50"),
        ("hjärtsvikt", "I50"),
        ("hjertesvigt", "I50"),
        ("Failure of the heart", "I50"),
        ("bröstcancer", "C50"),
        ("brystkræft", "C50"),
        ("carcinoma of the breast", "C50"),
        ("psoriasis", "L40"),
        ("hepatitis A", "B15"),
        ("osteoarthritis of the knee", "M17"),
    ],
)
def test_it_works(reader: Reader, text: str, concept: str) -> None:
    assert included(reader, text)[0].concept == concept


def test_look_alikes_do_not_come_along(reader: Reader) -> None:
    for text, other in [
        ("type 1 diabetes", "E11"),
        ("type 2 diabetes", "E10"),
        ("hypothyroidism", "E05"),
        ("hyperthyroidism", "E03"),
        ("non-small cell lung cancer", "C34/sclc"),
        ("small cell lung cancer", "C34/nsclc"),
        ("HER2-negative breast cancer", "C50/her2-positive"),
        ("myopia", "G72"),
    ]:
        assert other not in {match.concept for match in included(reader, text)}, text


def test_what_is_not_a_condition_is_not_read_as_its_opposite(reader: Reader) -> None:
    assert "J45" not in {match.code for match in included(reader, "non-asthmatic")}
    assert "E11" not in {match.code for match in included(reader, "diabetes type 1 in adults")}


@pytest.mark.parametrize(
    ("text", "category", "ambiguous"),
    [
        ("MS in cardiology", "I05", False),
        ("mitral valve surgery for severe MS", "I05", False),
        ("MS in neurology", "G35", False),
        ("MS and spasticity of the spinal cord", "G35", False),
        ("multiple sclerosis (MS)", "G35", False),
        ("MS", "G35", True),
    ],
)
def test_surroundings_decide_an_abbreviation(
    reader: Reader,
    text: str,
    category: str,
    ambiguous: bool,  # noqa: FBT001
) -> None:
    reading = reader.read_text(text)
    assert category in {match.code for match in reading.concepts}
    of_ms = [match.code for match in reading.concepts if match.code in {"G35", "I05"}]
    assert of_ms[0] == category
    assert reading.ambiguous is ambiguous


def test_abbreviations_are_read_by_case(reader: Reader) -> None:
    assert included(reader, "All patients are seen as usual") == []
    assert included(reader, "Relapsed ALL in children")[0].code == "C91"
    assert included(reader, "copd")[0].code == "J44"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("J44", ["J44"]),
        ("j44, E11.9", ["J44", "E11"]),
        ("ICD-10 code J45 in adults", ["J45"]),
        ("Adults with disease (K50)", ["K50"]),
        ("DC61", ["C61"]),
        ("vitamin B12 deficiency", []),
        ("H1N1 vaccine, room A10", []),
    ],
)
def test_written_codes(reader: Reader, text: str, codes: list[str]) -> None:
    assert [match.code for match in included(reader, text) if match.method == "code"] == codes


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("Adults with asthma. COPD is excluded.", {"J45"}, {"J44"}),
        ("Adults with asthma, COPD excluded", {"J45"}, {"J44"}),
        (
            "Heart failure trial. Patients with COPD, asthma or epilepsy are excluded.",
            {"I50"},
            {"J44", "J45", "G40"},
        ),
        ("heart failure without atrial fibrillation", {"I50"}, {"I48"}),
        ("patients with psoriasis and no history of heart failure", {"L40"}, {"I50"}),
        ("KOL utan epilepsi", {"J44"}, {"G40"}),
        ("KOL uden epilepsi", {"J44"}, {"G40"}),
        ("voksne med psoriasis, men ikke epilepsi", {"L40"}, {"G40"}),
        ("Personer med astma. Epilepsi exkluderas.", {"J45"}, {"G40"}),
        ("Astma. Epilepsi ekskluderes.", {"J45"}, {"G40"}),
        ("Inclusion criteria: asthma\nExclusion criteria:\n- COPD\n- epilepsy\n", {"J45"}, {"J44", "G40"}),
        ("Exclusion criteria: COPD, epilepsy\nInclusion criteria: asthma", {"J45"}, {"J44", "G40"}),
        ("migraine without aura", {"G43"}, set()),
        ("epilepsy with or without asthma", {"G40", "J45"}, set()),
        ("asthma not controlled by inhaled steroids", {"J45"}, set()),
        ("Patients with asthma are not excluded", {"J45"}, set()),
        ("no later than 3 months after heart failure", {"I50"}, set()),
    ],
)
def test_exclusions(reader: Reader, text: str, inside: set[str], outside: set[str]) -> None:
    assert {match.code for match in included(reader, text)} == inside
    assert excluded(reader, text) == outside


def test_excluded_concepts_never_lead_and_give_no_area(reader: Reader) -> None:
    reading = reader.read_text("Epilepsy is excluded. Adults with psoriasis.")
    assert [match.code for match in reading.concepts] == ["L40"]
    assert [(match.code, match.assertion) for match in reading.set_aside] == [("G40", "excluded")]
    assert {area.code for area in reading.therapy_areas} == {"dermatology", "immunology-allergy"}


def test_compounds_are_taken_apart(reader: Reader) -> None:
    assert included(reader, "astmapatienter", "sv")[0].code == "J45"
    assert included(reader, "psoriasisbehandling", "da")[0].code == "L40"


def test_a_near_spelling_is_found_and_called_fuzzy(reader: Reader) -> None:
    match = included(reader, "epilespy")[0]
    assert (match.code, match.method) == ("G40", "fuzzy")
    assert match.score < 0.9
    assert included(reader, "qwrtzp xxyyzz") == []


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("cardiology", "cardiovascular"),
        ("hudsjukdom", "dermatology"),
        ("øre-næse-hals", "ear-nose-throat"),
        ("oncology", "oncology"),
        ("friska frivilliga", "general-practice-prevention"),
    ],
)
def test_words_for_an_area_give_the_area(reader: Reader, text: str, area: str) -> None:
    assert reader.read_text(text).therapy_areas[0].code == area


def test_offsets_and_order(reader: Reader) -> None:
    text = "En studie av behandling vid svår ASTMA och kroniskt obstruktiv lungsjukdom (KOL)"
    matches = included(reader, text, "sv")
    assert {text[match.start : match.end].casefold() for match in matches} >= {"kroniskt obstruktiv lungsjukdom"}
    assert {match.code for match in matches} == {"J44", "J45"}
    assert matches[0].label == "kroniskt obstruktiv lungsjukdom"


def test_the_longer_phrase_wins_and_the_first_leads(reader: Reader) -> None:
    concepts = [match.concept for match in included(reader, "asthma and type 2 diabetes")]
    assert concepts == ["E11", "J45"]
    assert [m.concept for m in included(reader, "asthma and psoriasis")] == ["J45", "L40"]


def test_nothing_gives_an_empty_reading(reader: Reader) -> None:
    for text in ("", "   ", "???", "12345"):
        reading = reader.read_text(text)
        assert (reading.concepts, reading.therapy_areas, reading.ambiguous) == ((), (), False)


def test_a_weak_reading_of_what_the_text_sets_aside_elsewhere_is_none(reader: Reader) -> None:
    reading = reader.read_text("People with vitamin B12 deficiency; those with pernicious anaemia are excluded.", "en")
    assert [one.code for one in reading.concepts] == ["E53"]
    assert [one.label for one in reading.set_aside] == ["pernicious anaemia"]
    alone = reader.read_text("People with vitamin B12 deficiency.", "en")
    assert {one.code for one in alone.concepts} == {"E53", "D51"}


@pytest.mark.parametrize(
    ("lang", "text", "code"),
    [
        (
            "en",
            "You asked about another study. That one is over; ours is in asthma, at three hospitals of yours.",
            "J45",
        ),
        (
            "sv",
            "För vår studie av astma finns det minst två kliniker som behöver protokollet, och fler finns i norr.",
            "J45",
        ),
        ("da", "Protokollen er klar, og kolleger har heller ikke behov for mere end en klinik med astma i år.", "J45"),
        ("da", "Forældrene kombinerer begge dele i de første måneder, og barnets astma måles efter uge 12.", "J45"),
        ("sv", "Hur många har kronisk astma hos er, och kostar det kronor eller bara tid att fråga dem i år?", "J45"),
        ("sv", "Människor med astma rapporterar varje vecka vad som dominerar, och föräldrarna skriver med.", "J45"),
    ],
)
def test_no_condition_hides_in_everyday_words_of_running_text(
    reader: Reader, lang: Language, text: str, code: str
) -> None:
    assert [one.code for one in reader.read_text(text, lang).concepts] == [code]
