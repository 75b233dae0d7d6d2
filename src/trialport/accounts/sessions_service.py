"""Sessions: begun, changed to another role, ended. Their secrets are new each time; the database keeps hashes."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from msgspec.structs import replace

from trialport.accounts import people_queries, sessions_queries
from trialport.accounts.audit_service import note_reading
from trialport.accounts.models import Actor, Role
from trialport.accounts.people_models import PersonRow, RoleGrantRow
from trialport.accounts.secret import LONGEST, hash_secret, new_secret
from trialport.accounts.service import record_audit_event
from trialport.accounts.sessions_models import Method, Principal, SessionSummary, SignedIn, StartedSession
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction, as_system
from trialport.core.errors import NotFound

# A session's use is written down at most this often.
SEEN_EVERY = timedelta(minutes=1)
_LONGEST_USER_AGENT = 200
# What the trail calls somebody who acts while she has chosen no role.
_NO_ROLE = cast("Role", "person")


def idle_since(settings: Settings, now: datetime) -> datetime:
    """Return the time since when a session must have been used to be alive."""
    return now - timedelta(hours=settings.session_idle_hours)


async def find_signed_in(connection: Connection, settings: Settings, secret: str, now: datetime) -> SignedIn | None:
    """Return whose living session the secret opens; None when it is unknown, ended or was idle for too long."""
    if not 0 < len(secret) <= LONGEST:
        return None
    return await sessions_queries.select_signed_in(
        connection, secret_hash=hash_secret(secret), now=now, idle_since=idle_since(settings, now)
    )


async def start_session(
    tx: Transaction, settings: Settings, person: PersonRow, method: Method, user_agent: str, brought: str | None
) -> StartedSession:
    """Begin a session of a person; `brought` is the secret of the one her browser had, which ends.

    With one role she acts in it at once; with several she chooses.
    """
    if brought:
        await sessions_queries.update_session_revoked_by_secret(
            tx.connection, secret_hash=hash_secret(brought[:LONGEST]), now=tx.now
        )
    grants = await people_queries.select_role_grants(tx.connection, person_id=person.person_id)
    only = grants[0] if len(grants) == 1 else None
    secret, expires_at = new_secret(), tx.now + timedelta(days=settings.session_days)
    session_id = await sessions_queries.insert_session(
        tx.connection,
        secret_hash=hash_secret(secret),
        csrf_token=new_secret(),
        person_id=person.person_id,
        role_grant_id=None if only is None else only.role_grant_id,
        method=method,
        user_agent=printable(user_agent)[:_LONGEST_USER_AGENT],
        now=tx.now,
        expires_at=expires_at,
    )
    actor = actor_of(person.person_id, person.name, session_id, only)
    await _record(tx, actor, "session.signed_in", session_id, {"method": method})
    return StartedSession(session_id=session_id, secret=secret, expires_at=expires_at)


async def choose_role(
    tx: Transaction, signed_in: SignedIn, role_grant_id: UUID, acting_for_id: UUID | None = None
) -> StartedSession:
    """Act in another of one's roles, or by it for an investigator, in a new session in place of the old.

    Raises NotFound for a role of others, and for an investigator who has not named the person as her delegate.
    """
    async with as_system(tx.connection):
        secret = new_secret()
        rotated = await sessions_queries.insert_rotated_session(
            tx.connection,
            session_id=signed_in.session_id,
            secret_hash=hash_secret(secret),
            csrf_token=new_secret(),
            role_grant_id=role_grant_id,
            acting_for_id=acting_for_id,
            now=tx.now,
        )
        if rotated is None:
            raise NotFound("You hold no such role.")
        session_id, expires_at = rotated
        grants = await people_queries.select_role_grants(tx.connection, person_id=signed_in.person_id)
        chosen = next(grant for grant in grants if grant.role_grant_id == role_grant_id)
        actor = actor_of(signed_in.person_id, signed_in.name, session_id, chosen)
        if acting_for_id is not None:
            actor = replace(actor, role="investigator", acting_for=str(acting_for_id))
        await _record(tx, actor, "session.role_changed", session_id, {"role": actor.role})
    return StartedSession(session_id=session_id, secret=secret, expires_at=expires_at)


async def end_session(tx: Transaction, signed_in: SignedIn, session_id: UUID) -> None:
    """End one of one's own sessions; raises NotFound for any other."""
    async with as_system(tx.connection):
        ended = await sessions_queries.update_session_revoked(
            tx.connection, person_id=signed_in.person_id, session_id=session_id, now=tx.now
        )
        if not ended:
            raise NotFound("You have no such session.")
        action = "session.signed_out" if session_id == signed_in.session_id else "session.revoked"
        await _record(tx, _self(signed_in), action, session_id, {})


async def end_all_sessions(tx: Transaction, signed_in: SignedIn) -> int:
    """End every session of the person, this one too; returns how many."""
    async with as_system(tx.connection):
        ended = await sessions_queries.update_sessions_revoked(tx.connection, person_id=signed_in.person_id, now=tx.now)
        await _record(tx, _self(signed_in), "session.all_revoked", signed_in.session_id, {"sessions": ended})
    return ended


async def read_sessions(tx: Transaction, settings: Settings, signed_in: SignedIn) -> list[SessionSummary]:
    """Return one's own living sessions, newest first."""
    async with as_system(tx.connection):
        return await sessions_queries.select_sessions(
            tx.connection,
            person_id=signed_in.person_id,
            current=signed_in.session_id,
            now=tx.now,
            idle_since=idle_since(settings, tx.now),
        )


async def read_roles(tx: Transaction, signed_in: SignedIn) -> list[RoleGrantRow]:
    """Return the roles one holds."""
    async with as_system(tx.connection):
        return await people_queries.select_role_grants(tx.connection, person_id=signed_in.person_id)


async def read_principals(tx: Transaction, signed_in: SignedIn) -> list[Principal]:
    """Return the investigators whom one may stand in for, because they named one as a delegate."""
    async with as_system(tx.connection):
        return await sessions_queries.select_principals(tx.connection, person_id=signed_in.person_id)


async def read_delegates(tx: Transaction, signed_in: SignedIn) -> list[str] | None:
    """Return the names of those who may stand in for one, and note that they were shown; None for no investigator.

    Needs a route with `opt={"records_reading": True}`.
    """
    actor = signed_in.actor
    if actor is None or actor.acting_for or signed_in.own_investigator_id is None:
        return None
    # Also those whom she could not see otherwise, because they work at other units by now.
    async with as_system(tx.connection):
        names = await sessions_queries.select_delegate_names(
            tx.connection, investigator_id=signed_in.own_investigator_id
        )
    if names:
        await note_reading(
            tx,
            actor,
            action="investigator.listed",
            object_type="reader",
            object_id=signed_in.person_id,
            region_id=actor.region_id,
            details={"investigator_ids": [str(one) for one in names]},
        )
    return list(names.values())


async def note_notice_seen(tx: Transaction, signed_in: SignedIn, version: str) -> None:
    """Note that the person has seen this version of the privacy notice."""
    async with as_system(tx.connection):
        await people_queries.update_person_notice_seen(
            tx.connection, person_id=signed_in.person_id, version=version, now=tx.now
        )
        await record_audit_event(
            tx,
            _self(signed_in),
            action="person.notice_seen",
            object_type="person",
            object_id=signed_in.person_id,
            details={"version": version},
        )


async def set_language(tx: Transaction, signed_in: SignedIn, language: str) -> None:
    """Set the language of mails to the person."""
    async with as_system(tx.connection):
        await people_queries.update_person_language(tx.connection, person_id=signed_in.person_id, language=language)


def actor_of(person_id: UUID, name: str, session_id: UUID | None, grant: RoleGrantRow | None) -> Actor:
    """Return a person as the trail names her, also while she has no role."""
    return Actor(
        token_id=None,
        person_id=person_id,
        session_id=session_id,
        name=name,
        role=_NO_ROLE if grant is None else grant.role,
        region_id=None if grant is None else grant.region_id,
    )


def printable(text: str) -> str:
    """Return a text without the characters that would disturb a page or a log."""
    return "".join(character for character in text if character.isprintable())


def _self(signed_in: SignedIn) -> Actor:
    return signed_in.actor or actor_of(signed_in.person_id, signed_in.name, signed_in.session_id, None)


async def _record(tx: Transaction, actor: Actor, action: str, session_id: UUID, details: dict[str, str | int]) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="session",
        object_id=session_id,
        region_id=actor.region_id,
        details=dict(details),
    )
