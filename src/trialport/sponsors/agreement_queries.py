"""Table agreement.

An office reaches its region's agreements, a sponsor's contact her sponsor's, an admin all; other roles none.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.core.days import TIME_ZONE
from trialport.core.db import Connection
from trialport.sponsors.agreement_models import AgreementDetail, AgreementInput
from trialport.sponsors.agreement_rules import AgreementFacts
from trialport.units.models import ConfidentialityMode


class AgreeingRegion(Struct, frozen=True, kw_only=True):
    """A region as an agreement needs it."""

    region_id: UUID
    confidentiality_mode: ConfidentialityMode


class AgreementFile(Struct, frozen=True, kw_only=True):
    """The signed document of an agreement, and the inquiry that it came with."""

    attachment_id: UUID
    file_name: str
    inquiry_id: UUID | None
    reference: str | None


class KnownParts(Struct, frozen=True, kw_only=True):
    """Which parts that an agreement names fit together; a part that is not named fits."""

    sponsor: bool
    site: bool
    inquiry: bool
    attachment: bool


async def select_agreeing_region(
    connection: Connection, *, region_id: UUID | None, code: str | None
) -> AgreeingRegion | None:
    """Find a region by its code, else by its id."""
    record = await connection.fetchrow(
        """
        select region_id, confidentiality_mode
        from region
        where case when $2::text is null then region_id = $1 else code = $2 end
        """,
        region_id,
        code,
    )
    return None if record is None else msgspec.convert(record, AgreeingRegion)


async def select_known_parts(connection: Connection, *, region_id: UUID, agreement: AgreementInput) -> KnownParts:
    """Tell which parts exist and belong together. Unscoped: an office agrees with a sponsor before any inquiry."""
    record = await connection.fetchrow(
        """
        select exists (select from sponsor where sponsor_id = $2) as sponsor,
               $3::uuid is null or exists (select from site where site_id = $3 and region_id = $1) as site,
               $4::uuid is null or exists (
                   select from inquiry i join inquiry_region r using (inquiry_id)
                   where i.inquiry_id = $4 and i.sponsor_id = $2 and r.region_id = $1) as inquiry,
               $5::uuid is null or exists (
                   select from attachment
                   where attachment_id = $5 and region_id = $1 and sponsor_id = $2 and kind = 'agreement'
                     and deleted_at is null) as attachment
        """,
        region_id,
        agreement.sponsor_id,
        agreement.site_id,
        agreement.inquiry_id,
        agreement.attachment_id,
    )
    return msgspec.convert(record, KnownParts)


async def insert_agreement(
    connection: Connection, *, actor: Actor, region_id: UUID, agreement: AgreementInput, now: datetime
) -> UUID:
    agreement_id: UUID = await connection.fetchval(
        """
        insert into agreement
            (region_id, sponsor_id, site_id, inquiry_id, mode, region_party, sponsor_party, signatory, signed_on,
             valid_until, attachment_id, recorded_at, recorded_by, actor_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        returning agreement_id
        """,
        region_id,
        agreement.sponsor_id,
        agreement.site_id,
        agreement.inquiry_id,
        agreement.mode,
        agreement.region_party,
        agreement.sponsor_party,
        agreement.signatory,
        agreement.signed_on,
        agreement.valid_until,
        agreement.attachment_id,
        now,
        actor.name,
        actor.actor_id,
    )
    return agreement_id


async def select_agreement(connection: Connection, *, actor: Actor, agreement_id: UUID) -> AgreementDetail | None:
    """Read one agreement in the actor's scope."""
    record = await connection.fetchrow(
        """
        select a.agreement_id, a.region_id, r.code as region, a.sponsor_id, s.name as sponsor_name, a.site_id,
               a.inquiry_id, a.mode, a.region_party, a.sponsor_party, a.signatory, a.signed_on, a.valid_until,
               a.attachment_id, a.recorded_at, a.ended_at, a.ended_reason,
               case when a.ended_at is null then 'current' else 'ended' end as state
        from agreement a
        join region r using (region_id)
        join sponsor s using (sponsor_id)
        where a.agreement_id = $4
          and ($1 = 'admin'
               or ($1 = 'office' and a.region_id = $2)
               or ($1 = 'sponsor_contact' and a.sponsor_id = $3))
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        agreement_id,
    )
    return None if record is None else msgspec.convert(record, AgreementDetail)


async def select_agreements(
    connection: Connection, *, actor: Actor, sponsor_id: UUID | None, before: UUID | None, limit: int
) -> list[AgreementDetail]:
    """List agreements in the actor's scope, newest first."""
    records = await connection.fetch(
        """
        select a.agreement_id, a.region_id, r.code as region, a.sponsor_id, s.name as sponsor_name, a.site_id,
               a.inquiry_id, a.mode, a.region_party, a.sponsor_party, a.signatory, a.signed_on, a.valid_until,
               a.attachment_id, a.recorded_at, a.ended_at, a.ended_reason,
               case when a.ended_at is null then 'current' else 'ended' end as state
        from agreement a
        join region r using (region_id)
        join sponsor s using (sponsor_id)
        where ($1 = 'admin'
               or ($1 = 'office' and a.region_id = $2)
               or ($1 = 'sponsor_contact' and a.sponsor_id = $3))
          and ($4::uuid is null or a.sponsor_id = $4)
          and ($5::uuid is null or a.agreement_id < $5)
        order by a.agreement_id desc
        limit $6
        """,
        actor.role,
        actor.region_id,
        actor.sponsor_id,
        sponsor_id,
        before,
        limit,
    )
    return msgspec.convert(records, list[AgreementDetail])


async def update_agreement_ended(connection: Connection, *, agreement_id: UUID, reason: str, now: datetime) -> bool:
    """End an agreement; False when it had ended already."""
    status: str = await connection.execute(
        "update agreement set ended_at = $2, ended_reason = $3 where agreement_id = $1 and ended_at is null",
        agreement_id,
        now,
        reason,
    )
    return status.endswith(" 1")


async def update_agreement_resumed(connection: Connection, *, agreement_id: UUID) -> bool:
    """Take back that an agreement was ended; False when it holds."""
    status: str = await connection.execute(
        "update agreement set ended_at = null, ended_reason = null where agreement_id = $1 and ended_at is not null",
        agreement_id,
    )
    return status.endswith(" 1")


async def update_agreement_extended(
    connection: Connection, *, agreement_id: UUID, valid_until: date | None, seen: date | None
) -> bool:
    """Give an agreement another last day; False when it has ended, or had another last day than `seen`."""
    status: str = await connection.execute(
        """
        update agreement set valid_until = $2
        where agreement_id = $1 and ended_at is null and valid_until is not distinct from $3
        """,
        agreement_id,
        valid_until,
        seen,
    )
    return status.endswith(" 1")


async def select_sponsor_names(connection: Connection) -> list[tuple[UUID, str]]:
    """List the sponsors that the viewer knows by name, which row-level security says."""
    records = await connection.fetch("select sponsor_id, name from sponsor order by lower(name), sponsor_id limit 500")
    return [(record["sponsor_id"], record["name"]) for record in records]


async def select_agreement_files(connection: Connection, *, region_id: UUID) -> list[AgreementFile]:
    """List the files of signed agreements that a region has, newest first; the caller has checked the region."""
    records = await connection.fetch(
        """
        select a.attachment_id, a.file_name, a.inquiry_id, i.reference
        from attachment a
        left join inquiry i using (inquiry_id)
        where a.region_id = $1 and a.kind = 'agreement' and a.deleted_at is null and a.scan_state <> 'infected'
        order by a.attachment_id desc
        limit 200
        """,
        region_id,
    )
    return msgspec.convert(records, list[AgreementFile])


async def select_agreement_facts(connection: Connection, *, sponsor_id: UUID, region_id: UUID) -> list[AgreementFacts]:
    """Return what decides about openings between a sponsor and a region (see agreement_rules.opens_confidential)."""
    records = await connection.fetch(
        """
        select agreement_id, region_id, sponsor_id, site_id, inquiry_id, mode, signed_on, valid_until,
               (ended_at at time zone $3)::date as ended_on
        from agreement
        where sponsor_id = $1 and region_id = $2
        """,
        sponsor_id,
        region_id,
        TIME_ZONE,
    )
    return msgspec.convert(records, list[AgreementFacts])
