"""What is known of a unit for a draft of its site-suitability statement. Reading only."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from trialport.core.db import Connection
from trialport.units.models import CapabilityOffer
from trialport.vocabulary.codes import Capability


class SiteFacts(Struct, frozen=True, kw_only=True):
    """A unit, its site, and whom the invitation went to."""

    unit_name: str
    unit_address: str
    site_name: str
    site_legal_name: str
    site_address: str
    capabilities: dict[Capability, CapabilityOffer]
    person_name: str
    person_speciality: str
    gcp_trained_on: date | None
    gcp_expires_on: date | None
    experience_band: str


class CapacityFacts(Struct, frozen=True, kw_only=True):
    """What one capacity record of the unit says."""

    therapy_area: str
    nurse_hours_free: float | None
    physician_hours_free: float | None
    equipment: tuple[Capability, ...]
    experience: tuple[dict[str, Any], ...]
    valid_until: date | None


async def select_site_facts(connection: Connection, *, invitation_id: UUID) -> SiteFacts | None:
    """Read the unit behind an invitation; the caller has checked that it is in scope."""
    record = await connection.fetchrow(
        """
        select u.name as unit_name, u.address as unit_address, s.name as site_name, s.legal_name as site_legal_name,
               s.address as site_address, u.capabilities, i.name as person_name, i.speciality as person_speciality,
               i.gcp_trained_on, i.gcp_expires_on, i.experience_band
        from invitation v
        join unit u using (unit_id)
        join site s using (site_id)
        join investigator i on i.investigator_id = v.recipient_id
        where v.invitation_id = $1
        """,
        invitation_id,
    )
    return None if record is None else msgspec.convert(record, SiteFacts)


async def select_capacity_facts(connection: Connection, *, unit_id: UUID) -> list[CapacityFacts]:
    """Read what a unit's capacity records say; the caller has checked the scope."""
    records = await connection.fetch(
        """
        select therapy_area, nurse_hours_free, physician_hours_free, equipment, experience, valid_until
        from capacity
        where unit_id = $1
        order by therapy_area
        """,
        unit_id,
    )
    return msgspec.convert(records, list[CapacityFacts])
