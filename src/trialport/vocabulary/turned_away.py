"""Sentences that turn somebody away in words that no trigger has.

People refuse in more ways than a list holds ("X would stop them from taking part", "dem skal vi ikke bruge"). Where
a text has already named what it is about, a later sentence with a word of refusal left over is about whom it does
not want, unless it calls that harmless. A question answered by "no" is about what is not meant.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import ENDED, LISTED, Token
from trialport.vocabulary.triggers import Told
from trialport.vocabulary.words import Steering

# A sentence without a condition that speaks of the one before ("Sorry, no.", "dessa vill vi inte ha") is short.
LONGEST_REPLY = 9


# They begin a clause after a comma.
_JOINING = frozenset({"and", "og", "och", "where", "hvor", "dar"})


class Worked(NamedTuple):
    """Tokens of the triggers of a text: `spent` ones have marked a condition, `idle` ones exclude and found none.

    `closing` are the ends of triggers that looked back and found something.
    """

    spent: set[int]
    idle: set[int]
    closing: set[int]


def turned_away(told: Told, marks: Sequence[Assertion], worked: Worked) -> Iterator[int]:
    """Places of conditions that sentences turn away."""
    sentences = list(_sentences(told.tokens))
    named = [any(n in told.busy and marks[n] == "present" for n in sentence) for sentence in sentences]
    leading = next((number for number, is_named in enumerate(named) if is_named), len(sentences))
    done = told.busy | worked.spent
    yield from _clauses(told, marks, worked, done)
    for number, sentence in enumerate(sentences):
        following = sentences[number + 1 : number + 2]
        if following and _answers_no(following[0], told):
            done.add(following[0].start)
            if number > leading or any(named[number + 1 :]):
                yield from sentence
        if number <= leading:
            continue
        region = range(_after_harmless(sentence, told), sentence.stop)
        if not _turns_away(region, told, worked, done):
            continue
        yield from region
        if not named[number] and number > leading + 1 and len(sentence) <= LONGEST_REPLY:
            yield from sentences[number - 1]


def _clauses(told: Told, marks: Sequence[Assertion], worked: Worked, done: set[int]) -> Iterator[int]:
    """Places of conditions in clauses that turn away, after one that named the subject.

    By a telling word; after a "but" any word of refusal will do.
    """
    tokens, steering = told.tokens, told.steering
    for sentence in _sentences(tokens):
        starts = [n for n in sentence if n > sentence.start and _begins_clause(n, tokens, steering)]
        named = any(n in told.busy and marks[n] == "present" for n in range(sentence.start, min(starts, default=0)))
        for start, end in pairwise([*starts, sentence.stop]):
            left = [n for n in range(start, end) if n not in done]
            turns = any(tokens[n].plain in steering.turning for n in left)
            if tokens[start].plain in steering.contrast:
                turns = turns or any(n in worked.idle or _refuses(tokens[n], steering) for n in left)
            if named and turns:
                yield from range(start, end)


def _begins_clause(number: int, tokens: list[Token], steering: Steering) -> bool:
    plain = tokens[number].plain
    return plain in steering.contrast or (tokens[number].gap == LISTED and plain in _JOINING)


def _sentences(tokens: list[Token]) -> Iterator[range]:
    starts = [n for n, token in enumerate(tokens) if n == 0 or token.gap == ENDED]
    for start, end in pairwise([*starts, len(tokens)]):
        yield range(start, end)


def _turns_away(region: range, told: Told, worked: Worked, done: set[int]) -> bool:
    # What ends by turning its list away turns all of it away, unless a second thought stands in it.
    if region.stop in worked.closing and not any(told.tokens[n].plain in told.steering.contrast for n in region):
        return True
    return any(n in worked.idle or _refuses(told.tokens[n], told.steering) for n in region if n not in done)


def _refuses(token: Token, steering: Steering) -> bool:
    return token.plain in steering.refusal or token.plain in steering.turning or token.plain.startswith(steering.roots)


def _after_harmless(sentence: range, told: Told) -> int:
    """Where what a sentence calls harmless ends ("COPD is permitted, ...")."""
    end, harmless = sentence.start, told.steering.harmless
    longest = max((len(phrase) for phrase in harmless), default=0)
    for number in sentence:
        for length in range(min(longest, sentence.stop - number), 0, -1):
            if tuple(token.plain for token in told.tokens[number : number + length]) in harmless:
                end = number + length
                break
    return end


def _answers_no(reply: range, told: Told) -> bool:
    """Whether a sentence answers the question before it by "no"."""
    asks = "?" in told.between(reply.start)
    return asks and any(told.tokens[n].plain in told.steering.answer_no for n in reply[:2])
