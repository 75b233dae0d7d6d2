"""The command line: what it prints, what it refuses in one line, and with which status it ends."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import click.testing
import pytest

from tests.conftest import TEMPLATE, Servers
from tests.inquiries.factories import inquiry_body
from trialport.accounts.service import find_actor, hash_token
from trialport.cli import main
from trialport.core.config import Settings, expected_schema, load_settings

Run = Callable[..., click.testing.Result]
UNREACHABLE = "postgresql://someone:secret-password@127.0.0.1:1/nothing"


@pytest.fixture
def database(servers: Servers) -> str:
    """A database of the test's own with the cast in it."""
    name = f"cli_{uuid4().hex}"
    servers.postgres.create_database(name, template=TEMPLATE)
    return servers.postgres.url(name)


@pytest.fixture
def empty_database(servers: Servers) -> str:
    name = f"cli_{uuid4().hex}"
    servers.postgres.create_database(name)
    return servers.postgres.url(name)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command line with these settings and no others; an exception that escapes fails the test."""

    def run_(
        *arguments: str, database_url: str | None = None, stdin: str | bytes | None = None, **settings: str
    ) -> click.testing.Result:
        inherited = dict.fromkeys((name for name in os.environ if name.startswith("TRIALPORT_")), None)
        environment = {**inherited, **({"TRIALPORT_DATABASE_URL": database_url} if database_url else {}), **settings}
        data = ["--data", str(tmp_path / "none")] if arguments[0] == "match" else []
        return click.testing.CliRunner().invoke(
            main, [*arguments, *data], env=environment, input=stdin, catch_exceptions=False
        )

    return run_


def refused(result: click.testing.Result, status: int, *said: str) -> None:
    """Check that the command ended with one line on standard error that says these things."""
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("trialport: ")
    assert result.stderr.count("\n") == 1
    for words in said:
        assert words in result.stderr
    assert "secret-password" not in result.stderr


def fetch(url: str, statement: str, *values: object) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    return asyncio.run(ask())


def actor_of(url: str, token: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await find_actor(connection, token, datetime.now(UTC))
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_tokens_are_made_listed_and_revoked(run: Run, database: str) -> None:
    made = run("token", "create", "Kim at the office", "--role", "office", "--region", "TST", database_url=database)
    assert made.exit_code == 0, made.output
    token = made.stdout.strip()
    assert token.startswith("tp_")
    actor = actor_of(database, token)
    assert (actor.role, actor.name) == ("office", "Kim at the office")
    stored = fetch(database, "select row_to_json(t)::text from access_token t where name = 'Kim at the office'")
    assert token not in stored[0][0]
    assert hash_token(token).hex() in stored[0][0]
    listed = run("token", "list", database_url=database)
    line = next(line for line in listed.stdout.splitlines() if "Kim at the office" in line)
    assert {"office", "TST", "active"} <= set(line.split())
    assert token not in listed.stdout
    token_id = line.split()[0]
    assert run("token", "revoke", token_id, database_url=database).exit_code == 0
    assert actor_of(database, token) is None
    assert "revoked" in next(
        line for line in run("token", "list", database_url=database).stdout.splitlines() if token_id in line
    )
    events = fetch(
        database,
        "select action, region_id is not null as in_region from audit_event where object_id = $1 order by 1",
        UUID(token_id),
    )
    assert [tuple(event) for event in events] == [("access_token.created", True), ("access_token.revoked", True)]
    refused(run("token", "revoke", token_id, database_url=database), 1, "no active token")
    refused(run("token", "revoke", str(uuid4()), database_url=database), 1, "no active token")


def test_a_token_gets_the_scope_its_role_needs(run: Run, database: str) -> None:
    for options in (
        ("--role", "admin"),
        ("--role", "sponsor_contact", "--region", "TST", "--sponsor", "first  pharma (demonstration)"),
        ("--role", "investigator", "--region", "TST", "--investigator", "lung@example.org"),
        ("--role", "unit_head", "--region", "TST", "--investigator", "lung@example.org"),
        ("--role", "management", "--region", "TST"),
        ("--role", "service", "--region", "OTH"),
    ):
        made = run("token", "create", "T", *options, database_url=database)
        assert made.exit_code == 0, made.output
        actor = actor_of(database, made.stdout.strip())
        assert actor.role == options[1]
        assert (actor.sponsor_id is not None) == (actor.role == "sponsor_contact")
        assert (actor.investigator_id is not None) == (actor.role in ("investigator", "unit_head"))
    sponsors = fetch(database, "select name from sponsor order by name")
    assert [row["name"] for row in sponsors] == ["First Pharma (demonstration)", "Rival Pharma (demonstration)"]


def test_a_token_without_its_scope_is_refused(run: Run, database: str) -> None:
    before = fetch(database, "select count(*) from access_token")[0][0]
    for options, said in (
        (("--role", "office"), "--region"),
        (("--role", "office", "--region", "NONE"), "NONE"),
        (("--role", "sponsor_contact", "--region", "TST"), "--sponsor"),
        (("--role", "investigator", "--region", "TST"), "--investigator"),
        (("--role", "unit_head", "--region", "TST", "--investigator", "nobody@example.org"), "--investigator"),
    ):
        refused(run("token", "create", "T", *options, database_url=database), 1, said)
    assert run("token", "create", "T", "--role", "king", database_url=database).exit_code == 2
    assert fetch(database, "select count(*) from access_token")[0][0] == before


def test_migrating(run: Run, empty_database: str) -> None:
    for _ in range(2):
        done = run("migrate", database_url=empty_database)
        assert done.exit_code == 0, done.output
        assert done.stderr == f"schema {expected_schema()}\n"
        assert done.stdout == ""
    versions = fetch(empty_database, "select max(version) as newest from schema_migrations")
    assert versions[0]["newest"] == expected_schema()


def test_a_newer_schema_is_left_alone(run: Run, database: str) -> None:
    fetch(database, "insert into schema_migrations (version) values ('99991231000000')")
    refused(run("migrate", database_url=database), 1, "99991231000000", "newer")


def test_what_stands_in_the_way_of_a_migration_is_said(run: Run, empty_database: str) -> None:
    """A table that is already there stops the first file; nothing of it stays behind."""
    fetch(empty_database, "create table sponsor (mine integer)")
    refused(run("migrate", database_url=empty_database), 1, "migration", "sponsor")
    fetch(empty_database, "drop table sponsor")
    assert run("migrate", database_url=empty_database).exit_code == 0


def test_a_database_that_does_not_answer(run: Run, tmp_path: Path) -> None:
    body = tmp_path / "inquiry.json"
    body.write_text(json.dumps(inquiry_body()))
    for command in (("migrate",), ("token", "list"), ("match", str(body))):
        refused(run(*command, database_url=UNREACHABLE), 1, "database", "TRIALPORT_DATABASE_URL")


def test_a_database_that_is_missing_or_nonsensical(run: Run, tmp_path: Path) -> None:
    body = tmp_path / "inquiry.json"
    body.write_text(json.dumps(inquiry_body()))
    for command in (("migrate",), ("token", "list"), ("match", str(body))):
        refused(run(*command), 2, "TRIALPORT_DATABASE_URL is not set")
        refused(run(*command, database_url="mysql://host/db"), 2, "TRIALPORT_DATABASE_URL")


def test_a_database_without_tables(run: Run, empty_database: str) -> None:
    refused(run("token", "list", database_url=empty_database), 1, "trialport migrate")


def test_servers_name_the_setting_at_fault(run: Run) -> None:
    sound = {"TRIALPORT_DATABASE_URL": "postgresql://h/db", "TRIALPORT_VALKEY_URL": "redis://h:6379/0"}
    for command in ("serve", "work"):
        for changed, name in (
            ({"TRIALPORT_DATABASE_URL": ""}, "TRIALPORT_DATABASE_URL is not set"),
            ({"TRIALPORT_DATABASE_URL": "   "}, "TRIALPORT_DATABASE_URL is not set"),
            ({"TRIALPORT_VALKEY_URL": ""}, "TRIALPORT_VALKEY_URL is not set"),
            ({"TRIALPORT_DATABASE_URL": "mysql://u:secret-password@h/db"}, "TRIALPORT_DATABASE_URL"),
            ({"TRIALPORT_VALKEY_URL": "http://h"}, "TRIALPORT_VALKEY_URL"),
            ({"TRIALPORT_PORT": "eighty"}, "TRIALPORT_PORT"),
            ({"TRIALPORT_PORT": "70000"}, "TRIALPORT_PORT"),
            ({"TRIALPORT_POOL_SIZE": "0"}, "TRIALPORT_POOL_SIZE"),
            ({"TRIALPORT_LEASE_SECONDS": "-1"}, "TRIALPORT_LEASE_SECONDS"),
            ({"TRIALPORT_LEASE_SECONDS": "nan"}, "TRIALPORT_LEASE_SECONDS"),
            ({"TRIALPORT_LOG_LEVEL": "LOUD"}, "TRIALPORT_LOG_LEVEL"),
        ):
            refused(run(command, **{**sound, **changed}), 2, name)


def test_it_ends_with_that_status_as_a_program() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIALPORT_")}
    ended = subprocess.run(
        [sys.executable, "-m", "trialport", "serve"], env=kept, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("trialport: TRIALPORT_DATABASE_URL is not set.")


def test_every_setting_can_be_set() -> None:
    given = {
        "TRIALPORT_DATABASE_URL": "postgresql://h/db",
        "TRIALPORT_VALKEY_URL": "redis://h:6379/0",
        "TRIALPORT_PORT": "9000",
        "TRIALPORT_LEASE_SECONDS": " 12.5 ",
        "TRIALPORT_LOG_LEVEL": "DEBUG",
    }
    assert load_settings(given) == Settings(
        database_url="postgresql://h/db",
        valkey_url="redis://h:6379/0",
        port=9000,
        lease_seconds=12.5,
        log_level="DEBUG",
    )


def test_annotating_a_text(run: Run) -> None:
    said = run("annotate", "svår KOL", "--lang", "sv")
    assert said.exit_code == 0
    read = json.loads(said.stdout)
    assert read["concepts"][0]["code"] == "J44"
    assert read["therapy_areas"][0]["code"] == "respiratory"


def test_annotating_lines(run: Run) -> None:
    lines = [
        json.dumps({"id": "a", "text": "heart failure", "lang": "en"}),
        "no json",
        "",
        json.dumps({"id": 7, "text": "hjärtsvikt"}),
        json.dumps({"id": "x"}),
    ]
    said = run("annotate", "--jsonl", stdin="\n".join(lines).encode() + b'\n{"id": "bad", "text": "\xff"}\n')
    assert said.exit_code == 0
    read = [json.loads(line) for line in said.stdout.splitlines()]
    assert [one["id"] for one in read] == ["a", None, 7, None, "bad"]
    assert read[0]["concepts"][0]["code"] == read[2]["concepts"][0]["code"] == "I50"
    assert {"error"} == read[1].keys() - {"id"} == read[3].keys() - {"id"}


def test_annotating_nothing_or_both_is_refused(run: Run) -> None:
    refused(run("annotate"), 2, "TEXT")
    refused(run("annotate", "text", "--jsonl", stdin=""), 2, "TEXT")
    assert run("annotate", "text", "--lang", "no").exit_code == 2


def test_matching_a_file(run: Run, database: str, tmp_path: Path) -> None:
    file = tmp_path / "inquiry.json"
    file.write_text(json.dumps(inquiry_body()))
    told = run("match", str(file), "--json", database_url=database)
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result.keys() == {"inquiry", "candidates", "excluded"}
    best = result["candidates"][0]
    assert {"rank", "score", "unit", "therapy_area", "criteria"} <= best.keys()
    assert {"name", "state", "weight", "wanted", "offered", "sentence"} <= best["criteria"][0].keys()
    assert [one["rank"] for one in result["candidates"]] == [1, 2]
    shown = run("match", str(file), database_url=database, COLUMNS="120")
    assert shown.exit_code == 0
    assert "Unit lung" in shown.stdout
    assert "J44" in shown.stdout
    first = run("match", "-", "--json", "--limit", "1", database_url=database, stdin=json.dumps(inquiry_body()))
    assert [one["rank"] for one in json.loads(first.stdout)["candidates"]] == [1]
    assert fetch(database, "select count(*) from inquiry")[0][0] == 0


def test_a_file_that_is_no_inquiry(run: Run, database: str, tmp_path: Path) -> None:
    file = tmp_path / "inquiry.json"
    for content, said in (
        ("", "JSON"),
        ("no json", "JSON"),
        ("[]", "object"),
        ("{}", "condition"),
        ('{"condition": {"indication": ""}}', "condition.indication"),
        ('{"condition": {"indication": "COPD"}, "colour": 1}', "colour"),
        ('{"condition": {"indication": "COPD"}, "placement": {"regions_wanted": ["NONE"]}}', "regions_wanted"),
        ("[" * 100_000, "nested"),
    ):
        file.write_text(content)
        refused(run("match", str(file), database_url=database), 1, said)
    assert run("match", str(tmp_path / "missing.json"), database_url=database).exit_code == 2
