"""`trialport import` as it is typed: what it prints and with which status it ends."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import click.testing
import pytest

from tests.conftest import TEMPLATE, Servers
from tests.units.registers import document
from trialport.cli import main

Run = Callable[..., click.testing.Result]


@pytest.fixture
def database(servers: Servers) -> str:
    name = f"import_{uuid4().hex}"
    servers.postgres.create_database(name, template=TEMPLATE)
    return servers.postgres.url(name)


@pytest.fixture
def run(database: str) -> Run:
    def run_(*arguments: str, stdin: str | None = None, url: str = database) -> click.testing.Result:
        environment = {"TRIALPORT_DATABASE_URL": url, "COLUMNS": "100"}
        return click.testing.CliRunner().invoke(
            main, ["import", *arguments], env=environment, input=stdin, catch_exceptions=False
        )

    return run_


def units(url: str) -> int:
    async def ask() -> int:
        connection = await asyncpg.connect(url)
        try:
            return int(await connection.fetchval("select count(*) from unit where registry_id like 'new-%'"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def rows(result: click.testing.Result) -> dict[str, list[str]]:
    """Return the cells of the table printed, by kind."""
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.stdout.splitlines() if "│" in line]
    return {kind: cells for kind, *cells in lines}


def test_it_works(run: Run, database: str, tmp_path: Path) -> None:
    file = tmp_path / "register.json"
    file.write_text(json.dumps(document()))
    dry = run(str(file), "--dry-run")
    assert (dry.exit_code, dry.stderr) == (0, "Dry run: nothing was written.\n")
    assert units(database) == 0
    first = run(str(file))
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout == dry.stdout
    assert rows(first) == {
        "region": ["1", "0", "0", "2"],
        "site": ["1", "0", "0", "0"],
        "unit": ["2", "0", "0", "0"],
        "resource": ["1", "0", "0", "0"],
        "investigator": ["2", "0", "0", "0"],
    }
    assert units(database) == 2
    second = run("-", stdin=json.dumps({"units": document()["units"][:1]}))
    assert second.exit_code == 0
    assert rows(second) == {
        "region": ["0", "0", "0", "-"],
        "site": ["0", "0", "0", "-"],
        "unit": ["0", "0", "1", "1"],
        "resource": ["0", "0", "0", "-"],
        "investigator": ["0", "0", "0", "-"],
    }


def told(result: click.testing.Result) -> list[str]:
    """Return the places of the faults, one a line."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert all(line.startswith("trialport: ") for line in lines)
    return [line.removeprefix("trialport: ").partition(": ")[0] for line in lines]


def test_every_fault_has_its_line_and_nothing_is_written(run: Run, database: str) -> None:
    values: dict[str, Any] = document()
    values["units"][0]["kind"] = "ward"
    values["units"][1]["colour"] = "red"
    del values["investigators"][1]["name"]
    assert told(run("-", stdin=json.dumps(values))) == ["units[0].kind", "units[1].colour", "investigators[1].name"]
    values = document()
    values["units"][1]["site"] = "Other"
    values["investigators"][0]["absences"][0]["last_day"] = "2020-01-01"
    for options in ((), ("--dry-run",)):
        found = told(run("-", *options, stdin=json.dumps(values)))
        assert found == ["units[1].site", "investigators[0].absences[0].last_day"]
    assert units(database) == 0


def test_what_is_no_register_file_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    for text in ("", "no json", "[]", '{"units": 1}', '{"units": [], "units": []}', '{"units": "\\ud800"}', "[" * 9999):
        assert len(told(run("-", stdin=text))) == 1, text[:20]
    assert run(str(tmp_path / "missing.json")).exit_code == 2
    assert run().exit_code == 2


def test_a_database_that_cannot_be_used(run: Run, servers: Servers) -> None:
    assert len(told(run("-", stdin="{}", url="postgresql://someone:secret@127.0.0.1:1/none"))) == 1
    name = f"import_{uuid4().hex}"
    servers.postgres.create_database(name)
    (line,) = run("-", stdin="{}", url=servers.postgres.url(name)).stderr.splitlines()
    assert "trialport migrate" in line
