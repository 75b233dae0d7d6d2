"""What a PostgreSQL server of an earlier run left behind: a process, or only its lock file."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
from msgspec import Struct

from trialport.core.servers.child import ServerError, go_on
from trialport.core.servers.strangers import is_gone, send, wait_until_gone

POSTMASTER_FILE = "postmaster.pid"
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 10.0))


class Postmaster(Struct, frozen=True, kw_only=True):
    """The first process of a server, as its lock file names it."""

    pid: int
    ready: bool
    socket_folder: Path | None


def read_postmaster(data: Path) -> Postmaster | None:
    """Read the lock file of the server on `data`, None if there is none or it is not yet whole."""
    try:
        lines = (data / POSTMASTER_FILE).read_text().splitlines()
        # PostgreSQL's miscadmin.h says what stands on which line.
        return Postmaster(
            pid=int(lines[0]),
            ready="".join(lines[7:8]).strip() == "ready",
            socket_folder=Path(lines[4]) if lines[4:5] and lines[4] else None,
        )
    except (FileNotFoundError, IndexError, ValueError):
        return None


def end_previous_server(data: Path, check: Callable[[], None] = go_on) -> bool:
    """End a server still running on `data`; the caller has made sure that nobody else uses it.

    True if there was one. Raises ServerError if it cannot be ended.
    """
    process = server_on(data)
    if process is None:
        return False
    family = [process, *process.children(recursive=True)]
    for number, patience in STOP_STEPS:
        send(process, number)
        # A stopped process obeys only when it goes on.
        send(process, signal.SIGCONT)
        if wait_until_gone([process], patience, check):
            break
    for member in family:
        send(member, signal.SIGKILL)
    if not wait_until_gone(family, 10.0, check):
        raise ServerError(
            f"PostgreSQL of an earlier run (process {process.pid}) does not end. End it, then start again"
        )
    return True


def disown_stale_lock(data: Path) -> None:
    """Keep a lock file of a dead server from blocking the next one.

    PostgreSQL refuses to start while any process has the pid in the file, although that number may have
    gone to another program, or to a dead process nobody collects (usual in containers). It makes an exception
    for its own parent, so we put our own pid there; its second check, for processes still attached to
    the old server's shared memory, stays in force.
    """
    if read_postmaster(data) is None or server_on(data) is not None:
        return
    path = data / POSTMASTER_FILE
    rest = path.read_text().split("\n", 1)[1:]
    # As root: the file is another account's, who could have made it a link.
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "w") as file:
        file.truncate()
        file.write("\n".join([str(os.getpid()), *rest]))


def server_on(data: Path) -> psutil.Process | None:
    """Find the first process of the server that runs on `data`."""
    postmaster = read_postmaster(data)
    if postmaster is None:
        return None
    try:
        process = psutil.Process(postmaster.pid)
        if is_gone(process) or process.name() != "postgres" or not Path(process.cwd()).samefile(data):
            return None
    except (psutil.Error, OSError):
        # Gone, or of an account we may not look at, which cannot be our server.
        return None
    return process
