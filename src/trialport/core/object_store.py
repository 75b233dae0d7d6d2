"""Where files lie: a folder of this machine or an S3-compatible store, through one library; nothing is held whole."""

import io
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from trialport.core.errors import Busy

# S3 takes parts of 5 MiB at least; one part and the next are in memory at a time.
_PART_BYTES = 5 * 1024 * 1024
_PARTS_AT_ONCE = 2
_READ_BYTES = 256 * 1024
_PRIVATE = 0o700


class ObjectStore:
    """A store of objects under keys that we make ourselves.

    `file:///folder` is made where it is missing, for its owner only; `s3://bucket/prefix` takes credentials,
    region and endpoint from the environment (`AWS_...`), as every S3 program does.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None

    @cached_property
    def _store(self) -> obstore.store.ObjectStore:
        # Opened when it is first used: most processes never touch a file.
        if self._folder is None:
            return from_url(self._url)
        self._folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        return LocalStore(self._folder)

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> None:
        """Store what `chunks` yields; when it raises, nothing has been stored. Raises Busy when the store is away."""
        # A writer that is dropped before it was closed removes its parts. The library could read the chunks itself,
        # but then a request that is cancelled would be read on behind our back.
        with _reachable():
            writer = obstore.open_writer_async(
                self._store, key, buffer_size=_PART_BYTES, max_concurrency=_PARTS_AT_ONCE
            )
        async for chunk in chunks:
            with _reachable():
                await writer.write(chunk)
        with _reachable():
            await writer.close()

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """Open an object and return its bytes piece by piece; raises FileNotFoundError and Busy before the first."""
        with _reachable():
            opened = await obstore.get_async(self._store, key)

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in opened.stream(min_chunk_size=_READ_BYTES):
                yield bytes(piece)

        return pieces()

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading here and there; only for a thread, because it waits."""
        return cast("BinaryIO", io.BufferedReader(_Readable(obstore.open_reader(self._store, key)), _READ_BYTES))

    async def remove(self, key: str) -> None:
        """Remove an object; one that is not there is as good as removed. Raises Busy when the store is away."""
        with suppress(FileNotFoundError), _reachable():
            await obstore.delete_async(self._store, key)

    async def keys(self, *, older_than: datetime) -> AsyncIterator[list[str]]:
        """Yield the keys of all objects stored before a time, many at once."""
        if self._folder is not None and not self._folder.exists():
            return
        async for batch in obstore.list(self._store):
            yield [entry["path"] for entry in batch if entry["last_modified"] < older_than]

    def remove_unfinished(self, *, older_than: datetime) -> int:
        """Remove what writers left in a local folder whose process was killed; returns how many.

        A bucket does this by its own rule for unfinished uploads.
        """
        if self._folder is None:
            return 0
        # The library writes to `key#1` and renames; such names are no keys of ours.
        left = [path for path in self._folder.rglob("*#*") if path.stat().st_mtime < older_than.timestamp()]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


@contextmanager
def _reachable() -> Iterator[None]:
    """Say what a store that does not answer means to whoever asked."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, BaseError) as error:
        raise Busy("The store of files cannot be reached. Try again in a moment.") from error


class _Readable(io.RawIOBase):
    """What the standard library expects of an open file, over the store's reader."""

    def __init__(self, reader: "obstore.ReadableFile") -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        piece = bytes(self._reader.read(len(buffer)))
        buffer[: len(piece)] = piece
        return len(piece)
