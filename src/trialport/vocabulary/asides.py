"""How likely a text sets a condition aside, judged by the words around it.

No list of phrases holds every way of saying what is not wanted ("COPD we leave to our colleagues", "dem med KOL får
vänta till nästa gång"). So beside the rules of grammar (`scopes`) the words around each condition are weighed: a
logistic regression over which words stand where. Its weights (`aside_weights.tsv`, one line a word) are learned from
inquiries written for this project by `bench.reading.learn`, which also tells how well it judges writers it has not
seen.
"""

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import LISTED
from trialport.vocabulary.sources import DATA, read_weights
from trialport.vocabulary.triggers import Told

# A place and a word in it: `before` and `after` the condition in its clause, `earlier` and `later` in its sentence,
# right beside it, in the `reply` that follows, first in the `answer` to its question; where in the `text` it stands,
# and where a `rule` sets something aside.
Sign = tuple[str, str]
# Words on each side of a condition that are weighed; the longest reply, in words.
WEIGHED, REPLY = 20, 9
# What stands for a condition among the words.
CONDITION = "*"
# What every condition starts from, before its signs are added.
START: Sign = ("text", "start")
# Log odds from which a condition is set aside: what is likelier unwanted than not. A stated one that is lost this way
# is shown to the sponsor as left out, and comes back by one press.
LIKELY = 0.0
# Log odds below which the only condition of a text of so many words comes back although a rule has marked it: a few
# words may well be of nothing but an exclusion.
BACK, BACK_FROM = -1.0, 12
OUT: frozenset[Assertion] = frozenset({"excluded", "denied"})
_BESIDE = 2
# Where more of the words than this begin with a capital letter the text is written as a title.
_TITLED = 0.45


@functools.cache
def load_weights(folder: Path = DATA) -> Mapping[Sign, float]:
    """Load the weight of each sign: log odds that a condition with it is set aside."""
    return {(row.place, row.word): row.weight for row in read_weights("aside_weights.tsv", folder)}


def weighed(told: Told, marks: Sequence[Assertion], weights: Mapping[Sign, float]) -> list[Assertion]:
    """Give the marks of a text after the words around each condition are weighed.

    What no rule has marked and the words set aside is excluded. A text is about one of its conditions at least: where
    all would go, the one that the words speak against least stays, or comes back if they do not speak against it.
    """
    judged = list(marks)
    odds = [sum(weights.get(sign, 0.0) for sign in signs) for signs in signs_of(told, marks)]
    out = [
        marks[first] in OUT or (marks[first] == "present" and likely > LIKELY and len(odds) > 1)
        for (first, _), likely in zip(told.mentions, odds, strict=True)
    ]
    if out and all(out):
        by_word = [number for number, (first, _) in enumerate(told.mentions) if marks[first] == "present"]
        least = min(by_word or range(len(odds)), key=odds.__getitem__)
        out[least] = not by_word and (odds[least] >= BACK or len(told.tokens) < BACK_FROM)
    for (first, last), is_out in zip(told.mentions, out, strict=True):
        for number in range(first, last + 1):
            if is_out and judged[number] == "present":
                judged[number] = "excluded"
            elif not is_out and judged[number] in OUT:
                judged[number] = "present"
    return judged


def signs_of(told: Told, marks: Sequence[Assertion]) -> Iterator[set[Sign]]:
    """Give for each condition mentioned, in the order of the text, what the words around it are.

    `marks` are what the rules say of each token: what they set aside in a sentence leaves less doubt of the rest.
    """
    sentences = list(told.sentences())
    named: dict[int, list[tuple[int, int]]] = {}
    number = 0
    for mention in told.mentions:
        while mention[0] >= sentences[number].stop:
            number += 1
        named.setdefault(number, []).append(mention)
    is_titled = sum(token.raw[0].isupper() for token in told.tokens) > _TITLED * len(told.tokens)
    naming = list(named)
    ruled = {number for number, at in named.items() if any(marks[first] in OUT for first, _ in at)}
    for number, mentions in named.items():
        shared = set(_of_sentence(number, sentences, naming, told))
        shared.add(("text", "one of several" if len(mentions) > 1 else "only one"))
        if is_titled:
            shared.add(("text", "titled"))
        part = "first" if number == naming[0] else "later"
        for place, (first, last) in enumerate(mentions):
            signs = {START, ("text", f"{'follows' if place else 'leads'} {part}"), *shared}
            signs.add(("rule", _ruled(number, ruled, by_rule=marks[first] in OUT)))
            signs.update(_before(first, sentences[number], told))
            signs.update(_after(last, sentences[number], told))
            yield signs


def _ruled(number: int, ruled: set[int], *, by_rule: bool) -> str:
    if by_rule:
        return "here"
    return "beside" if number in ruled else "elsewhere" if ruled else "nowhere"


def _of_sentence(number: int, sentences: list[range], naming: list[int], told: Told) -> Iterator[Sign]:
    """Give what all conditions of a sentence share: its place in the text, and the reply after it."""
    part = "first" if number == naming[0] else "later"
    yield ("text", part)
    if number == naming[-1]:
        yield ("text", f"last {part}")
    if len(sentences) == 1:
        yield ("text", "one sentence")
    following = sentences[number + 1] if number + 1 < len(sentences) else range(0)
    if "?" in told.after(sentences[number].stop - 1):
        yield ("text", "question")
        if following:
            yield ("answer", told.tokens[following.start].plain)
    if len(following) <= REPLY and not told.busy.intersection(following):
        for word in following:
            yield ("reply", told.tokens[word].plain)


def _before(first: int, sentence: range, told: Told) -> Iterator[Sign]:
    place = "before"
    for number in range(first - 1, max(sentence.start, first - WEIGHED) - 1, -1):
        if told.tokens[number + 1].gap >= LISTED:
            place = "earlier"
        word = _word(number, told)
        yield (place, word)
        if first - number <= _BESIDE:
            yield (f"left {first - number}", word)


def _after(last: int, sentence: range, told: Told) -> Iterator[Sign]:
    place = "after"
    for number in range(last + 1, min(sentence.stop, last + 1 + WEIGHED)):
        if told.tokens[number].gap >= LISTED:
            place = "later"
        word = _word(number, told)
        yield (place, word)
        if number - last <= _BESIDE:
            yield (f"right {number - last}", word)


def _word(number: int, told: Told) -> str:
    return CONDITION if number in told.busy else told.tokens[number].plain
