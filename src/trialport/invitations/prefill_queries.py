"""Which of a unit's capacities an invitation is about."""

from uuid import UUID

from trialport.core.db import Connection
from trialport.vocabulary.codes import TherapyArea


async def select_matching_area(connection: Connection, *, inquiry_id: UUID, unit_id: UUID) -> TherapyArea | None:
    """Read in which area the newest assessment ranked a unit highest; else the only one in which it has a capacity.

    Run as the program: a unit does not see assessments.
    """
    area: TherapyArea | None = await connection.fetchval(
        """
        select coalesce(
            (select c.therapy_area
             from candidate c
             join assessment a using (assessment_id)
             where a.inquiry_id = $1 and c.unit_id = $2
             order by a.version desc, a.run desc, c.rank
             limit 1),
            (select min(therapy_area) from capacity where unit_id = $2 having count(*) = 1))
        """,
        inquiry_id,
        unit_id,
    )
    return area
