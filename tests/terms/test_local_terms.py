"""Terms of one region: what they do to a reading, and which of them several regions share."""

import pytest

from trialport.core.language import Language
from trialport.terms.rules import shared_terms
from trialport.vocabulary.local import NO_LOCAL_TERMS, LocalTerm, LocalTerms, fault_of_words
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader, shared_reader

TERMS = (
    LocalTerm("Andningsspåret", "sv", "J44"),
    LocalTerm("COPD", "en", "J45"),
    LocalTerm("MS", "sv", "I34"),
    LocalTerm("type 2 diabetes", "en", "E10"),
    LocalTerm("lung cancer programme", "en", "J44"),
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return shared_reader()


@pytest.fixture(scope="module")
def local(reader: Reader) -> LocalTerms:
    return LocalTerms.of(TERMS, reader.vocabulary)


def codes(reading: Reading) -> list[str]:
    return [match.code for match in reading.concepts]


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("Patienter i andningsspårets mottagning", None, "J44"),
        ("COPD", None, "J45"),
        ("type 2 diabetes", None, "E10"),
        ("diabetes, type 2", "en", "E10"),
        ("Lung cancer programme of the region", None, "J44"),
        ("MS", "sv", "I34"),
    ],
)
def test_they_win_over_shipped_words(
    reader: Reader, local: LocalTerms, text: str, lang: Language | None, wanted: str
) -> None:
    reading = reader.read_text(text, lang, local)
    assert codes(reading) == [wanted]
    assert reading.concepts[0].method == "synonym"
    assert not reading.ambiguous
    assert codes(reader.read_text(text, lang)) != [wanted]


def test_a_longer_shipped_phrase_stays_whole(reader: Reader, local: LocalTerms) -> None:
    local = LocalTerms.of([LocalTerm("fibrosis", "en", "J45")], reader.vocabulary)
    assert codes(reader.read_text("cystic fibrosis", "en", local)) == codes(reader.read_text("cystic fibrosis", "en"))


def test_what_the_text_says_of_them_counts(reader: Reader, local: LocalTerms) -> None:
    reading = reader.read_text("Astma. Exklusion: andningsspåret.", "sv", local)
    assert codes(reading) == ["J45"]
    assert [(match.code, match.assertion) for match in reading.set_aside] == [("J44", "excluded")]


def test_a_short_word_counts_in_its_own_language_only(reader: Reader) -> None:
    local = LocalTerms.of([LocalTerm("kolx", "sv", "J44")], reader.vocabulary)
    assert codes(reader.read_text("kolx", "sv", local)) == ["J44"]
    assert "J44" not in codes(reader.read_text("kolx", "en", local))


def test_the_version_depends_on_the_terms_alone(reader: Reader, local: LocalTerms) -> None:
    again = LocalTerms.of(reversed(TERMS), reader.vocabulary)
    assert reader.version_with(local) == reader.version_with(again) != reader.vocabulary.version
    assert reader.version_with(NO_LOCAL_TERMS) == reader.vocabulary.version
    fewer = LocalTerms.of(TERMS[1:], reader.vocabulary)
    assert reader.version_with(fewer) != reader.version_with(local)


def test_a_concept_that_is_no_more_is_left_out(reader: Reader) -> None:
    assert not LocalTerms.of([LocalTerm("kolx", "sv", "J44/gone")], reader.vocabulary)


def test_several_regions_read_what_all_have() -> None:
    one, other = LocalTerm("lungspåret", "sv", "J44"), LocalTerm("Lungspåren", "sv", "J44")
    own, conflict = LocalTerm("hjärtspåret", "sv", "I50"), LocalTerm("lungspåret", "sv", "J45")
    assert shared_terms([one, own], 1) == [one, own]
    assert shared_terms([one, other, own], 2) == [min(one, other)]
    assert shared_terms([one, conflict], 2) == []


@pytest.mark.parametrize("words", ["!!", "and the", "12 3", "x", "patients", "COPD: severe", "one two three. four"])
def test_words_that_cannot_be_a_term(words: str) -> None:
    assert fault_of_words(words)


def test_words_that_can_be_a_term() -> None:
    assert fault_of_words("KOL-spåret i primärvården") is None
    assert fault_of_words(" ".join(f"word{number}" for number in range(9)))
