"""Who acts: roles and the actor of a request."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

Role = Literal["sponsor_contact", "investigator", "unit_head", "office", "management", "admin", "service"]


class Actor(Struct, frozen=True, kw_only=True):
    """Who makes the request and within which scope; every scoped statement takes its values from here.

    `region_id` bounds an office, `sponsor_id` a sponsor's contact, `investigator_id` an investigator or a
    head of unit (through positions). An admin has no bound.
    """

    token_id: UUID | None
    name: str
    role: Role
    region_id: UUID | None = None
    sponsor_id: UUID | None = None
    investigator_id: UUID | None = None


class TokenSummary(Struct, frozen=True, kw_only=True):
    """A token in a list; its secret is stored nowhere."""

    token_id: UUID
    name: str
    role: Role
    region: str | None
    revoked: bool


# What runs without a person: workers and the command line.
SYSTEM = Actor(token_id=None, name="trialport", role="service")
