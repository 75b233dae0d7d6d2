"""The processes of this run on record, and the end of those a killed run left behind."""

import os
import signal
from collections.abc import Callable

import psutil
from msgspec import Struct

from trialport.core.servers.child import Child
from trialport.core.servers.strangers import is_gone, send, wait_until_gone
from trialport.demo.folder import DataFolder
from trialport.demo.trouble import DemoError

PROCESSES = "processes.json"
# Set in the environment of every process of ours but PostgreSQL, which is found by its own lock file.
FOLDER_VARIABLE = "TRIALPORT_DEMO_FOLDER"
# The kernel counts a start in ticks and the clock may be corrected in between.
SAME_START_SECONDS = 2.0


class KnownProcess(Struct, frozen=True, kw_only=True):
    """A process of a run; a pid alone may have gone to another program, so its start counts too."""

    name: str
    pid: int
    created_at: float


class ProcessRecord:
    """The file that names the processes of the run."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._known: dict[str, KnownProcess] = {}

    def note(self, child: Child) -> None:
        try:
            created_at = psutil.Process(child.pid).create_time()
        except psutil.NoSuchProcess:
            return
        self._known[child.name] = KnownProcess(name=child.name, pid=child.pid, created_at=created_at)
        self._folder.write(PROCESSES, list(self._known.values()))

    def clear(self) -> None:
        (self._folder.path / PROCESSES).unlink(missing_ok=True)

    def end_leftovers(self, check: Callable[[], None]) -> int:
        """End what a killed run left behind and return how many processes that were.

        Only a process with the recorded pid and start, or with this folder's id in its environment, is ours.
        PostgreSQL is left to its server class, which knows how to end it without losing anything.
        """
        found = (*self._recorded(), *self._marked())
        left = {process.pid: process for process in found if not is_gone(process)}.values()
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            for process in left:
                send(process, number)
                send(process, signal.SIGCONT)
            if wait_until_gone(list(left), patience, check):
                self.clear()
                return len(left)
        pids = ", ".join(str(process.pid) for process in left)
        raise DemoError(f"processes of an earlier run do not end ({pids}). End them, then start again")

    def _recorded(self) -> list[psutil.Process]:
        known = self._folder.read(PROCESSES, list[KnownProcess]) or []
        return [process for entry in known if entry.name != "PostgreSQL" and (process := _find(entry)) is not None]

    def _marked(self) -> list[psutil.Process]:
        wanted = str(self._folder.mark.folder_id)
        return [
            process
            for process in psutil.process_iter()
            if process.pid != os.getpid() and _environment_value(process) == wanted
        ]


def _find(entry: KnownProcess) -> psutil.Process | None:
    try:
        process = psutil.Process(entry.pid)
        is_same = abs(process.create_time() - entry.created_at) <= SAME_START_SECONDS
    except psutil.Error:
        return None
    return process if is_same else None


def _environment_value(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(FOLDER_VARIABLE)
    except (psutil.Error, OSError):
        # Another account's process, which cannot be ours, or one that has just ended.
        return None
