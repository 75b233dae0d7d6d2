"""What words around a condition say of it, whatever the rules of grammar say."""

from math import inf
from pathlib import Path

import numpy as np
import pytest

from trialport.core.language import Language
from trialport.vocabulary.aside_net import (
    KNOWN,
    NOTHING,
    OWN,
    UNKNOWN,
    VIEWED,
    AsideNet,
    Views,
    groups_of,
    load_net,
    odds_of,
    store_net,
    views_of,
)
from trialport.vocabulary.asides import (
    ALONE,
    FAR_BETTER,
    HEARD,
    LIKELY,
    OUT,
    OUTCOME,
    PLAINLY,
    RULED,
    UNLESS_WANTED,
    decided,
    heard,
)
from trialport.vocabulary.assertions import marks_by_rule
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.reading import Reader, read_text
from trialport.vocabulary.triggers import Told

MAIL = "We study asthma. COPD we gladly leave to others, or gout. Who knows?"
FAR_BELOW, FAR_ABOVE = -9.0, 9.0
# A little on either side of what decides.
STAYS, GOES = LIKELY - 0.1, LIKELY + 0.1


def told_of(reader: Reader, text: str) -> Told:
    return reader.hear(text, "en").told


def set_aside(reader: Reader, text: str, odds: list[float]) -> set[str]:
    told = told_of(reader, text)
    marks = decided(told, marks_by_rule(told), odds, [-inf] * len(odds))
    return {token.raw for number, token in enumerate(told.tokens) if number in told.busy and marks[number] in OUT}


def views(reader: Reader, text: str) -> tuple[Views, dict[int, str]]:
    """Give the views of a text with a place for each of its words, and the word of each place."""
    told = told_of(reader, text)
    words = ["@", "*", *"?,.", *{token.plain for token in told.tokens}]
    places = {word: place for place, word in enumerate(words, start=UNKNOWN + 1)}
    seen = views_of(told, marks_by_rule(told), told.mentions, places)
    return seen, {place: word for word, place in places.items()}


def test_each_condition_is_seen_among_its_words_and_marks(reader: Reader) -> None:
    seen, words = views(reader, MAIL)
    shown = [" ".join(words[place] for place in row if place != NOTHING) for row in seen.words.tolist()]
    assert shown == [
        "we study @ . * we gladly leave to others , or * . who knows ?",
        "we study * . @ we gladly leave to others , or * . who knows ?",
        "we study * . * we gladly leave to others , or @ . who knows ?",
    ]
    assert seen.known[..., OWN].sum(axis=1).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("lang", "text"),
    [("sv", "Vi studerar inte astma. Det gäller bara KOL."), ("da", "Vi studerer ikke astma. Det gælder kun KOL.")],
)
def test_everyday_words_of_the_nordic_languages_are_heard_as_english_ones(
    reader: Reader, lang: Language, text: str
) -> None:
    told = reader.hear(text, lang).told
    words = ["@", "*", ".", "we", "not", "only"]
    places = {word: place for place, word in enumerate(words, start=UNKNOWN + 1)}
    seen = views_of(told, marks_by_rule(told), told.mentions, places).words[0].tolist()
    shown = [words[place - UNKNOWN - 1] if place > UNKNOWN else "-" for place in seen]
    assert [word for word in shown if word != "-"] == ["we", "not", "@", ".", "only", "*", "."]


def test_a_view_knows_where_a_word_stands_and_what_a_rule_says_of_it(reader: Reader) -> None:
    seen, words = views(reader, "Asthma, never COPD. They treat gout.")
    known = dict(zip(KNOWN, seen.known[1].T.tolist(), strict=True))
    assert [words[place] for place in seen.words[1]] == ["*", ",", "never", "@", ".", "they", "treat", "*", "."]
    middle = KNOWN["place"] // 2
    assert [place - middle for place in known["place"]] == [-3, -2, -1, 0, 1, 2, 3, 4, 5]
    assert [sentence - KNOWN["sentence"] // 2 for sentence in known["sentence"]] == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert [bool(known["rule"][number]) for number in (0, 3, 7)] == [False, True, False]
    assert known["kind"] == [3, 0, 0, 3, 0, 0, 0, 3, 0]


def test_a_long_text_is_seen_around_each_condition(reader: Reader) -> None:
    seen, _ = views(reader, "word " * 100 + "asthma" + " word" * 100 + " gout")
    assert seen.words.shape == (2, VIEWED)
    assert seen.known[..., OWN].sum(axis=1).tolist() == [1, 1]


def test_inflections_and_sister_languages_share_letters() -> None:
    assert set(groups_of("utesluts")) & set(groups_of("utesluten")) & set(groups_of("uteslutas"))
    assert set(groups_of("udelukkes")) & set(groups_of("udelukket"))


def test_what_stands_beside_a_view_changes_no_odds(reader: Reader) -> None:
    net = load_net()
    told = told_of(reader, MAIL)
    seen = views_of(told, marks_by_rule(told), told.mentions, net.places)
    wider = Views(*(np.pad(table, [(0, 0), (0, 9), *[(0, 0)] * (table.ndim - 2)]) for table in seen))
    assert odds_of(net.each[0], wider) == pytest.approx(odds_of(net.each[0], seen), abs=1e-4)
    alone = Views(*(table[1:2] for table in seen))
    assert odds_of(net.each[0], alone) == pytest.approx(odds_of(net.each[0], seen)[1:2], abs=1e-4)


def test_a_network_is_stored_and_loaded(reader: Reader, tmp_path: Path) -> None:
    net = load_net()
    store_net(AsideNet(net.each, net.places), tmp_path)
    again = load_net(tmp_path)
    told = told_of(reader, MAIL)
    marks = marks_by_rule(told)
    assert again.odds(told, marks, told.mentions) == pytest.approx(net.odds(told, marks, told.mentions), abs=1e-6)
    assert again.odds(told, marks, []) == []


def test_what_is_likelier_than_not_to_be_meant_stays(reader: Reader) -> None:
    assert set_aside(reader, MAIL, [STAYS, GOES, STAYS]) == {"COPD"}
    assert set_aside(reader, MAIL, [STAYS, GOES, GOES]) == {"COPD", "gout"}
    assert set_aside(reader, MAIL, [STAYS, STAYS, STAYS]) == set()


def test_a_text_is_about_one_of_its_conditions_unless_the_words_speak_plainly_against_it(reader: Reader) -> None:
    assert set_aside(reader, MAIL, [ALONE, 5.0, 6.0]) == {"COPD", "gout"}
    assert set_aside(reader, MAIL, [ALONE + 0.1, 5.0, 6.0]) == {"asthma", "COPD", "gout"}
    only = "People whom our clinic has known for years may come along to this trial, those with asthma had better not."
    assert set_aside(reader, only, [ALONE]) == set()
    assert set_aside(reader, only, [ALONE + 0.1]) == {"asthma"}


def test_outcomes_go_like_what_is_set_aside_and_are_called_so(reader: Reader) -> None:
    told = told_of(reader, MAIL)
    ruled: list[Assertion] = ["present"] * len(told.tokens)

    def marks(odds: list[float], outcomes: list[float]) -> list[Assertion]:
        judged = decided(told, ruled, odds, outcomes)
        return [judged[first] for first, _ in told.mentions]

    below, above = OUTCOME - 0.1, OUTCOME + 0.1
    assert marks([STAYS, STAYS, GOES], [below, above, below]) == ["present", "outcome", "excluded"]
    # What is both is called an outcome; of three outcomes the least likely one stays.
    assert marks([STAYS, STAYS, GOES], [below, below, above]) == ["present", "present", "outcome"]
    assert marks([STAYS, STAYS, STAYS], [above, above + 1, above + 1]) == ["present", "outcome", "outcome"]


def test_what_is_plainly_set_aside_goes_wherever_it_is_told_of_unless_it_is_plainly_meant(reader: Reader) -> None:
    mail = "We study asthma. Gout we leave to others, and those of you who see gouty arthritis all day know why."
    plainly = PLAINLY + 0.1
    assert set_aside(reader, mail, [FAR_BELOW, plainly, UNLESS_WANTED + 0.1]) == {"Gout", "gouty", "arthritis"}
    assert set_aside(reader, mail, [FAR_BELOW, plainly, UNLESS_WANTED - 0.1]) == {"Gout"}
    assert set_aside(reader, mail, [FAR_BELOW, PLAINLY, UNLESS_WANTED + 0.1]) == {"Gout"}


def test_what_is_past_is_what_a_trial_is_about_where_the_words_say_so(reader: Reader) -> None:
    told = told_of(
        reader, "Adults with migraine and a history of stroke, whom your ward may still know from last year."
    )
    ruled = marks_by_rule(told)
    stroke = told.mentions[1][0]
    assert ruled[stroke] == "history"
    assert decided(told, ruled, [FAR_BELOW, STAYS], [-inf, -inf])[stroke] == "present"
    assert decided(told, ruled, [FAR_BELOW, GOES], [-inf, -inf])[stroke] == "history"


@pytest.mark.parametrize(
    ("text", "lang", "stated", "guessed"),
    [
        ("Operation för knölstruma. Graves-patienterna går i ett annat spår.", "sv", "E04", "E05"),
        (
            "How many babies with neonatal jaundice do you treat? Rhesus haemolytic disease is left out.",
            "en",
            "P59",
            "P55",
        ),
        ("Smerter efter helvedesild. Trigeminus? Tak, men nej tak.", "da", "B02", "G50"),
    ],
)
def test_what_is_only_guessed_is_heard_too(
    reader: Reader, text: str, lang: Language, stated: str, guessed: str
) -> None:
    codes = {one.code for one in reader.read_text(text, lang).concepts}
    assert stated in codes
    assert guessed not in codes


def test_a_symptom_that_is_surely_meant_needs_no_disease_beside_it(reader: Reader) -> None:
    text = "We ask for people with cough since last winter. Asthma has been sorted out by their doctors before."
    assert set_aside(reader, text, [FAR_BELOW, FAR_ABOVE]) == {"Asthma"}
    assert set_aside(reader, text, [STAYS - 4.0, STAYS - 4.0 + FAR_BETTER - 0.5]) == set()


def test_where_diseases_are_named_one_of_them_stays_rather_than_a_symptom(reader: Reader) -> None:
    assert set_aside(reader, "Cough. Asthma. COPD", [STAYS, STAYS + 2.0, STAYS + 3.0]) == {"COPD"}
    assert set_aside(reader, "Cough. Asthma is excluded", [STAYS, GOES]) == {"Asthma"}
    assert set_aside(reader, "Cough. Wheezing", [ALONE, ALONE - 1.0]) == {"Cough"}


def test_what_a_rule_has_set_aside_comes_back_where_the_words_speak_for_it(reader: Reader) -> None:
    text = "Asthma, COPD is excluded"
    assert set_aside(reader, text, [FAR_BELOW, 1.0]) == {"COPD"}
    assert set_aside(reader, text, [FAR_BELOW, FAR_BELOW]) == set()


def test_in_few_words_the_rules_count_for_more(reader: Reader) -> None:
    assert set_aside(reader, "Asthma. COPD is excluded", [FAR_BELOW, GOES - RULED]) == {"COPD"}
    assert set_aside(reader, "Asthma. COPD. Gout", [FAR_BELOW, STAYS + RULED, GOES + RULED]) == {"Gout"}
    assert set_aside(reader, MAIL, [FAR_BELOW, STAYS + RULED, GOES + RULED]) == {"COPD", "gout"}


def test_the_only_condition_of_a_long_text_comes_back_if_no_word_speaks_against_it(reader: Reader) -> None:
    refusing = "Untreated caries in people who do not accept drilling, and no anaesthetist needs to be at hand for us."
    assert set_aside(reader, refusing, [-2.0]) == set()
    assert "caries" not in {one.label for one in read_text(refusing, "en").set_aside}
    assert set_aside(reader, "Patients with COPD are excluded.", [FAR_BELOW]) == {"COPD"}


def test_a_text_of_very_many_conditions_is_heard_in_part(reader: Reader) -> None:
    told = told_of(reader, "We study asthma. " + "COPD is excluded. " * HEARD + "Gout is excluded. Migraine is meant.")
    marks = heard(told, marks_by_rule(told))
    *_, gout, migraine = (marks[first] for first, _ in told.mentions)
    assert (gout, migraine) == ("excluded", "present")


@pytest.mark.parametrize(
    ("text", "lang", "stated", "aside"),
    [
        (
            "We are looking for adults with asthma. COPD we will leave to our friends in the other team.",
            "en",
            "J45",
            "J44",
        ),
        ("Vi söker personer med migrän. De med epilepsi får vänta till en annan gång.", "sv", "G43", "G40"),
        ("Vi leder efter folk med psoriasis. Dem med atopisk eksem må andre tage sig af.", "da", "L40", "L20"),
    ],
)
def test_what_is_said_in_other_words_is_set_aside(text: str, lang: str, stated: str, aside: str) -> None:
    reading = read_text(text, next(code for code in ("en", "sv", "da") if code == lang))
    assert [one.code for one in reading.concepts] == [stated]
    assert [one.code for one in reading.set_aside] == [aside]


def test_a_prefix_negates_the_next_word_alone() -> None:
    for text, lang in (
        ("Non-metastatic breast cancer", "en"),
        ("non metastatic breast cancer", "en"),
        ("icke-metastaserad bröstcancer", "sv"),
        ("icke metastaserad bröstcancer", "sv"),
        ("ikke-metastatisk brystkræft", "da"),
    ):
        reading = read_text(text, next(code for code in ("en", "sv", "da") if code == lang))
        assert [one.concept for one in reading.concepts][:1] == ["C50"], text


def test_a_second_condition_that_is_wanted_too_stays() -> None:
    reading = read_text(
        "The trial is in heart failure. Depression is our second indication. No visits, no travel.", "en"
    )
    assert [one.code for one in reading.concepts[:2]] == ["I50", "F32"]


@pytest.mark.parametrize(
    ("title", "conditions", "stated"),
    [
        ("The effect of a breathing course on blood pressure, attention and sleep at work", "Arteriosclerosis", "I70"),
        ("Does the way a bypass is stitched to the bowel change how long the operation takes?", "Obesity", "E66"),
        ("A portal for quicker referral of children to ear clinics by way of telehealth", "Otitis media", "H66"),
        ("oral immunotherapy at low doses for preschool-aged children", "food allergy", "T78"),
    ],
)
def test_a_title_without_capitals_sets_nothing_aside(title: str, conditions: str, stated: str) -> None:
    for text in (f"{title}. {conditions}", f"{title}. {title}. {conditions}", f"{title}. {conditions}".lower()):
        reading = read_text(text, "en")
        assert stated in [one.code for one in reading.concepts]
        assert reading.set_aside == ()
