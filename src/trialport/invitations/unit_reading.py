"""What a unit reads of its invitation besides what is asked and what it answered."""

from typing import TypedDict

from trialport.core.db import Transaction, as_system
from trialport.inquiries.queries import InquiryRow
from trialport.invitations import questions_queries
from trialport.invitations.amendment_models import FieldChange
from trialport.invitations.answer_queries import StoredAnswer
from trialport.invitations.changes import changed_since
from trialport.invitations.ending_reading import read_ending
from trialport.invitations.models import EndingDetail
from trialport.invitations.queries import InvitationRow
from trialport.invitations.questions_models import QuestionForUnit
from trialport.sponsors.agreement_rules import Opening


class Course(TypedDict):
    """How it went on after the unit was asked."""

    changes: tuple[FieldChange, ...]
    questions: tuple[QuestionForUnit, ...]
    ending: EndingDetail | None


async def read_course(
    tx: Transaction, found: InvitationRow, inquiry: InquiryRow, opening: Opening, stored: StoredAnswer | None
) -> Course:
    """Return what has changed since the unit answered, its questions, and how the inquiry ended for it."""
    questions = []
    if found.state != "withdrawn":
        questions = await questions_queries.select_unit_questions(
            tx.connection, invitation_id=found.invitation_id, inquiry_id=found.inquiry_id
        )
    changes: tuple[FieldChange, ...] = ()
    async with as_system(tx.connection):
        if stored is not None and stored.version < found.version:
            changes = await changed_since(tx, inquiry, stored.version, opening)
        return Course(changes=changes, questions=tuple(questions), ending=await read_ending(tx, found))
