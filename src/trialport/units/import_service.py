"""Importing capacity from a CSV file: all rows or none."""

import asyncio
from uuid import UUID

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_events
from trialport.core.config import Settings
from trialport.core.db import Transaction
from trialport.core.errors import Contradiction, FieldError, Refused
from trialport.core.language import Language
from trialport.core.translations import translate
from trialport.units import import_queries as queries
from trialport.units import rules
from trialport.units.import_models import ImportReport
from trialport.units.import_rows import (
    AddressedRow,
    Key,
    Plan,
    Table,
    Write,
    address_rows,
    plan_rows,
    read_table,
    unit_names,
)
from trialport.units.models import CapacityDetail, CapacityInput
from trialport.units.service import ask_for_refresh

# Errors that a refusal lists in `errors`; its `report` has them all.
_LISTED = 20


async def import_capacities(
    tx: Transaction, settings: Settings, actor: Actor, body: bytes, *, dry_run: bool, language: Language
) -> ImportReport:
    """Write the rows of a file over the stored records, or only tell what would happen, in `language`.

    A row that equals its record is not written and not confirmed. Raises Contradiction with the report when a
    row has an error and this is no dry run; BadInput and TooLarge for a file that cannot be read.
    """
    # Reading and comparing 5,000 rows takes about half a second, for which other requests must not wait.
    table = await asyncio.to_thread(read_table, body, language)
    plan = await _plan(tx, actor, table, lock=not dry_run)
    report = plan.report(dry_run=dry_run)
    if dry_run:
        return report
    if report.errors:
        raise Contradiction(
            translate(
                language,
                "Rows with errors: %(count)s. Nothing was written. Correct them and import the file again.",
                count=report.errors,
            ),
            errors=_field_errors(report),
            extra={"report": report},
        )
    await _write(tx, settings, actor, plan)
    return report


def _field_errors(report: ImportReport) -> list[FieldError]:
    faults = [line for line in report.rows if line.outcome == "error"][:_LISTED]
    return [
        FieldError(f"row[{line.row}]" + (f".{line.field}" if line.field else ""), line.message or "") for line in faults
    ]


async def _plan(tx: Transaction, actor: Actor, table: Table, *, lock: bool) -> Plan:
    names, ids = unit_names(table)
    units = await queries.select_units_named(tx.connection, actor=actor, registry_ids=names, unit_ids=ids)
    addressed, faults = await asyncio.to_thread(address_rows, table, units)
    stored = await _stored(tx, addressed, lock=lock)
    return await asyncio.to_thread(
        plan_rows,
        addressed,
        faults,
        stored,
        decimal_comma=table.decimal_comma,
        today=tx.today,
    )


async def _stored(tx: Transaction, addressed: tuple[AddressedRow, ...], *, lock: bool) -> dict[Key, CapacityDetail]:
    unit_ids = [one.key[0] for one in addressed]
    therapy_areas = [one.key[1] for one in addressed]
    if lock:
        await queries.lock_capacities(tx.connection, unit_ids=unit_ids, therapy_areas=therapy_areas)
    stored = await queries.select_capacities_named(
        tx.connection, unit_ids=unit_ids, therapy_areas=therapy_areas, today=tx.today
    )
    return {(one.unit_id, one.therapy_area): one for one in stored}


async def _write(tx: Transaction, settings: Settings, actor: Actor, plan: Plan) -> None:
    if not plan.writes:
        return
    created = await _create(tx, actor, [write for write in plan.writes if write.before is None])
    await _change(tx, actor, plan)
    entries: list[tuple[UUID, int, CapacityInput | None, CapacityInput]] = []
    events = []
    for write in plan.writes:
        before = write.before
        capacity_id = created[write.unit.unit_id, write.therapy_area] if before is None else before.capacity_id
        revision = 1 if before is None else before.revision + 1
        entries.append((capacity_id, revision, None if before is None else rules.as_input(before), write.after))
        events.append((capacity_id, write.unit.region_id, {"revision": revision}))
    await queries.insert_capacity_histories(tx.connection, entries=entries, changed_at=tx.now, actor=actor)
    await record_audit_events(tx, actor, action="capacity.imported", object_type="capacity", events=events)
    for region_id in sorted({write.unit.region_id for write in plan.writes}):
        await ask_for_refresh(tx, settings, region_id)


async def _create(tx: Transaction, actor: Actor, writes: list[Write]) -> dict[Key, UUID]:
    created = await queries.insert_capacities(
        tx.connection,
        writes=writes,
        confirmed_at=tx.now,
        confirmed_by=actor.name,
        valid_until=rules.valid_until(tx.today),
    )
    if len(created) != len(writes):
        raise _overtaken()
    return created


async def _change(tx: Transaction, actor: Actor, plan: Plan) -> None:
    changes = [(write.before, write.after) for write in plan.writes if write.before is not None]
    changed = await queries.update_capacities(
        tx.connection,
        changes=changes,
        confirmed_at=tx.now,
        confirmed_by=actor.name,
        valid_until=rules.valid_until(tx.today),
    )
    if changed != len(changes):
        raise _overtaken()


def _overtaken() -> Refused:
    return Refused(
        "Somebody wrote one of these records at the same moment. Nothing was written; import the file again."
    )
