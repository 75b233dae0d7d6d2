"""The codes of capacity and of people in words, for the pages of units; the catalogues have them in every language."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _

STATES: Mapping[str, str] = {
    "open": _("Open for new trials"),
    "limited": _("Open, with limits"),
    "full": _("Full"),
    "paused": _("Paused"),
}
BASES: Mapping[str, str] = {
    "estimate": _("An estimate"),
    "register": _("A register"),
    "ehr_count": _("A count in the patient records"),
}
DCT_ANSWERS: Mapping[str, str] = {
    "own": _("Ourselves"),
    "with_partner": _("With a partner"),
    "cannot": _("Cannot"),
    "unknown": _("Do not know"),
}
YES_NO: Mapping[str, str] = {"yes": _("Yes"), "no": _("No")}
ACTIONS: Mapping[str, str] = {
    "created": _("Recorded"),
    "changed": _("Changed"),
    "confirmed": _("Confirmed"),
    "imported": _("Imported"),
    "taken_back": _("Confirmation taken back"),
}
# Names of the fields of a capacity, as pages and history call them.
FIELDS: Mapping[str, str] = {
    "state": _("Can you take new trials?"),
    "state_until": _("Until"),
    "participants_per_month": _("Participants a month"),
    "participants_basis": _("What the number rests on"),
    "participants_counted_on": _("Day of the count"),
    "nurse_hours_free": _("Research-nurse hours a week free"),
    "physician_hours_free": _("Physician hours a week free"),
    "new_trials_possible": _("Are new trials possible at all?"),
    "new_trials_from": _("New trials from"),
    "primary_care_role": _("Role in trials"),
    "indications": _("Conditions"),
    "study_types": _("Kinds of study"),
    "phases": _("Phases"),
    "age_groups": _("Age groups"),
    "care_settings": _("Where participants are met"),
    "protected_hours_planned": _("Protected research hours a week, planned"),
    "protected_hours_taken": _("Protected research hours a week, actually taken"),
    "running_trials": _("Trials running"),
    "competing_trials": _("Trials that compete for the same patients"),
    "lead_time_days": _("Days from agreement to first participant"),
    "conditions": _("What must be in place first"),
    "dct_activities": _("Decentralised activities"),
    "equipment": _("Equipment at hand"),
    "resources": _("Resources you can draw on"),
    "experience": _("Trials in the last five years"),
}
SCHOOL: Mapping[str, str] = {
    "none": _("Not taken"),
    "enrolled": _("Taking it now"),
    "completed": _("Completed"),
}
VISIBILITY: Mapping[str, str] = {
    "office": _("The trial office and my own units"),
    "region": _("Everybody at work in the region"),
    "nobody": _("Nobody but my own units"),
}
ROLES: Mapping[str, str] = {
    "principal": _("Principal investigator"),
    "sub": _("Sub-investigator"),
    "recruiter_only": _("Recruiting only"),
    "mentor": _("Mentor"),
}
LANGUAGES: Mapping[str, str] = {
    "sv": _("Swedish"),
    "da": _("Danish"),
    "en": _("English"),
    "no": _("Norwegian"),
    "fi": _("Finnish"),
    "de": _("German"),
    "ar": _("Arabic"),
    "so": _("Somali"),
}
READERS: Mapping[str, str] = {
    "office": _("Trial office"),
    "admin": _("Administrator"),
    "investigator": _("Colleague"),
    "unit_head": _("Head of unit"),
    "service": _("A program"),
}
