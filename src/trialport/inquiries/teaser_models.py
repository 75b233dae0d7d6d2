"""What a unit reads of an inquiry, before and after its confidential fields are opened.

Each struct is an allow list: a field of `content.py` that is not named here is shown to no unit, however it is
marked. tests/inquiries/test_teaser.py walks all fields and fails for one that nobody has decided about.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from trialport.core.fields import (
    NOT_BLANK,
    CountryCode,
    HoursPerWeek,
    Id,
    LongText,
    MediumText,
    Minutes,
    Months,
    ShortText,
)
from trialport.inquiries.content import Attachment, AwardStatus, DctWish, Sex, SponsorKind, SynopsisStatus
from trialport.vocabulary.codes import (
    Capability,
    CareSetting,
    DctActivity,
    Phase,
    PrimaryCareRole,
    ResourceKind,
    StudyType,
)


class Shown(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A group of an inquiry as a unit sees it; what is closed or was not given is left out."""


class TeaserWho(Shown, frozen=True, kw_only=True):
    """Who asks, without persons."""

    sponsor_name: Annotated[
        ShortText, Meta(description="Name of the organisation asking.", examples=["Exempel Pharma AB"])
    ]
    sponsor_kind: Annotated[SponsorKind, Meta(description="Kind of organisation.", examples=["company"])]
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


class TeaserIdentity(Shown, frozen=True, kw_only=True):
    """What the trial is called before its number and synopsis are opened."""

    working_title: Annotated[
        MediumText,
        Meta(description="Working title without confidential facts.", examples=["Once-daily inhaler in COPD"]),
    ]
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


class TeaserKind(Shown, frozen=True, kw_only=True):
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
        Annotated[str, Meta(pattern=r"^\d{1,6}$")] | None,
        Meta(description="ORPHA code of the rare disease.", examples=["586"]),
    ] = None
    low_intervention: Annotated[
        bool | None, Meta(description="Low-intervention trial (EU CTR article 2).", examples=[False])
    ] = None


class TeaserProduct(Shown, frozen=True, kw_only=True):
    """What is studied, without its name."""

    mechanism: Annotated[
        MediumText,
        Meta(
            description="Class or mechanism, as it may be told to a unit.",
            examples=["long-acting bronchodilator"],
        ),
    ]
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


class TeaserCondition(Shown, frozen=True, kw_only=True):
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
    line_of_therapy: Annotated[ShortText | None, Meta(description="Line of therapy.", examples=["second line"])] = None
    biomarker: Annotated[ShortText | None, Meta(description="Biomarker.", examples=["eosinophils >= 300/ul"])] = None


class TeaserPopulation(Shown, frozen=True, kw_only=True):
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


class TeaserNumbers(Shown, frozen=True, kw_only=True):
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


class TeaserBurden(Shown, frozen=True, kw_only=True):
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


class TeaserNeeds(Shown, frozen=True, kw_only=True):
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


class TeaserAnswer(Shown, frozen=True, kw_only=True):
    """What is asked of the unit, and what is promised back."""

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


class OpenedIdentity(TeaserIdentity, frozen=True, kw_only=True):
    """What the trial is called, with its number and synopsis."""

    protocol_number: Annotated[
        ShortText | None, Meta(description="Protocol number (confidential).", examples=["EX-101"])
    ] = None
    synopsis: Annotated[
        LongText | None,
        Meta(description="Synopsis as text (confidential).", examples=["Randomised, double-blind ..."]),
    ] = None


class OpenedProduct(TeaserProduct, frozen=True, kw_only=True):
    """What is studied, by its name."""

    name: Annotated[ShortText | None, Meta(description="Name of the product (confidential).", examples=["EX-001"])] = (
        None
    )


class OpenedMoney(Shown, frozen=True, kw_only=True):
    """Who pays, and what; only where the sponsor lets units see it."""

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


class TeaserContent(Shown, frozen=True, kw_only=True):
    """What a unit reads before the confidential fields are opened: no persons, no money, nobody else who is asked."""

    who: Annotated[TeaserWho, Meta(description="Who asks.")]
    identity: Annotated[TeaserIdentity, Meta(description="What the trial is called.")]
    kind: Annotated[TeaserKind, Meta(description="What kind of trial.")]
    product: Annotated[TeaserProduct, Meta(description="What is studied.")]
    condition: Annotated[TeaserCondition, Meta(description="What is treated.")]
    population: Annotated[TeaserPopulation, Meta(description="Who takes part.")] = TeaserPopulation()
    numbers: Annotated[TeaserNumbers, Meta(description="How many, and when.")]
    burden: Annotated[TeaserBurden, Meta(description="Burden on participant and unit.")] = TeaserBurden()
    needs: Annotated[TeaserNeeds, Meta(description="What a unit must have.")] = TeaserNeeds()
    dct_activities: Annotated[
        dict[DctActivity, DctWish],
        Meta(description="Decentralised activities.", examples=[{"video_visit": "required"}]),
    ] = {}
    answer: Annotated[TeaserAnswer, Meta(description="What is asked, and what is promised back.")]


class OpenedContent(TeaserContent, frozen=True, kw_only=True):
    """What a unit reads once the confidential fields are open to it; still nobody else who is asked."""

    identity: Annotated[OpenedIdentity, Meta(description="What the trial is called.")]
    product: Annotated[OpenedProduct, Meta(description="What is studied.")]
    money: Annotated[OpenedMoney, Meta(description="Who pays, and what.")] = OpenedMoney()
    attachments: Annotated[
        tuple[Attachment, ...], Meta(description="Documents announced; sponsor questionnaires follow after a yes.")
    ] = ()


class InquiryTeaser(Struct, frozen=True, kw_only=True):
    """An inquiry as a unit sees it before the confidential fields are opened."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    version: Annotated[int, Meta(description="Version.", examples=[1])]
    closed_fields: Annotated[
        tuple[str, ...],
        Meta(description="Fields that open once confidentiality is settled.", examples=[["product.name"]]),
    ]
    content: Annotated[TeaserContent, Meta(description="What is asked.")]


class InquiryForUnit(Struct, frozen=True, kw_only=True):
    """An inquiry as a unit sees it once the confidential fields are open to it."""

    inquiry_id: Id
    reference: Annotated[str, Meta(description="Readable reference.", examples=["UAS-2026-0042"])]
    version: Annotated[int, Meta(description="Version.", examples=[1])]
    content: Annotated[OpenedContent, Meta(description="What is asked.")]
