"""What a text says of a condition besides naming it: excluded, denied, or only history.

The triggers are data (`words.tsv`): `excluded_before`, `denied_before` and `history_before` reach forward to the
end of the clause (history less far), `..._after` back to its beginning or over the list before it, `denied_next`
over the next word, and a heading over its line or list. `cancel` undoes a trigger inside it ("not excluded",
"with or without"). A refusal near a word of participation ("får inte delta", "cannot take part") excludes too,
and so does what is set against something harmless ("COPD is no exclusion, but asthma is"). The idea is that of
NegEx (Chapman et al. 2001, J Biomed Inform 34:301) and ConText, with our own words.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import ANNOUNCED, ENDED, HYPHENED, LISTED, Token
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
# After "unlike X," these words begin what the text is about.
_RETURNING = frozenset({"this", "these", "we", "our", "it", "vi", "denna", "detta", "dessa", "denne", "dette", "disse"})
# In "inte astma utan KOL" the second word means "but" and takes nothing away.
_BUT = "utan"
# "X, which explains the failure, is an exclusion": the clause between belongs to X.
_RELATIVE = frozenset({"som", "der", "who", "whose", "which", "that", "where", "hvor", "dar", "vilka"})
# They begin a condition at the head of a sentence; Swedish and Danish also ask: "har du astma, kan du inte delta".
_CONDITIONS = frozenset({"if", "when", "should", "om", "ifall", "har", "nar", "hvis", "dersom", "safremt"})
# Cut words, whose full stop ends no sentence: "asthma (excl. COPD)".
_CUT = frozenset({"excl", "exkl", "ekskl"})
_PLACES = frozenset({"where", "hvor", "dar"})
_HEADS = frozenset({"include", "includes", "are", "is", "er", "ar", "omfattar", "inkluderar", "omfatter"})

_DASH = re.compile(r"\s-\s|[\u2013\u2014]")


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
        if _is_but(trigger.first, tokens, steering):
            continue
        said = _said(trigger.kind)
        for number in _scope(_turned(trigger, tokens, text, steering, busy), tokens, text, steering, triggers):
            # What is excluded as history ("no history of stroke") is excluded.
            if marks[number] == "present" or said != "history":
                marks[number] = said
    for number in _contrasted(tokens, steering):
        marks[number] = "excluded"
    for number in busy:
        # "HIV-negative people" have no HIV; in "HER2-negative breast cancer" the word belongs to the condition.
        after = tokens[number + 1 : number + 2]
        if after and after[0].gap == HYPHENED and after[0].plain in steering.negative and number + 1 not in busy:
            marks[number] = "denied"
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


def _turned(trigger: _Trigger, tokens: list[Token], text: str, steering: Steering, busy: set[int]) -> _Trigger:
    """Reach forward where a trigger that looks back finds no condition: "we exclude asthma", "ruled out: asthma"."""
    if trigger.kind == "heading_out" and tokens[trigger.first].gap == ANNOUNCED and not _is_heading(trigger, tokens):
        return trigger._replace(kind="excluded_after")
    if trigger.kind not in {"excluded_after", "refused_after"}:
        return trigger
    announces = next((t.gap == ANNOUNCED for t in tokens[trigger.end : trigger.end + 2] if t.gap >= ANNOUNCED), False)
    if announces or not busy.intersection(_backward(trigger, tokens, text, steering)):
        return _Trigger("excluded_before", trigger.end - 1, trigger.end)
    return trigger


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
                yield _Trigger("refused_after", _consequence(first, tokens, steering), last + 1)


def _consequence(first: int, tokens: list[Token], steering: Steering) -> int:
    """Where "means that", which a refusal follows from, begins; else the place itself."""
    for number in range(first - 1, max(first - REACH, 0), -1):
        if tokens[number].plain in steering.consequence:
            return number
        if tokens[number].gap >= ANNOUNCED:
            break
    return first


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
            return _forward(trigger, tokens, steering, REACH, frozenset())
        case "history_before":
            return _forward(trigger._replace(first=trigger.end - 1), tokens, steering, HISTORY_REACH, _ADDING)
        case "denied_next":
            return range(trigger.end, min(trigger.end + 2, len(tokens)))
        case "excluded_after" | "refused_after" | "denied_after" | "history_after":
            return _backward(trigger, tokens, text, steering)
        case "heading_out" if _is_heading(trigger, tokens):
            return _section(trigger, tokens, text, triggers)
        case _:
            return range(0)


def _forward(trigger: _Trigger, tokens: list[Token], steering: Steering, reach: int, stops: frozenset[str]) -> range:
    start, said = trigger.first + 1, trigger.end
    end = start
    while end < len(tokens) and end - start < reach:
        token = tokens[end]
        ended = token.gap == ENDED and tokens[end - 1].plain not in _CUT
        if ended or token.plain in stops or _bounds(end, tokens, steering):
            break
        listed = token.gap == LISTED or (end > start and tokens[end - 1].plain in _ADDING)
        if listed and token.plain in (_RESUMING | _RETURNING):
            break
        if end >= said and _opens_population(end, tokens, steering):
            break
        end += 1
    return range(start, end)


def _bounds(number: int, tokens: list[Token], steering: Steering) -> bool:
    """Whether a new thought begins here; "patients who have" is none."""
    plain = tokens[number].plain
    if plain in _RELATIVE and number and tokens[number - 1].plain in steering.people:
        return False
    return plain in steering.boundary or _is_but(number, tokens, steering)


def _is_but(number: int, tokens: list[Token], steering: Steering) -> bool:
    """Whether "utan" sets right what an earlier word of the clause denied."""
    if tokens[number].plain != _BUT:
        return False
    for earlier in range(number - 1, max(number - REACH, -1), -1):
        if tokens[earlier].plain in steering.refusal:
            return True
        if tokens[earlier].gap >= LISTED:
            return False
    return False


def _opens_population(number: int, tokens: list[Token], steering: Steering) -> bool:
    """Whether "in adults with" or the like begins here: what follows is who takes part."""
    if tokens[number].plain not in steering.populations:
        return False
    return any(token.plain in _RESUMING for token in tokens[number + 2 : number + 4])


def _backward(trigger: _Trigger, tokens: list[Token], text: str, steering: Steering) -> range:
    start = trigger.first
    # A list needs "and" or "or" before its last item, or a verb in the plural, or a colon after it.
    announced = tokens[start].gap == ANNOUNCED
    listing = tokens[start].plain in _PLURAL or announced
    if start and ")" in text[tokens[start - 1].end : tokens[start].start]:
        start = next((n for n in range(start - 1, 0, -1) if "(" in text[tokens[n - 1].end : tokens[n].start]), start)
    while start and trigger.first - start < REACH:
        if tokens[start].gap >= ANNOUNCED and not (announced and start == trigger.first):
            break
        if tokens[start].gap == LISTED and start < trigger.first:
            closes = _closes_relative(start, tokens) or _closes_condition(start, tokens)
            if not closes and not (listing and _is_item(start, tokens, steering)):
                break
            listing = listing or closes
        if _opens_aside(start, trigger, tokens, text):
            break
        if tokens[start - 1].plain in steering.boundary and not _is_passed(start - 1, trigger, tokens, steering):
            break
        start -= 1
        listing = listing or tokens[start].plain in _LISTING
    return range(start, trigger.first)


def _closes_relative(end: int, tokens: list[Token]) -> bool:
    """Whether the comma here ends a clause that a comma and a relative word opened."""
    for number in range(end - 1, max(end - REACH, 0), -1):
        if tokens[number].gap >= ANNOUNCED:
            return False
        if tokens[number].gap == LISTED and tokens[number].plain in _RELATIVE:
            return True
    return False


def _closes_condition(end: int, tokens: list[Token]) -> bool:
    """Whether the comma here ends a condition: "if you have asthma, you cannot take part"."""
    first = end - 1
    while first and end - first < REACH and tokens[first].gap < LISTED:
        first -= 1
    return tokens[first].plain in _CONDITIONS and (first == 0 or tokens[first].gap >= ANNOUNCED)


def _opens_aside(number: int, trigger: _Trigger, tokens: list[Token], text: str) -> bool:
    """Whether a bracket or a dash before this word opens what the trigger belongs to: "COPD (asthma is excluded)"."""
    between = text[tokens[number - 1].end : tokens[number].start]
    if "(" in between or "[" in between:
        return True
    before = text[tokens[trigger.first - 1].end : tokens[trigger.first].start]
    return _DASH.search(between) is not None and _DASH.search(before) is None


def _is_passed(number: int, trigger: _Trigger, tokens: list[Token], steering: Steering) -> bool:
    """Whether a word that opens a clause leaves its subject before it.

    So in "asthma, which explains it, is excluded" and "asthma was considered but is not part".
    """
    if tokens[number].plain in steering.contrast:
        return all(_is_copula(token, steering) for token in tokens[number + 1 : trigger.first])
    if tokens[number].plain not in _RELATIVE:
        return False
    if tokens[number].plain not in _PLACES:
        return True
    # Only where the comma that ends the clause stands right before what is said.
    return any(
        token.gap == LISTED for token in tokens[max(number, trigger.first - LONGEST_COPULA) + 1 : trigger.first + 1]
    )


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
