"""Spellings that must meet, and words that must stay apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialport.vocabulary.normalise import ENDED, LISTED, MAX_TOKENS, fold, stem, tokens_of


def stems(text: str) -> list[str]:
    return [token.stem for token in tokens_of(text)]


@pytest.mark.parametrize(
    "same",
    [
        "nephritis nefrit nefriten",
        "thrombosis trombos trombose tromboser",
        "tumour tumors tumörer tumörerna tumor",
        "infection infections infektion infektionen infektioner",
        "anaemia anemia anemi anæmi",
        "leukaemia leukemi leukæmi",
        "oesophagus esophagus",
        "ischaemic ischemic ischemisk iskæmisk",
        "sygdom sygdomme sygdommen",
        "hjärta hjärtat",
        "cancer cancern cancers",
        "metastasis metastases metastaser",
        "Crohn's Crohns Crohn",
        "sarcoma sarcomas sarkom sarkomer",
        "epilepsy epilepsi",
    ],
)
def test_spellings_of_one_word_meet(same: str) -> None:
    assert len(set(stems(same))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hypothyroidism", "hyperthyroidism"),
        ("nephritis", "nephrosis"),
        ("nephrosis", "nephrotic"),
        ("myopia", "myopathy"),
        ("sclera", "sclerosis"),
        ("hornhinnesår", "hornhinneärr"),
        ("lever", "lepra"),
        ("thrombus", "thrombosis"),
    ],
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert stem(fold(one)) != stem(fold(other))


def test_offsets_point_into_the_original() -> None:
    text = "  Type\u00a0II: ﬁbrosis, ÅDERBRÅCK e\u0301t (HER2+)"
    for token in tokens_of(text):
        assert text[token.start : token.end] == token.raw
    assert [token.plain for token in tokens_of(text)][:4] == ["type", "2", "fibrosis", "aderbrack"]
    assert tokens_of(text)[-1].plain == "positiv"


def test_minus_is_a_sign_after_a_receptor_and_a_hyphen_elsewhere() -> None:
    assert [token.plain for token in tokens_of("HER2- cancer")] == ["her2", "negativ", "cancer"]
    assert [token.plain for token in tokens_of("KOL- och astmavård")] == ["kol", "och", "astmavard"]


def test_letter_of_a_type_is_no_article() -> None:
    assert stems("hepatitis A") == stems("hepatitis a")
    assert stems("a hepatitis") != stems("hepatitis a")


def test_breaks_are_told_apart() -> None:
    gaps = [token.gap for token in tokens_of("asthma, severe. COPD\nor")]
    assert gaps == [ENDED, LISTED, ENDED, ENDED]


@given(st.text())
def test_any_text_gives_ordered_tokens_inside_it(text: str) -> None:
    end = 0
    for token in tokens_of(text):
        assert end <= token.start < token.end <= len(text)
        assert token.plain
        assert token.stem
        end = token.end


def test_a_long_text_is_cut() -> None:
    assert len(tokens_of("ab " * 400_000)) <= MAX_TOKENS


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more_than_once_for_ascii(text: str) -> None:
    plain = fold(text)
    assert plain == plain.casefold()
    assert all(c.isalnum() for c in plain)
