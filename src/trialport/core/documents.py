"""Documents for people: one content, worded once, from which a page, a mail and a PDF are made.

A document holds finished sentences in one language. What somebody typed stands in it as plain text and is nowhere read
as markup: pages and mails escape it, and the typesetter gets it as data.
"""

from msgspec import Struct

from trialport.core.language import Language


class Fact(Struct, frozen=True, kw_only=True):
    """One line of a list of facts."""

    label: str
    value: str


class Table(Struct, frozen=True, kw_only=True):
    """A table with a header; the first cell of a row names the row."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Section(Struct, frozen=True, kw_only=True):
    """A part under a heading."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    table: Table | None = None


class Document(Struct, frozen=True, kw_only=True):
    """A titled document; `mark` stands on every page of it, as the word for a draft does."""

    language: Language
    title: str
    lead: tuple[str, ...] = ()
    sections: tuple[Section, ...]
    mark: str = ""
