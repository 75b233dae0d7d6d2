"""The way out: where it leads, what stands in a mail in each language, and that TLS cannot be talked away."""

import gc
import re
import socket
import ssl
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from aiosmtplib import SMTPException
from msgspec.structs import replace

from trialport.core.config import Settings, SettingsError, load_settings
from trialport.core.documents import Fact
from trialport.core.language import Language
from trialport.core.servers.valkey import LOOPBACK, free_port
from trialport.demo.mail_catcher import Catcher
from trialport.demo.mail_pages import read_mails
from trialport.notifications import wording_da, wording_en, wording_sv
from trialport.notifications.mail_models import (
    PARAMS,
    AccountCreated,
    CapacityStale,
    Digest,
    DigestItem,
    FilledItem,
    Filling,
    InformationWanted,
    InquiryDeclined,
    Invitation,
    InvitationAmended,
    InvitationMoved,
    InvitationOver,
    InvitationReminder,
    InvitationWithdrawn,
    Mail,
    MailFile,
    MailParams,
    OutcomeReminder,
    QuestionDismissed,
    QuestionForwarded,
    QuestionShared,
    ReplySent,
    RetentionQuestion,
    SigninLink,
    SignOffWanted,
    Wording,
)
from trialport.notifications.mail_text import compose
from trialport.notifications.smtp import MailOffError, MailServer, deliver, may_leave, read_address

SUBJECT = UUID("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6f")
EXAMPLES: dict[str, MailParams] = {
    "signin_link": SigninLink(link="https://trialport.example/a", minutes=15),
    "account_created": AccountCreated(link="https://trialport.example/a"),
    "capacity_stale": CapacityStale(capacity_question_id=SUBJECT, last_day=date(2026, 12, 1)),
    "invitation": Invitation(invitation_id=SUBJECT, to_id=SUBJECT, reference="UAS-2026-0042", due_on=date(2026, 12, 1)),
    "invitation_reminder": InvitationReminder(
        invitation_id=SUBJECT, to_id=SUBJECT, reference="UAS-2026-0042", due_on=date(2026, 12, 1), is_overdue=True
    ),
    "digest": Digest(
        items=(
            DigestItem(
                kind="invitation_reminder",
                params={
                    "invitation_id": str(SUBJECT),
                    "to_id": str(SUBJECT),
                    "reference": "UAS-2026-0042",
                    "due_on": "2026-12-01",
                    "is_overdue": True,
                },
                region_id=SUBJECT,
                subject_id=SUBJECT,
            ),
        )
    ),
    "news_digest": Digest(items=()),
    "invitation_moved": InvitationMoved(invitation_id=SUBJECT, to_id=SUBJECT, due_on=date(2026, 12, 1)),
    "invitation_amended": InvitationAmended(
        invitation_id=SUBJECT, to_id=SUBJECT, due_on=date(2026, 12, 1), has_answered=True
    ),
    "invitation_withdrawn": InvitationWithdrawn(reference="UAS-2026-0042"),
    "invitation_over": InvitationOver(
        invitation_id=SUBJECT, to_id=SUBJECT, reference="UAS-2026-0042", ending="not_selected"
    ),
    "outcome_reminder": OutcomeReminder(
        link="https://trialport.example/a", reference="UAS-2026-0042", promised_on=date(2026, 12, 1), is_overdue=True
    ),
    "question_forwarded": QuestionForwarded(inquiry_id=SUBJECT, reference="UAS-2026-0042"),
    "question_shared": QuestionShared(invitation_id=SUBJECT, to_id=SUBJECT, reference="UAS-2026-0042"),
    "question_dismissed": QuestionDismissed(invitation_id=SUBJECT, to_id=SUBJECT, reference="UAS-2026-0042"),
    "sign_off_wanted": SignOffWanted(invitation_id=SUBJECT, to_id=SUBJECT, reference="UAS-2026-0042"),
    "reply_sent": ReplySent(inquiry_id=SUBJECT, version=2, language="en"),
    "information_wanted": InformationWanted(
        reference="UAS-2026-0042", fields="Lowest age, Highest age", link="https://trialport.example/a"
    ),
    "inquiry_declined": InquiryDeclined(
        reference="UAS-2026-0042", reason="duplicate", link="https://trialport.example/a"
    ),
    "retention_question": RetentionQuestion(link="https://trialport.example/a", erased_on=date(2026, 12, 1)),
}
ITEM = FilledItem(
    kind="invitation_reminder",
    values={
        "reference": "UAS-2026-0042",
        "unit": "Unit lung",
        "due_on": date(2026, 12, 1),
        "is_overdue": True,
        "link": "https://trialport.example/a",
    },
)
OVER = FilledItem(
    kind="invitation_over",
    values={**ITEM.values, "ending": "no_word"},
    first=(Fact(label="Pay", value="900 SEK"),),
    facts=(Fact(label="Kind", value="Medicine"),),
)
BACK = FilledItem(kind="invitation_withdrawn", values={"reference": "UAS-2026-0043"})
FILLINGS = {"digest": Filling(items=(ITEM,)), "news_digest": Filling(items=(ITEM, OVER, BACK))}
WORDINGS = {"en": wording_en.WORDING, "sv": wording_sv.WORDING, "da": wording_da.WORDING}
PLACEHOLDER = re.compile(r"{{ *(\w+) *}}|{% *if +(\w+)")
NEEDED = {"TRIALPORT_DATABASE_URL": "postgresql://a/b", "TRIALPORT_VALKEY_URL": "redis://a"}


def mail(kind: Any = "account_created", language: Language = "en", **others: Any) -> Mail:
    given = {
        "message_id": UUID("0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e"),
        "to_address": "anna@localhost",
        "params": EXAMPLES[kind],
        "written_at": datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    }
    return Mail(kind=kind, language=language, **{**given, **others})


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", PARAMS)
def test_every_kind_speaks_every_language(kind: str, language: Language) -> None:
    # Kinds whose link is a secret get it as they leave.
    filling = FILLINGS.get(kind, Filling(values={"link": "https://trialport.example/a"}))
    message = compose(mail(kind, language), mail_from="no-reply@trialport.example", filling=filling)
    said = {"en": wording_en, "sv": wording_sv, "da": wording_da}[language]
    assert message["Subject"] == said.WORDING[kind].subject
    # A subject is read over shoulders and on locked screens: nothing is ever put into it.
    assert "{" not in said.WORDING[kind].subject
    for subtype in ("plain", "html"):
        part = message.get_body((subtype,))
        assert part is not None
        text = str(part.get_content())
        has_link = bool(said.WORDING[kind].button) or kind in FILLINGS
        assert ("https://trialport.example/a" in text) == has_link
        assert "{{" not in text
        assert "None" not in text
        assert "<p></p>" not in text
        assert "\n\n\n" not in text
    assert f'<html lang="{language}">' in text


@pytest.mark.parametrize("language", [name for name in get_args(Language) if name != "en"])
def test_every_language_says_the_same_of_every_kind(language: Language) -> None:
    """As many paragraphs, a button where there is one, and the same values in the same places as in English."""
    assert set(WORDINGS[language]) == set(wording_en.WORDING) == set(PARAMS)
    for kind, english in wording_en.WORDING.items():
        other = WORDINGS[language][kind]
        shape = [(len(one.before), len(one.after), bool(one.button), bool(one.line)) for one in (english, other)]
        assert shape[0] == shape[1], kind
        for ours, theirs in zip(paragraphs(english), paragraphs(other), strict=True):
            assert theirs.strip(), kind
            assert sorted(PLACEHOLDER.findall(theirs)) == sorted(PLACEHOLDER.findall(ours)), (kind, theirs)
        # What nobody translated reads the same.
        assert not {*english.before, *english.after, english.subject} & {*other.before, *other.after, other.subject}


def paragraphs(wording: Wording) -> list[str]:
    optional = [text for text in (wording.button, wording.line) if text]
    return [wording.subject, *wording.before, *wording.after, *optional]


def test_days_are_written_out() -> None:
    for language, day in (("en", "1 December 2026"), ("sv", "1 december 2026"), ("da", "1. december 2026")):
        part = compose(mail("retention_question", language), mail_from="a@b").get_body(("plain",))  # type: ignore[arg-type]
        assert part is not None
        assert day in str(part.get_content())


def test_no_header_holds_a_line_end() -> None:
    for address in ("anna@example.org\r\nBcc: eve@example.org", "anna@example.org\nX: y"):
        with pytest.raises(ValueError, match=r".+"):
            compose(mail(to_address=address), mail_from="no-reply@trialport.example")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://127.0.0.1:1025", MailServer(host="127.0.0.1", port=1025, user=None, password=None, tls="none")),
        ("smtp://mail", MailServer(host="mail", port=587, user=None, password=None, tls="starttls")),
        ("smtp://mail:25?tls=none", MailServer(host="mail", port=25, user=None, password=None, tls="none")),
        ("smtps://u:p%40ss@mail", MailServer(host="mail", port=465, user="u", password="p@ss", tls="implicit")),
        (
            "smtp://u:p@mail:587?tls=starttls",
            MailServer(host="mail", port=587, user="u", password="p", tls="starttls"),
        ),
    ],
)
def test_the_address_of_the_server(url: str, server: MailServer) -> None:
    assert load_settings({**NEEDED, "TRIALPORT_SMTP_URL": url}).smtp_url == url
    assert read_address(url) == server


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SMTP_URL", "mail.example.org"),
        ("SMTP_URL", "smtp://mail?tls=maybe"),
        ("SMTP_URL", "http://mail"),
        ("MAIL_FROM", "Trialport <no-reply@example.org>"),
        ("MAIL_FROM", "a@b\r\nBcc: eve@example.org"),
        ("ENVIRONMENT", "staging"),
    ],
)
def test_a_setting_that_is_none_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"TRIALPORT_{variable}"):
        load_settings({**NEEDED, f"TRIALPORT_{variable}": value})


def test_no_server_no_mail() -> None:
    with pytest.raises(MailOffError):
        read_address("")


def test_who_may_be_written_to() -> None:
    base = load_settings(NEEDED)
    assert not may_leave(base, "anna@example.org")
    assert may_leave(replace(base, environment="production"), "anna@example.org")
    for listed, reached in (
        ("example.org", True),
        ("@EXAMPLE.org", True),
        ("anna@example.org", True),
        ("*", True),
        ("bo@example.org", False),
        ("ample.org", False),
        ("org", False),
    ):
        for environment in ("demo", "test"):
            allowing = replace(base, environment=environment, mail_allow=f"x@y, {listed}")
            assert may_leave(allowing, "Anna@example.org") is reached, listed


class AnyName(Controller):
    """A server on this machine; what it offers is given."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> trustme.CA:
    """An authority that this process trusts, as it does those of the operating system."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def tls_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


Start = Callable[..., int]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(**options)` starts an SMTP server that keeps mails in a folder; returns its port."""
    running: list[Controller] = []

    def begin(**options: Any) -> int:
        server = AnyName(Catcher(tmp_path / "mails"), hostname=LOOPBACK, port=free_port(), **options)
        server.start()
        running.append(server)
        return int(server.port)

    yield begin
    for server in running:
        server.stop()
    # A connection ended in the middle of TLS says goodbye to its peer after the loop of either side may have ended:
    # what is left of it is collected here, so that its warning does not fall on some later test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def settings_for(url: str) -> Settings:
    return replace(load_settings(NEEDED), smtp_url=url, environment="production", smtp_seconds=5.0)


async def send(url: str) -> None:
    await deliver(settings_for(url), compose(mail(), mail_from="no-reply@trialport.example"))


def take_any(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=(given.login, given.password) == (b"user", b"p@ss"))


async def test_tls_is_begun_and_the_password_goes_within(start: Start, authority: trustme.CA, tmp_path: Path) -> None:
    port = start(
        tls_context=tls_of(authority, "localhost"), require_starttls=True, auth_required=True, authenticator=take_any
    )
    await send(f"smtp://user:p%40ss@localhost:{port}?tls=starttls")
    assert len(read_mails(tmp_path / "mails")) == 1
    with pytest.raises(SMTPException):
        await send(f"smtp://user:wrong@localhost:{port}?tls=starttls")
    assert len(read_mails(tmp_path / "mails")) == 1


async def test_tls_from_the_first_byte(start: Start, authority: trustme.CA, tmp_path: Path) -> None:
    port = start(ssl_context=tls_of(authority, "localhost"))
    await send(f"smtps://localhost:{port}")
    assert len(read_mails(tmp_path / "mails")) == 1


async def test_a_server_without_tls_gets_nothing(start: Start, tmp_path: Path) -> None:
    with pytest.raises(SMTPException):
        await send(f"smtp://localhost:{start()}?tls=starttls")
    assert read_mails(tmp_path / "mails") == []


async def test_a_server_of_another_name_gets_nothing(start: Start, authority: trustme.CA, tmp_path: Path) -> None:
    port = start(tls_context=tls_of(authority, "elsewhere.example"))
    with pytest.raises((SMTPException, ssl.SSLError)):
        await send(f"smtp://localhost:{port}?tls=starttls")
    assert read_mails(tmp_path / "mails") == []


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    message = compose(mail(), mail_from="no-reply@trialport.example")
    with socket.create_server((LOOPBACK, 0)) as silent:
        url = f"smtp://{LOOPBACK}:{silent.getsockname()[1]}"
        with pytest.raises(TimeoutError):
            await deliver(replace(settings_for(url), smtp_seconds=0.2), message)


def test_mails_about_one_thing_refer_to_one_root_and_may_carry_files() -> None:
    file = MailFile(name="reply.pdf", media_type="application/pdf", content=b"%PDF-1.7")
    messages = [
        compose(
            mail(message_id=UUID(int=number), thread_id=SUBJECT),
            mail_from="a@b.example",
            filling=Filling(files=(file,)),
        )
        for number in (1, 2)
    ]
    assert {message["References"] for message in messages} == {f"<thread.{SUBJECT}@b.example>"}
    assert len({message["Message-ID"] for message in messages}) == 2
    (attached,) = messages[0].iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("reply.pdf", b"%PDF-1.7")
    assert compose(mail(), mail_from="a@b.example")["References"] is None


def test_the_manual_names_every_kind() -> None:
    manual = (Path(__file__).parents[2] / "docs/mail.md").read_text(encoding="utf-8")
    table = manual.partition("## Every kind")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([a-z_]+)`", table)) == set(PARAMS)
