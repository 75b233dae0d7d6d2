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
# right beside it, in the `reply` that follows, first in the `answer` to its question; or where in the `text` it stands.
Sign = tuple[str, str]
# Words on each side of a condition that are weighed; the longest reply, in words.
WEIGHED, REPLY = 20, 9
# What stands for a condition among the words.
CONDITION = "*"
# What every condition starts from, before its signs are added.
START: Sign = ("text", "start")
# Log odds from which a condition is set aside (nearly three to one): a stated one that is lost costs more.
LIKELY = 1.0
_BESIDE = 2
# Where more of the words than this begin with a capital letter the text is written as a title.
_TITLED = 0.45


@functools.cache
def load_weights(folder: Path = DATA) -> Mapping[Sign, float]:
    """Load the weight of each sign: log odds that a condition with it is set aside."""
    return {(row.place, row.word): row.weight for row in read_weights("aside_weights.tsv", folder)}


def weighed_aside(told: Told, marks: Sequence[Assertion], weights: Mapping[Sign, float]) -> Iterator[int]:
    """Places of conditions that the words around them set aside and no rule has marked.

    A text that names several is about one of them at least: the least likely one stays.
    """
    if len(told.mentions) == 1:
        return
    unmarked = [marks[first] == "present" for first, _ in told.mentions]
    odds = [sum(weights.get(sign, 0.0) for sign in signs) for signs in signs_of(told)]
    out = [not present or likely > LIKELY for present, likely in zip(unmarked, odds, strict=True)]
    if all(out):
        least = min((number for number, present in enumerate(unmarked) if present), key=odds.__getitem__, default=None)
        if least is not None:
            out[least] = False
    for (first, last), present, is_out in zip(told.mentions, unmarked, out, strict=True):
        if present and is_out:
            yield from range(first, last + 1)


def signs_of(told: Told) -> Iterator[set[Sign]]:
    """Give for each condition mentioned, in the order of the text, what the words around it are."""
    sentences = list(told.sentences())
    named: dict[int, list[tuple[int, int]]] = {}
    number = 0
    for mention in told.mentions:
        while mention[0] >= sentences[number].stop:
            number += 1
        named.setdefault(number, []).append(mention)
    is_titled = sum(token.raw[0].isupper() for token in told.tokens) > _TITLED * len(told.tokens)
    naming = list(named)
    for number, mentions in named.items():
        shared = set(_of_sentence(number, sentences, naming, told))
        shared.add(("text", "one of several" if len(mentions) > 1 else "only one"))
        if is_titled:
            shared.add(("text", "titled"))
        part = "first" if number == naming[0] else "later"
        for place, (first, last) in enumerate(mentions):
            signs = {START, ("text", f"{'follows' if place else 'leads'} {part}"), *shared}
            signs.update(_before(first, sentences[number], told))
            signs.update(_after(last, sentences[number], told))
            yield signs


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
