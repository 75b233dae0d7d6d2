"""Reading a table of codes and terms: `code<TAB>term[<TAB>language]`, as national classifications are handed out."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from trialport.core.language import Language
from trialport.vocabulary.imports.faults import ImportFault, Progress
from trialport.vocabulary.imports.opened import Opened
from trialport.vocabulary.imports.shapes import (
    Source,
    SourceConcept,
    SourceTerm,
    category_of,
    is_language_tag,
    language_of,
)

MAX_LINE = 65_536
_SHOWN = 5
_HEADER = re.compile(r"(?:icd\w*|sks|kod|kode|codes?|koder|term\w*|text\w*|tekst\w*|spr\w+|lang\w*)", re.IGNORECASE)


class _Row(NamedTuple):
    code: str
    term: str
    tag: str


def read_table(opened: Opened, language: Language | None, progress: Progress) -> Source:
    """Read all rows, each a concept of its own with the code it has."""
    source = Source("tsv", opened.path.name.split(".")[0])
    faults: list[str] = []
    coded = 0
    for number, line in enumerate(_lines(opened, progress), start=1):
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        if not any(cells) or line.startswith("#") or (number == 1 and _is_header(cells)):
            continue
        if fault := _fault(cells, language):
            faults.append(f"line {number}: {fault}")
            if len(faults) > _SHOWN:
                break
            continue
        row = _Row(cells[0], cells[1], cells[2] if len(cells) > 2 else "")  # noqa: PLR2004 - the third column.
        spoken = language_of(row.tag) if row.tag else language
        if spoken is None:
            source.left_out["in another language"] += 1
            continue
        category = category_of(row.code)
        coded += category is not None
        terms = (SourceTerm(row.term, spoken),)
        source.concepts.append(SourceConcept(f"{row.code} (line {number})", terms, (category,) if category else ()))
    if faults:
        more = " More lines have faults." if len(faults) > _SHOWN else ""
        told = "; ".join(faults[:_SHOWN])
        raise ImportFault(f"{opened.path.name} has wrong columns; expected are code, term, language. {told}.{more}")
    if not coded:
        raise ImportFault(
            f"{opened.path.name}: no line has an ICD-10 code in its first column. Expected are code, tab, term, and"
            " perhaps tab, language, like `J44.1` or `DJ441`."
        )
    return source


def _lines(opened: Opened, progress: Progress) -> Iterator[str]:
    number = done = 0
    while line := opened.file.readline(MAX_LINE + 1):
        number += 1
        done += len(line)
        if len(line) > MAX_LINE:
            raise ImportFault(f"{opened.path.name}: line {number} is longer than {MAX_LINE:,} bytes.")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise ImportFault(
                f"{opened.path.name}: line {number} is not UTF-8 (it may be Windows-1252). Save the file as UTF-8."
            ) from None
        if number % 1000 == 0:
            progress("Taking in lines", done, opened.size)


def _is_header(cells: list[str]) -> bool:
    return category_of(cells[0]) is None and any(_HEADER.fullmatch(cell) for cell in cells)


def _fault(cells: list[str], language: Language | None) -> str | None:
    """Say what is wrong with the columns of a row, or None."""
    if not 2 <= len(cells) <= 3:  # noqa: PLR2004 - code, term, language.
        return f"{len(cells)} column{'s'[: len(cells) != 1]}"
    if not cells[0] or not cells[1]:
        return "no code" if not cells[0] else "no term"
    tag = cells[2] if len(cells) > 2 else ""  # noqa: PLR2004 - as above.
    if tag and not is_language_tag(tag):
        return f"{tag[:30]!r} is no language"
    if not tag and language is None:
        return "no language; say which with --language sv, da or en"
    return None
