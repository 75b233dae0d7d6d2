"""Taking Swedish and Danish compounds apart against the words the vocabulary knows."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Protocol

from trialport.vocabulary.normalise import stem

MIN_COMPOUND, MAX_PARTS = 7, 4
# Three letters are a word of the body in a Nordic text (hud, arm, mun); elsewhere mostly chance.
MIN_PART, MIN_PART_ELSEWHERE = 3, 4


class KnownStems(Hashable, Protocol):
    """What a compound is split against: the stems of all vocabulary phrases."""

    stems: dict[str, int]


def _known_form(part: str, stems: dict[str, int]) -> str | None:
    """Find the part as a known word: as it stands, without a linking s, or with a dropped vowel."""
    forms = [part]
    if part.endswith("s") and len(part) > MIN_PART + 1:
        forms.append(part[:-1])
    forms += [part + vowel for vowel in "ae"]
    return next((form for form in forms if stem(form) in stems), None)


def split_compound(plain: str, known: KnownStems, *, nordic: bool) -> tuple[str, ...]:
    """Give the fewest known words a word is made of (at least two), the last as long as possible; or ().

    `nordic` says that the text is known to be Swedish or Danish.
    """
    if len(plain) < MIN_COMPOUND or not plain.isalpha():
        return ()
    return _split(plain, known, MIN_PART if nordic else MIN_PART_ELSEWHERE)


@lru_cache(maxsize=16_384)
def _split(plain: str, known: KnownStems, shortest: int) -> tuple[str, ...]:
    best: list[tuple[str, ...] | None] = [()] + [None] * len(plain)
    for end in range(shortest, len(plain) + 1):
        for start in range(end - shortest + 1):
            before = best[start]
            if before is None or len(before) >= MAX_PARTS or (start == 0 and end == len(plain)):
                continue
            form = _known_form(plain[start:end], known.stems)
            if form is None:
                continue
            found = best[end]
            # Starts run upwards, so that of equally many parts the first found has the longest last part.
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, form)
    return best[-1] or ()
