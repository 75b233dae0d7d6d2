"""Shapes of people who sign in, and of the roles they hold."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Role
from trialport.core.language import Language

GrantSource = Literal["command", "oidc", "invitation", "demo"]


class PersonRow(Struct, frozen=True, kw_only=True):
    """A person who may sign in."""

    person_id: UUID
    email: str
    name: str
    language: Language
    notice_version: str | None


class RoleScope(Struct, frozen=True, kw_only=True):
    """A role and what it holds for."""

    role: Role
    region_id: UUID | None = None
    sponsor_id: UUID | None = None
    investigator_id: UUID | None = None


class RoleGrantRow(Struct, frozen=True, kw_only=True):
    """A role that a person holds, with the names of what it holds for."""

    role_grant_id: UUID
    role: Role
    region_id: UUID | None
    region: str | None
    sponsor_id: UUID | None
    sponsor: str | None
    investigator_id: UUID | None
    source: GrantSource
    granted_at: datetime

    @property
    def scope(self) -> RoleScope:
        """Return the role with its scope, without names."""
        return RoleScope(
            role=self.role,
            region_id=self.region_id,
            sponsor_id=self.sponsor_id,
            investigator_id=self.investigator_id,
        )


class ListedPerson(Struct, frozen=True, kw_only=True):
    """A person in the list of the command line, one line a role."""

    email: str
    name: str
    role_grant_id: UUID | None
    role: Role | None
    region: str | None
    sponsor: str | None
    source: GrantSource | None
    last_active_at: datetime | None


class HeldRole(Struct, frozen=True, kw_only=True):
    """A role in a list of people; `sponsor` and `region` are the names of what it holds for."""

    role_grant_id: UUID
    role: Role
    region: str | None
    sponsor: str | None
    source: GrantSource
    granted_at: datetime


class AccountLine(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in, with the roles that the reader may see and the units she works at."""

    person_id: UUID
    name: str
    email: str
    last_active_at: datetime | None
    roles: tuple[HeldRole, ...]
    units: tuple[str, ...]


class AccountFilter(Struct, frozen=True, kw_only=True):
    """Whom an office looks for; None does not filter."""

    name: str | None = None
    unit: str | None = None
    role: str | None = None


class GrantFile(Struct, frozen=True, kw_only=True):
    """One role with whose it is, held or ended."""

    role_grant_id: UUID
    person_id: UUID
    name: str
    role: Role
    region_id: UUID | None
    region: str | None
    sponsor_id: UUID | None
    sponsor: str | None
    investigator_id: UUID | None
    revoked_at: datetime | None

    @property
    def scope(self) -> RoleScope:
        """Return the role with its scope, without names."""
        return RoleScope(
            role=self.role,
            region_id=self.region_id,
            sponsor_id=self.sponsor_id,
            investigator_id=self.investigator_id,
        )
