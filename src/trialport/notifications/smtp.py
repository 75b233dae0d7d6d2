"""The way out: one mail over SMTP, to nobody but whom this environment may write to."""

import ssl
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from msgspec import Struct

from trialport.core.config import Settings

_PERMANENT = range(500, 600)


class RefusedError(Exception):
    """The mail server refuses this mail for good; the text is its status code and nothing a person wrote."""


class MailOffError(Exception):
    """A mail should leave, but no mail server is set."""


class MailServer(Struct, frozen=True, kw_only=True):
    """A mail server as the setting `smtp_url` names it."""

    host: str
    port: int
    user: str | None
    password: str | None
    # TLS from the first byte, TLS that is begun on the open connection and must succeed, or none.
    tls: str


def read_address(smtp_url: str) -> MailServer:
    """Read `smtp://user:password@host:587?tls=starttls`, `smtps://host`, or `smtp://host:25?tls=none`.

    Without `tls`, `smtp://` begins TLS except to this machine itself; a server that offers none is an error, so
    that nobody in between can talk us out of it. Raises MailOffError when nothing is set.
    """
    if not smtp_url:
        raise MailOffError("no mail server is set")
    parts = urlsplit(smtp_url)
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        tls, port = "implicit", 465
    else:
        tls = parse_qs(parts.query).get("tls", ["none" if _is_loopback(host) else "starttls"])[0]
        port = 25 if tls == "none" else 587
    return MailServer(
        host=host,
        port=parts.port or port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
    )


def may_leave(settings: Settings, to_address: str) -> bool:
    """Tell whether a mail to this address may leave: in production any, elsewhere those on the allow list.

    An entry of the list is an address, a domain, or `*` for all.
    """
    if settings.environment == "production":
        return True
    address = to_address.lower()
    allowed = {entry.strip().lower().removeprefix("@") for entry in settings.mail_allow.split(",")}
    return bool(allowed & {"*", address, address.rpartition("@")[2]})


async def deliver(settings: Settings, message: EmailMessage) -> None:
    """Hand one message to the mail server.

    Raises RefusedError when it is refused for good, and OSError, TimeoutError or SMTPException when another
    attempt may go better.
    """
    server = read_address(settings.smtp_url)
    try:
        await aiosmtplib.send(
            message,
            # The envelope's sender (RFC 5321): where servers send what they could not deliver.
            sender=settings.mail_return_path or None,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            tls_context=None if server.tls == "none" else ssl.create_default_context(),
            timeout=settings.smtp_seconds,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        _raise_if_permanent(refused.recipients[0].code)
        raise
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as refused:
        _raise_if_permanent(refused.code)
        raise


def _raise_if_permanent(code: int) -> None:
    if code in _PERMANENT:
        raise RefusedError(f"the mail server answered {code}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
