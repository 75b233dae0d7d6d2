"""Shapes that every format is read into, and the codes that lead to a category."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.icd10cm import US_ONLY
from trialport.vocabulary.sources import LANGUAGES

Format = Literal["obographs", "mesh", "fhir", "tsv"]
FORMAT_NAMES: dict[Format, str] = {
    "obographs": "OBO Graphs JSON",
    "mesh": "MeSH descriptors (XML)",
    "fhir": "FHIR CodeSystem (JSON)",
    "tsv": "table (TSV)",
}

# DJ441 is how the Danish classification (SKS) writes J44.1; daggers and asterisks mark pairs of codes.
_CODE = re.compile(r"(?:D(?=[A-Z]))?([A-Z]\d[0-9A-Z])(?:\.?[0-9A-Z]{1,5})?[-+*\u2020]?", re.IGNORECASE)
# What other words for our languages stand in the formats.
_LANGUAGES = {"eng": "en", "swe": "sv", "dan": "da", "dnk": "da"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")


class SourceTerm(NamedTuple):
    """A phrase of the source, in one of our languages."""

    text: str
    language: Language


class SourceConcept(NamedTuple):
    """One entry of a source: its terms, the preferred name first; its ICD-10 categories; its nearest broader ones."""

    key: str
    terms: tuple[SourceTerm, ...]
    categories: tuple[str, ...]
    parents: tuple[str, ...] = ()


@dataclass
class Source:
    """All that was read from a file. `left_out` counts by reason what is none of ours to take."""

    format: Format
    name: str
    version: str = ""
    concepts: list[SourceConcept] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def category_of(code: str) -> str | None:
    """Category that an ICD-10 code lies in, or None where the text is no such code (a range, a chapter)."""
    found = _CODE.fullmatch(code.strip())
    if found is None:
        return None
    category = found[1].upper()
    return US_ONLY.get(category, category)


def language_of(tag: str) -> Language | None:
    """One of our languages for a tag like `sv`, `sv-SE` or `swe`, else None."""
    primary = re.split(r"[-_]", tag.strip().lower())[0]
    primary = _LANGUAGES.get(primary, primary)
    return next((language for language in LANGUAGES if language == primary), None)


def is_language_tag(text: str) -> bool:
    """Whether a text has the shape of a language tag."""
    return bool(_LANGUAGE.fullmatch(text.strip()))
