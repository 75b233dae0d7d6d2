"""The kinds of an office's tasks in words: what has happened, and what to do about it."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _

TASK_KINDS: Mapping[str, str] = {
    "all_answered": _("Every unit has answered"),
    "target_reached": _("Enough participants are offered"),
    "silent_unit": _("A unit stays silent"),
    "review_condition": _("A yes on a condition"),
    "person_proposed": _("Somebody else should be asked"),
    "sign_off_refused": _("A head of unit does not approve"),
    "sign_off_overdue": _("A head of unit has not signed off"),
    "question_to_review": _("A unit has a question"),
    "question_answered": _("The sponsor has answered a question"),
    "answer_after_reply": _("An answer came after the reply"),
    "sponsor_overdue": _("The sponsor owes the outcome"),
    "selected_without_room": _("A unit was selected that has no room any more"),
    "bounced_message": _("A mail came back"),
    "dead_message": _("A mail could not be sent"),
    "dead_job": _("A calculation failed"),
}
TASK_STEPS: Mapping[str, str] = {
    "all_answered": _("Put the answers together and send the reply."),
    "target_reached": _("You can send the reply now, without waiting for the rest."),
    "silent_unit": _("Neither the person asked nor the head has answered. Call them, or ask another unit."),
    "review_condition": _("See what the unit misses, and whether a shared resource can fill it."),
    "person_proposed": _("Send the invitation on to the person whom the unit named."),
    "sign_off_refused": _("The yes does not count. Talk to the unit, or ask another one."),
    "sign_off_overdue": _("The yes does not count yet. Call the head of unit."),
    "question_to_review": _("Check the wording, and put the question to the sponsor."),
    "question_answered": _("Share the answer with the units that should know it."),
    "answer_after_reply": _("Decide whether the sponsor gets a corrected reply."),
    "selected_without_room": _("Ask the unit whether it can make room, or lend it what is missing."),
    "sponsor_overdue": _("Ask the sponsor what was decided: every unit asked waits to hear it."),
    "bounced_message": _("Correct the address, or ask somebody else."),
    "dead_message": _("See whether the address is right, and tell the person in another way."),
    "dead_job": _("Start it again. If it fails once more, tell whoever runs this installation."),
}
# The tasks of which only the program's own note says what exactly went wrong.
NOTED_KINDS = frozenset({"bounced_message", "dead_message", "dead_job"})
# Begin with what others wait for.
TASK_ORDER = tuple(TASK_KINDS)
# Whose tasks are shown; the empty one shows all.
HANDS: Mapping[str, str] = {"": _("Everybody's"), "mine": _("Mine"), "nobody": _("Nobody's")}
