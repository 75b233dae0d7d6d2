"""A child process in a session of its own, with a log file, an orderly end and an end with its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

POLL_SECONDS = 0.02
LOG_LIMIT_BYTES = 5_000_000


class ServerError(Exception):
    """A server could not be started; the text says what is wrong and what to do, in one line."""


class Account(Struct, frozen=True, kw_only=True):
    """A system account to run a child under."""

    name: str
    uid: int
    gid: int


def go_on() -> None:
    """Stand in where a caller has nothing that could interrupt a wait."""


def not_hurried() -> bool:
    return False


class Child:
    """A running child process.

    It leads its own session, so that a Ctrl-C in the terminal reaches the parent only, which then ends
    its children in the right order.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
        standard_input: bytes = b"",
        account: Account | None = None,
        when_parent_dies: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start `command` (its first item a path); all it prints is appended to `log`."""
        self.name = name
        self.log = log
        _keep_log_small(log)
        launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
        uid, gid = (account.uid, account.gid) if account else (-1, -1)
        with log.open("ab") as output:
            self._log_from = output.tell()
            # Nothing here comes from outside: the command is ours, and no shell reads it.
            self._process = subprocess.Popen(  # noqa: S603
                [
                    *launcher,
                    str(os.getpid()),
                    str(int(when_parent_dies)),
                    str(uid),
                    str(gid),
                    *map(str, command),
                ],
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE if standard_input else subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if self._process.stdin is not None:
            self._process.stdin.write(standard_input)
            self._process.stdin.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """Return the exit code, negative for the signal that ended it, or None while it runs."""
        return self._process.poll()

    def how_it_ended(self) -> str:
        """Say how the child ended, in words for a message."""
        code = self.exit_code()
        if code is None:
            return "still running"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def output(self) -> str:
        """Return what this child has printed since it started."""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return log.read().decode(errors="replace")

    def last_lines(self, count: int = 8) -> list[str]:
        return [line for line in self.output().splitlines() if line.strip()][-count:]

    def wait(self, seconds: float, check: Callable[[], None] = go_on) -> int | None:
        """Return the exit code, or None if it still runs after `seconds`; `check` may end the wait."""
        deadline = time.monotonic() + seconds
        while self.exit_code() is None and time.monotonic() < deadline:
            check()
            time.sleep(POLL_SECONDS)
        return self.exit_code()

    def stop(
        self,
        steps: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 10.0)),
        hurried: Callable[[], bool] = not_hurried,
    ) -> None:
        """Send each signal in turn until the child has ended, giving it the seconds named.

        When `hurried` turns true, a step's patience is cut to half a second.
        """
        for number, patience in steps:
            if self.exit_code() is not None:
                break
            self._process.send_signal(number)
            started = time.monotonic()
            while self.exit_code() is None:
                waited = time.monotonic() - started
                if waited > (0.5 if hurried() and number != signal.SIGKILL else patience):
                    break
                time.sleep(POLL_SECONDS)
        # Children of the child must not outlive it; its process group is theirs alone.
        end_group(self.pid)


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nobody is left; macOS says the second when only zombies are left.
        return


def _keep_log_small(log: Path) -> None:
    """One older log is kept, so that neither of the two grows for ever."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(log.name + ".1"))


def explain(output: str, folder: Path) -> str | None:
    """Say in the user's words what a server's own last words mean, if they are a known trouble."""
    if "No space left on device" in output:
        return f"the disk that holds {folder} is full. Free some space, then start again"
    if "Read-only file system" in output:
        return f"the file system of {folder} cannot be written. Choose another folder"
    if "Cannot allocate memory" in output or "could not map anonymous shared memory" in output:
        return "there is too little free memory for PostgreSQL. Close other programs, then start again"
    return None
