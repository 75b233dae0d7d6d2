"""Waiting for the API; a module of its own because loading the HTTP client takes as long as a server's start."""

import time
from collections.abc import Callable

import httpx

from trialport.demo.trouble import DemoError

READY_SECONDS = 120.0
READY_POLL_SECONDS = 0.05


def wait_until_ready(address: str, check: Callable[[], None]) -> None:
    """Wait until the API says it is ready; `check` may end the wait. Raises DemoError."""
    deadline = time.monotonic() + READY_SECONDS
    last = "no answer"
    # Proxies of the environment know nothing about this machine's own address.
    with httpx.Client(timeout=2.0, trust_env=False) as client:
        while time.monotonic() < deadline:
            check()
            try:
                answer = client.get(f"{address}/health/ready")
            except httpx.TransportError:
                time.sleep(READY_POLL_SECONDS)
                continue
            if answer.status_code == httpx.codes.OK:
                return
            last = f"{answer.status_code} {answer.text[:200]}"
            time.sleep(READY_POLL_SECONDS)
    raise DemoError(f"the API was not ready within {READY_SECONDS:.0f} s ({last}). See serve.log in the data folder")
