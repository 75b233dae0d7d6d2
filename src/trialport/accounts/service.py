"""Access tokens and the audit trail."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from trialport.accounts import audit_queries, tokens_queries
from trialport.accounts.models import ALL_SCOPES, Actor, Role, Scope
from trialport.accounts.secret import LONGEST, hash_secret, new_secret
from trialport.accounts.tokens_queries import TokenHolder
from trialport.core.db import Connection, Transaction

_PREFIX = "tp_"


async def create_token(
    connection: Connection,
    *,
    name: str,
    role: Role,
    region_id: UUID | None = None,
    sponsor_id: UUID | None = None,
    investigator_id: UUID | None = None,
    scopes: tuple[Scope, ...] = ALL_SCOPES,
    expires_at: datetime | None = None,
) -> str:
    """Make an access token and return its secret, this once."""
    _, secret = await issue_token(
        connection,
        name=name,
        role=role,
        region_id=region_id,
        sponsor_id=sponsor_id,
        investigator_id=investigator_id,
        scopes=scopes,
        expires_at=expires_at,
    )
    return secret


async def issue_token(
    connection: Connection,
    *,
    name: str,
    role: Role,
    region_id: UUID | None,
    sponsor_id: UUID | None,
    investigator_id: UUID | None,
    scopes: tuple[Scope, ...],
    expires_at: datetime | None,
) -> tuple[UUID, str]:
    """Make an access token: its id and its secret, of which the database keeps the SHA-256 only."""
    token = _PREFIX + new_secret()
    token_id = await tokens_queries.insert_token(
        connection,
        token_hash=hash_token(token),
        name=name,
        role=role,
        region_id=region_id,
        sponsor_id=sponsor_id,
        investigator_id=investigator_id,
        scopes=scopes,
        expires_at=expires_at,
    )
    return token_id, token


def hash_token(token: str) -> bytes:
    return hash_secret(token)


async def find_actor(connection: Connection, token: str, now: datetime) -> Actor | None:
    """Return who holds the token, or None when it is unknown, revoked or past its end."""
    holder = await find_holder(connection, token, now)
    return None if holder is None else holder.actor


async def find_holder(connection: Connection, token: str, now: datetime) -> TokenHolder | None:
    """Return who holds the token and when it was last used, or None when it is unknown, revoked or past its end."""
    if not token.startswith(_PREFIX) or len(token) > LONGEST:
        return None
    return await tokens_queries.select_token_holder(connection, token_hash=hash_secret(token), now=now)


async def record_audit_event(
    tx: Transaction,
    actor: Actor,
    *,
    action: str,
    object_type: str,
    object_id: UUID,
    region_id: UUID | None = None,
    details: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Note who did what to which object.

    `details`, `before` and `after` never hold a confidential field's value, nor a person's name or address: the
    trail cannot be changed, so what has to be erased one day must not stand in it. Who came by the link of a mail is
    named by the investigator's id, with the way she came.
    """
    if actor.invitation_id is not None or actor.capacity_question_id is not None:
        details = {**(details or {}), "by_link": True, "investigator_id": str(actor.investigator_id)}
    await audit_queries.insert_audit_event(
        tx.connection,
        actor=actor,
        region_id=region_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        details=details or {},
        before=before,
        after=after,
        request_id=tx.request_id,
    )


async def record_audit_events(
    tx: Transaction,
    actor: Actor,
    *,
    action: str,
    object_type: str,
    events: Sequence[tuple[UUID, UUID | None, dict[str, Any]]],
) -> None:
    """Note one action on many objects in one statement; an event is the object's id, its region if any, and details."""
    await audit_queries.insert_audit_events(
        tx.connection,
        actor=actor,
        action=action,
        object_type=object_type,
        events=events,
        request_id=tx.request_id,
    )
