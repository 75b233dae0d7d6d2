"""The network that hears a whole text where the small one is in doubt."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from trialport.vocabulary import asides
from trialport.vocabulary.aside_net import RULES, load_net
from trialport.vocabulary.asides import LIKELY, SURE, WHOLE_COUNTS, heard
from trialport.vocabulary.assertions import marks_by_rule
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.pieces import BLANK, CUT, ENDS, SPECIAL, UNKNOWN
from trialport.vocabulary.reading import Reader
from trialport.vocabulary.triggers import Told
from trialport.vocabulary.whole_net import (
    TIMES,
    WIDTH,
    Odds,
    Sheet,
    framed,
    load_whole_net,
    odds_of,
    shares_of,
    sheet_of,
    states_of,
    store_whole_net,
)

MAIL = "We study asthma. COPD we gladly leave to others, or gout. Who knows?"
# Nothing that speaks for or against a condition.
LOGISTICS = (
    "Visits take about two hours each and are spread over a year and a half. Travel is paid, and so are the hours of "
    "the nurses. A monitor comes every sixth week and looks at the files. The tablets are kept in a locked cupboard at "
    "room temperature and counted at each visit. We need an answer within three weeks, since countries are chosen "
    "then. "
)
UNSURE = (
    "We study asthma and, more to the point, what comes of it in the winter months at the coast. COPD is somebody "
    "else's garden, as we see it, and that goes for heart failure too."
)


def told_of(reader: Reader, text: str) -> Told:
    return reader.hear(text, "en").told


def sheet(reader: Reader, text: str) -> Sheet:
    told = told_of(reader, text)
    return sheet_of(told, marks_by_rule(told), load_whole_net().pieces)


def heard_as(pieces: Iterable[int]) -> str:
    """Give pieces as they are heard, the end of a line as a bar."""
    names = load_whole_net().pieces.names
    return "".join("|" if place == ENDS else names[place] for place in pieces).replace(BLANK, " ").strip()


def test_a_text_is_heard_whole_and_knows_its_words(reader: Reader) -> None:
    text = "We study asthma -\n COPD (never) we leave to others!"
    seen = sheet(reader, text)
    assert heard_as(seen.pieces) == "we study asthma -| copd (never) we leave to others!"
    words = [heard_as(seen.pieces[first:end]) for first, end in seen.spans]
    assert words == [word.lower() for word in re.findall(r"\w+", text)]
    assert seen.spans[3][1] - seen.spans[3][0] == sum(seen.kinds[slice(*seen.spans[3])] == 3)
    assert set(seen.kinds[slice(*seen.spans[0])]) == {0}


def test_what_a_rule_says_is_heard_with_the_words(reader: Reader) -> None:
    seen = sheet(reader, "We study asthma. Patients with COPD are excluded.")
    ruled = {heard_as(seen.pieces[first:end]): set(seen.rules[first:end].tolist()) for first, end in seen.spans}
    assert (ruled["asthma"], ruled["copd"]) == ({RULES["present"]}, {RULES["excluded"]})


def test_a_long_text_is_heard_around_each_condition(reader: Reader) -> None:
    net = load_whole_net()
    told = told_of(reader, "We study asthma. " + LOGISTICS * 6 + "Patients with gout are excluded.")
    near, far = net.odds(told, marks_by_rule(told), told.mentions)
    assert near < 0 < far
    told = told_of(reader, ("They came by train. " * 30 + "COPD is welcome. ") * (3 * TIMES))
    assert TIMES <= len(net.odds(told, marks_by_rule(told), told.mentions)) < len(told.mentions)
    assert len(heard(told, marks_by_rule(told))) == len(told.tokens)
    assert net.odds(told, marks_by_rule(told), []) == []


def test_what_stands_beside_a_text_changes_no_odds(reader: Reader) -> None:
    net = load_whole_net()
    seen = sheet(reader, MAIL)
    pieces, rules, kinds = framed(*seen[:3])
    shares = shares_of([(first + 1, end + 1) for first, end in seen.spans[:3]], len(pieces))
    ruled = np.zeros((1, 3), np.int32)

    def odds(more: int) -> list[float]:
        wide = [np.pad(table, (0, more))[None] for table in (pieces, rules, kinds)]
        is_piece = np.arange(len(pieces) + more)[None] < len(pieces)
        states = states_of(net.weights, net.words.of(wide[0]), is_piece, (wide[1], wide[2]))
        found = odds_of(net.weights, states, np.pad(shares, ((0, 0), (0, more)))[None], ruled)
        return [float(one) for one in found[0].ravel()]

    assert odds(9) == pytest.approx(odds(0), abs=1e-3)


class Given:
    """A network that says what it was given to say."""

    def __init__(self, *odds: float) -> None:
        self.given = list(odds)

    def odds(self, *_of: object) -> list[float]:
        return list(self.given)

    def heard(self, _told: Told, _marks: object, mentions: Sequence[object]) -> list[Odds]:
        return [Odds(one, -one) for one in self.given[: len(mentions)]]


@pytest.fixture
def judged(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Given, Given], list[float]]:
    """Give the odds by which a text is judged of which the small and the large network say what they are given."""
    seen: list[list[float]] = []

    def decides(_told: Told, given: list[Assertion], odds: list[float], _outcomes: list[float]) -> list[Assertion]:
        seen.append(odds)
        return given

    def odds_of_text(text: str, small: Given, whole: Given) -> list[float]:
        told = told_of(reader, text)
        monkeypatch.setattr(asides, "load_net", lambda: small)
        monkeypatch.setattr(asides, "load_whole_net", lambda: whole)
        monkeypatch.setattr(asides, "decided", decides)
        heard(told, marks_by_rule(told))
        return seen[-1]

    return odds_of_text


def test_it_is_asked_where_the_small_one_is_in_doubt_and_counts_more(
    judged: Callable[[str, Given, Given], list[float]],
) -> None:
    sure = SURE + 1
    both = (1.0 + WHOLE_COUNTS * -3.0) / (1 + WHOLE_COUNTS)
    assert judged(MAIL, Given(-sure, sure, sure), Given(9.0, 9.0, 9.0)) == [-sure, sure, sure]
    assert judged(MAIL, Given(-sure, 1.0, sure), Given(-3.0)) == [-sure, both, sure]
    assert judged(MAIL, Given(-sure, 1.0, 2.0), Given(-3.0)) == [-sure, both, 2.0]


def test_of_few_words_it_is_asked_only_where_something_would_go(
    judged: Callable[[str, Given, Given], list[float]],
) -> None:
    stays, goes = LIKELY - 1, LIKELY + 1
    assert judged("asthma, gout", Given(stays, stays), Given(9.0, 9.0)) == [stays, stays]
    heard_too = [(odds + WHOLE_COUNTS * 9.0) / (1 + WHOLE_COUNTS) for odds in (stays, goes)]
    assert judged("asthma, gout", Given(stays, goes), Given(9.0, 9.0)) == heard_too
    # What a rule sets aside is heard as well.
    assert judged("asthma, not gout", Given(stays, stays), Given(9.0, 9.0)) == [heard_too[0]] * 2


def test_doubt_there_is(reader: Reader) -> None:
    told = told_of(reader, UNSURE)
    assert min(map(abs, load_net().odds(told, marks_by_rule(told), told.mentions))) < SURE


def test_a_network_is_stored_and_loaded(reader: Reader, tmp_path: Path) -> None:
    net = load_whole_net()
    store_whole_net(net, tmp_path)
    again = load_whole_net(tmp_path)
    told = told_of(reader, MAIL)
    marks = marks_by_rule(told)
    assert again.odds(told, marks, told.mentions) == pytest.approx(net.odds(told, marks, told.mentions), abs=1e-2)
    assert again.pieces.names == net.pieces.names


def test_any_word_is_cut_into_pieces() -> None:
    pieces = load_whole_net().pieces
    assert len({pieces.cut(word, spaced=True) for word in ("Utesluts", "UTESLUTS", "utesluts")}) == 1
    assert pieces.cut("asthma", spaced=True) != pieces.cut("asthma", spaced=False)
    assert UNKNOWN in pieces.cut("\U000132f9", spaced=False)
    assert len(pieces.cut("x" * 100_000, spaced=True)) <= CUT
    assert pieces.cut("", spaced=False) == ()


def test_it_knows_what_each_piece_means() -> None:
    net = load_whole_net()
    names = net.pieces.names
    assert names[: len(SPECIAL)] == SPECIAL
    assert len(set(names)) == len(names) == len(net.pieces.scores) == len(net.words.nibbles) == len(net.words.scales)
    assert net.words.of(np.arange(3, dtype=np.int32)).shape == (3, WIDTH)
    assert [name for name in names[len(SPECIAL) :] if name != name.lower()] == []
    assert all(np.isfinite(weight).all() for weight in net.weights.values())
