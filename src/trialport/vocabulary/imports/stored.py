"""Imported terms as they are kept: one file for each source, in a folder of the deployer's.

A file is lines of JSON: the first says what the source is, each further one is a term. It is written beside its
place and renamed, so that another program sees the whole file or none.
"""

import contextlib
import hashlib
import logging
import os
import re
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from trialport.core.language import Language
from trialport.vocabulary.imports.faults import ImportFault
from trialport.vocabulary.imports.shapes import Format

OnConflict = Literal["keep", "ambiguous"]
LAYOUT: Literal[1] = 1
SUFFIX = ".jsonl"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_log = logging.getLogger(__name__)


class StoredTerm(NamedTuple):
    """One term. `another` marks words that the shipped vocabulary has under another category."""

    concept: str
    language: Language
    text: str
    another: bool = False


class StoredSource(Struct, frozen=True, kw_only=True):
    """First line of a file. `sha256` is that of the file imported, `digest` that of the lines below this one."""

    layout: Literal[1] = LAYOUT
    name: str
    format: Format
    version: str
    sha256: str
    imported_at: datetime
    program: str
    vocabulary: str
    language: Language | None
    on_conflict: OnConflict
    concepts: int
    unmapped: int
    conflicts: int
    terms: int
    digest: str

    def comes_from(self, other: "StoredSource") -> bool:
        """Whether importing gives the same again: the same file, wishes and shipped vocabulary."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("name", "version", "sha256", "vocabulary", "language", "on_conflict", "program")
        )


class Listed(NamedTuple):
    """A file of the folder, and what it says of itself; None when it is damaged."""

    name: str
    source: StoredSource | None


def import_directory() -> Path:
    """`TRIALPORT_VOCABULARY_DIR`, else a folder of the user's data directory."""
    if chosen := os.environ.get("TRIALPORT_VOCABULARY_DIR"):
        return Path(chosen)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path("~/.local/share").expanduser()) / "trialport" / "vocabulary"


def import_files(folder: Path) -> list[Path]:
    """Every stored source, in a fixed order; none where there is no such folder or it cannot be looked into."""
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.suffix == SUFFIX and path.is_file())
    return []


def encode_source(source: StoredSource, terms: Iterable[StoredTerm]) -> tuple[StoredSource, bytes]:
    """Give the content of a file, and its first line with the digest and the number of terms filled in."""
    encoder = msgspec.json.Encoder()
    ordered = sorted(set(terms))
    body = b"".join(encoder.encode(term) + b"\n" for term in ordered)
    whole = msgspec.structs.replace(source, digest=hashlib.sha256(body).hexdigest(), terms=len(ordered))
    return whole, encoder.encode(whole) + b"\n" + body


def decode_source(content: bytes) -> tuple[StoredSource, list[StoredTerm]]:
    """Read the content of a file; raises ValueError (or a msgspec error, which is one) when it is not whole."""
    first, _, body = content.partition(b"\n")
    source = msgspec.json.decode(first, type=StoredSource)
    if hashlib.sha256(body).hexdigest() != source.digest:
        raise ValueError("the stored file is damaged")
    return source, msgspec.json.Decoder(StoredTerm).decode_lines(body)


def read_imports(files: Iterable[tuple[Path, bytes]]) -> list[StoredTerm]:
    """Terms of all sources; a damaged one is left out with a warning, as a server has to start all the same."""
    terms: list[StoredTerm] = []
    for path, content in files:
        try:
            terms.extend(decode_source(content)[1])
        except ValueError:
            _log.warning("%s is damaged and left out. Import it again, or remove it.", path)
    return terms


def find_source(folder: Path, name: str) -> tuple[StoredSource, list[StoredTerm]] | None:
    """Read the stored source of a name; None when there is none, or none that can be read."""
    with contextlib.suppress(OSError, ValueError):
        return decode_source((folder / f"{name}{SUFFIX}").read_bytes())
    return None


def list_sources(folder: Path) -> list[Listed]:
    """Say of every file of the folder what it is."""
    found = []
    for path in import_files(folder):
        whole = find_source(folder, path.stem)
        found.append(Listed(path.stem, whole[0] if whole else None))
    return found


def store_source(folder: Path, name: str, content: bytes) -> Path:
    """Write a source whole or not at all; raises ImportFault when the folder cannot be written."""
    path = folder / f"{name}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{name}.", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                file.close()
                # Other users' programs read it: the servers are often not run by the one who imports.
                Path(file.name).chmod(0o644)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise ImportFault(
            f"{folder} cannot be written ({error.strerror}). Set TRIALPORT_VOCABULARY_DIR to a folder that can."
        ) from None
    return path


def remove_source(folder: Path, name: str) -> bool:
    """Remove a source; returns False when there is none of this name."""
    if not NAME.fullmatch(name):
        return False
    try:
        (folder / f"{name}{SUFFIX}").unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ImportFault(f"{folder / name}{SUFFIX} cannot be removed ({error.strerror}).") from None
    return True
