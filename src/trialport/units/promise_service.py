"""What an office promises, and how confidentiality is settled: changed with a reason, and taken back."""

from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction
from trialport.core.errors import Changed, Contradiction, NotFound, explain
from trialport.units import promise_queries as queries
from trialport.units.models import ConfidentialityMode
from trialport.units.promise_queries import PromiseVersion, RegionPromise

MOST_DAYS = 60
UNLAWFUL = "In Sweden the law binds and nothing is signed; in other countries something is signed."
_VERSIONS_SHOWN = 20
explain("region_setting_pkey", Changed, "", "Somebody changed this at the same moment. Read it again.")


async def list_regions_to_set(tx: Transaction, actor: Actor) -> list[RegionPromise]:
    """Return the regions whose settings are the actor's."""
    return await queries.select_promises(tx.connection, actor=actor, region_id=None)


async def read_promise(tx: Transaction, actor: Actor, region_id: UUID) -> RegionPromise:
    """Return what a region promises; raises NotFound outside the actor's scope."""
    found = await queries.select_promises(tx.connection, actor=actor, region_id=region_id)
    if not found:
        raise NotFound("No region of yours here.")
    return found[0]


async def read_promise_history(tx: Transaction, actor: Actor, region_id: UUID) -> list[PromiseVersion]:
    """Return what was promised before, newest first."""
    await read_promise(tx, actor, region_id)
    return await queries.select_promise_versions(tx.connection, region_id=region_id, limit=_VERSIONS_SHOWN)


def check_promise(days: int) -> None:
    """Raise Contradiction for working days that nobody can promise."""
    if not 1 <= days <= MOST_DAYS:
        raise Contradiction.at("promised_working_days", "Promise at least 1 and at most 60 working days.")


async def change_promise(
    tx: Transaction, actor: Actor, region_id: UUID, days: int, reason: str, *, expected: int
) -> RegionPromise:
    """Promise another time for inquiries to come; days promised before stay.

    Raises Changed when another version counts than the caller has read, Contradiction for what cannot be promised.
    """
    before = await read_promise(tx, actor, region_id)
    if before.version != expected:
        raise Changed("Somebody changed this after you read it. Read it again and repeat your change.")
    check_promise(days)
    if before.version == 0:
        # So that what the register brought can be taken up again.
        await _store(tx, actor, before, 1, before.promised_working_days, "-")
    version = max(before.version, 1) + 1
    await _store(tx, actor, before, version, days, reason)
    await queries.update_region_promise(tx.connection, region_id=region_id, promised_working_days=days)
    await record_audit_event(
        tx,
        actor,
        action="promise.changed",
        object_type="region",
        object_id=region_id,
        region_id=region_id,
        before={"promised_working_days": before.promised_working_days},
        after={"promised_working_days": days, "version": version},
    )
    return await read_promise(tx, actor, region_id)


async def change_mode(
    tx: Transaction, actor: Actor, region_id: UUID, mode: ConfidentialityMode, reason: str, *, expected: int
) -> RegionPromise:
    """Settle confidentiality in another way from now on; what units have read stays read.

    In Sweden the law binds whoever works for a region, and nothing may be signed; elsewhere no such law does.
    Raises Changed when another version counts than the caller has read, Contradiction for a way that is not lawful.
    """
    before = await read_promise(tx, actor, region_id)
    if before.version != expected:
        raise Changed("Somebody changed this after you read it. Read it again and repeat your change.")
    if (mode == "statutory") != (before.country == "SE"):
        raise Contradiction.at("confidentiality_mode", UNLAWFUL)
    if before.version == 0:
        await _store(tx, actor, before, 1, before.promised_working_days, "-")
    version = max(before.version, 1) + 1
    changed = msgspec.structs.replace(before, confidentiality_mode=mode)
    await _store(tx, actor, changed, version, before.promised_working_days, reason)
    await queries.update_region_mode(tx.connection, region_id=region_id, confidentiality_mode=mode)
    await record_audit_event(
        tx,
        actor,
        action="confidentiality_mode.changed",
        object_type="region",
        object_id=region_id,
        region_id=region_id,
        before={"confidentiality_mode": before.confidentiality_mode},
        after={"confidentiality_mode": mode, "version": version},
    )
    return await read_promise(tx, actor, region_id)


async def _store(tx: Transaction, actor: Actor, before: RegionPromise, version: int, days: int, reason: str) -> None:
    await queries.insert_promise(
        tx.connection,
        region_id=before.region_id,
        version=version,
        promised_working_days=days,
        confidentiality_mode=before.confidentiality_mode,
        reason=reason,
        actor_id=actor.actor_id,
        now=tx.now,
    )
