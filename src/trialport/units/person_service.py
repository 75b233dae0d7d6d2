"""A trial office keeps the entry of a person at one of its units, as she can herself.

When she is away, who stands in for her, how often she is asked, the investigator school: every step is in the audit
trail and can be taken back.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.audit_service import list_changes
from trialport.accounts.models import Actor
from trialport.accounts.role_service import list_roles_of
from trialport.accounts.service import record_audit_event
from trialport.core.days import month_start
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, NotFound
from trialport.units import delegate_queries, profile_queries
from trialport.units import person_queries as queries
from trialport.units.delegate_models import MOST_DELEGATES, Delegate
from trialport.units.person_models import AskingInput, PersonEntry, PersonFile
from trialport.units.profile_models import Absence
from trialport.units.profile_service import check_absence
from trialport.units.service import note_listed_names

# The regions lie in one time zone; a month of invitations begins at its midnight.
_CHANGES_SHOWN = 10
ASKING_CHANGED = "investigator.asking_changed"
# What is told of an entry's past: who looked at it is hers to know, and stands on her own page.
CHANGES = (
    ASKING_CHANGED,
    "investigator.absence_added",
    "investigator.absence_changed",
    "investigator.absence_removed",
    "investigator.delegate_named",
    "investigator.delegate_ended",
    "investigator.delegates_named",
    "investigator.profile_changed",
)


async def read_entry(tx: Transaction, actor: Actor, investigator_id: UUID) -> PersonEntry:
    """Return the entry of a person at one of the actor's units; raises NotFound otherwise."""
    entry = await queries.select_person_entry(
        tx.connection,
        actor=actor,
        investigator_id=investigator_id,
        month_start=month_start(tx.now),
    )
    if entry is None:
        raise NotFound("Nobody of your units here.")
    return entry


async def read_person(tx: Transaction, actor: Actor, investigator_id: UUID) -> PersonFile:
    """Return everything an office keeps of a person, and note that names were shown; raises as `read_entry`."""
    entry = await read_entry(tx, actor, investigator_id)
    today = tx.today
    absences = await profile_queries.select_absences(tx.connection, investigator_id=investigator_id, from_day=today)
    # A delegate may work elsewhere by now.
    async with as_system(tx.connection):
        delegates = await delegate_queries.select_delegates(tx.connection, investigator_id=investigator_id)
    named = {one.investigator_id for one in delegates}
    colleagues = await profile_queries.select_colleagues(tx.connection, investigator_id=investigator_id)
    colleagues = [one for one in colleagues if one.investigator_id not in named]
    await note_listed_names(tx, actor, [entry, *delegates, *colleagues])
    return PersonFile(
        entry=entry,
        absences=tuple(absences),
        delegates=tuple(delegates),
        colleagues=tuple(colleagues),
        roles=await list_roles_of(tx, actor, investigator_id),
        changes=await list_changes(tx, actor, investigator_id, CHANGES, limit=_CHANGES_SHOWN),
    )


async def change_asking(
    tx: Transaction, actor: Actor, investigator_id: UUID, asking: AskingInput, *, seen: datetime
) -> None:
    """Store how often a person is asked and her investigator school.

    Raises Contradiction for a day without its status or one to come, Changed where her entry has changed since `seen`.
    """
    if asking.school_completed_on is not None and asking.school_status != "completed":
        raise Contradiction.at("school_completed_on", "Leave the day out, or choose “completed”.")
    if asking.school_completed_on is not None and asking.school_completed_on > tx.today:
        raise Contradiction.at("school_completed_on", "This day lies in the future.")
    entry = await _hold(tx, actor, investigator_id)
    before, after = _asking_of(entry), _asking_of(asking)
    if entry.updated_at != seen:
        raise Changed("The entry changed since you read it. Read it again and repeat your change.")
    if before == after:
        return
    await queries.update_asking(tx.connection, investigator_id=investigator_id, asking=asking, seen=seen, now=tx.now)
    await _record(tx, actor, entry, ASKING_CHANGED, before, after)


async def add_absence(tx: Transaction, actor: Actor, investigator_id: UUID, absence: Absence) -> None:
    """Note when a person is away. Raises Contradiction for days that are over, do not fit or overlap another."""
    check_absence(absence, tx.today)
    entry = await _hold(tx, actor, investigator_id)
    if not await profile_queries.insert_absence(tx.connection, investigator_id=investigator_id, absence=absence):
        raise Contradiction.at("first_day", "These days overlap another absence. Change that one.")
    await _record(tx, actor, entry, "investigator.absence_added")


async def move_absence(tx: Transaction, actor: Actor, investigator_id: UUID, absence: Absence, *, was: Absence) -> None:
    """Give an absence other days; raises as `add_absence`, and Changed when it is not there as it `was`."""
    check_absence(absence, tx.today)
    entry = await _hold(tx, actor, investigator_id)
    known = await profile_queries.select_absences(tx.connection, investigator_id=investigator_id, from_day=was.last_day)
    if was not in known:
        raise Changed("Somebody changed this absence since you read it. Read it again.")
    if not await queries.update_absence(tx.connection, investigator_id=investigator_id, was=was, absence=absence):
        raise Contradiction.at("first_day", "These days overlap another absence. Change that one.")
    await _record(tx, actor, entry, "investigator.absence_changed")


async def remove_absence(tx: Transaction, actor: Actor, investigator_id: UUID, first_day: date) -> None:
    """Remove an absence; one that is gone already is no error."""
    entry = await _hold(tx, actor, investigator_id)
    if await profile_queries.delete_absence(tx.connection, investigator_id=investigator_id, first_day=first_day):
        await _record(tx, actor, entry, "investigator.absence_removed")


async def name_delegate(tx: Transaction, actor: Actor, investigator_id: UUID, delegate_id: UUID) -> None:
    """Let a colleague act for a person; raises Contradiction for who is none, or when there are enough."""
    entry = await _hold(tx, actor, investigator_id)
    async with as_system(tx.connection):
        before = await delegate_queries.select_delegates(tx.connection, investigator_id=investigator_id)
    if delegate_id in _ids(before):
        return
    if not await queries.insert_delegate(
        tx.connection, investigator_id=investigator_id, delegate_id=delegate_id, most=MOST_DELEGATES
    ):
        raise Contradiction.at("delegate_id", "Choose a colleague of the same unit; at most five stand in for one.")
    await _record(tx, actor, entry, "investigator.delegate_named", after={"delegate_id": str(delegate_id)})


async def end_delegate(tx: Transaction, actor: Actor, investigator_id: UUID, delegate_id: UUID) -> None:
    """End at once what a colleague may do for a person; one who may nothing is no error."""
    entry = await _hold(tx, actor, investigator_id)
    if await queries.delete_delegate(tx.connection, investigator_id=investigator_id, delegate_id=delegate_id):
        await _record(tx, actor, entry, "investigator.delegate_ended", before={"delegate_id": str(delegate_id)})


def asking_to_put_back(file: PersonFile) -> AskingInput | None:
    """Return what the newest change of an entry replaced, as long as nothing else has changed since."""
    newest = next((one for one in file.changes if one.action == ASKING_CHANGED), None)
    if newest is None or newest.after != _asking_of(file.entry) or newest.before is None:
        return None
    return msgspec.convert(newest.before, AskingInput)


async def _hold(tx: Transaction, actor: Actor, investigator_id: UUID) -> PersonEntry:
    """Hold a person's entry until the end of the transaction, so that two who change it follow each other."""
    await delegate_queries.lock_investigator(tx.connection, investigator_id=investigator_id)
    return await read_entry(tx, actor, investigator_id)


def _ids(delegates: list[Delegate]) -> set[UUID]:
    return {one.investigator_id for one in delegates}


def _asking_of(asking: AskingInput) -> dict[str, Any]:
    day = asking.school_completed_on
    return {
        "invitations_per_month": asking.invitations_per_month,
        "school_status": asking.school_status,
        "school_completed_on": None if day is None else day.isoformat(),
    }


async def _record(
    tx: Transaction,
    actor: Actor,
    entry: PersonEntry,
    action: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    # On which days somebody is away is hers to have erased; the trail says that it changed.
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="investigator",
        object_id=entry.investigator_id,
        region_id=entry.region_id,
        before=before,
        after=after,
    )
