"""Reading the data files of the vocabulary: conditions, therapy areas of codes, and small word lists.

A fault in a file is a ValueError that names file and line: the files are part of the program.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

from trialport.core.language import Language
from trialport.vocabulary.codes import THERAPY_AREAS, TherapyArea
from trialport.vocabulary.models import StatedKind
from trialport.vocabulary.normalise import fold, tokens_of

DATA = Path(__file__).parent / "data"
LANGUAGES: tuple[Language, ...] = ("en", "sv", "da")
CONDITION_COLUMNS = ("concept", "en", "sv", "da", "abbreviations", "therapy_areas")

# Before a term that several categories claim: this one is meant by default, or another one is.
_DEFAULT, _OTHER = "!", "~"
_LEXEME = re.compile(r"[a-z0-9]+(?:[-+][a-z0-9]+)*")
_CONCEPT = re.compile(r"[A-Z]\d[0-9A-Z](?:/[a-z0-9]+(?:-[a-z0-9]+)*)?")
_RANGE = re.compile(r"([A-Z]\d[0-9A-Z])(?:-([A-Z]\d[0-9A-Z]))?")


class Abbreviation(NamedTuple):
    """One reading of an abbreviation. `default` is the one meant where nothing around it decides."""

    text: str
    language: Language | None
    default: bool


class ConditionRow(NamedTuple):
    """One line of a condition file: a concept and its words. `areas` overrides areas.tsv when not empty.

    `shared` holds the terms that several categories claim, and whether this row is what they mean by default.
    """

    concept: str
    terms: dict[Language, tuple[str, ...]]
    abbreviations: tuple[Abbreviation, ...]
    areas: tuple[TherapyArea, ...]
    place: str
    shared: dict[str, bool]


class AreaRange(NamedTuple):
    """Categories `first` to `last`, and their therapy areas, primary first."""

    first: str
    last: str
    areas: tuple[TherapyArea, ...]


class WordRow(NamedTuple):
    """One line of a word list: what the words do, their language ("" for all), and the words."""

    kind: str
    language: str
    words: tuple[str, ...]


class LexemeRow(NamedTuple):
    """One line of the table of lexemes: a meaning (`a+b` for a composition) and its forms."""

    lexeme: str
    forms: dict[Language, tuple[str, ...]]
    place: str


class ParticularRow(NamedTuple):
    """One line of wordings: what is stated by them (`kind` and `value`)."""

    kind: StatedKind
    value: str
    phrases: tuple[str, ...]
    place: str


def data_files(folder: Path = DATA) -> list[Path]:
    """Every data file of reading in a fixed order: tables, and what is learned; their bytes name its version."""
    return sorted(path for path in folder.rglob("*") if path.suffix in {".tsv", ".npz"})


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield f"{path.name}:{number}", line.split("\t")


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _marked(term: str) -> bool:
    return term.startswith((_DEFAULT, _OTHER))


def _unmarked(term: str) -> str:
    return term[1:].strip() if _marked(term) else term


def _areas(cell: str, place: str) -> tuple[TherapyArea, ...]:
    codes = tuple(code for code in THERAPY_AREAS if code in cell.split())
    if unknown := set(cell.split()) - set(codes):
        raise ValueError(f"{place}: unknown therapy area {sorted(unknown)}")
    return tuple(sorted(codes, key=cell.split().index))


def _abbreviation(text: str, place: str) -> Abbreviation:
    default = text.startswith("!")
    word, _, language = text.removeprefix("!").rpartition("@") if "@" in text else (text, "", "")
    word = word.removeprefix("!").strip()
    if language and language not in LANGUAGES:
        raise ValueError(f"{place}: unknown language in abbreviation {text!r}")
    known: Language | None = next((code for code in LANGUAGES if code == language), None)
    return Abbreviation(word, known, default)


def read_conditions(folder: Path = DATA) -> list[ConditionRow]:
    """All rows of the condition files, in the order of files and lines."""
    rows: list[ConditionRow] = []
    for path in sorted((folder / "conditions").glob("*.tsv")):
        lines = _lines(path)
        place, header = next(lines, (path.name, [""]))
        if tuple(header) != CONDITION_COLUMNS:
            raise ValueError(f"{place}: expected the columns {' '.join(CONDITION_COLUMNS)}")
        for place, line in lines:
            if len(line) > len(CONDITION_COLUMNS):
                raise ValueError(f"{place}: {len(line)} columns")
            concept, en, sv, da, short, areas = line + [""] * (len(CONDITION_COLUMNS) - len(line))
            if not _CONCEPT.fullmatch(concept):
                raise ValueError(f"{place}: {concept!r} is not a category or a finer concept")
            cells: dict[Language, tuple[str, ...]] = {"en": _split(en), "sv": _split(sv), "da": _split(da)}
            terms = {language: tuple(map(_unmarked, cell)) for language, cell in cells.items()}
            shared = {_unmarked(term): term[0] == _DEFAULT for cell in cells.values() for term in cell if _marked(term)}
            abbreviations = tuple(_abbreviation(text, place) for text in _split(short))
            rows.append(ConditionRow(concept, terms, abbreviations, _areas(areas, place), place, shared))
    return rows


def read_lexemes(folder: Path = DATA) -> list[LexemeRow]:
    """All rows of the table of lexemes; none where a folder has no such table."""
    path = folder / "lexemes.tsv"
    rows: list[LexemeRow] = []
    for place, line in _lines(path) if path.exists() else ():
        if line[0] == "lexeme":
            continue
        lexeme, en, sv, da = (line + [""] * 3)[:4]
        if len(line) > 4 or not _LEXEME.fullmatch(lexeme):  # noqa: PLR2004 - lexeme, en, sv, da.
            raise ValueError(f"{place}: expected a lexeme and its forms in three languages")
        rows.append(LexemeRow(lexeme, {"en": _split(en), "sv": _split(sv), "da": _split(da)}, place))
    return rows


def read_particulars(folder: Path = DATA) -> list[ParticularRow]:
    """All rows of the wordings of what a text states besides conditions."""
    kinds: dict[str, StatedKind] = {kind: kind for kind in get_args(StatedKind)}
    rows: list[ParticularRow] = []
    for place, line in _lines(folder / "particulars.tsv"):
        if line[0] == "kind":
            continue
        if len(line) != 4 or line[0] not in kinds:  # noqa: PLR2004 - kind, value, language, phrases.
            raise ValueError(f"{place}: expected a kind, a value, a language and phrases")
        rows.append(ParticularRow(kinds[line[0]], line[1], _split(line[3]), place))
    return rows


def _ranges(cell: str, areas: tuple[TherapyArea, ...], place: str) -> Iterator[AreaRange]:
    for code in cell.split():
        if not (found := _RANGE.fullmatch(code)):
            raise ValueError(f"{place}: {code!r} is neither a category nor a range")
        yield AreaRange(found[1], found[2] or found[1], areas)


def read_areas(folder: Path = DATA, name: str = "areas.tsv") -> list[AreaRange]:
    """Ranges of categories with their therapy areas, narrowest last so that it overrides.

    `icpc2.tsv` has the one area of each by which Danish general practice files it, if that is another.
    """
    ranges: list[AreaRange] = []
    for place, line in _lines(folder / name):
        if line[0] == "codes":
            continue
        ranges.extend(_ranges(line[0], _areas(line[1] if len(line) > 1 else "", place), place))
    return sorted(ranges, key=lambda r: (ordinal(r.last) - ordinal(r.first), r.first), reverse=True)


def read_contexts(folder: Path = DATA) -> list[tuple[AreaRange, tuple[str, ...]]]:
    """Ranges of categories, the one area that leads for them, and the words it leads beside, in the file's order."""
    rows: list[tuple[AreaRange, tuple[str, ...]]] = []
    for place, line in _lines(folder / "area_contexts.tsv"):
        if line[0] == "codes":
            continue
        if len(line) != 3:  # noqa: PLR2004 - codes, therapy area, words.
            raise ValueError(f"{place}: expected categories, a therapy area and words")
        rows.extend((ranged, _split(line[2])) for ranged in _ranges(line[0], _areas(line[1], place), place))
    return rows


def read_leanings(folder: Path = DATA) -> dict[TherapyArea, float]:
    """Give what the score of a therapy area is shifted by in running text; areas without a row are not."""
    rows: dict[TherapyArea, float] = {}
    for place, line in _lines(folder / "area_leanings.tsv"):
        if line[0] == "therapy_area":
            continue
        if len(line) != 2:  # noqa: PLR2004 - therapy area, shift.
            raise ValueError(f"{place}: expected a therapy area and a shift")
        rows[_areas(line[0], place)[0]] = float(line[1])
    return rows


def read_glosses(folder: Path = DATA) -> dict[Language, dict[str, str]]:
    """Give the English word for everyday Swedish and Danish words of inquiries, all in their plain form."""
    found: dict[Language, dict[str, str]] = {"sv": {}, "da": {}}
    for place, line in _lines(folder / "glosses.tsv"):
        if line[0] == "english":
            continue
        if len(line) != 3:  # noqa: PLR2004 - the English word, Swedish and Danish ones.
            raise ValueError(f"{place}: expected an English word, Swedish and Danish ones")
        english = fold(line[0])
        for words, cell in zip(found.values(), line[1:], strict=True):
            words |= {fold(word): english for word in _split(cell)}
    return found


def ordinal(code: str) -> int:
    """Give a number that orders categories as the classification does, letters as third character last."""
    return ord(code[0]) * 1000 + int(code[1], 36) * 36 + int(code[2], 36)


def in_range(code: str, ranged: AreaRange) -> bool:
    """Whether a category lies in a range, both ends included."""
    return ordinal(ranged.first) <= ordinal(code) <= ordinal(ranged.last)


def read_words(name: str, folder: Path = DATA) -> list[WordRow]:
    """Rows of a word list: `words.tsv` (what words do in a text) or `area_words.tsv` (therapy areas)."""
    rows: list[WordRow] = []
    for place, line in _lines(folder / name):
        if line[0] in {"kind", "therapy_area"}:
            continue
        if len(line) != 3:  # noqa: PLR2004 - kind, language, words.
            raise ValueError(f"{place}: expected three columns")
        rows.append(WordRow(line[0], line[1], _split(line[2])))
    return rows


def stems_of_kind(kind: str, folder: Path = DATA) -> frozenset[str]:
    """Stems of all words of one kind in `words.tsv`, as `stop` (of, hos) or `generic` (disease)."""
    words = (word for row in read_words("words.tsv", folder) if row.kind == kind for word in row.words)
    return frozenset(token.stem for word in words for token in tokens_of(word))
