"""How a term stands to the shipped words: new, known, in conflict with them, or not fit to be looked up."""

from typing import Literal, NamedTuple

from trialport.vocabulary.compile import MAX_KEY_STEMS, key_of
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import tokens_of
from trialport.vocabulary.sources import stems_of_kind
from trialport.vocabulary.wording import is_shortening

State = Literal["new", "known", "conflict", "too_long", "no_words"]
MAX_TEXT = 300
# A lone word of fewer letters is a chance word of any text.
_SHORTEST = 3


class Standing(NamedTuple):
    """State of a term, and for a conflict the category that the shipped vocabulary has it under."""

    state: State
    shipped: str | None = None


class ShippedWords:
    """Looks terms up in the shipped vocabulary, as compiling does."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._stop = stems_of_kind("stop")

    def standing(self, text: str, category: str) -> Standing:
        """Say how a term of a category stands."""
        if len(text) > MAX_TEXT:
            return Standing("too_long")
        tokens = tokens_of(text)
        if is_shortening(text):
            written = " ".join(token.raw for token in tokens)
            return self._among([reading[0] for reading in self._vocabulary.abbreviations.get(written, [])], category)
        telling = [token for token in tokens if token.stem not in self._stop]
        if not telling or (len(telling) == 1 and len(telling[0].plain) < _SHORTEST):
            return Standing("no_words")
        if len(telling) > MAX_KEY_STEMS:
            return Standing("too_long")
        key = key_of(token.stem for token in telling)
        return self._among([term.concept for term in self._vocabulary.terms_of(key)], category)

    def _among(self, concepts: list[int], category: str) -> Standing:
        categories = [self._vocabulary.concepts[concept].partition("/")[0] for concept in concepts]
        if not categories:
            return Standing("new")
        return Standing("known") if category in categories else Standing("conflict", categories[0])
