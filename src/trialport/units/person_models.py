"""Shapes of one person of the register, as an office keeps her entry."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from trialport.accounts.audit_models import AuditEventDetail
from trialport.accounts.people_models import HeldRole
from trialport.units.delegate_models import Delegate
from trialport.units.models import SchoolStatus
from trialport.units.profile_models import MOST_A_MONTH, Absence, Colleague


class PersonPosition(Struct, frozen=True, kw_only=True):
    """Where somebody works, and how much of a full position (0 to 1)."""

    unit_id: UUID
    unit_name: str
    region_id: UUID
    share: float
    is_head: bool


class AskingInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often somebody is asked, and how far she has come in the investigator school."""

    # Invitations a month; None for any number, 0 for none at all.
    invitations_per_month: Annotated[int, Meta(ge=0, le=MOST_A_MONTH)] | None = None
    school_status: SchoolStatus
    school_completed_on: date | None = None


class PersonEntry(AskingInput, frozen=True, kw_only=True):
    """An investigator's entry in the register with her positions in the actor's reach."""

    investigator_id: UUID
    name: str
    email: str
    speciality: str
    gcp_expires_on: date | None
    asked_this_month: int
    updated_at: datetime
    positions: tuple[PersonPosition, ...]

    @property
    def region_id(self) -> UUID:
        """The region in which she is looked after: that of her first unit, heads first."""
        return self.positions[0].region_id


class PersonFile(Struct, frozen=True, kw_only=True):
    """Everything an office keeps of one person, and what was changed lately, newest first."""

    entry: PersonEntry
    absences: tuple[Absence, ...]
    delegates: tuple[Delegate, ...]
    colleagues: tuple[Colleague, ...]
    roles: tuple[HeldRole, ...]
    changes: tuple[AuditEventDetail, ...]
