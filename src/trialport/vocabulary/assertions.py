"""What a text says of a condition besides naming it: excluded, denied, or only history.

The triggers are data (`words.tsv`): `excluded_before`, `denied_before` and `history_before` reach forward to the
end of the clause (history and `family_before` less far), `..._after` back to its beginning or over the list before
it, `denied_next` over the next word, and a heading over its line or list. `cancel` undoes a trigger inside it ("not
excluded", "with or without"). A refusal near a word of participation ("får inte delta", "cannot take part") excludes
too, and so does what is set against something harmless ("COPD is no exclusion, but asthma is"). The idea is that of
NegEx (Chapman et al. 2001, J Biomed Inform 34:301) and ConText, with our own words. The last word has who hears all
words around a condition (`asides`).
"""

from collections.abc import Iterator
from itertools import pairwise

from trialport.vocabulary.asides import heard, is_told, spoken_against
from trialport.vocabulary.hits import Hit
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import ENDED, HYPHENED, LISTED, Token
from trialport.vocabulary.scopes import LONGEST_COPULA, is_copula, scope_of, sections_of
from trialport.vocabulary.ticks import ticks_of
from trialport.vocabulary.triggers import REACH, Told, find_triggers
from trialport.vocabulary.words import Steering


def assertions(told: Told) -> list[Assertion]:
    """For each token of a text what is said of it. What a form has ticked is not doubted."""
    marks = marks_by_rule(told)
    judged = heard(told, marks)
    for number, is_ticked in ticks_of(told).items():
        judged[number] = marks[number] if is_ticked else "excluded"
    return judged


def without_opposed(hits: list[Hit], told: Told) -> list[Hit]:
    """Leave out of readings that are only guessed those in words that the text sets aside; a mere term sets none."""
    if not hits or not told.mentions or not is_told(told):
        return hits
    opposed = spoken_against(told, marks_by_rule(told), [(hit.first, hit.last) for hit in hits])
    return [hit for hit, is_opposed in zip(hits, opposed, strict=True) if not is_opposed]


def marks_by_rule(told: Told) -> list[Assertion]:
    """For each token of a text what the rules of grammar say of it."""
    marks: list[Assertion] = ["present"] * len(told.tokens)
    triggers = find_triggers(told)
    for section in sections_of(told, triggers):
        marks[section.start : section.stop] = ["excluded"] * len(section)
    for trigger in triggers:
        said = _said(trigger.kind)
        for number in scope_of(trigger, told):
            # What is excluded as history ("no history of stroke") is excluded.
            if marks[number] == "present" or said != "history":
                marks[number] = said
    for number in _contrasted(told.tokens, told.steering):
        marks[number] = "excluded"
    for number in _negative(told):
        marks[number] = "denied"
    for number in _answered_no(told):
        marks[number] = "excluded"
    for number, is_ticked in ticks_of(told).items():
        if not is_ticked:
            marks[number] = "excluded"
    return marks


def _said(kind: str) -> Assertion:
    if kind.startswith(("history", "family")):
        return "history"
    return "denied" if kind.startswith("denied") else "excluded"


def _contrasted(tokens: list[Token], steering: Steering) -> Iterator[int]:
    """Places of what is set against something harmless: "X is no exclusion, but Y is", "X is allowed, Y is not"."""
    longest = max((len(phrase) for phrase in steering.harmless), default=0)
    for number in range(len(tokens)):
        words = [token.plain for token in tokens[number : number + longest]]
        size = next((n for n in range(len(words), 0, -1) if tuple(words[:n]) in steering.harmless), 0)
        if not size:
            continue
        last = min(number + size + REACH, len(tokens))
        end = next((n for n in range(number + size, last) if tokens[n].gap >= ENDED), last)
        turn = _turn(range(number + size, end), tokens, steering)
        if turn is None:
            continue
        last = end
        while last > turn + 1 and end - last < LONGEST_COPULA and _ends_contrast(tokens[last - 1], steering):
            last -= 1
        if last < end:
            yield from range(turn + 1, last)


def _turn(rest: range, tokens: list[Token], steering: Steering) -> int | None:
    """Where the rest of a sentence turns to the contrary: at "but", or at a comma."""
    commas = [number - 1 for number in rest if tokens[number].gap == LISTED]
    turn = next((number for number in rest if tokens[number].plain in steering.contrast), None)
    if turn is None:
        return commas[0] if commas else None
    if all(is_copula(token, steering) for token in tokens[turn + 1 : rest.stop]):
        # "X is allowed, Y however not".
        return next((comma for comma in reversed(commas) if comma < turn), turn)
    return turn


def _ends_contrast(token: Token, steering: Steering) -> bool:
    return is_copula(token, steering) or token.plain in steering.contrast


def _answered_no(told: Told) -> Iterator[int]:
    """Places in questions answered by "no", where the text names something else: "COPD? No, this is about asthma"."""
    for asked, answer in pairwise(told.sentences()):
        is_no = "?" in told.between(answer.start) and told.tokens[answer.start].plain in told.steering.answer_no
        if is_no and sum(n in told.busy for n in asked) < len(told.busy):
            yield from asked


def _negative(told: Told) -> Iterator[int]:
    """Places of what people do not have: "HIV-negative people"; in "HER2-negative breast cancer" it is its name."""
    for number in told.busy:
        after = told.tokens[number + 1] if number + 1 < len(told.tokens) and number + 1 not in told.busy else None
        if after is not None and after.gap == HYPHENED and after.plain in told.steering.negative:
            yield number
