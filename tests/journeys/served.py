"""A real API server in a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from trialport.core.config import Settings

_START_SECONDS = 60


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[str]:
    """Run `trialport serve` with these settings; gives its address, and ends it afterwards."""
    port = _free_port()
    environment = {
        **os.environ,
        "TRIALPORT_DATABASE_URL": settings.database_url,
        "TRIALPORT_VALKEY_URL": settings.valkey_url,
        "TRIALPORT_PORT": str(port),
        "TRIALPORT_SECRET_KEY": settings.secret_key,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "trialport", "serve"], env=environment, stdout=output, stderr=output
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            if httpx.get(f"{address}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the server does not answer: {log.read_text()[-2000:]}")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
