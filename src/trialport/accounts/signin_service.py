"""Signing in by a mailed link: asked for, made by the worker, spent once in the browser that asked."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.accounts import people_queries, signin_queries
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import PersonRow
from trialport.accounts.people_service import normal_email
from trialport.accounts.secret import LONGEST, hash_secret, new_secret
from trialport.accounts.service import record_audit_event
from trialport.accounts.sessions_models import StartedSession
from trialport.accounts.sessions_service import start_session
from trialport.accounts.signin_queries import ANY_BROWSER
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.jobs.lease import ask_for_job
from trialport.core.language import Language

JOB_KIND = "send_signin_link"
LINK_MINUTES = 15
LINK_PATH = "/sign-in/link/"
LinkState = Literal["here", "elsewhere", "over"]
_VALID = timedelta(minutes=LINK_MINUTES)
# How long the worker may take to send the link before the request lapses.
_SENT_WITHIN = timedelta(hours=1)


class Link(Struct, frozen=True, kw_only=True):
    """A link to mail, with its secret, this once."""

    person: PersonRow
    url: str


class SignInResult(Struct, frozen=True, kw_only=True):
    """Somebody signed in, and where she wanted to go."""

    session: StartedSession
    return_to: str


async def ask_for_link(
    tx: Transaction, settings: Settings, *, email: str, language: Language, browser_hash: bytes, return_to: str
) -> None:
    """Note that somebody wants a link; the worker finds out whether the address is known.

    So the answer is the same, and takes as long, for every address.
    """
    async with as_system(tx.connection):
        signin_request_id = await signin_queries.insert_signin_request(
            tx.connection,
            email=normal_email(email),
            language=language,
            browser_hash=browser_hash,
            link_hash=None,
            return_to=return_to,
            now=tx.now,
            expires_at=tx.now + _SENT_WITHIN,
        )
        await ask_for_job(tx, settings, kind=JOB_KIND, subject_id=signin_request_id)


async def make_link(tx: Transaction, settings: Settings, signin_request_id: UUID) -> Link | None:
    """Make the link of a request, in place of one made before; None when it lapsed or nobody has the address."""
    secret = new_secret()
    email = await signin_queries.update_signin_request_link(
        tx.connection,
        signin_request_id=signin_request_id,
        link_hash=hash_secret(secret),
        now=tx.now,
        expires_at=tx.now + _VALID,
    )
    person = None if email is None else await people_queries.select_person_by_email(tx.connection, email=email)
    return None if person is None else Link(person=person, url=_url(settings, secret))


async def make_open_link(
    tx: Transaction, settings: Settings, person: PersonRow, *, return_to: str = "/", valid: timedelta = _VALID
) -> str:
    """Make a link that any browser may open, for when no mail can be sent; it is in the trail.

    Only a demonstration, where every person is invented, may make one that is valid for longer than a mailed link.
    """
    if valid > _VALID and settings.environment != "demo":
        raise ValueError("A link that signs in is valid for a quarter of an hour.")
    secret = new_secret()
    await signin_queries.insert_signin_request(
        tx.connection,
        email=person.email,
        language=person.language,
        browser_hash=ANY_BROWSER,
        link_hash=hash_secret(secret),
        return_to=return_to,
        now=tx.now,
        expires_at=tx.now + valid,
    )
    await record_audit_event(tx, SYSTEM, action="person.link_made", object_type="person", object_id=person.person_id)
    return _url(settings, secret)


async def read_link(tx: Transaction, secret: str, browser_hash: bytes) -> LinkState:
    """Tell what a link is worth, without spending it: programs that check mails open every link."""
    async with as_system(tx.connection):
        row = await signin_queries.select_signin_request(
            tx.connection, link_hash=hash_secret(secret[:LONGEST]), browser_hash=browser_hash, now=tx.now
        )
    if row is None:
        return "over"
    return "here" if row.is_here else "elsewhere"


async def spend_link(
    tx: Transaction, settings: Settings, *, secret: str, browser_hash: bytes, user_agent: str, brought: str | None
) -> SignInResult | None:
    """Sign in by a link; None, and a line in the trail, when it is over or was asked for elsewhere."""
    async with as_system(tx.connection):
        row = await signin_queries.update_signin_request_used(
            tx.connection, link_hash=hash_secret(secret[:LONGEST]), browser_hash=browser_hash, now=tx.now
        )
        person = None if row is None else await people_queries.select_person_by_email(tx.connection, email=row.email)
        if row is None or person is None:
            await record_failure(tx, "link", "over")
            return None
        session = await start_session(tx, settings, person, "link", user_agent, brought)
    return SignInResult(session=session, return_to=row.return_to)


async def record_failure(tx: Transaction, method: str, reason: str) -> None:
    """Note that somebody could not sign in; who it was is not known, and no address is kept."""
    await record_audit_event(
        tx,
        SYSTEM,
        action="session.sign_in_failed",
        object_type="session",
        object_id=_NOBODY,
        details={"method": method, "reason": reason},
    )


# The object of an event that has none.
_NOBODY = UUID(int=0)


def _url(settings: Settings, secret: str) -> str:
    return f"{settings.public_url}{LINK_PATH}{secret}"
