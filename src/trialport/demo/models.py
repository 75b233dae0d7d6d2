"""Shapes of the demonstration data: one struct for each file, and what loading gives back."""

from datetime import date, timedelta

from msgspec import Struct

from trialport.core.fields import Email
from trialport.inquiries.content import SponsorKind
from trialport.units.models import (
    CapabilityOffer,
    CapacityInput,
    ExperienceBand,
    RoleWanted,
    SchoolStatus,
    UnitKind,
)
from trialport.units.register_file import AbsenceEntry, Entry, RegionEntry, ResourceEntry, Visibility
from trialport.units.rules import FRESH_DAYS
from trialport.vocabulary.codes import Capability, CareSetting, TherapyArea


class DemoSite(Entry, frozen=True, kw_only=True):
    key: str
    region: str
    name: str
    legal_name: str
    address: str
    country: str


class DemoUnit(Entry, frozen=True, kw_only=True):
    """A unit; `university_care` marks the units that region and university run together (Sweden)."""

    key: str
    region: str
    site: str
    name: str
    kind: UnitKind
    university_care: bool
    care_settings: tuple[CareSetting, ...]
    catchment_population: int | None
    address: str
    latitude: float | None
    longitude: float | None
    research_council: str | None
    languages: tuple[str, ...]
    capabilities: dict[Capability, CapabilityOffer]

    @property
    def registry_id(self) -> str:
        """Return the id in an invented employer's registry, which no real registry can hold."""
        return f"demo-{self.key}"


class DemoPosition(Entry, frozen=True, kw_only=True):
    unit: str
    share: float
    is_head: bool = False


class DemoInvestigator(Entry, frozen=True, kw_only=True):
    """An invented person; `delegates` are the numbers of other persons of the file."""

    number: int
    name: str
    email: Email
    speciality: str
    positions: tuple[DemoPosition, ...]
    roles_wanted: tuple[RoleWanted, ...]
    gcp_trained_on: date | None = None
    gcp_expires_on: date | None = None
    school_status: SchoolStatus
    school_completed_on: date | None = None
    experience_band: ExperienceBand
    languages: tuple[str, ...]
    invitations_per_month: int | None = None
    visibility: Visibility
    delegates: tuple[int, ...] = ()
    absences: tuple[AbsenceEntry, ...] = ()


class DemoSponsor(Entry, frozen=True, kw_only=True):
    key: str
    name: str
    kind: SponsorKind
    organisation_number: str | None
    country: str


class DemoCapacity(Entry, frozen=True, kw_only=True):
    """One unit's capacity in one therapy area; without `confirmed_on` nobody has ever confirmed it."""

    unit: str
    therapy_area: TherapyArea
    confirmed_on: date | None
    valid_for_days: int = FRESH_DAYS
    capacity: CapacityInput

    @property
    def valid_until(self) -> date | None:
        """Return the last day the record counts as fresh; in the past, the record is stale."""
        return None if self.confirmed_on is None else self.confirmed_on + timedelta(days=self.valid_for_days)


class DemoRows(Entry, frozen=True, kw_only=True):
    """All demonstration data as of one load day."""

    regions: tuple[RegionEntry, ...]
    sites: tuple[DemoSite, ...]
    units: tuple[DemoUnit, ...]
    resources: tuple[ResourceEntry, ...]
    investigators: tuple[DemoInvestigator, ...]
    sponsors: tuple[DemoSponsor, ...]
    capacities: tuple[DemoCapacity, ...]

    @property
    def heads(self) -> dict[str, DemoInvestigator]:
        """Return the head of each unit by the unit's key."""
        return {
            position.unit: person for person in self.investigators for position in person.positions if position.is_head
        }


class DemoTokens(Struct, frozen=True, kw_only=True):
    """Access tokens of the demonstration, shown once; the database keeps only their hashes.

    `sponsor` is the contact of Exempel Pharma, `investigator` the head of Uppsala's lung unit, `service` a
    machine that feeds capacity into the region Uppsala.
    """

    sponsor: str
    office_uas: str
    office_rm: str
    investigator: str
    admin: str
    service: str
