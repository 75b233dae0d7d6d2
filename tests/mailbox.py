"""The mail server of the tests: the demonstration's catcher as a process, with addresses that it treats badly.

`busy@...` is put off (451), `refused@...` refused for good (550), and the first mail to `slow@...` is kept but not
acknowledged, as by a server whose answer is lost.
"""

import asyncio
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from trialport.core.servers.child import Child
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.demo.mail_catcher import Catcher, main
from trialport.demo.mail_pages import CaughtMail, read_mails

START_SECONDS = 30.0
UNHEARD_SECONDS = 600.0


class MoodyCatcher(Catcher):
    """The catcher, with its moods; it forgets nothing."""

    kept = 1_000_000

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mood = address.partition("@")[0]
        if mood == "busy":
            return "451 4.3.0 Come back later"
        if mood == "refused":
            return "550 5.1.1 No such mailbox"
        return await super().handle_RCPT(server, session, envelope, address, options)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        is_slow = any(address.startswith("slow@") for address in envelope.rcpt_tos)
        is_first = not any(self.folder.glob("*.eml"))
        answer = await super().handle_DATA(server, session, envelope)
        if is_slow and is_first:
            await asyncio.sleep(UNHEARD_SECONDS)
        return answer


class Mailbox:
    """A mail server that can be stopped and started again on the port it had."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mails"
        self.port, self.page_port = free_port(), free_port()
        self._log = folder / "mail.log"
        self._child: Child | None = None

    @property
    def smtp_url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def page(self) -> str:
        return f"http://{LOOPBACK}:{self.page_port}"

    def start(self) -> "Mailbox":
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "tests.mailbox",
            str(self.port),
            str(self.page_port),
            self.folder,
        ]
        self._child = Child("mail catcher", command, log=self._log, folder=Path(__file__).parents[1])
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._child.exit_code() is None, self._child.output()
            with socket.socket() as probe:
                if probe.connect_ex((LOOPBACK, self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise AssertionError(self._child.output())

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """End it amid whatever it does."""
        assert self._child is not None
        self._child.stop(((signal.SIGKILL, 10.0),))

    def mails(self) -> list[CaughtMail]:
        """Return what has arrived, the oldest first."""
        return read_mails(self.folder)

    async def wait_for(self, count: int, seconds: float = 60.0) -> list[CaughtMail]:
        """Wait until so many mails have arrived; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.mails()) < count:  # noqa: ASYNC110 - another process writes them
                await asyncio.sleep(0.05)
        return self.mails()

    def settings(self, **others: Any) -> dict[str, Any]:
        """Return the settings that send every mail here."""
        return {"smtp_url": self.smtp_url, "mail_allow": "*", "environment": "test", **others}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], MoodyCatcher))
