"""Tables inquiry, inquiry_region, inquiry_version and inquiry_confidential.

A sponsor's contact reaches the inquiries of her own sponsor, an office and a service those that ask their
region, an admin all; other roles none. What is out of scope does not exist.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.inquiries.models import DeclineReason, InquiryState, InquirySummary
from trialport.inquiries.region_models import QuietPeriod
from trialport.units.models import ConfidentialityMode


class InquiryRow(Struct, frozen=True, kw_only=True):
    """An inquiry with one version of its content, in its two parts."""

    inquiry_id: UUID
    region_id: UUID
    sponsor_id: UUID
    reference: str
    state: InquiryState
    version: int
    revision: int
    submitted_at: datetime
    promised_on: date
    paused_at: datetime | None
    paused_working_days: int
    withdrawn_reason: str | None
    information_wanted: tuple[str, ...]
    information_note: str | None
    declined_reason: DeclineReason | None
    declined_note: str | None
    region_ids: tuple[UUID, ...]
    regions: tuple[str, ...]
    assessed: bool
    confidential_fields: tuple[str, ...]
    content: dict[str, Any]
    confidential: dict[str, Any]


class AskedRegion(Struct, frozen=True, kw_only=True):
    """A region as an inquiry needs it."""

    region_id: UUID
    code: str
    country: str
    timezone: str
    promised_working_days: int
    confidentiality_mode: ConfidentialityMode
    quiet_periods: tuple[QuietPeriod, ...]


async def select_asked_regions(
    connection: Connection, *, codes: tuple[str, ...], region_id: UUID | None
) -> list[AskedRegion]:
    """Find regions by code, or one by id."""
    records = await connection.fetch(
        """
        select region_id, code, country, timezone, promised_working_days, confidentiality_mode,
               coalesce((select q.periods from region_quiet_period q
                         where q.region_id = region.region_id
                         order by q.version desc
                         limit 1), '[]') as quiet_periods
        from region
        where code = any ($1::text[]) or region_id = $2
        order by code
        """,
        codes,
        region_id,
    )
    return msgspec.convert(records, list[AskedRegion])


async def count_units_in_regions(connection: Connection, *, unit_ids: list[UUID], region_ids: list[UUID]) -> int:
    count: int = await connection.fetchval(
        "select count(*) from unit where unit_id = any ($1::uuid[]) and region_id = any ($2::uuid[])",
        unit_ids,
        region_ids,
    )
    return count


async def insert_inquiry(
    connection: Connection,
    *,
    region: AskedRegion,
    region_ids: list[UUID],
    sponsor_id: UUID,
    content: dict[str, Any],
    confidential: dict[str, Any],
    confidential_fields: tuple[str, ...],
    promised_on: date,
    created_by: UUID | None,
    year: int,
    now: datetime,
) -> tuple[UUID, str]:
    """Store a new inquiry with its first version; returns its id and reference (`UAS-2026-0042`)."""
    record = await connection.fetchrow(
        """
        with counted as (
            select next_inquiry_number($1, $2)::text as number
        ), made as (
            insert into inquiry (region_id, sponsor_id, reference, state, submitted_at, promised_on, updated_at)
            select $1, $3, $4 || '-' || $2::text || '-' || lpad(number, greatest(4, length(number)), '0'),
                   'submitted', $5, $6, $5
            from counted
            returning inquiry_id, reference
        ), asked as (
            insert into inquiry_region (inquiry_id, region_id)
            select inquiry_id, unnest($7::uuid[]) from made
        ), versioned as (
            insert into inquiry_version
                (inquiry_id, version, content, confidential_fields, created_at, created_by)
            select inquiry_id, 1, $8, $9, $5, $10 from made
        ), hidden as (
            insert into inquiry_confidential (inquiry_id, version, content)
            select inquiry_id, 1, $11 from made
        )
        select inquiry_id, reference from made
        """,
        region.region_id,
        year,
        sponsor_id,
        region.code,
        now,
        promised_on,
        region_ids,
        content,
        confidential_fields,
        created_by,
        confidential,
    )
    return record["inquiry_id"], record["reference"]


async def insert_inquiry_version(
    connection: Connection,
    *,
    inquiry_id: UUID,
    version: int,
    content: dict[str, Any],
    confidential: dict[str, Any],
    confidential_fields: tuple[str, ...],
    created_by: UUID | None,
    now: datetime,
) -> None:
    await connection.execute(
        """
        with versioned as (
            insert into inquiry_version
                (inquiry_id, version, content, confidential_fields, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6)
        )
        insert into inquiry_confidential (inquiry_id, version, content) values ($1, $2, $7)
        """,
        inquiry_id,
        version,
        content,
        confidential_fields,
        now,
        created_by,
        confidential,
    )


async def select_inquiry(connection: Connection, *, actor: Actor, inquiry_id: UUID) -> InquiryRow | None:
    """Read an inquiry in its newest version, if it is in the actor's scope."""
    record = await connection.fetchrow(
        """
        select i.inquiry_id, i.region_id, i.sponsor_id, i.reference, i.state, i.version, i.revision,
               i.submitted_at, i.promised_on, i.paused_at, i.paused_working_days, i.withdrawn_reason,
               i.information_wanted, i.information_note, i.declined_reason, i.declined_note,
               (select array_agg(r.region_id order by r.code) from inquiry_region ir join region r using (region_id)
                where ir.inquiry_id = i.inquiry_id) as region_ids,
               (select array_agg(r.code order by r.code) from inquiry_region ir join region r using (region_id)
                where ir.inquiry_id = i.inquiry_id) as regions,
               exists (select from assessment a
                       where a.inquiry_id = i.inquiry_id and a.version = i.version) as assessed,
               v.confidential_fields, v.content, c.content as confidential
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        join inquiry_confidential c on c.inquiry_id = i.inquiry_id and c.version = i.version
        where i.inquiry_id = $4
          and ($1 = 'admin'
               or ($1 in ('office', 'service')
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2))
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3))
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        inquiry_id,
    )
    return None if record is None else msgspec.convert(record, InquiryRow)


async def select_version(
    connection: Connection, *, inquiry_id: UUID, version: int
) -> tuple[dict[str, Any], dict[str, Any], list[UUID]] | None:
    """Read one version for its assessment: what is shown, what is confidential, the regions asked.

    Unscoped: only for the worker.
    """
    record = await connection.fetchrow(
        """
        select v.content, c.content as confidential,
               (select array_agg(ir.region_id order by ir.region_id) from inquiry_region ir
                where ir.inquiry_id = v.inquiry_id) as region_ids
        from inquiry_version v
        join inquiry_confidential c using (inquiry_id, version)
        where v.inquiry_id = $1 and v.version = $2
        """,
        inquiry_id,
        version,
    )
    return None if record is None else tuple(record)


async def select_region_ids(connection: Connection, *, inquiry_id: UUID) -> list[UUID]:
    """Return the regions an inquiry asks. Unscoped: only for the worker."""
    records = await connection.fetch(
        "select region_id from inquiry_region where inquiry_id = $1 order by region_id", inquiry_id
    )
    return [record["region_id"] for record in records]


async def select_inquiries(
    connection: Connection, *, actor: Actor, state: str | None, before: UUID | None, limit: int
) -> list[InquirySummary]:
    """List inquiries in the actor's scope, newest first."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, i.state, i.version, s.name as sponsor_name, v.working_title,
               v.indication, i.submitted_at, i.promised_on
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        join sponsor s on s.sponsor_id = i.sponsor_id
        where ($1 = 'admin'
               or ($1 in ('office', 'service')
                   and exists (select from inquiry_region ir
                               where ir.inquiry_id = i.inquiry_id and ir.region_id = $2))
               or ($1 = 'sponsor_contact' and i.sponsor_id = $3))
          and ($4::text is null or i.state = $4)
          and ($5::uuid is null or i.inquiry_id < $5)
        order by i.inquiry_id desc
        limit $6
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        state,
        before,
        limit,
    )
    return msgspec.convert(records, list[InquirySummary])


async def update_inquiry_version(
    connection: Connection,
    *,
    inquiry_id: UUID,
    revision: int,
    state: str,
    promised_on: date,
    waited: int,
    now: datetime,
) -> int | None:
    """Move an inquiry on to its next version; None when another change came first.

    `waited` is how long the clock has stood still until now (working days).
    """
    version: int | None = await connection.fetchval(
        """
        update inquiry
        set version = version + 1, revision = revision + 1, state = $3, updated_at = $4,
            information_wanted = '{}', information_note = null,
            promised_on = $5, paused_working_days = paused_working_days + $6, paused_at = null
        where inquiry_id = $1 and revision = $2
        returning version
        """,
        inquiry_id,
        revision,
        state,
        now,
        promised_on,
        waited,
    )
    return version


async def update_inquiry_withdrawn(
    connection: Connection, *, inquiry_id: UUID, revision: int, reason: str | None, now: datetime
) -> int | None:
    """Withdraw an inquiry; returns its new revision, None when another change came first."""
    changed: int | None = await connection.fetchval(
        """
        update inquiry
        set state = 'withdrawn', revision = revision + 1, withdrawn_reason = $3, updated_at = $4,
            paused_at = null
        where inquiry_id = $1 and revision = $2
        returning revision
        """,
        inquiry_id,
        revision,
        reason,
        now,
    )
    return changed
