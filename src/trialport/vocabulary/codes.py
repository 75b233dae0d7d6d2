"""Code lists of the field that several slices share, one spelling each.

Each list is a `Literal`, so that msgspec refuses an unknown code with the field path, and the OpenAPI
document lists the allowed values.
"""

from typing import Annotated, Literal, get_args

from msgspec import Meta

# A concept of the vocabulary: an ICD-10 category, or a finer one in it.
ConceptId = Annotated[str, Meta(pattern=r"^[A-Z]\d[0-9A-Z](/[a-z0-9_.-]{1,60})?$", examples=["J45"])]
ConceptIds = Annotated[tuple[ConceptId, ...], Meta(max_length=50)]

TherapyArea = Literal[
    "cardiovascular",
    "dental-oral",
    "dermatology",
    "ear-nose-throat",
    "endocrinology-metabolism",
    "gastroenterology-hepatology",
    "gynaecology-obstetrics",
    "haematology",
    "immunology-allergy",
    "infectious-diseases",
    "musculoskeletal-rheumatology",
    "neurology",
    "oncology",
    "ophthalmology",
    "psychiatry",
    "respiratory",
    "trauma-injuries",
    "urology-nephrology",
    "anaesthesia-intensive-care",
    "geriatrics",
    "paediatrics-neonatology",
    "rare-genetic",
    "pain-palliative",
    "general-practice-prevention",
]

StudyType = Literal[
    "drug",
    "device",
    "ivd",
    "atmp",
    "procedure",
    "behavioural",
    "nutrition",
    "non_interventional",
    "other",
]

# Drug trials count phases; a device's development stage stands in the same place (ISO 14155:2020, annex I).
Phase = Literal[
    "early_1",
    "1",
    "1_2",
    "2",
    "2_3",
    "3",
    "4",
    "device_pilot",
    "device_pivotal",
    "device_post_market",
    "not_applicable",
]

# Age bands of ICH E11(R1), with the adults split at 65 as the EU trial register does.
AgeGroup = Literal["newborn", "infant", "child", "adolescent", "adult", "older_adult"]

# Lower bound in completed years of each age group; a newborn is up to 27 days, an infant under 2 years.
AGE_GROUP_FROM_YEARS: dict[AgeGroup, float] = {
    "newborn": 0.0,
    "infant": 28 / 365.25,
    "child": 2.0,
    "adolescent": 12.0,
    "adult": 18.0,
    "older_adult": 65.0,
}

# What a primary-care unit does in a trial.
PrimaryCareRole = Literal["identify_only", "sample", "visit", "full_site"]

CareSetting = Literal["inpatient", "outpatient", "primary_care", "home"]

# Headings of the EU recommendation paper on decentralised elements and ICH E6(R3) annex 2.
DctActivity = Literal[
    "remote_prescreening",
    "video_consent",
    "national_eid_signature",
    "video_visit",
    "phone_visit",
    "home_nurse_visit",
    "local_health_centre_visit",
    "mobile_unit_visit",
    "evening_weekend_visit",
    "home_capillary",
    "home_venous",
    "local_lab",
    "courier_cold_chain",
    "site_to_home_shipping",
    "regional_pharmacy",
    "local_pharmacy_handover",
    "home_administration_nurse",
    "home_self_administration",
    "epro_own_device",
    "epro_loan_device",
    "wearable",
    "home_spirometry_bp_ecg",
    "remote_source_access",
    "safety_contact_24_7",
    "local_data_daily_review",
    "emergency_unblinding",
]

DctAnswer = Literal["own", "with_partner", "cannot", "unknown"]

# What a region's resource is; the same words say what a trial needs.
ResourceKind = Literal[
    "biobank",
    "trial_unit",
    "statistics_and_data",
    "precision_medicine_centre",
    "atmp_centre",
    "medtech_centre",
    "imaging",
    "genomics",
    "high_performance_computing",
    "quality_register",
    "legal_and_contract",
    "trial_pharmacy",
]

# What a unit has at hand, or can do by licence or accreditation (then with an expiry date).
Capability = Literal[
    "jacie_accreditation",
    "iso_15189_accreditation",
    "gmo_contained_use",
    "gmo_deliberate_release",
    "atmp_handling",
    "phase_1_unit",
    "freezer_minus_80",
    "liquid_nitrogen",
    "refrigerated_centrifuge",
    "mri",
    "ct",
    "pet",
    "dexa",
    "ultrasound",
    "echocardiography",
    "ecg",
    "spirometry",
    "endoscopy",
    "infusion_chairs",
    "overnight_beds",
    "trial_pharmacy",
    "aseptic_preparation",
    "cytotoxic_preparation",
    "radiopharmaceuticals",
    "monitoring_room",
    "remote_source_access",
    "archive",
]

THERAPY_AREAS: tuple[TherapyArea, ...] = get_args(TherapyArea)
STUDY_TYPES: tuple[StudyType, ...] = get_args(StudyType)
PHASES: tuple[Phase, ...] = get_args(Phase)
AGE_GROUPS: tuple[AgeGroup, ...] = get_args(AgeGroup)
CARE_SETTINGS: tuple[CareSetting, ...] = get_args(CareSetting)
DCT_ACTIVITIES: tuple[DctActivity, ...] = get_args(DctActivity)
DCT_ANSWERS: tuple[DctAnswer, ...] = get_args(DctAnswer)
RESOURCE_KINDS: tuple[ResourceKind, ...] = get_args(ResourceKind)
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
