"""Shapes of regions, sites, units, investigators, resources and capacity."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from trialport.core.fields import Count, CountryCode, Email, HoursPerWeek, Id, NextCursor, ShortText
from trialport.vocabulary import codes
from trialport.vocabulary.codes import (
    AgeGroup,
    Capability,
    CareSetting,
    DctActivity,
    DctAnswer,
    Phase,
    ResourceKind,
    StudyType,
    TherapyArea,
)

UnitKind = Literal["hospital_department", "primary_care_centre", "clinical_trial_unit", "mobile_unit"]
CapacityState = Literal["open", "limited", "full", "paused"]
Basis = Literal["estimate", "register", "ehr_count"]
SchoolStatus = Literal["none", "enrolled", "completed"]
ExperienceBand = Literal["0", "1-3", "4-10", ">10"]
RoleWanted = Literal["principal", "sub", "recruiter_only", "mentor"]
ConfidentialityMode = Literal["statutory", "master", "cda_first"]
PrimaryCareRole = codes.PrimaryCareRole


class DctOffer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a unit does one decentralised activity."""

    answer: Annotated[
        DctAnswer,
        Meta(description="Whether the unit does it itself, with a partner, or cannot.", examples=["own"]),
    ]
    partner: Annotated[
        ShortText | None,
        Meta(description="Who does it with the unit; expected with `with_partner`.", examples=["Hemsjukvården"]),
    ] = None
    geography: Annotated[
        ShortText | None,
        Meta(description="Where it is possible.", examples=["Uppsala and Knivsta municipalities"]),
    ] = None


class Experience(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Number of trials of one phase that a unit has run in one therapy area in the last five years."""

    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]
    phase: Annotated[Phase, Meta(description="Phase.", examples=["3"])]
    trials: Annotated[Count, Meta(description="Trials in the last five years (count).", examples=[4])]


class CapacityInput(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one unit can take on in one therapy area; the whole record, as a PUT replaces it."""

    indications: Annotated[
        tuple[ShortText, ...],
        Meta(
            max_length=50,
            description="Indications within the area, as words or ICD-10 codes; empty means the whole area.",
            examples=[["COPD", "J45"]],
        ),
    ] = ()
    study_types: Annotated[
        tuple[StudyType, ...],
        Meta(max_length=9, description="Study types accepted; empty means not stated.", examples=[["drug"]]),
    ] = ()
    phases: Annotated[
        tuple[Phase, ...],
        Meta(max_length=11, description="Phases accepted; empty means not stated.", examples=[["2", "3"]]),
    ] = ()
    age_groups: Annotated[
        tuple[AgeGroup, ...],
        Meta(max_length=6, description="Age groups seen; empty means not stated.", examples=[["adult"]]),
    ] = ()
    care_settings: Annotated[
        tuple[CareSetting, ...],
        Meta(
            max_length=4,
            description="Where participants can be met; empty means as the unit.",
            examples=[["outpatient", "home"]],
        ),
    ] = ()
    state: Annotated[CapacityState, Meta(description="Whether the unit takes new trials now.", examples=["open"])]
    state_until: Annotated[
        date | None,
        Meta(description="Last day of a limited, full or paused state.", examples=["2027-01-31"]),
    ] = None
    new_trials_possible: Annotated[
        bool | None, Meta(description="Whether new trials are possible at all.", examples=[True])
    ] = None
    new_trials_from: Annotated[
        date | None, Meta(description="First day a new trial could start.", examples=["2027-02-01"])
    ] = None
    participants_per_month: Annotated[
        Annotated[float, Meta(ge=0, le=100_000)] | None,
        Meta(description="Participants the unit could recruit (persons a month).", examples=[3.5]),
    ] = None
    participants_basis: Annotated[
        Basis | None, Meta(description="What the number of participants rests on.", examples=["ehr_count"])
    ] = None
    participants_counted_on: Annotated[date | None, Meta(description="Day of the count.", examples=["2026-10-01"])] = (
        None
    )
    nurse_hours_free: Annotated[
        HoursPerWeek | None, Meta(description="Research-nurse time free (hours a week).", examples=[16.0])
    ] = None
    physician_hours_free: Annotated[
        HoursPerWeek | None, Meta(description="Physician time free (hours a week).", examples=[6.0])
    ] = None
    protected_hours_planned: Annotated[
        HoursPerWeek | None,
        Meta(
            description="Protected research time planned, of the physician hours (hours a week).",
            examples=[4.0],
        ),
    ] = None
    protected_hours_taken: Annotated[
        HoursPerWeek | None,
        Meta(description="Protected research time actually taken (hours a week).", examples=[2.5]),
    ] = None
    running_trials: Annotated[Count | None, Meta(description="Trials running in the area (count).", examples=[3])] = (
        None
    )
    competing_trials: Annotated[
        tuple[ShortText, ...],
        Meta(
            max_length=50,
            description="Running trials that compete for the same patients, by indication.",
            examples=[["COPD"]],
        ),
    ] = ()
    lead_time_days: Annotated[
        Annotated[int, Meta(ge=0, le=1500)] | None,
        Meta(description="Shortest time from agreement to first participant (days).", examples=[60]),
    ] = None
    conditions: Annotated[
        tuple[ShortText, ...],
        Meta(max_length=20, description="What must be in place first.", examples=[["needs a nurse"]]),
    ] = ()
    dct_activities: Annotated[
        dict[DctActivity, DctOffer],
        Meta(
            max_length=26,
            description="Decentralised activities; one not named is unknown.",
            examples=[{"video_visit": {"answer": "own"}}],
        ),
    ] = {}
    equipment: Annotated[
        tuple[Capability, ...],
        Meta(max_length=27, description="Equipment at hand for this area.", examples=[["spirometry"]]),
    ] = ()
    resources: Annotated[
        tuple[ResourceKind, ...],
        Meta(max_length=12, description="Resources the unit can draw on.", examples=[["biobank"]]),
    ] = ()
    experience: Annotated[
        tuple[Experience, ...],
        Meta(
            max_length=264,
            description="Trials run in the last five years, by phase and area.",
            examples=[[{"therapy_area": "respiratory", "phase": "3", "trials": 4}]],
        ),
    ] = ()
    primary_care_role: Annotated[
        PrimaryCareRole | None,
        Meta(description="What a primary-care unit can do in a trial.", examples=["visit"]),
    ] = None
    trial_slots: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        Meta(description="How many more trials the unit can take in the area (count).", examples=[2]),
    ] = None


class CapacityDetail(CapacityInput, frozen=True, kw_only=True):
    """One capacity record as the unit and the trial office see it."""

    capacity_id: Id
    unit_id: Id
    therapy_area: Annotated[TherapyArea, Meta(description="Therapy area.", examples=["respiratory"])]
    revision: Annotated[int, Meta(ge=1, description="Number of this state of the record; its ETag.", examples=[3])]
    confirmed_at: Annotated[
        datetime | None,
        Meta(description="When the record was last confirmed (UTC).", examples=["2026-10-01T08:00:00Z"]),
    ]
    confirmed_by: Annotated[
        str | None, Meta(description="Who confirmed it.", examples=["Demo Person 7 (demonstration)"])
    ]
    confirmed_for: Annotated[
        str | None,
        Meta(
            description="The investigator for whom a delegate confirmed it; null when nobody stood in.",
            examples=["Demo Person 3 (demonstration)"],
        ),
    ] = None
    valid_until: Annotated[
        date | None, Meta(description="Last day the record counts as fresh.", examples=["2026-12-30"])
    ]
    stale: Annotated[bool, Meta(description="Whether the record is past `valid_until`.", examples=[False])]
    updated_at: Annotated[
        datetime, Meta(description="When the record last changed (UTC).", examples=["2026-10-01T08:00:00Z"])
    ]
    available_actions: Annotated[
        tuple[str, ...], Meta(description="What you may do with it.", examples=[["read", "change", "confirm"]])
    ] = ()


class CapacityChange(Struct, frozen=True, kw_only=True):
    """One entry of a capacity's history."""

    revision: Annotated[int, Meta(ge=1, description="The revision it led to.", examples=[3])]
    action: Annotated[
        Literal["created", "changed", "confirmed", "imported", "taken_back"],
        Meta(description="What was done.", examples=["changed"]),
    ]
    changed_at: Annotated[datetime, Meta(description="When (UTC).", examples=["2026-10-01T08:00:00Z"])]
    changed_by: Annotated[str, Meta(description="Who.", examples=["Demo Person 7 (demonstration)"])]
    acting_for: Annotated[
        str | None,
        Meta(
            description="The investigator for whom a delegate did it; null when nobody stood in.",
            examples=["Demo Person 3 (demonstration)"],
        ),
    ]
    before: Annotated[CapacityInput | None, Meta(description="The record before; null at creation.")]
    after: Annotated[CapacityInput, Meta(description="The record after.")]


class RegionDetail(Struct, frozen=True, kw_only=True):
    """A trial office's territory."""

    region_id: Id
    code: Annotated[str, Meta(description="Short code, the prefix of references.", examples=["UAS"])]
    name: Annotated[str, Meta(description="Name.", examples=["ALF-region Uppsala"])]
    country: CountryCode
    university: Annotated[str, Meta(description="Partner university.", examples=["Uppsala University"])]
    timezone: Annotated[str, Meta(description="IANA time zone.", examples=["Europe/Stockholm"])]
    promised_working_days: Annotated[
        int, Meta(description="Promised time to a collated reply (working days).", examples=[10])
    ]
    confidentiality_mode: Annotated[
        ConfidentialityMode, Meta(description="How confidentiality is settled.", examples=["statutory"])
    ]


class SiteDetail(Struct, frozen=True, kw_only=True):
    """An institution that signs agreements."""

    site_id: Id
    region_id: Id
    name: Annotated[str, Meta(description="Name.", examples=["Akademiska sjukhuset"])]
    legal_name: Annotated[str, Meta(description="Legal name.", examples=["Region Uppsala"])]
    address: Annotated[str, Meta(description="Legal address.", examples=["751 85 Uppsala"])]
    country: CountryCode


class CapabilityOffer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a unit has a capability, and until when."""

    available: Annotated[bool, Meta(description="False is an explicit no.", examples=[True])]
    expires_on: Annotated[date | None, Meta(description="Expiry of the licence.", examples=["2028-06-30"])] = None
    note: Annotated[ShortText | None, Meta(description="Class or hours.", examples=["weekdays 8-16"])] = None


class UnitSummary(Struct, frozen=True, kw_only=True):
    """A unit in a list."""

    unit_id: Id
    region_id: Id
    site_id: Id
    name: Annotated[str, Meta(description="Name.", examples=["Lung- och allergisjukdomar"])]
    kind: Annotated[UnitKind, Meta(description="Kind of unit.", examples=["hospital_department"])]
    care_settings: Annotated[tuple[CareSetting, ...], Meta(description="Care settings.", examples=[["outpatient"]])]


class UnitDetail(UnitSummary, frozen=True, kw_only=True):
    """A unit with its fixed facts; capacity is read apart, by those who may."""

    registry_id: Annotated[str, Meta(description="Identifier in the employer's registry.", examples=["demo-uas-lung"])]
    address: Annotated[str, Meta(description="Visiting address.", examples=["751 85 Uppsala"])]
    latitude: Annotated[float | None, Meta(description="Latitude (degrees, WGS 84).", examples=[59.85])]
    longitude: Annotated[float | None, Meta(description="Longitude (degrees, WGS 84).", examples=[17.64])]
    catchment_population: Annotated[int | None, Meta(description="Catchment population (persons).", examples=[400000])]
    languages: Annotated[tuple[str, ...], Meta(description="Languages, ISO 639-1.", examples=[["sv", "en"]])]
    research_council: Annotated[str | None, Meta(description="Joint research council.", examples=["FoUU-råd"])]
    capabilities: Annotated[
        dict[Capability, CapabilityOffer],
        Meta(
            description="Capabilities with expiry; one not named is unknown.",
            examples=[{"freezer_minus_80": {"available": True}}],
        ),
    ]


class ResourceDetail(Struct, frozen=True, kw_only=True):
    """Shared infrastructure that a trial may need."""

    resource_id: Id
    region_id: Id
    kind: Annotated[ResourceKind, Meta(description="Kind.", examples=["biobank"])]
    name: Annotated[str, Meta(description="Name.", examples=["Uppsala Biobank"])]
    description: Annotated[
        str, Meta(description="What it offers.", examples=["Collection, storage and release of samples."])
    ]
    nurse_hours_free: Annotated[
        float | None, Meta(description="Lendable nurse time (hours a week); null for a sponsor.", examples=[20.0])
    ]
    nurse_hours_reserved: Annotated[
        float | None,
        Meta(description="Of these, set aside for trials (hours a week); for the region's office.", examples=[8.0]),
    ] = None


class Position(Struct, frozen=True, kw_only=True):
    """An investigator's share of position at a unit."""

    unit_id: Id
    share: Annotated[float, Meta(ge=0, le=1, description="Share of a full position (0 to 1).", examples=[0.5])]
    is_head: Annotated[bool, Meta(description="Whether the person is head of the unit.", examples=[False])]


class InvestigatorSummary(Struct, frozen=True, kw_only=True):
    """An investigator in a list."""

    investigator_id: Id
    name: Annotated[str, Meta(description="Name.", examples=["Demo Person 7 (demonstration)"])]
    speciality: Annotated[str, Meta(description="Speciality.", examples=["respiratory medicine"])]
    positions: Annotated[tuple[Position, ...], Meta(description="Positions at units.")]


class InvestigatorDetail(InvestigatorSummary, frozen=True, kw_only=True):
    """An investigator as the person, the unit and the office see it."""

    email: Email
    orcid: Annotated[str | None, Meta(description="ORCID identifier.", examples=["0000-0000-0000-0000"])]
    roles_wanted: Annotated[tuple[RoleWanted, ...], Meta(description="Roles wanted.", examples=[["principal"]])]
    gcp_trained_on: Annotated[date | None, Meta(description="Day of GCP training.", examples=["2025-03-01"])]
    gcp_expires_on: Annotated[date | None, Meta(description="Day it expires.", examples=["2028-03-01"])]
    school_status: Annotated[SchoolStatus, Meta(description="Investigator school.", examples=["completed"])]
    school_completed_on: Annotated[date | None, Meta(description="Day of completion.", examples=["2024-05-31"])]
    experience_band: Annotated[
        ExperienceBand, Meta(description="Trials taken part in (count band).", examples=["4-10"])
    ]
    languages: Annotated[tuple[str, ...], Meta(description="Languages, ISO 639-1.", examples=[["sv", "en"]])]
    invitations_per_month: Annotated[int | None, Meta(description="Most invitations wanted (a month).", examples=[2])]


class RegionPage(Struct, frozen=True, kw_only=True):
    """All regions."""

    items: Annotated[tuple[RegionDetail, ...], Meta(description="Regions.")]
    next_cursor: NextCursor = None


class SitePage(Struct, frozen=True, kw_only=True):
    """A page of sites."""

    items: Annotated[tuple[SiteDetail, ...], Meta(description="Sites.")]
    next_cursor: NextCursor


class UnitPage(Struct, frozen=True, kw_only=True):
    """A page of units."""

    items: Annotated[tuple[UnitSummary, ...], Meta(description="Units.")]
    next_cursor: NextCursor


class ResourcePage(Struct, frozen=True, kw_only=True):
    """A page of resources."""

    items: Annotated[tuple[ResourceDetail, ...], Meta(description="Resources.")]
    next_cursor: NextCursor


class InvestigatorPage(Struct, frozen=True, kw_only=True):
    """A page of investigators."""

    items: Annotated[tuple[InvestigatorSummary, ...], Meta(description="Investigators.")]
    next_cursor: NextCursor


class CapacityPage(Struct, frozen=True, kw_only=True):
    """A page of capacity records."""

    items: Annotated[tuple[CapacityDetail, ...], Meta(description="Capacity records.")]
    next_cursor: NextCursor


class CapacityHistoryPage(Struct, frozen=True, kw_only=True):
    """A page of a capacity's history, newest first."""

    items: Annotated[tuple[CapacityChange, ...], Meta(description="Changes.")]
    next_cursor: NextCursor
