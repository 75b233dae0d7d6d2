"""The small words that steer a reading, from `data/words.tsv`, in the forms the readers look them up by."""

import functools
from pathlib import Path
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.normalise import Token, stem, tokens_of
from trialport.vocabulary.sources import DATA, LANGUAGES, WordRow, read_words, stems_of_kind

Phrase = tuple[str, ...]
_TELLING = 4


class Steering(NamedTuple):
    """Words by what they do. Phrases are tuples of plain forms; `opposites` pairs stems or prefixes."""

    stop: frozenset[str]
    written_stop: dict[str, frozenset[str]]
    generic: frozenset[str]
    negation: frozenset[str]
    common: frozenset[str]
    common_in_prose: frozenset[str]
    phrases: dict[Phrase, str]
    longest: int
    boundary: frozenset[str]
    code_words: frozenset[str]
    everyday: dict[str, frozenset[str]]
    opposites: tuple[tuple[str, str], ...]
    tell_tale: dict[str, Language]
    prose: frozenset[str]
    past: frozenset[str]
    populations: frozenset[str]
    roots: tuple[str, ...]
    denial: frozenset[str]
    people: frozenset[str]
    participation: frozenset[str]
    refusal: frozenset[str]
    contrast: frozenset[str]
    copula: frozenset[str]
    harmless: frozenset[Phrase]
    consequence: frozenset[str]
    negative: frozenset[str]
    operative: frozenset[str]
    medicinal: frozenset[str]
    modifiers: frozenset[str]
    rubric_heads: frozenset[str]
    rubric_links: frozenset[str]
    answer_no: frozenset[str]


# Kinds of phrases that something is said by; each phrase is of one kind.
SCOPED = (
    "history_before",
    "family_before",
    "history_after",
    "denied_before",
    "denied_next",
    "denied_after",
    "excluded_before",
    "excluded_after",
    "cancel",
    "heading_out",
    "heading_in",
)


_TELL_TALE = frozenset({"stop", "written_stop", "denied_before", "denied_next", "boundary"})


def _plain(text: str) -> Phrase:
    return tuple(token.plain for token in tokens_of(text))


def _scoped(rows: list[WordRow]) -> dict[Phrase, str]:
    """Phrases by kind; cancelling ones ("not excluded") are longer than the trigger inside them, and so win."""
    return {_plain(word): kind for kind in SCOPED for row in rows if row.kind == kind for word in row.words}


@functools.cache
def load_steering(folder: Path = DATA) -> Steering:
    """Load the steering words of a data folder."""
    rows = read_words("words.tsv", folder)
    phrases = _scoped(rows)

    def plains(kind: str) -> frozenset[str]:
        return frozenset(p for row in rows if row.kind == kind for w in row.words for p in _plain(w))

    return Steering(
        stop=stems_of_kind("stop", folder),
        written_stop={row.language: frozenset(row.words) for row in rows if row.kind == "written_stop"},
        generic=stems_of_kind("generic", folder),
        negation=stems_of_kind("negation", folder),
        common=plains("common"),
        common_in_prose=plains("common_in_prose"),
        phrases=phrases,
        longest=max((len(phrase) for phrase in phrases), default=1),
        boundary=plains("boundary"),
        code_words=plains("code_word"),
        everyday=_everyday(folder),
        opposites=_opposites(folder),
        tell_tale=_tell_tale(folder),
        prose=plains("prose") | _words_of(phrases),
        past=plains("past"),
        populations=plains("population"),
        roots=tuple(sorted(plains("root"))),
        denial=plains("denial"),
        people=plains("people"),
        participation=plains("participation"),
        refusal=plains("refusal"),
        contrast=plains("contrast"),
        copula=plains("copula"),
        harmless=frozenset(_plain(word) for row in rows if row.kind == "harmless" for word in row.words),
        consequence=plains("consequence"),
        negative=plains("negative"),
        operative=plains("operative"),
        medicinal=plains("medicinal"),
        modifiers=plains("modifier"),
        rubric_heads=plains("rubric_head"),
        rubric_links=plains("rubric_link"),
        answer_no=plains("answer_no"),
    )


def _words_of(phrases: dict[Phrase, str]) -> frozenset[str]:
    """Words of the phrases that steer a reading; none of them is a misspelt condition."""
    return frozenset(word for phrase in phrases for word in phrase if len(word) >= _TELLING)


def _opposites(folder: Path) -> tuple[tuple[str, str], ...]:
    pairs = [row.words for row in read_words("words.tsv", folder) if row.kind == "opposite"]
    return tuple((stem(_plain(one)[0]), stem(_plain(other)[0])) for one, other in pairs)


def _everyday(folder: Path) -> dict[str, frozenset[str]]:
    """Map words that also mean something plain to the languages they do so in."""
    languages: dict[str, set[str]] = {}
    for row in read_words("words.tsv", folder):
        if row.kind == "everyday":
            for word in row.words:
                languages.setdefault(_plain(word)[0], set()).add(row.language)
    return {word: frozenset(found) for word, found in languages.items()}


def _tell_tale(folder: Path) -> dict[str, Language]:
    """Find function words that only one of the three languages has."""
    of: dict[str, set[Language]] = {}
    for row in read_words("words.tsv", folder):
        for language in LANGUAGES:
            if row.language == language and row.kind in _TELL_TALE:
                for word in row.words:
                    of.setdefault(word.casefold(), set()).add(language)
    return {word: next(iter(languages)) for word, languages in of.items() if len(languages) == 1}


def guess_language(tokens: list[Token], steering: Steering) -> Language | None:
    """Guess the language of a text by its function words and letters; None when nothing tells."""
    votes: dict[Language, int] = {"en": 0, "sv": 0, "da": 0}
    for token in tokens[:400]:
        lower = token.raw.casefold()
        if found := steering.tell_tale.get(lower):
            votes[found] += 1
        if "æ" in lower or "ø" in lower:
            votes["da"] += 1
        elif "ä" in lower or "ö" in lower:
            votes["sv"] += 1
    best = max(votes, key=lambda language: votes[language])
    return best if votes[best] > sorted(votes.values())[-2] else None
