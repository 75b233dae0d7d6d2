"""People to sign in as: one for each role, all invented, by a mailed link or with the demonstration's provider."""

import json
from importlib.resources import files
from typing import Any

import msgspec

from trialport.accounts.models import SYSTEM, Role
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_queries import select_investigator_of, select_region_ids
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.core.db import Transaction
from trialport.core.language import Language
from trialport.demo.files import demo_rows
from trialport.demo.models import DemoSponsor
from trialport.sponsors.service import register_sponsor
from trialport.units.register_file import Entry

PROVIDER_CLIENT = "trialport-demo"
ROLE_CLAIM = "groups"
# The provider gives what can be signed in with one's organisation; sponsors and several roles come by mail.
ROLE_MAP: dict[str, dict[str, str]] = {
    "uas-office": {"role": "office", "region": "UAS"},
    "rm-office": {"role": "office", "region": "RM"},
    "uas-management": {"role": "management", "region": "UAS"},
    "uas-unit_head": {"role": "unit_head", "region": "UAS"},
    "uas-investigator": {"role": "investigator", "region": "UAS"},
    "admin": {"role": "admin"},
}


class DemoRole(Entry, frozen=True, kw_only=True):
    """A role of an invented person; `sponsor` is the key of one, `is_investigator` finds her in the register."""

    role: Role
    region: str | None = None
    sponsor: str | None = None
    is_investigator: bool = False

    @property
    def group(self) -> str:
        """Return what the demonstration's provider calls it."""
        return "-".join(part for part in ((self.region or "").lower(), self.role) if part)


# The roles in the words of the guide.
ROLE_NAMES: dict[Role, str] = {
    "sponsor_contact": "Sponsor contact",
    "office": "Trial office",
    "investigator": "Investigator",
    "unit_head": "Head of unit",
    "management": "Management",
    "admin": "Administrator",
    "service": "Service",
}


class DemoPerson(Entry, frozen=True, kw_only=True):
    """An invented person who can sign in; `opens` is the page where her work is, if an address is printed for her."""

    email: str
    name: str
    language: Language
    opens: str | None = None
    roles: tuple[DemoRole, ...]

    @property
    def shown_role(self) -> str:
        """Return her role in words, with its region, for whoever chooses as whom to look."""
        if len(self.roles) > 1:
            return "Several roles"
        role = self.roles[0]
        return " ".join(part for part in (ROLE_NAMES[role.role], role.region) if part)


def demo_people() -> tuple[DemoPerson, ...]:
    """Return the people of the file."""
    return msgspec.json.decode(
        (files("trialport.demo") / "data" / "people.json").read_bytes(), type=tuple[DemoPerson, ...]
    )


async def load_people(tx: Transaction) -> None:
    """Add the people who are not there yet, with their roles; whoever is there stays as she is."""
    regions = await select_region_ids(tx.connection, codes=["UAS", "RM"])
    sponsors = {sponsor.key: sponsor for sponsor in demo_rows(tx.today).sponsors}
    for one in demo_people():
        person = await find_or_add_person(tx, SYSTEM, email=one.email, name=one.name, language=one.language)
        for role in one.roles:
            scope = RoleScope(
                role=role.role,
                region_id=regions.get(role.region or ""),
                sponsor_id=None if role.sponsor is None else await _sponsor(tx, sponsors[role.sponsor]),
                investigator_id=(
                    await select_investigator_of(tx.connection, email=one.email) if role.is_investigator else None
                ),
            )
            await give_role(tx, SYSTEM, person.person_id, scope, "demo")


async def _sponsor(tx: Transaction, sponsor: DemoSponsor) -> Any:
    return await register_sponsor(tx.connection, name=sponsor.name, kind=sponsor.kind)


def provider_arguments(port: int) -> tuple[str, ...]:
    """Return how to start the demonstration's provider: with the people whose organisation it is."""
    arguments = ["--port", str(port), "--require-nonce", "true"]
    for one in demo_people():
        groups = [role.group for role in one.roles if role.group in ROLE_MAP]
        if groups:
            claims = {
                "sub": one.email,
                "email": one.email,
                "email_verified": True,
                "name": one.name,
                ROLE_CLAIM: groups,
            }
            arguments += ["--user-claims", json.dumps(claims)]
    return tuple(arguments)
