"""The reply in its forms beyond JSON: as a document in a language, as a PDF, and as the mail that brings it."""

import asyncio
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.documents import Document
from trialport.core.errors import TooLarge
from trialport.core.language import Language
from trialport.core.typesetting import to_pdf
from trialport.inquiries.queries import select_inquiry
from trialport.inquiries.service import read_inquiry
from trialport.invitations.reading import PROGRAM
from trialport.invitations.reply import read_reply
from trialport.invitations.reply_words import describe_reply, file_name
from trialport.notifications.mail_models import Filling, MailFile, MailParams, ReplySent

_QUESTIONS = "answer.questions"


async def read_reply_document(
    tx: Transaction, actor: Actor, inquiry_id: UUID, version: int | None, language: Language
) -> tuple[Document, str]:
    """Return the reply worded in a language, and the name of its file."""
    reply = await read_reply(tx, actor, inquiry_id, version)
    row = await read_inquiry(tx, actor, inquiry_id)
    return describe_reply(reply, row.reference, language), file_name(row.reference, reply, language)


async def fill_reply(tx: Transaction, settings: Settings, params: MailParams) -> Filling | None:
    """Give the mail to the sponsor the whole reply and its PDF; None once a newer version has been sent.

    Where the sponsor marked the questions to units as confidential, they and their answers stay on the page.
    """
    if not isinstance(params, ReplySent):
        raise TypeError(f"these are not the parameters of a reply: {type(params).__name__}")
    row = await select_inquiry(tx.connection, actor=PROGRAM, inquiry_id=params.inquiry_id)
    if row is None:
        return None
    reply = await read_reply(tx, PROGRAM, params.inquiry_id, params.version)
    if reply.newest_version != params.version:
        return None
    document = describe_reply(
        reply, row.reference, params.language, with_questions=_QUESTIONS not in row.confidential_fields
    )
    files: tuple[MailFile, ...] = ()
    try:
        pdf = await asyncio.to_thread(to_pdf, document, tx.now)
    except TooLarge:
        # The mail says everything by itself.
        pdf = None
    if pdf is not None:
        name = file_name(row.reference, reply, params.language)
        files = (MailFile(name=name, media_type="application/pdf", content=pdf),)
    link = f"{settings.public_url}/inquiries/{params.inquiry_id}/reply"
    return Filling(values={"link": link}, files=files, document=document)
