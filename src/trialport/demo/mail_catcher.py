"""A real SMTP server for demonstration and tests: whatever arrives stays in a folder and is shown on a page.

`python -m trialport.demo.mail_catcher SMTP_PORT PAGE_PORT FOLDER`; it listens on this machine only and passes
nothing on.
"""

import asyncio
import os
import signal
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from trialport.demo.mail_pages import page_handler

LOOPBACK = "127.0.0.1"
# So many mails are looked through; older ones are forgotten.
KEPT = 500


class Catcher:
    """Keeps each mail as a file, `000001.eml` the first; the names of the hooks are the server library's."""

    kept = KEPT

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._last = max((int(path.stem) for path in folder.glob("*.eml")), default=0)

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take any address."""
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, whole or not at all, and forget the oldest of too many."""
        self._last += 1
        content = envelope.original_content or b""
        written = self.folder / f"{self._last:06}.part"
        # A mail may hold a sign-in link: nobody else on this machine reads it.
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        written.rename(written.with_suffix(".eml"))
        (self.folder / f"{self._last - self.kept:06}.eml").unlink(missing_ok=True)
        return "250 OK"


async def serve(catcher: Catcher, smtp_port: int, page_port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    server = await loop.create_server(
        lambda: SMTP(catcher, hostname="localhost", ident="Trialport mail catcher", loop=loop), LOOPBACK, smtp_port
    )
    pages = ThreadingHTTPServer((LOOPBACK, page_port), page_handler(catcher.folder))
    pages.daemon_threads = True
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    try:
        await stopping.wait()
    finally:
        server.close()
        pages.shutdown()
        pages.server_close()


def main(arguments: list[str], kind: type[Catcher] = Catcher) -> int:
    """Run the program; returns its exit code."""
    smtp_port, page_port, folder = arguments
    try:
        asyncio.run(serve(kind(Path(folder)), int(smtp_port), int(page_port)))
    except OSError as error:
        sys.stderr.write(f"trialport: the mail catcher could not start ({error.strerror})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
