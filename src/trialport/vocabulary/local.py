"""Terms that a region has agreed on for itself, in the form the reader looks them up by.

They are read beside the vocabulary and win over its words. A local term is looked up by the stems of its content
words in alphabetical order, as the vocabulary's phrases are.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from trialport.core.language import Language
from trialport.vocabulary.compile import MAX_KEY_STEMS, key_of
from trialport.vocabulary.hits import Hit, without_overlaps
from trialport.vocabulary.index import Vocabulary
from trialport.vocabulary.normalise import ANNOUNCED, HYPHENED, Token, tokens_of
from trialport.vocabulary.phrases import SAME_STEMS, SAME_WORDS
from trialport.vocabulary.sources import LANGUAGES
from trialport.vocabulary.words import load_steering

# A lone word shorter than this is read in texts of its own language only, unless it is written in capitals.
_TELLING_WORD = 8
_FEWEST_LETTERS = 2


class LocalTerm(NamedTuple):
    """Words of one language and the concept they stand for in a region."""

    words: str
    language: Language
    concept: str


class Known(NamedTuple):
    """A local term under its key: concept (dense number), language and plain form."""

    concept: int
    language: Language
    plain: str


@dataclass(frozen=True, slots=True)
class LocalTerms:
    """What a region, or several regions together, read beside the vocabulary; false when it is nothing.

    `version` depends on the terms alone: the same terms give the same in every process.
    """

    version: str
    keys: Mapping[str, tuple[Known, ...]]
    stems: frozenset[str]

    @classmethod
    def of(cls, terms: Iterable[LocalTerm], vocabulary: Vocabulary) -> "LocalTerms":
        """Make the lookup; terms of concepts that this vocabulary does not have are left out."""
        held = sorted({term for term in terms if term.concept in vocabulary.concept_ids})
        keys: dict[str, tuple[Known, ...]] = {}
        for term in held:
            content = content_words(term.words)
            known = Known(vocabulary.concept_ids[term.concept], term.language, _plain(content))
            key = _key(content)
            keys[key] = (*keys.get(key, ()), known)
        digest = hashlib.sha256(msgspec.json.encode(held)).hexdigest()[:12] if held else ""
        return cls(digest, MappingProxyType(keys), frozenset(stem for key in keys for stem in key.split()))

    def __bool__(self) -> bool:
        return bool(self.keys)

    def find(self, tokens: list[Token], lang: Language | None) -> list[Hit]:
        """Find the runs of content words that are local terms, the longest where they overlap."""
        return without_overlaps(self._runs(tokens, lang)) if self else []

    def _runs(self, tokens: list[Token], lang: Language | None) -> Iterator[Hit]:
        stop = load_steering().stop
        content = [number for number, token in enumerate(tokens) if token.stem not in stop]
        for start, first in enumerate(content):
            window: list[Token] = []
            previous = first
            for number in content[start : start + MAX_KEY_STEMS]:
                broken = any(token.gap >= ANNOUNCED for token in tokens[previous + 1 : number + 1])
                if broken or tokens[number].stem not in self.stems:
                    break
                window.append(tokens[number])
                previous = number
                known = self._known(window, lang)
                if known is not None and not _is_denied(tokens, first):
                    score = SAME_WORDS if known.plain == _plain(window) else SAME_STEMS
                    yield Hit(known.concept, score, first, number, len(window), "synonym")

    def _known(self, window: list[Token], lang: Language | None) -> Known | None:
        """Choose the term of these words: that of the text's language, else any whose words are long enough."""
        found = self.keys.get(_key(window), ())
        spoken = [known for known in found if lang is None or known.language == lang]
        first = window[0]
        if not spoken and (len(window) > 1 or len(first.plain) >= _TELLING_WORD or first.raw.isupper()):
            spoken = list(found)
        return min(spoken, key=lambda known: LANGUAGES.index(known.language), default=None)


NO_LOCAL_TERMS = LocalTerms("", MappingProxyType({}), frozenset())


def content_words(words: str) -> list[Token]:
    """Give the words a term is found by: all but those that stand in every text."""
    stop = load_steering().stop
    return [token for token in tokens_of(words) if token.stem not in stop]


def key_of_words(words: str) -> str:
    """Give the key of a term: the same for other inflections, other order and other small words."""
    return _key(content_words(words))


def fault_of_words(words: str) -> str | None:
    """Say why words cannot be a local term; None when they can."""
    content = content_words(words)
    steering = load_steering()
    if not any(len(token.plain) >= _FEWEST_LETTERS and not token.plain.isdigit() for token in content):
        return "Nothing is left of these words to find them by. Write the words of a condition."
    if len(content) > MAX_KEY_STEMS:
        return f"These are too many words. Write at most {MAX_KEY_STEMS} that carry the meaning."
    if any(token.gap >= ANNOUNCED for token in tokens_of(words)[1:]):
        return "Write one phrase, without a colon, a full stop or a new line in it."
    if all(token.plain in steering.prose or token.stem in steering.generic for token in content):
        return "These words stand in many texts and tell no condition by themselves. Add the words around them."
    return None


def _is_denied(tokens: list[Token], first: int) -> bool:
    """Whether "non-" stands right before: non-X is another thing than X."""
    return first > 0 and tokens[first].gap == HYPHENED and tokens[first - 1].plain in {"non", "icke", "ikke"}


def _key(tokens: Iterable[Token]) -> str:
    return key_of(token.stem for token in tokens)


def _plain(tokens: Iterable[Token]) -> str:
    return " ".join(token.plain for token in tokens)
