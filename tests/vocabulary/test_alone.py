"""A text of which nothing is wanted leads with nothing: what it sets aside does not become wanted by standing alone."""

import pytest

from trialport.core.language import Language
from trialport.vocabulary.reading import Reader

# What a text sets aside, by ICD-10 category, and it names nothing else.
ONLY: list[tuple[Language, str, str]] = [
    (
        "en",
        "Please note that people with psoriasis are excluded from this study, whatever their age.",
        "L40",
    ),
    ("en", "We regret that patients who have epilepsy cannot take part in this trial at our site.", "G40"),
    ("en", "Thank you for the offer, but we do not see any patients with gout at our clinic any more.", "M10"),
    ("en", "No one who has had a stroke in the last five years may be included in the trial.", "I64"),
    ("en", "A trial of a new tablet. Anybody who has glaucoma must stay out of it, mild or not.", "H40"),
    (
        "sv",
        "Observera att personer som har astma inte kan delta i studien, oavsett ålder och behandling.",
        "J45",
    ),
    ("sv", "Tack för frågan, men vi tar inte emot patienter med migrän på vår mottagning längre.", "G43"),
    ("sv", "Den som har hjärtsvikt utesluts ur studien, även om sjukdomen är lindrig och väl behandlad.", "I50"),
    ("sv", "Studien av den nya tabletten är öppen för alla vuxna. Epilepsi får de dock inte ha.", "G40"),
    ("da", "Bemærk at personer, der har psoriasis, ikke kan deltage i forsøget, uanset alder og behandling.", "L40"),
    ("da", "Tak for spørgsmålet, men vi modtager ikke patienter med podagra på vores klinik længere.", "M10"),
    ("da", "Den, der har epilepsi, udelukkes fra forsøget, også selv om sygdommen er mild og velbehandlet.", "G40"),
]


@pytest.mark.parametrize(("lang", "text", "code"), ONLY, ids=[f"{lang}-{n}" for n, (lang, _, _) in enumerate(ONLY)])
def test_what_is_set_aside_alone_does_not_lead(reader: Reader, lang: Language, text: str, code: str) -> None:
    reading = reader.read_text(text, lang)
    assert not reading.concepts
    assert code in {one.code for one in reading.set_aside}
    assert not reading.therapy_areas
