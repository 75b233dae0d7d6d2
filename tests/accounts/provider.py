"""A real OpenID Connect provider as a process, which checks PKCE, and people who sign in with it."""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from trialport.core.servers.child import Child
from trialport.core.servers.valkey import LOOPBACK, free_port

START_SECONDS = 60.0
_ROOT = Path(__file__).parents[2]


class Provider:
    """The provider of the package oidc-provider-mock, made strict (strict_provider.py); a restart has a new key."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.issuer = f"http://{LOOPBACK}:{self.port}"
        self._log = folder / "provider.log"
        self._child: Child | None = None

    def start(self, token_seconds: int = 3600) -> "Provider":
        command: list[str | Path] = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.accounts.strict_provider",
            "--port",
            str(self.port),
            "--token-max-age",
            str(token_seconds),
            "--require-nonce",
            "true",
        ]
        self._child = Child("provider", command, log=self._log, folder=_ROOT, environment=dict(os.environ))
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._child.exit_code() is None, self._child.output()
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError(self._child.output())

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    async def set_person(self, subject: str, **claims: Any) -> None:
        """Say what the provider tells of a person."""
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.put(f"{self.issuer}/users/{quote(subject)}", json=claims)
            assert answer.status_code == httpx.codes.NO_CONTENT, answer.text

    async def sign_in(self, address: str, subject: str, action: str = "authorize") -> str:
        """Sign in at the provider as a person does; returns the address it sends the browser back to."""
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(address)).status_code == httpx.codes.OK
            answer = await client.post(address, data={"sub": subject, "action": action})
            assert answer.status_code == httpx.codes.FOUND, answer.text[:1000]
            return answer.headers["location"]
