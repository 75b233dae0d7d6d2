"""What a text says of a condition besides naming it: excluded, denied, or only history.

The triggers are data (`words.tsv`): `excluded_before`, `denied_before` and `history_before` reach forward to the
end of the clause (history less far), `..._after` back to its beginning or over the list before it, `denied_next`
over the next word, and a heading over its line or list. `cancel` undoes a trigger inside it ("not excluded",
"with or without"). A refusal near a word of participation ("får inte delta", "cannot take part") excludes too,
and so does what is set against something harmless ("COPD is no exclusion, but asthma is"). The idea is that of
NegEx (Chapman et al. 2001, J Biomed Inform 34:301) and ConText, with our own words.
"""

from collections.abc import Iterator
from typing import NamedTuple

from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import ANNOUNCED, ENDED, LISTED, Token
from trialport.vocabulary.words import Steering

# A negation does not reach further than a long list; a clause without punctuation must not swallow a text.
REACH = 16
# "History of" and "previous" speak of what follows at once.
HISTORY_REACH = 5
# Words between a refusal and what is refused; words of a list's item; words after a contrast's condition.
REFUSED_WITHIN, NEGATED_WITHIN, LONGEST_ITEM, LONGEST_COPULA = 4, 3, 6, 3
# Verbs in the plural take a whole list as subject ("asthma, COPD or cancer are excluded").
_PLURAL = frozenset({"are", "be", "were"})
_ADDING = frozenset({"and", "och", "og"})
_LISTING = _ADDING | {"or", "eller", "samt", "nor"}
_RESUMING = frozenset({"with", "med", "who", "som"})
# "X, which explains the failure, is an exclusion": the clause between belongs to X.
_RELATIVE = frozenset({"som", "der", "who", "whose", "which", "that", "where", "hvor", "dar", "vilka"})
_HEADS = frozenset({"include", "includes", "are", "is", "er", "ar", "omfattar", "inkluderar", "omfatter"})


class _Trigger(NamedTuple):
    kind: str
    first: int
    end: int


def assertions(tokens: list[Token], text: str, steering: Steering, busy: set[int]) -> list[Assertion]:
    """For each token what is said of it. `busy` tokens belong to a concept and trigger nothing."""
    marks: list[Assertion] = ["present"] * len(tokens)
    triggers = _triggers(tokens, steering)
    taken = {number for trigger in triggers for number in range(trigger.first, trigger.end)}
    for trigger in [*triggers, *_refusals(tokens, steering, taken), *_roots(tokens, steering, taken, busy)]:
        # "Without" in "migraine without aura" belongs to the condition and excludes nothing.
        own = trigger.end - 1 if trigger.kind.endswith("_after") else trigger.first
        if own in busy and not trigger.kind.startswith(("heading", "refused")):
            continue
        said = _said(trigger.kind)
        for number in _scope(trigger, tokens, text, steering, triggers):
            # What is excluded as history ("no history of stroke") is excluded.
            if marks[number] == "present" or said != "history":
                marks[number] = said
    for number in _contrasted(tokens, steering):
        marks[number] = "excluded"
    return marks


def _said(kind: str) -> Assertion:
    if kind.startswith("history"):
        return "history"
    return "denied" if kind.startswith("denied") else "excluded"


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


def _refusals(tokens: list[Token], steering: Steering, taken: set[int]) -> Iterator[_Trigger]:
    """Refusals of participation that no phrase covers: "ingår inte", "bør ikke inkluderes", "cannot take part"."""
    for number, token in enumerate(tokens):
        if token.plain not in steering.refusal:
            continue
        last = number
        while last + 1 < len(tokens) and last - number < REFUSED_WITHIN and tokens[last + 1].gap < LISTED:
            last += 1
            if tokens[last].plain in steering.participation:
                break
        before = number and token.gap < LISTED and tokens[number - 1].plain in steering.participation
        if tokens[last].plain in steering.participation or before:
            first = number - 1 if before else number
            # Of a phrase such as "exkluderas inte" the refusal is no refusal of its own.
            if not taken.intersection(range(first, number)) or before:
                yield _Trigger("refused_after", first, last + 1)


def _roots(tokens: list[Token], steering: Steering, taken: set[int], busy: set[int]) -> Iterator[_Trigger]:
    """Words that begin like "exclude" and stand in no phrase, back or forward to where the conditions are."""
    for number, token in enumerate(tokens):
        if number in taken or number in busy or not token.plain.startswith(steering.roots):
            continue
        start = number
        while start and tokens[start].gap < ANNOUNCED:
            start -= 1
        before = tokens[max(start, number - NEGATED_WITHIN) : number]
        after = tokens[number + 1 : number + 3]
        if any(one.plain in steering.refusal or one.plain in steering.denial for one in [*before, *after]):
            continue
        kind = "refused_after" if busy.intersection(range(start, number)) else "excluded_before"
        yield _Trigger(kind, number, number + 1)


def _contrasted(tokens: list[Token], steering: Steering) -> Iterator[int]:
    """Places of what is set against something harmless: "X is no exclusion, but Y is", "X is allowed, Y is not"."""
    longest = max((len(phrase) for phrase in steering.harmless), default=0)
    for number in range(len(tokens)):
        words = [token.plain for token in tokens[number : number + longest]]
        size = next((n for n in range(len(words), 0, -1) if tuple(words[:n]) in steering.harmless), 0)
        if not size:
            continue
        end = next((n for n in range(number + size, len(tokens)) if tokens[n].gap >= ENDED), len(tokens))
        turn = next((n for n in range(number + size, end) if tokens[n].plain in steering.contrast), None)
        if turn is None:
            turn = next((n - 1 for n in range(number + size, end) if tokens[n].gap == LISTED), None)
        if turn is None:
            continue
        last = end
        while last > turn + 1 and end - last < LONGEST_COPULA and _is_copula(tokens[last - 1], steering):
            last -= 1
        if last < end:
            yield from range(turn + 1, last)


def _is_copula(token: Token, steering: Steering) -> bool:
    return token.plain in steering.copula or token.plain in steering.refusal


def _scope(trigger: _Trigger, tokens: list[Token], text: str, steering: Steering, triggers: list[_Trigger]) -> range:
    match trigger.kind:
        case "excluded_before" | "denied_before":
            return _forward(trigger.first + 1, tokens, steering, REACH, frozenset())
        case "history_before":
            return _forward(trigger.end, tokens, steering, HISTORY_REACH, _ADDING)
        case "denied_next":
            return range(trigger.end, min(trigger.end + 2, len(tokens)))
        case "excluded_after" | "refused_after" | "denied_after" | "history_after":
            return _backward(trigger, tokens, steering)
        case "heading_out" if _is_heading(trigger, tokens):
            return _section(trigger, tokens, text, triggers)
        case _:
            return range(0)


def _forward(start: int, tokens: list[Token], steering: Steering, reach: int, stops: frozenset[str]) -> range:
    end = start
    while end < len(tokens) and end - start < reach:
        token = tokens[end]
        if token.gap == ENDED or token.plain in steering.boundary or token.plain in stops:
            break
        listed = token.gap == LISTED or (end > start and tokens[end - 1].plain in _ADDING)
        if listed and token.plain in _RESUMING:
            break
        if _opens_population(end, tokens, steering):
            break
        end += 1
    return range(start, end)


def _opens_population(number: int, tokens: list[Token], steering: Steering) -> bool:
    """Whether "in adults with" or the like begins here: what follows is who takes part."""
    if tokens[number].plain not in steering.populations:
        return False
    return any(token.plain in _RESUMING for token in tokens[number + 2 : number + 4])


def _backward(trigger: _Trigger, tokens: list[Token], steering: Steering) -> range:
    start = trigger.first
    # A list needs "and" or "or" before its last item, or a verb in the plural.
    listing = tokens[start].plain in _PLURAL
    while start and trigger.first - start < REACH:
        if tokens[start].gap >= ANNOUNCED:
            break
        if (
            tokens[start].gap == LISTED
            and start < trigger.first
            and not (listing and _is_item(start, tokens, steering))
        ):
            break
        if tokens[start - 1].plain in steering.boundary - _RELATIVE:
            break
        start -= 1
        listing = listing or tokens[start].plain in _LISTING
    return range(start, trigger.first)


def _is_item(end: int, tokens: list[Token], steering: Steering) -> bool:
    """Whether the words before a comma are an item of a list rather than a clause of their own."""
    start = end - 1
    while start and tokens[start].gap < LISTED:
        start -= 1
    if tokens[start].plain in _RELATIVE:
        return True
    if tokens[start].gap == ENDED and tokens[start].plain in steering.people:
        return end - start <= LONGEST_ITEM + 2
    return end - start <= LONGEST_ITEM and not any(token.plain in _RESUMING for token in tokens[start:end])


def _is_heading(trigger: _Trigger, tokens: list[Token]) -> bool:
    """Tell a heading: it opens a clause, and a colon, a line end or "include" follows it."""
    after = tokens[trigger.end] if trigger.end < len(tokens) else None
    opens = trigger.first == 0 or tokens[trigger.first].gap >= LISTED
    if after is None or not opens:
        return False
    return after.gap >= ANNOUNCED or after.plain in _HEADS


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
