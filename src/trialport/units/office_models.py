"""The register as a trial office sees it: what its pages show, each in one row."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.units.models import CapacityState, SchoolStatus, UnitKind
from trialport.vocabulary.codes import ResourceKind, TherapyArea


class RegisterFilter(Struct, frozen=True, kw_only=True):
    """What an office looks for; None does not filter."""

    site_id: UUID | None = None
    kind: str | None = None
    therapy_area: str | None = None
    name: str | None = None
    only_stale: bool = False
    # `stale`: what was confirmed longest ago first; `load`: who was asked most in the last 90 days first.
    sort: Literal["name", "stale", "load"] = "name"


class CapacityLine(Struct, frozen=True, kw_only=True):
    """A capacity in a list of units; hours are a week, participants a month."""

    capacity_id: UUID
    therapy_area: TherapyArea
    state: CapacityState
    state_until: date | None
    participants_per_month: float | None
    nurse_hours_free: float | None
    confirmed_at: datetime | None
    valid_until: date | None
    stale: bool
    asked_at: datetime | None


class RegisterUnit(Struct, frozen=True, kw_only=True):
    """A unit with the capacities that fit the filter."""

    unit_id: UUID
    name: str
    kind: UnitKind
    site_name: str
    region: str
    # How often it was asked in the last 90 days.
    asked: int
    capacities: tuple[CapacityLine, ...]


class RegisterSums(Struct, frozen=True, kw_only=True):
    """How much there is of what fits the filter (counts)."""

    units: int
    capacities: int
    stale: int


class SiteChoice(Struct, frozen=True, kw_only=True):
    """A site to filter by."""

    site_id: UUID
    name: str


class Register(Struct, frozen=True, kw_only=True):
    """One page of the register, and what one can filter by."""

    units: tuple[RegisterUnit, ...]
    sums: RegisterSums
    sites: tuple[SiteChoice, ...]
    number: int
    pages: int


class RosterFilter(Struct, frozen=True, kw_only=True):
    """Whom an office looks for by name, unit and role to sign in with (`none`: who cannot). None does not filter."""

    name: str | None = None
    unit: str | None = None
    role: Literal["investigator", "unit_head", "none"] | None = None


class RosterPosition(Struct, frozen=True, kw_only=True):
    """Where somebody works, and how much of a full position (0 to 1)."""

    unit_id: UUID
    unit_name: str
    share: float
    is_head: bool


class RosterPerson(Struct, frozen=True, kw_only=True):
    """An investigator with what an office has to know before it asks her."""

    investigator_id: UUID
    name: str
    speciality: str
    positions: tuple[RosterPosition, ...]
    absent_from: date | None
    absent_until: date | None
    asked_this_month: int
    invitations_per_month: int | None
    school_status: SchoolStatus
    school_completed_on: date | None
    gcp_expires_on: date | None


class ResourceLine(Struct, frozen=True, kw_only=True):
    """A shared resource; hours are nurse hours a week, None where it lends none."""

    resource_id: UUID
    kind: ResourceKind
    name: str
    description: str
    hours: float | None
    hours_firm: float
    hours_soft: float

    @property
    def hours_free(self) -> float | None:
        """Hours a week that nobody has firmly."""
        return None if self.hours is None else self.hours - self.hours_firm


class LedgerLine(Struct, frozen=True, kw_only=True):
    """Something set aside of a unit's capacity or of a resource, now or earlier; nurse hours are a week."""

    reservation_id: UUID
    inquiry_id: UUID
    reference: str
    unit_name: str
    therapy_area: TherapyArea | None
    strength: Literal["soft", "firm"]
    trial_slots: int
    nurse_hours: float | None
    reserved_at: datetime
    released_at: datetime | None
    release_reason: str | None


class OwnerOfCapacity(Struct, frozen=True, kw_only=True):
    """Who is asked whether a capacity still holds."""

    capacity_id: UUID
    region_id: UUID
    valid_until: date | None
    investigator_id: UUID | None
    email: str | None
    language: Literal["en", "sv", "da"]


class ImportDraft(Struct, frozen=True, kw_only=True):
    """A file as it was tried."""

    import_draft_id: UUID
    file_name: str
    content: bytes
    sha256: str
    report_sha256: str
    created_at: datetime
