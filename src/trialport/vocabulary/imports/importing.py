"""Importing a terminology: read a file, place its concepts, sort its terms, and store or only tell."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from trialport.core.language import Language
from trialport.vocabulary.imports.faults import ImportFault, Progress, no_progress
from trialport.vocabulary.imports.fhir import read_fhir
from trialport.vocabulary.imports.mapping import Placed, place
from trialport.vocabulary.imports.mesh import read_mesh
from trialport.vocabulary.imports.obo import read_obo
from trialport.vocabulary.imports.opened import Opened, opened
from trialport.vocabulary.imports.report import (
    EXAMPLES,
    Concepts,
    Conflict,
    Report,
    Terms,
    change_of,
    coverage_of,
)
from trialport.vocabulary.imports.shapes import Source, SourceConcept
from trialport.vocabulary.imports.standing import ShippedWords
from trialport.vocabulary.imports.stored import (
    NAME,
    OnConflict,
    StoredSource,
    StoredTerm,
    encode_source,
    find_source,
    store_source,
)
from trialport.vocabulary.imports.table import read_table
from trialport.vocabulary.reading import Reader

_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")


class Wish(NamedTuple):
    """How a file is to be imported; what is not said is taken from the file."""

    name: str | None = None
    version: str | None = None
    language: Language | None = None
    on_conflict: OnConflict = "keep"
    dry_run: bool = False


@dataclass
class _Sorted:
    """Terms by what becomes of them."""

    stored: set[StoredTerm] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    new: list[str] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


@dataclass(frozen=True)
class Importer:
    """Imports files into a folder.

    `load` gives the reader of the shipped vocabulary, which places names and tells conflicts; it is called only
    once a file has been read.
    """

    folder: Path
    load: Callable[[], Reader]
    program: str
    progress: Progress = no_progress

    def import_file(self, path: Path, wish: Wish, now: datetime) -> Report:
        """Import one file; raises ImportFault with what to do, and then nothing is written."""
        if wish.name is not None and not NAME.fullmatch(wish.name):
            raise ImportFault(f"{wish.name!r} is no name for a source. Take small letters, digits, `.`, `-` and `_`.")
        with opened(path, self.progress) as file:
            source = _read(file, wish.language, self.progress)
            sha256 = file.sha256
        if not source.concepts:
            raise ImportFault(f"{path.name} holds no terms in English, Swedish or Danish that could be imported.")
        reader = self.load()
        header = self._header(source, sha256, wish, now, path, reader)
        before = find_source(self.folder, header.name)
        if before and not wish.dry_run and before[0].comes_from(header):
            return Report("unchanged", header.name, header.format, header.version, sha256)
        placed = place(source.concepts, reader, self.progress)
        found = _sort(source.concepts, placed, ShippedWords(reader.vocabulary), wish.on_conflict, self.progress)
        header = structs.replace(
            header,
            unmapped=sum(one.category is None for one in placed),
            conflicts=found.counts["conflict"] - found.counts["marked"],
        )
        report = _report(source, placed, found, header, reader)
        report = structs.replace(report, change=change_of(before[1], found.stored) if before else None)
        if wish.dry_run:
            return report
        if not found.stored:
            raise ImportFault(f"No term of {path.name} could be imported; --dry-run shows why.")
        stored = store_source(self.folder, header.name, encode_source(header, found.stored)[1])
        return structs.replace(report, outcome="replaced" if before else "imported", file=str(stored))

    def _header(
        self, source: Source, sha256: str, wish: Wish, now: datetime, path: Path, reader: Reader
    ) -> StoredSource:
        """Say what is imported and how; the counts are filled in later."""
        return StoredSource(
            name=wish.name or _named(source.name, path),
            format=source.format,
            version=wish.version if wish.version is not None else source.version,
            sha256=sha256,
            imported_at=now,
            program=self.program,
            vocabulary=reader.vocabulary.version,
            language=wish.language,
            on_conflict=wish.on_conflict,
            concepts=len(source.concepts),
            unmapped=0,
            conflicts=0,
            terms=0,
            digest="",
        )


def _read(file: Opened, language: Language | None, progress: Progress) -> Source:
    if file.format == "obographs":
        return read_obo(file, language)
    if file.format == "mesh":
        return read_mesh(file, language, progress)
    if file.format == "fhir":
        return read_fhir(file, language)
    return read_table(file, language, progress)


def _named(name: str, path: Path) -> str:
    """Make a name for a source from its own or the file's."""
    for text in (name, path.name.split(".")[0]):
        if found := _NOT_IN_NAMES.sub("-", text.lower()).strip("-._")[:64]:
            return found
    return "source"


def _sort(
    concepts: Sequence[SourceConcept],
    placed: Sequence[Placed],
    shipped: ShippedWords,
    on_conflict: OnConflict,
    progress: Progress,
) -> _Sorted:
    """Sort the terms of all concepts by what becomes of them."""
    found = _Sorted()
    seen: set[StoredTerm] = set()
    for number, (concept, (category, _)) in enumerate(zip(concepts, placed, strict=True)):
        if number % 500 == 0:
            progress("Sorting terms", number, len(concepts))
        found.counts["read"] += len(concept.terms)
        if category is None:
            found.counts["of_unmapped"] += len(concept.terms)
            continue
        for text, language in concept.terms:
            term = StoredTerm(category, language, " ".join(text.split()))
            if term in seen:
                found.counts["repeated"] += 1
                continue
            seen.add(term)
            _add(found, term, shipped, on_conflict)
    return found


def _add(found: _Sorted, term: StoredTerm, shipped: ShippedWords, on_conflict: OnConflict) -> None:
    state, elsewhere = shipped.standing(term.text, term.concept)
    found.counts[state] += 1
    if state in ("too_long", "no_words"):
        if len(found.unfit) < EXAMPLES:
            found.unfit.append(term.text[:80])
    elif state == "conflict":
        if len(found.conflicts) < EXAMPLES:
            found.conflicts.append(Conflict(term.text, term.language, term.concept, elsewhere or ""))
        if on_conflict == "ambiguous":
            found.counts["marked"] += 1
            found.stored.add(term._replace(another=True))
    else:
        found.stored.add(term)
        if state == "new" and len(found.new) < EXAMPLES:
            found.new.append(f"{term.text} ({term.concept})")


def _report(source: Source, placed: Sequence[Placed], found: _Sorted, header: StoredSource, reader: Reader) -> Report:
    how = Counter(one.how for one in placed)
    nowhere = [
        concept.terms[0].text if concept.terms else concept.key
        for concept, one in zip(source.concepts, placed, strict=True)
        if one.category is None
    ]
    counted = ("read", "new", "known", "marked", "repeated", "too_long", "no_words", "of_unmapped")
    categories = (concept for concept in reader.vocabulary.concepts if "/" not in concept)
    return Report(
        outcome="tried",
        name=header.name,
        format=header.format,
        version=header.version,
        sha256=header.sha256,
        concepts=Concepts(
            read=len(placed),
            by_code=how["code"],
            by_ancestor=how["ancestor"],
            by_name=how["name"],
            unmapped=how[None],
            unmapped_examples=tuple(nowhere[:EXAMPLES]),
        ),
        terms=Terms(
            **{name: found.counts[name] for name in counted},
            stored=len(found.stored),
            conflicts=found.counts["conflict"],
            new_examples=tuple(found.new),
            unfit_examples=tuple(found.unfit),
            conflict_examples=tuple(found.conflicts),
        ),
        left_out={reason: count for reason, count in sorted(source.left_out.items()) if count},
        coverage=coverage_of({term.concept for term in found.stored}, categories),
    )
