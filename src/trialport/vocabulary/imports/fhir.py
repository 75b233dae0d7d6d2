"""Reading a FHIR CodeSystem (R4, R5): concepts nested or with `parent` properties, designations with a language."""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.imports.faults import ImportFault
from trialport.vocabulary.imports.opened import Opened, decode
from trialport.vocabulary.imports.shapes import Source, SourceConcept, SourceTerm, category_of, language_of

MAX_DEPTH = 64
# Code systems whose codes are ICD-10 codes: by address or name, or by the identifiers of ICD-10, ICD-10-CM,
# ICD-10-SE and SKS.
_ICD = re.compile(
    r"icd[-_ ]?10|\bsks\b|(?:2\.16\.840\.1\.113883\.6\.(?:3|90)|1\.2\.752\.116\.1\.1\.1|1\.2\.208\.176\.2\.4)\b",
    re.IGNORECASE,
)


class _Designation(Struct, gc=False):
    value: str
    language: str | None = None


class _Property(Struct):
    code: str
    valueCode: str | None = None  # noqa: N815 - as FHIR writes it.
    valueBoolean: bool | None = None  # noqa: N815 - as FHIR writes it.


class _Concept(Struct):
    code: str
    display: str | None = None
    designation: list[_Designation] = []
    property: list[_Property] = []
    concept: list["_Concept"] = []


class _CodeSystem(Struct):
    url: str | None = None
    identifier: Any = None
    version: str | None = None
    name: str | None = None
    title: str | None = None
    language: str | None = None
    concept: list[_Concept] = []


def read_fhir(opened: Opened, language: Language | None) -> Source:
    """Read all concepts; a term without a language of its own has the code system's, or the one said."""
    system = decode(opened.file, _CodeSystem, opened.path.name)
    if not system.concept:
        raise ImportFault(
            f"{opened.path.name} is a CodeSystem without concepts (content `not-present`?). Fetch a complete one."
        )
    spoken = language_of(system.language or "") if language is None else language
    if spoken is None:
        said = f"is in {system.language!r}" if system.language else "does not say its language"
        raise ImportFault(f"{opened.path.name} {said}. Say which its names are in with --language sv, da or en.")
    coded = bool(_ICD.search(f"{system.url} {system.name} {system.title} {system.identifier}"))
    source = Source("fhir", system.name or system.title or "", system.version or "")
    for concept, parents in _walk(system.concept):
        if _is_retired(concept):
            source.left_out["retired"] += 1
            continue
        category = category_of(concept.code) if coded else None
        terms = tuple(_terms(concept, spoken, source))
        above = (*parents, *(one.valueCode for one in concept.property if one.code == "parent" and one.valueCode))
        source.concepts.append(SourceConcept(concept.code, terms, (category,) if category else (), above))
    return source


def _walk(concepts: list[_Concept]) -> Iterator[tuple[_Concept, tuple[str, ...]]]:
    """Yield every concept with the code of the one it is nested in."""
    stack: list[tuple[_Concept, tuple[str, ...], int]] = [(concept, (), 0) for concept in reversed(concepts)]
    while stack:
        concept, parents, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise ImportFault(f"Concepts are nested more than {MAX_DEPTH} deep; no classification is.")
        yield concept, parents
        stack.extend((child, (concept.code,), depth + 1) for child in reversed(concept.concept))


def _terms(concept: _Concept, spoken: Language, source: Source) -> Iterator[SourceTerm]:
    if concept.display:
        yield SourceTerm(concept.display, spoken)
    for designation in concept.designation:
        language = language_of(designation.language) if designation.language else spoken
        if language is None:
            source.left_out["in another language"] += 1
        else:
            yield SourceTerm(designation.value, language)


def _is_retired(concept: _Concept) -> bool:
    return any(
        (one.code == "inactive" and one.valueBoolean)
        or (one.code == "status" and one.valueCode in ("retired", "deprecated", "inactive"))
        for one in concept.property
    )
