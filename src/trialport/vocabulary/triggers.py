"""Where a text begins to exclude, deny or look back: phrases of `words.tsv`, and refusals that no phrase covers."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.normalise import ANNOUNCED, ENDED, HYPHENED, LISTED, Token
from trialport.vocabulary.words import Steering

# A negation does not reach further than a long list; a clause without punctuation must not swallow a text.
REACH = 22
# Words between a refusal and what is refused, and between a negation and what it negates.
REFUSED_WITHIN, NEGATED_WITHIN = 4, 3
ADDING = frozenset({"and", "och", "og"})
# Negations of the next word alone: "icke metastaserad bröstcancer" is breast cancer.
PREFIXED = frozenset({"non", "icke"})
# What follows a refusal and shares it, at once or after a comma, or at the end of a sentence.
_LIKE = frozenset({"as", "so", "liksom", "ligesom"})
_LIKE_LATER = frozenset({"dartill", "dessutom", "likasa", "desuden", "ligeledes", "likewise", "ocksa", "ogsa", "too"})
# Swedish and Danish for "with", and of "taking along" too.
_WITH = frozenset({"med"})
# "Ikke blot", "inte bara": not only.
_ONLY = frozenset({"only", "just", "merely", "bara", "enbart", "endast", "blott", "kun", "blot", "alene"})
# In "inte astma utan KOL" the second word means "but" and takes nothing away.
_BUT = "utan"

_EQUALS = re.compile(r"=|\u2192|->")
DASH = re.compile(r"\s-\s|[\u2013\u2014]")


class Told(NamedTuple):
    """A text as the readers of assertions need it.

    `mentions` are the first and last tokens of what names concepts, in order and apart; `busy` all their tokens,
    `firm` those of a condition rather than a mere factor (chapter Z), `ill` those of a disease rather than a symptom
    or an event (chapters R and V to Y), `named` the categories (dense numbers) that each of the mentions may mean.
    `lang` is the language it was read in, if known.
    """

    tokens: list[Token]
    text: str
    steering: Steering
    mentions: list[tuple[int, int]]
    busy: set[int]
    firm: set[int]
    ill: set[int]
    named: Sequence[frozenset[int]]
    lang: Language | None = None

    def sentences(self) -> Iterator[range]:
        """Give the places of each sentence's tokens."""
        starts = [n for n, token in enumerate(self.tokens) if n == 0 or token.gap == ENDED]
        for start, end in pairwise([*starts, len(self.tokens)]):
            yield range(start, end)

    def between(self, number: int) -> str:
        """Give what stands between a token and the one before it."""
        return self.text[self.tokens[number - 1].end : self.tokens[number].start]

    def after(self, number: int) -> str:
        """Give what stands between a token and the next one, or the end."""
        end = self.tokens[number + 1].start if number + 1 < len(self.tokens) else len(self.text)
        return self.text[self.tokens[number].end : end]


class Trigger(NamedTuple):
    """Words from token `first` up to `end` (exclusive) that say something of conditions; see `words.tsv`."""

    kind: str
    first: int
    end: int


def find_triggers(told: Told) -> list[Trigger]:
    """Give all triggers that count, phrases first, in the order of the text."""
    phrases = list(_phrases(told.tokens, told.steering))
    taken = {number for trigger in phrases for number in range(trigger.first, trigger.end)}
    cancelled = {n for trigger in phrases if trigger.kind == "cancel" for n in range(trigger.first, trigger.end)}
    verdicts = list(_verdicts(told))
    answered = {trigger.first for trigger in verdicts}
    phrases = [trigger for trigger in phrases if trigger.first not in answered]
    found = [*phrases, *verdicts, *_refusals(told, taken | answered, cancelled), *_roots(told, taken | answered)]
    return [trigger for trigger in [*found, *dict.fromkeys(_likewise(found, told.tokens))] if _counts(trigger, told)]


def _verdicts(told: Told) -> Iterator[Trigger]:
    """Give a "no" that is said of what stands before it: "epilepsy: no", "cirrhosis = no", "eating disorder: excl."."""
    tokens, steering = told.tokens, told.steering
    for number, token in enumerate(tokens[1:], start=1):
        says_no = token.plain in steering.answer_no or (token.plain,) in steering.phrases
        if not says_no or not (token.gap == ANNOUNCED or _EQUALS.search(told.between(number))):
            continue
        kind = steering.phrases.get((token.plain,), "denied_next")
        ends = number + 1 == len(tokens) or tokens[number + 1].gap == ENDED or DASH.search(told.between(number + 1))
        if ends and kind in {"denied_before", "denied_next", "excluded_before"} and number not in told.busy:
            yield Trigger("excluded_after", number, number + 1)


def is_but(number: int, told: Told) -> bool:
    """Whether "utan" sets right what an earlier word of the clause denied."""
    if told.tokens[number].plain != _BUT:
        return False
    for earlier in range(number - 1, max(number - REACH, -1), -1):
        if told.tokens[earlier].plain in told.steering.refusal:
            return True
        if told.tokens[earlier].gap >= LISTED:
            return False
    return False


def _counts(trigger: Trigger, told: Told) -> bool:
    # "Without" in "migraine without aura" belongs to the condition and excludes nothing.
    own = trigger.end - 1 if trigger.kind.endswith("_after") else trigger.first
    if own in told.firm and not trigger.kind.startswith(("heading", "refused", "family")):
        return False
    return not (is_but(trigger.first, told) or _is_alone(trigger, told))


def _is_alone(trigger: Trigger, told: Told) -> bool:
    """Whether a negation says nothing of what follows: "No, this is about ...", the "non" of "non-arteritic"."""
    if trigger.end == len(told.tokens) or trigger.end - trigger.first > 1 or not trigger.kind.startswith("denied"):
        return False
    gap = told.tokens[trigger.end].gap
    # Of "non-X" nothing is left to read; in "non-arteritic X" a condition follows.
    if gap == HYPHENED:
        return trigger.end + 1 in told.busy
    return gap in {LISTED, ANNOUNCED} or DASH.search(told.between(trigger.end)) is not None


def _phrases(tokens: list[Token], steering: Steering) -> Iterator[Trigger]:
    first = 0
    while first < len(tokens):
        for length in range(min(steering.longest, len(tokens) - first), 0, -1):
            words = tuple(token.plain for token in tokens[first : first + length])
            if kind := steering.phrases.get(words):
                yield Trigger(_kind_here(kind, words, first, tokens, steering), first, first + length)
                first += length - 1
                break
        first += 1


def _kind_here(kind: str, words: tuple[str, ...], first: int, tokens: list[Token], steering: Steering) -> str:
    if words[-1] not in steering.refusal:
        return kind
    after = tokens[first + len(words) : first + len(words) + 1]
    if after and after[0].plain in _ONLY:
        return "cancel"
    # "Not asthma, COPD or emphysema." is said of all.
    opens = tokens[first].gap == ENDED and words[-1] not in PREFIXED
    return "denied_before" if kind == "denied_next" and opens else kind


def _refusals(told: Told, taken: set[int], cancelled: set[int]) -> Iterator[Trigger]:
    """Refusals of participation that no phrase covers: "ingår inte", "bør ikke inkluderes", "cannot take part"."""
    tokens, steering = told.tokens, told.steering
    for number, token in enumerate(tokens):
        if token.plain not in steering.refusal or number in cancelled or number in told.busy:
            continue
        if number + 1 < len(tokens) and tokens[number + 1].gap == HYPHENED:
            continue
        last = _participates(number, tokens, steering)
        if last and _has_people_with(last, told):
            yield Trigger("excluded_before", number, number + 1)
            continue
        before = number and token.gap < LISTED and tokens[number - 1].plain in steering.participation
        if last or before:
            first = number - 1 if before else number
            # Of a phrase such as "exkluderas inte" the refusal is no refusal of its own.
            if not taken.intersection(range(first, number)) or before:
                yield Trigger("refused_after", _consequence(first, tokens, steering), (last or number) + 1)


def _has_people_with(place: int, told: Told) -> bool:
    """Whether a word says what people have, not that they take part: "inte de med KOL" beside "KOL är inte med"."""
    tokens = told.tokens
    if tokens[place].plain not in _WITH or tokens[place - 1].plain not in told.steering.people:
        return False
    after = range(place + 1, min(place + 1 + NEGATED_WITHIN, len(tokens)))
    clause = [n for n in after if all(tokens[one].gap < LISTED for one in range(place + 1, n + 1))]
    return bool(told.busy.intersection(clause))


def _participates(number: int, tokens: list[Token], steering: Steering) -> int:
    """Where a word of participation follows the refusal here within a few words; 0 if none does."""
    for place in range(number + 1, min(number + 1 + REFUSED_WITHIN, len(tokens))):
        if tokens[place].gap >= LISTED:
            break
        if tokens[place].plain in steering.participation:
            return place
    return 0


def _consequence(first: int, tokens: list[Token], steering: Steering) -> int:
    """Where "means that", which a refusal follows from, begins; else the place itself."""
    for number in range(first - 1, max(first - REACH, 0), -1):
        if tokens[number].plain in steering.consequence:
            return number
        if tokens[number].gap >= ANNOUNCED:
            break
    return first


def _roots(told: Told, taken: set[int]) -> Iterator[Trigger]:
    """Words that begin like "exclude" and stand in no phrase, back or forward to where the conditions are."""
    tokens, steering = told.tokens, told.steering
    for number, token in enumerate(tokens):
        if number in taken or number in told.busy or not token.plain.startswith(steering.roots):
            continue
        start = number
        while start and tokens[start].gap < ANNOUNCED:
            start -= 1
        before = tokens[max(start, number - NEGATED_WITHIN) : number]
        after = tokens[number + 1 : number + 3]
        if any(one.plain in steering.refusal or one.plain in steering.denial for one in [*before, *after]):
            continue
        kind = "refused_after" if told.busy.intersection(range(start, number)) else "excluded_before"
        yield Trigger(kind, number, number + 1)


def _likewise(triggers: list[Trigger], tokens: list[Token]) -> Iterator[Trigger]:
    """Give what follows a refusal and shares it: "asthma is excluded, as is COPD", "ska vara utesluten liksom KOL"."""
    for trigger in triggers:
        if trigger.kind not in {"excluded_after", "refused_after"}:
            continue
        # No further than a list reaches: a text of nothing but refusals is read in bounded time.
        last = min(trigger.end + REACH, len(tokens))
        end = next((n for n in range(trigger.end, last) if tokens[n].gap == ENDED), last)
        for number in range(trigger.end, end):
            plain = tokens[number].plain
            adjoins = number == trigger.end or tokens[number].gap == LISTED
            joined = tokens[number - 1].plain in ADDING
            if (plain in _LIKE and (adjoins or joined)) or (plain in _LIKE_LATER and adjoins):
                yield Trigger("excluded_before", number, number + 1)
            if plain in _LIKE_LATER and (number + 1 == len(tokens) or tokens[number + 1].gap == ENDED):
                yield Trigger("excluded_after", number, number + 1)
