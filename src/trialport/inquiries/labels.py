"""The codes of an inquiry in words; the catalogues have them in every language."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _

SPONSOR_KINDS: Mapping[str, str] = {
    "company": _("Company"),
    "cro": _("Contract research organisation"),
    "academic": _("Academic group"),
}
AWARD_STATUSES: Mapping[str, str] = {
    "own_trial": _("It is our own trial"),
    "awarded_to_us": _("The trial has been awarded to us"),
    "bidding": _("We are still bidding for it"),
}
SYNOPSIS_STATUSES: Mapping[str, str] = {
    "concept": _("Concept"),
    "synopsis": _("Synopsis"),
    "draft": _("Draft protocol"),
    "final": _("Final protocol"),
}
ATTACHMENT_KINDS: Mapping[str, str] = {
    "synopsis": _("Synopsis"),
    "protocol": _("Protocol"),
    "sponsor_questionnaire": _("Sponsor's questionnaire"),
    "other": _("Something else"),
}
SEXES: Mapping[str, str] = {"all": _("All"), "female": _("Women"), "male": _("Men")}
DCT_WISHES: Mapping[str, str] = {"required": _("Needed"), "optional": _("Possible")}
MODES: Mapping[str, str] = {
    "statutory": _("By law, without an undertaking of our own"),
    "master": _("By one agreement for all our trials"),
    "cda_first": _("By an undertaking for this trial"),
}
# The states of an inquiry as its sponsor reads them.
STATES: Mapping[str, str] = {
    "draft": _("Draft"),
    "submitted": _("Received"),
    "in_triage": _("The trial office is reading it"),
    "needs_information": _("The trial office asks you for something"),
    "inviting": _("Units are being asked"),
    "collating": _("The answers are being put together"),
    "replied": _("You have the reply"),
    "closed": _("Closed"),
    "declined": _("Declined"),
    "withdrawn": _("Withdrawn"),
}
DECLINE_REASONS: Mapping[str, str] = {
    "outside_region": _("It lies outside the region."),
    "no_suitable_units": _("No unit here could run the trial."),
    "incomplete": _("Too little was known of the trial."),
    "duplicate": _("The same trial had been asked about already."),
    "not_a_trial": _("It is not a clinical trial."),
    "other": _("For another reason."),
}
