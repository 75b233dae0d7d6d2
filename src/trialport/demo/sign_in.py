"""Addresses that sign one in as an invented person, with one press of a button: one for each role, new at every start.

They are the links that `trialport user link` makes, for one use in any browser, and only the program of the
demonstration makes these, as the owner of its own database: no route does, and outside a demonstration the
desk refuses to make a link that lives so long.
"""

import asyncio
from datetime import datetime, timedelta

from msgspec import Struct

from trialport.accounts import signin_service
from trialport.accounts.people_queries import select_person_by_email, update_person_notice_seen
from trialport.core.config import Settings
from trialport.core.db import Connection, Transaction, prepare_connection
from trialport.core.front_pages import NOTICE_VERSION
from trialport.core.servers.postgres import PostgresServer
from trialport.demo.people import demo_people
from trialport.demo.running import DATABASE

SIGN_IN_FILE = "sign-in.json"
# As long as a demonstration may be left running on somebody's machine, which alone can reach it.
VALID_DAYS = 7


class SignInLink(Struct, frozen=True, kw_only=True):
    """Who is signed in by an address, in which role, and on which page she then stands."""

    role: str
    name: str
    url: str
    opens: str


def make_sign_in_links(server: PostgresServer, settings: Settings, now: datetime) -> tuple[SignInLink, ...]:
    """Make a link for each person of the demonstration, in the order of its file."""
    return asyncio.run(_make_links(server, settings, now))


async def _make_links(server: PostgresServer, settings: Settings, now: datetime) -> tuple[SignInLink, ...]:
    connection = await server.connect(DATABASE)
    try:
        await prepare_connection(connection)
        async with connection.transaction():
            return await sign_in_links(connection, settings, now)
    finally:
        await connection.close()


async def sign_in_links(connection: Connection, settings: Settings, now: datetime) -> tuple[SignInLink, ...]:
    """Make the links in the caller's transaction; whom the data do not hold gets none."""
    tx = Transaction(connection, now, "demonstration")
    made = []
    for one in demo_people():
        person = await select_person_by_email(connection, email=one.email)
        if person is None or one.opens is None:
            continue
        if person.notice_version != NOTICE_VERSION:
            # She is invented and has nothing to be told; the notice stays where everybody can read it.
            await update_person_notice_seen(connection, person_id=person.person_id, version=NOTICE_VERSION, now=now)
        url = await signin_service.make_open_link(
            tx, settings, person, return_to=one.opens, valid=timedelta(days=VALID_DAYS)
        )
        made.append(SignInLink(role=one.shown_role, name=one.name, url=url, opens=one.opens))
    return tuple(made)
