"""Opening a file that somebody brings: packed or not, how large, and of which format by its content."""

import gzip
import hashlib
import mmap
import os
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from trialport.vocabulary.imports.faults import ImportFault, Progress
from trialport.vocabulary.imports.shapes import Format

Shape = TypeVar("Shape")

# What a packed file may become: the largest of the known sources is a tenth of it.
MAX_BYTES = 4_000_000_000
CHUNK = 1 << 20
_SAMPLE = 1 << 16
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MESH = re.compile(rb"<DescriptorRecordSet[\s>]")
_KNOWN = (
    "Known are OBO Graphs JSON (doid.json, mondo.json), MeSH descriptors (desc2026.xml), FHIR CodeSystem JSON, and"
    " tables of code, tab, term, tab, language."
)


class Opened(NamedTuple):
    """A file that was unpacked and told by its content. `sha256` is that of the file as it was brought."""

    path: Path
    format: Format
    sha256: str
    size: int
    file: IO[bytes]


class _Top(Struct):
    """Members of a JSON object that tell what it is."""

    resourceType: str | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - as FHIR writes it.
    graphs: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@contextmanager
def opened(path: Path, progress: Progress) -> Iterator[Opened]:
    """Open a file for reading, unpacked (into a nameless file of its own) where it is packed by gzip."""
    try:
        with path.open("rb") as brought:
            sha256 = _hashed(brought, progress)
            packed = brought.read(2) == _GZIP
            brought.seek(0)
            if not packed:
                yield _told(path, brought, sha256)
                return
            with tempfile.TemporaryFile() as unpacked:
                _unpack(brought, unpacked, path.name, progress)
                yield _told(path, unpacked, sha256)
    except OSError as error:
        raise ImportFault(f"{path} cannot be read ({error.strerror or error}).") from None


def _hashed(file: IO[bytes], progress: Progress) -> str:
    digest = hashlib.sha256()
    total = os.fstat(file.fileno()).st_size
    if total > MAX_BYTES:
        raise ImportFault(f"{file.name} is larger than {MAX_BYTES:,} bytes.")
    done = 0
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        done += len(chunk)
        progress("Reading", done, total)
    file.seek(0)
    return digest.hexdigest()


def _unpack(packed: IO[bytes], to: IO[bytes], name: str, progress: Progress) -> None:
    total = os.fstat(packed.fileno()).st_size
    size = 0
    try:
        with gzip.GzipFile(fileobj=packed) as content:
            while chunk := content.read(CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise ImportFault(f"{name} unpacks to more than {MAX_BYTES:,} bytes.")
                to.write(chunk)
                progress("Unpacking", packed.tell(), total)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise ImportFault(f"{name} is a gzip file that is cut off or damaged. Fetch it again.") from None
    to.flush()
    to.seek(0)


def _told(path: Path, file: IO[bytes], sha256: str) -> Opened:
    size = os.fstat(file.fileno()).st_size
    if not size:
        raise ImportFault(f"{path.name} is empty.")
    sample = file.read(_SAMPLE)
    file.seek(0)
    return Opened(path, _format_of(sample, file, path.name), sha256, size, file)


def _format_of(sample: bytes, file: IO[bytes], name: str) -> Format:
    if sample.startswith(_ZIP):
        raise ImportFault(f"{name} is a zip archive. Unpack it, and import the file inside.")
    if sample.startswith(_UTF16) or b"\0" in sample:
        raise ImportFault(f"{name} is not UTF-8 text (it may be UTF-16, or no text at all). Save it as UTF-8.")
    head = sample.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise ImportFault(f"{name} holds nothing but blanks.")
    if head.startswith(b"<"):
        if _MESH.search(sample):
            return "mesh"
        what = "an ontology in OWL; take its JSON (OBO Graphs)" if b"owl#" in sample else "XML, but no MeSH descriptors"
        raise ImportFault(f"{name} is {what}. {_KNOWN}")
    if head.startswith((b"{", b"[")):
        return _json_format(file, name)
    if head.startswith(b"format-version:"):
        raise ImportFault(f"{name} is an ontology in OBO text; take its JSON (OBO Graphs). {_KNOWN}")
    if b"\t" in head:
        return "tsv"
    raise ImportFault(f"{name} has no format known here. {_KNOWN}")


def _json_format(file: IO[bytes], name: str) -> Format:
    top = decode(file, _Top, name)
    if top.graphs is not msgspec.UNSET:
        return "obographs"
    if top.resourceType == "CodeSystem":
        return "fhir"
    what = f"a FHIR {top.resourceType}" if top.resourceType else "JSON"
    raise ImportFault(f"{name} is {what}, but neither OBO Graphs nor a FHIR CodeSystem. {_KNOWN}")


def decode(file: IO[bytes], shape: type[Shape], name: str) -> Shape:
    """Decode a JSON file into a shape, which passes over everything else; the file itself is not held in memory."""
    view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    content: bytes | mmap.mmap | memoryview = view
    if view[:3] == b"\xef\xbb\xbf":
        content = memoryview(view)[3:]
    try:
        return msgspec.json.decode(content, type=shape)
    except msgspec.ValidationError as error:
        raise ImportFault(f"{name} is not shaped as its format says: {error}.") from None
    except UnicodeDecodeError:
        raise ImportFault(f"{name} is not UTF-8. Save it as UTF-8.") from None
    except RecursionError:
        raise ImportFault(f"{name} is nested deeper than any file of its format.") from None
    except msgspec.DecodeError as error:
        cut = "is cut off; fetch it again" if "truncated" in str(error) else f"is no whole JSON ({error})"
        raise ImportFault(f"{name} {cut}.") from None
