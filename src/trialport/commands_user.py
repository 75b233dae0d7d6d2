"""What `trialport user` does: people who sign in, and the roles they hold."""

from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct, ValidationError, convert
from rich.console import Console
from rich.table import Table

from trialport.accounts import people_queries, signin_service
from trialport.accounts.models import SYSTEM, Role
from trialport.accounts.people_models import ListedPerson
from trialport.accounts.people_service import find_or_add_person, give_role, normal_email, take_role
from trialport.commands import find_scope
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction
from trialport.core.errors import BadInput, NotFound
from trialport.core.fields import Email
from trialport.core.language import Language

_LONGEST_NAME = 200


class UserOrder(Struct, frozen=True, kw_only=True):
    """Who is to get which role."""

    email: str
    name: str
    role: Role
    region: str | None = None
    sponsor: str | None = None
    sponsor_kind: str = "company"
    investigator: str | None = None
    language: Language = "en"


async def add_user(connection: Connection, order: UserOrder) -> bool:
    """Give somebody a role, as a new person unless the address is known; returns False when she holds it already.

    Raises BadInput naming what is missing or unknown.
    """
    try:
        convert(order.email, Email)
    except ValidationError:
        raise BadInput.at("EMAIL", "This is no e-mail address.") from None
    name = order.name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise BadInput.at("--name", f"Give a name of 1 to {_LONGEST_NAME} printable characters.")
    investigator = order.investigator or (order.email if order.role in ("investigator", "unit_head") else None)
    scope = await find_scope(
        connection,
        order.role,
        region=order.region,
        sponsor=order.sponsor,
        sponsor_kind=order.sponsor_kind,
        investigator=investigator,
    )
    tx = _transaction(connection)
    person = await find_or_add_person(tx, SYSTEM, email=order.email, name=name, language=order.language)
    return await give_role(tx, SYSTEM, person.person_id, scope, "command")


async def remove_role(connection: Connection, role_grant_id: UUID) -> bool:
    """Take a role away at once; returns False when nobody holds it."""
    return await take_role(_transaction(connection), SYSTEM, role_grant_id)


async def make_link(connection: Connection, settings: Settings, email: str) -> str:
    """Make a link to sign in with, for one use in any browser; raises NotFound for an address nobody has."""
    person = await people_queries.select_person_by_email(connection, email=normal_email(email))
    if person is None:
        raise NotFound("Nobody has this address. `trialport user add` adds somebody.")
    return await signin_service.make_open_link(_transaction(connection), settings, person)


def show_people(people: list[ListedPerson]) -> None:
    """Print people with each role they hold."""
    table = Table("Address", "Name", "Role", "Region", "Sponsor", "From", "Last active", "Id of the role", box=None)
    for one in people:
        active = "never" if one.last_active_at is None else f"{one.last_active_at:%Y-%m-%d}"
        columns = (one.email, one.name, one.role, one.region, one.sponsor, one.source, active, one.role_grant_id)
        table.add_row(*("-" if column is None else str(column) for column in columns))
    console = Console(highlight=False, markup=False)
    console.width = max(console.width, 200)
    console.print(table)


def _transaction(connection: Connection) -> Transaction:
    return Transaction(connection, datetime.now(UTC), "command-line")
