"""The commands `trialport audit seal | verify`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import click
from msgspec import Struct

from trialport.accounts import audit_queries
from trialport.accounts.audit_chain import chains_to_extend, check_chain, extend_chain
from trialport.accounts.audit_models import NO_REGION, ChainFault, ChainHead, ChainReport
from trialport.core.db import SYSTEM_VIEWER, Connection, Transaction, set_viewer
from trialport.core.errors import BadInput
from trialport.units.queries import select_regions

# How the chain of the events of no region is called.
_NONE = "-"
_HASH_BYTES = 32
_SENTENCES = {
    "changed": "the event, its link or the link before is not as it was written",
    "event_missing": "the event is gone",
    "link_missing": "the link is gone",
    "wrong_chain": "the event belongs to another chain",
    "not_linked": "the event was never linked: nothing sweeps, or it was added past the program",
    "not_as_expected": "the chain had another hash here when it was noted down: something before was rewritten",
}


class NamedReport(Struct, frozen=True, kw_only=True):
    """What a check found, by the region's code."""

    region: str
    report: ChainReport


class ExpectedHead(Struct, frozen=True, kw_only=True):
    """A head that was noted down earlier."""

    region: str | None
    head: ChainHead


def read_expected(text: str) -> ExpectedHead:
    """Read `[CODE:]NUMBER:HASH`, as `audit verify` prints it; raises BadInput."""
    *code, number, digest = [None, None, *text.split(":")][-3:]
    region = code[-1] if code else None
    try:
        head = ChainHead(number=int(number or ""), link_hash=bytes.fromhex(digest or ""))
    except ValueError:
        head = ChainHead()
    if head.number < 1 or len(head.link_hash) != _HASH_BYTES:
        raise BadInput.at("--expect", "Write it as `CODE:NUMBER:HASH`, as `trialport audit verify` prints it.")
    return ExpectedHead(region=region, head=head)


async def seal_audit(connection: Connection) -> int:
    """Link every event that has no link yet; returns how many."""
    tx = await _system(connection)
    chains, after = await chains_to_extend(tx, everything=True)
    linked = 0
    for chain_id in chains:
        while added := await extend_chain(tx, chain_id, after):
            linked += added
    return linked


async def verify_audit(
    connection: Connection, region: str | None, expected: Sequence[ExpectedHead]
) -> list[NamedReport]:
    """Check all chains, or one region's; raises BadInput for a region that is not known."""
    tx = await _system(connection)
    codes = {one.region_id: one.code for one in await select_regions(connection)} | {NO_REGION: _NONE}
    known = {*codes.values()}
    for code in (region, *(one.region for one in expected)):
        if code is not None and code not in known:
            raise BadInput.at("--region", f"There is no region {code}.")
    if region is None and any(one.region is None for one in expected):
        raise BadInput.at("--expect", "Say of which region: `CODE:NUMBER:HASH`, or name it with --region.")
    chains = [one for one in await audit_queries.select_chains(connection) if region in (None, codes.get(one))]
    return [
        NamedReport(region=codes.get(chain_id, str(chain_id)), report=await _check(tx, chain_id, codes, expected))
        for chain_id in chains
    ]


async def _check(
    tx: Transaction, chain_id: UUID, codes: dict[UUID, str], expected: Sequence[ExpectedHead]
) -> ChainReport:
    heads = [one.head for one in expected if one.region in (None, codes.get(chain_id))]
    return await check_chain(tx, chain_id, expected=heads)


async def _system(connection: Connection) -> Transaction:
    await set_viewer(connection, SYSTEM_VIEWER)
    return Transaction(connection, datetime.now(UTC), "command-line")


def show_reports(reports: Sequence[NamedReport]) -> bool:
    """Print what was found, and each head on standard output; returns whether all is well."""
    for one in reports:
        head = one.report.head
        click.echo(f"{one.region}:{head.number}:{head.link_hash.hex()}")
        for fault in one.report.faults:
            click.echo(f"trialport: {_say(one.region, fault)}", err=True)
    return not any(one.report.faults for one in reports)


def _say(region: str, fault: ChainFault) -> str:
    place = region if fault.number is None else f"{region}, link {fault.number}"
    event = "" if fault.audit_event_id is None else f", event {fault.audit_event_id}"
    return f"{place}{event}: {_SENTENCES[fault.kind]}."
