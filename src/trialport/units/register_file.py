"""The register as a file: its shapes, how its entries name each other, and what contradicts in it.

Entries refer to each other by what people know: a region by its code, a site by its name in the region, a unit
by its id in the employer's registry, a person by the work e-mail. An entry is the whole object: what it leaves
out has its default.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import Count, Email, HoursPerWeek
from trialport.units.models import (
    CapabilityOffer,
    ConfidentialityMode,
    ExperienceBand,
    RoleWanted,
    SchoolStatus,
    UnitKind,
)
from trialport.vocabulary.codes import Capability, CareSetting, ResourceKind

RegionCode = Annotated[str, Meta(pattern=r"^[A-Z]{2,6}\Z", description="2 to 6 capital letters.")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z", description="ISO 3166-1 alpha-2.")]
# A name is also a key: a blank at its end or a line break would make another object of it.
Name = Annotated[str, Meta(max_length=200, pattern=r"^\S(.*\S)?\Z", description="Text without blanks around it.")]
Text = Annotated[str, Meta(max_length=1000)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", description="ISO 639-1.")]
Visibility = Literal["office", "region", "nobody"]

# How the file and the database name a site, unit or resource: the region's code, and its key within the region.
Within = tuple[str, str]


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of the file; a misspelt field is refused."""


class EntryOfRegion(Entry, frozen=True, kw_only=True):
    """An entry that belongs to a region, which it names by its code."""

    region: RegionCode


class RegionEntry(Entry, frozen=True, kw_only=True):
    """A region, named by its code."""

    code: RegionCode
    name: Name
    country: Country
    university: Name
    timezone: Name
    promised_working_days: Annotated[int, Meta(ge=1, le=60)]
    confidentiality_mode: ConfidentialityMode


class SiteEntry(EntryOfRegion, frozen=True, kw_only=True):
    """A site, named by region and name."""

    name: Name
    legal_name: Name
    address: Text
    country: Country

    @property
    def key(self) -> Within:
        return self.region, self.name


class UnitEntry(EntryOfRegion, frozen=True, kw_only=True):
    """A unit, named by region and the employer's registry id; `site` is the name of a site of the region."""

    registry_id: Name
    site: Name
    name: Name
    kind: UnitKind
    care_settings: tuple[CareSetting, ...] = ()
    catchment_population: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    address: Text = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    research_council: Name | None = None
    languages: tuple[Language, ...] = ()
    capabilities: dict[Capability, CapabilityOffer] = {}

    @property
    def key(self) -> Within:
        return self.region, self.registry_id


class ResourceEntry(EntryOfRegion, frozen=True, kw_only=True):
    """A resource, named by region and name."""

    name: Name
    kind: ResourceKind
    description: Text = ""
    nurse_hours_free: HoursPerWeek | None = None

    @property
    def key(self) -> Within:
        return self.region, self.name


class PositionEntry(EntryOfRegion, frozen=True, kw_only=True):
    """A person's share of position at a unit, which is named by its registry id."""

    unit: Name
    share: Annotated[float, Meta(ge=0, le=1)]
    is_head: bool = False

    @property
    def key(self) -> Within:
        return self.region, self.unit


class AbsenceEntry(Entry, frozen=True, kw_only=True):
    """Days on which a person takes no invitations, the last one included."""

    first_day: date
    last_day: date


class InvestigatorEntry(Entry, frozen=True, kw_only=True):
    """A person, named by work e-mail, small and capital letters being the same; `delegates` are e-mails too."""

    email: Email
    name: Name
    orcid: Annotated[str, Meta(pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[0-9X]\Z")] | None = None
    speciality: Annotated[str, Meta(max_length=200)] = ""
    positions: tuple[PositionEntry, ...]
    roles_wanted: tuple[RoleWanted, ...] = ()
    gcp_trained_on: date | None = None
    gcp_expires_on: date | None = None
    school_status: SchoolStatus = "none"
    school_completed_on: date | None = None
    experience_band: ExperienceBand = "0"
    languages: tuple[Language, ...] = ()
    invitations_per_month: Count | None = None
    visibility: Visibility = "office"
    delegates: tuple[Email, ...] = ()
    absences: tuple[AbsenceEntry, ...] = ()

    @property
    def key(self) -> str:
        return self.email.lower()


class RegisterFile(Entry, frozen=True, kw_only=True):
    """The whole file; a list that is left out says nothing about its objects."""

    regions: tuple[RegionEntry, ...] = ()
    sites: tuple[SiteEntry, ...] = ()
    units: tuple[UnitEntry, ...] = ()
    resources: tuple[ResourceEntry, ...] = ()
    investigators: tuple[InvestigatorEntry, ...] = ()

    def region_codes(self) -> frozenset[str]:
        """Return the regions the file speaks of."""
        positions = (position for person in self.investigators for position in person.positions)
        within: tuple[EntryOfRegion, ...] = (*self.sites, *self.units, *self.resources, *positions)
        return frozenset(region.code for region in self.regions) | {one.region for one in within}


class KnownUnit(Struct, frozen=True, kw_only=True):
    """A unit of the database, with the e-mail of its head."""

    unit_id: UUID
    head: str | None


class KnownInvestigator(Struct, frozen=True, kw_only=True):
    """A person of the database, with the codes of the regions of her units."""

    investigator_id: UUID
    regions: frozenset[str]


class Known(Struct, frozen=True, kw_only=True):
    """What the database has, by the names the file uses."""

    regions: dict[str, UUID]
    sites: dict[Within, UUID]
    units: dict[Within, KnownUnit]
    resources: dict[Within, UUID]
    investigators: dict[str, KnownInvestigator]
