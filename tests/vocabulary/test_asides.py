"""What words around a condition say of it, where no rule of grammar does."""

import pytest

from trialport.vocabulary.asides import OUT, START, Sign, signs_of, weighed
from trialport.vocabulary.assertions import marks_by_rule
from trialport.vocabulary.reading import Reader, read_text

MAIL = "We study asthma. COPD we gladly leave to others, or gout. Who knows?"


def signs(reader: Reader, text: str) -> list[set[Sign]]:
    return list(signs_of(told := reader.hear(text, "en").told, marks_by_rule(told)))


def set_aside(reader: Reader, text: str, weights: dict[Sign, float]) -> set[str]:
    told = reader.hear(text, "en").told
    marks = weighed(told, marks_by_rule(told), weights)
    return {token.raw for number, token in enumerate(told.tokens) if number in told.busy and marks[number] in OUT}


def test_words_count_by_where_they_stand(reader: Reader) -> None:
    asthma, copd, gout = signs(reader, MAIL)
    assert {("text", "first"), ("text", "leads first"), ("before", "study"), ("left 1", "study")} <= asthma
    assert {("text", "last later"), ("text", "leads later"), ("after", "leave"), ("right 2", "gladly")} <= copd
    assert {("text", "follows later"), ("earlier", "leave"), ("earlier", "*"), ("reply", "who")} <= gout
    assert ("reply", "who") not in asthma
    assert all(START in each for each in (asthma, copd, gout))


def test_the_answer_to_a_question_counts(reader: Reader) -> None:
    asked, _ = signs(reader, "Do you see COPD? Wrong address, it is asthma.")
    assert {("text", "question"), ("answer", "wrong")} <= asked


def test_a_title_is_known_by_its_letters(reader: Reader) -> None:
    assert ("text", "titled") in signs(reader, "Effect of Walking in Asthma and Gout")[0]
    assert ("text", "titled") not in signs(reader, "Effect of walking in asthma and gout")[0]


def test_what_is_likelier_than_not_to_be_meant_stays(reader: Reader) -> None:
    assert set_aside(reader, MAIL, {("after", "leave"): 2.0}) == {"COPD"}
    assert set_aside(reader, MAIL, {("after", "leave"): 2.0, ("earlier", "leave"): 2.0}) == {"COPD", "gout"}
    assert set_aside(reader, MAIL, {("after", "leave"): 2.0, ("text", "leads later"): -2.0}) == set()


def test_a_text_is_about_one_of_its_conditions_at_least(reader: Reader) -> None:
    assert set_aside(reader, MAIL, {START: 5.0, ("before", "study"): -1.0}) == {"COPD", "gout"}
    assert set_aside(reader, "Asthma", {START: 5.0}) == set()


def test_what_a_rule_has_set_aside_is_not_judged_again(reader: Reader) -> None:
    assert set_aside(reader, "Asthma, COPD is excluded", {START: -5.0}) == {"COPD"}


def test_the_only_condition_of_a_long_text_comes_back_if_no_word_speaks_against_it(reader: Reader) -> None:
    refusing = "Untreated caries in people who do not accept drilling, and no anaesthetist needs to be at hand for us."
    assert "caries" not in set_aside(reader, refusing, {("before", "untreated"): -2.0})
    assert "caries" in set_aside(reader, refusing, {("before", "untreated"): 2.0})
    assert set_aside(reader, "Patients with COPD are excluded.", {START: -5.0}) == {"COPD"}


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
