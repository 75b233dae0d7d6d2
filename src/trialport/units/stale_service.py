"""Asking the owner of a capacity whether it still holds."""

from datetime import timedelta
from typing import Literal
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction, as_system
from trialport.core.errors import NotFound
from trialport.notifications.messages import queue_message
from trialport.units import stale_queries
from trialport.vocabulary.codes import TherapyArea

# Nobody is asked about the same capacity more often than this.
ASK_EVERY = timedelta(days=7)
# What has become of the wish to ask: `nobody` works at the unit who may be asked.
Asked = Literal["asked", "already", "nobody"]


async def ask_to_confirm(
    tx: Transaction, settings: Settings, actor: Actor, unit_id: UUID, therapy_area: TherapyArea
) -> Asked:
    """Send the owner of a capacity a mail that asks whether it is still right, once a week at most.

    Raises NotFound out of scope.
    """
    # Whom the mail goes to and in which language stands in tables that an office does not read.
    async with as_system(tx.connection):
        owner = await stale_queries.select_owner(
            tx.connection, actor=actor, unit_id=unit_id, therapy_area=therapy_area, now=tx.now
        )
    if owner is None:
        raise NotFound("No capacity record of yours here. Check the unit and the therapy area.")
    if owner.investigator_id is None or owner.email is None:
        return "nobody"
    is_new = await stale_queries.upsert_ask(
        tx.connection,
        capacity_id=owner.capacity_id,
        region_id=owner.region_id,
        investigator_id=owner.investigator_id,
        actor_id=actor.actor_id,
        now=tx.now,
        not_since=tx.now - ASK_EVERY,
    )
    if not is_new:
        return "already"
    await queue_message(
        tx,
        settings,
        kind="capacity_stale",
        to_address=owner.email,
        language=owner.language,
        params={"link": f"{settings.public_url}/capacity"},
        dedupe_key=f"capacity_stale:{owner.capacity_id}:{tx.now:%Y%m%d}",
        region_id=owner.region_id,
        subject_id=owner.capacity_id,
    )
    await record_audit_event(
        tx,
        actor,
        action="capacity.asked",
        object_type="capacity",
        object_id=owner.capacity_id,
        region_id=owner.region_id,
        details={"investigator_id": str(owner.investigator_id)},
    )
    return "asked"
