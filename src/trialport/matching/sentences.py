"""The words of an explanation, in English; `sentences_sv` and `sentences_da` have the same keys.

A template names values in braces, `{months:months}` one that is counted in months. A part in square brackets
is left out when a value in it is empty.
"""

from typing import NamedTuple, TypeAlias

from trialport.matching.language_names import IN_ENGLISH
from trialport.matching.models import CriterionName, CriterionState, ExclusionReason

# Templates of one state of a criterion, by case; the empty case serves where there is only one.
Templates: TypeAlias = dict[tuple[CriterionName, CriterionState], dict[str, str]]


class Wording(NamedTuple):
    """Everything one language needs to tell a criterion or an exclusion."""

    sentences: Templates
    exclusions: dict[ExclusionReason, str]
    wanted: dict[CriterionName, str]
    offered: dict[CriterionName, str]
    counted: dict[str, tuple[str, str]]
    phases: dict[str, str]
    codes: dict[str, str]
    last_of_list: str
    more_of_list: str
    decimal_mark: str = "."


_SENTENCES: Templates = {
    ("indication", "met"): {
        "same": "Takes patients with the condition asked ({wanted}): {offered}.",
        "broader": "Takes {offered}, which includes the condition asked ({wanted}).",
        "whole_area": "Takes the whole therapy area {offered}, to which {wanted} belongs.",
        "area_beside": "Takes the whole therapy area {offered}, into which {wanted} also falls.",
    },
    ("indication", "partly"): {
        "sibling": "Takes {offered}: a narrower or neighbouring form of {wanted}.",
        "block": "Takes {offered}: of the same group of diseases as {wanted}.",
        "area": "Takes {offered}: of the same therapy area as {wanted}, but other conditions.",
    },
    ("indication", "unmet"): {"none": "Takes {offered}: unrelated to {wanted}."},
    ("indication", "unknown"): {
        "not_read": "The indication asked could not be read, so it was not compared with {offered}.",
        "unread": "What the unit takes ({offered}) could not be read; its therapy area fits[ {wanted}].",
    },
    ("study_type", "met"): {"": "Takes {wanted} studies."},
    ("study_type", "unmet"): {"": "Takes {offered} studies only; this is a {wanted} study."},
    ("study_type", "unknown"): {"": "Has not said which study types it takes; this is a {wanted} study."},
    ("phase", "met"): {"": "Takes {wanted} trials.", "any": "The study has no phase to compare."},
    ("phase", "partly"): {"": "Takes {offered} trials, and so a part of {wanted}."},
    ("phase", "unmet"): {
        "": "Takes {offered} trials; {wanted} asked.",
        "no_phase_1_unit": "Is no phase 1 unit; {wanted}, or a first trial in humans, asked.",
    },
    ("phase", "unknown"): {"": "Has not said which phases it takes; {wanted} asked."},
    ("age_group", "met"): {
        "": "Sees the age groups asked: {wanted}.",
        "not_asked": "No age asked; sees {offered}.",
    },
    ("age_group", "partly"): {"": "Sees {covered}, but has not stated {missing}."},
    ("age_group", "unmet"): {"": "Sees {offered}; {wanted} asked."},
    ("age_group", "unknown"): {
        "": "Has not said which age groups it sees; {wanted} asked.",
        "not_asked": "No age asked, and the unit has not said which age groups it sees.",
    },
    ("care_setting", "met"): {"": "Meets participants where asked: {wanted}."},
    ("care_setting", "partly"): {"": "Meets participants in {covered}, but has not stated {missing}."},
    ("care_setting", "unmet"): {"": "Meets participants in {offered}; {wanted} asked."},
    ("care_setting", "unknown"): {"": "Has not said where it meets participants; {wanted} asked."},
    ("availability", "met"): {
        "open": "Open for new trials at the start asked, {wanted}[; on condition: {conditions}].",
    },
    ("availability", "partly"): {
        "limited": "Takes a limited number of new trials[ until {until}][; on condition: {conditions}].",
        "late": "Could start on {offered}; {wanted} asked, so {months_left} of {months:months} are left"
        "[; on condition: {conditions}].",
        "late_limited": "Takes a limited number of new trials and could start on {offered}; {wanted} asked, "
        "so {months_left} of {months:months} are left[; on condition: {conditions}].",
    },
    ("availability", "unmet"): {
        "closed": "Takes no new trial in the recruitment period (now {state}[ until {until}])"
        "[; could start on {offered}].",
        "no_new_trials": "Has said that new trials are not possible.",
    },
    ("participants", "met"): {
        "": "Can recruit about {offered:participants} in {months:months}; {wanted} wanted[ ({basis})]"
        "[; lowered for {competing:competing}].",
    },
    ("participants", "partly"): {
        "": "Can recruit about {offered:participants} in {months:months}, fewer than the {wanted} wanted"
        "[ ({basis})][; lowered for {competing:competing}].",
    },
    ("participants", "unmet"): {"": "Can recruit no participants in the period; {wanted} wanted[ ({basis})]."},
    ("participants", "unknown"): {
        "": "Has not said how many participants it could recruit; {wanted} wanted.",
    },
    ("staff_hours", "met"): {
        "": "[Has {offered} a week free; ]{wanted} asked.",
        "not_asked": "Has {offered} a week free; the need is not stated.",
    },
    ("staff_hours", "partly"): {
        "": "[Has {offered} a week free; ]{wanted} asked[; not stated: {unknown}].",
        "not_asked": "Has {offered} a week free; the need is not stated.",
    },
    ("staff_hours", "unmet"): {
        "": "Has no such hours free; {wanted} a week asked.",
        "not_asked": "Has no nurse hours free.",
    },
    ("staff_hours", "unknown"): {
        "": "Has not said how many hours are free; {wanted} a week asked.",
        "not_asked": "Has not said how many nurse hours are free.",
    },
    ("freshness", "met"): {"": "Confirmed on {confirmed_on}; valid until {offered}."},
    ("freshness", "unmet"): {
        "": "Stale: valid until {offered} only[, last confirmed on {confirmed_on}]; ask the unit before relying on it.",
    },
    ("freshness", "unknown"): {"": "Never confirmed by the unit, so nobody knows whether it still holds."},
    ("experience", "met"): {
        "": "Has run {offered:trials} of {wanted} in the area in five years ({in_area} in any phase)[; {gcp:gcp}].",
    },
    ("experience", "partly"): {
        "": "Has run {offered:trials} of {wanted} in the area in five years ({in_area} in any phase)[; {gcp:gcp}].",
        "gcp_unknown": "Has run {offered:trials} of {wanted} in the area in five years "
        "({in_area} in any phase); "
        "whether an investigator is GCP-trained is not known.",
        "unlisted": "Has listed no trials[; {gcp:gcp}].",
    },
    ("experience", "unmet"): {"no_gcp": "No investigator at the unit has valid GCP training, which is asked."},
    ("experience", "unknown"): {
        "unlisted": "Has listed no trials of the last five years.",
        "gcp_unknown": "Has listed no trials; whether an investigator is GCP-trained is not known.",
    },
    ("equipment", "met"): {"": "Has all equipment asked: {wanted}."},
    ("equipment", "partly"): {
        "": "Has {offered}[; not stated: {unsaid}][; licence ends before the start: {expired}].",
    },
    ("equipment", "unmet"): {
        "": "Lacks {lacking}[; has {offered}][; not stated: {unsaid}][; licence ends before the start: {expired}].",
    },
    ("equipment", "unknown"): {
        "": "Nothing known of the equipment asked[: {unsaid}][; licence ends before the start: {expired}].",
    },
    ("resources", "met"): {"": "Can draw on all resources asked: {wanted}."},
    ("resources", "partly"): {
        "": "[Can draw on {offered}; ][the region has {in_region}; ][not stated: {unsaid}; ]{wanted} asked.",
    },
    ("resources", "unknown"): {"": "Nothing known of the resources asked: {unsaid}."},
    ("dct_activities", "met"): {
        "": "Can do every decentralised activity asked[: {own}][; with a partner: {with_partner}].",
    },
    ("dct_activities", "partly"): {
        "": "Can do[ {own}][ (with a partner: {with_partner})][; cannot: {cannot}][; not stated: {unknown}].",
    },
    ("dct_activities", "unmet"): {
        "": "Cannot do {cannot}[; required: {required}][; can do: {offered}][; not stated: {unknown}].",
    },
    ("dct_activities", "unknown"): {
        "": "Has not said whether it can do {unknown}[; cannot: {cannot}].",
    },
    ("gmo", "met"): {"": "May handle genetically modified organisms: {offered}."},
    ("gmo", "unmet"): {"": "May not handle genetically modified organisms."},
    ("gmo", "unknown"): {
        "": "Has not said whether it may handle genetically modified organisms"
        "[; licence ends before the start: {expired}].",
    },
    ("atmp", "met"): {"": "Handles advanced therapies: {offered}."},
    ("atmp", "partly"): {"": "Has {offered}, but has not stated that it handles advanced therapies."},
    ("atmp", "unmet"): {"": "Does not handle advanced therapies."},
    ("atmp", "unknown"): {
        "": "Has not said whether it handles advanced therapies[; licence ends before the start: {expired}].",
    },
    ("unit_wanted", "met"): {"": "The sponsor named this unit."},
    ("unit_wanted", "unmet"): {"": "The sponsor named other units."},
    ("load", "met"): {"": "Runs {offered:running} in the area; up to {wanted} leave room for another."},
    ("load", "partly"): {
        "": "Runs {offered:running} in the area; up to {wanted} leave room for another"
        "[; of them {competing:competing} for the same patients].",
        "uncounted": "Has {competing:competing} for the same patients; how many trials run in all is not stated, "
        "and up to {wanted} leave room for another.",
    },
    ("load", "unmet"): {
        "": "Has {competing:competing} or more for the same patients[; runs {offered:running} in the area]; "
        "up to {wanted} running, none of them competing, leave room for another.",
    },
    ("load", "unknown"): {
        "": "Has not said how many trials it runs in the area; up to {wanted} would leave room for another."
    },
    ("lead_time", "met"): {
        "": "Needs {offered:days} from agreement to first participant; the start, {start}, is {wanted:days} away.",
    },
    ("lead_time", "partly"): {
        "": "Needs {offered:days} from agreement to first participant; the start, {start}, is {wanted:days} away, "
        "so it would be {late:days} late.",
        "in_competition": "Needs {offered:days} from agreement to first participant; the start, {start}, is "
        "{wanted:days} away, so it would be {late:days} late while sites recruit in competition.",
    },
    ("lead_time", "unmet"): {
        "": "Needs {offered:days} from agreement to first participant; the start, {start}, is {wanted:days} away, "
        "and recruitment would be over.",
    },
    ("lead_time", "unknown"): {
        "": "Has not said how long it needs from agreement to first participant; the start, {start}, is "
        "{wanted:days} away.",
    },
    ("primary_care_role", "met"): {
        "": "Can do in primary care what is asked ({wanted}): {offered}.",
        "through_others": "Can do in primary care what is asked ({wanted}) through health centres: {offered}.",
    },
    ("primary_care_role", "partly"): {
        "": "Can do {offered} in primary care; {wanted} asked, so another unit has to do the rest.",
        "through_others": "Can do {offered} in primary care through health centres; {wanted} asked.",
    },
    ("primary_care_role", "unmet"): {"": "Can do no more than {offered} in primary care; {wanted} asked."},
    ("primary_care_role", "unknown"): {
        "": "Has not said what it can do in a trial; {wanted} asked in primary care.",
        "elsewhere": "Is no health centre and has not said what it can do in primary care; {wanted} asked.",
    },
    ("languages", "met"): {"": "Works in the languages of the material ({wanted}): {offered}."},
    ("languages", "partly"): {"": "Works in {covered}, but has not stated {missing}, also a language of the material."},
    ("languages", "unmet"): {"": "Works in {offered}; the material is in {wanted}."},
    ("languages", "unknown"): {"": "Has not said which languages it works in; the material is in {wanted}."},
    ("pharmacy", "met"): {"": "Has all the pharmacy service asked: {wanted}."},
    ("pharmacy", "partly"): {
        "": "[Has {offered}; ][the region has {in_region}; ][not stated: {unsaid}; ]"
        "[licence ends before the start: {expired}; ]{wanted} asked.",
    },
    ("pharmacy", "unmet"): {
        "": "Lacks {lacking}[; has {offered}][; the region has {in_region}][; not stated: {unsaid}]"
        "[; licence ends before the start: {expired}].",
    },
    ("pharmacy", "unknown"): {
        "": "Nothing known of the pharmacy service asked[: {unsaid}][; licence ends before the start: {expired}].",
    },
    ("dct_places", "met"): {"": "Reaches the whole region ({offered}) with {whole}."},
    ("dct_places", "partly"): {
        "": "Reaches [the whole region with {whole}, ][a part of the region with {part}, ]as stated ({offered})"
        "[; where is not stated: {unsaid}][; not offered: {nowhere}].",
    },
    ("dct_places", "unmet"): {"": "Reaches nobody outside the unit with {nowhere}."},
    ("dct_places", "unknown"): {"": "Has not said where it can do {unsaid}[; not offered: {nowhere}]."},
}

ENGLISH = Wording(
    sentences=_SENTENCES,
    exclusions={
        "unit_excluded_by_sponsor": "The sponsor asked not to include this unit.",
        "other_therapy_area": "The unit takes other conditions than the one asked.",
        "study_type_not_accepted": "The unit takes other study types than this one.",
        "age_group_not_accepted": "The unit sees none of the age groups asked.",
        "gmo_not_permitted": "The unit may not handle genetically modified organisms.",
        "no_new_trials": "The unit has said that new trials are not possible.",
        "paused": "The unit is paused for the whole recruitment period.",
    },
    wanted={
        "availability": "start on {value}",
        "participants": "{value:participants}",
        "staff_hours": "{value} a week",
        "freshness": "valid on {value}",
        "experience": "trials of {value}",
        "unit_wanted": "{value:units}",
        "load": "at most {value:running}",
        "lead_time": "first participant in {value:days}",
    },
    offered={
        "availability": "from {value}",
        "participants": "about {value:participants}",
        "staff_hours": "{value} a week",
        "freshness": "valid until {value}",
        "experience": "{value:trials}",
        "load": "{value:running}",
        "lead_time": "{value:days}",
    },
    counted={
        "participants": ("{} participant", "{} participants"),
        "units": ("{} unit named by the sponsor", "{} units named by the sponsor"),
        "trials": ("{} trial", "{} trials"),
        "running": ("{} running trial", "{} running trials"),
        "days": ("{} day", "{} days"),
        "months": ("{} month", "{} months"),
        "competing": ("{} competing trial", "{} competing trials"),
        "gcp": ("{} investigator with valid GCP training", "{} investigators with valid GCP training"),
        "nurse": ("{} nurse hour", "{} nurse hours"),
        "physician": ("{} physician hour", "{} physician hours"),
    },
    phases={
        "early_1": "early phase 1",
        "1_2": "phase 1/2",
        "2_3": "phase 2/3",
        "device_pilot": "pilot stage",
        "device_pivotal": "pivotal stage",
        "device_post_market": "post-market stage",
        "not_applicable": "no phase",
    }
    | {number: f"phase {number}" for number in "1234"},
    codes={
        "newborn": "newborns",
        "infant": "infants",
        "child": "children",
        "adolescent": "adolescents",
        "adult": "adults",
        "older_adult": "older adults",
        "inpatient": "inpatient care",
        "outpatient": "outpatient care",
        "home": "the home",
        "ivd": "IVD",
        "atmp": "ATMP",
        "ehr_count": "counted in the records",
        "register": "from a register",
        "dental-oral": "dental and oral",
        "ear-nose-throat": "ear, nose and throat",
        "endocrinology-metabolism": "endocrinology and metabolism",
        "gastroenterology-hepatology": "gastroenterology and hepatology",
        "gynaecology-obstetrics": "gynaecology and obstetrics",
        "immunology-allergy": "immunology and allergy",
        "infectious-diseases": "infectious diseases",
        "musculoskeletal-rheumatology": "musculoskeletal diseases and rheumatology",
        "trauma-injuries": "trauma and injuries",
        "urology-nephrology": "urology and nephrology",
        "anaesthesia-intensive-care": "anaesthesia and intensive care",
        "paediatrics-neonatology": "paediatrics and neonatology",
        "rare-genetic": "rare and genetic diseases",
        "pain-palliative": "pain and palliative care",
        "general-practice-prevention": "general practice and prevention",
        "jacie_accreditation": "JACIE accreditation",
        "iso_15189_accreditation": "ISO 15189 accreditation",
        "gmo_handling": "handling of genetically modified organisms",
        "gmo_contained_use": "permit for contained use of GMO",
        "gmo_deliberate_release": "permit for deliberate release of GMO",
        "atmp_handling": "ATMP handling",
        "atmp_centre": "ATMP centre",
        "medtech_centre": "MedTech centre",
        "freezer_minus_80": "-80 °C freezer",
        "mri": "MRI",
        "ct": "CT",
        "pet": "PET",
        "dexa": "DEXA",
        "ecg": "ECG",
        "national_eid_signature": "signature with national eID",
        "home_spirometry_bp_ecg": "home spirometry, blood pressure or ECG",
        "safety_contact_24_7": "safety contact round the clock",
        "epro_own_device": "ePRO on own device",
        "epro_loan_device": "ePRO on loan device",
        "identify_only": "finding participants",
        "sample": "samples",
        "visit": "visits",
        "full_site": "a whole site",
        "named": "this unit is named",
        "not_named": "other units are named",
    }
    | IN_ENGLISH,
    last_of_list=" and ",
    more_of_list="{} more",
)
