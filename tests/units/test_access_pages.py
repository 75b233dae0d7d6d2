"""Who may sign in: roles given, ended and taken back by an office and by an administrator."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from litestar import Litestar
from msgspec.structs import replace

from tests.accounts.browsers import SITE, Browser
from tests.accounts.browsers import add_person as add_account
from tests.cast import Cast
from tests.signed_in import signed_in
from trialport.accounts.people_models import RoleScope
from trialport.core.config import Settings

PATH = "/register/roles"
NEW = {"email": "New@example.org", "full_name": "Nora Ny", "new_role": "office", "mail_language": "da"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, public_url=SITE)


@pytest.fixture
async def office(app: Litestar, connection: asyncpg.Connection, people: Cast) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "kim", RoleScope(role="office", region_id=people.regions["ours"]))
    yield one
    await one.http.aclose()


@pytest.fixture
async def admin(app: Litestar, connection: asyncpg.Connection) -> AsyncIterator[Browser]:
    one = await signed_in(app, connection, "alex", RoleScope(role="admin"))
    yield one
    await one.http.aclose()


async def grant_of(connection: asyncpg.Connection, email: str) -> Any:
    return await connection.fetchval(
        "select role_grant_id from role_grant join person using (person_id) where email = $1 and revoked_at is null",
        email,
    )


async def test_it_works(office: Browser, people: Cast, connection: asyncpg.Connection) -> None:
    given = await office.post(PATH, NEW, page=PATH)
    assert given.headers["location"] == f"{PATH}?name=New%40example.org&told=given"
    text = (await office.get(given.headers["location"])).text
    assert "The role is given" in text
    assert "Nora Ny" in text
    assert "kim@example.org" not in text, "the filter stands in the address"
    mail = await connection.fetchrow("select kind, to_address, language from message")
    assert tuple(mail) == ("account_created", "new@example.org", "da")
    assert (await office.post(PATH, NEW, page=PATH)).headers["location"].endswith("told=held")

    grant = await grant_of(connection, "new@example.org")
    ended = await office.post(f"{PATH}/{grant}/end", {"return_to": f"{PATH}?role=office&told=given"}, page=PATH)
    assert ended.headers["location"] == f"{PATH}?role=office&ended_role={grant}"
    text = (await office.get(ended.headers["location"])).text
    assert "Ended: Trial office of Nora Ny." in text
    assert await grant_of(connection, "new@example.org") is None
    # Twice is no error, and taking back twice neither.
    assert (await office.post(f"{PATH}/{grant}/end", {}, page=PATH)).status_code == 303
    for _ in range(2):
        assert (await office.post(f"{PATH}/{grant}/restore", {}, page=PATH)).status_code == 303
    rows = await connection.fetch(
        "select action, details from audit_event where object_type = 'person' and actor_id is not null"
        " and action like 'role.%' order by audit_event_id"
    )
    assert [row["action"] for row in rows] == ["role.given", "role.taken", "role.given"]
    giver = await connection.fetchval(
        "select granted_by from role_grant where role_grant_id <> $1 and source = 'invitation'", grant
    )
    assert "kim" not in giver, "names stay erasable"


async def test_nobody_gives_or_ends_more_than_she_may(
    office: Browser, admin: Browser, people: Cast, connection: asyncpg.Connection
) -> None:
    assert (await office.post(PATH, NEW | {"new_role": "admin"}, page=PATH)).status_code == 403
    for role in ("sponsor_contact", "investigator", "service", ""):
        assert (await office.post(PATH, NEW | {"new_role": role}, page=PATH)).status_code == 422
    assert "alex (test)" not in (await office.get(PATH)).text
    of_admin = await grant_of(connection, "alex@example.org")
    assert (await office.post(f"{PATH}/{of_admin}/end", {}, page=PATH)).status_code == 404
    own = await office.post(f"{PATH}/{await grant_of(connection, 'kim@example.org')}/end", {}, page=PATH)
    assert own.status_code == 409
    assert "You cannot end a role of your own" in own.text
    # Elsewhere is decided by her own region, whatever a form says.
    await office.post(PATH, NEW | {"region_id": str(people.regions["theirs"])}, page="/register")
    assert (
        await connection.fetchval("select count(*) from role_grant where region_id = $1", people.regions["theirs"]) == 0
    )


async def test_an_administrator_chooses_the_region_and_makes_others(
    admin: Browser, people: Cast, connection: asyncpg.Connection
) -> None:
    assert "Choose the region" in (await admin.post(PATH, NEW, page=PATH)).text
    theirs = NEW | {"region_id": str(people.regions["theirs"])}
    assert (await admin.post(PATH, theirs, page=PATH)).status_code == 303
    assert (await admin.post(PATH, NEW | {"new_role": "admin"}, page=PATH)).status_code == 303
    text = (await admin.get(f"{PATH}?name=nora")).text
    assert re.findall(r'id="role-[^"]+"><p><strong>([^<]+)<', text) == ["Trial office, OTH", "Administrator"]
    await add_account(connection, "bare@example.org", name="Bo Bare")
    assert "no role" in (await admin.get(f"{PATH}?name=bare")).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "nobody"}, "Write an e-mail address"),
        ({"full_name": " "}, "Write the name"),
        ({"mail_language": "fr"}, "Choose a language"),
    ],
)
async def test_bad_input_is_told_at_the_field(office: Browser, typed: dict[str, str], words: str) -> None:
    answer = await office.post(PATH, NEW | typed, page=PATH)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Nora Ny" in answer.text or "full_name" in typed


async def test_stranger_gets_404(office: Browser, people: Cast, any_id: Any, connection: asyncpg.Connection) -> None:
    await add_account(connection, "far@example.org", {"role": "office", "region_id": people.regions["theirs"]})
    for grant in (await grant_of(connection, "far@example.org"), any_id):
        for step in ("end", "restore"):
            assert (await office.post(f"{PATH}/{grant}/{step}", {}, page=PATH)).status_code == 404
    assert "far@example.org" not in (await office.get(PATH)).text
