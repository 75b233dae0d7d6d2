"""Recording how confidentiality is settled between a sponsor and a region or one of its sites."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from trialport.accounts.models import Actor
from trialport.accounts.permissions import allowed_commands
from trialport.accounts.service import record_audit_event
from trialport.core.db import Transaction, as_system
from trialport.core.errors import Changed, Contradiction, NotFound, Refused
from trialport.sponsors import agreement_queries as queries
from trialport.sponsors.agreement_models import AgreementDetail, AgreementInput
from trialport.sponsors.agreement_queries import AgreeingRegion
from trialport.sponsors.agreement_rules import STATUTORY_REFUSAL

# What the audit trail keeps of an agreement: no names of persons.
_TRACED = ("sponsor_id", "site_id", "inquiry_id", "mode", "signed_on", "valid_until", "attachment_id", "ended_at")


async def record_agreement(tx: Transaction, actor: Actor, agreement: AgreementInput) -> AgreementDetail:
    """Record an agreement that was signed.

    Raises Refused in a region where the law binds and nothing may be signed, Contradiction naming each value
    that does not fit, NotFound for another region's.
    """
    region = await _region_of(tx, actor, agreement)
    if region.confidentiality_mode == "statutory":
        raise Refused(STATUTORY_REFUSAL, extra={"state": "statutory"})
    await _check(tx, region, agreement)
    agreement_id = await queries.insert_agreement(
        tx.connection, actor=actor, region_id=region.region_id, agreement=agreement, now=tx.now
    )
    recorded = await read_agreement(tx, actor, agreement_id)
    await _record(tx, actor, "agreement.recorded", None, recorded)
    return recorded


async def read_agreement(tx: Transaction, actor: Actor, agreement_id: UUID) -> AgreementDetail:
    """Return an agreement in the actor's scope; raises NotFound otherwise."""
    agreement = await queries.select_agreement(tx.connection, actor=actor, agreement_id=agreement_id)
    if agreement is None:
        raise NotFound("No agreement of yours here.")
    return _with_actions(actor, agreement)


async def list_agreements(
    tx: Transaction, actor: Actor, *, sponsor_id: UUID | None, before: UUID | None, limit: int
) -> list[AgreementDetail]:
    """Return agreements in the actor's scope, newest first."""
    rows = await queries.select_agreements(
        tx.connection, actor=actor, sponsor_id=sponsor_id, before=before, limit=limit
    )
    return [_with_actions(actor, row) for row in rows]


def _with_actions(actor: Actor, agreement: AgreementDetail) -> AgreementDetail:
    return msgspec.structs.replace(
        agreement, available_actions=allowed_commands("agreement", actor.role, agreement.state)
    )


async def end_agreement(tx: Transaction, actor: Actor, agreement_id: UUID, reason: str) -> AgreementDetail:
    """End an agreement from today on; what it opened stays read. Refused when it has ended."""
    before = await read_agreement(tx, actor, agreement_id)
    if "end" not in before.available_actions or not await queries.update_agreement_ended(
        tx.connection, agreement_id=agreement_id, reason=reason, now=tx.now
    ):
        allowed = allowed_commands("agreement", actor.role, "ended")
        raise Refused("This agreement has ended already.", extra={"state": "ended", "available_actions": list(allowed)})
    ended = await read_agreement(tx, actor, agreement_id)
    await _record(tx, actor, "agreement.ended", before, ended)
    return ended


async def extend_agreement(
    tx: Transaction, actor: Actor, agreement_id: UUID, valid_until: date | None, *, seen: date | None
) -> AgreementDetail:
    """Give an agreement another last day; None for no end.

    Raises Changed when it has ended or its last day is another than the caller has read, Contradiction for a day
    before the signing.
    """
    before = await read_agreement(tx, actor, agreement_id)
    if valid_until is not None and valid_until < before.signed_on:
        raise Contradiction.at("valid_until", "The last day lies before the day of signing.")
    if not await queries.update_agreement_extended(
        tx.connection, agreement_id=agreement_id, valid_until=valid_until, seen=seen
    ):
        raise Changed("Somebody changed this agreement after you read it. Read it again and repeat your change.")
    extended = await read_agreement(tx, actor, agreement_id)
    await _record(tx, actor, "agreement.extended", before, extended)
    return extended


async def resume_agreement(tx: Transaction, actor: Actor, agreement_id: UUID) -> AgreementDetail:
    """Take back that an agreement was ended: it holds again. Raises Changed when it holds already."""
    before = await read_agreement(tx, actor, agreement_id)
    if not await queries.update_agreement_resumed(tx.connection, agreement_id=agreement_id):
        raise Changed("Somebody took this back before you. Read it again.")
    resumed = await read_agreement(tx, actor, agreement_id)
    await _record(tx, actor, "agreement.resumed", before, resumed)
    return resumed


async def _region_of(tx: Transaction, actor: Actor, agreement: AgreementInput) -> AgreeingRegion:
    if agreement.region is None and actor.region_id is None:
        raise Contradiction.at("region", "Say which region agrees.")
    region = await queries.select_agreeing_region(tx.connection, region_id=actor.region_id, code=agreement.region)
    if region is None or (actor.role != "admin" and region.region_id != actor.region_id):
        raise NotFound("No such region of yours here.")
    return region


async def _check(tx: Transaction, region: AgreeingRegion, agreement: AgreementInput) -> None:
    if agreement.mode != region.confidentiality_mode:
        raise Contradiction.at("mode", f"This region settles confidentiality by `{region.confidentiality_mode}`.")
    if agreement.mode == "cda_first" and agreement.signatory is None:
        raise Contradiction.at("signatory", "Say who signed: in this region a named signatory signs first.")
    if agreement.valid_until is not None and agreement.valid_until < agreement.signed_on:
        raise Contradiction.at("valid_until", "The last day lies before the day of signing.")
    if agreement.signed_on > tx.today:
        raise Contradiction.at("signed_on", "This day lies in the future. Record an agreement once it is signed.")
    async with as_system(tx.connection):
        known = await queries.select_known_parts(tx.connection, region_id=region.region_id, agreement=agreement)
    for part, fits in msgspec.structs.asdict(known).items():
        if not fits:
            raise Contradiction.at(f"{part}_id", f"There is no such {part} of this sponsor and region.")


async def _record(
    tx: Transaction, actor: Actor, action: str, before: AgreementDetail | None, after: AgreementDetail
) -> None:
    await record_audit_event(
        tx,
        actor,
        action=action,
        object_type="agreement",
        object_id=after.agreement_id,
        region_id=after.region_id,
        before=None if before is None else _traced(before),
        after=_traced(after),
    )


def _traced(agreement: AgreementDetail) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(agreement)
    return {name: values[name] for name in _TRACED}
