"""Who acts: roles and the actor of a request."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.core.db import Viewer

Role = Literal["sponsor_contact", "investigator", "unit_head", "office", "management", "admin", "service"]
Scope = Literal["read", "write"]
ALL_SCOPES: tuple[Scope, ...] = ("read", "write")


class Actor(Struct, frozen=True, kw_only=True):
    """Who makes the request and within which scope; every scoped statement takes its values from here.

    `region_id` bounds an office, `sponsor_id` a sponsor's contact, `investigator_id` an investigator or a
    head of unit (through positions). An admin has no bound. A machine has a `token_id`, a person who signed in
    a `person_id` and a `session_id`. A delegate has the `investigator_id` of whom she stands in for, once more in
    `acting_for` as text for the audit trail, and the principal's name for pages. Who came by the link of a mail acts on
    the invitation `invitation_id`, or on what `capacity_question_id` asks about, and on nothing else. `scopes` are
    `read` and `write`.
    """

    token_id: UUID | None
    name: str
    role: Role
    region_id: UUID | None = None
    sponsor_id: UUID | None = None
    investigator_id: UUID | None = None
    person_id: UUID | None = None
    session_id: UUID | None = None
    acting_for: str | None = None
    acting_for_name: str | None = None
    invitation_id: UUID | None = None
    capacity_question_id: UUID | None = None
    scopes: tuple[Scope, ...] = ALL_SCOPES

    @property
    def actor_id(self) -> UUID | None:
        """Who it is in histories and in the audit trail: the person, else the machine's token."""
        return self.person_id or self.token_id

    @property
    def acting_for_id(self) -> UUID | None:
        """Whom a delegate stands in for, an investigator; None for who acts for herself."""
        return None if self.acting_for is None else self.investigator_id

    def is_herself(self, investigator_id: UUID) -> bool:
        """Say whether this investigator is the actor, and not somebody the actor stands in for."""
        return self.acting_for is None and investigator_id == self.investigator_id

    @property
    def viewer(self) -> Viewer:
        """Who looks, to row-level security."""
        return Viewer(
            role=self.role,
            region_id=self.region_id,
            sponsor_id=self.sponsor_id,
            investigator_id=self.investigator_id,
            person_id=self.person_id,
            actor_id=self.actor_id,
        )


class TokenSummary(Struct, frozen=True, kw_only=True):
    """A token in a list; its secret is stored nowhere."""

    token_id: UUID
    name: str
    role: Role
    region: str | None
    scopes: tuple[Scope, ...]
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked: bool


# What runs without a person: workers and the command line.
SYSTEM = Actor(token_id=None, name="trialport", role="service")
