"""The mailbox that bounces come to, read over IMAP (RFC 3501): no mail in it is marked, moved or deleted."""

import imaplib
import ssl
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec import Struct

from trialport.notifications.bounce_reports import READ_AT_MOST


class MailboxError(Exception):
    """The mailbox cannot be read now; the text says why and holds neither the password nor anything of a mail."""


class MailboxAddress(Struct, frozen=True, kw_only=True):
    """A mailbox as the setting `bounce_url` names it."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    # TLS from the first byte, TLS that is begun on the open connection and must succeed, or none.
    tls: str

    @property
    def name(self) -> str:
        """Return what says which mailbox this is; the password is no part of it."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


class Fetched(Struct, frozen=True, kw_only=True):
    """New mails of a mailbox: their numbers and their first bytes, the oldest first."""

    uid_validity: int
    mails: tuple[tuple[int, bytes], ...]


def read_mailbox_address(bounce_url: str) -> MailboxAddress:
    """Read `imaps://user:password@host/folder` or `imap://user:password@host:143/folder?tls=starttls`.

    Without a folder `INBOX` is read; without `tls`, `imap://` begins TLS except to this machine itself.
    """
    parts = urlsplit(bounce_url)
    host = parts.hostname or ""
    if parts.scheme == "imaps":
        tls, port = "implicit", 993
    else:
        tls = parse_qs(parts.query).get("tls", ["none" if host in ("localhost", "127.0.0.1", "::1") else "starttls"])[0]
        port = 143
    return MailboxAddress(
        host=host,
        port=parts.port or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        tls=tls,
    )


def fetch_new(
    address: MailboxAddress, *, uid_validity: int | None, after_uid: int, at_most: int, seconds: float
) -> Fetched:
    """Fetch the mails after `after_uid`, from the first one where the mailbox was made anew.

    Of each mail only its first bytes are asked for, however large it is. Blocks: run it in a thread.
    Raises MailboxError.
    """
    try:
        connection = _connect(address, seconds)
        try:
            connection.login(address.user, address.password)
            return _fetch(connection, address.folder, uid_validity, after_uid, at_most)
        finally:
            _leave(connection)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        # What the server answered may quote the user's name.
        raise MailboxError(f"the mailbox of bounces cannot be read ({type(error).__name__})") from None


def _connect(address: MailboxAddress, seconds: float) -> imaplib.IMAP4:
    if address.tls == "implicit":
        return imaplib.IMAP4_SSL(address.host, address.port, ssl_context=ssl.create_default_context(), timeout=seconds)
    connection = imaplib.IMAP4(address.host, address.port, timeout=seconds)
    if address.tls == "starttls":
        connection.starttls(ssl.create_default_context())
    return connection


def _fetch(connection: imaplib.IMAP4, folder: str, uid_validity: int | None, after_uid: int, at_most: int) -> Fetched:
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    _expect(connection.select(quoted, readonly=True)[0])
    found = connection.response("UIDVALIDITY")[1]
    now_valid = int(found[0]) if found and found[0] else 0
    first = after_uid + 1 if now_valid == uid_validity else 1
    status, answer = connection.uid("SEARCH", f"UID {first}:*")
    _expect(status)
    # `5:*` finds the last mail even where its number is lower.
    uids = sorted(uid for uid in map(int, (answer[0] or b"").split()) if uid >= first)[:at_most]
    return Fetched(uid_validity=now_valid, mails=tuple((uid, _first_bytes(connection, uid)) for uid in uids))


def _first_bytes(connection: imaplib.IMAP4, uid: int) -> bytes:
    status, answer = connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{READ_AT_MOST}>)")
    _expect(status)
    # A mail that somebody deleted meanwhile has no bytes.
    return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), b"")


def _expect(status: str) -> None:
    if status != "OK":
        raise imaplib.IMAP4.error(status)


def _leave(connection: imaplib.IMAP4) -> None:
    try:
        connection.logout()
    except (imaplib.IMAP4.error, OSError):
        # Everything wanted has been read.
        return
