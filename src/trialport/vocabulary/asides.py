"""Which conditions a text sets aside, by the words around them.

No list of phrases holds every way of saying what is not wanted ("COPD we leave to our colleagues", "dem med KOL får
vänta till nästa gång"), and a rule that fits one text sets aside what another one means. So a small network that has
read inquiries written for this project (`aside_net`) hears each condition of a text with what the rules of grammar say
of it (`scopes`), and where it is in doubt a larger and slower one that knew the languages before (`whole_net`) hears
the whole text with it. What is only history stays what the rules say.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from trialport.vocabulary.aside_net import load_net
from trialport.vocabulary.models import Assertion
from trialport.vocabulary.normalise import ANNOUNCED, LISTED
from trialport.vocabulary.triggers import ADDING, Told
from trialport.vocabulary.whole_net import load_whole_net

# Log odds from which a condition is set aside: rather one too many than one too few. A stated one that is lost this way
# is shown to the sponsor as left out, and comes back by one press.
LIKELY = -2.5
# Log odds of the small network that leave no doubt. Asked of every text the large one changed nothing more.
SURE = 5.0
# Texts of fewer words than this give little to hear.
FEW = 12
# Log odds that the word of a rule is worth: more for what one sets aside, and less in few words for what none does.
RULED = 2.0
# Log odds below which the only condition of a text comes back although a rule has marked it. A few words may well be of
# nothing but an exclusion.
BACK = -1.0
# Conditions that a text joins ("asthma or COPD") are mostly both wanted or both not: log odds that one that is
# sure lends to the other at most, and how many words may stand between them.
LENT, BETWEEN = 2.5, 3
_JOINING = ADDING | {"or", "eller", "nor", "samt", "with", "med"}
# A text is rather about a disease than about a symptom, unless the symptom's log odds are better by so much.
FAR_BETTER = 6.0
# Conditions of one text that are heard; of a text of more only the rules judge the rest.
HEARD = 200
OUT: frozenset[Assertion] = frozenset({"excluded", "denied"})


def heard(told: Told, marks: Sequence[Assertion]) -> list[Assertion]:
    """Give the marks of a text, made by rules, after the words around each condition are heard."""
    mentions = told.mentions[:HEARD]
    if len(mentions) == 1 and marks[mentions[0][0]] not in OUT:
        return list(marks)
    odds = load_net().odds(told, marks, mentions)
    if any(abs(own) < SURE for own in odds):
        whole = load_whole_net().odds(told, marks, mentions)
        odds = [*((own + other) / 2 for own, other in zip(odds, whole, strict=False)), *odds[len(whole) :]]
    return decided(told, marks, odds)


def decided(told: Told, marks: Sequence[Assertion], odds: Sequence[float]) -> list[Assertion]:
    """Give the marks of a text, `odds` being the log odds that its first conditions are set aside.

    A text is about one of its conditions at least, and about a disease rather than a symptom: where all would go, the
    one that the words speak against least stays. A short text of one condition may be nothing but its exclusion.
    """
    judged = list(marks)
    mentions = told.mentions[: len(odds)]
    unruled = -RULED if len(told.tokens) < FEW else 0.0
    ruled = [RULED if marks[first] in OUT else unruled for first, _ in mentions]
    likely = [own + rule for own, rule in zip(_lent(odds, told), ruled, strict=True)]
    out = [own > LIKELY for own in likely]
    if len(out) == 1:
        may_be_all = len(told.tokens) < FEW or odds[0] >= BACK
        out = [marks[mentions[0][0]] in OUT and may_be_all]
    else:
        _one_stays(out, likely, told, marks)
    for (first, last), is_out in zip(mentions, out, strict=True):
        for number in range(first, last + 1):
            if is_out and judged[number] == "present":
                judged[number] = "excluded"
            elif not is_out and judged[number] in OUT:
                judged[number] = "present"
    return judged


def _lent(odds: Sequence[float], told: Told) -> list[float]:
    """Give the odds of conditions with what those they are joined to lend them."""
    joint = list(odds)
    for one, other in _joined(told, len(odds)):
        joint[one] += LENT * math.tanh(odds[other] / 2)
        joint[other] += LENT * math.tanh(odds[one] / 2)
    return joint


def _joined(told: Told, count: int) -> Iterator[tuple[int, int]]:
    """Give the numbers of neighbouring conditions that an "and", an "or" or a comma joins and no refusal parts."""
    steering = told.steering
    for number, ((_, end), (start, _)) in enumerate(pairwise(told.mentions[:count])):
        between = told.tokens[end + 1 : start]
        gaps = [token.gap for token in told.tokens[end + 1 : start + 1]]
        if len(between) > BETWEEN or max(gaps, default=ANNOUNCED) >= ANNOUNCED:
            continue
        words = {token.plain for token in between}
        parts = words & (steering.refusal | steering.contrast) or any((word,) in steering.phrases for word in words)
        joins = words & _JOINING or LISTED in gaps or told.between(end + 1).strip() in {"/", "("}
        if joins and not parts:
            yield number, number + 1


def _one_stays(out: list[bool], likely: Sequence[float], told: Told, marks: Sequence[Assertion]) -> None:
    first = [first for first, _ in told.mentions[: len(likely)]]
    for may_stay in (told.ill, told.firm, range(len(told.tokens))):
        named = [number for number, at in enumerate(first) if at in may_stay]
        if not named:
            continue
        best = min(named, key=likely.__getitem__)
        stated = [likely[number] for number, at in enumerate(first) if at in told.firm and not out[number]]
        is_better = bool(stated) and (marks[first[best]] in OUT or likely[best] - min(stated) >= FAR_BETTER)
        if all(out[number] for number in named) and not is_better:
            out[best] = False
        return
