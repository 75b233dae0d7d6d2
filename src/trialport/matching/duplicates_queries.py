"""What tells trials apart, read from what was never confidential of each inquiry."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.core.db import Connection
from trialport.matching.duplicates_models import Fingerprint


async def select_fingerprints(
    connection: Connection,
    *,
    actor: Actor,
    inquiry_id: UUID,
    region_ids: Sequence[UUID],
    since: datetime,
    limit: int,
) -> list[Fingerprint]:
    """Read an inquiry's fingerprint and those of others that reached the same regions, newest first."""
    records = await connection.fetch(
        """
        select i.inquiry_id, i.reference, i.state, i.submitted_at, s.name as sponsor_name, v.working_title,
               v.study_type, v.phase, v.indication, v.participants_wanted,
               v.mechanism, v.planned_start::date as planned_start, v.eu_ct_number, v.nct_number, v.civ_id,
               coalesce((select array(select distinct c ->> 'concept'
                                      from jsonb_array_elements(a.reading -> 'concepts') c)
                         from assessment a
                         where a.inquiry_id = i.inquiry_id
                         order by a.version desc, a.run desc
                         limit 1), '{}') as concepts
        from inquiry i
        join inquiry_version v on v.inquiry_id = i.inquiry_id and v.version = i.version
        join sponsor s on s.sponsor_id = i.sponsor_id
        where exists (select from inquiry_region ir
                      where ir.inquiry_id = i.inquiry_id and ir.region_id = any ($4::uuid[])
                        and ($1 = 'admin' or ($1 = 'office' and ir.region_id = $2)))
          and (i.inquiry_id = $3 or i.submitted_at >= $5)
        order by i.inquiry_id = $3 desc, i.submitted_at desc
        limit $6
        """,
        actor.role,
        actor.region_id,
        inquiry_id,
        region_ids,
        since,
        limit,
    )
    return msgspec.convert(records, list[Fingerprint])
