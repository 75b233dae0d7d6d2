"""Table eoi, and the units asked with their newest answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.invitations.models import Answer, Approval, InvitationState


class StoredAnswer(Struct, frozen=True, kw_only=True):
    """The newest answer to one invitation."""

    eoi_id: UUID
    revision: int
    version: int
    late: bool
    answered_at: datetime
    content: dict[str, Any]
    # Who of the unit gave it.
    investigator_id: UUID | None
    # The head of unit's word on a yes.
    approval: Approval | None


class AskedUnit(Struct, frozen=True, kw_only=True):
    """A unit asked, with its newest answer and whom to talk to."""

    unit_id: UUID
    unit_name: str
    site_name: str
    state: InvitationState
    answer: Answer | None
    content: dict[str, Any] | None
    # The version of the inquiry that the answer is about.
    answered_version: int | None
    # Whether the inquiry has changed since, in what the unit sees.
    before_change: bool
    approval: Approval | None
    contact_name: str
    contact_email: str


async def insert_eoi(
    connection: Connection,
    *,
    actor: Actor,
    invitation_id: UUID,
    version: int,
    answer: str,
    content: dict[str, Any],
    late: bool,
    now: datetime,
) -> UUID:
    """Store an answer as the invitation's next revision; returns its id."""
    eoi_id: UUID = await connection.fetchval(
        """
        insert into eoi (invitation_id, revision, version, answer, content, late, answered_at, answered_by, actor_id,
                         investigator_id)
        select $1, 1 + coalesce(max(revision), 0), $2, $3, $4, $5, $6, $7, $8, $9 from eoi where invitation_id = $1
        returning eoi_id
        """,
        invitation_id,
        version,
        answer,
        content,
        late,
        now,
        actor.name,
        actor.actor_id,
        actor.investigator_id,
    )
    return eoi_id


async def select_newest_eoi(connection: Connection, *, invitation_id: UUID) -> StoredAnswer | None:
    """Read the newest answer; the caller has checked that the invitation is in scope."""
    record = await connection.fetchrow(
        """
        select e.eoi_id, e.revision, e.version, e.late, e.answered_at, e.content, e.investigator_id,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval
        from eoi e
        left join sign_off o using (eoi_id)
        where e.invitation_id = $1
        order by e.revision desc
        limit 1
        """,
        invitation_id,
    )
    return None if record is None else msgspec.convert(record, StoredAnswer)


async def select_asked_units(connection: Connection, *, inquiry_id: UUID) -> list[AskedUnit]:
    """Read every unit asked but those whose invitation was taken back, by site and name; run as the program."""
    records = await connection.fetch(
        """
        select v.unit_id, u.name as unit_name, s.name as site_name, v.state, e.answer, e.content,
               e.version as answered_version,
               coalesce(e.version < v.version and v.state <> 'answered', false) as before_change,
               case when o.eoi_id is not null then coalesce(
                   o.decision, case when o.investigator_id is null then 'no_head' else 'awaiting_head' end)
               end as approval,
               i.name as contact_name, i.email as contact_email
        from invitation v
        join unit u using (unit_id)
        join site s using (site_id)
        join investigator i on i.investigator_id = v.recipient_id
        left join lateral (
            select eoi_id, answer, content, version from eoi
            where eoi.invitation_id = v.invitation_id
            order by revision desc
            limit 1) e on true
        left join sign_off o on o.eoi_id = e.eoi_id
        where v.inquiry_id = $1 and v.state <> 'withdrawn'
        order by s.name, u.name, v.unit_id
        """,
        inquiry_id,
    )
    return msgspec.convert(records, list[AskedUnit])
