"""The demonstration data and its tokens: loaded once, kept in the data folder."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import asyncpg

from trialport.accounts.service import create_token
from trialport.core.db import Connection, Transaction, prepare_connection
from trialport.core.servers.child import POLL_SECONDS
from trialport.core.servers.postgres import PostgresServer
from trialport.demo.folder import DataFolder
from trialport.demo.load import load_demo
from trialport.demo.models import DemoTokens
from trialport.demo.people import load_people
from trialport.demo.queries import TokenHolder, select_token_holders
from trialport.demo.running import DATABASE
from trialport.demo.trouble import DemoError, Interrupted

TOKENS = "tokens.json"


def load(server: PostgresServer, folder: DataFolder, now: datetime, check: Callable[[], None]) -> DemoTokens:
    """Load the demonstration where it is not loaded yet; returns its tokens. Raises DemoError."""
    try:
        return asyncio.run(_load_unless_interrupted(server, folder, now, check))
    except asyncpg.DiskFullError:
        raise DemoError(f"the disk that holds {folder.shown} is full. Free some space, then start again") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DemoError(
            f"the demonstration could not be loaded ({error}). "
            f"Start again; if it stays so, see postgres.log in {folder.shown}"
        ) from error


async def _load_unless_interrupted(
    server: PostgresServer, folder: DataFolder, now: datetime, check: Callable[[], None]
) -> DemoTokens:
    task = asyncio.create_task(_load(server, folder, now))
    try:
        while not task.done():
            check()
            await asyncio.wait([task], timeout=POLL_SECONDS)
    except Interrupted:
        # The transaction rolls back, so the next start finds nothing loaded.
        task.cancel()
        await asyncio.wait([task])
        raise
    return task.result()


async def _load(server: PostgresServer, folder: DataFolder, now: datetime) -> DemoTokens:
    connection = await server.connect(DATABASE)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            made = await load_demo(connection, now)
            await load_people(Transaction(connection, now, "demonstration"))
            if made is None and (kept := folder.read(TOKENS, DemoTokens)) is not None:
                return kept
            tokens = made or await _renew_tokens(connection)
            # Before the commit: tokens of data that was never loaded do no harm, data without tokens would.
            folder.write(TOKENS, tokens)
    finally:
        await connection.close()
    return tokens


async def _renew_tokens(connection: Connection) -> DemoTokens:
    """Make new tokens for those whose secrets are lost: the database keeps only hashes."""
    holders = await select_token_holders(connection)
    wanted = {
        "sponsor": ("sponsor_contact", "UAS"),
        "office_uas": ("office", "UAS"),
        "office_rm": ("office", "RM"),
        "investigator": ("investigator", "UAS"),
        "admin": ("admin", None),
        "service": ("service", "UAS"),
    }
    made = {}
    for field, (role, region) in wanted.items():
        holder = _first(holders, role, region)
        made[field] = await create_token(
            connection,
            name=holder.name,
            role=holder.role,
            region_id=holder.region_id,
            sponsor_id=holder.sponsor_id,
            investigator_id=holder.investigator_id,
        )
    return DemoTokens(**made)


def _first(holders: list[TokenHolder], role: str, region: str | None) -> TokenHolder:
    for holder in holders:
        if (holder.role, holder.region) == (role, region):
            return holder
    raise DemoError(
        f"tokens.json is missing and the data names no {role} to renew it for. "
        "Put the file back, or choose another folder with --data DIR"
    )
