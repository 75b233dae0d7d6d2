"""Words by their meanings: lexemes, compounds, spelling, shared heads, and what a text says of a condition."""

from collections import defaultdict

import pytest

from trialport.core.language import Language
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import fold, tokens_of
from trialport.vocabulary.ordinary import is_form_of
from trialport.vocabulary.reading import Reader
from trialport.vocabulary.sources import LANGUAGES, read_lexemes
from trialport.vocabulary.spelling import Spelling


def codes(reader: Reader, text: str, lang: Language | None = None) -> list[str]:
    return [match.code for match in reader.read_text(text, lang).concepts]


def aside(reader: Reader, text: str) -> set[tuple[str, str]]:
    return {(match.code, match.assertion) for match in reader.read_text(text).set_aside}


def test_every_composition_is_made_of_lexemes_that_have_rows() -> None:
    rows = read_lexemes()
    known = {row.lexeme for row in rows}
    assert len(rows) > 3000
    assert [row.place for row in rows if "+" in row.lexeme and not set(row.lexeme.split("+")) <= known] == []


def test_a_form_means_one_lexeme_in_a_language() -> None:
    claims: dict[tuple[str, str, bool, bool], set[str]] = defaultdict(set)
    for row in read_lexemes():
        for language in LANGUAGES:
            for form in row.forms[language]:
                stems = " ".join(token.stem for token in tokens_of(form))
                claims[language, stems, form.startswith("-"), form.endswith("-")].add(row.lexeme)
    assert {key: rows for key, rows in claims.items() if len(rows) > 1 and not (key[2] or key[3])} == {}


@pytest.mark.parametrize(
    ("word", "lang", "atoms"),
    [
        ("njurinflammation", "sv", {"kidney", "inflammation"}),
        ("nyrebet\u00e6ndelse", "da", {"kidney", "inflammation"}),
        ("nephritis", "en", {"kidney", "inflammation"}),
        ("qwertzuiop", "en", {"=qwertzuiop"}),
    ],
)
def test_words_of_three_languages_become_the_same_atoms(
    vocabulary: Vocabulary, word: str, lang: Language, atoms: set[str]
) -> None:
    assert set(vocabulary.lexicon.atoms_of(fold(word), lang)) == atoms


def test_a_misspelt_word_is_near_its_own_and_not_to_its_opposite(vocabulary: Vocabulary, reader: Reader) -> None:
    assert codes(reader, "astam")[0] == "J45"
    assert codes(reader, "diabtes")[0] == "E14"
    spelling = Spelling(vocabulary.spelling, [("hypo", "hyper")])
    assert all(not word.startswith("hyper") for word, _ in spelling.nearest("hypotensoin"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("breast and lung cancer", ["C50", "C34"]),
        ("cancer of the breast, lung and prostate", ["C50", "C34", "C61"]),
        ("type 1 and 2 diabetes", ["E11", "E10"]),
        ("br\u00f6st- och lungcancer", ["C50", "C34"]),
        ("hepatitis A and E", ["B15", "B17"]),
        ("asthma and heart failure", ["I50", "J45"]),
    ],
)
def test_words_that_share_a_head_are_read_each(reader: Reader, text: str, wanted: list[str]) -> None:
    found = codes(reader, text)
    assert [code for code in dict.fromkeys(found) if code in wanted] == found[: len(found)]
    assert set(wanted) == set(found)


@pytest.mark.parametrize(
    ("text", "first", "out"),
    [
        ("Adults with psoriasis; history of melanoma", "L40", ("C43", "history")),
        ("No history of bipolar disorder in adults with epilepsy", "G40", ("F31", "denied")),
        ("Vuxna med psoriasis. KOL ing\u00e5r inte.", "L40", ("J44", "excluded")),
        ("Psoriasis hos voksne. Astma, KOL og epilepsi er eksklusionskriterier.", "L40", ("J45", "excluded")),
        ("Asthma is no exclusion, but epilepsy is. Adults with psoriasis.", "L40", ("G40", "excluded")),
        ("Psoriasis in adults. Patients with COPD cannot take part.", "L40", ("J44", "excluded")),
    ],
)
def test_what_a_text_says_of_a_condition(reader: Reader, text: str, first: str, out: tuple[str, str]) -> None:
    assert first in codes(reader, text)
    assert out in aside(reader, text)
    assert out[0] not in codes(reader, text)


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("Adults with locally advanced cancer of the larynx or hypopharynx", "C32"),
        ("Newly diagnosed cancer of the lung in smokers", "C34"),
        ("Incurable cancer of the oesophagus", "C15"),
    ],
)
def test_a_cancer_is_read_with_its_site(reader: Reader, text: str, site: str) -> None:
    assert codes(reader, text)[0] == site


def test_a_cancer_of_no_site_stays_one(reader: Reader) -> None:
    assert {"C80", "J98"} <= set(codes(reader, "Adults with advanced cancer and lung disease"))


def test_a_condition_that_is_only_history_leads_where_nothing_else_is_named(reader: Reader) -> None:
    reading = reader.read_text("Patients with a history of stroke")
    assert [(match.code, match.assertion) for match in reading.concepts] == [("I64", "history")]


def test_two_near_readings_are_both_given(reader: Reader) -> None:
    reading = reader.read_text("MS")
    assert {"G35", "I05"} <= {match.code for match in reading.concepts}
    assert reading.ambiguous


def test_a_factor_beside_a_condition_asks_no_question(reader: Reader) -> None:
    assert reader.read_text("An anticoagulant").ambiguous
    reading = reader.read_text("Adults with atrial fibrillation who take an anticoagulant", "en")
    assert reading.concepts[0].code == "I48"
    assert not reading.ambiguous


@pytest.mark.parametrize(
    ("text", "lang", "wrong"),
    [
        ("Compression stockings and hand disinfection in nurses with psoriasis", "en", {"F17", "M46"}),
        (
            "A receptor agonist for women across Europe with psoriasis and salivary gland pain",
            "en",
            {"A24", "F64", "Z76"},
        ),
        (
            "V\u00e5rt l\u00e4kemedel mot psoriasis: kolla med m\u00e4nniskor i partierna, trots allt",
            "sv",
            {"B07", "J44", "F30", "R53"},
        ),
        ("M\u00e5let \u00e4r att kvinnorna i sektorn har psoriasis", "sv", {"J36", "O82"}),
        ("Barnen f\u00e5r inte ha haft svamp. De har psoriasis sedan minst ett \u00e5r.", "sv", {"O21"}),
        ("Adults with psoriasis for over a year", "en", {"O48"}),
        (
            "Der er en god chance ved psoriasis, og blodet flytter sig",
            "da",
            {"C80", "C95", "R58"},
        ),
    ],
)
def test_an_ordinary_word_is_no_condition_that_looks_like_it(
    reader: Reader, text: str, lang: Language, wrong: set[str]
) -> None:
    found = {match.code for match in reader.read_text(text, lang).concepts}
    assert "L40" in found
    assert not found & wrong


@pytest.mark.parametrize(
    ("word", "other", "lang", "same"),
    [
        ("injuries", "injury", "en", True),
        ("osteoporosis", "osteoporose", "en", True),
        ("coronary", "corona", "en", False),
        ("rummet", "rum", "sv", True),
        ("kolla", "kol", "sv", False),
        ("hullet", "hul", "da", True),
    ],
)
def test_forms_of_a_word_differ_by_endings_only(word: str, other: str, lang: Language, same: bool) -> None:  # noqa: FBT001
    assert is_form_of(word, other, lang) is same


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "People with emphysema due to alpha-1 antitrypsin deficiency", ["J43", "E88"]),
        ("en", "Raynaud's phenomenon secondary to scleroderma", ["I73", "M34"]),
        # "After" at the end of a phrase belongs to what follows.
        ("da", "Subaraknoidalblødning efter fald hjemme", ["I60"]),
        # Words that are written on purpose have no condition in their first half.
        ("sv", "Trombocyter hämtas ej om helgen", []),
        ("sv", "Studien startar i höst, och vi söker två kliniker till", []),
        ("sv", "Där träffas par i två veckovis grupper", []),
        ("sv", "Vi söker barn med krupp på akuten", ["J05"]),
        ("sv", "Tillägg vid fokal epilepsi som inte är anfallsfri", ["G40"]),
        ("sv", "Missbruk av ej beroendeframkallande substanser", ["F55"]),
    ],
)
def test_what_joined_and_parted_words_mean(reader: Reader, lang: Language, text: str, found: list[str]) -> None:
    assert codes(reader, text, lang)[: len(found) or None] == found
