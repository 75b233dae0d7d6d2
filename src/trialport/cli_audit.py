"""The command line's `trialport audit`: check the audit trail, and link its newest events."""
# ruff: noqa: PLC0415

import sys

import click


@click.group()
def audit() -> None:
    """Check the audit trail, and link its newest events."""


@audit.command("seal")
def seal() -> None:
    """Link every event that has no link yet; workers do so every few seconds."""
    from trialport.cli_database import with_database
    from trialport.commands_audit import seal_audit

    click.echo(f"{with_database(seal_audit)} linked", err=True)


@audit.command("verify")
@click.option("--region", help="Only this region's chain; `-` for the events of no region.")
@click.option("--expect", "expected", multiple=True, metavar="CODE:NUMBER:HASH", help="A head noted down earlier.")
def verify(region: str | None, expected: tuple[str, ...]) -> None:
    """Compute the chains anew: print each head, and name what was changed or removed (exit code 1)."""
    from trialport.cli_database import EXIT_FAILED, with_database
    from trialport.commands_audit import read_expected, show_reports, verify_audit

    if not show_reports(with_database(lambda db: verify_audit(db, region, [read_expected(one) for one in expected]))):
        sys.exit(EXIT_FAILED)
