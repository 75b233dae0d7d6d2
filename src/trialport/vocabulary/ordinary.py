"""Words of everyday and written language: a word that people write on purpose is no misspelt condition.

"Stockings" is one letter pair away from "smoking", "disinfection" from "disc infection". Which words there are is told
by the lists of `wordfreq` (what is written in English, Swedish and Danish, from books to subtitles); misspellings are
too rare to stand in them. Of each word a hash of 32 bits is kept: of 6,000 misspelt words about one passes for a known
one by chance.
"""

import zlib
from collections.abc import Iterable
from itertools import takewhile

import numpy as np
import wordfreq

from trialport.core.language import Language
from trialport.vocabulary.normalise import fold, skeleton
from trialport.vocabulary.sources import LANGUAGES

# Words that make up so much of all that is written make no condition together by their meanings: 3,000 in English.
OFTEN = 10**-4.5
# Shorter words are not looked at by the correction of spelling either.
MIN_LENGTH = 4
# Endings of inflection, and those in which words of the three languages differ (osteoporosis, osteoporos, -ose).
# fmt: off
_ENGLISH = frozenset([
    "", "s", "es", "e", "ed", "d", "ies", "y", "i", "ie", "a", "ia", "is", "os", "osis", "ose", "as", "ases",
    "us", "ous", "um", "al", "ar", "ik", "ian", "iker", "ikal", "isk", "itet", "ity", "et", "it", "k", "sk",
    "er", "ing", "n", "en", "ly",
])
_ENDINGS = _ENGLISH.union([
    "t", "ets", "ens", "ns", "r", "or", "na", "arna", "erna", "orna", "rna", "ene", "erne", "rne", "ne", "an",
    "ans", "ande", "ende", "at", "ade", "ede", "ska", "ske", "iska", "iske", "iskt", "skt", "ern", "te",
])
# fmt: on


def compile_ordinary(terms: Iterable[str]) -> bytes:
    """Hashes of the words of all languages together (a Danish text names Swedish words) that are no terms.

    They are in order, as little-endian 32-bit numbers.
    """
    words = {fold(word) for lang in LANGUAGES for word in wordfreq.get_frequency_dict(lang, "best")}
    words -= {fold(term) for term in terms if term.isalpha()}
    return _compiled(word for word in words if len(word) >= MIN_LENGTH)


def compile_frequent() -> bytes:
    """Hashes of the words of all languages that are said most often, terms or not, in the same form."""
    shares = (pair for lang in LANGUAGES for pair in wordfreq.get_frequency_dict(lang, "best").items())
    return _compiled(fold(word) for word, share in shares if share >= OFTEN)


def _compiled(words: Iterable[str]) -> bytes:
    return np.unique(np.fromiter((_hash(word) for word in words if word.isalpha()), "<u4")).tobytes()


class Ordinary:
    """Looks folded words up among compiled hashes."""

    def __init__(self, compiled: bytes) -> None:
        self._hashes = np.frombuffer(compiled, "<u4")

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        wanted = np.uint32(_hash(word))
        place = int(np.searchsorted(self._hashes, wanted))
        return place < len(self._hashes) and bool(self._hashes[place] == wanted)

    def may_say(self, word: str, term: str, lang: Language | None) -> bool:
        """Whether a word that has the stem of a term may mean it: an ordinary one only as its own form."""
        return word == term or word not in self or is_form_of(word, term, lang)


def is_form_of(word: str, other: str, lang: Language | None) -> bool:
    """Whether two folded words differ by endings only: injuries and injury, but not coronary and corona.

    The stems by which terms are found are coarser than that, which helps a misspelt word and harms an ordinary one.
    """
    one, two = skeleton(word), skeleton(other)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
    rest, other_rest = one[shared:], two[shared:]
    # Swedish and Danish double a consonant before an ending: rum, rummet; Danish others than m and n too: hul, hullet.
    if lang != "en" and shared and rest[:1] == one[shared - 1] and (lang == "da" or rest[0] in "mn"):
        rest = rest[1:]
    endings = _ENGLISH if lang == "en" else _ENDINGS
    return rest in endings and other_rest in endings


def _hash(word: str) -> int:
    return zlib.crc32(word.encode())
