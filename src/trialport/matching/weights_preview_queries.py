"""What a change of weights is tried on: stored fits of open inquiries' candidates, and of those judged."""

from collections.abc import Collection
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.matching.models import CriterionName


class OpenRanking(Struct, frozen=True, kw_only=True):
    """The newest assessment of an open inquiry."""

    assessment_id: UUID
    inquiry_id: UUID
    reference: str
    working_title: str


class PlacedFits(Struct, frozen=True, kw_only=True):
    """A candidate: where it stands, and how well each criterion fits (0 to 1)."""

    assessment_id: UUID
    capacity_id: UUID
    unit_name: str
    rank: int
    fits: dict[CriterionName, float]


async def select_open_rankings(connection: Connection, *, region_id: UUID, limit: int) -> list[OpenRanking]:
    """List the open inquiries of a region that have been assessed, the newest first."""
    records = await connection.fetch(
        """
        select a.assessment_id, i.inquiry_id, i.reference, v.working_title
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        cross join lateral (
            select assessment_id, assessed_at from assessment a
            where a.inquiry_id = i.inquiry_id and a.version = i.version
            order by a.run desc
            limit 1) a
        where i.state in ('submitted', 'in_triage', 'needs_information', 'inviting', 'collating')
          and exists (select from inquiry_region ir where ir.inquiry_id = i.inquiry_id and ir.region_id = $1)
        order by a.assessed_at desc, i.inquiry_id
        limit $2
        """,
        region_id,
        limit,
    )
    return msgspec.convert(records, list[OpenRanking])


async def select_placed_fits(
    connection: Connection, *, assessment_ids: Collection[UUID], region_id: UUID, limit: int
) -> list[PlacedFits]:
    """Read the first candidates of a region in each of some assessments, best first."""
    records = await connection.fetch(
        """
        select a.assessment_id, c.capacity_id, u.name as unit_name, c.rank, c.fits
        from unnest($1::uuid[]) as a (assessment_id)
        cross join lateral (
            select capacity_id, unit_id, rank,
                   (select jsonb_object_agg(one ->> 'name', one -> 'fit')
                    from jsonb_array_elements(criteria) one) as fits
            from candidate c
            where c.assessment_id = a.assessment_id and c.region_id = $2
            order by c.rank
            limit $3) c
        join unit u on u.unit_id = c.unit_id
        order by a.assessment_id, c.rank
        """,
        list(assessment_ids),
        region_id,
        limit,
    )
    return msgspec.convert(records, list[PlacedFits])
