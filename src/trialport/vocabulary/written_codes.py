"""ICD-10 codes written out in a text."""

import re

from trialport.vocabulary.hits import Hit
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import Token
from trialport.vocabulary.words import Steering

# The Danish classification (SKS) writes ICD-10 codes with a D before them: DJ44.
_CODE = re.compile(r"(?<![\w.-])(D(?=[A-Z]))?([A-Z]\d[\dA-Z])(?:(\.)?([\dA-Z]{1,4}))?(?![\w.]*\w)")
_ONLY_CODES = re.compile(
    r"(?:\s*D?[A-Z]\d[\dA-Z](?:\.?[\dA-Z]{1,4})?\s*(?:[,;/\u2013-]|and|och|og|$))+\s*", re.IGNORECASE
)
CODE_SCORE = 1.0


def written_codes(text: str, tokens: list[Token], vocabulary: Vocabulary, steering: Steering) -> list[Hit]:
    """Hits of codes.

    A code without a decimal could be a vitamin, a vertebra or a virus (B12, L5, H1N1): it counts only where
    the text is nothing but codes, it stands alone in brackets, or "ICD" is near.
    """
    only_codes = bool(_ONLY_CODES.fullmatch(text[:2000]))
    searched = text.upper() if only_codes and len(text.upper()) == len(text) else text
    starts = {token.start: number for number, token in enumerate(tokens)}
    hits: list[Hit] = []
    for found in _CODE.finditer(searched):
        concept = vocabulary.concept_ids.get(found[2])
        first = starts.get(found.start())
        if concept is None or first is None:
            continue
        if not (only_codes or found[1] or found[3] or _announced(text, found, tokens, first, steering)):
            continue
        last = max(n for n in range(first, min(first + 3, len(tokens))) if tokens[n].start < found.end())
        # A code beats whatever words its characters happen to make.
        hits.append(Hit(concept, CODE_SCORE, first, last, 9.0, "code"))
    return hits


def _announced(text: str, found: re.Match[str], tokens: list[Token], first: int, steering: Steering) -> bool:
    if text[found.start() - 1 : found.start()] == "(" and text[found.end() : found.end() + 1] == ")":
        return True
    return any(token.plain in steering.code_words for token in tokens[max(0, first - 4) : first])
