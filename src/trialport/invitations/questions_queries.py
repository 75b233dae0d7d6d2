"""Table question. A unit reads its own and what is shared, the sponsor what the office has put to it."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.core.language import Language
from trialport.invitations.questions_models import QuestionForUnit, QuestionState, Share


class QuestionRow(Struct, frozen=True, kw_only=True):
    """A question with where it belongs."""

    question_id: UUID
    inquiry_id: UUID
    region_id: UUID
    invitation_id: UUID
    reference: str
    unit_name: str
    inquiry_state: str
    state: QuestionState
    text: str
    wording: str | None
    answer: str | None
    share: Share | None
    dismissal: str | None
    asked_at: datetime
    forwarded_at: datetime | None


class UnitPerson(Struct, frozen=True, kw_only=True):
    """Who of a unit gets a mail about its invitation."""

    invitation_id: UUID
    investigator_id: UUID
    email: str
    language: Language


async def insert_question(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    region_id: UUID,
    invitation_id: UUID,
    text: str,
    now: datetime,
) -> UUID | None:
    """Store a unit's question; None when it has asked the same before."""
    made: UUID | None = await connection.fetchval(
        """
        insert into question (inquiry_id, region_id, invitation_id, state, text, asked_at, asker_id)
        select $1, $2, $3, 'asked', $4, $5, $6
        where not exists (select from question where invitation_id = $3 and text = $4)
        returning question_id
        """,
        inquiry_id,
        region_id,
        invitation_id,
        text,
        now,
        actor.actor_id,
    )
    return made


async def count_questions(connection: Connection, *, invitation_id: UUID) -> int:
    count: int = await connection.fetchval("select count(*) from question where invitation_id = $1", invitation_id)
    return count


async def select_unit_questions(
    connection: Connection, *, invitation_id: UUID, inquiry_id: UUID
) -> list[QuestionForUnit]:
    """Read a unit's own questions and the shared ones; the caller has checked that the invitation is in scope."""
    records = await connection.fetch(
        """
        select question_id, invitation_id = $1 as own, state,
               case when invitation_id = $1 then text else wording end as text,
               case when state = 'shared' then answer end as answer, dismissal
        from question
        where invitation_id = $1 or (inquiry_id = $2 and share = 'all')
        order by question_id
        """,
        invitation_id,
        inquiry_id,
    )
    return msgspec.convert(records, list[QuestionForUnit])


async def select_questions(
    connection: Connection, *, actor: Actor, inquiry_id: UUID | None, question_id: UUID | None, limit: int
) -> list[QuestionRow]:
    """List questions in the scope of an office, or of a sponsor those put to it, newest first."""
    records = await connection.fetch(
        """
        select q.question_id, q.inquiry_id, q.region_id, q.invitation_id, i.reference, q.state, q.text, q.wording,
               q.answer, q.share, q.dismissal, q.asked_at, q.forwarded_at, i.state as inquiry_state,
               coalesce((select u.name from invitation v join unit u using (unit_id)
                         where v.invitation_id = q.invitation_id), '') as unit_name
        from question q
        join inquiry i using (inquiry_id)
        where ($1 = 'admin'
               or ($1 = 'office' and q.region_id = $2)
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3 and q.state in ('forwarded', 'answered', 'shared')))
          and ($4::uuid is null or q.inquiry_id = $4)
          and ($5::uuid is null or q.question_id = $5)
        order by q.question_id desc
        limit $6
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        inquiry_id,
        question_id,
        limit,
    )
    return msgspec.convert(records, list[QuestionRow])


async def update_question_forwarded(
    connection: Connection, *, actor: Actor, question_id: UUID, wording: str, now: datetime
) -> bool:
    """Put a question to the sponsor; False when somebody was faster."""
    status: str = await connection.execute(
        """
        update question set state = 'forwarded', wording = $2, forwarded_at = $3, forwarder_id = $4
        where question_id = $1 and state = 'asked'
        """,
        question_id,
        wording,
        now,
        actor.actor_id,
    )
    return status.endswith(" 1")


async def update_question_answered(
    connection: Connection, *, actor: Actor, question_id: UUID, answer: str, now: datetime
) -> bool:
    """Store the sponsor's answer; False when somebody was faster."""
    status: str = await connection.execute(
        """
        update question set state = 'answered', answer = $2, answered_at = $3, answerer_id = $4
        where question_id = $1 and state = 'forwarded'
        """,
        question_id,
        answer,
        now,
        actor.actor_id,
    )
    return status.endswith(" 1")


async def update_question_shared(
    connection: Connection, *, actor: Actor, question_id: UUID, share: Share, now: datetime
) -> bool:
    """Hand the answer to the unit that asked or to all; False when somebody was faster."""
    status: str = await connection.execute(
        """
        update question set state = 'shared', share = $2, shared_at = $3, sharer_id = $4
        where question_id = $1 and state = 'answered'
        """,
        question_id,
        share,
        now,
        actor.actor_id,
    )
    return status.endswith(" 1")


async def update_question_dismissed(
    connection: Connection, *, actor: Actor, question_id: UUID, reason: str, now: datetime
) -> bool:
    """Leave a question unasked; False when somebody was faster."""
    status: str = await connection.execute(
        """
        update question set state = 'dismissed', dismissal = $2, dismissed_at = $3, dismisser_id = $4
        where question_id = $1 and state = 'asked'
        """,
        question_id,
        reason,
        now,
        actor.actor_id,
    )
    return status.endswith(" 1")


async def select_people_to_tell(
    connection: Connection, *, inquiry_id: UUID, invitation_id: UUID | None
) -> list[UnitPerson]:
    """Read whom the mails about one invitation, or about all of an inquiry, go to; run as the program."""
    records = await connection.fetch(
        """
        select v.invitation_id, i.investigator_id, i.email, coalesce(person.language, 'en') as language
        from invitation v
        join investigator i on i.investigator_id = v.recipient_id
        left join person on person.email = lower(i.email)
        where v.inquiry_id = $1 and v.state not in ('planned', 'withdrawn')
          and ($2::uuid is null or v.invitation_id = $2)
        order by v.invitation_id
        """,
        inquiry_id,
        invitation_id,
    )
    return msgspec.convert(records, list[UnitPerson])
