"""A folder for the servers of tests: in memory, where the machine has room for it, else on disk.

A fresh database for each test is some hundred files, which a journalling file system takes several times as long for.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it, for its owner only.
_PREFIX = "trialport-tests-"
# What the servers of one test process need at most, with room for others (bytes).
_ROOM = 3_000_000_000


@contextmanager
def quick_folder(otherwise: Path) -> Iterator[Path]:
    """Give a folder that is gone afterwards; what processes that were killed left behind goes too."""
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM:
        yield otherwise
        return
    for left in _MEMORY.glob(f"{_PREFIX}*"):
        if not Path("/proc", left.name.removeprefix(_PREFIX).partition("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_MEMORY))
    # The database server may run under an account of its own.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
