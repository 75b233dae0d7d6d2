"""An investigator objects to being proposed, and may take that back (GDPR, article 21)."""

from datetime import datetime

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import NotFound
from trialport.units import erasure_queries as queries
from trialport.units.service import ask_for_refresh


async def set_objection(tx: Transaction, settings: Settings, actor: Actor, *, objects: bool) -> datetime | None:
    """Note or withdraw the actor's own objection; returns since when it stands, None when it does not.

    Her unit's capacity stays. Raises NotFound for who is no investigator.
    """
    investigator_id = actor.investigator_id
    if investigator_id is None:
        raise NotFound("You are not in the register of investigators.")
    before = await queries.select_objected_at(tx.connection, investigator_id=investigator_id)
    if (before is not None) is objects:
        return before
    stands = await queries.update_investigator_objected(
        tx.connection, investigator_id=investigator_id, objected_at=tx.now if objects else None
    )
    await record_audit_event(
        tx,
        actor,
        action="investigator.objected" if objects else "investigator.objection_withdrawn",
        object_type="investigator",
        object_id=investigator_id,
        region_id=actor.region_id,
    )
    # What counted for her unit through her (GCP training) counts no more.
    for region_id in await queries.select_regions_of(tx.connection, investigator_ids=[investigator_id]):
        await ask_for_refresh(tx, settings, region_id)
    return stands
