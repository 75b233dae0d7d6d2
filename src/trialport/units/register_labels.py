"""The codes of the register in words; the catalogues have them in every language."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _

UNIT_KINDS: Mapping[str, str] = {
    "hospital_department": _("Hospital department"),
    "primary_care_centre": _("Health centre"),
    "clinical_trial_unit": _("Clinical trial unit"),
    "mobile_unit": _("Mobile unit"),
}
CAPACITY_STATES: Mapping[str, str] = {
    "open": _("Takes new trials"),
    "limited": _("Limited"),
    "full": _("Full"),
    "paused": _("Paused"),
}
# The colour and the sign that go with the word.
STATE_COLOURS: Mapping[str, str] = {"open": "success", "limited": "info", "full": "warning", "paused": "neutral"}
SCHOOL_STATES: Mapping[str, str] = {
    "none": _("not attended"),
    "enrolled": _("enrolled"),
    "completed": _("completed"),
}
STRENGTHS: Mapping[str, str] = {"firm": _("firm"), "soft": _("asked for")}
RELEASE_REASONS: Mapping[str, str] = {
    "answered_no": _("the unit said no"),
    "answered_later": _("the unit said later"),
    "sign_off_refused": _("the head of unit did not approve"),
    "no_answer": _("no answer came"),
    "withdrawn": _("the invitation was taken back"),
    "not_selected": _("the sponsor chose others"),
    "sponsor_declined": _("the sponsor decided against it"),
    "sponsor_silent": _("the sponsor told nothing"),
    "trial_cancelled": _("the trial was cancelled"),
    "inquiry_declined": _("the inquiry was declined"),
    "inquiry_withdrawn": _("the inquiry was withdrawn"),
    "inquiry_closed": _("the inquiry was closed"),
    "condition_reopened": _("the office took it back"),
    "replaced": _("something else took its place"),
    "trial_started": _("the trial has started"),
}
# What the columns of an import are called, and what it would do with a row.
OUTCOMES: Mapping[str, str] = {
    "create": _("new"),
    "change": _("changed"),
    "unchanged": _("unchanged"),
    "error": _("error"),
}
OUTCOME_COLOURS: Mapping[str, str] = {"create": "success", "change": "info", "unchanged": "neutral", "error": "danger"}
# What became of the wish to ask, said on the page that follows.
ASKED: Mapping[str, str] = {
    "asked": _("The mail is on its way. The same capacity can be asked about again in a week."),
    "all": _("The mails are on their way, one for each person who answers for something stale."),
    "none": _("Nobody was left to ask: all were asked within a week, or nobody can be asked."),
    "already": _("This was asked less than a week ago, so nothing was sent."),
    "nobody": _("Nobody at the unit can be asked. Add somebody to the unit in the employer's registry."),
}
# As what somebody of the register signs in.
SIGNS_IN: Mapping[str, str] = {
    "investigator": _("Investigator"),
    "unit_head": _("Head of unit"),
    "none": _("Cannot sign in"),
}
ROLES: Mapping[str, str] = {
    "investigator": _("Investigator"),
    "unit_head": _("Head of unit"),
    "office": _("Trial office"),
    "management": _("Management"),
    "sponsor_contact": _("Contact of a sponsor"),
    "admin": _("Administrator"),
}
ROLE_SOURCES: Mapping[str, str] = {
    "command": _("given on the command line"),
    "oidc": _("from the employer's directory; ended here, it comes back with the next sign-in"),
    "invitation": _("given by a colleague"),
    "demo": _("given for the demonstration"),
}
# What became of a role, said on the page that follows.
ROLE_TOLD: Mapping[str, str] = {
    "given": _("The role is given. Who is new here is told by mail how to sign in."),
    "held": _("The person holds this role already."),
}
# What was changed of a person's entry.
PERSON_CHANGES: Mapping[str, str] = {
    "investigator.asking_changed": _("How often to ask, or the investigator school"),
    "investigator.absence_added": _("An absence was added"),
    "investigator.absence_changed": _("An absence was moved"),
    "investigator.absence_removed": _("An absence was removed"),
    "investigator.delegate_named": _("A delegate was named"),
    "investigator.delegate_ended": _("A delegate was taken away"),
    "investigator.delegates_named": _("The delegates were changed on their own page"),
    "investigator.profile_changed": _("The entry was changed on their own page"),
}
# In which order units stand.
SORTS: Mapping[str, str] = {
    "name": _("by name"),
    "stale": _("oldest first"),
    "load": _("most asked first"),
}
