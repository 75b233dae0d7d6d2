"""Keeping the compiled index on disk, so that only the first process on a machine compiles it.

The file's name holds a hash of all it was made from; a changed word list makes another file. A file that
does not check out is compiled anew; a directory that cannot be written only costs that time again. With imported
terms there is a second place: the folder they lie in.
"""

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

import msgspec

from trialport.vocabulary.compile import Compiled, compile_vocabulary
from trialport.vocabulary.imports.stored import import_files, read_imports
from trialport.vocabulary.sources import data_files

# Raised whenever compiled content or its layout changes by code rather than by data.
FORMAT = 18
_DIGEST = 16


def cache_directory() -> Path:
    """`TRIALPORT_CACHE_DIR`, else the user's cache directory."""
    if chosen := os.environ.get("TRIALPORT_CACHE_DIR"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "trialport"


def version_of(folder: Path, imported: Iterable[tuple[Path, bytes]] = ()) -> str:
    """Hash of all that the index is made from: the ICD and word packages, the data files, the imports, the format."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(f"{FORMAT} {version('simple-icd-10-cm')} {version('wordfreq')}".encode())
    for path in data_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)} ".encode())
        digest.update(content)
    for path, content in imported:
        digest.update(f"import {path.name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()


def load_compiled(folder: Path, directory: Path, imports: Path | None = None) -> tuple[str, Compiled]:
    """Version and index for a data folder and a folder of imports.

    It comes from `directory` when it is there and whole, else from the folder of imports, else it is compiled.
    """
    imported = _read_all(imports) if imports else []
    name = version_of(folder, imported)
    paths = _places(name, directory, imports if imported else None)
    if found := _found(paths):
        return name, found
    with _alone(directory):
        # Another process may have made it meanwhile.
        if found := _found(paths):
            return name, found
        compiled = compile_vocabulary(folder, read_imports(imported))
        for path in paths:
            with contextlib.suppress(OSError):
                _write(path, compiled)
                break
    return name, compiled


def _found(paths: Iterable[Path]) -> Compiled | None:
    for path in paths:
        with contextlib.suppress(OSError, ValueError, msgspec.MsgspecError):
            return _unpack(path.read_bytes())
    return None


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Let one process at a time compile; where nothing can be written there is nothing to wait for."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "vocabulary.lock").open("w")
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def compiled_files(folder: Path, directory: Path, imports: Path) -> list[Path]:
    """Where the index of what is imported now may lie; nowhere while nothing is imported."""
    imported = _read_all(imports)
    return _places(version_of(folder, imported), directory, imports) if imported else []


def _places(name: str, directory: Path, imports: Path | None) -> list[Path]:
    return [place / f"vocabulary-{name}.msgpack" for place in (directory, imports) if place is not None]


def _read_all(imports: Path) -> list[tuple[Path, bytes]]:
    """Content of every stored source; one that cannot be read is left out."""
    found: list[tuple[Path, bytes]] = []
    for path in import_files(imports):
        with contextlib.suppress(OSError):
            found.append((path, path.read_bytes()))
    return found


def _unpack(content: bytes) -> Compiled:
    body = content[_DIGEST:]
    if hashlib.blake2b(body, digest_size=_DIGEST).digest() != content[:_DIGEST]:
        raise ValueError("the cached vocabulary is damaged")
    return msgspec.msgpack.decode(body, type=Compiled)


def _write(path: Path, compiled: Compiled) -> None:
    """Write beside and rename, so that another process sees the whole file or none."""
    body = msgspec.msgpack.encode(compiled)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        try:
            file.write(hashlib.blake2b(body, digest_size=_DIGEST).digest())
            file.write(body)
            file.close()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
