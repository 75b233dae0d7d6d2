"""What an inquiry needs of a pharmacy: from the product, and from the sponsor's own words about it."""

import re
from collections.abc import Iterator

from trialport.vocabulary.codes import Capability

TRIAL_PHARMACY: Capability = "trial_pharmacy"
# How words for what a pharmacy has to do begin, in Swedish, Danish and English.
_STEMS: dict[Capability, tuple[str, ...]] = {
    "aseptic_preparation": ("asept", "steril"),
    "cytotoxic_preparation": ("cytotox", "cytosta", "chemo", "kemo", "cellgift", "cellegift"),
    "radiopharmaceuticals": ("radio", "nuclear", "nukle"),
}
# What follows one of these is not needed.
_NO_ENGLISH = ("no", "none", "not", "nil", "nothing", "without")
_NO = frozenset((*_NO_ENGLISH, "nej", "ej", "inga", "ingen", "inget", "inte", "utan", "intet", "ikke", "uden"))
_WORD = re.compile(r"\w+")


def pharmacy_needs(said: str | None, *, cytotoxic: bool, radioactive: bool) -> tuple[Capability, ...]:
    """Return what a pharmacy must be able to do; any words about it ask for a trial pharmacy, "none" for nothing."""
    words = list(_needed(said or ""))
    found: dict[Capability, bool] = {
        capability: any(word.startswith(stems) for word in words) for capability, stems in _STEMS.items()
    }
    found["cytotoxic_preparation"] |= cytotoxic
    found["radiopharmaceuticals"] |= radioactive
    return (*((TRIAL_PHARMACY,) if words else ()), *(capability for capability, needed in found.items() if needed))


def _needed(said: str) -> Iterator[str]:
    """List the words up to the first that says no."""
    for word in _WORD.findall(said.casefold()):
        if word in _NO:
            return
        yield word
