"""Reading what mail servers send back: which of our mails could not be delivered, and to whom.

Understood are delivery status notifications (RFC 3464) and, because some servers still write them, free texts that
name the failed address in a header and quote our Message-ID. What is read was written by strangers: it is looked at as
bytes and text only, nothing is unpacked, and whatever does not fit is no report.
"""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from msgspec import Struct

# A report says what failed before it quotes the mail, so what comes after this is not needed (bytes).
READ_AT_MOST = 256_000
# Reports have three parts, the most elaborate ones seven. The reader's time grows with the depth.
_PARTS_AT_MOST = 30
_NESTING = re.compile(rb"multipart/|message/", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"^message-id:[ \t]*(?:\r?\n[ \t]+)?<([^<>\s]{1,250})>", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[^\s<>;,\"]{1,64}@[^\s<>;,\"]{1,255}")
_STATUS = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
# In a free text: the answer of a server that refused for good.
_REFUSED = re.compile(r"(?<![\d.])55\d[ -](?:#?(5\.\d{1,3}\.\d{1,3})(?!\d))?")


class Failure(Struct, frozen=True, kw_only=True):
    """One address that a mail did not reach: as the report names it, lower case, and the status code (`5.1.1`)."""

    addresses: frozenset[str]
    status: str


class BounceReport(Struct, frozen=True, kw_only=True):
    """What a report says: the Message-IDs of the mail it quotes, without brackets, and whom it did not reach."""

    message_ids: tuple[str, ...]
    failures: tuple[Failure, ...]


def read_report(raw: bytes) -> BounceReport | None:
    """Read a report; None for any other mail, for one that is only late, and for what cannot be read.

    A failure is final: `Action: failed`. Servers that give up after days of trying say so with a 4.x.x status
    (RFC 3464, 2.3.3), and a mail that is merely late has another action.
    """
    raw = raw[:READ_AT_MOST]
    if len(_NESTING.findall(raw)) > _PARTS_AT_MOST:
        return None
    try:
        # This policy keeps headers as they are: the newer one reads into them, which has its own ways to fail.
        mail = BytesParser(policy=compat32).parsebytes(raw)
        report = _read_status_notification(mail) or _read_free_text(mail)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The standard library raises any of these for broken mails; a stranger's mail must not stop the reading.
        return None
    return report if report is not None and report.failures and report.message_ids else None


def _read_status_notification(mail: Message) -> BounceReport | None:
    if mail.get_content_type() != "multipart/report":
        return None
    failures: list[Failure] = []
    quoted: list[str] = []
    for part in mail.walk():
        kind = part.get_content_type()
        if kind in ("message/delivery-status", "message/global-delivery-status"):
            failures.extend(_failures(part))
        elif kind in ("message/rfc822", "message/global"):
            quoted.extend(_header(inner, "Message-ID") for inner in _inner(part))
        elif kind in ("text/rfc822-headers", "message/global-headers", "message/rfc822-headers"):
            quoted.append(_text(part))
    ids = [found for text in quoted for found in _MESSAGE_ID.findall(text)]
    return BounceReport(message_ids=tuple(dict.fromkeys(ids)), failures=tuple(failures))


def _failures(part: Message) -> Iterator[Failure]:
    for block in _inner(part):
        if str(block.get("Action", "")).strip().lower() != "failed":
            continue
        status = _STATUS.match(str(block.get("Status", "")))
        if status is None or status[1] == "2":
            continue
        named = f"{block.get('Original-Recipient', '')} {block.get('Final-Recipient', '')}"
        addresses = frozenset(_ADDRESS.findall(named.lower()))
        if addresses:
            yield Failure(addresses=addresses, status=".".join(status.groups()))


def _read_free_text(mail: Message) -> BounceReport | None:
    """Read a text as Exim wrote it for long: the failed addresses in a header, the quoted mail below the reason."""
    failed = str(mail.get("X-Failed-Recipients", "")).lower()
    addresses = _ADDRESS.findall(failed)
    if not addresses or mail.is_multipart():
        return None
    text = _text(mail)
    refused = _REFUSED.search(text)
    if refused is None:
        return None
    status = refused[1] or "5.0.0"
    return BounceReport(
        message_ids=tuple(dict.fromkeys(_MESSAGE_ID.findall(text))),
        failures=tuple(Failure(addresses=frozenset({address}), status=status) for address in addresses),
    )


def _inner(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _header(mail: Message, name: str) -> str:
    return f"{name}: {str(mail.get(name, '')).strip()}"


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
