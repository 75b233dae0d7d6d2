"""The codes that the office reads on its pages, in words; the catalogues have them in every language."""

from collections.abc import Mapping

from trialport.core.translations import to_translate as _

STATES: Mapping[str, str] = {
    "draft": _("Draft"),
    "submitted": _("New"),
    "in_triage": _("In triage"),
    "needs_information": _("Waits for information"),
    "inviting": _("Units are asked"),
    "collating": _("All have answered"),
    "replied": _("Replied"),
    "closed": _("Closed"),
    "declined": _("Declined"),
    "withdrawn": _("Withdrawn by the sponsor"),
}
OPEN_STATES = ("submitted", "in_triage", "needs_information", "inviting", "collating")
WAITING: Mapping[str, str] = {
    "office": _("The office"),
    "sponsor": _("The sponsor"),
    "units": _("The units"),
    "nobody": _("The comparison, which runs by itself"),
}
# What the office does next, by state; the first thing it reads of an inquiry.
NEXT_STEPS: Mapping[str, str] = {
    "submitted": _("Read the inquiry and take it up."),
    "in_triage": _("Choose units among the candidates and invite them, or ask the sponsor for what is missing."),
    "needs_information": _("The sponsor has been asked for information. The clock stands still until it is there."),
    "inviting": _("Units are answering. Follow their answers, and reply when you know enough."),
    "collating": _("Every unit asked has answered. Write the reply to the sponsor."),
    "replied": _("The reply is with the sponsor, who now owes its decision."),
    "closed": _("The outcome is known and the units have been told."),
    "declined": _("The inquiry was declined."),
    "withdrawn": _("The sponsor withdrew the inquiry."),
}
DECLINE_REASONS: Mapping[str, str] = {
    "outside_region": _("Outside the region"),
    "no_suitable_units": _("No suitable units"),
    "incomplete": _("Too little information"),
    "duplicate": _("Asked already"),
    "not_a_trial": _("Not a clinical trial"),
    "other": _("Another reason"),
}
INVITATION_STATES: Mapping[str, str] = {
    "planned": _("Planned"),
    "sent": _("Sent, not opened yet"),
    "opened": _("Opened, not answered yet"),
    "answered": _("Answered"),
    "no_answer": _("No answer in time"),
    "withdrawn": _("Taken back"),
}
APPROVALS: Mapping[str, str] = {
    "approved": _("Approved by the head of unit"),
    "awaiting_head": _("The head of unit has not approved it yet"),
    "refused": _("Refused by the head of unit"),
    "no_head": _("No head of unit to ask"),
}
SKIP_REASONS: Mapping[str, str] = {
    "already_invited": _("It has been invited already; a unit is asked once."),
    "not_in_region": _("It is not in your region; its own office invites it."),
    "nobody_there": _("Nobody is registered there. Add a person to the register."),
    "everybody_absent": _("Everybody there is away. Invite it later."),
    "over_budget": _("Everybody there has had as many invitations this month as they allow."),
}
# A criterion's cell: its sign stands beside the word and is left out by screen readers.
CRITERION_STATES: Mapping[str, str] = {
    "met": _("Met"),
    "partly": _("Partly"),
    "unmet": _("Not met"),
    "unknown": _("Not known"),
}
CRITERION_SIGNS: Mapping[str, str] = {"met": "✓", "partly": "◐", "unmet": "✕", "unknown": "?"}
CRITERIA: Mapping[str, str] = {
    "indication": _("Condition"),
    "study_type": _("Study type"),
    "phase": _("Phase"),
    "age_group": _("Age groups"),
    "care_setting": _("Care setting"),
    "availability": _("Availability"),
    "participants": _("Participants"),
    "staff_hours": _("Staff hours"),
    "freshness": _("Freshness"),
    "experience": _("Experience"),
    "equipment": _("Equipment"),
    "resources": _("Resources"),
    "dct_activities": _("Decentralised activities"),
    "gmo": _("GMO permit"),
    "atmp": _("Advanced therapies"),
    "unit_wanted": _("Wish of the sponsor"),
    "load": _("Trials on its hands"),
    "lead_time": _("Lead time"),
    "primary_care_role": _("Role in primary care"),
    "languages": _("Languages"),
    "pharmacy": _("Pharmacy"),
    "dct_places": _("Reach of decentralised activities"),
}
SHORTLIST: Mapping[str, str] = {
    "add": _("Add it"),
    "drop": _("Drop it"),
    "move": _("Move it"),
}
UNIT_KINDS: Mapping[str, str] = {
    "hospital_department": _("Hospital department"),
    "primary_care_centre": _("Health centre"),
    "clinical_trial_unit": _("Clinical trial unit"),
    "mobile_unit": _("Mobile unit"),
}
QUESTION_STATES: Mapping[str, str] = {
    "asked": _("Waits for you to put it to the sponsor"),
    "forwarded": _("Waits for the sponsor's answer"),
    "answered": _("Answered; waits for you to share it"),
    "shared": _("Shared with the units"),
    "dismissed": _("Not put to the sponsor"),
}
DECISIONS: Mapping[str, str] = {
    "selected": _("Units were selected"),
    "not_selected": _("No unit here was selected"),
    "trial_cancelled": _("The trial was cancelled"),
    "no_decision": _("The sponsor told no decision"),
}
# What was done, in the timeline; an action that is not named is shown by its kind.
EVENTS: Mapping[str, str] = {
    "inquiry.submitted": _("The inquiry came in"),
    "inquiry.in_triage": _("Taken up"),
    "inquiry.needs_information": _("The sponsor was asked for information"),
    "inquiry.declined": _("The inquiry was declined"),
    "inquiry.withdrawn": _("The inquiry was withdrawn"),
    "inquiry.amended": _("The inquiry was amended"),
    "inquiry.inviting": _("Units are being asked"),
    "inquiry.collating": _("Every unit asked has answered"),
    "inquiry.replied": _("The inquiry was replied to"),
    "inquiry.closed": _("The inquiry was closed"),
    "inquiry.assigned": _("It was given to somebody of the office"),
    "inquiry.commented": _("A comment was written"),
    "inquiry.confidential_read": _("Confidential fields were read"),
    "inquiry.diary_number_set": _("The diary number was noted"),
    "inquiry.disclosed": _("The inquiry was disclosed"),
    "assessment.requested": _("A new comparison was asked for"),
    "judgement.recorded": _("The shortlist was changed"),
    "invitation.sent": _("A unit was invited"),
    "invitation.opened": _("A unit opened its invitation"),
    "invitation.asked_again": _("A unit was asked about what the sponsor changed"),
    "invitation.signed_off": _("A head of unit decided on a yes"),
    "invitation.unanswered": _("A unit did not answer in time"),
    "invitation.answered": _("A unit answered"),
    "invitation.resent": _("The mail to a unit was sent anew"),
    "invitation.redirected": _("Somebody else at a unit was asked"),
    "invitation.withdrawn": _("An invitation was taken back"),
    "invitation.deadline_moved": _("The last day of a unit was moved"),
    "invitation.links_revoked": _("The links of a mail were taken back"),
    "invitation.condition_filled": _("What a unit lacked was provided"),
    "question.asked": _("A unit asked a question"),
    "question.forwarded": _("A question was put to the sponsor"),
    "question.answered": _("The sponsor answered a question"),
    "question.shared": _("An answer was shared with units"),
    "question.dismissed": _("A question was not put to the sponsor"),
    "reply.sent": _("The reply was sent"),
    "outcome.recorded": _("The outcome was recorded"),
    "outcome.promised": _("The sponsor promised another day for its decision"),
    "milestone.started": _("The trial started at a unit"),
    "milestone.first_participant": _("The first participant was included"),
    "milestone.recruited": _("Recruitment at a unit was told"),
    "questionnaire.set": _("The sponsor set its questionnaire"),
    "attachment.uploaded": _("A file was added"),
    "attachment.downloaded": _("A file was read"),
    "attachment.deleted": _("A file was deleted"),
}
OTHER_EVENT = _("Something else was noted")
ROLES: Mapping[str, str] = {
    "sponsor_contact": _("sponsor"),
    "investigator": _("unit"),
    "unit_head": _("head of unit"),
    "office": _("trial office"),
    "admin": _("administrator"),
    "service": _("program"),
    "management": _("management"),
    "system": _("Trialport itself"),
}
# What the page says once a step is done (`?done=`).
DONE: Mapping[str, str] = {
    "triage": _("You have taken the inquiry up."),
    "information": _("The sponsor has been asked. The clock stands still until the answer is there."),
    "declined": _("The inquiry is declined and the sponsor has been told."),
    "assigned": _("Noted who has the inquiry in hand."),
    "comment": _("Your comment is kept."),
    "reading": _("The correction is stored, and the units are being compared anew."),
    "term": _("The words are proposed for your region. A colleague has to agree."),
    "shortlist": _("The shortlist is changed."),
    "invited": _("The invitations are on their way."),
    "deadline": _("The last day is moved, and the unit is told."),
    "deadlines": _("The last day is moved for every unit that has not answered."),
    "resend": _("The mail is sent anew."),
    "redirect": _("Somebody else is asked now."),
    "withdraw": _("The invitation is taken back, and the unit is told."),
    "revoke": _("Links sent before open nothing any more."),
    "fill": _("Noted. The unit is told what you provide."),
    "forward": _("The question is with the sponsor."),
    "share": _("The answer is on its way to the units."),
    "dismiss": _("The question is closed, and the unit is told why."),
    "reply": _("The reply is sent. The sponsor gets it by mail."),
    "outcome": _("The outcome is recorded, and the units are told."),
    "saved": _("The view is kept."),
    "deleted": _("The view is deleted."),
    "reassess": _("The units are being compared anew."),
}
# What was wrong with a form, by field; whatever has no words of its own gets the last one.
FAULTS: Mapping[str, str] = {
    "due_on": _("Give a day after today and at most 60 days ahead, other than the present one."),
    "fields": _("Choose at least one field to ask for."),
    "person_id": _("Choose somebody of your office."),
    "body": _("Write something first, at most 4,000 characters."),
    "unit": _("Choose at least one unit."),
    "kind": _("Choose what is to be done."),
    "shortlist_unit": _("Choose a unit."),
    "unit_ids": _("This does not fit the shortlist: add a unit that is not on it, drop or move one that is."),
    "position": _("Give a place, counted from 1."),
    "reason": _("Give a reason, at most 1,000 characters."),
    "icd10_codes": _("Give ICD-10 codes such as J44, separated by commas."),
    "concept": _("Give an ICD-10 code such as J44 for what the words stand for."),
    "term": _("Give the words of the inquiry, at most eight of them, that have no proposal yet."),
    "investigator_id": _("Choose somebody who works there, is not away and may still be asked this month."),
    "condition": _("Choose what is missing and not provided yet."),
    "nurse_hours": _("Say how many hours a week and from which resource; no more than it has free."),
    "resource_id": _("Choose a resource of your region that has it."),
    "next_step_on": _("Say what happens on that day, or leave the day out."),
    "next_step": _("Write at most 1,000 characters."),
    "note": _("Write at most 4,000 characters."),
    "wording": _("Write at most 1,000 characters."),
    "decision": _("Choose what the sponsor decided."),
    "selected_unit_ids": _("Choose the units selected, of those that were asked; with another decision none."),
    "name": _("Give the view a name of at most 60 characters. You can keep 20 views."),
    "": _("This does not fit. Look at it again."),
}
