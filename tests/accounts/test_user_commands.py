"""`trialport user`, and tokens with an end and scopes: on the command line as an administrator types them."""

import asyncio
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import click.testing
import pytest
from litestar import Litestar

from tests.accounts.browsers import SITE
from tests.accounts.conftest import MakeBrowser
from trialport.cli import main

Run = Callable[..., click.testing.Result]


@pytest.fixture
def run(database_url: str) -> Run:
    """Run a command on the test's own database, as its owner."""

    def run_(*arguments: str) -> click.testing.Result:
        inherited = dict.fromkeys((name for name in os.environ if name.startswith("TRIALPORT_")), None)
        environment = {**inherited, "TRIALPORT_DATABASE_URL": database_url, "TRIALPORT_PUBLIC_URL": SITE}
        return click.testing.CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)

    return run_


async def fetch(connection: asyncpg.Connection, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.fetch(statement)]


async def call(run: Run, *arguments: str) -> click.testing.Result:
    """Run a command beside the test's event loop: a command has one of its own."""
    return await asyncio.to_thread(run, *arguments)


async def test_it_works(run: Run, connection: asyncpg.Connection) -> None:
    for role, *others in (
        ("admin",),
        ("office", "--region", "TST"),
        ("office", "--region", "OTH"),
        ("sponsor_contact", "--region", "TST", "--sponsor", "Rival Pharma (demonstration)"),
        ("investigator", "--region", "TST", "--investigator", "lung@example.org"),
    ):
        made = await call(run, "user", "add", " Kim@Example.org".strip(), "--name", "Kim", "--role", role, *others)
        assert made.exit_code == 0, made.output
    again = await call(run, "user", "add", "kim@example.org", "--name", "Kim", "--role", "admin")
    assert (again.exit_code, "nothing to do" in again.stderr) == (0, True)
    assert await fetch(connection, "select email, name, language from person") == [("kim@example.org", "Kim", "en")]
    assert len(await fetch(connection, "select 1 from role_grant where source = 'command'")) == 5
    listed = await call(run, "user", "list")
    assert listed.stdout.count("kim@example.org") == 5
    assert "Rival Pharma" in listed.stdout
    (role_grant_id,) = await connection.fetchrow("select role_grant_id from role_grant where role = 'admin'")
    assert (await call(run, "user", "remove-role", str(role_grant_id))).exit_code == 0
    assert (await call(run, "user", "list")).stdout.count("kim@example.org") == 4
    refused = await call(run, "user", "remove-role", str(role_grant_id))
    assert (refused.exit_code, "Nobody holds a role" in refused.stderr) == (1, True)
    trail = await fetch(connection, "select action from audit_event order by audit_event_id")
    assert trail == [("person.added",), *[("role.given",)] * 5, ("role.taken",)]


async def test_what_is_missing_or_unknown_is_named(run: Run, connection: asyncpg.Connection) -> None:
    for wrong, said in (
        (["nobody", "--name", "N", "--role", "admin"], "no e-mail address"),
        (["n@example.org", "--name", " ", "--role", "admin"], "--name"),
        (["n@example.org", "--name", "N\n", "--role", "office"], "--region"),
        (["n@example.org", "--name", "N", "--role", "office", "--region", "XX"], "no region XX"),
        (["n@example.org", "--name", "N", "--role", "sponsor_contact", "--region", "TST"], "--sponsor"),
        (["n@example.org", "--name", "N", "--role", "investigator", "--region", "TST"], "--investigator"),
    ):
        result = await call(run, "user", "add", *wrong)
        assert result.exit_code == 1, wrong
        assert said in result.stderr, (wrong, result.stderr)
    assert await connection.fetchval("select count(*) from person") == 0
    assert (await call(run, "user", "add", "n@example.org", "--name", "N", "--role", "king")).exit_code == 2


async def test_a_printed_link_signs_in_once_in_any_browser(
    run: Run, app: Litestar, browser: MakeBrowser, connection: asyncpg.Connection
) -> None:
    await call(run, "user", "add", "first@example.org", "--name", "First", "--role", "admin")
    printed = (await call(run, "user", "link", "First@example.org")).stdout.strip()
    assert printed.startswith(f"{SITE}/sign-in/link/")
    one, two = browser(), browser()
    answer = await one.open_link(printed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await one.get("/me")).headers["location"] == "/me/notice"
    assert (await two.get(urlsplit(printed).path)).status_code == 410
    assert ("person.link_made",) in await fetch(connection, "select action from audit_event")
    left = "select extract(epoch from expires_at - requested_at)::int from signin_request"
    assert await connection.fetchval(left) == 900
    unknown = await call(run, "user", "link", "nobody@example.org")
    assert (unknown.exit_code, unknown.stdout) == (1, "")


async def test_a_token_has_an_end_and_scopes(
    run: Run, client: Any, browser: MakeBrowser, connection: asyncpg.Connection
) -> None:
    made = await call(run, "token", "create", "Reader", "--role", "admin", "--scope", "read", "--expires-days", "30")
    assert made.exit_code == 0, made.output
    token = {"Authorization": f"Bearer {made.stdout.strip()}"}
    http = client(None)
    assert (await http.get("/api/v1/regions", headers=token)).status_code == 200
    # What only reads is open to it even by POST.
    assert (await http.post("/api/v1/readings", json={"text": "COPD"}, headers=token)).status_code == 200
    refused = await http.post(f"/api/v1/tasks/{uuid4()}/done", headers=token)
    assert refused.status_code == 403
    assert "may not write" in refused.json()["detail"]
    days = "select extract(day from expires_at - created_at)::int from access_token where name = 'Reader'"
    assert await connection.fetchval(days) in (29, 30)
    used = "select last_used_at from access_token where name = 'Reader'"
    first = await connection.fetchval(used)
    assert first is not None
    await http.get("/api/v1/regions", headers=token)
    assert await connection.fetchval(used) == first, "noted once an hour"
    listed = (await call(run, "token", "list")).stdout
    line = next(line for line in listed.splitlines() if line.endswith("Reader"))
    assert {"admin", "active", "read"} <= set(line.split())
    await connection.execute("update access_token set expires_at = now() where name = 'Reader'")
    assert (await http.get("/api/v1/regions", headers=token)).status_code == 401
    assert "expired" in (await call(run, "token", "list")).stdout
    for days_wanted in ("0", "731"):
        wrong = await call(run, "token", "create", "T", "--role", "admin", "--expires-days", days_wanted)
        assert wrong.exit_code == 2
