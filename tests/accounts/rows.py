"""One row of the table of routes, and the sets of roles that rows name."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from tests.accounts.reach import PEOPLE

ALL = frozenset(PEOPLE.values())
SUBMITTING = frozenset({"sponsor_contact", "office", "admin", "service"})
SPONSORS = frozenset({"sponsor_contact"})
OFFICE = frozenset({"office", "admin", "service"})
TASKS = frozenset({"office", "admin"})
PERSONS = frozenset({"investigator", "unit_head", "office", "admin"})
UNIT_PERSONS = frozenset({"investigator", "unit_head"})
OVERVIEW = frozenset({"sponsor_contact", "office", "admin"})
READING = frozenset({"sponsor_contact", "investigator", "unit_head", "office", "admin", "service"})
OFFICE_PERSONS = frozenset({"office"})
CAPACITY = frozenset({"investigator", "unit_head", "office", "admin", "service"})
MANAGED = frozenset({"office", "management", "admin"})
WEIGHTS = frozenset({"office", "management", "admin", "service"})
NOBODY: frozenset[str] = frozenset()


class Row(Struct, frozen=True, kw_only=True):
    """Who may call a route, what she gets, and which object of REACH it is about."""

    roles: frozenset[str]
    ok: int = 200
    about: str | None = None
    is_open: bool = False
    body: Callable[[], Any] | None = None
    text: str | None = None
    query: str = ""
    headers: dict[str, str] = {}


def agreement_body() -> dict[str, Any]:
    """Return an agreement with a sponsor that is not known."""
    return {
        "sponsor_id": "0198f3a0-5b7e-7c31-9d55-3f0a1c2b4d6e",
        "mode": "master",
        "region_party": "Region",
        "sponsor_party": "Sponsor",
        "signed_on": "2026-01-01",
    }
