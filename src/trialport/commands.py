"""What the commands of the command line do, apart from reading options and printing."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
from msgspec import Struct, UnsetType
from rich.console import Console
from rich.table import Table

from trialport.accounts.models import ALL_SCOPES, SYSTEM, Role, Scope
from trialport.accounts.people_models import RoleScope
from trialport.accounts.service import issue_token, record_audit_event
from trialport.accounts.tokens_queries import update_token_revoked
from trialport.core.config import load_settings
from trialport.core.db import Connection, Transaction, prepare_connection
from trialport.core.errors import BadInput
from trialport.core.json_body import decode_json
from trialport.core.language import Language
from trialport.inquiries.queries import select_asked_regions
from trialport.matching import explain, service
from trialport.matching.assessment_models import MatchCreate
from trialport.matching.models import CandidateDetail, ExclusionDetail
from trialport.matching.queries import lock_assessments
from trialport.matching.register import Register
from trialport.sponsors.service import register_sponsor
from trialport.units.queries import select_investigator_id, select_regions
from trialport.units.register_file import RegisterFile
from trialport.units.register_queries import lock_register
from trialport.units.register_service import KindCount, import_register
from trialport.vocabulary.index import load_vocabulary
from trialport.vocabulary.models import Reading
from trialport.vocabulary.reading import Reader

Result = TypeVar("Result")


class TokenOrder(Struct, frozen=True, kw_only=True):
    """For whom a token is to be made."""

    name: str
    role: Role
    region: str | None = None
    sponsor: str | None = None
    sponsor_kind: str = "company"
    investigator: str | None = None
    scopes: tuple[Scope, ...] = ALL_SCOPES
    days: int = 365


def database_url(data: Path | None = None) -> str | None:
    """Return the database of the environment as its owner, else of the demonstration that runs in the folder.

    Raises SettingsError when the environment's is nonsensical.
    """
    url = (os.environ.get("TRIALPORT_OWNER_DATABASE_URL") or os.environ.get("TRIALPORT_DATABASE_URL", "")).strip()
    if url:
        # A command needs no Valkey, but the database's address is checked as for the servers.
        return load_settings({"TRIALPORT_DATABASE_URL": url, "TRIALPORT_VALKEY_URL": "redis://-"}).database_url
    if data is None:
        return None
    from trialport.demo.running import running_database_url  # noqa: PLC0415 - needs the embedded servers

    return running_database_url(data)


async def in_transaction(url: str, use: Callable[[Connection], Awaitable[Result]]) -> Result:
    """Run `use` in one transaction of its own connection."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            return await use(connection)
    finally:
        await connection.close()


async def find_scope(
    connection: Connection,
    role: Role,
    *,
    region: str | None,
    sponsor: str | None,
    sponsor_kind: str = "company",
    investigator: str | None,
) -> RoleScope:
    """Return a role with the scope it needs; raises BadInput naming what is missing or unknown."""
    region_id = sponsor_id = investigator_id = None
    if region is not None:
        found = await select_asked_regions(connection, codes=(region,), region_id=None)
        if not found:
            raise BadInput.at("--region", f"There is no region {region}.")
        region_id = found[0].region_id
    elif role != "admin":
        raise BadInput.at("--region", "This role needs a region.")
    if role == "sponsor_contact":
        if sponsor is None:
            raise BadInput.at("--sponsor", "This role needs the name of its sponsor.")
        sponsor_id = await register_sponsor(connection, name=sponsor, kind=sponsor_kind)
    if role in ("investigator", "unit_head"):
        investigator_id = await select_investigator_id(connection, email=investigator or "")
        if investigator_id is None:
            raise BadInput.at("--investigator", "This role needs the e-mail address of a known investigator.")
    return RoleScope(role=role, region_id=region_id, sponsor_id=sponsor_id, investigator_id=investigator_id)


async def create_token_for(connection: Connection, order: TokenOrder) -> str:
    """Make a token within the scope its role needs; raises BadInput naming what is missing or unknown."""
    scope = await find_scope(
        connection,
        order.role,
        region=order.region,
        sponsor=order.sponsor,
        sponsor_kind=order.sponsor_kind,
        investigator=order.investigator,
    )
    tx = Transaction(connection, datetime.now(UTC), "command-line")
    token_id, secret = await issue_token(
        connection,
        name=order.name,
        role=order.role,
        region_id=scope.region_id,
        sponsor_id=scope.sponsor_id,
        investigator_id=scope.investigator_id,
        scopes=order.scopes,
        expires_at=tx.now + timedelta(days=order.days),
    )
    await record_audit_event(
        tx,
        SYSTEM,
        action="access_token.created",
        object_type="access_token",
        object_id=token_id,
        region_id=scope.region_id,
        details={"role": order.role, "scopes": list(order.scopes), "days": order.days},
    )
    return secret


async def revoke_token(connection: Connection, token_id: UUID) -> bool:
    """Revoke a token at once; returns False when there is no active one with this id."""
    tx = Transaction(connection, datetime.now(UTC), "command-line")
    holder = await update_token_revoked(connection, token_id=token_id, now=tx.now)
    if holder is None:
        return False
    await record_audit_event(
        tx,
        SYSTEM,
        action="access_token.revoked",
        object_type="access_token",
        object_id=token_id,
        region_id=holder.region_id,
        details={"role": holder.role},
    )
    return True


async def import_register_file(connection: Connection, body: bytes, *, dry_run: bool) -> tuple[KindCount, ...]:
    """Write a register file (JSON) over the register, or with `dry_run` do so and take it back.

    Raises BadInput or Contradiction with every fault; then nothing is written.
    """
    file = decode_json(body, RegisterFile)
    await lock_register(connection)
    # An assessment that is being stored is either finished before this or sees what this writes.
    for region_id in sorted(region.region_id for region in await select_regions(connection)):
        await lock_assessments(connection, region_id=region_id)
    tx = Transaction(connection, datetime.now(UTC), "command-line")
    # A command needs no Valkey: the sweep of the workers finds the jobs asked for.
    settings = load_settings({"TRIALPORT_DATABASE_URL": "postgresql://-", "TRIALPORT_VALKEY_URL": "redis://-"})
    attempt = connection.transaction()
    await attempt.start()
    counts = await import_register(tx, settings, SYSTEM, file)
    await (attempt.rollback() if dry_run else attempt.commit())
    return counts


def import_table(counts: tuple[KindCount, ...]) -> None:
    """Print what an import did with each kind of object."""
    table = Table("Kind", "Created", "Changed", "Unchanged", "Not in the file")
    for one in counts:
        left = "-" if one.not_in_file is None else str(one.not_in_file)
        table.add_row(one.kind, str(one.created), str(one.changed), str(one.unchanged), left)
    Console().print(table)


class MatchedInquiry(Struct, frozen=True, kw_only=True):
    """What was asked, and how it was read."""

    working_title: str | None
    indication: str
    regions: tuple[str, ...]
    reading: Reading


class Matched(Struct, frozen=True, kw_only=True):
    """A ranking in the shape that `demo --json` has too."""

    inquiry: MatchedInquiry
    candidates: tuple[CandidateDetail, ...]
    excluded: tuple[ExclusionDetail, ...]


async def match_inquiry(connection: Connection, body: bytes, limit: int, language: Language) -> Matched:
    """Rank the register for an inquiry in JSON; raises BadInput for a file that is none."""
    data = decode_json(body, MatchCreate)
    wanted = set(data.regions_wanted)
    regions = await select_regions(connection)
    asked = [region for region in regions if not wanted or region.code in wanted]
    if wanted - {region.code for region in regions}:
        raise BadInput.at("placement.regions_wanted", "Name regions that exist.")
    vocabulary = load_vocabulary()
    tx = Transaction(connection, datetime.now(UTC), "command-line")
    reading, ranking = await service.match_preview(
        tx, Register(vocabulary), Reader(vocabulary), data, [region.region_id for region in asked], limit
    )
    wording = explain.WORDINGS[language]
    return Matched(
        inquiry=MatchedInquiry(
            working_title=None if isinstance(data.identity, UnsetType) else data.identity.working_title,
            indication=data.condition.indication,
            regions=tuple(region.code for region in asked),
            reading=reading,
        ),
        candidates=tuple(explain.candidate_detail(one, wording) for one in ranking.candidates),
        excluded=tuple(explain.exclusion_detail(one, wording) for one in ranking.excluded),
    )


def match_table(result: Matched) -> None:
    """Print a ranking for people."""
    console = Console()
    read = ", ".join(f"{one.label} ({one.code})" for one in result.inquiry.reading.concepts)
    console.print(f"Read as: {read or 'nothing known; every capacity is compared without it'}", highlight=False)
    table = Table("Rank", "Score", "Unit", "Therapy area", "Met", "Partly", "Unmet", "Unknown")
    for one in result.candidates:
        states = [criterion.state for criterion in one.criteria]
        counts = [str(states.count(state)) for state in ("met", "partly", "unmet", "unknown")]
        table.add_row(str(one.rank), f"{one.score:.1f}", f"{one.unit.name}\n{one.unit.site}", one.therapy_area, *counts)
    console.print(table)
    console.print(f"{len(result.excluded)} capacities left out; --json names each with its reason.")
