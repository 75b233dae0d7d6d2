"""Reading everything that is stored about one person.

Every statement is bound to identifiers of the person who asks; they run as the system, because she may have rows
outside the role that she acts in just now.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.own_data_models import NameReading
from trialport.core.db import Connection

Record = dict[str, Any]


async def select_own_person(connection: Connection, *, person_id: UUID | None) -> Record | None:
    record = await connection.fetchrow(
        """
        select person_id, email, name, language, notice_version, notice_seen_at, last_active_at, retention_asked_at,
               created_at
        from person
        where person_id = $1 and erased_at is null
        """,
        person_id,
    )
    return None if record is None else dict(record)


async def select_own_role_grants(connection: Connection, *, person_id: UUID | None) -> list[Record]:
    records = await connection.fetch(
        """
        select g.role_grant_id, g.role, r.code as region, s.name as sponsor, g.investigator_id, g.source,
               g.granted_at, g.granted_by, g.revoked_at
        from role_grant g
        left join region r using (region_id)
        left join sponsor s using (sponsor_id)
        where g.person_id = $1
        order by g.role_grant_id
        """,
        person_id,
    )
    return [dict(record) for record in records]


async def select_own_identities(connection: Connection, *, person_id: UUID | None) -> list[Record]:
    records = await connection.fetch(
        "select issuer, subject, created_at from identity where person_id = $1 order by created_at", person_id
    )
    return [dict(record) for record in records]


async def select_own_sessions(connection: Connection, *, person_id: UUID | None) -> list[Record]:
    """Return sessions without what opens them."""
    records = await connection.fetch(
        """
        select session_id, acting_for_id, method, user_agent, created_at, last_seen_at, expires_at, revoked_at
        from session
        where person_id = $1
        order by session_id
        """,
        person_id,
    )
    return [dict(record) for record in records]


async def select_own_investigators(connection: Connection, *, investigator_ids: Collection[UUID]) -> list[Record]:
    """Return the register's entries on the person, with positions, delegates (both ways) and absences."""
    records = await connection.fetch(
        """
        select i.investigator_id, i.name, i.email, i.orcid, i.speciality, i.roles_wanted, i.gcp_trained_on,
               i.gcp_expires_on, i.school_status, i.school_completed_on, i.experience_band, i.languages,
               i.invitations_per_month, i.visibility, i.objected_at, i.created_at, i.updated_at,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'unit', u.name, 'share', p.share, 'is_head', p.is_head) order by u.name), '[]')
                from position p join unit u using (unit_id)
                where p.investigator_id = i.investigator_id) as positions,
               (select coalesce(jsonb_agg(o.name order by o.name), '[]')
                from investigator_delegate d join investigator o on o.investigator_id = d.delegate_id
                where d.investigator_id = i.investigator_id) as delegates,
               (select coalesce(jsonb_agg(o.name order by o.name), '[]')
                from investigator_delegate d join investigator o using (investigator_id)
                where d.delegate_id = i.investigator_id) as delegate_of,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'first_day', a.first_day, 'last_day', a.last_day) order by a.first_day), '[]')
                from investigator_absence a
                where a.investigator_id = i.investigator_id) as absences
        from investigator i
        where i.investigator_id = any ($1::uuid[])
        order by i.investigator_id
        """,
        investigator_ids,
    )
    return [dict(record) for record in records]


async def select_inquiries_naming(connection: Connection, *, email: str) -> list[str]:
    """Return the references of inquiries that name this address as their contact's, in whatever version."""
    records = await connection.fetch(
        """
        select distinct i.reference
        from inquiry i
        join inquiry_version v using (inquiry_id)
        where lower(v.content #>> '{who,contact,email}') = lower($1)
        order by i.reference
        """,
        email,
    )
    return [record["reference"] for record in records]


async def select_own_drafts(connection: Connection, *, person_id: UUID | None) -> list[Record]:
    """Return what somebody began to type and has not sent, whole."""
    records = await connection.fetch(
        """
        select d.draft_id, s.name as sponsor, d.inquiry_id, d.content, d.step, d.created_at, d.updated_at
        from inquiry_draft d
        join sponsor s using (sponsor_id)
        where d.person_id = $1
        order by d.draft_id
        """,
        person_id,
    )
    return [dict(record) for record in records]


async def select_own_invitations(connection: Connection, *, investigator_ids: Collection[UUID]) -> list[Record]:
    """Return what the person was asked as the one who gets her unit's invitations."""
    records = await connection.fetch(
        """
        select v.invitation_id, v.reference, u.name as unit, v.state, v.invited_at, v.due_on, v.opened_at, v.answered_at
        from invitation v
        join unit u using (unit_id)
        where v.recipient_id = any ($1::uuid[])
           or exists (select from invitation_addressee a
                      where a.invitation_id = v.invitation_id and a.investigator_id = any ($1::uuid[]))
        order by v.invitation_id
        """,
        investigator_ids,
    )
    return [dict(record) for record in records]


async def select_own_answers(connection: Connection, *, investigator_ids: Collection[UUID]) -> list[Record]:
    """Return the answers that the person gave for her unit, and those that propose to ask her."""
    records = await connection.fetch(
        """
        select e.eoi_id, v.reference, u.name as unit, e.answer, e.late, e.answered_at,
               e.investigator_id = any ($1::uuid[]) as given_by_you,
               case when e.investigator_id = any ($1::uuid[]) then e.content end as content
        from eoi e
        join invitation v using (invitation_id)
        join unit u using (unit_id)
        where e.investigator_id = any ($1::uuid[]) or (e.content ->> 'asks_id')::uuid = any ($1::uuid[])
        order by e.eoi_id
        """,
        investigator_ids,
    )
    return [dict(record) for record in records]


async def select_own_sign_offs(connection: Connection, *, investigator_ids: Collection[UUID]) -> list[Record]:
    """Return what the person was asked to sign off as a head of unit, and her word."""
    records = await connection.fetch(
        """
        select o.eoi_id, v.reference, u.name as unit, o.asked_at, o.decision, o.decided_at, o.note
        from sign_off o
        join invitation v using (invitation_id)
        join unit u using (unit_id)
        where o.investigator_id = any ($1::uuid[])
        order by o.asked_at, o.eoi_id
        """,
        investigator_ids,
    )
    return [dict(record) for record in records]


async def select_own_messages(connection: Connection, *, person_id: UUID | None, email: str) -> list[Record]:
    records = await connection.fetch(
        """
        select message_id, kind, to_address, language, params, state, created_at, sent_at
        from message
        where person_id = $1 or lower(to_address) = lower($2)
        order by message_id
        """,
        person_id,
        email,
    )
    return [dict(record) for record in records]


async def select_events_by(connection: Connection, *, actor_id: UUID) -> list[Record]:
    records = await connection.fetch(
        """
        select happened_at, actor_role, acting_for, action, object_type, object_id, details, before, after, request_id
        from audit_event
        where actor_id = $1
        order by audit_event_id
        """,
        actor_id,
    )
    return [dict(record) for record in records]


async def select_events_about(connection: Connection, *, object_ids: Collection[UUID]) -> list[Record]:
    records = await connection.fetch(
        """
        select happened_at, actor_role, action, object_type, object_id, details, before, after, request_id
        from audit_event
        where object_id = any ($1::uuid[])
        order by audit_event_id
        """,
        object_ids,
    )
    return [dict(record) for record in records]


async def select_name_readings(
    connection: Connection, *, investigator_id: UUID, before: UUID | None, limit: int
) -> list[NameReading]:
    """Return when this investigator's name was shown to somebody, newest first."""
    records = await connection.fetch(
        """
        select r.audit_event_id, r.happened_at, r.action, r.actor_role as reader_role,
               coalesce(p.name, nullif(r.actor_name, ''), 'unknown') as reader_name
        from (
            select audit_event_id, happened_at, action, actor_role, actor_name, actor_id
            from audit_event
            where object_id = $1 and action = 'investigator.read'
            union all
            select audit_event_id, happened_at, action, actor_role, actor_name, actor_id
            from audit_event
            where action = 'investigator.listed'
              and details @> jsonb_build_object('investigator_ids', jsonb_build_array($1::uuid))
        ) r
        left join person p on p.person_id = r.actor_id
        where $2::uuid is null or r.audit_event_id < $2
        order by r.audit_event_id desc
        limit $3
        """,
        investigator_id,
        before,
        limit,
    )
    return msgspec.convert(records, list[NameReading])
