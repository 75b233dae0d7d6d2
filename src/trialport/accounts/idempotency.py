"""Answering the same request twice with the same answer.

The answer is stored in the transaction that did the work, so that either both exist or neither; a second
request with the same key waits for the first and then reads its answer.
"""

import hashlib
from typing import Any

import msgspec
from litestar import Response

from trialport.accounts import queries
from trialport.accounts.models import Actor
from trialport.core.db import Transaction
from trialport.core.errors import BadInput, KeyReused, Refused, explain

_KEY_LENGTH = 200

explain(
    "idempotency_key_pkey",
    Refused,
    "Idempotency-Key",
    "The same request was answered at this very moment. Repeat it to get its answer.",
)


def hash_request(path: str, body: Any) -> bytes:
    """Hash what was asked: the same content in another order of fields is the same request."""
    return hashlib.sha256(path.encode() + b"\0" + msgspec.json.encode(body, order="deterministic")).digest()


def _in_role(actor: Actor, request_hash: bytes) -> bytes:
    """Bind a person's request to the role she acts in: in another one it is another request. A token has one role."""
    if actor.person_id is None:
        return request_hash
    scope = (actor.role, actor.region_id, actor.sponsor_id, actor.investigator_id)
    return hashlib.sha256(request_hash + repr([str(one) for one in scope]).encode()).digest()


async def stored_answer(tx: Transaction, actor: Actor, key: str | None, request_hash: bytes) -> Response[Any] | None:
    """Return the answer already given under this key, or None; raises KeyReused for another request."""
    if key is None or actor.actor_id is None:
        return None
    if not 1 <= len(key) <= _KEY_LENGTH or not key.isprintable():
        raise BadInput.at("Idempotency-Key", f"Send 1 to {_KEY_LENGTH} printable characters.")
    held, found = await queries.lock_and_select_idempotency_key(tx.connection, actor_id=actor.actor_id, key=key)
    if not held:
        # The same request is under way. A statement sees only what was committed when it began, so look again.
        await queries.lock_idempotency_key(tx.connection, actor_id=actor.actor_id, key=key)
        _, found = await queries.lock_and_select_idempotency_key(tx.connection, actor_id=actor.actor_id, key=key)
    if found is None:
        return None
    if found.request_hash != _in_role(actor, request_hash):
        raise KeyReused("Use a new Idempotency-Key for a new request.")
    return Response(
        found.body.encode(),
        status_code=found.status_code,
        headers={**found.headers, "Idempotent-Replayed": "true"},
        media_type="application/json",
    )


async def store_answer(
    tx: Transaction,
    actor: Actor,
    key: str | None,
    request_hash: bytes,
    *,
    status_code: int,
    headers: dict[str, str],
    body: Any,
) -> None:
    """Keep the answer for repeats of the same request."""
    if key is None or actor.actor_id is None:
        return
    await queries.insert_idempotency_key(
        tx.connection,
        actor_id=actor.actor_id,
        key=key,
        request_hash=_in_role(actor, request_hash),
        status_code=status_code,
        headers=headers,
        body=msgspec.json.encode(body).decode(),
    )
