"""The vocabulary's index, compiled once on a machine: eight seconds that nobody should wait for twice.

Every process would compile it itself when it is missing, all at the same time. So one process does it, while
the servers start, and the others follow.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import trialport
from trialport.core.servers.child import Child
from trialport.demo.folder import DataFolder
from trialport.demo.programs import STOP_STEPS, Programs, failed
from trialport.demo.trouble import DemoError

PREPARED = "vocabulary.json"
PREPARE_SECONDS = 300.0


class VocabularyPreparation:
    """Compiles the index unless the vocabulary is the one this folder has been started with before."""

    def __init__(self, folder: DataFolder, programs: Programs) -> None:
        self._folder = folder
        self._programs = programs
        self._fingerprint = _fingerprint(Path(trialport.__path__[0]) / "vocabulary")
        self._child: Child | None = None

    @property
    def is_needed(self) -> bool:
        return self._folder.read(PREPARED, str) != self._fingerprint

    def begin(self) -> None:
        # Reading any text compiles the index; the command needs no server.
        self._child = self._programs.run("vocabulary", "annotate", "COPD")

    def finish(self, check: Callable[[], None]) -> None:
        """Wait until the index is there. Raises DemoError."""
        if self._child is None:
            raise RuntimeError("nothing has begun")
        code = self._child.wait(PREPARE_SECONDS, check)
        if code is None:
            raise DemoError(f"the vocabulary was not ready within {PREPARE_SECONDS:.0f} s. Start again")
        if code != 0:
            raise failed(self._child, "the vocabulary could not be read")
        self._folder.write(PREPARED, self._fingerprint)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(STOP_STEPS)


def _fingerprint(folder: Path) -> str:
    """Tell one installed vocabulary from another without reading it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    shape = [f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("\n".join(shape).encode()).hexdigest()
