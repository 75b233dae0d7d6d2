"""Which conditions a text sets aside, or only measures and watches for, by the words around them.

No list of phrases holds every way of saying what is not wanted ("COPD we leave to our colleagues", "dem med KOL får
vänta till nästa gång"), and a rule that fits one text sets aside what another one means. So a small network that has
read inquiries written for this project (`aside_net`) hears each condition of a text with what the rules of grammar say
of it (`scopes`), and where it is in doubt a larger and slower one that knew the languages before (`whole_net`) hears
the whole text with it. That one also hears which conditions are outcomes, risks or background of a trial ("stroke and
bleeding are recorded"): nobody who takes part needs to have them. Which past conditions a trial is about, of
those that a rule calls history, they say too.
"""

import math
from collections.abc import Iterator, Sequence

from trialport.vocabulary.aside_net import load_net
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import ENDED
from trialport.vocabulary.triggers import Told
from trialport.vocabulary.whole_net import Odds, load_whole_net

# Log odds from which a condition is set aside: rather one too many than one too few. A stated one that is lost this way
# is shown to the sponsor as left out, and comes back by one press.
LIKELY = -2.0
# Log odds of the small network that leave no doubt, and what those of the large one count beside one of the small.
SURE, WHOLE_COUNTS = 5.0, 3.0
# Texts of fewer words than this give little to hear: the large network is asked only where something would go.
FEW = 12
# A sentence has so many words at least besides what it names, and one of these at its end.
BESIDE, SENTENCE_ENDS = 2, frozenset(".!?")
# From so many words on a text may tell of outcomes: the large network is asked of every condition, whatever the small
# one thinks.
MANY = 25
# Log odds from which a condition is an outcome. It comes back as one that is set aside does.
OUTCOME = 0.5
# Log odds that the word of a rule is worth: more for what one sets aside, and less in few words for what none does.
RULED = 1.0
# Log odds from which even the last condition of a text goes: what it is about was not found, and asking beats guessing.
ALONE = 0.0
# Log odds below which the only condition of a text comes back although a rule has marked it. A few words may well be of
# nothing but an exclusion.
BACK = -1.0
# A text is rather about a disease than about a symptom, unless the symptom's log odds are better by so much.
FAR_BETTER = 6.0
# Log odds of a mention that plainly sets its condition aside, and those down to which another mention of the same
# condition goes with it: what is not wanted is often told of twice.
PLAINLY, UNLESS_WANTED = 3.0, -6.0
# Conditions of one text that are heard; of a text of more only the rules judge the rest.
HEARD = 200
OUT: frozenset[Assertion] = frozenset({"excluded", "denied"})
# What nobody who takes part needs to have.
LEFT_OUT = OUT | {"outcome"}


def heard(told: Told, marks: Sequence[Assertion]) -> list[Assertion]:
    """Give the marks of a text, made by rules, after the words around each condition are heard."""
    mentions = told.mentions[:HEARD]
    if len(mentions) == 1 and marks[mentions[0][0]] not in OUT and not (is_told(told) or _is_sentence(told)):
        return list(marks)
    odds = load_net().odds(told, marks, mentions)
    outcomes = [-math.inf] * len(odds)
    for number, other in _heard_whole(told, marks, odds):
        outcomes[number] = other.outcome
        odds[number] = (odds[number] + WHOLE_COUNTS * other.aside) / (1 + WHOLE_COUNTS)
    return decided(told, marks, odds, outcomes)


def is_told(told: Told) -> bool:
    """Whether a text is more than a term or a title: it has many words, or several sentences."""
    return len(told.tokens) >= FEW or any(token.gap == ENDED for token in told.tokens[1:])


def _is_sentence(told: Told) -> bool:
    """Whether a text ends like a sentence and has words besides what it names; a term does not."""
    return len(told.tokens) - len(told.busy) >= BESIDE and told.after(len(told.tokens) - 1).strip() in SENTENCE_ENDS


def _heard_whole(told: Told, marks: Sequence[Assertion], odds: Sequence[float]) -> Iterator[tuple[int, Odds]]:
    """Give what the large network hears of the conditions that it is asked about, by their numbers."""
    size = len(told.tokens)
    may_go = size >= FEW or max(odds, default=LIKELY) > LIKELY or not OUT.isdisjoint(marks)
    doubted = [number for number, own in enumerate(odds) if abs(own) < SURE and may_go]
    asked = range(len(odds)) if size >= MANY or len(odds) == 1 else doubted
    if asked:
        yield from zip(asked, load_whole_net().heard(told, marks, [told.mentions[one] for one in asked]), strict=False)


def decided(
    told: Told, marks: Sequence[Assertion], odds: Sequence[float], outcomes: Sequence[float]
) -> list[Assertion]:
    """Give the marks of a text: `odds` are the log odds that its first conditions are set aside, or are outcomes.

    A text is mostly about one of its conditions, and about a disease rather than a symptom: where all would go, the
    one that the words speak against least stays, unless they do so plainly. A short text of one condition may be
    nothing but its exclusion.
    """
    judged = list(marks)
    mentions = told.mentions[: len(odds)]
    # What is likely an outcome is as likely to go as what is likely set aside.
    either = [max(own, other - OUTCOME + LIKELY) for own, other in zip(odds, outcomes, strict=True)]
    odds = list(_with_repeated(told, odds, either))
    unruled = -RULED if len(told.tokens) < FEW else 0.0
    ruled = (RULED if marks[first] in OUT else unruled for first, _ in mentions)
    likely = [own + rule for own, rule in zip(odds, ruled, strict=True)]
    out = [own > LIKELY for own in likely]
    if len(out) == 1:
        may_be_all = len(told.tokens) < FEW or odds[0] >= BACK
        out = [(marks[mentions[0][0]] in OUT and may_be_all) or odds[0] > ALONE]
    else:
        _one_stays(out, odds, likely, told, marks)
    for (first, last), is_out, outcome in zip(mentions, out, outcomes, strict=True):
        for number in range(first, last + 1):
            if is_out and outcome > OUTCOME and judged[number] != "history":
                judged[number] = "outcome"
            elif is_out and judged[number] == "present":
                judged[number] = "excluded"
            elif not is_out:
                judged[number] = "present"
    return judged


def spoken_against(told: Told, marks: Sequence[Assertion], guessed: Sequence[tuple[int, int]]) -> list[bool]:
    """Say of each condition that is only guessed, from words that name none, whether the text sets it aside."""
    odds = load_whole_net().heard(told, marks, guessed)
    against = [one.aside > LIKELY or one.outcome > OUTCOME for one in odds]
    return against + [False] * (len(guessed) - len(odds))


def _with_repeated(told: Told, odds: Sequence[float], either: Sequence[float]) -> Iterator[float]:
    """Give the odds, those of what another mention plainly sets aside raised so far that it goes too."""
    named = told.named[: len(odds)]
    refused = {one for names, own in zip(named, odds, strict=True) if own > PLAINLY for one in names}
    for own, names in zip(either, named, strict=True):
        goes_too = own > UNLESS_WANTED and not refused.isdisjoint(names)
        yield max(own, math.nextafter(LIKELY, 0)) if goes_too else own


def _one_stays(
    out: list[bool], odds: Sequence[float], likely: Sequence[float], told: Told, marks: Sequence[Assertion]
) -> None:
    """Take the likeliest condition back in where all would go: a disease, if one is named and nothing is far better."""
    first = [first for first, _ in told.mentions[: len(odds)]]
    for may_stay in (told.ill, told.firm, range(len(told.tokens))):
        named = [number for number, at in enumerate(first) if at in may_stay]
        if not named:
            continue
        best = min(named, key=likely.__getitem__)
        stated = [likely[number] for number, at in enumerate(first) if at in told.firm and not out[number]]
        is_other = bool(stated) and (marks[first[best]] in OUT or likely[best] - min(stated) >= FAR_BETTER)
        if all(out[number] for number in named) and not is_other and odds[best] <= ALONE:
            out[best] = False
        return
