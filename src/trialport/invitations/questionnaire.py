"""The sponsor's questionnaire: set, released after a yes, filled in, approved, and kept for the next one."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, NotFound, Refused, explain
from trialport.inquiries.service import read_inquiry
from trialport.invitations import questionnaire_queries as queries
from trialport.invitations import questionnaire_rules as rules
from trialport.invitations.queries import InvitationRow, lock_invitation
from trialport.invitations.questionnaire_models import (
    OfferedAnswer,
    QuestionnaireCreate,
    QuestionnaireDetail,
    QuestionnaireFill,
    QuestionnaireForUnit,
    QuestionToUnit,
    SiteQuestion,
    UnitQuestionnaire,
)
from trialport.invitations.questionnaire_queries import QuestionnaireRow, SiteAnswer
from trialport.invitations.release import require_released
from trialport.invitations.rules import is_binding

explain("questionnaire_pkey", Changed, "", "Somebody changed the questionnaire at the same moment. Read it again.")

_OVER = ("closed", "declined", "withdrawn")
# How many earlier answers are offered to one question.
_OFFERED = 3


async def set_questionnaire(
    tx: Transaction, actor: Actor, inquiry_id: UUID, wanted: QuestionnaireCreate
) -> QuestionnaireDetail:
    """Store the sponsor's questions as a new version; raises Refused once the inquiry is over."""
    row = await read_inquiry(tx, actor, inquiry_id)
    if row.state in _OVER:
        raise Refused("The inquiry is over.", extra={"state": row.state, "available_actions": ["read"]})
    questions = rules.with_keys(wanted.questions)
    if errors := rules.check_questions(questions):
        raise Contradiction("Some questions do not fit. See `errors`.", errors=errors)
    await queries.insert_questionnaire(
        tx.connection,
        actor=actor,
        inquiry_id=inquiry_id,
        language=wanted.language,
        questions=msgspec.to_builtins(questions),
        now=tx.now,
    )
    await record_audit_event(
        tx,
        actor,
        action="questionnaire.set",
        object_type="inquiry",
        object_id=inquiry_id,
        region_id=row.region_id,
        details={"questions": len(questions)},
    )
    return await read_questionnaire(tx, actor, inquiry_id)


async def read_questionnaire(tx: Transaction, actor: Actor, inquiry_id: UUID) -> QuestionnaireDetail:
    """Return the questions and what units that stand by their yes have approved."""
    await read_inquiry(tx, actor, inquiry_id)
    found = await _questionnaire(tx, inquiry_id)
    async with as_system(tx.connection):
        approved = await queries.select_approved_answers(tx.connection, inquiry_id=inquiry_id)
    keys = {one.key for one in found.questions}
    return QuestionnaireDetail(
        version=found.version,
        language=found.language,
        questions=found.questions,
        units=tuple(
            UnitQuestionnaire(
                unit_name=one.unit_name,
                site_name=one.site_name,
                approved_at=one.approved_at,
                answers={key: answer for key, answer in one.answers.items() if key in keys},
            )
            for one in approved
            if is_binding(one.answer, one.approval, is_filled=one.is_filled)
        ),
    )


async def read_own_questionnaire(tx: Transaction, actor: Actor, invitation_id: UUID) -> QuestionnaireForUnit:
    """Return the questions to a unit that said yes, with its answers and those of its bank that fit."""
    found = await require_released(tx, actor, invitation_id)
    return await _for_unit(tx, actor, found)


async def fill_questionnaire(
    tx: Transaction, actor: Actor, invitation_id: UUID, fill: QuestionnaireFill
) -> QuestionnaireForUnit:
    """Store a unit's answers as a draft, or approve them; approved ones are kept in the unit's bank.

    Raises Refused where the caller may not approve, Contradiction for answers that do not fit.
    """
    await lock_invitation(tx.connection, invitation_id=invitation_id)
    found = await require_released(tx, actor, invitation_id)
    allowed = allowed_commands("questionnaire", actor.role)
    is_approved = fill.state == "approved"
    if is_approved and "approve" not in allowed:
        raise Refused(
            "The head of unit approves the answers. Save them as a draft.",
            extra={"state": "draft", "available_actions": list(allowed)},
        )
    async with as_system(tx.connection):
        questionnaire = await _questionnaire(tx, found.inquiry_id)
    if errors := rules.check_answers(questionnaire.questions, fill.answers, whole=is_approved):
        raise Contradiction("Some answers do not fit. See `errors`.", errors=errors)
    await queries.upsert_answers(
        tx.connection,
        actor=actor,
        invitation_id=invitation_id,
        state=fill.state,
        answers=dict(fill.answers),
        now=tx.now,
    )
    if is_approved:
        await _keep(tx, actor, found, questionnaire, fill)
    await record_audit_event(
        tx,
        actor,
        action=f"questionnaire.{fill.state}",
        object_type="invitation",
        object_id=invitation_id,
        region_id=found.region_id,
    )
    return await _for_unit(tx, actor, found)


async def _keep(
    tx: Transaction, actor: Actor, found: InvitationRow, questionnaire: QuestionnaireRow, fill: QuestionnaireFill
) -> None:
    for question in questionnaire.questions:
        if question.key is not None and question.key in fill.answers:
            await queries.upsert_site_answer(
                tx.connection,
                actor=actor,
                unit_id=found.unit_id,
                region_id=found.region_id,
                invitation_id=found.invitation_id,
                key=question.key,
                language=questionnaire.language,
                question=question.text,
                normalised=rules.normalise_question(question.text),
                answer=fill.answers[question.key],
                now=tx.now,
            )


async def _for_unit(tx: Transaction, actor: Actor, found: InvitationRow) -> QuestionnaireForUnit:
    async with as_system(tx.connection):
        questionnaire = await _questionnaire(tx, found.inquiry_id)
    own = await queries.select_answers(tx.connection, invitation_id=found.invitation_id)
    bank = await queries.select_site_answers(tx.connection, unit_id=found.unit_id, invitation_id=found.invitation_id)
    return QuestionnaireForUnit(
        invitation_id=found.invitation_id,
        version=questionnaire.version,
        language=questionnaire.language,
        state="empty" if own is None else own.state,
        questions=tuple(
            QuestionToUnit(
                key=one.key or "",
                text=one.text,
                kind=one.kind,
                options=one.options,
                answer=None if own is None else own.answers.get(one.key or ""),
                offered=_offered(tx, one, questionnaire, bank),
            )
            for one in questionnaire.questions
        ),
        available_actions=allowed_commands("questionnaire", actor.role),
    )


def _offered(
    tx: Transaction, question: SiteQuestion, questionnaire: QuestionnaireRow, bank: Sequence[SiteAnswer]
) -> tuple[OfferedAnswer, ...]:
    """Choose of a unit's earlier answers those to the same question: by its key, or by its words in one language."""
    normalised = rules.normalise_question(question.text)
    fitting = [
        one
        for one in bank
        if rules.fits(question, one.answer)
        and (
            one.key == question.key
            or (one.language == questionnaire.language and rules.is_similar(normalised, one.normalised))
        )
    ]
    return tuple(
        OfferedAnswer(
            answer=one.answer,
            question=one.question,
            reference=one.reference,
            approved_on=one.approved_at.date(),
            age_days=(tx.now - one.approved_at).days,
        )
        for one in fitting[:_OFFERED]
    )


async def _questionnaire(tx: Transaction, inquiry_id: UUID) -> QuestionnaireRow:
    found = await queries.select_questionnaire(tx.connection, inquiry_id=inquiry_id)
    if found is None:
        raise NotFound("The sponsor has set no questionnaire.")
    return found
