"""The command line: `trialport demo | serve | work | migrate | import | user | token | match | annotate | vocabulary`.

Heavy parts are imported inside the commands, so that each starts with what it needs.
"""
# ruff: noqa: PLC0415

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import click
import msgspec

from trialport import cli_access, cli_audit
from trialport.cli_database import EXIT_FAILED, EXIT_USAGE, address_of_database, fail, with_database
from trialport.core.config import Settings, SettingsError, load_settings
from trialport.core.language import Language, best_language
from trialport.vocabulary.imports.stored import OnConflict

Result = TypeVar("Result")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="trialport")
def main() -> None:
    """Run the one way in for clinical-trial sponsors to a university-hospital region."""


main.add_command(cli_audit.audit)
main.add_command(cli_access.token)
main.add_command(cli_access.user)


@main.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path(".trialport"), help="Data folder.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="Port on the loopback address.")
@click.option("--once", is_flag=True, help="End after showing the candidates.")
@click.option("--json", "as_json", is_flag=True, help="Print only the assessment, as JSON; implies --once.")
def demo(data: Path, port: int, once: bool, as_json: bool) -> None:  # noqa: FBT001
    """Run everything here: servers, demonstration data, API, worker and a sample inquiry."""
    from trialport.demo.run import DemoOptions, run_demo

    sys.exit(run_demo(DemoOptions(data=data, port=port, once=once, as_json=as_json)))


@main.command()
def serve() -> None:
    """Run the API."""
    settings = _settings()
    from granian import Granian
    from granian.constants import Interfaces, Loops

    server = Granian(
        "trialport.main:create_from_environment",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.api_workers,
        loop=Loops.uvloop,
        factory=True,
        websockets=False,
        log_access=False,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    )
    server.serve()


@main.command()
def work() -> None:
    """Run a worker."""
    settings = _settings()
    import uvloop

    from workers.main import work as run

    _log(settings)
    uvloop.run(run(settings))


@main.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    from trialport.core.migrate import MigrationError
    from trialport.core.migrate import migrate as run

    try:
        click.echo(f"schema {run(address_of_database())}", err=True)
    except MigrationError as error:
        fail(str(error), EXIT_FAILED)


@main.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Check the file and show what it would do; write nothing.")
def import_(file: BinaryIO, dry_run: bool) -> None:  # noqa: FBT001
    """Fill the register from FILE (JSON, `-` for standard input): regions, sites, units, resources, investigators.

    Objects are created or brought to what the file says, all or none; what the file does not name stays.
    """
    from trialport.commands import import_register_file, import_table

    body = file.read()
    import_table(with_database(lambda connection: import_register_file(connection, body, dry_run=dry_run)))
    if dry_run:
        click.echo("Dry run: nothing was written.", err=True)


def _spoken() -> Language:
    """Language of the environment (LC_ALL, LC_MESSAGES, LANG), English when it is none of ours."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return best_language(named.partition("_")[0].partition(".")[0])


@main.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most candidates.")
@click.option("--data", type=click.Path(path_type=Path), default=Path(".trialport"), help="Folder of a running demo.")
@click.option("--lang", type=click.Choice(["en", "sv", "da"]), help="Language of the sentences; default: LANG's.")
@click.option("--explain", "unit", metavar="UNIT", help="Explain the place of this unit: its id or a part of its name.")
def match(
    file: BinaryIO,
    as_json: bool,  # noqa: FBT001
    limit: int,
    data: Path,
    lang: Language | None,
    unit: str | None,
) -> None:
    """Rank the register for the inquiry in FILE (JSON, `-` for standard input), storing nothing.

    Uses TRIALPORT_DATABASE_URL, else the demonstration running in the data folder.
    """
    from trialport.commands import match_inquiry, match_table
    from trialport.commands_why import explain_unit, show_explanation

    body, language = file.read(), lang or _spoken()
    if unit is not None:
        why = with_database(lambda connection: explain_unit(connection, body, unit, language), data)
        if as_json:
            click.echo(msgspec.json.encode(why))
        else:
            show_explanation(why, language)
        return
    result = with_database(lambda connection: match_inquiry(connection, body, limit, language), data)
    if as_json:
        click.echo(msgspec.json.encode(result))
    else:
        match_table(result)


@main.command()
@click.argument("text", required=False)
@click.option("--lang", type=click.Choice(["sv", "da", "en"]), help="Language of TEXT.")
@click.option("--jsonl", is_flag=True, help="Read lines {id, text, lang?} from standard input.")
def annotate(text: str | None, lang: Language | None, jsonl: bool) -> None:  # noqa: FBT001
    """Read TEXT, or JSON lines, into concepts and therapy areas; needs no server."""
    from trialport.vocabulary.annotate import annotate_lines, annotate_text

    if jsonl == (text is not None):
        fail("Give either a TEXT or --jsonl.", EXIT_USAGE)
    if text is not None:
        click.echo(annotate_text(text, lang))
        return
    lines = (line.decode("utf-8", "replace") for line in sys.stdin.buffer)
    for line in annotate_lines(lines):
        sys.stdout.write(line + "\n")


@main.group()
def vocabulary() -> None:
    """Bring in terminologies you are licensed for; list and remove them."""


@vocabulary.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Name to keep it under; default: the source's own.")
@click.option("--version", help="Version of the source; default: what the file says.")
@click.option("--language", type=click.Choice(["en", "sv", "da"]), help="Language of terms that do not say theirs.")
@click.option("--dry-run", is_flag=True, help="Show what it would do; write nothing.")
@click.option(
    "--on-conflict",
    type=click.Choice(["keep", "ambiguous"]),
    default="keep",
    show_default=True,
    help="Terms that mean something else here: keep only our meaning, or add the other one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_vocabulary(
    file: Path,
    name: str | None,
    version: str | None,
    language: Language | None,
    dry_run: bool,  # noqa: FBT001
    on_conflict: OnConflict,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Import the terms of FILE: OBO Graphs JSON, MeSH XML, FHIR CodeSystem or a table; plain or packed by gzip."""
    from trialport.commands_vocabulary import import_terms, show_report
    from trialport.vocabulary.imports.importing import Wish

    wish = Wish(name=name, version=version, language=language, on_conflict=on_conflict, dry_run=dry_run)
    report = _with_imports(lambda: import_terms(file, wish))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        show_report(report)


@vocabulary.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_vocabularies(as_json: bool) -> None:  # noqa: FBT001
    """List what was imported."""
    from trialport.commands_vocabulary import list_imports, show_imports

    listed = list_imports()
    if as_json:
        click.echo(msgspec.json.encode(listed))
    else:
        show_imports(listed)


@vocabulary.command("remove")
@click.argument("name")
def remove_vocabulary(name: str) -> None:
    """Remove what was imported under NAME."""
    from trialport.commands_vocabulary import remove_import

    if not _with_imports(lambda: remove_import(name)):
        fail(f"Nothing was imported under {name!r}. `trialport vocabulary list` shows what was.", EXIT_FAILED)
    click.echo("removed", err=True)


def _with_imports(use: Callable[[], Result]) -> Result:
    """Run `use`, and end with a line on standard error where a file cannot be imported."""
    from trialport.vocabulary.imports.faults import ImportFault

    try:
        return use()
    except ImportFault as fault:
        fail(str(fault), EXIT_FAILED)


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        fail(str(error), EXIT_USAGE)


def _log(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
