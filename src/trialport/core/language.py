"""The language to answer in, from what a viewer accepts (RFC 9110, 12.5.4)."""

from collections.abc import Mapping
from typing import Literal, get_args

Language = Literal["en", "sv", "da"]
# Each language by its own name.
LANGUAGES: Mapping[Language, str] = {"en": "English", "sv": "Svenska", "da": "Dansk"}
# Holds the language a person chose on a page.
LANGUAGE_COOKIE = "lang"
DEFAULT: Language = "en"
# Written Norwegian is near enough to Danish to be read without effort.
_KNOWN: dict[str, Language] = {"en": "en", "sv": "sv", "da": "da", "nb": "da", "nn": "da", "no": "da"}
_MOST_RANGES = 20


def best_language(accepted: str | None) -> Language:
    """Choose among our languages by an Accept-Language header; English when none is accepted.

    Ranges that are no such thing are passed over, as are those with weight 0.
    """
    weighed: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accepted or "").split(",")[:_MOST_RANGES]):
        tag, _, weight = part.partition(";")
        known = _KNOWN.get(tag.strip().partition("-")[0].lower())
        if known and (quality := _quality(weight)) > 0:
            weighed.append((-quality, place, known))
    return min(weighed)[2] if weighed else DEFAULT


def chosen_language(chosen: str | None, accepted: str | None) -> Language:
    """Return the language a person chose, where it is one of ours, else the best by her Accept-Language header."""
    return next((one for one in get_args(Language) if one == chosen), None) or best_language(accepted)


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip() == "q" and 0 <= quality <= 1 else 0.0
