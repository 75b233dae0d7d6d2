"""Tokens: what the database lets exist, and what a token's holder is."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import asyncpg
import pytest

from tests.cast import Cast
from trialport.accounts import queries, tokens_queries
from trialport.accounts.models import Role
from trialport.accounts.service import create_token, find_actor, hash_token


async def test_only_the_hash_is_stored(connection: asyncpg.Connection, people: Cast) -> None:
    token = await create_token(connection, name="T", role="admin")
    assert len(token) > 40
    stored = await connection.fetchval("select token_hash from access_token where name = 'T'")
    assert stored == hashlib.sha256(token.encode()).digest() == hash_token(token)
    everything = await connection.fetchval("select string_agg(row_to_json(t)::text, '') from access_token t")
    for secret in (token, *people.tokens.values()):
        assert secret not in everything
        assert secret.removeprefix("tp_") not in everything


async def test_two_tokens_are_never_the_same(connection: asyncpg.Connection) -> None:
    made = {await create_token(connection, name="T", role="admin") for _ in range(50)}
    assert len(made) == 50


async def test_a_role_cannot_exist_without_its_scope(connection: asyncpg.Connection, people: Cast) -> None:
    """Region for all but the admin, a sponsor for its contact, an investigator for the persons of a unit."""
    region, sponsor, person = people.regions["ours"], people.sponsors["first"], people.investigators["lung"]
    needed: dict[Role, dict[str, Any]] = {
        "sponsor_contact": {"region_id": region, "sponsor_id": sponsor},
        "investigator": {"region_id": region, "investigator_id": person},
        "unit_head": {"region_id": region, "investigator_id": person},
        "office": {"region_id": region},
        "management": {"region_id": region},
        "service": {"region_id": region},
        "admin": {},
    }
    assert needed.keys() == set(get_args(Role))
    for role, scope in needed.items():
        token = await create_token(connection, name="T", role=role, **scope)
        actor = await find_actor(connection, token, datetime.now(UTC))
        assert actor is not None
        assert {name: getattr(actor, name) for name in scope} == scope
        for missing in scope:
            rest = {name: value for name, value in scope.items() if name != missing}
            with pytest.raises(asyncpg.CheckViolationError, match="access_token_scope_check"):
                await create_token(connection, name="T", role=role, **rest)


async def test_an_unknown_role_cannot_exist(connection: asyncpg.Connection, people: Cast) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=r"access_token_(role|scope)_check"):
        await connection.execute(
            "insert into access_token (token_hash, name, role, region_id) values ($1, 'T', 'king', $2)",
            b"x" * 32,
            people.regions["ours"],
        )


async def test_a_token_is_revoked_once(connection: asyncpg.Connection) -> None:
    token = await create_token(connection, name="T", role="admin")
    actor = await find_actor(connection, token, datetime.now(UTC))
    assert actor is not None
    assert actor.token_id is not None
    now = datetime.now(UTC)
    assert await tokens_queries.update_token_revoked(connection, token_id=actor.token_id, now=now) == actor
    assert await find_actor(connection, token, datetime.now(UTC)) is None
    later = now + timedelta(days=1)
    assert await tokens_queries.update_token_revoked(connection, token_id=actor.token_id, now=later) is None
    assert await connection.fetchval("select revoked_at from access_token where name = 'T'") == now


async def test_answers_kept_for_repeats_are_forgotten_in_time(connection: asyncpg.Connection, people: Cast) -> None:
    actor = await find_actor(connection, people.tokens["sponsor"], datetime.now(UTC))
    assert actor is not None
    assert actor.token_id is not None
    for key in ("old", "new"):
        await queries.insert_idempotency_key(
            connection, actor_id=actor.token_id, key=key, request_hash=b"", status_code=202, headers={}, body="{}"
        )
    now = datetime.now(UTC)
    old = now - timedelta(days=40)
    await connection.execute("update idempotency_key set created_at = $1 where key = 'old'", old)
    await queries.delete_old_idempotency_keys(connection, before=now - timedelta(days=30))
    assert [row["key"] for row in await connection.fetch("select key from idempotency_key")] == ["new"]
