"""Reports of mail servers in the shapes that they have, and mails that only look like one."""

import time

import pytest

from trialport.notifications.bounce_reports import READ_AT_MOST, BounceReport, read_report

OURS = "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e@trialport.example"
ANNA = "anna@example.org"


def notification(human: str, status: str, quoted: str, quoted_type: str = "message/rfc822") -> bytes:
    """Put a report together: what people read, what programs read, and the mail that came back."""
    return f"""From: MAILER-DAEMON@mx.example.org
To: bounces@trialport.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

This is a MIME-encapsulated message.

--b1
{human}

--b1
Content-Type: message/delivery-status

{status}

--b1
Content-Type: {quoted_type}

{quoted}

--b1--
""".encode()


QUOTED = f"From: no-reply@trialport.example\nTo: {ANNA}\nMessage-ID: <{OURS}>\nSubject: x"
PLAIN = "Content-Type: text/plain\n\nI'm sorry."
POSTFIX = notification(
    PLAIN,
    f"Reporting-MTA: dns; mx.example.org\nX-Postfix-Queue-ID: 4X\n\nFinal-Recipient: rfc822; {ANNA}\n"
    f"Original-Recipient: rfc822;{ANNA}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown",
    QUOTED,
    "text/rfc822-headers",
)
EXCHANGE = notification(
    'Content-Type: multipart/alternative; boundary="b2"\n\n--b2\nContent-Type: text/plain\n\nCouldn\'t be delivered.\n'
    "--b2\nContent-Type: text/html\n\n<p>Couldn't be delivered.</p>\n--b2--",
    "Reporting-MTA: dns;DB9.eurprd01.prod.exchangelabs.com\nArrival-Date: Sun, 22 Nov 2026 09:00:00 +0000\n\n"
    "Final-Recipient: rfc822;Anna@Example.org\nAction: failed\nStatus: 5.1.10\n"
    "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound",
    QUOTED.replace("Message-ID: ", "Message-ID:\n "),
)
GMAIL = notification(
    'Content-Type: multipart/related; boundary="b2"\n\n--b2\nContent-Type: text/html\n\n<p>Address not found</p>\n'
    "--b2\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b2--",
    f"Reporting-MTA: dns; googlemail.com\n\nFinal-Recipient: rfc822; {ANNA}\nAction: failed\nStatus: 5.1.1\n"
    "Remote-MTA: dns; mx.example.org.",
    QUOTED,
)
EXIM = f"""From: Mail Delivery System <Mailer-Daemon@mx.example.org>
X-Failed-Recipients: {ANNA}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

  {ANNA}
    host mx.example.org [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{ANNA}>:
    550 5.1.1 <{ANNA}>: Recipient address rejected

------ This is a copy of the message, including all the headers. ------

{QUOTED}
""".encode()


def found(raw: bytes) -> tuple[tuple[str, ...], list[tuple[list[str], str]]] | None:
    report = read_report(raw)
    if report is None:
        return None
    return report.message_ids, [(sorted(one.addresses), one.status) for one in report.failures]


@pytest.mark.parametrize(
    ("raw", "status"), [(POSTFIX, "5.1.1"), (EXCHANGE, "5.1.10"), (GMAIL, "5.1.1"), (EXIM, "5.1.1")]
)
def test_what_came_back_and_to_whom(raw: bytes, status: str) -> None:
    for shape in (raw, raw.replace(b"\n", b"\r\n")):
        assert found(shape) == ((OURS,), [([ANNA], status)])


@pytest.mark.parametrize(
    "raw",
    [
        POSTFIX.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1"),
        POSTFIX.replace(b"Action: failed", b"Action: delivered").replace(b"5.1.1", b"2.0.0"),
        POSTFIX.replace(b"Status: 5.1.1", b"Status: what"),
        POSTFIX.replace(OURS.encode(), b""),
        EXIM.replace(b"550 5.1.1", b"450 4.2.0"),
        EXIM.replace(OURS.encode(), b""),
        b"Subject: Out of office\n\nI am away. Message-ID: <" + OURS.encode() + b">",
        b"",
        b"\x00\xff" * 1000,
        b"Content-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: multipart/report; boundary=a; charset=no-such\n\n--a\nContent-Type: message/delivery-status\n",
    ],
)
def test_what_is_late_broken_or_something_else_is_no_report(raw: bytes) -> None:
    assert found(raw) is None


def test_the_quoted_mail_may_be_of_any_size() -> None:
    assert found(POSTFIX.replace(b"--b1--", b"x" * 5_000_000)) == found(POSTFIX)


def test_a_mail_built_to_keep_the_reader_busy_does_not() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    nested = b"Content-Type: message/rfc822\n\n" * 5000
    started = time.perf_counter()
    for raw in (
        deep + b"a\n" * READ_AT_MOST,
        nested,
        b"Content-Type: multipart/report; boundary=a\n" + b"--a\n" * 60_000,
    ):
        assert read_report(raw) is None
    for raw in (b"Message-ID: " * 20_000, b"X-Failed-Recipients: " + b"a@" * 100_000 + b"\n\n550 " * 10):
        assert not isinstance(read_report(raw), BounceReport)
    assert time.perf_counter() - started < 10
