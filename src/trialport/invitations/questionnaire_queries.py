"""Tables questionnaire, questionnaire_answer and site_answer."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.models import Answer, Approval
from trialport.invitations.questionnaire_models import AnswerValue, SiteQuestion


class QuestionnaireRow(Struct, frozen=True, kw_only=True):
    """The newest list of questions."""

    version: int
    language: Language
    questions: tuple[SiteQuestion, ...]


class AnswersRow(Struct, frozen=True, kw_only=True):
    """What one unit has filled in."""

    state: Literal["draft", "approved"]
    answers: dict[str, AnswerValue]


class ApprovedRow(Struct, frozen=True, kw_only=True):
    """What one unit has approved, and what it says to the inquiry by now."""

    unit_name: str
    site_name: str
    approved_at: datetime
    answers: dict[str, AnswerValue]
    answer: Answer
    approval: Approval | None
    # Whether the region provides everything that the unit misses.
    is_filled: bool


class SiteAnswer(Struct, frozen=True, kw_only=True):
    """An answer of the unit's bank."""

    key: str
    language: Language
    question: str
    normalised: str
    answer: AnswerValue
    approved_at: datetime
    reference: str


async def insert_questionnaire(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    language: Language,
    questions: list[dict[str, Any]],
    now: datetime,
) -> None:
    """Store a list of questions as the inquiry's next version."""
    await connection.execute(
        """
        insert into questionnaire (inquiry_id, version, language, questions, created_at, actor_id)
        select $1, 1 + coalesce(max(version), 0), $2, $3, $4, $5 from questionnaire where inquiry_id = $1
        """,
        inquiry_id,
        language,
        questions,
        now,
        actor.actor_id,
    )


async def select_questionnaire(connection: Connection, *, inquiry_id: UUID) -> QuestionnaireRow | None:
    """Read the newest list; the caller has checked that it may be read."""
    record = await connection.fetchrow(
        """
        select version, language, questions from questionnaire where inquiry_id = $1 order by version desc limit 1
        """,
        inquiry_id,
    )
    return None if record is None else msgspec.convert(record, QuestionnaireRow)


async def select_answers(connection: Connection, *, invitation_id: UUID) -> AnswersRow | None:
    """Read what a unit has filled in; the caller has checked that the invitation is in scope."""
    record = await connection.fetchrow(
        "select state, answers from questionnaire_answer where invitation_id = $1", invitation_id
    )
    return None if record is None else msgspec.convert(record, AnswersRow)


async def upsert_answers(
    connection: Connection,
    *,
    actor: Actor,
    invitation_id: UUID,
    state: str,
    answers: dict[str, Any],
    now: datetime,
) -> None:
    """Store what a unit has filled in, whole."""
    await connection.execute(
        """
        insert into questionnaire_answer
            (invitation_id, state, answers, updated_at, actor_id, approved_at, approver_id)
        values ($1, $2::text, $3, $4::timestamptz, $5::uuid, case when $2::text = 'approved' then $4::timestamptz end,
                case when $2::text = 'approved' then $5::uuid end)
        on conflict (invitation_id) do update
        set state = excluded.state, answers = excluded.answers, updated_at = excluded.updated_at,
            actor_id = excluded.actor_id, approved_at = excluded.approved_at, approver_id = excluded.approver_id,
            revision = questionnaire_answer.revision + 1
        """,
        invitation_id,
        state,
        answers,
        now,
        actor.actor_id,
    )


async def select_approved_answers(connection: Connection, *, inquiry_id: UUID) -> list[ApprovedRow]:
    """Read what the units asked have approved; run as the program, which shows only units that said yes."""
    records = await connection.fetch(
        """
        select u.name as unit_name, s.name as site_name, a.approved_at, a.answers, e.answer,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval,
               not exists (
                   select from jsonb_array_elements_text(e.content -> 'conditions') c
                   where not exists (select from fill f
                                     where f.invitation_id = v.invitation_id and f.condition = c
                                       and f.taken_back_at is null)) as is_filled
        from invitation v
        join questionnaire_answer a using (invitation_id)
        join unit u using (unit_id)
        join site s using (site_id)
        join lateral (
            select eoi_id, answer, content from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1
        ) e on true
        left join sign_off o on o.eoi_id = e.eoi_id
        where v.inquiry_id = $1 and v.state <> 'withdrawn' and a.state = 'approved'
        order by s.name, u.name, v.unit_id
        """,
        inquiry_id,
    )
    return msgspec.convert(records, list[ApprovedRow])


async def upsert_site_answer(
    connection: Connection,
    *,
    actor: Actor,
    unit_id: UUID,
    region_id: UUID,
    invitation_id: UUID,
    key: str,
    language: Language,
    question: str,
    normalised: str,
    answer: AnswerValue,
    now: datetime,
) -> None:
    """Keep an approved answer of a unit; one approved again for the same inquiry replaces the one before."""
    await connection.execute(
        """
        insert into site_answer
            (unit_id, region_id, invitation_id, key, language, question, normalised, answer, approved_at, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (invitation_id, key) do update
        set language = excluded.language, question = excluded.question, normalised = excluded.normalised,
            answer = excluded.answer, approved_at = excluded.approved_at, actor_id = excluded.actor_id
        """,
        unit_id,
        region_id,
        invitation_id,
        key,
        language,
        question,
        normalised,
        answer,
        now,
        actor.actor_id,
    )


async def select_site_answers(connection: Connection, *, unit_id: UUID, invitation_id: UUID) -> list[SiteAnswer]:
    """Read what a unit has approved for other inquiries, newest first; the caller has checked the scope."""
    records = await connection.fetch(
        """
        select a.key, a.language, a.question, a.normalised, a.answer, a.approved_at, v.reference
        from site_answer a
        join invitation v using (invitation_id)
        where a.unit_id = $1 and a.invitation_id <> $2
        order by a.approved_at desc, a.site_answer_id
        limit 2000
        """,
        unit_id,
        invitation_id,
    )
    return msgspec.convert(records, list[SiteAnswer])
