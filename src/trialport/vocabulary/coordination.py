"""Words that share a head: "breast and lung cancer", "typ 1 och 2-diabetes", "bröst- och lungcancer".

Of each such group every member is read once with the words around the group, the other members left out.
"""

from collections.abc import Iterator
from typing import NamedTuple

from trialport.vocabulary.compounds import split_compound
from trialport.vocabulary.elements import Element
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import ANNOUNCED, LISTED, Token, stem

_JOINING = frozenset({"and", "or", "och", "eller", "samt", "og"})
# Words on either side of a group that may belong to what its members share.
AROUND = 4
MAX_MEMBERS, MAX_GROUPS = 6, 40


class Variant(NamedTuple):
    """Elements with one member of a group in the place of all; `member` is the token it stands in."""

    elements: list[Element]
    member: int


def variants(elements: list[Element], tokens: list[Token], text: str, vocabulary: Vocabulary) -> Iterator[Variant]:
    """Give for each member of each group the elements around it, without the other members."""
    for count, (first, last) in enumerate(_groups(elements, tokens, text)):
        if count == MAX_GROUPS:
            return
        before = elements[max(0, first - AROUND) : first]
        after = elements[last + 1 : last + 1 + AROUND]
        for member in elements[first : last + 1]:
            yield Variant([*before, member, *after], member.token)
        yield from _cut_short(elements[first : last + 1], tokens, text, vocabulary)
    yield from _numbered(elements, tokens, text)


def _numbered(elements: list[Element], tokens: list[Token], text: str) -> Iterator[Variant]:
    """Read "type 1" of "type 1 or type 2 diabetes" with the words that follow the second."""
    for number in range(len(elements) - 4):
        word, first, again, _, head = elements[number : number + 5]
        if word.plain == again.plain and _joined(first, again, tokens, text) and tokens[head.token].gap < LISTED:
            yield Variant([word, first, *elements[number + 4 : number + 4 + AROUND]], first.token)


def _groups(elements: list[Element], tokens: list[Token], text: str) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(elements):
        last = first
        while (
            last + 1 < len(elements)
            and last - first < MAX_MEMBERS
            and _joined(elements[last], elements[last + 1], tokens, text)
        ):
            last += 1
        if last > first:
            yield first, last
        first = last + 1


def _joined(one: Element, other: Element, tokens: list[Token], text: str) -> bool:
    """Whether only a joining word, a comma or a slash stands between two words."""
    between = tokens[one.token + 1 : other.token]
    if any(token.gap >= ANNOUNCED for token in tokens[one.token + 1 : other.token + 1]):
        return False
    if not between:
        return tokens[other.token].gap == LISTED or "/" in text[tokens[one.token].end : tokens[other.token].start]
    return len(between) == 1 and between[0].plain in _JOINING


def _cut_short(members: list[Element], tokens: list[Token], text: str, vocabulary: Vocabulary) -> Iterator[Variant]:
    """Give words whose end stands only in the last member (bröst- och lungCANCER) that end."""
    last = members[-1]
    parts = split_compound(last.plain, vocabulary, nordic=True)
    if not parts:
        return
    for member in members[:-1]:
        end = tokens[member.token].end
        if text[end : end + 1] in {"-", "\u2010", "\u2011"}:
            for start in range(1, len(parts)):
                whole = member.plain + "".join(parts[start:])
                element = member._replace(plain=whole, stem=stem(whole), atoms=vocabulary.lexicon.atoms_of(whole, None))
                yield Variant([element], member.token)
