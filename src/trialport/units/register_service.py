"""Filling the register from a file: regions, sites, units, resources and investigators, all or nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_events
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction
from trialport.core.errors import Contradiction
from trialport.units import position_queries
from trialport.units import register_queries as queries
from trialport.units.position_queries import GivenAbsence, GivenDelegate, GivenPosition
from trialport.units.register_checks import check_register
from trialport.units.register_file import InvestigatorEntry, Known, RegisterFile
from trialport.units.register_queries import Written
from trialport.units.service import ask_for_refresh

Kind = Literal["region", "site", "unit", "resource", "investigator"]


class KindCount(Struct, frozen=True, kw_only=True):
    """What an import did with the objects of one kind.

    `not_in_file` counts those that the database has in the regions the file speaks of and the file lacks; they
    stay as they are. It is None where the file has no list of the kind.
    """

    kind: Kind
    created: int
    changed: int
    unchanged: int
    not_in_file: int | None


class RegisterWrite(Struct, frozen=True, kw_only=True):
    """What was written, and the register afterwards."""

    counts: tuple[KindCount, ...]
    region_ids: frozenset[UUID]
    known: Known


async def import_register(
    tx: Transaction, settings: Settings, actor: Actor, file: RegisterFile
) -> tuple[KindCount, ...]:
    """Write a file over the register and have open inquiries assessed again where that may alter them.

    Raises Contradiction with every fault, and then nothing is written.
    """
    write = await write_register(tx, actor, file)
    for region_id in sorted(write.region_ids):
        await ask_for_refresh(tx, settings, region_id)
    return write.counts


async def write_register(tx: Transaction, actor: Actor, file: RegisterFile) -> RegisterWrite:
    """Write a file over the register; what it does not name stays. Raises Contradiction with every fault."""
    before = await read_known(tx.connection)
    if faults := check_register(file, before, tx.today):
        raise Contradiction(f"The register file has {len(faults)} faults. Nothing was written.", errors=faults)
    # A clock that lags must not hide the change from those who compare the newest times.
    newest = await queries.select_newest_change(tx.connection)
    now = tx.now if newest is None else max(tx.now, newest + timedelta(microseconds=1))
    written: dict[Kind, list[Written]] = {
        "region": await queries.upsert_regions(tx.connection, file.regions),
        "site": await queries.upsert_sites(tx.connection, file.sites),
        "unit": await queries.upsert_units(tx.connection, file.units, now=now),
        "resource": await queries.upsert_resources(tx.connection, file.resources, now=now),
    }
    people = await queries.upsert_investigators(tx.connection, file.investigators, now=now)
    known = await read_known(tx.connection)
    people, staffed = await _write_people(tx.connection, file.investigators, people, known, now)
    known = await read_known(tx.connection)
    written["investigator"] = _in_region(people, known)
    for kind, objects in written.items():
        await _record(tx, actor, kind, objects)
    return RegisterWrite(
        counts=tuple(_count(kind, objects, file, before) for kind, objects in written.items()),
        region_ids=frozenset(one.region_id for some in written.values() for one in some if one.region_id) | staffed,
        known=known,
    )


async def read_known(connection: Connection) -> Known:
    """Read the whole register by the names a file uses."""
    return Known(
        regions=await queries.select_known_regions(connection),
        sites=await queries.select_known_sites(connection),
        units=await queries.select_known_units(connection),
        resources=await queries.select_known_resources(connection),
        investigators=await queries.select_known_investigators(connection),
    )


async def _write_people(
    connection: Connection,
    people: Sequence[InvestigatorEntry],
    written: list[Written],
    known: Known,
    now: datetime,
) -> tuple[list[Written], frozenset[UUID]]:
    """Replace what belongs to the persons; returns all persons created or changed, and the regions of their units."""
    ids = {person.key: known.investigators[person.key].investigator_id for person in people}
    moved = await _replace_positions(connection, people, ids, known)
    touched = {investigator_id for investigator_id, _ in moved}
    touched |= await _replace_delegates(connection, people, ids, known)
    touched |= await _replace_absences(connection, people, ids)
    touched -= {one.object_id for one in written}
    await position_queries.update_investigators_touched(connection, investigator_ids=touched, now=now)
    changed = [
        *written,
        *(Written(object_id=one, region_id=None, created=False) for one in sorted(touched)),
    ]
    regions = await position_queries.update_units_touched(
        connection,
        unit_ids={unit_id for _, unit_id in moved},
        investigator_ids=[one.object_id for one in changed],
        now=now,
    )
    return changed, frozenset(regions)


async def _replace_positions(
    connection: Connection, people: Sequence[InvestigatorEntry], ids: dict[str, UUID], known: Known
) -> set[tuple[UUID, UUID]]:
    given = [
        GivenPosition(
            investigator_id=ids[person.key],
            unit_id=known.units[position.key].unit_id,
            share=position.share,
            is_head=position.is_head,
        )
        for person in people
        for position in person.positions
    ]
    removed = await position_queries.delete_other_positions(connection, investigator_ids=ids.values(), positions=given)
    return {*removed, *await position_queries.insert_missing_positions(connection, given)}


async def _replace_delegates(
    connection: Connection, people: Sequence[InvestigatorEntry], ids: dict[str, UUID], known: Known
) -> set[UUID]:
    given = [
        GivenDelegate(
            investigator_id=ids[person.key], delegate_id=known.investigators[delegate.lower()].investigator_id
        )
        for person in people
        for delegate in person.delegates
    ]
    removed = await position_queries.delete_other_delegates(connection, investigator_ids=ids.values(), delegates=given)
    return {*removed, *await position_queries.insert_missing_delegates(connection, given)}


async def _replace_absences(
    connection: Connection, people: Sequence[InvestigatorEntry], ids: dict[str, UUID]
) -> set[UUID]:
    given = [
        GivenAbsence(investigator_id=ids[person.key], first_day=absence.first_day, last_day=absence.last_day)
        for person in people
        for absence in person.absences
    ]
    removed = await position_queries.delete_other_absences(connection, investigator_ids=ids.values(), absences=given)
    return {*removed, *await position_queries.insert_missing_absences(connection, given)}


def _in_region(people: list[Written], known: Known) -> list[Written]:
    """Say of each person the region, where all her units are in one."""
    regions = {one.investigator_id: one.regions for one in known.investigators.values()}
    return [
        Written(
            object_id=one.object_id,
            region_id=known.regions[next(iter(regions[one.object_id]))] if len(regions[one.object_id]) == 1 else None,
            created=one.created,
        )
        for one in people
    ]


async def _record(tx: Transaction, actor: Actor, kind: Kind, objects: list[Written]) -> None:
    for created, action in ((True, "created"), (False, "changed")):
        events = [(one.object_id, one.region_id, {"by": "import"}) for one in objects if one.created is created]
        await record_audit_events(tx, actor, action=f"{kind}.{action}", object_type=kind, events=events)


def _count(kind: Kind, written: list[Written], file: RegisterFile, before: Known) -> KindCount:
    given = _given(kind, file)
    created = sum(one.created for one in written)
    return KindCount(
        kind=kind,
        created=created,
        changed=len(written) - created,
        unchanged=len(given) - len(written),
        not_in_file=len(_stored(kind, file.region_codes(), before) - given) if given else None,
    )


def _given(kind: Kind, file: RegisterFile) -> set[object]:
    """Return the names of what the file has of a kind."""
    match kind:
        case "region":
            return {one.code for one in file.regions}
        case "site":
            return {one.key for one in file.sites}
        case "unit":
            return {one.key for one in file.units}
        case "resource":
            return {one.key for one in file.resources}
        case "investigator":
            return {one.key for one in file.investigators}


def _stored(kind: Kind, codes: Collection[str], known: Known) -> set[object]:
    """Return the names of what the database had of a kind in these regions, or of regions altogether."""
    match kind:
        case "region":
            return set(known.regions)
        case "site":
            return {key for key in known.sites if key[0] in codes}
        case "unit":
            return {key for key in known.units if key[0] in codes}
        case "resource":
            return {key for key in known.resources if key[0] in codes}
        case "investigator":
            return {key for key, one in known.investigators.items() if not one.regions.isdisjoint(codes)}
