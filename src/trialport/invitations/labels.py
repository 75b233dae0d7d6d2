"""The codes that a unit reads in a mail or on a page, in words; the catalogues have them in every language."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _

THERAPY_AREAS: Mapping[str, str] = {
    "cardiovascular": _("Cardiovascular diseases"),
    "dental-oral": _("Dental and oral health"),
    "dermatology": _("Skin diseases"),
    "ear-nose-throat": _("Ear, nose and throat"),
    "endocrinology-metabolism": _("Endocrinology and metabolism"),
    "gastroenterology-hepatology": _("Gastroenterology and liver diseases"),
    "gynaecology-obstetrics": _("Gynaecology and obstetrics"),
    "haematology": _("Haematology"),
    "immunology-allergy": _("Immunology and allergy"),
    "infectious-diseases": _("Infectious diseases"),
    "musculoskeletal-rheumatology": _("Musculoskeletal diseases and rheumatology"),
    "neurology": _("Neurology"),
    "oncology": _("Oncology"),
    "ophthalmology": _("Eye diseases"),
    "psychiatry": _("Psychiatry"),
    "respiratory": _("Respiratory diseases"),
    "trauma-injuries": _("Trauma and injuries"),
    "urology-nephrology": _("Urology and kidney diseases"),
    "anaesthesia-intensive-care": _("Anaesthesia and intensive care"),
    "geriatrics": _("Geriatrics"),
    "paediatrics-neonatology": _("Paediatrics and neonatology"),
    "rare-genetic": _("Rare and genetic diseases"),
    "pain-palliative": _("Pain and palliative care"),
    "general-practice-prevention": _("General practice and prevention"),
}
STUDY_TYPES: Mapping[str, str] = {
    "drug": _("Medicine"),
    "device": _("Medical device"),
    "ivd": _("In vitro diagnostics"),
    "atmp": _("Advanced therapy"),
    "procedure": _("Procedure"),
    "behavioural": _("Behaviour"),
    "nutrition": _("Nutrition"),
    "non_interventional": _("Without intervention"),
    "other": _("Other"),
}
PHASES: Mapping[str, str] = {
    "early_1": _("Early phase 1"),
    "1": _("Phase 1"),
    "1_2": _("Phase 1/2"),
    "2": _("Phase 2"),
    "2_3": _("Phase 2/3"),
    "3": _("Phase 3"),
    "4": _("Phase 4"),
    "device_pilot": _("Pilot stage"),
    "device_pivotal": _("Pivotal stage"),
    "device_post_market": _("After market entry"),
    "not_applicable": _("No phase"),
}
ROLES: Mapping[str, str] = {
    "identify_only": _("Find suitable patients"),
    "sample": _("Take samples"),
    "visit": _("Carry out visits"),
    "full_site": _("Run the trial as a full site"),
}
ANSWERS: Mapping[str, str] = {
    "yes": _("Yes, we can take part"),
    "yes_if": _("Yes, on a condition"),
    "later": _("Not now, but later"),
    "no": _("No"),
    "not_me": _("Somebody else should be asked"),
}
CONDITIONS: Mapping[str, str] = {
    "nurse_hours": _("Research-nurse hours"),
    "pharmacy": _("Pharmacy"),
    "imaging": _("Imaging"),
    "sub_investigator": _("A sub-investigator"),
    "data_manager": _("A data manager"),
    "contract_help": _("Help with the contract"),
    "training": _("Training"),
    "money": _("Money"),
    "space": _("Space"),
}
REASONS: Mapping[str, str] = {
    "no_suitable_patients": _("We have no suitable patients"),
    "eligibility_too_narrow": _("The criteria are too narrow"),
    "competing_trial": _("A competing trial"),
    "no_nurse_time": _("No nurse time"),
    "no_physician_time": _("No physician time"),
    "no_space_or_equipment": _("No space or equipment"),
    "pharmacy_lab_imaging": _("Pharmacy, laboratory or imaging cannot do it"),
    "not_standard_of_care": _("Does not fit our standard of care"),
    "low_scientific_interest": _("Little scientific interest"),
    "patient_burden": _("Too great a burden for patients"),
    "budget": _("The budget"),
    "timelines": _("The timelines"),
    "too_little_information": _("Too little information"),
    "leave": _("Leave or absence"),
    "other": _("Another reason"),
}
BASES: Mapping[str, str] = {
    "estimate": _("An estimate"),
    "register": _("A register"),
    "ehr_count": _("A count in the patient records"),
}
CAPACITY_FIELDS: Mapping[str, str] = {
    "participants_per_month": _("Participants a month"),
    "participants_basis": _("What the number rests on"),
    "new_trials_from": _("New trials from"),
    "primary_care_role": _("Role in trials"),
}
