"""The data folder: ours or not, free or in use, and the few files the demonstration keeps in it."""

import fcntl
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from trialport.demo.trouble import DemoError, folder_trouble

FORMAT = 1
MARK = "trialport.json"
LOCK = "lock"
# What a run leaves that was killed before it had marked the folder as its own.
UNMARKED = frozenset({LOCK, f"{MARK}.new"})
# A fresh folder holds about 70 MB, most of it PostgreSQL's first log segments.
SPACE_NEEDED_BYTES = 150_000_000

T = TypeVar("T")


class FolderMark(Struct, frozen=True, kw_only=True):
    """What makes a folder ours: `format` is of the folder, `postgres` the major version of its data."""

    format: int
    postgres: int
    created_at: datetime
    folder_id: UUID


class DataFolder:
    """The data folder of one running demonstration; whoever has it open has it alone."""

    def __init__(self, path: Path) -> None:
        self.shown = path
        self.path = path.absolute()
        self.is_new = False
        self._lock: int | None = None
        self._mark: FolderMark | None = None

    @property
    def mark(self) -> FolderMark:
        if self._mark is None:
            raise RuntimeError("the folder is not open")
        return self._mark

    def open(self, now: datetime, postgres: int) -> None:
        """Make or take the folder and lock it. Raises DemoError; a folder not ours stays untouched."""
        try:
            self._refuse_foreign()
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._take_lock()
            self._read_or_write_mark(now, postgres)
        except OSError as error:
            self.close()
            raise folder_trouble(self.shown, error) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder; the kernel does the same when the process is killed."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, name: str, kind: type[T]) -> T | None:
        """Read a file of ours, None if it is missing or damaged: each can be made again."""
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        except OSError as error:
            raise folder_trouble(self.shown, error) from error

    def write(self, name: str, value: Any) -> None:
        """Write a file of ours whole or not at all, readable by nobody else."""
        text = msgspec.json.format(msgspec.json.encode(value), indent=2)
        unfinished = self.path / f"{name}.new"
        try:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                if os.geteuid() == 0:
                    # Root may start what another user has made and will want to start again.
                    owner = self.path.stat()
                    os.fchown(descriptor, owner.st_uid, owner.st_gid)
                file.write(text + b"\n")
                file.flush()
                os.fsync(descriptor)
            unfinished.replace(self.path / name)
        except OSError as error:
            raise folder_trouble(self.shown, error) from error

    def _refuse_foreign(self) -> None:
        try:
            found = {entry.name for entry in self.path.iterdir()}
        except FileNotFoundError:
            return
        if MARK not in found and found - UNMARKED:
            raise DemoError(
                f"the folder {self.shown} holds files that trialport demo did not make, so it is left alone. "
                "Choose another with --data DIR"
            )

    def _take_lock(self) -> None:
        self._lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._lock, 20, 0).decode(errors="replace").strip() or "unknown"
            raise DemoError(
                f"the folder {self.shown} is in use by a running demonstration (process {holder}). "
                "Stop that one with Ctrl-C, or choose another folder with --data DIR"
            ) from None
        os.truncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def _read_or_write_mark(self, now: datetime, postgres: int) -> None:
        # Again, now that nobody else can be about to make the folder theirs.
        self._refuse_foreign()
        if not (self.path / MARK).exists():
            self._refuse_small_disk()
            self._mark = FolderMark(format=FORMAT, postgres=postgres, created_at=now, folder_id=uuid4())
            self.write(MARK, self._mark)
            self.is_new = True
            return
        self._mark = self.read(MARK, FolderMark)
        if self._mark is None:
            raise DemoError(
                f"the file {self.shown / MARK} cannot be read, so nothing is changed. "
                "Choose another folder with --data DIR"
            )
        if self._mark.format != FORMAT or self._mark.postgres != postgres:
            raise DemoError(
                f"the folder {self.shown} is of another version (format {self._mark.format}, "
                f"PostgreSQL {self._mark.postgres}; this is format {FORMAT}, PostgreSQL {postgres}). "
                "Start it with the version that made it, or choose another with --data DIR"
            )

    def _refuse_small_disk(self) -> None:
        free = shutil.disk_usage(self.path).free
        if free < SPACE_NEEDED_BYTES:
            raise DemoError(
                f"the disk that holds {self.shown} has {free // 1_000_000} MB free, "
                f"the demonstration needs {SPACE_NEEDED_BYTES // 1_000_000} MB. "
                "Free some space, or choose another folder with --data DIR"
            )
