"""Where a decentralised activity is possible, as units write it: all of their region, or a part of it."""

import re

from trialport.matching.layout import PART, WHOLE
from trialport.vocabulary.codes import DctActivity

# Activities that somebody or something has to travel for. A video visit reaches everybody alike.
PLACED: tuple[DctActivity, ...] = (
    "home_nurse_visit",
    "local_health_centre_visit",
    "mobile_unit_visit",
    "home_venous",
    "local_lab",
    "courier_cold_chain",
    "site_to_home_shipping",
    "regional_pharmacy",
    "local_pharmacy_handover",
    "home_administration_nurse",
)
# How a place that is no smaller than a region begins, in Swedish, Danish and English,
_WHOLE = ("county", "counties", "region", "län", "countr", "nation", "landet", "rikstäck", "landsdæk")
_COUNTRIES = ("sweden", "sverige", "denmark", "danmark", "finland", "norway", "norge")
# and the words that make it smaller again ("Uppsala county except Heby").
_SMALLER = ("municip", "kommun", "city", "town", "part", "del", "except", "utom", "undant", "undtag", "not", "km")
_WORD = re.compile(r"[^\W\d_]+")


def reach_of(place: str) -> int:
    """Say whether a stated place is the whole of the unit's region (or more); what is not plainly so is a part."""
    words = _WORD.findall(place.casefold())
    if any(word.startswith(_SMALLER) for word in words):
        return PART
    whole = any(word.startswith((*_WHOLE, *_COUNTRIES)) or word.endswith(("regionen", "regionens")) for word in words)
    return WHOLE if whole else PART
