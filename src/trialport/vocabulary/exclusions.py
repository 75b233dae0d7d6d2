"""Which words of a text stand in an exclusion: "COPD is excluded", "utan epilepsi", and the like.

The triggers are data (`words.tsv`): `before` reaches forward to the end of the clause, `after` back to its
beginning, `adjacent` over the next word, and a heading over its line or list. `cancel` undoes a trigger
inside it ("not excluded", "with or without").
"""

from typing import NamedTuple

from trialport.vocabulary.normalise import ANNOUNCED, ENDED, LISTED, Token
from trialport.vocabulary.words import Steering

# A negation does not reach further than a long list; a clause without punctuation must not swallow a text.
REACH = 16
# Verbs in the plural take a whole list as subject ("asthma, COPD or cancer are excluded").
_PLURAL = frozenset({"are", "be", "were"})
_RESUMING = frozenset({"with", "med", "who", "som"})


class _Trigger(NamedTuple):
    kind: str
    first: int
    end: int


def excluded_tokens(tokens: list[Token], text: str, steering: Steering, busy: set[int]) -> list[bool]:
    """For each token whether it is excluded. `busy` tokens belong to a concept and trigger nothing."""
    marks = [False] * len(tokens)
    triggers = _triggers(tokens, steering)
    for trigger in triggers:
        # "Without" in "migraine without aura" belongs to the condition and excludes nothing.
        own = trigger.end - 1 if trigger.kind == "after" else trigger.first
        if own in busy and not trigger.kind.startswith("heading"):
            continue
        for number in _scope(trigger, tokens, text, steering, triggers):
            marks[number] = True
    return marks


def _triggers(tokens: list[Token], steering: Steering) -> list[_Trigger]:
    found: list[_Trigger] = []
    first = 0
    while first < len(tokens):
        for length in range(min(steering.longest, len(tokens) - first), 0, -1):
            words = tuple(token.plain for token in tokens[first : first + length])
            if kind := steering.phrases.get(words):
                found.append(_Trigger(kind, first, first + length))
                first += length - 1
                break
        first += 1
    return found


def _scope(trigger: _Trigger, tokens: list[Token], text: str, steering: Steering, triggers: list[_Trigger]) -> range:
    match trigger.kind:
        case "before":
            return _forward(trigger.first + 1, tokens, steering)
        case "adjacent":
            return range(trigger.end, min(trigger.end + 2, len(tokens)))
        case "after":
            return _backward(trigger, tokens, steering)
        case "heading_out" if _is_heading(trigger, tokens):
            return _section(trigger, tokens, text, triggers)
        case _:
            return range(0)


def _forward(start: int, tokens: list[Token], steering: Steering) -> range:
    end = start
    while end < len(tokens) and end - start < REACH:
        token = tokens[end]
        if token.gap == ENDED or token.plain in steering.boundary:
            break
        listed = token.gap == LISTED or (end > start and tokens[end - 1].plain in {"and", "och", "og"})
        if listed and token.plain in _RESUMING:
            break
        end += 1
    return range(start, end)


def _backward(trigger: _Trigger, tokens: list[Token], steering: Steering) -> range:
    whole_list = tokens[trigger.first].plain in _PLURAL
    start = trigger.first
    while start and trigger.first - start < REACH:
        if tokens[start].gap >= ANNOUNCED or (tokens[start].gap == LISTED and not whole_list):
            break
        if tokens[start - 1].plain in steering.boundary:
            break
        start -= 1
    return range(start, trigger.first)


def _is_heading(trigger: _Trigger, tokens: list[Token]) -> bool:
    """Tell a heading: it opens a clause, and a colon, a line end or "include" follows it."""
    after = tokens[trigger.end] if trigger.end < len(tokens) else None
    opens = trigger.first == 0 or tokens[trigger.first].gap >= LISTED
    if after is None or not opens:
        return False
    told = after.plain in {
        "include",
        "includes",
        "are",
        "is",
        "er",
        "ar",
        "omfattar",
        "inkluderar",
        "omfatter",
    }
    return after.gap >= ANNOUNCED or told


def _section(trigger: _Trigger, tokens: list[Token], text: str, triggers: list[_Trigger]) -> range:
    """From the heading to the end of its line; a heading alone on its line reaches to the next heading."""
    start = trigger.end
    next_heading = next(
        (t.first for t in triggers if t.first >= start and t.kind == "heading_in" and _is_heading(t, tokens)),
        len(tokens),
    )
    if _breaks_line(tokens, text, start):
        return range(start, next_heading)
    line_end = next((n for n in range(start + 1, len(tokens)) if _breaks_line(tokens, text, n)), len(tokens))
    return range(start, min(next_heading, line_end))


def _breaks_line(tokens: list[Token], text: str, number: int) -> bool:
    between = text[tokens[number - 1].end : tokens[number].start]
    return "\n" in between or "\r" in between
