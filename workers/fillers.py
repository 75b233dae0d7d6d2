"""What stored mails get as they leave, by kind: each slice says it for its own mails."""

from collections.abc import Mapping

from trialport.invitations import mailing, questions_mailing, reply_document
from trialport.notifications.gathering import Filler
from trialport.notifications.mail_models import MessageKind
from trialport.units import stale_service

FILLERS: Mapping[MessageKind, Filler] = {
    "invitation": mailing.fill_invitation,
    "invitation_reminder": mailing.fill_invitation,
    "sign_off_wanted": mailing.fill_sign_off,
    "reply_sent": reply_document.fill_reply,
    "invitation_moved": mailing.fill_invitation,
    "invitation_amended": mailing.fill_invitation,
    "invitation_over": mailing.fill_ending,
    "question_forwarded": questions_mailing.fill_question_forwarded,
    "question_shared": questions_mailing.fill_question_to_unit,
    "question_dismissed": questions_mailing.fill_question_to_unit,
    "capacity_stale": stale_service.fill_question,
}
