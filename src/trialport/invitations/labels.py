"""The codes that a unit reads in a mail or on a page, in words; the catalogues have them in every language."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _
from trialport.vocabulary import labels as shared

# What other slices name too.
THERAPY_AREAS = shared.THERAPY_AREAS
STUDY_TYPES = shared.STUDY_TYPES
PHASES = shared.PHASES
ROLES = shared.PRIMARY_CARE_ROLES

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
# How it ended for a unit that was asked: the heading of its page, and what that means to it.
ENDINGS: Mapping[str, tuple[str, str]] = {
    "selected": (
        _("Your unit was selected"),
        _("The sponsor has chosen your unit and gets in touch with you."),
    ),
    "not_selected": (
        _("Your unit was not selected"),
        _("The sponsor has decided and did not choose your unit this time. You need not keep anything free."),
    ),
    "trial_cancelled": (
        _("The sponsor has cancelled the trial"),
        _("Nobody was chosen. You need not keep anything free."),
    ),
    "no_decision": (
        _("The inquiry ended without a decision"),
        _("The sponsor has made no decision, and the inquiry is closed. You need not keep anything free."),
    ),
    "no_word": (
        _("The sponsor has not told its decision"),
        _("The day it promised has passed. We keep asking; you need not keep anything free."),
    ),
    "inquiry_withdrawn": (
        _("The sponsor has withdrawn its inquiry"),
        _("You do not need to do anything, and you need not keep anything free."),
    ),
    "inquiry_declined": (
        _("The trial office has declined the inquiry"),
        _("You do not need to do anything, and you need not keep anything free."),
    ),
}
# What has become of a unit's question.
QUESTION_STATES: Mapping[str, str] = {
    "asked": _("with the trial office"),
    "forwarded": _("put to the sponsor"),
    "answered": _("answered; the trial office looks at it"),
    "shared": _("answered"),
    "dismissed": _("not put to the sponsor"),
}
CAPACITY_FIELDS: Mapping[str, str] = {
    "participants_per_month": _("Participants a month"),
    "participants_basis": _("What the number rests on"),
    "new_trials_from": _("New trials from"),
    "primary_care_role": _("Role in trials"),
}
