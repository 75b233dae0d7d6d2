"""Any text can be read, and the answer stays inside the text and the ranges promised."""

import sys
from types import FrameType

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialport.vocabulary.codes import THERAPY_AREAS
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader

PIECES = """asthma COPD KOL without utan uden no excluded exclusion criteria : ; . , ( ) HER2+ HER2- type 1 2
II MS småcellig lungcancer ikke diabetes J44 E11.9 B12 non - hjärtsvikt are with men but å ß ﬁ
hjärtmuskelinflammation"""
WORDS = st.sampled_from([*PIECES.split(), "\n", "e\u0301", "\u0130"])
TEXTS = st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=40).map(" ".join))


def check(text: str, reading: Reading) -> None:
    for match in reading.concepts + reading.set_aside:
        assert 0 <= match.start < match.end <= len(text)
        assert 0 <= match.score <= 1
        assert match.concept.partition("/")[0] == match.code
    assert all(match.assertion in {"present", "history"} for match in reading.concepts)
    assert all(match.assertion != "present" for match in reading.set_aside)
    given_once = [match.concept for match in reading.concepts + reading.set_aside]
    assert len(set(given_once)) == len(given_once)
    assert all(area.code in THERAPY_AREAS and 0 <= area.score <= 1 for area in reading.therapy_areas)
    scores = [area.score for area in reading.therapy_areas]
    assert scores == sorted(scores, reverse=True)
    assert msgspec.json.decode(msgspec.json.encode(reading), type=Reading) == reading


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=TEXTS, lang=st.sampled_from([None, "en", "sv", "da"]))
def test_any_text_is_read(reader: Reader, text: str, lang: None) -> None:
    reading = reader.read_text(text, lang)
    check(text, reading)
    assert reader.read_text(text, lang) == reading


def test_a_megabyte_is_read(reader: Reader) -> None:
    for text in (
        "asthma without COPD, " * 50_000,
        "a" * 1_000_000,
        "hjärtmuskel" * 90_000,
        "x-" * 500_000,
        "(" * 1_000_000,
        "J44," * 250_000,
        "\U0001f600e\u0301" * 300_000,
        "qwert zuiop " * 80_000,
    ):
        check(text, reader.read_text(text))


def work_of(reader: Reader, text: str) -> int:
    """How many functions a reading calls: its work, the same on every machine."""
    calls = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        reader.read_text(text)
    finally:
        sys.setprofile(before)
    return calls


def assert_grows_evenly(reader: Reader, unit: str, size: int) -> None:
    """Read what is said again and again, `size` characters of it and four times as many."""
    short, long = ((unit * length)[:length] for length in (size, 4 * size))
    # What is remembered of words is looked up once.
    reader.read_text(short)
    assert work_of(reader, long) < 6 * work_of(reader, short)


@pytest.mark.parametrize(
    "unit",
    [
        "asthma, COPD is excluded, as ",
        "is excluded as COPD ",
        "seek asthma, and people with COPD are excluded ",
        "no people with asthma, ",
        "excluded ",
        "COPD? no. ",
        "(COPD ",
        "asthma/COPD/",
        "COPD is permitted, ",
        "likewise COPD, ",
        "excl. COPD: asthma; ",
        "inte astma men KOL ",
        "KOL, där astma inte ",
        "HIV-negative ",
        "exclusion: asthma ",
        "[x] asthma [ ] COPD ",
    ],
)
def test_the_work_grows_with_the_text_and_not_faster(reader: Reader, unit: str) -> None:
    assert_grows_evenly(reader, unit, 3_000)


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, min_size=1, max_size=6))
def test_any_words_said_again_and_again_are_read_in_time_with_their_length(reader: Reader, words: list[str]) -> None:
    assert_grows_evenly(reader, " ".join(words) + " ", 2_000)


def test_lone_surrogates_are_read(reader: Reader) -> None:
    assert reader.read_text("asthma \ud800 \udfff").concepts[0].code == "J45"
