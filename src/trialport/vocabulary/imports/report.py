"""What an import did or would do, in numbers and examples; and how far it covers the classification."""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal

from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.imports.shapes import Format

EXAMPLES = 10
# First and last category of each chapter of ICD-10.
CHAPTERS = (
    *(("A00", "B99"), ("C00", "D48"), ("D50", "D89"), ("E00", "E90"), ("F00", "F99"), ("G00", "G99")),
    *(("H00", "H59"), ("H60", "H95"), ("I00", "I99"), ("J00", "J99"), ("K00", "K93"), ("L00", "L99")),
    *(("M00", "M99"), ("N00", "N99"), ("O00", "O99"), ("P00", "P96"), ("Q00", "Q99"), ("R00", "R99")),
    *(("S00", "T98"), ("U00", "U99"), ("V01", "Y98"), ("Z00", "Z99")),
)

Outcome = Literal["imported", "replaced", "unchanged", "tried"]


class Conflict(Struct, frozen=True):
    """A term that the shipped vocabulary has under another category."""

    term: str
    language: Language
    category: str
    shipped: str


class Chapter(Struct, frozen=True):
    """How many categories of a chapter the import has terms for."""

    chapter: str
    categories: int
    with_terms: int


class Coverage(Struct, frozen=True):
    """Categories the import has terms for, and those without any."""

    categories: int
    with_terms: int
    without_terms: tuple[str, ...]
    chapters: tuple[Chapter, ...]


class Concepts(Struct, frozen=True):
    """Concepts of the source by how they came to their category."""

    read: int
    by_code: int
    by_ancestor: int
    by_name: int
    unmapped: int
    unmapped_examples: tuple[str, ...]


class Terms(Struct, frozen=True):
    """Terms of mapped concepts by what becomes of them; `stored` are the new, the known and the marked ones."""

    read: int
    stored: int
    new: int
    known: int
    conflicts: int
    marked: int
    repeated: int
    too_long: int
    no_words: int
    of_unmapped: int
    new_examples: tuple[str, ...]
    unfit_examples: tuple[str, ...]
    conflict_examples: tuple[Conflict, ...]


class Change(Struct, frozen=True):
    """What differs from what is stored under the same name."""

    added: int
    removed: int
    added_examples: tuple[str, ...] = ()
    removed_examples: tuple[str, ...] = ()


class Report(Struct, frozen=True):
    """All that is to be said of one import."""

    outcome: Outcome
    name: str
    format: Format
    version: str
    sha256: str
    concepts: Concepts | None = None
    terms: Terms | None = None
    left_out: dict[str, int] = {}
    coverage: Coverage | None = None
    change: Change | None = None
    file: str | None = None


def coverage_of(touched: Collection[str], categories: Iterable[str]) -> Coverage:
    """Say which of the categories have terms, by chapter."""
    every = sorted(categories)
    held = Counter(_chapter(category) for category in every)
    with_terms = Counter(_chapter(category) for category in every if category in touched)
    return Coverage(
        categories=len(every),
        with_terms=sum(with_terms.values()),
        without_terms=tuple(category for category in every if category not in touched),
        chapters=tuple(Chapter(name, held[name], with_terms[name]) for name in dict.fromkeys(map(_chapter, every))),
    )


def _chapter(category: str) -> str:
    """Name the chapter, which is the last one to begin before: some editions have categories after its end."""
    first, last = max(bounds for bounds in CHAPTERS if bounds[0] <= category)
    return f"{first}-{last}"


def change_of(before: Collection[tuple[str, str, str, bool]], after: Collection[tuple[str, str, str, bool]]) -> Change:
    """Compare the terms of two imports of one source."""
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    return Change(
        added=len(added),
        removed=len(removed),
        added_examples=tuple(f"{term[2]} ({term[0]})" for term in added[:EXAMPLES]),
        removed_examples=tuple(f"{term[2]} ({term[0]})" for term in removed[:EXAMPLES]),
    )
