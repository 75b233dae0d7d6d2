"""What a form has ticked is what it is about, wherever the boxes stand and however they look."""

import pytest

from trialport.vocabulary.reading import Reader

# A form, what it ticks and what it leaves, by ICD-10 category.
FORMS = {
    "before": ("Diagnosis: [ ] type 1 diabetes [x] type 2 diabetes [ ] gestational diabetes", {"E11"}, {"E10", "O24"}),
    "behind": ("Vilken sjukdom? Lupus [ ], Sjögrens syndrom [X], gikt [ ].", {"M35"}, {"M32", "M10"}),
    "lines": ("Astma [x]\nKOL [ ]\nPsoriasis [x]\nGikt [ ]", {"J45", "L40"}, {"J44", "M10"}),
    "round": ("Sæt kryds: ( ) Crohns sygdom (x) colitis ulcerosa ( ) cøliaki. Start til efteråret.", {"K51"}, {"K50"}),
    "crossed": ("☐ Schizophrenia ☒ Bipolar disorder ☐ Major depression. Please tick one.", {"F31"}, {"F20", "F32"}),
    "ticked and crossed out": ("☑ gout ☒ psoriasis ☑ osteoporosis", {"M10", "M81"}, {"L40"}),
    "marks": ("✓ astma ✗ epilepsi", {"J45"}, {"G40"}),
    "an exclusion": ("Exclusion criteria:\n[x] asthma\n[ ] epilepsy", set(), {"J45", "G40"}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_read_by_its_boxes(reader: Reader, name: str) -> None:
    text, ticked, left = FORMS[name]
    reading = reader.read_text(text)
    assert {one.code for one in reading.concepts} == ticked
    assert left <= {one.code for one in reading.set_aside}


@pytest.mark.parametrize(
    "text",
    ["[ ] asthma [ ] epilepsy", "A trial in asthma and epilepsy.\nPhase: [ ] II [x] III"],
    ids=["empty", "other"],
)
def test_boxes_that_choose_no_condition_say_nothing(reader: Reader, text: str) -> None:
    reading = reader.read_text(text)
    assert {one.code for one in reading.concepts} == {"J45", "G40"}
    assert not reading.set_aside


def test_a_letter_in_a_box_is_no_condition(reader: Reader) -> None:
    assert {one.code for one in reader.read_text("Asthma [x]\nPsoriasis [x]").concepts} == {"J45", "L40"}
