"""Turning classification text into the words people write.

ICD labels carry qualifiers ("unspecified", "NOS"), synonyms in square brackets and words in round brackets
that may be present or not; each of these becomes a plain phrase.
"""

import re
from collections.abc import Iterator

_TAIL = re.compile(
    r",?\s*(?:\b(?:unspecified|NOS|NEC|not elsewhere classified|so stated|without complications?"
    r"|(?:of |in )?(?:unspecified|multiple|other specified|other) (?:sites?|degree|organ)?)\s*)$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:other specified|other and unspecified|other|unspecified|annan|annat|andra|anden|andet|andre)\s+",
    re.IGNORECASE,
)
_ROUND = re.compile(r"\s*\([^()]*\)")
_SQUARE = re.compile(r"\s*\[([^\[\]]*)\]")
_SHORT = re.compile(r"[A-Z][A-Za-z0-9-]{1,7}")
_PAIR = re.compile(r"(\w{6,}) and (\w{6,})")
_MALIGNANT = re.compile(
    r"(?:other (?:and unspecified )?)?malignant neoplasm of (?:other and unspecified parts of )?(.+)",
    re.IGNORECASE,
)
_BENIGN = re.compile(r"(?:other )?benign neoplasm of (.+)", re.IGNORECASE)


def is_residual(text: str) -> bool:
    """Whether a label is a rest class ("Other ..."), whose words belong to it only for want of a better."""
    return bool(_HEAD.match(text))


def shortenings(text: str) -> tuple[str, ...]:
    """Abbreviations in square brackets ("Human immunodeficiency virus [HIV] disease"), or the whole text."""
    return tuple(word for word in (text, *_SQUARE.findall(text)) if is_shortening(word))


def is_shortening(text: str) -> bool:
    """Whether a text is an abbreviation rather than a word (FFI, vCJD)."""
    return bool(_SHORT.fullmatch(text)) and sum(c.isupper() for c in text) >= 2  # noqa: PLR2004


def phrases(text: str) -> Iterator[str]:
    """Plain phrases meant by one label or inclusion term, the fullest first, each once."""
    seen: set[str] = set()
    for phrase in _variants(text):
        trimmed = _TAIL.sub("", phrase).strip(" ,;")
        if trimmed and trimmed not in seen:
            seen.add(trimmed)
            yield trimmed


def _variants(text: str) -> Iterator[str]:
    without_square = _SQUARE.sub("", text)
    yield without_square.replace("(", " ").replace(")", " ")
    yield _ROUND.sub("", without_square).strip()
    for inside in _SQUARE.findall(text):
        # A synonym of the whole stands at the end and is a phrase; inside the text it explains one word.
        if text.rstrip().endswith(f"[{inside}]") and " " in inside.strip():
            yield inside
    plain = _ROUND.sub("", without_square).strip()
    if _HEAD.match(plain):
        yield _HEAD.sub("", plain)
    if pair := _PAIR.fullmatch(plain):
        yield from pair.groups()
    yield from _tumours(_TAIL.sub("", plain))


def _tumours(plain: str) -> Iterator[str]:
    if found := _MALIGNANT.fullmatch(plain):
        for part in re.split(r" and |, ", found[1]) if found[1].count(" ") <= 4 else [found[1]]:  # noqa: PLR2004
            for word in ("cancer", "carcinoma", "neoplasm", "malignant tumor", "tumor"):
                yield f"{word} of {part}"
    elif found := _BENIGN.fullmatch(plain):
        yield f"benign tumor of {found[1]}"
