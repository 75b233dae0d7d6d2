"""An investigator keeps her own entry: how often she is asked, when she is away, her training, who sees her."""

from datetime import date, datetime
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, FieldError, NotFound
from trialport.units import profile_queries as queries
from trialport.units.erasure_queries import select_regions_of
from trialport.units.profile_models import Absence, ProfileDetail, ProfileInput
from trialport.units.service import ask_for_refresh


def own_id(actor: Actor) -> UUID:
    """Return who the actor is in the register; raises NotFound for who is no investigator."""
    if actor.investigator_id is None:
        raise NotFound("You are not in the register of investigators.")
    return actor.investigator_id


async def read_profile(tx: Transaction, actor: Actor) -> ProfileDetail:
    """Return the actor's own entry; raises NotFound for who is no investigator."""
    found = await queries.select_profile(tx.connection, investigator_id=own_id(actor))
    if found is None:
        raise NotFound("You are not in the register of investigators.")
    return found


async def write_profile(
    tx: Transaction, settings: Settings, actor: Actor, profile: ProfileInput, *, seen: datetime
) -> None:
    """Store what the actor says of herself; GCP training counts for her units from now on.

    Raises Contradiction where days do not fit together, Changed where the entry has changed since `seen`.
    """
    if errors := _check(profile, tx.today):
        raise Contradiction("The entry contradicts itself. See `errors`.", errors=errors)
    investigator_id = own_id(actor)
    written = await queries.update_profile(
        tx.connection, investigator_id=investigator_id, profile=profile, seen=seen, now=tx.now
    )
    if not written:
        raise Changed("Your entry changed since you read it. Read it again and repeat your change.")
    await _record(tx, actor, "investigator.profile_changed")
    for region_id in await select_regions_of(tx.connection, investigator_ids=[investigator_id]):
        await ask_for_refresh(tx, settings, region_id)


async def add_absence(tx: Transaction, actor: Actor, absence: Absence) -> None:
    """Note when the actor is away; meanwhile her delegates are asked in her place, or another of her unit.

    Raises Contradiction for days that are over, stand the wrong way round or overlap another absence.
    """
    check_absence(absence, tx.today)
    if not await queries.insert_absence(tx.connection, investigator_id=own_id(actor), absence=absence):
        raise Contradiction.at("first_day", "These days overlap another absence. Remove that one first.")
    await _record(tx, actor, "investigator.absence_added")


def check_absence(absence: Absence, today: date) -> None:
    """Raise Contradiction for days that are over or stand the wrong way round."""
    if absence.last_day < absence.first_day:
        raise Contradiction.at("last_day", "The last day comes before the first.")
    if absence.last_day < today:
        raise Contradiction.at("last_day", "These days have passed.")


async def remove_absence(tx: Transaction, actor: Actor, first_day: date) -> None:
    """Remove an absence; one that is gone already is no error."""
    if await queries.delete_absence(tx.connection, investigator_id=own_id(actor), first_day=first_day):
        await _record(tx, actor, "investigator.absence_removed")


def _check(profile: ProfileInput, today: date) -> list[FieldError]:
    found = []
    trained, expires = profile.gcp_trained_on, profile.gcp_expires_on
    if trained is not None and trained > today:
        found.append(FieldError("gcp_trained_on", "The day of the training lies in the future."))
    if expires is not None and (trained is None or expires < trained):
        found.append(FieldError("gcp_expires_on", "A training expires after the day it was given; give both."))
    if profile.school_status != "completed" and profile.school_completed_on is not None:
        found.append(FieldError("school_completed_on", "Leave the day out, or say that you have completed it."))
    return found


async def _record(tx: Transaction, actor: Actor, action: str) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="investigator",
        object_id=own_id(actor),
        region_id=actor.region_id,
    )
