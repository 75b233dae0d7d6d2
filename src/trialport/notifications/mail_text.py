"""From a mail's kind, language and parameters to the message that goes out: plain text and HTML."""

from collections.abc import Mapping
from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trialport.core.days import shown_day
from trialport.core.language import Language
from trialport.notifications import wording_da, wording_en, wording_sv
from trialport.notifications.mail_models import Filling, Mail, Wording

_TEMPLATES = Path(__file__).with_name("mail_templates")
_LANGUAGES: dict[Language, ModuleType] = {"en": wording_en, "sv": wording_sv, "da": wording_da}


def compose(mail: Mail, *, mail_from: str, filling: Filling | None = None) -> EmailMessage:
    """Word a mail. Whatever a parameter holds, it cannot become a header: headers refuse line ends."""
    filling = filling or Filling()
    said = _LANGUAGES[mail.language]
    wording: Wording = said.WORDING[mail.kind]
    message = EmailMessage(policy=SMTP_POLICY)
    sender = Address(addr_spec=mail_from)
    message["From"] = Address(display_name="Trialport", addr_spec=mail_from)
    message["To"] = Address(addr_spec=mail.to_address)
    message["Subject"] = wording.subject
    message["Date"] = mail.written_at
    message["Message-ID"] = f"<{mail.message_id}@{sender.domain}>"
    if mail.thread_id is not None:
        # The root need not exist: mail programs gather what refers to the same one (RFC 5322, section 3.6.4).
        message["References"] = f"<thread.{mail.thread_id}@{sender.domain}>"
    # No out-of-office answers, please (RFC 3834), not from Exchange either.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    values = _all_shown(msgspec.structs.asdict(mail.params) | dict(filling.values), mail.language)
    message.set_content(_render("mail.txt", mail, said, wording, values, filling), cte="quoted-printable")
    message.add_alternative(
        _render("mail.html", mail, said, wording, values, filling), subtype="html", cte="quoted-printable"
    )
    for file in filling.files:
        kind, _, subtype = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    # Set last: the bodies take every header of this kind with them.
    message["Content-Language"] = mail.language
    return message


def own_signature(language: Language) -> tuple[str, ...]:
    """Return the program's own lines below every mail."""
    lines: tuple[str, ...] = _LANGUAGES[language].SIGNATURE
    return lines


def _render(
    template: str,
    mail: Mail,
    said: ModuleType,
    wording: Wording,
    values: dict[str, Any],
    filling: Filling,
) -> str:
    environment = _environment(as_html=template.endswith(".html"))

    def fill(paragraphs: tuple[str, ...], given: dict[str, Any] = values) -> list[Any]:
        made = (environment.from_string(paragraph).make_module(given) for paragraph in paragraphs)
        # In the HTML part a module's text counts as markup: what it was filled with has been escaped by then.
        return [module.__html__() if environment.autoescape else str(module) for module in made]

    return environment.get_template(template).render(
        language=mail.language,
        subject=wording.subject,
        greeting=said.GREETING,
        before=fill(wording.before),
        button=wording.button,
        # A mail that asks for nothing has none, and a list has one for each of its lines.
        link=values["link"] if wording.button else None,
        items=[
            {
                "line": fill((said.WORDING[item.kind].line,), _all_shown(item.values, mail.language))[0],
                "link": item.values.get("link"),
                "first": item.first,
                "facts": item.facts,
            }
            for item in filling.items
        ],
        after=fill(wording.after),
        document=filling.document,
        first=filling.first,
        facts=filling.facts,
        signature=(*mail.signature, *said.SIGNATURE),
    )


def _all_shown(values: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {name: shown_day(value, language) if isinstance(value, date) else value for name, value in values.items()}


@cache
def _environment(*, as_html: bool) -> Environment:
    # Plain text has no markup that could be escaped.
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=as_html,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
