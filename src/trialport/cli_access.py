"""`trialport token` and `trialport user`: who may come in, as a machine and as a person."""
# ruff: noqa: PLC0415

import os
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from trialport.accounts.models import Role, Scope
from trialport.cli_database import EXIT_FAILED, EXIT_USAGE, fail, with_database
from trialport.core.config import Settings, SettingsError, load_settings


@click.group()
def token() -> None:
    """Make, list and revoke access tokens."""


@token.command("create")
@click.argument("name")
@click.option(
    "--role",
    required=True,
    type=click.Choice(["sponsor_contact", "investigator", "unit_head", "office", "management", "admin", "service"]),
)
@click.option("--region", help="Code of the region, such as UAS; every role but admin needs one.")
@click.option("--sponsor", help="Name of the sponsor, for the role sponsor_contact.")
@click.option("--sponsor-kind", type=click.Choice(["company", "cro", "academic"]), default="company", show_default=True)
@click.option("--investigator", help="E-mail address of the investigator, for investigator and unit_head.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["read", "write"]),
    multiple=True,
    default=("read", "write"),
    show_default="both",
    help="What the token may do; can be given twice.",
)
@click.option(
    "--expires-days", type=click.IntRange(1, 730), default=365, show_default=True, help="How long it is valid (days)."
)
def create(
    name: str,
    role: Role,
    region: str | None,
    sponsor: str | None,
    sponsor_kind: str,
    investigator: str | None,
    scopes: tuple[Scope, ...],
    expires_days: int,
) -> None:
    """Make a token and print it, this once."""
    from trialport.commands import TokenOrder, create_token_for

    order = TokenOrder(
        name=name,
        role=role,
        region=region,
        sponsor=sponsor,
        sponsor_kind=sponsor_kind,
        investigator=investigator,
        scopes=tuple(dict.fromkeys(scopes)),
        days=expires_days,
    )
    click.echo(with_database(lambda connection: create_token_for(connection, order)))


@token.command("list")
def list_tokens() -> None:
    """List tokens; their secrets are stored nowhere."""
    from trialport.accounts.tokens_queries import select_tokens

    now = datetime.now(UTC)
    for one in with_database(select_tokens):
        state = "revoked" if one.revoked else "expired" if one.expires_at and one.expires_at <= now else "active"
        until = "-" if one.expires_at is None else f"{one.expires_at:%Y-%m-%d}"
        used = "never" if one.last_used_at is None else f"{one.last_used_at:%Y-%m-%d}"
        click.echo(
            f"{one.token_id}  {one.role:<16} {one.region or '-':<6} {state:<8} {','.join(one.scopes):<10} "
            f"until {until:<10} used {used:<10} {one.name}"
        )


@token.command("revoke")
@click.argument("token_id", type=click.UUID)
def revoke(token_id: UUID) -> None:
    """Revoke a token at once."""
    from trialport.commands import revoke_token

    if not with_database(lambda connection: revoke_token(connection, token_id)):
        fail("There is no active token with this id. `trialport token list` shows them.", EXIT_FAILED)
    click.echo("revoked", err=True)


@click.group()
def user() -> None:
    """Add people who sign in, and give and take their roles."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Her name, as others see it.")
@click.option(
    "--role",
    required=True,
    type=click.Choice(["sponsor_contact", "investigator", "unit_head", "office", "management", "admin"]),
)
@click.option("--region", help="Code of the region, such as UAS; every role but admin needs one.")
@click.option("--sponsor", help="Name of the sponsor, for the role sponsor_contact.")
@click.option("--sponsor-kind", type=click.Choice(["company", "cro", "academic"]), default="company", show_default=True)
@click.option("--investigator", help="Address in the register, for investigator and unit_head; default: EMAIL.")
@click.option("--language", type=click.Choice(["en", "sv", "da"]), default="en", show_default=True)
def add_user_command(**options: Any) -> None:
    """Give the person with this address a role; once more for another role."""
    from trialport.commands_user import UserOrder, add_user

    given = with_database(lambda connection: add_user(connection, UserOrder(**options)))
    click.echo("added" if given else "nothing to do: the person holds this role", err=True)


@user.command("list")
def list_users() -> None:
    """List people with each role they hold."""
    from trialport.accounts.people_queries import select_people
    from trialport.commands_user import show_people

    show_people(with_database(select_people))


@user.command("remove-role")
@click.argument("role_grant_id", type=click.UUID)
def remove_role_command(role_grant_id: UUID) -> None:
    """Take a role away at once; `user list` shows the ids."""
    from trialport.commands_user import remove_role

    if not with_database(lambda connection: remove_role(connection, role_grant_id)):
        fail("Nobody holds a role with this id. `trialport user list` shows them.", EXIT_FAILED)
    click.echo("removed", err=True)


@user.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a link that signs this person in once, within 15 minutes, in any browser.

    For the very first administrator, and for when no mail can be sent. Whoever has the link is that person.
    """
    from trialport.commands_user import make_link

    click.echo(with_database(lambda connection: make_link(connection, _public_settings(), email)))


def _public_settings() -> Settings:
    """Return settings that say where people reach this; a command needs no Valkey."""
    try:
        return load_settings(
            {"TRIALPORT_VALKEY_URL": "redis://-", "TRIALPORT_DATABASE_URL": "postgres://-", **os.environ}
        )
    except SettingsError as error:
        fail(str(error), EXIT_USAGE)
