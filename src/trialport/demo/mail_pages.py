"""The page of the mail catcher: a plain list of what arrived, and each mail as text."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from msgspec import Struct

# Another site's page must not read mails by pointing a name of its own at this machine.
_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_SHOWN_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "Content-Language")


class CaughtMail(Struct, frozen=True, kw_only=True):
    """A caught mail as it arrived."""

    number: int
    message: EmailMessage

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.message.get_body((subtype,))
        return "" if part is None else str(part.get_content())


def read_mails(folder: Path) -> list[CaughtMail]:
    """Return all mails caught, in the order of their arrival."""
    return [
        CaughtMail(
            number=int(path.stem),
            message=message_from_bytes(path.read_bytes(), policy=default),
        )
        for path in sorted(folder.glob("*.eml"))
    ]


def page_handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    """Return the handler of the pages over one folder."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not _HOST.fullmatch(self.headers.get("Host", "")):
                self._answer(HTTPStatus.MISDIRECTED_REQUEST, "<p>Ask 127.0.0.1.</p>")
            elif self.path == "/":
                self._answer(HTTPStatus.OK, _list(read_mails(folder)))
            elif found := [mail for mail in read_mails(folder) if self.path == f"/mail/{mail.number}"]:
                self._answer(HTTPStatus.OK, _mail(found[0]))
            else:
                self._answer(HTTPStatus.NOT_FOUND, '<p>There is no such mail. <a href="/">All mails</a></p>')

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Keep quiet."""

        def _answer(self, status: HTTPStatus, body: str) -> None:
            page = _page(body).encode()
            self.send_response(status)
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

    return Pages


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Caught mails</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>body{font:16px/1.5 sans-serif;margin:2rem;max-width:50rem}pre{white-space:pre-wrap}</style></head>"
        f"<body><main><h1>Caught mails</h1>{body}</main></body></html>"
    )


def _list(mails: list[CaughtMail]) -> str:
    if not mails:
        return "<p>No mail has arrived yet. Reload this page after a mail should have been sent.</p>"
    rows = (
        f'<li><a href="/mail/{mail.number}">{escape(str(mail.message["Subject"]))}</a>'
        f" to {escape(str(mail.message['To']))}, {escape(str(mail.message['Date']))}</li>"
        for mail in reversed(mails)
    )
    return f"<p>The newest first.</p><ul>{''.join(rows)}</ul>"


def _mail(mail: CaughtMail) -> str:
    heads = "".join(
        f"<div>{name}: {escape(str(mail.message[name]))}</div>" for name in _SHOWN_HEADERS if mail.message[name]
    )
    return f'<p><a href="/">All mails</a></p>{heads}<pre>{_linked(mail.text)}</pre>'


def _linked(text: str) -> str:
    """Escape a text and make its addresses links."""
    pieces, at = [], 0
    for found in _ADDRESS.finditer(text):
        shown = escape(found[0])
        pieces += [escape(text[at : found.start()]), f'<a href="{shown}" rel="noreferrer">{shown}</a>']
        at = found.end()
    return "".join([*pieces, escape(text[at:])])
