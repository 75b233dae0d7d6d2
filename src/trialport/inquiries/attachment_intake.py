"""Taking in the bytes of a file: stored, checked and scanned on their way, for an inquiry and for a draft of one."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator

from msgspec import Struct

from trialport.core.config import Settings
from trialport.core.errors import BadInput, Contradiction, TooLarge
from trialport.core.object_store import ObjectStore
from trialport.core.virus_scan import scan
from trialport.inquiries import attachment_rules
from trialport.inquiries.attachment_models import AttachmentKind, ScanState


class Infected(Contradiction):
    """The file holds a virus; `sha256` says which file it was."""

    def __init__(self, sha256: bytes) -> None:
        super().__init__("The file contains a virus and was not taken.")
        self.sha256 = sha256


class Empty(BadInput):
    """The file has no bytes."""

    def __init__(self) -> None:
        super().__init__("The file is empty. Send its bytes as the body of the request.")


class Upload(Struct, frozen=True, kw_only=True):
    """A file on its way in; `file_name` is as the sender gave it."""

    kind: AttachmentKind
    file_name: str
    chunks: AsyncIterator[bytes]


class Arrived(Struct, frozen=True, kw_only=True):
    """A file that lies in the store and is what its name says."""

    kind: AttachmentKind
    file_name: str
    object_key: str
    size_bytes: int
    sha256: bytes
    scan_state: ScanState


class _Meter:
    """Counts, hashes and looks at what flows past."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._hash = hashlib.sha256()
        self.size = 0
        self.head = b""
        self.is_text = True

    async def watch(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Hand the chunks on; raises TooLarge as soon as there are too many bytes."""
        async for chunk in chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise TooLarge(f"A file of this kind may have {self._limit:,} bytes. Send a smaller one.")
            self._hash.update(chunk)
            self.head += chunk[: attachment_rules.HEAD_BYTES - len(self.head)]
            self.is_text = self.is_text and not attachment_rules.holds_no_text(chunk)
            yield chunk

    @property
    def sha256(self) -> bytes:
        return self._hash.digest()


async def take_in(
    store: ObjectStore, settings: Settings, upload: Upload, file_name: str, object_key: str, *, limit: int
) -> Arrived:
    """Store a file under a key of ours and look at it; `limit` is its largest size (bytes).

    Raises Empty, WrongMediaType for content that its name belies, TooLarge, Infected, Busy when the scanner does not
    answer. What has been stored by then is for the caller to remove.
    """
    meter = _Meter(limit)
    await store.put(object_key, meter.watch(upload.chunks))
    if meter.size == 0:
        raise Empty
    ending = attachment_rules.ending_of(file_name)
    attachment_rules.check_head(ending, meter.head, is_text=meter.is_text)
    if ending in attachment_rules.PACKAGES:
        await asyncio.to_thread(_look_inside, store, object_key, ending)
    verdict = await scan(settings, await store.read(object_key))
    if verdict == "infected":
        raise Infected(meter.sha256)
    return Arrived(
        kind=upload.kind,
        file_name=file_name,
        object_key=object_key,
        size_bytes=meter.size,
        sha256=meter.sha256,
        scan_state=verdict,
    )


def _look_inside(store: ObjectStore, object_key: str, ending: str) -> None:
    with store.open(object_key) as file:
        attachment_rules.check_package(ending, file)


def new_key() -> str:
    """Make a key that says nothing about what it holds."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"
