"""Access tokens and the audit trail."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from trialport.accounts import queries
from trialport.accounts.models import Actor, Role
from trialport.core.db import Connection, Transaction

_PREFIX = "tp_"
# Longer than any token of ours; nothing longer is hashed.
_LONGEST_TOKEN = 100


async def create_token(
    connection: Connection,
    *,
    name: str,
    role: Role,
    region_id: UUID | None = None,
    sponsor_id: UUID | None = None,
    investigator_id: UUID | None = None,
) -> str:
    """Make an access token and return its secret, this once."""
    _, secret = await issue_token(
        connection,
        name=name,
        role=role,
        region_id=region_id,
        sponsor_id=sponsor_id,
        investigator_id=investigator_id,
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
) -> tuple[UUID, str]:
    """Make an access token: its id and its secret, of which the database keeps the SHA-256 only.

    A token has 256 random bits, so a plain hash cannot be reversed by guessing.
    """
    token = _PREFIX + secrets.token_urlsafe(32)
    token_id = await queries.insert_token(
        connection,
        token_hash=hash_token(token),
        name=name,
        role=role,
        region_id=region_id,
        sponsor_id=sponsor_id,
        investigator_id=investigator_id,
    )
    return token_id, token


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


async def find_actor(connection: Connection, token: str) -> Actor | None:
    """Return who holds the token, or None when it is unknown or revoked."""
    if not token.startswith(_PREFIX) or len(token) > _LONGEST_TOKEN:
        return None
    return await queries.select_actor(connection, token_hash=hash_token(token))


async def record_audit_event(
    tx: Transaction,
    actor: Actor,
    *,
    action: str,
    object_type: str,
    object_id: UUID,
    region_id: UUID | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Note who did what to which object; `details` never holds a confidential field's value."""
    await queries.insert_audit_event(
        tx.connection,
        actor=actor,
        region_id=region_id,
        action=action,
        object_type=object_type,
        object_id=object_id,
        details=details or {},
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
    await queries.insert_audit_events(
        tx.connection,
        actor=actor,
        action=action,
        object_type=object_type,
        events=events,
        request_id=tx.request_id,
    )
