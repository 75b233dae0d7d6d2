"""What a sponsor can say in an inquiry: the fifteen groups of fields, and the whole of them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from trialport.core.fields import (
    NOT_BLANK,
    CountryCode,
    Email,
    HoursPerWeek,
    LongText,
    MediumText,
    Minutes,
    Months,
    ShortText,
)
from trialport.vocabulary.codes import (
    Capability,
    CareSetting,
    ConceptIds,
    DctActivity,
    Phase,
    PrimaryCareRole,
    ResourceKind,
    StudyType,
)

SponsorKind = Literal["company", "cro", "academic"]
AwardStatus = Literal["own_trial", "awarded_to_us", "bidding"]
SynopsisStatus = Literal["concept", "synopsis", "draft", "final"]
DctWish = Literal["required", "optional", "not_used"]
Sex = Literal["all", "female", "male"]


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A group of inquiry fields."""


class Contact(Group, frozen=True, kw_only=True):
    """The person at the sponsor who follows the inquiry."""

    name: Annotated[ShortText, Meta(description="Name of the contact.", examples=["Kim Exempel"])]
    email: Email
    phone: Annotated[ShortText | None, Meta(description="Telephone at work.", examples=["+46 18 000 00 00"])] = None


class Who(Group, frozen=True, kw_only=True):
    """Who asks."""

    sponsor_name: Annotated[
        ShortText, Meta(description="Name of the organisation asking.", examples=["Exempel Pharma AB"])
    ]
    sponsor_kind: Annotated[SponsorKind, Meta(description="Kind of organisation.", examples=["company"])]
    contact: Annotated[Contact, Meta(description="Who follows the inquiry.")]
    organisation_number: Annotated[
        ShortText | None, Meta(description="Organisation number.", examples=["000000-0000"])
    ] = None
    country: Annotated[
        CountryCode | None, Meta(description="Country of the organisation, ISO 3166-1 alpha-2.", examples=["SE"])
    ] = None
    acting_for: Annotated[
        ShortText | None,
        Meta(description="Whom a CRO acts for; `undisclosed` where it may not say.", examples=["undisclosed"]),
    ] = None
    award_status: Annotated[
        AwardStatus,
        Meta(description="Own trial, awarded to the CRO, or still bidding.", examples=["own_trial"]),
    ]


class Identity(Group, frozen=True, kw_only=True):
    """What the trial is called."""

    working_title: Annotated[
        MediumText,
        Meta(description="Working title without confidential facts.", examples=["Once-daily inhaler in COPD"]),
    ]
    protocol_number: Annotated[
        ShortText | None, Meta(description="Protocol number (confidential).", examples=["EX-101"])
    ] = None
    eu_ct_number: Annotated[
        Annotated[str, Meta(pattern=r"^\d{4}-\d{6}-\d{2}-\d{2}$")] | None,
        Meta(description="EU CT number.", examples=["2026-500001-10-00"]),
    ] = None
    nct_number: Annotated[
        Annotated[str, Meta(pattern=r"^NCT\d{8}$")] | None,
        Meta(description="ClinicalTrials.gov number.", examples=["NCT00000000"]),
    ] = None
    civ_id: Annotated[
        Annotated[str, Meta(pattern=r"^CIV-\d{2}-\d{2}-\d{6}$")] | None,
        Meta(description="CIV-ID of a device investigation.", examples=["CIV-26-01-000001"]),
    ] = None
    synopsis_version: Annotated[ShortText | None, Meta(description="Version of the synopsis.", examples=["0.3"])] = None
    synopsis_status: Annotated[
        SynopsisStatus | None, Meta(description="Status of the synopsis.", examples=["synopsis"])
    ] = None
    synopsis: Annotated[
        LongText | None,
        Meta(description="Synopsis as text (confidential).", examples=["Randomised, double-blind ..."]),
    ] = None


class Kind(Group, frozen=True, kw_only=True):
    """What kind of trial."""

    study_type: Annotated[StudyType, Meta(description="Study type.", examples=["drug"])]
    phase: Annotated[Phase, Meta(description="Phase, or a device's development stage.", examples=["3"])]
    first_in_human: Annotated[bool | None, Meta(description="Whether first in human.", examples=[False])] = None
    paediatric: Annotated[bool | None, Meta(description="Whether children take part.", examples=[False])] = None
    vulnerable_groups: Annotated[
        MediumText | None, Meta(description="Vulnerable groups.", examples=["adults lacking capacity"])
    ] = None
    rare_disease: Annotated[bool | None, Meta(description="Whether a rare disease.", examples=[False])] = None
    orpha_code: Annotated[
        Annotated[str, Meta(pattern=r"^\d{1,6}$")] | None, Meta(description="ORPHA code.", examples=["586"])
    ] = None
    low_intervention: Annotated[
        bool | None, Meta(description="Low-intervention trial (EU CTR article 2).", examples=[False])
    ] = None


class Product(Group, frozen=True, kw_only=True):
    """What is studied."""

    mechanism: Annotated[
        MediumText,
        Meta(
            description="Class or mechanism, as it may be told to a unit.",
            examples=["long-acting bronchodilator"],
        ),
    ]
    name: Annotated[ShortText | None, Meta(description="Name of the product (confidential).", examples=["EX-001"])] = (
        None
    )
    comparator: Annotated[ShortText | None, Meta(description="Comparator.", examples=["placebo"])] = None
    route: Annotated[ShortText | None, Meta(description="Route of administration.", examples=["inhaled"])] = None
    storage: Annotated[ShortText | None, Meta(description="Storage.", examples=["2-8 degrees C"])] = None
    cytotoxic: Annotated[bool | None, Meta(description="Cytotoxic.", examples=[False])] = None
    radioactive: Annotated[bool | None, Meta(description="Radioactive.", examples=[False])] = None
    gmo: Annotated[bool | None, Meta(description="Contains a genetically modified organism.", examples=[False])] = None
    ce_marked: Annotated[
        bool | None, Meta(description="Whether a device carries the CE mark for this use.", examples=[True])
    ] = None
    companion_diagnostic: Annotated[
        ShortText | None, Meta(description="Companion diagnostic.", examples=["PD-L1 assay"])
    ] = None


class Condition(Group, frozen=True, kw_only=True):
    """What is treated."""

    indication: Annotated[
        Annotated[str, Meta(min_length=2, max_length=2000, pattern=NOT_BLANK)],
        Meta(
            description="Indication in own words, in Swedish, Danish or English.",
            examples=["chronic obstructive pulmonary disease"],
        ),
    ]
    icd10_codes: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$", examples=["J44"])], ...],
        Meta(max_length=50, description="ICD-10 codes.", examples=[["J44"]]),
    ] = ()
    concepts_not_meant: Annotated[ConceptIds, Meta(description="Concepts not meant.", examples=[["J45"]])] = ()
    line_of_therapy: Annotated[ShortText | None, Meta(description="Line of therapy.", examples=["second line"])] = None
    biomarker: Annotated[ShortText | None, Meta(description="Biomarker.", examples=["eosinophils >= 300/ul"])] = None


class Population(Group, frozen=True, kw_only=True):
    """Who takes part."""

    key_inclusion: Annotated[
        LongText | None, Meta(description="Key inclusion criteria.", examples=["FEV1 30-80 % of predicted"])
    ] = None
    key_exclusion: Annotated[LongText | None, Meta(description="Key exclusion criteria.", examples=["asthma"])] = None
    age_from: Annotated[
        Annotated[int, Meta(ge=0, le=120)] | None,
        Meta(description="Lowest age (completed years).", examples=[40]),
    ] = None
    age_to: Annotated[
        Annotated[int, Meta(ge=0, le=120)] | None,
        Meta(description="Highest age (completed years).", examples=[80]),
    ] = None
    sex: Annotated[Sex | None, Meta(description="Sex.", examples=["all"])] = None
    care_settings: Annotated[
        tuple[CareSetting, ...],
        Meta(max_length=4, description="Where the patients are met.", examples=[["outpatient"]]),
    ] = ()


class Numbers(Group, frozen=True, kw_only=True):
    """How many, and when."""

    participants_wanted: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)],
        Meta(description="Participants wanted here (persons).", examples=[24]),
    ]
    sites_wanted: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(description="Sites wanted here (count).", examples=[2]),
    ] = None
    planned_start: Annotated[date, Meta(description="Planned start of recruitment.", examples=["2027-03-01"])]
    recruitment_months: Annotated[
        Annotated[int, Meta(ge=1, le=240)] | None,
        Meta(description="Recruitment period (months).", examples=[12]),
    ] = None
    treatment_months: Annotated[
        Months | None, Meta(description="Treatment of one participant (months).", examples=[6])
    ] = None
    follow_up_months: Annotated[
        Months | None, Meta(description="Follow-up of one participant (months).", examples=[1])
    ] = None
    competitive_recruitment: Annotated[
        bool | None, Meta(description="Whether sites recruit in competition.", examples=[True])
    ] = None


class Burden(Group, frozen=True, kw_only=True):
    """What a participant and a unit go through."""

    visits: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        Meta(description="Visits of one participant (count).", examples=[8]),
    ] = None
    minutes_per_visit: Annotated[Minutes | None, Meta(description="Length of a visit (minutes).", examples=[30])] = None
    procedures_per_visit: Annotated[
        MediumText | None, Meta(description="Procedures at a visit.", examples=["spirometry, blood sample"])
    ] = None
    imaging: Annotated[ShortText | None, Meta(description="Imaging.", examples=["CT at baseline"])] = None
    biopsies: Annotated[ShortText | None, Meta(description="Biopsies.", examples=["none"])] = None
    pk_sampling: Annotated[bool | None, Meta(description="Sampling for pharmacokinetics.", examples=[False])] = None
    overnight_stay: Annotated[bool | None, Meta(description="Overnight stay.", examples=[False])] = None
    sample_handling: Annotated[
        ShortText | None, Meta(description="Handling of samples.", examples=["-80 within 2 h"])
    ] = None
    e_devices: Annotated[ShortText | None, Meta(description="Electronic devices.", examples=["e-diary"])] = None


class Needs(Group, frozen=True, kw_only=True):
    """What a unit must have."""

    equipment: Annotated[
        tuple[Capability, ...],
        Meta(max_length=27, description="Equipment and capabilities needed.", examples=[["spirometry"]]),
    ] = ()
    pharmacy: Annotated[ShortText | None, Meta(description="Pharmacy needs.", examples=["aseptic preparation"])] = None
    nurse_hours: Annotated[
        HoursPerWeek | None, Meta(description="Research-nurse time needed (hours a week).", examples=[8.0])
    ] = None
    physician_hours: Annotated[
        HoursPerWeek | None, Meta(description="Physician time needed (hours a week).", examples=[3.0])
    ] = None
    resources: Annotated[
        tuple[ResourceKind, ...],
        Meta(max_length=12, description="Shared resources needed.", examples=[["biobank"]]),
    ] = ()
    gcp_experience: Annotated[
        bool | None, Meta(description="Whether a GCP-trained investigator is needed.", examples=[True])
    ] = None
    material_languages: Annotated[
        tuple[Annotated[str, Meta(pattern="^[a-z]{2}$", examples=["sv"])], ...],
        Meta(max_length=20, description="Languages of the material, ISO 639-1.", examples=[["sv", "en"]]),
    ] = ()
    primary_care_role: Annotated[PrimaryCareRole | None, Meta(description="Role asked.", examples=["visit"])] = None
    unit_pay: Annotated[ShortText | None, Meta(description="What units are paid.", examples=["900 SEK a visit"])] = None


class AlreadyContacted(Group, frozen=True, kw_only=True):
    """A person or unit the sponsor has already asked; seen by the office only."""

    unit_name: Annotated[ShortText | None, Meta(description="Unit.", examples=["Lung clinic"])] = None
    person_name: Annotated[ShortText | None, Meta(description="Person (personal data).", examples=["Kim Exempel"])] = (
        None
    )


class Placement(Group, frozen=True, kw_only=True):
    """Where."""

    country_decided: Annotated[bool | None, Meta(description="Whether the country is decided.", examples=[True])] = None
    region_decided: Annotated[bool | None, Meta(description="Whether the region is decided.", examples=[False])] = None
    regions_wanted: Annotated[
        tuple[Annotated[str, Meta(pattern="^[A-Z]{2,6}$", examples=["UAS"])], ...],
        Meta(max_length=20, description="Codes of the regions asked.", examples=[["UAS"]]),
    ] = ()
    regions_excluded: Annotated[
        tuple[Annotated[str, Meta(pattern="^[A-Z]{2,6}$", examples=["UAS"])], ...],
        Meta(max_length=20, description="Codes of the regions not to be asked.", examples=[[]]),
    ] = ()
    units_wanted: Annotated[
        tuple[UUID, ...], Meta(max_length=100, description="Units wanted; they are preferred.", examples=[[]])
    ] = ()
    units_excluded: Annotated[
        tuple[UUID, ...], Meta(max_length=100, description="Units not to be asked.", examples=[[]])
    ] = ()
    already_contacted: Annotated[
        tuple[AlreadyContacted, ...],
        Meta(max_length=100, description="Who has already been contacted (confidential)."),
    ] = ()


class Money(Group, frozen=True, kw_only=True):
    """Who pays, and what."""

    payer: Annotated[ShortText | None, Meta(description="Payer.", examples=["Exempel Pharma AB"])] = None
    per_participant_budget: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(description="Budget per participant in `currency` (confidential).", examples=[40000.0]),
    ] = None
    start_up_fee: Annotated[
        Annotated[float, Meta(ge=0, le=1e9)] | None,
        Meta(description="Start-up fee in `currency`.", examples=[25000.0]),
    ] = None
    currency: Annotated[
        Annotated[str, Meta(pattern="^[A-Z]{3}$")] | None,
        Meta(description="Currency, ISO 4217.", examples=["SEK"]),
    ] = None
    template_agreement_accepted: Annotated[
        bool | None, Meta(description="Whether the national template agreement is accepted.", examples=[True])
    ] = None


class Answer(Group, frozen=True, kw_only=True):
    """What answer is wanted, and what is promised back."""

    wanted_by: Annotated[date | None, Meta(description="Day the answer is wanted.", examples=["2026-12-18"])] = None
    questions: Annotated[
        tuple[MediumText, ...],
        Meta(
            max_length=10,
            description="Protocol-specific questions to units, at most ten.",
            examples=[["How many exacerbations a year do your patients have?"]],
        ),
    ] = ()
    outcome_promised_by: Annotated[
        date,
        Meta(description="Day by which the sponsor promises to tell the outcome.", examples=["2027-01-31"]),
    ]


class ConfidentialField(Group, frozen=True, kw_only=True):
    """A further field the sponsor marks as confidential."""

    field: Annotated[
        Annotated[str, Meta(pattern=r"^[a-z_]+\.[a-z_0-9]+$", max_length=80)],
        Meta(description="Path of the field.", examples=["population.key_inclusion"]),
    ]
    harm: Annotated[MediumText, Meta(description="What harm disclosure would do.", examples=["Reveals the target."])]


class Confidentiality(Group, frozen=True, kw_only=True):
    """How confidential."""

    mode: Annotated[
        Literal["statutory", "master", "cda_first"] | None,
        Meta(description="Mode the sponsor expects; the region's own applies.", examples=["statutory"]),
    ] = None
    fields: Annotated[
        tuple[ConfidentialField, ...],
        Meta(max_length=50, description="Further fields to keep confidential, and why."),
    ] = ()


class Attachment(Group, frozen=True, kw_only=True):
    """A document that belongs to the inquiry, announced by name; the file itself is sent separately."""

    kind: Annotated[
        Literal["synopsis", "protocol", "sponsor_questionnaire"],
        Meta(description="Kind of document.", examples=["synopsis"]),
    ]
    name: Annotated[ShortText, Meta(description="File name.", examples=["synopsis.pdf"])]


class InquiryContent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything a sponsor says in one version of an inquiry."""

    who: Annotated[Who, Meta(description="Who asks.")]
    identity: Annotated[Identity, Meta(description="What the trial is called.")]
    kind: Annotated[Kind, Meta(description="What kind of trial.")]
    product: Annotated[Product, Meta(description="What is studied.")]
    condition: Annotated[Condition, Meta(description="What is treated.")]
    population: Annotated[Population, Meta(description="Who takes part.")] = Population()
    numbers: Annotated[Numbers, Meta(description="How many, and when.")]
    burden: Annotated[Burden, Meta(description="Burden on participant and unit.")] = Burden()
    needs: Annotated[Needs, Meta(description="What a unit must have.")] = Needs()
    dct_activities: Annotated[
        dict[DctActivity, DctWish],
        Meta(
            max_length=26,
            description="Decentralised activities; one not named is not used.",
            examples=[{"video_visit": "required"}],
        ),
    ] = {}
    placement: Annotated[Placement, Meta(description="Where.")] = Placement()
    money: Annotated[Money, Meta(description="Who pays, and what.")] = Money()
    answer: Annotated[Answer, Meta(description="What answer is wanted, and what is promised back.")]
    confidentiality: Annotated[Confidentiality, Meta(description="How confidential.")] = Confidentiality()
    attachments: Annotated[tuple[Attachment, ...], Meta(max_length=20, description="Documents announced.")] = ()
