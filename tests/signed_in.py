"""A person of a role in a browser of the door tests: signed in by a link that no mail brought."""

import re
from typing import Any

import asyncpg
from litestar import Litestar

from tests.accounts.browsers import SITE, Browser
from trialport.accounts.models import SYSTEM
from trialport.accounts.people_models import RoleScope
from trialport.accounts.people_service import find_or_add_person, give_role
from trialport.accounts.signin_service import make_open_link
from trialport.core.db import SYSTEM_VIEWER, transaction
from trialport.core.front_pages import NOTICE_VERSION


async def signed_in(
    app: Litestar, connection: asyncpg.Connection, name: str, role: RoleScope, language: Any = "en"
) -> Browser:
    """Make a person who holds a role, and open a browser in which she is signed in and has read the notice."""
    email = f"{name}@example.org"
    async with transaction(app.state.pool, viewer=SYSTEM_VIEWER) as tx:
        person = await find_or_add_person(tx, SYSTEM, email=email, name=f"{name} (test)", language=language)
        await give_role(tx, SYSTEM, person.person_id, role, "command")
        link = await make_open_link(tx, app.state.settings, person)
    await connection.execute("update person set notice_version = $1 where email = $2", NOTICE_VERSION, email)
    browser = Browser(app)
    answer = await browser.open_link(SITE + re.sub(r"^https?://[^/]+", "", link))
    assert answer.status_code == 303, answer.text
    return browser
